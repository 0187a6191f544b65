//! All automation: codegen, tidy, simulate, bench.
#![allow(clippy::disallowed_methods, reason = "tools of the house work on its files")]

mod codegen;
mod tidy;

use std::process::ExitCode;

const USAGE: &str =
    "usage: cargo xtask codegen [--check] | tidy [--write] | simulate SEEDS | bench CASE…";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args.as_slice() {
        ["codegen"] => codegen::write(),
        ["codegen", "--check"] => codegen::check(),
        ["tidy"] => tidy::check(),
        ["tidy", "--write"] => tidy::write(),
        ["simulate", rest @ ..] => simulate(rest),
        ["bench", rest @ ..] => bench(rest),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Builds the runner of simulated worlds optimized, and runs it.
fn simulate(args: &[&str]) -> Result<(), String> {
    let built =
        ["run", "--quiet", "--profile", "simulate", "-p", "ottla-sim", "--bin", "simulate", "--"];
    cargo(&[&built, args].concat())
}

/// Builds ottla and the bench optimized, and runs the bench.
fn bench(args: &[&str]) -> Result<(), String> {
    if args != ["list"] {
        cargo(&["build", "--quiet", "--release", "-p", "ottla"])?;
    }
    cargo(&[&["run", "--quiet", "--release", "-p", "ottla-bench", "--"], args].concat())
}

fn cargo(args: &[&str]) -> Result<(), String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    match std::process::Command::new(cargo).args(args).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("not all is well".to_owned()),
        Err(error) => Err(format!("cargo could not be run: {error}")),
    }
}
