//! `cargo +nightly fuzz run record_read`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ottla_testkit::fuzz_targets::record::record_read(bytes));
