//! Groups that go from one protocol to the other while their members are at work (KIP-848).
//!
//! ```text
//! classic group ── a consumer joins by ConsumerGroupHeartbeat ──▶ consumer group, with classic members
//!               ◀── the last member that is not classic goes ────
//! ```
//!
//! In a consumer group, those who still speak the classic protocol are answered from the group's state:
//! the member epoch is their generation, and whoever is not at its target is told to rejoin.
//!
//! ```text
//! upgrade.rs   a classic group's records as a consumer group   downgrade.rs  the way back
//! join.rs      JoinGroup in a consumer group                   follow.rs     SyncGroup, Heartbeat
//! leave.rs     LeaveGroup                                      embedded.rs   what consumers send inside them
//! ```

mod downgrade;
mod embedded;
mod follow;
mod join;
mod leave;
mod upgrade;

pub(crate) use downgrade::Cause;

use crate::consumer::{GroupTimes, Topics};

/// `group.consumer.migration.policy`: which way groups may go that have members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MigrationPolicy {
    /// Neither; nor may a classic member join a consumer group.
    Disabled,
    /// From classic to consumer.
    Upgrade,
    /// From consumer to classic.
    Downgrade,
    /// Both.
    #[default]
    Bidirectional,
}

impl MigrationPolicy {
    /// The policy of this name, in whatever case.
    pub fn named(name: &str) -> Option<Self> {
        let all = [
            ("disabled", Self::Disabled),
            ("upgrade", Self::Upgrade),
            ("downgrade", Self::Downgrade),
            ("bidirectional", Self::Bidirectional),
        ];
        all.into_iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, policy)| policy)
    }

    fn may_upgrade(self) -> bool {
        matches!(self, Self::Upgrade | Self::Bidirectional)
    }

    fn may_downgrade(self) -> bool {
        matches!(self, Self::Downgrade | Self::Bidirectional)
    }
}

/// What a group sees of the cluster.
#[derive(Clone, Copy)]
pub struct Cluster<'a> {
    /// The topics that its members may read.
    pub topics: &'a dyn Topics,
    /// What is configured for the group.
    pub times: GroupTimes,
}

impl core::fmt::Debug for Cluster<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Cluster").field("times", &self.times).finish_non_exhaustive()
    }
}
