//! Outer tests of the testkit.
#![allow(clippy::unwrap_used, reason = "a test ends at the first surprise")]
#![allow(clippy::disallowed_methods, reason = "a test reads its own corpus")]

#[cfg(feature = "broker")]
mod broker;
mod corpora;
