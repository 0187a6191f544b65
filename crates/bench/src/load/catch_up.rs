//! Consumers that read what lies there as fast as they can, each a partition of its own.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use ottla_base::Uuid;
use ottla_wire::messages::fetch::{FetchResponse, FetchableTopicResponse, PartitionData};
use ottla_wire::{ApiKey, Records, frame};
use rustix::fs::Advice;

use super::produce::{Producers, TOPIC, connect};
use super::wires::{Answer, Clock, Wires};
use super::{Run, Script, Tally, drive, measured, set_bulk, wall_ms};
use crate::admin::Admin;
use crate::cases::{Pace, Produce};
use crate::figure::Sample;
use crate::frames::{self, BatchShape, FetchShape};
use crate::server::{Server, Side};

/// What lies in each partition: batches of 16 KiB, as producers make them by default.
const BATCH: BatchShape = BatchShape { records: 15, value_bytes: 1024, keyed: false };
/// Partitions, and consumers.
const PARTITIONS: i32 = 6;
/// Bytes to be read, over all partitions.
const BYTES: u64 = 1_200_000_000;
/// A consumer that is not configured asks for this much.
const SHAPE: FetchShape = FetchShape { wait_ms_max: 500, partition_bytes_max: 1024 * 1024 };
/// How long the load may take that fills the partitions.
const FILL_SECONDS: f64 = 60.0;
/// How long Apache Kafka is given to remap what it has mapped, and write-back to end.
const CALM: Duration = Duration::from_secs(1);

pub(super) fn measure(run: &Run<'_>, from_disk: bool) -> Result<Sample, String> {
    let (server, topic) = if run.side == Side::Floor {
        (floor(run)?, Uuid::default())
    } else {
        let server = run.start()?;
        let topic = fill(run, &server)?;
        (server, topic)
    };
    let clock = Clock::start();
    let mut wires = connect(&server, PARTITIONS as usize, clock)?.skimming();
    let mut script = CatchUp::new(topic);
    run.warm(&server, |seconds| {
        Ok(drive(&mut script, &mut wires, clock, seconds)?.bytes as f64 / 1e6)
    })?;
    settle(&server.data, from_disk)?;
    if from_disk {
        script.rewind();
        script.passes_max = 1;
    }
    let (tally, cpu) = measured(&server, &mut script, &mut wires, clock, run.seconds)?;
    let mut sample = Sample::default();
    set_bulk(&mut sample, &tally, cpu);
    Ok(sample)
}

fn fill(run: &Run<'_>, server: &Server) -> Result<Uuid, String> {
    let topic =
        Admin::connect(server.address)?.make_topic(TOPIC, PARTITIONS, run.topic_settings())?;
    let load = Produce {
        batch: BATCH,
        partitions: PARTITIONS,
        partitions_per_request: 1,
        connections: PARTITIONS as usize,
        pace: Pace::Window(5),
    };
    let clock = Clock::start();
    let mut wires = connect(server, load.connections, clock)?;
    let mut producers = Producers::new(topic, load)?.limit(BYTES);
    drive(&mut producers, &mut wires, clock, FILL_SECONDS)?;
    Ok(topic)
}

/// Writes back all of a directory's log files, and takes them out of the page cache if the system
/// `forgets`. Writing back what the load brought is nobody's work of reading, whoever does it: ottla
/// syncs by itself, Apache Kafka leaves it to the system.
fn settle(data: &Path, forgets: bool) -> Result<(), String> {
    let named = |error: std::io::Error| format!("{}: {error}", data.display());
    let mut dirs = vec![data.to_owned()];
    let begun = Instant::now();
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(&dir).map_err(named)? {
            let path = entry.map_err(named)?.path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|extension| extension == "log") {
                let file = File::open(&path).map_err(named)?;
                file.sync_all().map_err(named)?;
                if forgets {
                    rustix::fs::fadvise(&file, 0, None, Advice::DontNeed)
                        .map_err(|error| named(error.into()))?;
                }
            }
        }
    }
    std::thread::sleep(CALM.saturating_sub(begun.elapsed()));
    Ok(())
}

