//! Side by side with Apache Kafka: starts both in turn, drives both with the same load, and prints
//! ratios. Called by `cargo xtask bench`, which builds it and ottla optimized. `bench/README.md` says
//! what each case does and how figures are taken.
#![allow(clippy::disallowed_methods, reason = "measures real processes with the real clock")]
#![allow(
    clippy::disallowed_types,
    reason = "plain sockets, so that the load is not ottla's own code"
)]

mod admin;
mod cases;
mod driver;
mod figure;
mod floor;
mod frames;
mod histogram;
mod load;
mod machine;
mod options;
mod process;
mod report;
mod server;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args.as_slice() {
        ["floor", rest @ ..] => floor::run(rest),
        ["list"] => {
            for case in cases::CASES {
                println!("{:<20} {}", case.name, case.title);
            }
            Ok(())
        }
        _ => options::Options::parse(&args).and_then(|options| driver::run(&options)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
