//! Compaction: of every key the newest record stays (`cleanup.policy=compact`). The result is that
//! of Apache Kafka's cleaner, batch by batch.
//!
//! ```text
//! choose.rs   how dirty a log is, and what of it may be cleaned      keyhash.rs  a key in 16 bytes
//! offset_map.rs  the newest offset of each key, in bounded memory    txns.rs     aborted transactions
//! window.rs   batches of a segment, through a bounded buffer         group.rs    segments that become one
//! retain.rs   which batches and records stay                         replace.rs  the log afterwards
//! run.rs      Compaction: reads the dirty part, copies the groups
//! ```
//!
//! A [`Compaction`] is taken from a log and works beside it, on sealed segments only, a buffer at a
//! time: whoever drives it decides between two steps whether to wait or to give up. It writes
//! nothing: each step returns bytes for the files of the cleaned segment.

mod choose;
mod group;
mod keyhash;
mod offset_map;
mod replace;
mod retain;
mod run;
mod txns;
mod window;

pub use choose::{Cleanable, CleanableState};
pub use group::SourceSegment;
pub use offset_map::OffsetMap;
pub use retain::LastRecord;
pub use run::{CleanedBytes, CleanedSegment, Compaction, CompactionLimits, CompactionStats, Round};
