//! Produce requests, encoded before: at a rate whether or not answers come, or as fast as they come.

use bytes::Bytes;
use ottla_base::Uuid;
use ottla_wire::messages::produce::{
    PartitionProduceResponse, ProduceResponse, TopicProduceResponse,
};
use ottla_wire::{ApiKey, frame};

use super::wires::{Answer, Clock, Wires};
use super::{Run, Script, Tally, drive, measured, set_bulk, wall_ms};
use crate::admin::Admin;
use crate::cases::{Pace, Produce};
use crate::figure::{Figure, Sample};
use crate::frames;
use crate::server::{Server, Side};

/// Different requests of one connection for the same partitions; a broker cannot know them by heart.
const VARIANTS: usize = 4;
/// Most that one measured run may write.
const BYTES_MAX: u64 = 3_000_000_000;
/// The topic of every load.
pub(super) const TOPIC: &str = "bench";

pub(super) fn measure(run: &Run<'_>, load: Produce) -> Result<Sample, String> {
    let (server, topic) = if run.side == Side::Floor {
        (floor(run, load)?, Uuid::default())
    } else {
        let server = run.start()?;
        let mut admin = Admin::connect(server.address)?;
        let topic = admin.make_topic(TOPIC, load.partitions, run.topic_settings())?;
        (server, topic)
    };
    let clock = Clock::start();
    let mut wires = connect(&server, load.connections, clock)?;
    let mut script = Producers::new(topic, load)?;
    run.warm(&server, |seconds| {
        Ok(drive(&mut script, &mut wires, clock, seconds)?.requests as f64)
    })?;
    let (tally, cpu) = measured(&server, &mut script, &mut wires, clock, run.seconds)?;
    let mut sample = Sample::default();
    set_bulk(&mut sample, &tally, cpu);
    sample.set(Figure::CpuUsPerRequest, cpu * 1e6 / tally.requests as f64);
    sample.set(Figure::PerSecond, tally.requests as f64 / tally.seconds);
    if matches!(load.pace, Pace::PerSecond(_)) {
        sample.curve = tally.curve(1.0 / script.request_bytes as f64);
    }
    sample.set_latency(tally.latency);
    Ok(sample)
}

pub(super) fn connect(server: &Server, count: usize, clock: Clock) -> Result<Wires, String> {
    Wires::connect(server.address, count, clock)
        .map_err(|error| format!("{}: {error}", server.address))
}

/// The floor for this load: it knows where the one batch of each request lies and what to answer.
fn floor(run: &Run<'_>, load: Produce) -> Result<Server, String> {
    let batch = frames::batch(load.batch, 0, wall_ms());
    let request = frames::produce(Uuid::default(), vec![(0, batch.clone())], -1)?;
    let at = request.windows(batch.len()).position(|window| window == batch);
    let at = at.ok_or("the batch is not in its own request")?;
    let partition = PartitionProduceResponse::default();
    let topic = TopicProduceResponse {
        partition_responses: vec![partition],
        ..TopicProduceResponse::default()
    };
    let response = ProduceResponse { responses: vec![topic], ..ProduceResponse::default() };
    let answer = frame::response(ApiKey::Produce, &response, frames::PRODUCE_VERSION, 1)
        .map_err(|error| error.to_string())?;
    let args = [
        "produce".to_owned(),
        at.to_string(),
        batch.len().to_string(),
        crate::floor::hex(&answer.bytes),
    ];
    Server::floor(run.places, &args)
}

/// The producers of a load, as a script.
pub(super) struct Producers {
    /// For each connection, what it sends in turn.
    requests: Vec<Vec<Bytes>>,
    next: Vec<usize>,
    pace: Pace,
    /// Bytes of records in one request.
    pub(super) request_bytes: u64,
    bytes_max: u64,
    begun: u64,
    /// Requests sent since [`Script::open`].
    sent: u64,
    is_open: bool,
}

impl Producers {
    pub(super) fn new(topic: Uuid, load: Produce) -> Result<Self, String> {
        let now = wall_ms();
        let mut request_bytes = 0;
        let mut requests = Vec::new();
        for connection in 0..load.connections {
            let mut frames = Vec::new();
            for variant in 0..VARIANTS {
                let batches = batches_of(load, connection, variant, now);
                request_bytes = batches.iter().map(|(_, batch)| batch.len() as u64).sum();
                frames.push(frames::produce(topic, batches, -1)?);
            }
            requests.push(frames);
        }
        let next = vec![0; requests.len()];
        let pace = load.pace;
        let bytes_max = BYTES_MAX;
        Ok(Self {
            requests,
            next,
            pace,
            request_bytes,
            bytes_max,
            begun: 0,
            sent: 0,
            is_open: false,
        })
    }

    /// Stops a run after this many bytes.
    pub(super) fn limit(mut self, bytes: u64) -> Self {
        self.bytes_max = bytes;
        self
    }

    fn send_one(&mut self, wires: &mut Wires, connection: usize, due: u64) -> Result<(), String> {
        let (Some(requests), Some(next)) =
            (self.requests.get(connection), self.next.get_mut(connection))
        else {
            return Ok(());
        };
        let Some(frame) = requests.get(*next % requests.len().max(1)) else { return Ok(()) };
        *next += 1;
        self.sent += 1;
        wires.send(connection, frame.clone(), due).map_err(|error| format!("not sent: {error}"))
    }

    /// When the next request of a steady rate is due.
    fn due(&self, per_second: u64) -> u64 {
        self.begun + self.sent * 1_000_000_000 / per_second.max(1)
    }
}

/// The batches of one request, each for its own partition; connections begin at different ones.
fn batches_of(load: Produce, connection: usize, variant: usize, now: i64) -> Vec<(i32, Vec<u8>)> {
    let first = (connection * load.partitions as usize / load.connections.max(1)) as i32
        + variant as i32 * load.partitions_per_request * i32::from(load.partitions_per_request > 1);
    let batch = |n: i32| {
        let seed = ((connection as u64) << 32) | ((variant as u64) << 16) | n as u64;
        ((first + n) % load.partitions, frames::batch(load.batch, seed, now))
    };
    (0..load.partitions_per_request).map(batch).collect()
}

impl Script for Producers {
    fn open(&mut self, now: u64) {
        (self.begun, self.sent, self.is_open) = (now, 0, true);
    }

    fn send(&mut self, wires: &mut Wires, now: u64) -> Result<u64, String> {
        let connections = self.requests.len();
        match self.pace {
            Pace::PerSecond(rate) => {
                while self.due(rate) <= now {
                    let due = self.due(rate);
                    self.send_one(wires, self.sent as usize % connections.max(1), due)?;
                }
                Ok(self.due(rate))
            }
            Pace::Window(window) => {
                if self.sent == 0 {
                    for connection in (0..connections).flat_map(|c| vec![c; window]) {
                        self.send_one(wires, connection, now)?;
                    }
                }
                Ok(u64::MAX)
            }
        }
    }

    fn answered(
        &mut self,
        wires: &mut Wires,
        answer: Answer,
        tally: &mut Tally,
    ) -> Result<(), String> {
        frames::check_produced(answer.frame)?;
        tally.count(answer.at, self.request_bytes, self.request_bytes);
        tally.latency.add(answer.at.saturating_sub(answer.due));
        if self.is_open && matches!(self.pace, Pace::Window(_)) {
            self.send_one(wires, answer.wire, answer.at)?;
        }
        Ok(())
    }

    fn close(&mut self) {
        self.is_open = false;
    }

    fn is_done(&self) -> bool {
        self.sent * self.request_bytes >= self.bytes_max
    }
}
