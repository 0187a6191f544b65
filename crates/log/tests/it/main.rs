//! The log as its users see it: scripts against files in memory.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod memory;
mod old_formats;
mod script;

mod appending;
mod compacting;
mod crashes;
mod producing;
mod retaining;
mod truncating;
mod txn_check;
