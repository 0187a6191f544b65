//! `ottla log dump`: our own command line over [`crate::dump`].

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::dump::{self, DecoderChoice, Manner, Options};

/// Arguments of `log dump`.
#[derive(Debug, Args)]
#[command(after_help = "\
The lines are those of kafka-dump-log.sh, whose flags are understood; called by that name, this
program is that tool. A damaged file is told of on stderr, and the others are printed.
Exit codes: 0 all printed, 1 something is damaged or cannot be read, 2 wrong arguments.")]
pub(crate) struct Arguments {
    /// Files, or dirs with everything in them
    #[arg(required_unless_present = "files")]
    paths: Vec<PathBuf>,
    /// Files and dirs, separated by commas
    #[arg(long, value_delimiter = ',')]
    files: Vec<PathBuf>,
    /// Print keys and values; Kafka's own topics are known by the names of their dirs
    #[arg(long)]
    print_data_log: bool,
    /// Print every record
    #[arg(long)]
    deep_iteration: bool,
    /// Print nothing but key and value of records
    #[arg(long)]
    skip_record_metadata: bool,
    /// Compare indexes with the log, print nothing of them
    #[arg(long)]
    verify_index_only: bool,
    /// Only check of indexes what a start checks
    #[arg(long)]
    index_sanity_check: bool,
    /// Bytes of the largest batch an index points to
    #[arg(long, default_value_t = 5_242_880)]
    max_message_size: i32,
    /// Bytes of a log file to look at
    #[arg(long, default_value_t = i32::MAX)]
    max_bytes: i32,
    /// How keys are read: StringDecoder, IntegerDecoder, LongDecoder, DefaultDecoder (hex)
    #[arg(long, value_name = "CLASS")]
    key_decoder_class: Option<String>,
    /// How values are read
    #[arg(long, value_name = "CLASS")]
    value_decoder_class: Option<String>,
    /// Read records as those of __consumer_offsets
    #[arg(long)]
    offsets_decoder: bool,
    /// Read records as those of __transaction_state
    #[arg(long)]
    transaction_log_decoder: bool,
    /// Read records as those of __cluster_metadata
    #[arg(long)]
    cluster_metadata_decoder: bool,
    /// Read records as those of __remote_log_metadata
    #[arg(long)]
    remote_log_metadata_decoder: bool,
    /// Read records as those of __share_group_state
    #[arg(long)]
    share_group_state_decoder: bool,
    /// Lines of text, or one JSON object per line
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    output: Format,
}

/// How lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// As kafka-dump-log.sh prints them
    Text,
    /// One JSON object per line
    Json,
}

/// Prints what was asked for.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    dump::run(&options(arguments))
}

fn options(arguments: &Arguments) -> Options {
    let decoder = decoder(arguments);
    let contents = arguments.print_data_log || decoder.is_some();
    let mut options = Options::new(Manner::Ottla);
    options.files = arguments.paths.iter().chain(&arguments.files).cloned().collect();
    options.json = arguments.output == Format::Json;
    options.contents = contents;
    options.deep = arguments.deep_iteration || contents;
    options.skip_record_metadata = arguments.skip_record_metadata;
    options.verify_index_only = arguments.verify_index_only;
    options.index_sanity_check = arguments.index_sanity_check;
    options.max_message_size = arguments.max_message_size;
    options.max_bytes = arguments.max_bytes;
    options.decoder = decoder.unwrap_or(DecoderChoice::ByTopic);
    options
}

/// The decoder that was named, if one was.
fn decoder(arguments: &Arguments) -> Option<DecoderChoice> {
    let named = [
        (arguments.offsets_decoder, DecoderChoice::Offsets),
        (arguments.transaction_log_decoder, DecoderChoice::TransactionLog),
        (arguments.cluster_metadata_decoder, DecoderChoice::ClusterMetadata),
        (arguments.remote_log_metadata_decoder, DecoderChoice::RemoteLogMetadata),
        (arguments.share_group_state_decoder, DecoderChoice::ShareGroupState),
    ];
    if let Some((_, choice)) = named.into_iter().find(|(is_named, _)| *is_named) {
        return Some(choice);
    }
    let (key, value) = (arguments.key_decoder_class.clone(), arguments.value_decoder_class.clone());
    if key.is_none() && value.is_none() {
        return None;
    }
    let text = || dump::STRING_DECODER.to_owned();
    Some(DecoderChoice::Classes {
        key: key.unwrap_or_else(text),
        value: value.unwrap_or_else(text),
    })
}
