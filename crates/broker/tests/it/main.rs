//! Outer tests of the broker: scripts against a whole node.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod scripts;
