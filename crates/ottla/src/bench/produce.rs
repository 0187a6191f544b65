//! `ottla bench produce`.

use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use ottla_base::Rng;
use ottla_client::settings::ProducerSettings;
use ottla_client::{Producer, ProducerRecord};
use ottla_io::run_os;

use super::load::{Load, Pace};
use super::{Figures, Shared, print};
use crate::console::Console;
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::progress::share;

/// Arguments of `bench produce`.
#[derive(Debug, Args)]
#[command(after_help = "\
With a rate a record's time counts from when it was due, so that a stall is seen by every record that
it delays; without one from when it was given to the client.
Example: ottla bench produce events -n 1000000 -s 1000 --rate 50000 -X linger.ms=1
Exit codes: 0 measured, 1 records failed, 2 wrong arguments.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    shared: Shared,
    /// Bytes of a value
    #[arg(short, long, default_value_t = 100, value_name = "BYTES")]
    size: usize,
    /// Records a second; 0 for as many as can be
    #[arg(short, long, default_value_t = 0.0, value_name = "N")]
    rate: f64,
}

/// Values that differ, so that a codec has something to do.
const VALUES: usize = 64;
/// Bytes of a value, at most: a record of the protocol can be no longer.
const SIZE_MAX: usize = 1 << 30;

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let shared = &arguments.shared;
    if arguments.size > SIZE_MAX {
        return Err(Failure::usage(format!("a value has at most {SIZE_MAX} bytes")));
    }
    let properties = shared.target.properties(&Environment::read())?;
    let settings = ProducerSettings::from_properties(properties)?;
    run_os(2, async |io| {
        let values = values(arguments.size, io.random_u64());
        let mut load = Load::new(&io, Producer::new(io.clone(), settings)?);
        // Connections and metadata are there before the clock runs.
        load.producer.client().topics(&[&shared.topic], Duration::from_secs(15)).await?;
        let begin = io.now().mono;
        let pace = Pace::new(begin, arguments.rate);
        let mut progress = shared.progress(&io, console);
        for number in 0..shared.count {
            let due = pace.wait(&io, number).await;
            let at = usize::try_from(number).unwrap_or(0) % values.len();
            let value = values.get(at).cloned().unwrap_or_default();
            load.send(ProducerRecord::new(shared.topic.as_str(), value), due).await?;
            progress.tell(&io, console, number + 1, || share(number + 1, shared.count));
        }
        load.settle().await;
        let seconds = io.now().mono.since(begin).as_secs_f64();
        let tally = load.tally();
        let figures = Figures {
            records: tally.latencies.count,
            failed: tally.failed,
            bytes: tally.bytes,
            seconds,
            latencies: Some(&tally.latencies),
        };
        print(&figures, shared, console);
        match &tally.first_error {
            Some(why) => Err(Failure::new(format!("{} records failed: {why}", tally.failed))),
            None => Ok(()),
        }
    })
}

/// Values of capital letters.
pub(super) fn values(size: usize, seed: u64) -> Vec<Bytes> {
    let mut rng = Rng::new(seed);
    let mut letter = || b'A' + u8::try_from(rng.below(26)).unwrap_or(0);
    let count = VALUES.min((64 << 20) / size.max(1)).max(1);
    (0..count).map(|_| (0..size).map(|_| letter()).collect::<Vec<u8>>().into()).collect()
}
