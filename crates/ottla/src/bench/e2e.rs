//! `ottla bench e2e`.

use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use ottla_base::MonoTime;
use ottla_client::settings::{ConsumerSettings, ProducerSettings};
use ottla_client::{Producer, ProducerRecord};
use ottla_io::{Io, run_os};

use super::load::{Latencies, Load, Pace};
use super::{Figures, Shared, print};
use crate::console::Console;
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::progress::share;
use crate::records::places::Begin;
use crate::records::reading::{Event, Reading};

/// Arguments of `bench e2e`.
#[derive(Debug, Args)]
#[command(after_help = "\
A record's time runs from when it was due to be sent until it has been read.
Example: ottla bench e2e events -n 10000 --rate 1000 -o json
Exit codes: 0 measured, 1 some did not come, 2 wrong arguments.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    shared: Shared,
    /// Bytes of a value; at least 16, in which its time is written
    #[arg(short, long, default_value_t = 100, value_name = "BYTES")]
    size: usize,
    /// Records a second
    #[arg(short, long, default_value_t = 1000.0, value_name = "N")]
    rate: f64,
}

/// How long the last records are waited for.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let shared = &arguments.shared;
    let mut properties = shared.target.properties(&Environment::read())?;
    let bootstrap = properties.get("bootstrap.servers").cloned().unwrap_or_default();
    properties.retain(|name, _| ConsumerSettings::is_known(name));
    let consumer = ConsumerSettings::from_properties(properties)?;
    let mut properties = shared.target.properties(&Environment::read())?;
    properties.retain(|name, _| ProducerSettings::is_known(name));
    properties.insert("bootstrap.servers".to_owned(), bootstrap);
    properties.entry("linger.ms".to_owned()).or_insert_with(|| "0".to_owned());
    let producer = ProducerSettings::from_properties(properties)?;
    run_os(2, async |io| {
        let mut reading = Reading::new(&io, consumer, None)?;
        let partitions = reading.partitions(&shared.topic, Duration::from_secs(15)).await?;
        reading.assign(&partitions, Begin::End).await?;
        while !reading.is_at_end() {
            reading.next(Duration::from_millis(100)).await?;
        }
        let load = Load::new(&io, Producer::new(io.clone(), producer)?);
        load.producer.client().topics(&[&shared.topic], Duration::from_secs(15)).await?;
        let run = Run { mark: io.random_u64(), begin: io.now().mono, arguments };
        let sending = run.send(&io, load);
        let receiving = run.receive(&io, &mut reading, console);
        let (sent, received) = tokio::join!(sending, receiving);
        sent?;
        let (latencies, last) = received?;
        reading.close(Vec::new()).await;
        let figures = Figures {
            records: latencies.count,
            failed: shared.count.saturating_sub(latencies.count),
            bytes: latencies.count * arguments.size.max(16) as u64,
            seconds: last.since(run.begin).as_secs_f64(),
            latencies: Some(&latencies),
        };
        print(&figures, shared, console);
        match figures.failed {
            0 => Ok(()),
            failed => Err(Failure::new(format!("{failed} records did not come"))),
        }
    })
}

/// One run: its records have its mark, and when each was due.
struct Run<'a> {
    mark: u64,
    begin: MonoTime,
    arguments: &'a Arguments,
}

impl Run<'_> {
    async fn send(&self, io: &Io, mut load: Load) -> Outcome {
        let shared = &self.arguments.shared;
        let pace = Pace::new(self.begin, self.arguments.rate);
        for number in 0..shared.count {
            let due = pace.wait(io, number).await;
            let nanos = u64::try_from(due.since(self.begin).as_nanos()).unwrap_or(u64::MAX);
            let mut value = self.mark.to_be_bytes().to_vec();
            value.extend_from_slice(&nanos.to_be_bytes());
            value.resize(self.arguments.size.max(16), b'.');
            load.send(ProducerRecord::new(shared.topic.as_str(), value), due).await?;
        }
        load.settle().await;
        Ok(())
    }

    async fn receive(
        &self,
        io: &Io,
        reading: &mut Reading,
        console: &mut Console,
    ) -> Outcome<(Latencies, MonoTime)> {
        let mut latencies = Latencies::default();
        let mut progress = self.arguments.shared.progress(io, console);
        let mut last = self.begin;
        let count = self.arguments.shared.count;
        while latencies.count < count && !reading.was_interrupted() {
            for event in reading.next(Duration::from_millis(100)).await? {
                let Event::Record(record) = event else { continue };
                let Some(due) = self.due(record.value.as_ref()) else { continue };
                last = io.now().mono;
                let took = last.since(self.begin).saturating_sub(due);
                latencies.add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
            }
            progress.tell(io, console, latencies.count, || share(latencies.count, count));
            let rate = self.arguments.rate.max(1.0);
            let all_due = self.begin + Duration::from_secs_f64(count as f64 / rate);
            if io.now().mono > all_due.max(last) + PATIENCE {
                break;
            }
        }
        Ok((latencies, last))
    }

    /// When a record of this run was due, since it began.
    fn due(&self, value: Option<&Bytes>) -> Option<Duration> {
        let (mark, rest) = value?.split_first_chunk::<8>()?;
        let nanos = rest.first_chunk::<8>()?;
        let is_ours = u64::from_be_bytes(*mark) == self.mark;
        is_ours.then(|| Duration::from_nanos(u64::from_be_bytes(*nanos)))
    }
}
