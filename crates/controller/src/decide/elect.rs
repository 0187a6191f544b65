//! Who leads: what follows for a partition from a new ISR or from brokers that came or went.
//!
//! With eligible leader replicas (KIP-966) an ISR may become empty: its last members stay eligible
//! as long as they shut down cleanly, and the last leader is remembered for the case that none is.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::Uuid;
use ottla_model::{BrokerId, ErrorCode};

use super::configs::{effective_min_isr, effective_unclean_election};
use super::{Decision, Fault, Settings};
use crate::image::{Image, Partition, Topic};
use crate::record::{PartitionChange, Record};

/// What an election may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElectionType {
    /// Make the first replica leader, if it may lead.
    Preferred,
    /// Make any replica leader, even one that may lack committed records.
    Unclean,
}

/// How brokers are about to change, seen by the partitions they are in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Departure {
    /// Leaves the ISR, cleanly.
    pub removed: Option<BrokerId>,
    /// May lead from now on.
    pub added: Option<BrokerId>,
    /// Came back without what it had: leaves ISR and ELR.
    pub unclean: Option<BrokerId>,
}

/// The change of every partition that `concerns` is true for.
pub(super) fn follow(
    image: &Image,
    settings: &Settings,
    departure: Departure,
    concerns: impl Fn(&Topic, &Partition) -> bool,
    records: &mut Vec<Record>,
) {
    for topic in image.topics.iter() {
        let mut rules = None;
        for (index, partition) in topic.partitions.iter().filter(|(_, p)| concerns(topic, p)) {
            let rules = rules.get_or_insert_with(|| Rules::of(image, settings, topic));
            let gone =
                |id: &BrokerId| Some(*id) == departure.removed || Some(*id) == departure.unclean;
            let isr = partition.isr.iter().copied().filter(|id| !gone(id)).collect();
            let acceptable = |id: BrokerId| {
                !gone(&id)
                    && (Some(id) == departure.added || image.is_active(id))
                    && image.has_replica_online(partition, id)
            };
            let change = Building { partition, rules, acceptable: &acceptable, isr }
                .build(false, departure.unclean);
            if !change.is_nothing() {
                records.push(Record::PartitionChange { topic_id: topic.id, index: *index, change });
            }
        }
    }
}

/// What a topic says about elections.
struct Rules {
    elr: bool,
    min_isr: usize,
    unclean: bool,
}

impl Rules {
    fn of(image: &Image, settings: &Settings, topic: &Topic) -> Self {
        Self {
            elr: image.is_elr_enabled(),
            min_isr: effective_min_isr(image, settings, &topic.name),
            unclean: effective_unclean_election(image, settings, &topic.name),
        }
    }
}

struct Building<'a> {
    partition: &'a Partition,
    rules: &'a Rules,
    acceptable: &'a dyn Fn(BrokerId) -> bool,
    /// The ISR it shall have.
    isr: Vec<BrokerId>,
}

impl Building<'_> {
    fn build(self, preferred: bool, unclean: Option<BrokerId>) -> PartitionChange {
        let before = self.partition;
        let mut change = PartitionChange::default();
        let mut elr = self.eligible(unclean);
        let (leader, is_unclean) = self.elect(&elr, preferred);
        if leader != before.leader {
            change.leader = Some(leader);
            if is_unclean {
                change.isr = Some([leader].into());
                change.leader_recovery_state = (before.leader_recovery_state != 1).then_some(1);
                elr.clear();
            } else if elr.contains(&leader) {
                // It holds everything committed, and so do the others that are eligible.
                change.isr = Some([leader].into());
                elr.retain(|id| *id != leader);
            }
        }
        let may_be_empty = self.rules.elr;
        if change.isr.is_none()
            && (may_be_empty || !self.isr.is_empty())
            && *self.isr != *before.isr
        {
            change.isr = Some(self.isr.as_slice().into());
        }
        if *elr != *before.elr {
            change.elr = Some(elr.into());
        }
        self.remember_last_leader(&mut change);
        change
    }

    /// The ELR that goes with the new ISR: who was in either and is in the new ISR no more, while
    /// that is below `min.insync.replicas`.
    fn eligible(&self, unclean: Option<BrokerId>) -> Vec<BrokerId> {
        let before = self.partition;
        let enough = self.rules.min_isr.min(before.replicas.len());
        if !self.rules.elr || self.isr.len() >= enough {
            return Vec::new();
        }
        let mut elr: Vec<BrokerId> = Vec::new();
        for id in before.elr.iter().chain(before.isr.iter()) {
            if !self.isr.contains(id) && Some(*id) != unclean && !elr.contains(id) {
                elr.push(*id);
            }
        }
        elr
    }

    fn elect(&self, elr: &[BrokerId], preferred: bool) -> (BrokerId, bool) {
        let before = self.partition;
        let may_lead = |id: &BrokerId| {
            (self.isr.contains(id) || (self.rules.elr && elr.contains(id)))
                && (self.acceptable)(*id)
        };
        let first = before.replicas.first().filter(|_| preferred);
        let candidates = first.into_iter().chain([&before.leader]).chain(before.replicas.iter());
        if let Some(leader) = candidates.copied().find(may_lead) {
            return (leader, false);
        }
        match *before.last_known_elr {
            [last]
                if self.rules.elr
                    && elr.is_empty()
                    && self.isr.is_empty()
                    && (self.acceptable)(last) =>
            {
                return (last, true);
            }
            _ => {}
        }
        let any = before.replicas.iter().copied().find(|id| (self.acceptable)(*id));
        match any {
            Some(leader) if self.rules.unclean => (leader, true),
            _ => (-1, false),
        }
    }

    /// The last leader is remembered when the ISR becomes empty, and forgotten once there is a
    /// leader again.
    fn remember_last_leader(&self, change: &mut PartitionChange) {
        let before = self.partition;
        if !self.rules.elr {
            return;
        }
        let has_leader = match change.leader {
            Some(leader) => leader >= 0,
            None => before.leader >= 0,
        };
        if change.isr.as_ref().is_some_and(|isr| isr.is_empty())
            && *before.last_known_elr != [before.leader]
        {
            change.last_known_elr = Some([before.leader].into());
        } else if has_leader && !before.last_known_elr.is_empty() {
            change.last_known_elr = Some(Arc::from([]));
        }
    }
}

