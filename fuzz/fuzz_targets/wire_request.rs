//! `cargo +nightly fuzz run wire_request`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ottla_testkit::fuzz_targets::wire::wire_request(bytes));
