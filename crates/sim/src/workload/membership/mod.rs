//! A member of a group: joins, keeps its place, gives back and takes over partitions as it is told.

mod classic;
mod consumer;

use std::collections::BTreeSet;

use ottla_io::Io;
use ottla_model::TopicPartition;

use super::caller::{Caller, CoordinatorOf};
use super::{Failure, Target};
use crate::{Deed, GroupPartition, Ledger};

use classic::Classic;
use consumer::Consumer;

/// How a group shares its partitions out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// JoinGroup and SyncGroup; everything is given back before each rebalance.
    Eager,
    /// JoinGroup and SyncGroup; what moves is given back first, and moves with the next rebalance.
    Cooperative,
    /// ConsumerGroupHeartbeat (KIP-848).
    Consumer,
}

/// Who commits offsets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The group.
    pub group: String,
    /// The member's id; empty if it has none.
    pub member_id: String,
    /// The generation, or the member's epoch; -1 without.
    pub epoch: i32,
    /// Whether commits of an older epoch are refused whatever they are of.
    is_fenced_by_epoch: bool,
}

impl Identity {
    /// Somebody who is no member.
    pub fn nobody(group: &str) -> Self {
        let (group, member_id) = (group.to_owned(), String::new());
        Self { group, member_id, epoch: -1, is_fenced_by_epoch: false }
    }

    /// What a member does before it sends a commit.
    pub(super) fn commit_sent(
        &self,
        commit: u64,
        partition: &TopicPartition,
        offset: i64,
        is_transactional: bool,
    ) -> Deed {
        let by = match self.is_fenced_by_epoch {
            true => format!("{} in {}", self.member_id, self.epoch),
            false => self.member_id.clone(),
        };
        let of = GroupPartition { group: self.group.clone(), partition: partition.clone() };
        Deed::CommitSent { commit, of, offset, by, is_transactional }
    }
}

/// What a group is about.
#[derive(Debug, Clone)]
pub struct GroupOf {
    /// The group.
    pub group: String,
    /// The topic that it reads.
    pub topic: String,
    /// Partitions of the topic.
    pub partitions: i32,
    /// How it shares them out.
    pub protocol: Protocol,
}

/// A member.
pub struct Membership {
    caller: Caller,
    ledger: Ledger,
    of: GroupOf,
    kind: Kind,
    has_coordinator: bool,
}

enum Kind {
    Classic(Classic),
    Consumer(Consumer),
}

impl Membership {
    /// One that is about to join.
    pub fn new(io: Io, target: &Target, ledger: Ledger, of: GroupOf) -> Self {
        let kind = match of.protocol {
            Protocol::Eager | Protocol::Cooperative => Kind::Classic(Classic::default()),
            Protocol::Consumer => Kind::Consumer(Consumer::new(&io)),
        };
        let caller = Caller::new(io, target).patient(classic::ANSWER_MAX);
        Self { caller, ledger, of, kind, has_coordinator: false }
    }

    /// Says that it is there, and follows what it is told: joins, gives back, takes over.
    ///
    /// # Errors
    /// There was no answer.
    pub async fn keep_up(&mut self) -> Result<(), Failure> {
        if !self.has_coordinator {
            self.caller.find_coordinator(CoordinatorOf::Group, &self.of.group).await;
            self.has_coordinator = true;
        }
        match &mut self.kind {
            Kind::Classic(classic) => {
                classic.keep_up(&mut self.caller, &self.ledger, &self.of).await
            }
            Kind::Consumer(consumer) => {
                consumer.keep_up(&mut self.caller, &self.ledger, &self.of).await
            }
        }
    }

    /// Leaves the group.
    ///
    /// # Errors
    /// There was no answer.
    pub async fn leave(&mut self) -> Result<(), Failure> {
        match &mut self.kind {
            Kind::Classic(classic) => classic.leave(&mut self.caller, &self.of).await,
            Kind::Consumer(consumer) => consumer.leave(&mut self.caller, &self.of).await,
        }
    }

    /// The partitions that it has.
    pub fn owned(&self) -> BTreeSet<TopicPartition> {
        let owned = match &self.kind {
            Kind::Classic(classic) => &classic.owned,
            Kind::Consumer(consumer) => &consumer.owned,
        };
        owned.iter().map(|index| TopicPartition::new(self.of.topic.as_str(), *index)).collect()
    }

    /// As whom it commits; `None` while it is in no generation.
    pub fn identity(&self) -> Option<Identity> {
        let (member_id, epoch) = match &self.kind {
            Kind::Classic(classic) => (classic.member_id.clone(), classic.generation?),
            Kind::Consumer(consumer) => (consumer.member_id.clone(), consumer.epoch?),
        };
        let group = self.of.group.clone();
        let is_fenced_by_epoch = matches!(self.kind, Kind::Classic(_));
        Some(Identity { group, member_id, epoch, is_fenced_by_epoch })
    }
}

/// Notes what a member was told it has.
fn note_assigned(
    ledger: &Ledger,
    of: &GroupOf,
    epoch: i32,
    member: &str,
    partitions: &BTreeSet<i32>,
) {
    let name = |index: &i32| TopicPartition::new(of.topic.as_str(), *index);
    ledger.note(Deed::Assigned {
        group: of.group.clone(),
        epoch,
        member: member.to_owned(),
        partitions: partitions.iter().map(name).collect(),
    });
}
