//! Record batches as bytes: views, builder, validation, compression.
//!
//! A batch (format v2, the only one since Kafka 4.0) is 61 bytes of header and a block of records,
//! compressed as a whole when the codec says so. On disk, in a Produce and in a Fetch it is the
//! same bytes, so this crate works on slices and copies only what a rule makes it rewrite:
//!
//! * [`split_batches`] walks concatenated batches, [`BatchView`] looks at one, [`BatchHeader`] is
//!   its parsed header;
//! * [`records`] iterates the records of a batch, decompressing within a bound;
//! * [`BatchBuilder`] writes a batch;
//! * [`filter`] rewrites a batch with some of its records, as compaction does;
//! * [`validate::validate`] is what a leader checks on Produce;
//! * [`patch`] changes in place what the broker assigns: offset, leader epoch, append time.
//!
//! Nothing here trusts a byte: whatever comes in, the answer is a value or a [`BatchError`], and
//! memory stays within the bound the caller names.

pub mod builder;
pub mod codec;
pub mod control;
pub mod error;
pub mod filter;
pub mod header;
pub mod patch;
pub mod record;
pub mod validate;
pub mod view;

pub use builder::{BatchBuilder, BuildError, NewRecord};
pub use codec::{Codec, CodecSpace, Compression, compress, decompress};
pub use control::{ControlType, EndTxnMarker, TxnMarkerBatch, control_batch};
pub use error::{BatchError, RecordProblem};
pub use filter::{BatchFilter, Filtered, KeyedRecord};
pub use header::{Attributes, BatchHeader, TimestampType};
pub use record::{Header, Headers, Record, RecordIter, Records, records, records_with};
pub use view::{BatchView, Batches, split_batches};
