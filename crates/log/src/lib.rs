//! One partition's log, as decisions: offsets, segments, indexes, producer state, retention, crash
//! recovery. Knows no topics, opens no files, asks no clock.
//!
//! A [`Log`] is the small part of a log that is kept in memory: segments as numbers, leader
//! epochs, producers. Its verbs come in pairs. `plan_…` looks at the state and says what is to be
//! written, and where; when that is done, `commit_…` makes the state follow. A write that fails is
//! simply not committed. Reading verbs look into the files through [`SegmentBytes`], by position;
//! nothing of a sealed segment is held in memory.
//!
//! ```text
//! append.rs     place batches: offsets, roll, index entries      files/      the file formats
//! read.rs       find offset, bytes up to a limit                 scan.rs     walk the batches of a file
//! aborted.rs    transactions that a reader leaves out
//! timestamp.rs  find a record by its time                        segment.rs  what is known of a segment
//! truncate.rs   cut the end, drop the front, start over          epochs.rs   leader epochs
//! retention.rs  which segments may go                            producers/  sequences, transactions
//! recover.rs    what of a segment survived a crash       synced.rs   what recovery need not read
//! open.rs       from the files of a dir to a Log        summary.rs  a log whose files are not open
//! damage.rs     what of a segment is damaged for good
//! compact/      of every key the newest record          scrub.rs    check a segment in pieces
//! ```
#![no_std]

extern crate alloc;

pub mod aborted;
pub mod append;
pub mod compact;
pub mod config;
pub mod damage;
pub mod epochs;
pub mod error;
pub mod files;
mod index_floor;
pub mod log;
mod old_format;
pub mod open;
pub mod producers;
pub mod read;
pub mod recover;
pub mod retention;
pub mod scan;
pub mod scrub;
pub mod segment;
pub mod source;
pub mod summary;
mod synced;
pub mod timestamp;
pub mod truncate;
pub mod txn_check;

pub use append::{AppendAs, AppendPlan, Appended, IndexWrites, RollPlan};
pub use config::{AckDurability, LogConfig, TimestampType};
pub use damage::DamagedRange;
pub use epochs::LeaderEpochs;
pub use error::{AppendError, LogError};
pub use log::Log;
pub use open::{FoundSegment, Opening};
pub use producers::{ProducerEntry, Producers};
pub use read::{ReadPlan, ReadRequest};
pub use recover::RecoveredSegment;
pub use retention::{DeletionReason, RetentionPlan, RetentionStep};
pub use segment::{Segment, TimestampAndOffset};
pub use source::SegmentBytes;
pub use summary::LogSummary;
pub use timestamp::{FoundTimestamp, TimestampTarget};
pub use truncate::TruncatePlan;

pub use files::names::SegmentFile;
