//! Who may commit offsets of a consumer group, and fetch them.
//!
//! A member may commit a partition in any epoch since it was given to it, because it does not learn of
//! a new epoch at once.

use ottla_base::Uuid;
use ottla_model::ErrorCode;

use super::group::{ConsumerGroup, ConsumerMember};

/// What a commit is checked against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Committer<'a> {
    pub(crate) member_id: &'a str,
    pub(crate) instance_id: Option<&'a str>,
    pub(crate) epoch: i32,
    pub(crate) is_transactional: bool,
    /// Whether the client knows STALE_MEMBER_EPOCH (OffsetCommit v9).
    pub(crate) knows_epochs: bool,
}

/// What is still to be checked of each partition.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Partitions<'a> {
    /// Nothing.
    All,
    /// That the member was given it by `epoch`.
    Given { member: &'a ConsumerMember, epoch: i32 },
}

impl Partitions<'_> {
    /// Whether an offset of a partition may be committed.
    pub(crate) fn check(&self, topic: Uuid, partition: i32) -> Result<(), ErrorCode> {
        let Self::Given { member, epoch } = self else { return Ok(()) };
        let current = &member.current;
        let of = |topics: &alloc::collections::BTreeMap<
            Uuid,
            alloc::collections::BTreeMap<i32, i32>,
        >| {
            topics.get(&topic).and_then(|partitions| partitions.get(&partition)).copied()
        };
        match of(&current.assigned).or_else(|| of(&current.pending_revocation)) {
            Some(given) if *epoch >= given => Ok(()),
            _ => Err(member.wrong_epoch()),
        }
    }
}

impl ConsumerMember {
    fn wrong_epoch(&self) -> ErrorCode {
        match self.is_classic() {
            true => ErrorCode::IllegalGeneration,
            false => ErrorCode::StaleMemberEpoch,
        }
    }
}

impl ConsumerGroup {
    /// Whether somebody may commit, and what of.
    pub(crate) fn check_commit(&self, who: Committer<'_>) -> Result<Partitions<'_>, ErrorCode> {
        if who.epoch < 0 && self.members.is_empty() {
            return Ok(Partitions::All);
        }
        let is_nobody = who.epoch == -1 && who.member_id.is_empty() && who.instance_id.is_none();
        if who.is_transactional && is_nobody {
            return Ok(Partitions::All);
        }
        let member = self.members.get(who.member_id).ok_or(ErrorCode::UnknownMemberId)?;
        if !who.is_transactional && !member.is_classic() && !who.knows_epochs {
            return Err(ErrorCode::UnsupportedVersion);
        }
        match who.epoch.cmp(&member.current.member_epoch) {
            core::cmp::Ordering::Equal => Ok(Partitions::All),
            core::cmp::Ordering::Greater => Err(member.wrong_epoch()),
            core::cmp::Ordering::Less => Ok(Partitions::Given { member, epoch: who.epoch }),
        }
    }

    /// Whether somebody may fetch what is committed.
    pub(crate) fn check_fetch(&self, member_id: Option<&str>, epoch: i32) -> Result<(), ErrorCode> {
        if member_id.is_none() && epoch < 0 {
            return Ok(());
        }
        let member = self.members.get(member_id.unwrap_or("")).ok_or(ErrorCode::UnknownMemberId)?;
        match epoch == member.current.member_epoch {
            true => Ok(()),
            false => Err(member.wrong_epoch()),
        }
    }
}
