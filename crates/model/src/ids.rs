//! Numbers with a name. They are aliases, not wrappers: arithmetic on them is what the log and the
//! quorum do all day, and the protocol's sentinels (-1) are part of their range.

/// Position of a record in a partition; -1 where there is none.
pub type Offset = i64;
/// Counts the leaders a partition or quorum has had; -1 where it is unknown.
pub type LeaderEpoch = i32;
/// Identifies a producer across its batches; -1 for a producer that is not idempotent.
pub type ProducerId = i64;
/// Counts the incarnations of a producer id; -1 where there is no producer id.
pub type ProducerEpoch = i16;
/// A node of the cluster (`node.id`); -1 where there is none.
pub type BrokerId = i32;

/// No leader epoch known.
pub const NO_LEADER_EPOCH: LeaderEpoch = -1;
/// Not an idempotent producer.
pub const NO_PRODUCER_ID: ProducerId = -1;
/// No producer epoch.
pub const NO_PRODUCER_EPOCH: ProducerEpoch = -1;
/// No sequence number.
pub const NO_SEQUENCE: i32 = -1;
/// No timestamp.
pub const NO_TIMESTAMP: i64 = -1;
