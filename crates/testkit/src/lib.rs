//! Script runner for testdata/*.txt and check helpers.

pub mod batch_text;
pub mod fuzz_targets;
#[cfg(feature = "script")]
pub mod script;
