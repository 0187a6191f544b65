//! A group from its member's side, as decisions: who reads what, when to join and when to give back,
//! from where to read, and what a broker still remembers of the last fetch.
//!
//! ```text
//! member.rs    what members and their shell say to each other
//! classic.rs   join, sync, heartbeat          assignor/    what a leader decides
//! consumer.rs  KIP-848: the broker decides    protocol.rs  what members write to each other
//! lanes.rs     records worked on beside each other, and up to where all are done
//! positions.rs, place.rs  from where to read   fetch_session.rs  what changed since the last Fetch
//! ```
//! Values with verbs: each is told what happened and when, and says what to do. No clock, socket or
//! randomness; the consumer of `ottla-client` runs them.
#![no_std]

extern crate alloc;

pub mod assignor;
mod classic;
mod consumer;
mod fetch_session;
mod lanes;
mod member;
mod place;
mod positions;
pub mod protocol;
#[cfg(test)]
mod tests;

pub use assignor::Assignor;
pub use classic::{ClassicMember, ClassicSettings};
pub use consumer::{ConsumerMember, ConsumerSettings, Wanted};
pub use fetch_session::{
    EPOCH_FINAL, EPOCH_FULL, FetchPartition, FetchPlan, FetchSession, SESSION_NONE,
};
pub use lanes::{Lanes, LanesMax, Order, Started, Ticket};
pub use member::{
    Answer, Backoff, ConsumerHeartbeat, Effect, Failure, Generation, GroupRequest, IdPartitions,
    Join, Joined, JoinedMember, Kind, Leave, Leaving, Refusal, Sync,
};
pub use place::{Divergence, Ends, Fetchable, OffsetReset, Position, PositionError, ResetTo};
pub use positions::Positions;
