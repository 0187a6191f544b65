//! `ottla bench`: how fast a cluster takes and gives records, and how long one is on its way.

mod consume;
mod e2e;
pub(crate) mod load;
mod produce;

use clap::{Args, Subcommand};
use ottla_io::Io;
use serde_json::{Value, json};

use crate::console::Console;
use crate::failure::Outcome;
use crate::progress::Progress;
use crate::table::{Format, Table};
use crate::target::{Output, Target};
use load::Latencies;

/// What to measure.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Send records, at a rate or as fast as can be
    Produce(produce::Arguments),
    /// Read the records that there are
    Consume(consume::Arguments),
    /// Send at a rate and read, and tell how long records are on their way
    E2e(e2e::Arguments),
}

/// What all of them take.
#[derive(Debug, Args)]
pub(crate) struct Shared {
    /// The topic; it must be there
    topic: String,
    /// Records
    #[arg(short = 'n', long, default_value_t = 100_000, value_name = "N")]
    count: u64,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    target: Target,
}

/// Measures, and prints a row.
pub(crate) fn run(verb: &Verb, console: &mut Console) -> Outcome {
    match verb {
        Verb::Produce(arguments) => produce::run(arguments, console),
        Verb::Consume(arguments) => consume::run(arguments, console),
        Verb::E2e(arguments) => e2e::run(arguments, console),
    }
}

impl Shared {
    /// How far a run is, on a terminal.
    fn progress(&self, io: &Io, console: &Console) -> Progress {
        Progress::new(io, self.output.format != Format::Json, console)
    }
}

/// Figures of a run: records, bytes, seconds, and how long records took.
struct Figures<'a> {
    records: u64,
    failed: u64,
    bytes: u64,
    seconds: f64,
    latencies: Option<&'a Latencies>,
}

fn print(figures: &Figures<'_>, shared: &Shared, console: &mut Console) {
    let seconds = figures.seconds.max(1e-9);
    let rounded = |number: f64| json!((number * 1000.0).round() / 1000.0);
    let mut columns = vec!["records", "failed", "seconds", "records_per_second", "mb_per_second"];
    let mut cells: Vec<Value> = vec![
        json!(figures.records),
        json!(figures.failed),
        rounded(figures.seconds),
        json!((figures.records as f64 / seconds).round() as u64),
        rounded(figures.bytes as f64 / seconds / 1e6),
    ];
    if let Some(latencies) = figures.latencies {
        columns.extend(["mean_ms", "p50_ms", "p90_ms", "p99_ms", "p999_ms", "max_ms"]);
        cells.push(rounded(latencies.mean_ms()));
        cells.extend([0.5, 0.9, 0.99, 0.999].map(|share| rounded(latencies.share_ms(share))));
        cells.push(rounded(latencies.max as f64 / 1000.0));
    }
    let mut table = Table::new(&columns);
    table.row(cells);
    table.print(shared.output.format, console);
}
