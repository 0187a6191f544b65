//! All automation: codegen, tidy.

fn main() {}
