//! The transaction coordinator of one partition of `__transaction_state`, as decisions.
//!
//! A transactional id has a producer id and an epoch; whoever initializes it next gets a higher epoch,
//! and the one before is fenced. A transaction collects partitions, is prepared to commit or abort by
//! one record, and is complete once every partition has its marker (KIP-98, KIP-360, KIP-890).
//!
//! ```text
//! Empty ──▶ Ongoing ──▶ PrepareCommit ──(markers)──▶ CompleteCommit ──▶ Ongoing …
//!              └──────▶ PrepareAbort  ──(markers)──▶ CompleteAbort  ──▶ Ongoing …
//! ```
//!
//! ```text
//! transaction.rs  what is known of a transactional id    partitions.rs  add and verify partitions
//! init.rs         producer id and epoch, fencing         end.rs         commit, abort, markers written
//! expire.rs       timeouts, forgotten ids                describe.rs    what tools are shown
//! codec.rs        records as bytes                       coordinator.rs the state of the partition
//! ```
#![no_std]

extern crate alloc;

mod codec;
mod coordinator;
mod describe;
mod end;
mod expire;
mod init;
mod partitions;
mod transaction;

pub use coordinator::{Answer, Decision, Effect, Markers, Record, Settings, Transactions};
pub use describe::{Described, Listed};
pub use end::EndTransaction;
pub use init::InitProducerId;
pub use partitions::AddPartitions;
pub use transaction::{State, Transaction, TransactionVersion};
