//! The metadata quorum as a value: events in, effects out. Knows no file, socket or clock, and not
//! what the records it orders mean.
//!
//! [`Quorum::step`] takes one [`Event`] and the time, and returns the [`Effect`]s it causes, in the
//! order in which the shell must carry them out. Every effect says what it waits for; the shell
//! answers the slow ones ([`Effect::Sync`]) with an event once they are done, and may feed other
//! events in the meantime.
//!
//! ```text
//!   Start --------> PersistState, BecomeLeader, Append(LeaderChange), Sync
//!   Synced -------> HighWatermark           (what lies below it is committed)
//!   Append -------> Append, Sync            (Sync only when none is under way: group commit)
//! ```
//!
//! The protocol is KRaft (KIP-595, 630, 853, 996). A quorum whose only voter is this node is
//! complete: it starts as a candidate in a new epoch, has its own vote, becomes leader and commits
//! what its disk has synced. Voters carry directory ids and endpoints, states are those of
//! `quorum-state`, so that votes and fetches of other voters come in as further events and leave
//! as further effects.
#![no_std]

extern crate alloc;

mod effect;
mod quorum;
mod state;
mod voters;

#[cfg(test)]
mod tests;

pub use effect::{Batch, ControlRecord, Effect, Event};
pub use quorum::{LogEnds, OpenError, Quorum, Role};
pub use state::QuorumState;
pub use voters::{ReplicaKey, Voter, VoterEndpoint, VoterSet};
