//! OffsetCommit, TxnOffsetCommit, OffsetDelete: where a group is.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::{Now, Uuid};
use ottla_coordinator::{Producer, Token};
use ottla_model::{ErrorCode, LeaderEpoch, Offset};

use crate::answer::Answer;
use crate::classic::{ClassicGroup, State};
use crate::consumer::{Committer, Partitions};
use crate::coordinator::{Decision, Groups, answer};
use crate::group::Group;
use crate::offsets::tombstone;
use crate::record::{CommittedOffset, Record};

/// An OffsetCommit or TxnOffsetCommit request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitOffsets<'a> {
    /// The group.
    pub group: &'a str,
    /// Who commits; empty for nobody in particular.
    pub member_id: &'a str,
    /// `group.instance.id`.
    pub instance_id: Option<&'a str>,
    /// The generation or member epoch it is in; negative for none.
    pub generation: i32,
    /// How long to keep the offsets, in milliseconds, if not as long as others (v2-4).
    pub retention_ms: Option<i64>,
    /// The transaction they belong to.
    pub transaction: Option<Producer>,
    /// Whether the client knows GROUP_ID_NOT_FOUND and STALE_MEMBER_EPOCH (OffsetCommit v9).
    pub knows_epochs: bool,
    /// The offsets.
    pub offsets: Vec<NewOffset>,
}

/// An offset to commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOffset {
    /// The topic.
    pub topic: Arc<str>,
    /// Its id; zero if unknown.
    pub topic_id: Uuid,
    /// The partition.
    pub partition: i32,
    /// The next record to read.
    pub offset: Offset,
    /// Leader epoch of the last record read; -1 if unknown.
    pub leader_epoch: LeaderEpoch,
    /// What the client wants to remember with it.
    pub metadata: String,
}

impl CommitOffsets<'_> {
    fn committer(&self) -> Committer<'_> {
        Committer {
            member_id: self.member_id,
            instance_id: self.instance_id,
            epoch: self.generation,
            is_transactional: self.transaction.is_some(),
            knows_epochs: self.knows_epochs,
        }
    }
}

/// Producers do not know of member epochs.
fn told(code: ErrorCode, is_transactional: bool) -> ErrorCode {
    match code {
        ErrorCode::StaleMemberEpoch if is_transactional => ErrorCode::IllegalGeneration,
        code => code,
    }
}

impl Groups {
    /// Commits offsets, at once or with a transaction.
    pub fn commit(&mut self, now: Now, token: Token, request: CommitOffsets<'_>) -> Decision {
        if request.transaction.is_some() && request.group.is_empty() {
            return answer(token, Answer::Partitions(Err(ErrorCode::InvalidGroupId)));
        }
        if let Err(code) = self.check_commit(&request) {
            return answer(token, Answer::Partitions(Err(code)));
        }
        self.keep_session(now, &request);
        let group: Arc<str> = self
            .by_id
            .get_key_value(request.group)
            .map_or_else(|| request.group.into(), |(id, _)| id.clone());
        let mut records = Vec::with_capacity(request.offsets.len());
        let mut verdicts = Vec::with_capacity(request.offsets.len());
        let allowed = self.allowed_partitions(&request);
        let expire_timestamp = request.retention_ms.map(|ms| now.wall.millis.saturating_add(ms));
        for new in request.offsets {
            if new.metadata.encode_utf16().count() > self.settings.offset_metadata_units_max {
                verdicts.push(Err(ErrorCode::OffsetMetadataTooLarge));
                continue;
            }
            if let Err(code) = allowed.check(new.topic_id, new.partition) {
                verdicts.push(Err(told(code, request.transaction.is_some())));
                continue;
            }
            verdicts.push(Ok(()));
            records.push(Record::OffsetCommit {
                group: group.clone(),
                topic: new.topic,
                partition: new.partition,
                committed: Some(CommittedOffset {
                    offset: new.offset,
                    leader_epoch: new.leader_epoch,
                    metadata: new.metadata.into(),
                    commit_timestamp: now.wall.millis,
                    expire_timestamp,
                    topic_id: new.topic_id,
                }),
            });
        }
        self.counts.commits += records.len() as u64;
        let effect = crate::coordinator::Effect::Answer(token, Answer::Partitions(Ok(verdicts)));
        Decision { transaction: request.transaction, ..Decision::new(records, alloc::vec![effect]) }
    }

