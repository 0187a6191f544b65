//! The group coordinator of one partition of `__consumer_offsets`, as decisions: who is in a group, who
//! reads what, and how far they are.
//!
//! ```text
//! coordinator.rs  Groups: the state of the partition      timers.rs   what time will do
//! group.rs        a group, classic or consumer            record.rs   what is written; codec/: as bytes
//! classic/        JoinGroup, SyncGroup, Heartbeat, …      consumer/   KIP-848
//! migrate/        from one to the other
//! offsets.rs      committed offsets                       commit.rs, fetch.rs  asked for
//! expire.rs       offsets and groups are forgotten        history.rs  what groups went through
//! answer.rs       what requests are answered
//! ```
#![no_std]

extern crate alloc;

mod answer;
mod classic;
mod codec;
mod commit;
mod consumer;
mod coordinator;
mod expire;
mod fetch;
mod group;
mod history;
mod migrate;
mod offsets;
pub mod record;
mod timers;

pub use answer::{Answer, Generation, Joined, JoinedMember, LeftMember, Synced};
pub use classic::{ClassicGroup, JoinGroup, LeaveGroup, LeavingMember, Member, State, SyncGroup};
pub use commit::{CommitOffsets, NewOffset};
pub use consumer::{
    Assignor, Beat, ClassicJoin, ConsumerGroup, ConsumerGroupState, ConsumerHeartbeat,
    ConsumerMember, ConsumerSettings, GroupTimes, InvalidRegex, MemberSpec, Refusal, Spec, Topics,
};
pub use coordinator::{Counts, Decision, Effect, Groups, Settings};
pub use fetch::{FetchOffsets, FetchedOffset};
pub use group::Group;
pub use history::{
    CHANGES_MAX, Change, History, REBALANCES_MAX, Rebalance, STORM_REBALANCES, STORM_WINDOW, What,
};
pub use migrate::{Cluster, MigrationPolicy};
