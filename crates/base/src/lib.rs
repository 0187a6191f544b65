//! What the standard library lacks, and every other room needs. Knows no Kafka.
//!
//! `no_std`: the compiler offers this crate no clock, thread, file or hash seed.
#![no_std]

extern crate alloc;

pub mod always;
pub mod byte_source;
mod crc32;
pub mod crc32c;
pub mod rng;
pub mod time;
pub mod uuid;
pub mod varint;

pub use byte_source::{ByteSource, SourceError};
pub use crc32::Crc32;
pub use crc32c::{Crc32c, crc32c};
pub use rng::Rng;
pub use time::{MonoTime, Now, WallTime};
pub use uuid::Uuid;
