//! One partition's replication, as decisions: who leads, in which epoch, who is in sync, and up to
//! where records are safe (the high watermark). Knows no sockets and no files.
//!
//! Today a node leads alone or follows nobody: followers are counted in, but do not fetch yet.
#![no_std]

extern crate alloc;

mod replica;
#[cfg(test)]
mod tests;

pub use replica::{Acks, Leadership, Replica, Role};