/// A partition and what became of its election.
pub type ElectedPartition = (String, i32, Result<(), Fault>);

/// ElectLeaders (43). `partitions` as asked for, or every partition that needs it.
pub fn elect_leaders(
    image: &Image,
    settings: &Settings,
    election: ElectionType,
    partitions: Option<&[(String, i32)]>,
) -> Decision<Vec<ElectedPartition>> {
    let mut records = Vec::new();
    let mut response = Vec::new();
    match partitions {
        Some(asked) => {
            for (name, index) in asked {
                let elected = elect_one(image, settings, election, name, *index, &mut records);
                response.push((name.clone(), *index, elected));
            }
        }
        None => {
            for topic in image.topics.iter() {
                for index in topic.partitions.keys() {
                    let name = String::from(&*topic.name);
                    let elected = elect_one(image, settings, election, &name, *index, &mut records);
                    // Only what changed, or could not, is worth telling when all were asked for.
                    if !matches!(&elected, Err(fault) if fault.code == ErrorCode::ElectionNotNeeded)
                    {
                        response.push((name, *index, elected));
                    }
                }
            }
        }
    }
    Decision { records, response }
}

fn elect_one(
    image: &Image,
    settings: &Settings,
    election: ElectionType,
    name: &str,
    index: i32,
    records: &mut Vec<Record>,
) -> Result<(), Fault> {
    let unknown = |text| Fault::new(ErrorCode::UnknownTopicOrPartition, text);
    let topic =
        image.topic(name).ok_or_else(|| unknown(alloc::format!("No such topic as {name}")))?;
    let partition = topic
        .partitions
        .get(&index)
        .ok_or_else(|| unknown(alloc::format!("No such partition as {name}-{index}")))?;
    let preferred = election == ElectionType::Preferred;
    let needed = match election {
        ElectionType::Preferred => partition.replicas.first() != Some(&partition.leader),
        ElectionType::Unclean => partition.leader < 0,
    };
    if !needed {
        return Err(Fault::standard(ErrorCode::ElectionNotNeeded));
    }
    let mut rules = Rules::of(image, settings, topic);
    rules.unclean = election == ElectionType::Unclean;
    let acceptable = |id: BrokerId| image.may_lead(partition, id);
    let change =
        Building { partition, rules: &rules, acceptable: &acceptable, isr: partition.isr.to_vec() }
            .build(preferred, None);
    let leader = change.leader.unwrap_or(partition.leader);
    if change.is_nothing() || (preferred && partition.replicas.first() != Some(&leader)) {
        return Err(Fault::standard(match election {
            ElectionType::Preferred => ErrorCode::PreferredLeaderNotAvailable,
            ElectionType::Unclean => ErrorCode::EligibleLeadersNotAvailable,
        }));
    }
    records.push(Record::PartitionChange { topic_id: topic.id, index, change });
    Ok(())
}

/// The change that gives a partition this ISR, and a leader of it if it has none that may lead.
pub(super) fn elected(
    image: &Image,
    settings: &Settings,
    topic: &Topic,
    partition: &Partition,
    isr: Vec<BrokerId>,
) -> PartitionChange {
    let rules = Rules::of(image, settings, topic);
    let acceptable = |id: BrokerId| image.may_lead(partition, id);
    Building { partition, rules: &rules, acceptable: &acceptable, isr }.build(false, None)
}

/// The change that gives a partition the ISR its leader asked for; leadership stays where it is as
/// long as it may.
pub(super) fn with_isr(
    image: &Image,
    settings: &Settings,
    topic_id: Uuid,
    index: i32,
    isr: Vec<BrokerId>,
) -> PartitionChange {
    let Some(topic) = image.topic_by_id(topic_id) else { return PartitionChange::default() };
    let Some(partition) = topic.partitions.get(&index) else { return PartitionChange::default() };
    elected(image, settings, topic, partition, isr)
}
