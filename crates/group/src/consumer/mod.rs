//! Consumer groups: the coordinator assigns, members report and follow (KIP-848).
//!
//! ```text
//! heartbeat ─▶ subscription new, topics changed? ─▶ group epoch + 1
//!                 group epoch > target epoch?    ─▶ assignor: targets, target epoch
//!                 member not at its target?      ─▶ one step towards it
//! ```
//!
//! Unlike classic groups, everything is in the log: decisions only return records.
//!
//! ```text
//! group.rs      the group, changed by records   topics.rs         what it is told of topics
//! heartbeat.rs  ConsumerGroupHeartbeat          metadata_hash.rs  whether topics have changed
//! regex.rs      subscriptions by pattern        assignor/         who reads what
//! target.rs     new targets                     reconcile.rs      a member's next step
//! leave.rs      leaving and being fenced        commit.rs         who may commit and fetch
//! coordinate.rs requests and time               request.rs        what is asked and answered
//! noting.rs     what groups go through
//! ```

mod assignor;
mod commit;
mod coordinate;
mod group;
mod heartbeat;
mod leave;
mod metadata_hash;
mod noting;
mod reconcile;
mod regex;
mod request;
mod target;
#[cfg(test)]
mod tests;
mod topics;

pub use assignor::{Assignor, MemberSpec, Spec};
pub(crate) use commit::{Committer, Partitions};
pub use group::{ConsumerGroup, ConsumerGroupState, ConsumerMember};
pub(crate) use heartbeat::{Outcome, Scope};
pub(crate) use metadata_hash::of_names as metadata_hash_of;
pub(crate) use noting::Reason;
pub use request::{Beat, ClassicJoin, ConsumerHeartbeat, ConsumerSettings, GroupTimes, Refusal};
pub use topics::{InvalidRegex, Topics};
