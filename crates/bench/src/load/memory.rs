//! Resident memory of a node that was left alone, and of one through which gigabytes went.

use std::time::Duration;

use super::produce::{Producers, TOPIC, connect};
use super::wires::Clock;
use super::{Run, drive};
use crate::admin::Admin;
use crate::cases::{Pace, Produce};
use crate::figure::{Figure, Sample};
use crate::frames::BatchShape;
use crate::process::{anonymous_bytes, resident_bytes};

const MIB: f64 = 1024.0 * 1024.0;
/// How long a node is left alone before its memory is looked at.
const CALM: Duration = Duration::from_secs(3);
/// Longest time that the bytes may take.
const LOAD_SECONDS: f64 = 120.0;
/// The disk need not hold all of it at once.
const RETENTION: &[(&str, &str)] =
    &[("segment.bytes", "67108864"), ("retention.bytes", "134217728")];

pub(super) fn measure(run: &Run<'_>, bytes: u64) -> Result<Sample, String> {
    let server = run.start()?;
    std::thread::sleep(CALM);
    let mut sample = Sample::default();
    sample.set(Figure::IdleMib, resident_bytes(server.pid)? / MIB);
    let load = Produce {
        batch: BatchShape { records: 15, value_bytes: 1024, keyed: false },
        partitions: 6,
        partitions_per_request: 1,
        connections: 6,
        pace: Pace::Window(5),
    };
    let topic = Admin::connect(server.address)?.make_topic(TOPIC, load.partitions, RETENTION)?;
    let clock = Clock::start();
    let mut wires = connect(&server, load.connections, clock)?;
    let mut producers = Producers::new(topic, load)?.limit(bytes);
    let tally = drive(&mut producers, &mut wires, clock, LOAD_SECONDS)?;
    if tally.bytes < bytes {
        return Err(format!("only {} of {bytes} bytes went through in time", tally.bytes));
    }
    drop(wires);
    std::thread::sleep(CALM);
    sample.set(Figure::LoadedMib, resident_bytes(server.pid)? / MIB);
    sample.set(Figure::LoadedAnonymousMib, anonymous_bytes(server.pid)? / MIB);
    Ok(sample)
}
