//! Consumer groups.
#![no_std]
extern crate alloc;
mod codec;
pub mod record;
