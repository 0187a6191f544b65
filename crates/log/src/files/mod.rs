//! The files of a log dir and of a partition dir, one module per format: bytes in, values out, and
//! back. Formats are Kafka 4.4's, byte for byte, so that either program can open what the other
//! wrote.
//!
//! When the broker writes each: `.log .index .timeindex` with every append (the last time index
//! entry of a segment when it is rolled or closed), `.txnindex` with an abort marker, `.snapshot`
//! at a roll and at a clean stop, `leader-epoch-checkpoint` when an epoch starts or is cut off,
//! `partition.metadata` once, the offset checkpoints once a minute and at a clean stop,
//! `meta.properties` when a log dir is formatted, `.kafka_cleanshutdown` as the last act of a
//! clean stop. Ours is `ottla-manifest`, written just before that.

pub mod clean_shutdown;
pub mod damaged_batches;
pub mod leader_epoch_checkpoint;
pub mod manifest;
pub mod meta_properties;
pub mod names;
pub mod offset_checkpoint;
pub mod offset_index;
pub mod partition_metadata;
pub mod producer_snapshot;
pub mod time_index;
pub mod txn_index;

use alloc::string::String;
use core::fmt;

/// A file whose content is not of its format, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadFile(pub String);

impl fmt::Display for BadFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for BadFile {}

/// The big-endian field of `N` bytes at `at`, if `bytes` reach that far.
fn field<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk::<N>().copied()
}
