//! Outer tests of the testkit.

mod corpora;
