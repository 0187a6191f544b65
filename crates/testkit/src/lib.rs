//! Script runner for testdata/*.txt and check helpers.
