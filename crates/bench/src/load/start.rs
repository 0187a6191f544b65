//! From the start of a process to the first Produce it answered.
//!
//! A node of one partition begins with an empty directory (which ottla formats itself; Kafka's format
//! tool runs before the clock does) and is asked for the topic first. A node of many has stopped
//! cleanly before.

use std::time::{Duration, Instant};

use super::produce::TOPIC;
use super::{Run, wall_ms};
use crate::admin::Admin;
use crate::cases::Case;
use crate::figure::{Figure, Sample};
use crate::frames::{self, BatchShape};
use crate::server::{Places, Server, Side};

const BATCH: BatchShape = BatchShape { records: 1, value_bytes: 100, keyed: false };
/// Longest start there is.
const LIMIT: Duration = Duration::from_secs(120);
/// Partitions of one topic: a request for a thousand at once is not what anyone sends.
const PARTITIONS_PER_TOPIC: i32 = 100;

pub(super) fn measure(run: &Run<'_>, partitions: i32) -> Result<Sample, String> {
    if partitions > 1 || run.side == Side::Kafka {
        prepare(run, partitions)?;
    }
    let mut server = launch(run.side, run.places, run.case)?;
    let took = first_produce(&server.0, partitions > 1, server.1)?;
    server.0.stop();
    let mut sample = Sample::default();
    sample.set(Figure::StartMs, took.as_secs_f64() * 1e3);
    Ok(sample)
}

/// Leaves a directory behind that is formatted, and holds what the node is to have.
fn prepare(run: &Run<'_>, partitions: i32) -> Result<(), String> {
    let mut server = run.start()?;
    if partitions > 1 {
        let mut admin = Admin::connect(server.address)?;
        for number in 0..partitions / PARTITIONS_PER_TOPIC {
            let name = if number == 0 { TOPIC.to_owned() } else { format!("{TOPIC}-{number}") };
            let topic = admin.make_topic(&name, PARTITIONS_PER_TOPIC, &[])?;
            for partition in 0..PARTITIONS_PER_TOPIC {
                let batch = frames::batch(BATCH, 0, wall_ms());
                let frame = frames::produce(topic, vec![(partition, batch)], -1)?;
                frames::check_produced(admin.exchange(&frame)?)?;
            }
        }
    }
    server.stop();
    Ok(())
}

/// Starts the process. Kafka's script is left out of its time: the clock begins with the JVM.
fn launch(side: Side, places: &Places, case: &Case) -> Result<(Server, Instant), String> {
    let before = Instant::now();
    let server = Server::launch(side, places, case)?;
    Ok(if side == Side::Kafka { (server, Instant::now()) } else { (server, before) })
}

/// Tries without rest until a Produce is answered without error; the time since `begun`.
fn first_produce(server: &Server, exists: bool, begun: Instant) -> Result<Duration, String> {
    let mut last = String::new();
    while begun.elapsed() < LIMIT {
        match try_produce(server, exists) {
            Ok(()) => return Ok(begun.elapsed()),
            Err(why) => last = why,
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    Err(format!("{} did not start: {last}", server.side.name()))
}

fn try_produce(server: &Server, exists: bool) -> Result<(), String> {
    let mut admin = Admin::connect(server.address)?;
    let topic = if exists {
        admin.wait_for_leaders(TOPIC, PARTITIONS_PER_TOPIC)?
    } else {
        // A second try may find the topic of the first.
        admin.make_topic(TOPIC, 1, &[]).or_else(|_| admin.wait_for_leaders(TOPIC, 1))?
    };
    let frame = frames::produce(topic, vec![(0, frames::batch(BATCH, 1, wall_ms()))], -1)?;
    frames::check_produced(admin.exchange(&frame)?)
}
