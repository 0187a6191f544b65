//! The transaction coordinator as scripts: requests in, what is written and answered out.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails may panic")]

mod ending;
mod initializing;
mod script;
mod time;
