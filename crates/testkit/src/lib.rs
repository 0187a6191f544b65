//! A real broker for users' own tests, in virtual time or at a socket: see [`broker`]. And what the
//! house's own tests share: the script runner for testdata/*.txt, batches as text, fuzz targets.

pub mod batch_text;
#[cfg(feature = "broker")]
pub mod broker;
pub mod fuzz_targets;
#[cfg(feature = "script")]
pub mod script;

#[cfg(feature = "broker")]
pub use broker::{Broker, VirtualBroker, VirtualTime};
