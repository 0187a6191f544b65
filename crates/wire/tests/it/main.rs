//! What must hold of every message, over the bytes that Kafka's own classes wrote.

mod golden;
mod hostile;
mod layout;

use bytes::Bytes;
use ottla_wire::any::{AnyMessage, by_name};

/// A line of `testdata/golden.txt`: a message as Kafka 4.4.0 writes it.
struct Line {
    message: &'static AnyMessage,
    version: i16,
    /// `default`, `filled` (two elements in each array), `nulls` (every null that is allowed), or
    /// `large` (extreme numbers, long strings), or `newest` (filled as the newest version has it,
    /// written at this one).
    variant: &'static str,
    /// `None` where Kafka refuses to write it.
    bytes: Option<Bytes>,
}

/// All lines; `conformance/golden/run.sh --write` makes the file.
fn golden_lines() -> Vec<Line> {
    include_str!("../../testdata/golden.txt").lines().map(parse).collect()
}

fn parse(line: &'static str) -> Line {
    let words: Vec<&str> = line.split(' ').collect();
    let [name, version, variant, hex] = words.as_slice() else { panic!("{line}") };
    Line {
        message: by_name(name).unwrap_or_else(|| panic!("no message {name}")),
        version: version.parse().unwrap_or_else(|e| panic!("{line}: {e}")),
        variant,
        bytes: (*hex != "refused").then(|| from_hex(hex)),
    }
}

fn from_hex(text: &str) -> Bytes {
    let text = text.trim_start_matches('-').as_bytes();
    let digit = |c: u8| char::from(c).to_digit(16).map_or(0, |digit| digit as u8);
    text.chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}
