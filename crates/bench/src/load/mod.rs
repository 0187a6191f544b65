//! The loads: what is sent, what comes back, and what of it is counted.

mod catch_up;
mod connections;
mod follow;
mod java;
mod memory;
mod produce;
mod size;
mod start;
mod wires;

use crate::cases::{Case, Load};
use crate::figure::{Figure, Sample};
use crate::histogram::Histogram;
use crate::server::{Places, Server, Side};
use wires::{Answer, Clock, Wires};

/// Seconds of one point of a curve.
pub(crate) const CURVE_STEP_S: f64 = 0.25;
/// How long answers may take that are still out when a load ends.
const DRAIN_NS: u64 = 5_000_000_000;
/// Seconds of one slice of warm-up.
const SLICE_S: f64 = 2.0;
/// A JIT has settled when CPU per request changes by less than this from slice to slice.
const SETTLED: f64 = 0.05;

/// One run of one case on one side.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    /// Which case.
    pub(crate) case: &'static Case,
    /// On whom.
    pub(crate) side: Side,
    /// Where programs and data are.
    pub(crate) places: &'a Places,
    /// How long is measured.
    pub(crate) seconds: f64,
    /// How long Apache Kafka may take to warm up.
    pub(crate) warm_seconds: f64,
}

impl Run<'_> {
    /// Starts the server, drives it, and says what was seen.
    pub(crate) fn measure(&self) -> Result<Sample, String> {
        match self.case.load {
            Load::Produce(load) => produce::measure(self, load),
            Load::CatchUp { from_disk } => catch_up::measure(self, from_disk),
            Load::Follow { consumers, per_second, value_bytes } => {
                follow::measure(self, follow::Shape { consumers, per_second, value_bytes })
            }
            Load::Idle { connections } => connections::idle(self, connections),
            Load::Connects { per_second } => connections::connects(self, per_second),
            Load::Start { partitions } => start::measure(self, partitions),
            Load::Memory { bytes } => memory::measure(self, bytes),
            Load::BinarySize => size::measure(self),
            Load::JavaProduce => java::produce(self),
            Load::JavaConsume => java::consume(self),
        }
    }

    /// Settings of the topic on this side.
    fn topic_settings(&self) -> &'static [(&'static str, &'static str)] {
        match self.side {
            Side::Ottla => self.case.topic_ottla,
            Side::Kafka | Side::Floor => self.case.topic_kafka,
        }
    }

    fn start(&self) -> Result<Server, String> {
        Server::start(self.side, self.places, self.case)
    }

    /// Runs slices of a load, which return how much they did, until its CPU settles: some for Apache
    /// Kafka, whose JIT needs it, one for what was compiled before.
    fn warm(
        &self,
        server: &Server,
        mut slice: impl FnMut(f64) -> Result<f64, String>,
    ) -> Result<(), String> {
        let slices = (self.warm_seconds / SLICE_S).ceil() as usize;
        let mut last = f64::INFINITY;
        for number in 0..slices.max(1) {
            let before = server.cpu_seconds()?;
            let done = slice(SLICE_S.min(self.seconds))?;
            let cost = (server.cpu_seconds()? - before) / done.max(1.0);
            let settled = number > 0 && (cost / last - 1.0).abs() < SETTLED;
            if settled || self.side != Side::Kafka {
                return Ok(());
            }
            last = cost;
        }
        Ok(())
    }
}

/// What a load counts.
#[derive(Default)]
struct Tally {
    /// Requests answered.
    requests: u64,
    /// Bytes of record batches acknowledged or fetched.
    bytes: u64,
    latency: Histogram,
    /// Bytes, or requests, in each step of [`CURVE_STEP_S`].
    steps: Vec<u64>,
    /// Seconds until the last answer that brought something.
    seconds: f64,
    begun: u64,
}

