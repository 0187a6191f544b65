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

mod dense_offsets;
mod durable_acks;
mod last_values;
mod log_start;
mod offsets_forward;
mod record_order;
mod shown_stays;

pub use dense_offsets::DenseOffsets;
pub use durable_acks::DurableAcks;
pub use last_values::LastValues;
pub use log_start::LogStart;
pub use offsets_forward::OffsetsForward;
pub use record_order::RecordOrder;
pub use shown_stays::ShownStays;

use crate::{Event, Rules};

/// A property of a history.
pub trait Invariant: Send {
    /// Its name: what holds.
    fn name(&self) -> &'static str;

    /// Looks at the next event.
    ///
    /// # Errors
    /// How the event breaks the property.
    fn observe(&mut self, event: &Event) -> Result<(), String>;
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

#[cfg(test)]
mod tests;