/// The floor for this load: a segment of the same batches, of which every request gets the next
/// stretch.
fn floor(run: &Run<'_>) -> Result<Server, String> {
    let batch = frames::batch(BATCH, 0, wall_ms());
    let stretch = SHAPE.partition_bytes_max as usize / batch.len() * batch.len();
    let records = Records::Region { len: stretch as u32, index: 0 };
    let partition = PartitionData { records, ..PartitionData::default() };
    let topic =
        FetchableTopicResponse { partitions: vec![partition], ..FetchableTopicResponse::default() };
    let response = FetchResponse { responses: vec![topic], ..FetchResponse::default() };
    let answer = frame::response(ApiKey::Fetch, &response, frames::FETCH_VERSION, 1)
        .map_err(|error| error.to_string())?;
    let gap = answer.gaps.first().ok_or("no room for records in the answer")?;
    let (head, tail) = answer.bytes.split_at(gap.at);
    let dir = run.places.scratch.join(Side::Floor.name());
    write_segments(&dir, &batch).map_err(|error| format!("{}: {error}", dir.display()))?;
    let args =
        ["fetch".to_owned(), stretch.to_string(), crate::floor::hex(head), crate::floor::hex(tail)];
    Server::floor(run.places, &args)
}

/// One segment for each connection, as long as a partition of the brokers, in whole stretches.
fn write_segments(dir: &Path, batch: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    fs::create_dir_all(dir)?;
    let count = BYTES / PARTITIONS as u64 / batch.len() as u64;
    for partition in 0..PARTITIONS {
        // Batch by batch, as brokers do: the page cache is made of pieces of that size.
        let mut file = File::create(dir.join(format!("{partition}.log")))?;
        let mut batch = batch.to_vec();
        for number in 0..count {
            ottla_record::patch::place(&mut batch, (number * BATCH.records as u64) as i64, 0);
            file.write_all(&batch)?;
        }
    }
    Ok(())
}

/// The consumers, as a script: connection n reads partition n.
struct CatchUp {
    topic: Uuid,
    batch_bytes: u64,
    offsets: Vec<i64>,
    passes: Vec<usize>,
    /// How often the whole is read; a pass ends at the high watermark.
    passes_max: usize,
    is_open: bool,
    asked: bool,
}

impl CatchUp {
    fn new(topic: Uuid) -> Self {
        let count = PARTITIONS as usize;
        Self {
            topic,
            batch_bytes: frames::batch(BATCH, 0, wall_ms()).len() as u64,
            offsets: vec![0; count],
            passes: vec![0; count],
            passes_max: usize::MAX,
            is_open: false,
            asked: false,
        }
    }

    fn rewind(&mut self) {
        self.offsets.fill(0);
        self.passes.fill(0);
    }

    fn ask(&self, wires: &mut Wires, consumer: usize, now: u64) -> Result<(), String> {
        let offset = self.offsets.get(consumer).copied().unwrap_or(0);
        let frame = frames::fetch(self.topic, consumer as i32, offset, SHAPE)?;
        wires.send(consumer, frame, now).map_err(|error| format!("not sent: {error}"))
    }
}

impl Script for CatchUp {
    fn open(&mut self, _now: u64) {
        (self.is_open, self.asked) = (true, false);
    }

    fn send(&mut self, wires: &mut Wires, now: u64) -> Result<u64, String> {
        if !self.asked {
            self.asked = true;
            for consumer in 0..self.offsets.len() {
                self.ask(wires, consumer, now)?;
            }
        }
        Ok(u64::MAX)
    }

    fn answered(
        &mut self,
        wires: &mut Wires,
        answer: Answer,
        tally: &mut Tally,
    ) -> Result<(), String> {
        let fetched = frames::fetched(answer.frame.clone())?;
        wires.reuse(answer.frame);
        tally.count(answer.at, fetched.bytes, fetched.bytes);
        tally.latency.add(answer.at.saturating_sub(answer.due));
        let (Some(offset), Some(passes)) =
            (self.offsets.get_mut(answer.wire), self.passes.get_mut(answer.wire))
        else {
            return Ok(());
        };
        // A pass ends at the high watermark; on the floor, where its segment began anew.
        // Only the first batch was looked at; the others are like it.
        let records = fetched.bytes / self.batch_bytes * BATCH.records as u64;
        match fetched.offsets.map(|(first, _)| first + records as i64) {
            Some(next) if next > *offset && next != fetched.high_watermark => *offset = next,
            _ => (*offset, *passes) = (0, *passes + 1),
        }
        let again = *passes < self.passes_max;
        if self.is_open && again { self.ask(wires, answer.wire, answer.at) } else { Ok(()) }
    }

    fn close(&mut self) {
        self.is_open = false;
    }

    fn is_done(&self) -> bool {
        self.passes.iter().all(|passes| *passes >= self.passes_max)
    }
}
