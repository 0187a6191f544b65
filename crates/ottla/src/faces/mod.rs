//! Known tools, by whose names this binary can be called: their flags, their output.

mod kafka_dump_log;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// Runs the tool whose name the program was called by; `None` if it is none of them.
pub(crate) fn run(arguments: &[OsString]) -> Option<ExitCode> {
    let (called, rest) = arguments.split_first()?;
    let name = Path::new(called).file_name()?.to_string_lossy();
    let rest: Vec<String> =
        rest.iter().map(|argument| argument.to_string_lossy().into_owned()).collect();
    match name.strip_suffix(".sh").unwrap_or(&name) {
        "kafka-dump-log" => Some(kafka_dump_log::run(&rest)),
        _ => None,
    }
}
