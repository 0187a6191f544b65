//! From classic to consumer: the group's generation becomes its epoch, and what its leader assigned
//! becomes target and current assignment of each member. The rebalance that the newcomer brings does the
//! rest.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_model::ErrorCode;

use super::embedded::{self, Unfit};
use crate::answer::{Answer, Joined};
use crate::classic::{ClassicGroup, Member, State};
use crate::consumer::{ConsumerGroup, ConsumerSettings, Refusal, Topics, metadata_hash_of};
use crate::coordinator::Effect;
use crate::record::{
    Assignment, ClassicProtocols, CurrentAssignment, GroupEpoch, MemberState, Record, Subscription,
    TargetEpoch,
};

impl ClassicGroup {
    /// The group as a consumer group, and the records that make it one.
    ///
    /// # Errors
    /// It has to stay what it is.
    pub(crate) fn upgraded(
        &self,
        id: &Arc<str>,
        settings: &ConsumerSettings,
        topics: &dyn Topics,
    ) -> Result<(ConsumerGroup, Vec<Record>), Refusal> {
        self.check_upgrade(id, settings)?;
        let mut members = Vec::with_capacity(self.members.len());
        let protocol = self.protocol.clone().or_else(|| self.choose_protocol()).unwrap_or_default();
        for (member_id, member) in &self.members {
            let upgraded = upgraded_member(member, &protocol, topics);
            let (subscription, target) = upgraded.map_err(|why| unfit(id, why))?;
            members.push((member_id.clone(), subscription, target));
        }
        let records = records_of(id, self.generation, members, topics);
        let mut group = ConsumerGroup::new(id.clone());
        for record in &records {
            group.replay(record.clone());
        }
        if self.state != State::Stable {
            // What was assigned last is not what the members are to have: a hash that differs makes
            // the newcomer's heartbeat assign anew, also if it only takes somebody's place.
            group.epoch.metadata_hash = !group.epoch.metadata_hash;
        }
        Ok((group, records))
    }

    fn check_upgrade(&self, id: &str, settings: &ConsumerSettings) -> Result<(), Refusal> {
        let refuse = |why: &str| {
            let message =
                format!("Cannot upgrade classic group {id} to consumer group because {why}.");
            Err(Refusal::new(ErrorCode::GroupIdNotFound, message))
        };
        if !settings.migration.may_upgrade() {
            return refuse("online upgrade is disabled");
        }
        if !self.is_of_consumers() {
            return refuse("the group does not use the consumer embedded protocol");
        }
        if self.members.len() > settings.members_max {
            return refuse("the group size exceeds the consumer group maximum size");
        }
        Ok(())
    }

    /// Whoever waits for a generation that will not come is told to rejoin.
    pub(crate) fn release_waiting(&mut self) -> Vec<Effect> {
        let code = ErrorCode::RebalanceInProgress;
        let mut effects = Vec::new();
        for (member_id, member) in &mut self.members {
            if let Some(token) = member.awaiting_join.take() {
                let joined = Joined { member_id: member_id.clone(), result: Err(code) };
                effects.push(Effect::Answer(token, Answer::Joined(joined)));
            }
            if let Some(token) = member.awaiting_sync.take() {
                effects.push(Effect::Answer(token, Answer::Synced(Err(code))));
            }
        }
        self.awaiting_joins = 0;
        effects
    }
}

fn unfit(id: &str, why: Unfit) -> Refusal {
    let message = match why {
        Unfit::Malformed => format!(
            "Cannot upgrade classic group {id} to consumer group because the embedded consumer \
             protocol is malformed."
        ),
        Unfit::UserData => format!(
            "Cannot upgrade classic group {id} to consumer group because an unsupported custom \
             assignor is in use. Please refer to the documentation or switch to a default assignor \
             before re-attempting the upgrade."
        ),
    };
    Refusal::new(ErrorCode::GroupIdNotFound, message)
}

fn upgraded_member(
    member: &Member,
    protocol: &str,
    topics: &dyn Topics,
) -> Result<(Subscription, Assignment), Unfit> {
    let target = embedded::assignment(&member.assignment, topics)?;
    let metadata = member.metadata(protocol).ok_or(Unfit::Malformed)?;
    let embedded = embedded::subscription(metadata, topics).ok_or(Unfit::Malformed)?;
    let subscription = Subscription {
        instance_id: member.instance_id.clone(),
        rack_id: embedded.rack_id,
        client_id: member.client_id.clone(),
        client_host: member.client_host.clone(),
        topics: embedded.topics,
        regex: None,
        rebalance_timeout_ms: member.rebalance_timeout_ms,
        server_assignor: None,
        classic: Some(ClassicProtocols {
            session_timeout_ms: member.session_timeout_ms,
            protocols: member.protocols.clone(),
        }),
    };
    Ok((subscription, target))
}

/// In Kafka's order: who is in, the epoch, the targets and theirs, what each has.
fn records_of(
    id: &Arc<str>,
    epoch: i32,
    members: Vec<(Arc<str>, Subscription, Assignment)>,
    topics: &dyn Topics,
) -> Vec<Record> {
    let group = || id.clone();
    let names = members.iter().flat_map(|(_, subscription, _)| subscription.topics.iter().cloned());
    let metadata_hash = metadata_hash_of(&names.collect(), topics);
    let mut records = alloc::vec![Record::ClassicGroup { group: group(), metadata: None }];
    for (member, subscription, _) in &members {
        let (member, subscription) = (member.clone(), Some(subscription.clone()));
        records.push(Record::ConsumerMember { group: group(), member, subscription });
    }
    let group_epoch = Some(GroupEpoch { epoch, metadata_hash });
    records.push(Record::ConsumerGroup { group: group(), epoch: group_epoch });
    for (member, _, target) in &members {
        let (member, partitions) = (member.clone(), Some(target.clone()));
        records.push(Record::TargetAssignment { group: group(), member, partitions });
    }
    // Without a time: the newcomer does not wait for an interval to pass.
    let target_epoch = Some(TargetEpoch { epoch, timestamp: 0 });
    records.push(Record::TargetEpoch { group: group(), epoch: target_epoch });
    for (member, _, target) in members {
        let given = |partitions: &alloc::collections::BTreeSet<i32>| -> BTreeMap<i32, i32> {
            partitions.iter().map(|partition| (*partition, epoch)).collect()
        };
        let current = CurrentAssignment {
            member_epoch: epoch,
            previous_member_epoch: epoch,
            state: MemberState::Stable,
            assigned: target.iter().map(|(topic, it)| (*topic, given(it))).collect(),
            pending_revocation: BTreeMap::new(),
        };
        records.push(Record::CurrentAssignment { group: group(), member, current: Some(current) });
    }
    records
}
