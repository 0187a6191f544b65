//! `cargo +nightly fuzz run frame_stream`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ottla_testkit::fuzz_targets::frame::frame_stream(bytes));
