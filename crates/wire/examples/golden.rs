//! The bridge to the differential test against Kafka's classes: see `conformance/golden/run.sh`.
//!
//! Lines are `name version variant hex`. `check` reads lines that Kafka wrote and compares;
//! `emit SEED` prints messages of our own making for Kafka to read.

use bytes::Bytes;
use ottla_base::Rng;
use ottla_wire::Reader;
use ottla_wire::any::{self, AnyError, AnyMessage, MESSAGES};
use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::process::ExitCode;

/// Values to find per message and version, and random buffers to look for them in.
const FOUND_MAX: usize = 6;
const TRIES_MAX: usize = 400;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["check"] => check(),
        ["emit", seed] => emit(seed.parse().unwrap_or(1)),
        _ => {
            eprintln!("usage: golden check < LINES | golden emit SEED");
            ExitCode::from(2)
        }
    }
}

fn check() -> ExitCode {
    let (mut passed, mut failed) = (0, 0);
    let lines: Vec<String> = std::io::stdin().lock().lines().map_while(Result::ok).collect();
    let lines: Vec<Vec<&str>> = lines.iter().map(|line| line.split(' ').collect()).collect();
    // Each message filled as its newest version has it: lines are in the order of versions.
    let mut newest = BTreeMap::new();
    for line in &lines {
        if let [name, version, "filled", hex] = line.as_slice() {
            newest.insert(*name, (*version, *hex));
        }
    }
    for line in &lines {
        match check_line(line, &newest) {
            Ok(true) => passed += 1,
            Ok(false) => {}
            Err(why) => {
                failed += 1;
                println!("FAIL rust {}\n  {why}", line.join(" "));
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether the line was checked; headers are not in the list of messages.
fn check_line(line: &[&str], newest: &BTreeMap<&str, (&str, &str)>) -> Result<bool, String> {
    let [name, version, variant, hex] = line else {
        return Err("not a line of four words".to_owned());
    };
    if ["RequestHeader", "ResponseHeader"].contains(name) {
        return Ok(false);
    }
    let message = any::by_name(name).ok_or("no such message")?;
    let version: i16 = version.parse().map_err(|_| "no version")?;
    let ours = match *variant {
        "default" => message.default_bytes(version).map_err(AnyError::Encode),
        "newest" => {
            let (from, filled) = newest.get(name).ok_or("no newest version")?;
            let from = from.parse().map_err(|_| "no version")?;
            message.transcode(from, version, from_hex(filled).into())
        }
        _ => message.roundtrip(version, from_hex(hex).into()),
    };
    let ours = match ours {
        Err(AnyError::Encode(_)) => "refused".to_owned(),
        ours => to_hex(&ours.map_err(|e| e.to_string())?),
    };
    if ours != *hex {
        return Err(ours);
    }
    if *variant == "default" {
        return check_line(&[name, line[1], "again", hex], newest);
    }
    Ok(true)
}

fn emit(seed: u64) -> ExitCode {
    let mut rng = Rng::new(seed);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for message in MESSAGES {
        for version in message.versions.clone() {
            for bytes in values(message, version, &mut rng) {
                let hex = to_hex(&bytes);
                if writeln!(out, "{} {version} random {hex}", message.name).is_err() {
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    ExitCode::SUCCESS
}

/// Messages found by reading random bytes, as we write them.
fn values(message: &AnyMessage, version: i16, rng: &mut Rng) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for _ in 0..TRIES_MAX {
        if found.len() == FOUND_MAX {
            break;
        }
        // Long enough for any message, and mostly small numbers, so that lengths make sense.
        let mut bytes = vec![0; 4096];
        rng.fill(&mut bytes);
        let most = rng.range(1, 4) as u8;
        for byte in &mut bytes {
            *byte = if *byte > 250 { *byte } else { *byte % (most + 1) };
        }
        let bytes = Bytes::from(bytes);
        let mut r = Reader::new(bytes.clone());
        if message.decode(&mut r, version).is_err() {
            continue;
        }
        let used = bytes.slice(..bytes.len() - r.remaining());
        if let Ok(ours) = message.roundtrip(version, used) {
            found.push(ours);
        }
    }
    found
}

fn to_hex(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "-".to_owned();
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digit = |c: u8| char::from(c).to_digit(16).unwrap_or(0) as u8;
    let text = text.trim_start_matches('-').as_bytes();
    text.chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}
