//! The machine and the versions that figures belong to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::fact;
use crate::server::Places;

/// The version the peer script runs when nothing else is said.
const KAFKA_VERSION: &str = "4.4.0";

/// Name and value of everything a reader needs to know to judge the figures.
pub(crate) fn facts(places: &Places) -> Vec<(&'static str, String)> {
    let scratch = places.scratch.to_string_lossy();
    let ottla = places.ottla.to_string_lossy();
    vec![
        ("processor", fact("/proc/cpuinfo", "model name").unwrap_or_default()),
        ("cores", std::thread::available_parallelism().map_or(0, usize::from).to_string()),
        ("memory", fact("/proc/meminfo", "MemTotal").unwrap_or_default()),
        ("kernel", line("uname", &["-r"])),
        ("file system", line("stat", &["-f", "-c", "%T", &scratch])),
        ("congestion control", content("/proc/sys/net/ipv4/tcp_congestion_control")),
        ("load before", content("/proc/loadavg")),
        ("date", line("date", &["-u", "+%Y-%m-%dT%H:%M:%SZ"])),
        (
            "commit",
            line("git", &["-C", env!("CARGO_MANIFEST_DIR"), "describe", "--always", "--dirty"]),
        ),
        ("ottla", line(&ottla, &["--version"])),
        ("kafka", kafka_version()),
        ("java", java()),
        ("kafka heap", std::env::var("KAFKA_HEAP_OPTS").unwrap_or("-Xmx1G -Xms1G, G1".to_owned())),
    ]
}

/// Where the jars of the Kafka that is measured lie.
pub(crate) fn kafka_libs() -> PathBuf {
    let home = std::env::var("HOME").unwrap_or_default();
    let cache = format!("{home}/.cache/peers/apache-kafka");
    let base = std::env::var("KAFKA_HOME").unwrap_or(cache);
    let version = kafka_version();
    Path::new(&base).join(&version).join(format!("libs-{version}"))
}

fn kafka_version() -> String {
    std::env::var("KAFKA_VERSION").unwrap_or(KAFKA_VERSION.to_owned())
}

fn java() -> String {
    let output = Command::new("java").arg("-version").output();
    first_line(&output.map(|output| output.stderr).unwrap_or_default())
}

/// The first line a program prints; empty when it cannot be run.
fn line(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output();
    first_line(&output.map(|output| output.stdout).unwrap_or_default())
}

/// The first line of a file; empty when it cannot be read.
fn content(path: &str) -> String {
    first_line(&fs::read(path).unwrap_or_default())
}

fn first_line(text: &[u8]) -> String {
    String::from_utf8_lossy(text).lines().next().unwrap_or_default().to_owned()
}
