//! What coordinators have in common. A coordinator owns one partition of an internal topic: its
//! state is what the records in there say, and what it decides it says in records.
//!
//! ```text
//! request ─▶ decide: records + effects ─▶ append ─▶ replay ─▶ (high watermark passes) ─▶ effects
//! ```
//!
//! A decision looks at everything that was appended, committed or not; its effects, such as the
//! answer to the one who asked, happen once its records and all those it could see are committed.
//! So nobody is told what a new leader of the partition may not know.
#![no_std]

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;

use ottla_base::{MonoTime, Now};
use ottla_model::{ErrorCode, Offset, ProducerId};

/// Names one request that waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

/// A producer, as records in a transaction name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Producer {
    /// Its id.
    pub id: ProducerId,
    /// Its epoch.
    pub epoch: i16,
}

/// Where and when a record was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// Its offset in the coordinator's partition.
    pub offset: Offset,
    /// Its timestamp, in milliseconds.
    pub timestamp: i64,
    /// Whose transaction it belongs to; it means nothing before that is committed.
    pub transaction: Option<Producer>,
}

/// A record as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyValue {
    /// Its key, which says what kind of record it is.
    pub key: Vec<u8>,
    /// Its value; `None` is a tombstone.
    pub value: Option<Vec<u8>>,
}

/// A record that this program cannot read, or a value that does not fit into one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordError(pub String);

impl core::fmt::Display for RecordError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for RecordError {}

/// What was decided: records that are written together or not at all, and what happens once they
/// are committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<R, E> {
    /// What to write.
    pub records: Vec<R>,
    /// The transaction the records belong to.
    pub transaction: Option<Producer>,
    /// Whether the state follows from replaying the records. False where the decision has changed
    /// the state already and the records only note it (classic groups, whose members are not in
    /// the log while they join).
    pub is_replayed: bool,
    /// What happens afterwards, in this order.
    pub effects: Vec<E>,
}

impl<R, E> Decision<R, E> {
    /// Nothing to write, nothing to do.
    pub fn nothing() -> Self {
        Self::effects(Vec::new())
    }

    /// Nothing to write; `effects` happen once everything seen so far is committed.
    pub fn effects(effects: Vec<E>) -> Self {
        Self { records: Vec::new(), transaction: None, is_replayed: true, effects }
    }

    /// Records, then effects.
    pub fn new(records: Vec<R>, effects: Vec<E>) -> Self {
        Self { records, ..Self::effects(effects) }
    }
}

/// The state that one partition of an internal topic describes.
pub trait Coordinator {
    /// What is written.
    type Record;
    /// What is done once records are committed; at least: answer the request with this token.
    type Effect;

    /// A record as it is stored.
    ///
    /// # Errors
    /// A value that the format cannot hold.
    fn encode(&self, record: &Self::Record) -> Result<KeyValue, RecordError>;

    /// A stored record; `None` if it is of a kind that only newer programs know.
    ///
    /// # Errors
    /// A record that is damaged.
    fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Option<Self::Record>, RecordError>;

    /// Follows a record: while the partition is loaded, and after each append.
    fn replay(&mut self, record: Self::Record, at: At);

    /// Follows a transaction marker: what `producer` wrote since its last one is valid or void.
    fn end_transaction(&mut self, producer: Producer, committed: bool, at: At);

    /// Everything in the log has been replayed; requests may come.
    fn loaded(&mut self, now: Now) -> Vec<Decision<Self::Record, Self::Effect>>;

    /// When [`Self::tick`] has something to do; `None` if time changes nothing.
    fn next_deadline(&self) -> Option<MonoTime>;

    /// Does what has become due.
    fn tick(&mut self, now: Now) -> Vec<Decision<Self::Record, Self::Effect>>;

    /// The records of `decision` could not be written: takes back what it had changed, and says
    /// what happens instead of its effects.
    fn not_written(
        &mut self,
        decision: Decision<Self::Record, Self::Effect>,
        why: ErrorCode,
    ) -> Vec<Self::Effect>;
}

/// The partition of an internal topic that is responsible for `key`: Java's `String.hashCode`, which
/// counts UTF-16 units, as an absolute value (0 for the one that has none), modulo the number of
/// partitions.
pub fn partition_for(key: &str, partitions: i32) -> i32 {
    let units = key.encode_utf16();
    let hash = units.fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    hash.checked_abs().unwrap_or(0) % partitions.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_partition_that_kafka_gives_it() {
        // From `Utils.abs(key.hashCode()) % 50` of Apache Kafka 4.4; the last two have a negative hash.
        for (key, partition) in [
            ("", 0),
            ("a", 47),
            ("group", 47),
            ("console-consumer-12345", 6),
            ("그룹", 19),
            ("𝄞", 44),
            ("polygenelubricants", 0),
            ("kafka-streams-app", 2),
            ("consumer-9", 48),
        ] {
            assert_eq!(partition_for(key, 50), partition, "{key}");
        }
    }
}
