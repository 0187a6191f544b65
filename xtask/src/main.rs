//! All automation: codegen, tidy, simulate.
#![allow(clippy::disallowed_methods, reason = "tools of the house work on its files")]

mod codegen;
mod tidy;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args.as_slice() {
        ["codegen"] => codegen::write(),
        ["codegen", "--check"] => codegen::check(),
        ["tidy"] => tidy::check(),
        ["tidy", "--write"] => tidy::write(),
        ["simulate", rest @ ..] => simulate(rest),
        _ => {
            Err("usage: cargo xtask codegen [--check] | tidy [--write] | simulate SEEDS".to_owned())
        }
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
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let built =
        ["run", "--quiet", "--profile", "simulate", "-p", "ottla-sim", "--bin", "simulate", "--"];
    let status = std::process::Command::new(cargo).args(built).args(args).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("not all is well".to_owned()),
        Err(error) => Err(format!("cargo could not be run: {error}")),
    }
}
