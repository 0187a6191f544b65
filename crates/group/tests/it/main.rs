//! Scripts against one group coordinator.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails may panic")]

mod classic;
mod offsets;
mod script;
mod statics;
mod time;
