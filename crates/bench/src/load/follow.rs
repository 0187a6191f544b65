//! One producer at a steady rate, and consumers that wait for what it writes. A record's offset says
//! when it was due, so that the way from producer to consumer is timed without a word in the record.

use super::produce::{Producers, TOPIC, connect};
use super::wires::{Answer, Clock, Wires};
use super::{Run, Script, Tally, drive, measured, set_bulk};
use crate::admin::Admin;
use crate::cases::{Pace, Produce};
use crate::figure::{Figure, Sample};
use crate::frames::{self, BatchShape, FetchShape};
use ottla_base::Uuid;

/// As of a consumer that is not configured.
const SHAPE: FetchShape = FetchShape { wait_ms_max: 500, partition_bytes_max: 1024 * 1024 };

/// How much there is to follow, and for how many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) consumers: usize,
    pub(super) per_second: u64,
    pub(super) value_bytes: usize,
}

pub(super) fn measure(run: &Run<'_>, shape: Shape) -> Result<Sample, String> {
    let server = run.start()?;
    let topic = Admin::connect(server.address)?.make_topic(TOPIC, 1, run.topic_settings())?;
    let clock = Clock::start();
    let mut wires = connect(&server, 1 + shape.consumers, clock)?;
    let mut script = Follow::new(topic, shape)?;
    run.warm(&server, |seconds| {
        Ok(drive(&mut script, &mut wires, clock, seconds)?.bytes as f64 / 1e6)
    })?;
    let (tally, cpu) = measured(&server, &mut script, &mut wires, clock, run.seconds)?;
    let mut sample = Sample::default();
    set_bulk(&mut sample, &tally, cpu);
    let records = tally.latency.total() as f64;
    sample.set(Figure::CpuUsPerRequest, cpu * 1e6 / records.max(1.0));
    sample.set(Figure::PerSecond, records / tally.seconds);
    sample.set_latency(tally.latency);
    Ok(sample)
}

/// Connection 0 produces, the others consume.
struct Follow {
    producers: Producers,
    /// Requests answered to the producer, each one record: where the next one lies.
    produced: u64,
    topic: Uuid,
    per_second: u64,
    /// Where each consumer is.
    offsets: Vec<i64>,
    /// Whether each consumer has asked and waits.
    waits: Vec<bool>,
    begun: u64,
    /// Offset of the first record of this run.
    first: u64,
    is_open: bool,
}

impl Follow {
    fn new(topic: Uuid, shape: Shape) -> Result<Self, String> {
        let batch = BatchShape { records: 1, value_bytes: shape.value_bytes, keyed: false };
        let pace = Pace::PerSecond(shape.per_second);
        let load =
            Produce { batch, partitions: 1, partitions_per_request: 1, connections: 1, pace };
        Ok(Self {
            producers: Producers::new(topic, load)?,
            produced: 0,
            topic,
            per_second: shape.per_second,
            offsets: vec![0; shape.consumers],
            waits: vec![false; shape.consumers],
            begun: 0,
            first: 0,
            is_open: false,
        })
    }

    fn ask(&mut self, wires: &mut Wires, consumer: usize, now: u64) -> Result<(), String> {
        let (Some(offset), Some(waits)) =
            (self.offsets.get(consumer), self.waits.get_mut(consumer))
        else {
            return Ok(());
        };
        *waits = true;
        let frame = frames::fetch(self.topic, 0, *offset, SHAPE)?;
        wires.send(1 + consumer, frame, now).map_err(|error| format!("not sent: {error}"))
    }

    /// Times the records of this run among those that came.
    fn time(&self, (from, to): (i64, i64), at: u64, tally: &mut Tally) {
        for offset in from.max(self.first as i64)..to {
            let number = offset as u64 - self.first;
            let due = self.begun + number * 1_000_000_000 / self.per_second.max(1);
            tally.latency.add(at.saturating_sub(due));
        }
    }
}

impl Script for Follow {
    fn open(&mut self, now: u64) {
        self.producers.open(now);
        (self.begun, self.first, self.is_open) = (now, self.produced, true);
    }

    fn send(&mut self, wires: &mut Wires, now: u64) -> Result<u64, String> {
        for consumer in 0..self.offsets.len() {
            if self.waits.get(consumer) == Some(&false) {
                self.ask(wires, consumer, now)?;
            }
        }
        self.producers.send(wires, now)
    }

    fn answered(
        &mut self,
        wires: &mut Wires,
        answer: Answer,
        tally: &mut Tally,
    ) -> Result<(), String> {
        let Some(consumer) = answer.wire.checked_sub(1) else {
            self.produced += 1;
            return frames::check_produced(answer.frame);
        };
        let fetched = frames::fetched(answer.frame)?;
        tally.count(answer.at, fetched.bytes, fetched.bytes);
        if let (Some((_, to)), Some(offset)) = (fetched.offsets, self.offsets.get_mut(consumer)) {
            let from = std::mem::replace(offset, to);
            self.time((from, to), answer.at, tally);
        }
        if self.is_open {
            return self.ask(wires, consumer, answer.at);
        }
        if let Some(waits) = self.waits.get_mut(consumer) {
            *waits = false;
        }
        Ok(())
    }

    fn close(&mut self) {
        self.producers.close();
        self.is_open = false;
    }
}
