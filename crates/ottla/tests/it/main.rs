//! The command line as people and scripts see it: the real program, its stdout, stderr and exit code.
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod cli;
