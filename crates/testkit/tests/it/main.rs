//! Outer tests of the testkit.
#![allow(clippy::disallowed_methods, reason = "a test reads its own corpus")]

mod corpora;
