//! Script runner for testdata/*.txt and check helpers.

pub mod fuzz_targets;
