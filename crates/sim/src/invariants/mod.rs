//! What must hold whatever goes wrong: one property per file, observed event by event. A check
//! draws no randomness and asks the system nothing.
//!
//! | property | file |
//! |---|---|
//! | no acknowledged record is lost or moves | `durable_acks.rs` |
//! | a producer's records keep their order, each at most once, and none is invented | `record_order.rs` |
//! | compaction keeps the last value of every key | `last_values.rs` |
//! | offsets never go back | `offsets_forward.rs` |
//! | every offset between log start and log end has its record | `dense_offsets.rs` |
//! | with `ottla.ack.durability=synced`, what was shown survives a power cut | `shown_stays.rs` |
//! | the log start never goes back, and moves only when it may | `log_start.rs` |
//!
//! And of groups and transactions, deed by deed:
//!
//! | property | file |
//! |---|---|
//! | no committed offset goes back or is lost | `commits_stay.rs` |
//! | the assignments of one generation are disjoint | `one_owner.rs` |
//! | committed readers see all of a transaction or nothing | `whole_transactions.rs` |
//! | no acknowledged send is lost or doubled | `sends_once.rs` |
//! | consume, transform, produce: each input is reflected exactly once | `exactly_once.rs` |

mod commits_stay;
mod dense_offsets;
mod durable_acks;
mod exactly_once;
mod last_values;
mod log_start;
mod offsets_forward;
mod one_owner;
mod record_order;
mod sends_once;
mod shown_stays;
mod whole_transactions;

pub use commits_stay::CommitsStay;
pub use dense_offsets::DenseOffsets;
pub use durable_acks::DurableAcks;
pub use exactly_once::ExactlyOnce;
pub use last_values::LastValues;
pub use log_start::LogStart;
pub use offsets_forward::OffsetsForward;
pub use one_owner::OneOwner;
pub use record_order::RecordOrder;
pub use sends_once::SendsOnce;
pub use shown_stays::ShownStays;
pub use whole_transactions::WholeTransactions;

use crate::{Deed, Event, Rules};

/// A property of a history, or with [`Deed`]s of a ledger.
pub trait Invariant<E = Event>: Send {
    /// Its name: what holds.
    fn name(&self) -> &'static str;

    /// Looks at the next event.
    ///
    /// # Errors
    /// How the event breaks the property.
    fn observe(&mut self, event: &E) -> Result<(), String>;
}

/// All invariants of one partition.
pub fn all(rules: Rules) -> Vec<Box<dyn Invariant>> {
    let mut all: Vec<Box<dyn Invariant>> = vec![
        Box::new(DurableAcks::new(rules.promise, rules.compacted)),
        Box::new(RecordOrder::default()),
        Box::new(OffsetsForward::new(rules.promise)),
        Box::new(LogStart::new(rules.retention)),
    ];
    if rules.compacted {
        all.push(Box::new(LastValues::default()));
    } else {
        all.push(Box::new(DenseOffsets::default()));
    }
    if rules.shown_stays {
        all.push(Box::new(ShownStays::default()));
    }
    all
}

/// All invariants of groups and transactions. `outlives_power` is whether everything that is
/// acknowledged is safe from a power cut.
pub fn of_clients(outlives_power: bool) -> Vec<Box<dyn Invariant<Deed>>> {
    vec![
        Box::new(CommitsStay::new(outlives_power)),
        Box::new(OneOwner::new(outlives_power)),
        Box::new(WholeTransactions::default()),
        Box::new(SendsOnce::default()),
        Box::new(ExactlyOnce::default()),
    ]
}

#[cfg(test)]
mod tests;
