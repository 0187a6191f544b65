//! The one binary: serve, and the command line.

fn main() {}
