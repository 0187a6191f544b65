//! Outer tests of the testkit.
#![allow(clippy::disallowed_methods, reason = "a test reads its own corpus")]

#[cfg(feature = "broker")]
mod broker;
mod corpora;