    fn check_commit(&self, request: &CommitOffsets<'_>) -> Result<(), ErrorCode> {
        match self.by_id.get(request.group) {
            // A client that assigns itself: the group is made of its offsets.
            None if request.generation < 0 => Ok(()),
            None if request.transaction.is_none() && request.knows_epochs => {
                Err(ErrorCode::GroupIdNotFound)
            }
            None => Err(ErrorCode::IllegalGeneration),
            Some(Group::Classic(group)) => group.check_commit(request),
            Some(Group::Consumer(group)) => match group.check_commit(request.committer()) {
                Ok(_) => Ok(()),
                Err(code) => Err(told(code, request.transaction.is_some())),
            },
        }
    }

    /// What of a request that is allowed still depends on the partition.
    fn allowed_partitions(&self, request: &CommitOffsets<'_>) -> Partitions<'_> {
        match self.by_id.get(request.group) {
            Some(Group::Consumer(group)) => {
                group.check_commit(request.committer()).unwrap_or(Partitions::All)
            }
            _ => Partitions::All,
        }
    }

    /// Whoever commits is alive.
    fn keep_session(&mut self, now: Now, request: &CommitOffsets<'_>) {
        let Some((id, Group::Classic(group))) = self.by_id.get_key_value(request.group) else {
            return;
        };
        let keeps = matches!(group.state(), State::Stable | State::PreparingRebalance);
        if request.transaction.is_some() || !keeps {
            return;
        }
        let id = id.clone();
        let mut out = Decision::nothing();
        self.with_classic(now, &id, &mut out, |group, cx| group.note_alive(cx, request.member_id));
    }

    /// Takes committed offsets away, of topics that no member reads.
    pub fn delete_offsets(
        &mut self,
        token: Token,
        group: &str,
        partitions: Vec<(Arc<str>, i32)>,
    ) -> Decision {
        let refuse = |code| answer(token, Answer::Partitions(Err(code)));
        if group.is_empty() {
            return refuse(ErrorCode::InvalidGroupId);
        }
        let Some((id, known)) = self.by_id.get_key_value(group) else {
            return refuse(ErrorCode::GroupIdNotFound);
        };
        // Of members that are not consumers it is not known what they read.
        if let Group::Classic(known) = known
            && !known.is_empty()
            && !known.is_of_consumers()
        {
            return refuse(ErrorCode::NonEmptyGroup);
        }
        let mut records = Vec::new();
        let mut verdicts = Vec::with_capacity(partitions.len());
        for (topic, partition) in partitions {
            if known.is_subscribed_to(&topic) {
                verdicts.push(Err(ErrorCode::GroupSubscribedToTopic));
                continue;
            }
            verdicts.push(Ok(()));
            if self.offsets.get(id, &topic, partition).is_some()
                || self.offsets.is_pending(id, &topic, partition)
            {
                records.push(tombstone(id, topic, partition));
            }
        }
        self.counts.deletions += records.len() as u64;
        let effect = crate::coordinator::Effect::Answer(token, Answer::Partitions(Ok(verdicts)));
        Decision::new(records, alloc::vec![effect])
    }
}

impl ClassicGroup {
    fn check_commit(&self, request: &CommitOffsets<'_>) -> Result<(), ErrorCode> {
        let is_transactional = request.transaction.is_some();
        if request.generation < 0 && self.is_empty() {
            return Ok(());
        }
        let names_member = !request.member_id.is_empty() || request.instance_id.is_some();
        if request.generation >= 0 || names_member {
            self.check_member(request.member_id, request.instance_id)?;
            if !self.is_generation_of(request.member_id, request.generation) {
                return Err(ErrorCode::IllegalGeneration);
            }
        } else if !is_transactional && !self.is_empty() {
            return Err(ErrorCode::UnknownMemberId);
        }
        if !is_transactional && self.state() == State::CompletingRebalance {
            return Err(ErrorCode::RebalanceInProgress);
        }
        Ok(())
    }
}
