//! `ottla consume`: records of topics on stdout.

mod filter;
mod run;

use clap::Args;
use ottla_client::settings::ConsumerSettings;
use ottla_io::run_os;

use crate::console::Console;
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::records::escapes::delimiter;
use crate::records::format::{Dialect, Format, Piece, Shape};
use crate::records::unpack::Pack;
use crate::target::Target;

/// Arguments of `consume`.
#[derive(Debug, Args)]
#[command(after_help = "\
Places: beginning, end, stored (where the group is), N, -N (from the end), s@TIME or @TIME; e@TIME
stops. TIME is milliseconds, 2026-11-21T12:00:00Z, -90m or now.
Formats: %t topic, %p partition, %o offset, %k key, %v value, %h headers, %T timestamp, %d date,
%K %V lengths, %H headers' count, %e leader epoch, %i count, %%; or names: %{key:hex}
%{value:base64} %{value:json} %{value:length} %{time}.
Examples: ottla consume orders                          all there is, then what comes
          ottla consume orders -e -f '%o %k %v\\n'       all there is
          ottla consume orders -o -10 -e                the last ten of each partition
          ottla consume orders -o @-1h --until end --grep refund --json
          ottla consume -g audit orders payments        as a member of a group
Exit codes: 0 read, 1 failed, 2 wrong arguments, 130 interrupted before it was complete.")]
pub(crate) struct Arguments {
    /// The topics; ^expression for all that match it
    #[arg(required = true, value_name = "TOPIC")]
    topics: Vec<String>,
    /// Where to begin; given twice, where to begin and where to stop [default: beginning, with a group stored]
    #[arg(short, long, value_name = "PLACE", allow_hyphen_values = true)]
    offset: Vec<String>,
    /// Stop before this: an offset, @TIME, or end as it is now
    #[arg(long, value_name = "PLACE", allow_hyphen_values = true)]
    until: Option<String>,
    /// Stop when there is nothing more for now
    #[arg(short = 'e', long)]
    exit: bool,
    /// Stop after so many records
    #[arg(short = 'n', long, visible_short_alias = 'c', value_name = "N")]
    count: Option<u64>,
    /// Only these partitions
    #[arg(short, long, value_delimiter = ',', value_name = "N,..", conflicts_with = "group")]
    partition: Vec<i32>,
    /// Read as a member of this group, and commit what was read
    #[arg(short, long)]
    group: Option<String>,
    /// How a record is written
    #[arg(short, long, conflicts_with_all = ["json", "key_delimiter"])]
    format: Option<String>,
    /// An object a line; keys and values that are no text are in base64
    #[arg(short = 'J', long)]
    json: bool,
    /// What is written behind a record: text, \n, \t, \xNN [default: \n]
    #[arg(short = 'D', long, value_name = "TEXT", allow_hyphen_values = true)]
    delimiter: Option<String>,
    /// Write keys as well, with this behind them
    #[arg(short = 'K', long, value_name = "TEXT", allow_hyphen_values = true)]
    key_delimiter: Option<String>,
    /// Write keys and values that are null or empty as NULL
    #[arg(short = 'Z', long)]
    null: bool,
    /// Unpack numbers: key=PACK, value=PACK, with < > b B h H i I q Q c s $
    #[arg(short = 's', long, value_name = "PACK")]
    unpack: Vec<String>,
    /// Only records whose key, value or headers match this expression
    #[arg(long, value_name = "REGEX")]
    grep: Option<String>,
    /// Only records whose key matches
    #[arg(long, value_name = "REGEX")]
    key: Option<String>,
    /// Only records whose value matches
    #[arg(long, value_name = "REGEX")]
    value: Option<String>,
    /// Only records with this header, whose value matches if there is a =
    #[arg(short = 'H', long = "header", value_name = "NAME[=REGEX]")]
    headers: Vec<String>,
    /// Only records that do not match
    #[arg(long)]
    invert: bool,
    /// Leave out what transactions have not committed
    #[arg(long)]
    committed: bool,
    /// Say on stderr where partitions end
    #[arg(short, long)]
    verbose: bool,
    #[command(flatten)]
    target: Target,
}

/// Prints records until it is told to stop.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let settings = settings(arguments)?;
    let format = format(arguments)?;
    let filter = filter::Filter::read(arguments)?;
    run_os(1, async |io| {
        let job = run::Job::read(arguments, format, filter, io.now().wall.millis)?;
        job.run(&io, settings, console).await
    })
}

fn settings(arguments: &Arguments) -> Outcome<ConsumerSettings> {
    let mut properties = arguments.target.properties(&Environment::read())?;
    if let Some(group) = &arguments.group {
        properties.insert("group.id".to_owned(), group.clone());
    }
    if arguments.committed {
        properties.insert("isolation.level".to_owned(), "read_committed".to_owned());
    }
    // Whoever waits for the end waits for an empty answer.
    let wait = if arguments.exit || arguments.until.is_some() { "20" } else { "500" };
    for (name, value) in [
        ("client.id", "ottla"),
        ("allow.auto.create.topics", "false"),
        ("default.api.timeout.ms", "15000"),
        ("auto.offset.reset", "earliest"),
        ("fetch.max.wait.ms", wait),
    ] {
        properties.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    Ok(ConsumerSettings::from_properties(properties)?)
}

/// How a record is written; `None` as JSON.
fn format(arguments: &Arguments) -> Outcome<Option<Format>> {
    if arguments.json {
        return Ok(None);
    }
    let end = delimiter(arguments.delimiter.as_deref().unwrap_or(r"\n")).map_err(Failure::usage)?;
    let mut format = match &arguments.format {
        Some(text) => Format::parse(text, Dialect::Ottla).map_err(Failure::usage)?,
        None => {
            let mut pieces = vec![Piece::Value(Shape::Plain), Piece::Text(end)];
            if let Some(text) = &arguments.key_delimiter {
                let between = delimiter(text).map_err(Failure::usage)?;
                pieces.splice(0..0, [Piece::Key(Shape::Plain), Piece::Text(between)]);
            }
            Format::of(pieces)
        }
    };
    if arguments.null {
        format.null = b"NULL".to_vec();
    }
    for text in &arguments.unpack {
        let parse = |what: &str, text: &str| Pack::parse(what, text).map_err(Failure::usage);
        match text.split_once('=') {
            Some(("key", pack)) => format.key_pack = Some(parse("key", pack)?),
            Some(("value", pack)) => format.value_pack = Some(parse("value", pack)?),
            _ => {
                format.key_pack = Some(parse("key", text)?);
                format.value_pack = Some(parse("value", text)?);
            }
        }
    }
    Ok(Some(format))
}