impl Tally {
    /// Counts an answer that was worth `weight` on the curve.
    fn count(&mut self, at: u64, bytes: u64, weight: u64) {
        self.requests += 1;
        self.bytes += bytes;
        let step = (at.saturating_sub(self.begun) as f64 / 1e9 / CURVE_STEP_S) as usize;
        if weight > 0 {
            self.seconds = at.saturating_sub(self.begun) as f64 / 1e9;
        }
        if step >= self.steps.len() {
            self.steps.resize(step + 1, 0);
        }
        if let Some(count) = self.steps.get_mut(step) {
            *count += weight;
        }
    }

    /// Rates over time; the last step is not whole and left out.
    fn curve(&self, scale: f64) -> Vec<f64> {
        let whole = self.steps.len().saturating_sub(1);
        self.steps.iter().take(whole).map(|n| *n as f64 * scale / CURVE_STEP_S).collect()
    }
}

/// A load as a value: what to send when, and what an answer leads to.
trait Script {
    /// Begins to send.
    fn open(&mut self, now: u64);
    /// Sends what is due; when it is to be asked again, at the latest.
    fn send(&mut self, wires: &mut Wires, now: u64) -> Result<u64, String>;
    /// Takes an answer. Sends what follows from it, unless [`Self::close`] was called.
    fn answered(
        &mut self,
        wires: &mut Wires,
        answer: Answer,
        tally: &mut Tally,
    ) -> Result<(), String>;
    /// Sends nothing new any more.
    fn close(&mut self);
    /// Whether nothing is left to do, before the time is over.
    fn is_done(&self) -> bool {
        false
    }
}

/// Runs a script for so many seconds, then waits for the answers that are out.
fn drive(
    script: &mut dyn Script,
    wires: &mut Wires,
    clock: Clock,
    seconds: f64,
) -> Result<Tally, String> {
    let begun = clock.now();
    let until = begun + (seconds * 1e9) as u64;
    let mut tally = Tally { begun, ..Tally::default() };
    let mut answers = Vec::new();
    let mut is_open = true;
    script.open(begun);
    loop {
        let now = clock.now();
        if is_open && (now >= until || script.is_done()) {
            script.close();
            is_open = false;
        }
        if !is_open && (now >= until + DRAIN_NS || wires.unanswered().next().is_none()) {
            break;
        }
        let next = if is_open { script.send(wires, now)?.min(until) } else { until + DRAIN_NS };
        wires.turn(next, &mut answers).map_err(|error| format!("the load broke: {error}"))?;
        for answer in answers.drain(..) {
            script.answered(wires, answer, &mut tally)?;
        }
    }
    let now = clock.now();
    // Who got no answer waited at least until now.
    for due in wires.unanswered() {
        tally.latency.add(now.saturating_sub(due));
    }
    Ok(tally)
}

/// Runs a warm script once more and counts what the server used for it.
fn measured(
    server: &Server,
    script: &mut dyn Script,
    wires: &mut Wires,
    clock: Clock,
    seconds: f64,
) -> Result<(Tally, f64), String> {
    let before = server.cpu_seconds()?;
    let tally = drive(script, wires, clock, seconds)?;
    let cpu = server.cpu_seconds()? - before;
    if tally.requests == 0 {
        return Err("nothing was answered".to_owned());
    }
    Ok((tally, cpu))
}

/// Notes the figures that follow from bytes and CPU.
fn set_bulk(sample: &mut Sample, tally: &Tally, cpu_seconds: f64) {
    let gigabytes = tally.bytes as f64 / 1e9;
    sample.set(Figure::CpuSecondsPerGb, cpu_seconds / gigabytes.max(1e-9));
    sample.set(Figure::MbPerSecond, gigabytes * 1e3 / tally.seconds.max(1e-9));
    sample.curve = tally.curve(1e-6);
}

/// Wakes the generator when it asked to be woken, not fifty microseconds later.
pub(crate) fn be_punctual() {
    let _coarser = rustix::thread::set_current_timer_slack(std::num::NonZeroU64::new(1));
}

/// Now, as record timestamps have it.
fn wall_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}
