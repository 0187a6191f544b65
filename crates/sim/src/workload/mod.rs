//! What clients do: one verb per file, on raw Kafka requests over simulated sockets, so that the
//! whole broker is between a workload and the disk.

mod alter_config;
mod caller;
mod churn;
mod committed;
mod connection;
mod create_topic;
mod delete_records;
mod fetch;
mod idempotent;
mod list_offsets;
mod membership;
mod offsets;
mod produce;
mod source;
mod transactional;
mod worker;

pub use alter_config::alter_config;
pub use caller::{Caller, CoordinatorOf};
pub use churn::{Churn, topic_names};
pub use committed::{Committed, fetch_committed};
pub use connection::{Connection, Failure};
pub use create_topic::create_topic;
pub use delete_records::delete_records;
pub use fetch::Reader;
pub use idempotent::IdempotentProducer;
pub use list_offsets::{EARLIEST, LATEST, offset_at};
pub use membership::{GroupOf, Identity, Membership, Protocol};
pub use offsets::{commit_offset, fetch_offset};
pub use produce::Producer;
pub use source::{Sink, write_idempotently, write_in_transactions};
pub use transactional::{Broken, TransactionalProducer};
pub use worker::{Board, Place, Worker};

use std::time::Duration;

/// The partition a workload works on, and where its broker is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Host of the broker: the name of its node.
    pub host: String,
    /// Port of the broker.
    pub port: u16,
    /// Name of the topic.
    pub topic: String,
    /// Partition of it.
    pub partition: i32,
}

/// How long a client waits for an answer before it gives the connection up.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// How long it waits before it tries again.
const PAUSE: Duration = Duration::from_millis(100);

/// Keys of the records of a compacted topic.
const KEYS: u64 = 5;

/// Of so many records, one is a tombstone, where they have keys.
const TOMBSTONE_EVERY: u64 = 9;

/// The key of a producer's record number `number`; all producers share the keys.
pub(crate) fn key_of(number: u64) -> u64 {
    number % KEYS
}

/// Whether a producer's record number `number` deletes its key.
pub(crate) fn is_tombstone(number: u64) -> bool {
    number % TOMBSTONE_EVERY == TOMBSTONE_EVERY - 1
}

/// The name of the header that says which record a tombstone is.
pub(crate) const IDENTITY: &str = "id";

/// The value of a record: whose it is, and which.
pub(crate) fn value_of(producer: u64, number: u64) -> String {
    format!("{producer}:{number}")
}

/// The inverse of [`value_of`].
pub(crate) fn parse_value(value: &[u8]) -> Option<(u64, u64)> {
    let (producer, number) = std::str::from_utf8(value).ok()?.split_once(':')?;
    let number = number.split(' ').next()?;
    Some((producer.parse().ok()?, number.parse().ok()?))
}
