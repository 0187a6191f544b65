//! Connections that do nothing, and connections that come and go.

use std::time::{Duration, Instant};

use super::wires::{Clock, Wires};
use super::{Run, Tally};
use crate::admin::{Admin, api_versions_frame};
use crate::figure::{Figure, Sample};
use crate::process::resident_bytes;
use crate::server::Server;

/// Connections made before memory is looked at: what a server sets up once is not theirs.
const FIRST_CONNECTIONS: usize = 200;
/// How long a server is left alone before its memory is looked at.
const CALM: Duration = Duration::from_secs(2);
/// Threads that connect in turn; each waits for its own answers.
const CONNECTORS: u64 = 4;
/// Connections of the generator and files beside them.
const OPEN_FILES_WANTED: u64 = 20_000;

/// Memory of connections that asked for the API versions once and then do nothing.
pub(super) fn idle(run: &Run<'_>, connections: usize) -> Result<Sample, String> {
    may_open_files();
    let server = run.start()?;
    let first = connect(&server, FIRST_CONNECTIONS)?;
    std::thread::sleep(CALM);
    let before = resident_bytes(server.pid)?;
    let more = connect(&server, connections)?;
    std::thread::sleep(CALM);
    let after = resident_bytes(server.pid)?;
    drop((first, more));
    let mut sample = Sample::default();
    let each = (after - before).max(0.0) / connections as f64;
    sample.set(Figure::KibPerConnection, each / 1024.0);
    Ok(sample)
}

fn connect(server: &Server, count: usize) -> Result<Wires, String> {
    let clock = Clock::start();
    let mut wires = super::produce::connect(server, count, clock)?;
    let frame = api_versions_frame()?;
    let mut answers = Vec::new();
    for wire in 0..count {
        wires.send(wire, frame.clone(), clock.now()).map_err(|error| error.to_string())?;
    }
    let begun = Instant::now();
    while wires.unanswered().next().is_some() {
        if begun.elapsed() > Duration::from_secs(60) {
            return Err("some connections were not answered".to_owned());
        }
        let until = clock.now() + 100_000_000;
        wires.turn(until, &mut answers).map_err(|error| error.to_string())?;
        answers.clear();
    }
    Ok(wires)
}

/// CPU of connections that are made, ask for the API versions and are closed.
pub(super) fn connects(run: &Run<'_>, per_second: u64) -> Result<Sample, String> {
    let server = run.start()?;
    run.warm(&server, |seconds| Ok(come_and_go(&server, per_second, seconds)?.requests as f64))?;
    let before = server.cpu_seconds()?;
    let tally = come_and_go(&server, per_second, run.seconds)?;
    let cpu = server.cpu_seconds()? - before;
    let mut sample = Sample::default();
    sample.set(Figure::CpuUsPerConnect, cpu * 1e6 / (tally.requests as f64).max(1.0));
    sample.set(Figure::PerSecond, tally.requests as f64 / tally.seconds);
    sample.set_latency(tally.latency);
    Ok(sample)
}

fn come_and_go(server: &Server, per_second: u64, seconds: f64) -> Result<Tally, String> {
    let clock = Clock::start();
    let count = (per_second as f64 * seconds) as u64;
    let due = |number: u64| number * 1_000_000_000 / per_second.max(1);
    let connector = |first: u64| -> Result<Tally, String> {
        super::be_punctual();
        let mut tally = Tally::default();
        for number in (first..count).step_by(CONNECTORS as usize) {
            std::thread::sleep(Duration::from_nanos(due(number).saturating_sub(clock.now())));
            Admin::connect(server.address)?.api_versions()?;
            let at = clock.now();
            tally.count(at, 0, 1);
            tally.latency.add(at.saturating_sub(due(number)));
        }
        Ok(tally)
    };
    let tallies: Vec<Result<Tally, String>> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..CONNECTORS).map(|first| scope.spawn(move || connector(first))).collect();
        let failed = |_| Err("a connecting thread failed".to_owned());
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(failed)).collect()
    });
    let mut all = Tally { seconds: clock.now() as f64 / 1e9, ..Tally::default() };
    for tally in tallies {
        let tally = tally?;
        all.requests += tally.requests;
        all.latency.merge(&tally.latency);
    }
    Ok(all)
}

/// Servers started from here inherit it.
fn may_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(OPEN_FILES_WANTED, |max| max.min(OPEN_FILES_WANTED));
    if limit.current.is_some_and(|current| current < wanted) {
        let limit = Rlimit { current: Some(wanted), maximum: limit.maximum };
        let _refused = setrlimit(Resource::Nofile, limit);
    }
}
