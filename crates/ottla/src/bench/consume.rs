//! `ottla bench consume`.

use std::time::Duration;

use clap::Args;
use ottla_client::settings::ConsumerSettings;
use ottla_io::run_os;

use super::{Figures, Shared, print};
use crate::console::Console;
use crate::environment::Environment;
use crate::failure::Outcome;
use crate::progress::share;
use crate::records::places::Begin;
use crate::records::reading::{Event, Reading};

/// Arguments of `bench consume`.
#[derive(Debug, Args)]
#[command(after_help = "\
Reads from the beginning, up to -n records or to the end.
Exit codes: 0 measured, 1 failed, 2 wrong arguments.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    shared: Shared,
}

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let shared = &arguments.shared;
    let mut properties = shared.target.properties(&Environment::read())?;
    properties.entry("max.poll.records".to_owned()).or_insert_with(|| "10000".to_owned());
    let settings = ConsumerSettings::from_properties(properties)?;
    run_os(2, async |io| {
        let mut reading = Reading::new(&io, settings, None)?;
        let partitions = reading.partitions(&shared.topic, Duration::from_secs(15)).await?;
        reading.assign(&partitions, Begin::Beginning).await?;
        let begin = io.now().mono;
        let mut progress = shared.progress(&io, console);
        let (mut records, mut bytes, mut last) = (0, 0, begin);
        while records < shared.count && !reading.is_at_end() && !reading.was_interrupted() {
            for event in reading.next(Duration::from_millis(100)).await? {
                if let Event::Record(record) = event {
                    let length =
                        |bytes: &Option<bytes::Bytes>| bytes.as_ref().map_or(0, bytes::Bytes::len);
                    bytes += (length(&record.key) + length(&record.value)) as u64;
                    records += 1;
                    last = io.now().mono;
                }
            }
            progress.tell(&io, console, records, || {
                share(records, shared.count.min(records + reading.left()))
            });
        }
        let seconds = last.since(begin).as_secs_f64();
        reading.close(Vec::new()).await;
        print(&Figures { records, failed: 0, bytes, seconds, latencies: None }, shared, console);
        Ok(())
    })
}
