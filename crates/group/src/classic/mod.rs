//! Classic groups: members join, one of them assigns, all are told (KIP-62, KIP-345, KIP-394, KIP-559,
//! KIP-800, KIP-814).
//!
//! ```text
//!            join                      all joined, or time is up             leader syncs
//! Empty ───────────▶ PreparingRebalance ───────────▶ CompletingRebalance ───────────▶ Stable
//!   ▲                     │    ▲                             │                          │
//!   └──── nobody left ────┘    └──── join, leave, silence ───┴──────────────────────────┘
//! ```
//!
//! Who joins is not in the log until the leader has assigned: decisions change the state at once, and
//! the record only notes it ([`ottla_coordinator::Decision::is_replayed`]).
//!
//! ```text
//! group.rs  the state and its members     join.rs       JoinGroup
//! subscribed.rs  topics of the members    static_member.rs  a static member comes back
//! rebalance.rs   begin and complete       sync.rs, heartbeat.rs, leave.rs  the other verbs
//! stored.rs      records
//! ```

mod group;
mod heartbeat;
mod join;
mod leave;
mod rebalance;
mod static_member;
mod stored;
mod subscribed;
mod sync;

pub(crate) use group::CONSUMER_PROTOCOL_TYPE;
pub use group::{ClassicGroup, Member, State};
pub use join::JoinGroup;
pub use leave::{LeaveGroup, LeavingMember};
pub use sync::SyncGroup;
