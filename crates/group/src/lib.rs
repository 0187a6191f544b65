//! Consumer groups.
#![no_std]
extern crate alloc;
mod codec;
mod offsets;
pub mod record;
