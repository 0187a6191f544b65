//! `kafka-dump-log.sh`: the flags of `org.apache.kafka.tools.DumpLogSegments` (Kafka 4.3.1).

use std::process::ExitCode;

use crate::console::Console;
use crate::dump::{self, DecoderChoice, Manner, Options};

/// Version that the tool says it is of.
const VERSION: &str = "4.4.0";
/// What the tool does, and its flags with what follows them and what they do.
const ABOUT: &str = "This tool prints the content of log files, indexes and snapshots of a broker.";
const FLAGS: [(&str, &str); 17] = [
    ("--cluster-metadata-decoder", "read records as cluster metadata"),
    ("--deep-iteration", "print every record; on with --print-data-log"),
    ("--files <file1,file2,...>", "REQUIRED: the files to print"),
    ("--help", "print this"),
    ("--index-sanity-check", "only check of indexes what a start checks"),
    ("--key-decoder-class [class]", "how keys are read (default: StringDecoder)"),
    ("--max-bytes <n>", "bytes of a .log file to look at (default: 2147483647)"),
    ("--max-message-size <n>", "bytes of the largest batch an index points to (default: 5242880)"),
    ("--offsets-decoder", "read records as those of __consumer_offsets"),
    ("--print-data-log", "print keys and values; on with every decoder"),
    ("--remote-log-metadata-decoder", "read records as those of __remote_log_metadata"),
    ("--share-group-state-decoder", "read records as those of __share_group_state"),
    ("--skip-record-metadata", "print nothing but key and value of records"),
    ("--transaction-log-decoder", "read records as those of __transaction_state"),
    ("--value-decoder-class [class]", "how values are read (default: StringDecoder)"),
    ("--verify-index-only", "compare indexes with the log, print nothing of them"),
    ("--version", "print the version"),
];

/// Runs the tool.
pub(super) fn run(arguments: &[String], _console: &mut Console) -> ExitCode {
    if arguments.is_empty() {
        print!("{}", usage());
        return ExitCode::FAILURE;
    }
    match parse(arguments) {
        Ok(Asked::Dump(options)) => dump::run(&options),
        Ok(Asked::Help) => {
            print!("{}", usage());
            ExitCode::SUCCESS
        }
        Ok(Asked::Version) => {
            println!("{VERSION}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let mut text = format!("{ABOUT}\n");
    for (flag, about) in FLAGS {
        text.push_str(&format!("{flag:<36} {about}\n"));
    }
    text
}

#[derive(Debug)]
enum Asked {
    Dump(Box<Options>),
    Help,
    Version,
}

/// Words that are not flags are passed over, as the tool does.
fn parse(arguments: &[String]) -> Result<Asked, String> {
    let mut options = Options::new(Manner::Kafka);
    let mut decoders = Decoders::default();
    let mut files: Option<String> = None;
    let (mut is_help, mut is_version) = (false, false);
    let mut words = arguments.iter().peekable();
    while let Some(word) = words.next() {
        let Some(flag) = word.strip_prefix("--") else { continue };
        let (flag, given) = match flag.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (flag, None),
        };
        let mut value = || {
            let next = given.clone().or_else(|| words.next().cloned());
            next.ok_or_else(|| format!("Option {flag} requires an argument"))
        };
        match flag {
            "files" if files.is_some() => {
                return Err(
                    "Found multiple arguments for option files, but you asked for only one".into(),
                );
            }
            "files" => files = Some(value()?),
            "max-bytes" => options.max_bytes = number(flag, &value()?)?,
            "max-message-size" => options.max_message_size = number(flag, &value()?)?,
            "key-decoder-class" | "value-decoder-class" => {
                let is_class = words.peek().is_some_and(|next| !next.starts_with('-'));
                let class = given.or_else(|| if is_class { words.next().cloned() } else { None });
                decoders.class(flag, class);
            }
            "print-data-log" => options.contents = true,
            "deep-iteration" => options.deep = true,
            "verify-index-only" => options.verify_index_only = true,
            "index-sanity-check" => options.index_sanity_check = true,
            "skip-record-metadata" => options.skip_record_metadata = true,
            "help" => is_help = true,
            "version" => is_version = true,
            other if decoders.named(other) => {}
            other => return Err(format!("{other} is not a recognized option")),
        }
    }
    if is_help {
        return Ok(Asked::Help);
    }
    if is_version {
        return Ok(Asked::Version);
    }
    let Some(files) = files else {
        return Err(format!("Missing required argument \"[files]\"\n{}", usage()));
    };
    options.files = files.split(',').map(Into::into).collect();
    options.contents |= decoders.is_any;
    options.deep |= options.contents;
    options.decoder = decoders.choice();
    Ok(Asked::Dump(Box::new(options)))
}

fn number(flag: &str, text: &str) -> Result<i32, String> {
    text.parse().map_err(|_| format!("Cannot parse argument '{text}' of option {flag}"))
}

/// Which decoders were asked for; of several, the first in the tool's own order counts.
#[derive(Debug, Default)]
struct Decoders {
    key: Option<String>,
    value: Option<String>,
    named: Vec<&'static str>,
    is_any: bool,
}

/// In the order in which the tool looks for them.
const NAMED: [(&str, DecoderChoice); 5] = [
    ("offsets-decoder", DecoderChoice::Offsets),
    ("transaction-log-decoder", DecoderChoice::TransactionLog),
    ("cluster-metadata-decoder", DecoderChoice::ClusterMetadata),
    ("remote-log-metadata-decoder", DecoderChoice::RemoteLogMetadata),
    ("share-group-state-decoder", DecoderChoice::ShareGroupState),
];

impl Decoders {
    fn class(&mut self, flag: &str, class: Option<String>) {
        self.is_any = true;
        let place = if flag == "key-decoder-class" { &mut self.key } else { &mut self.value };
        *place = class.or(place.take());
    }

    fn named(&mut self, flag: &str) -> bool {
        let Some((name, _)) = NAMED.iter().find(|(name, _)| *name == flag) else { return false };
        self.named.push(name);
        self.is_any = true;
        true
    }

    fn choice(self) -> DecoderChoice {
        let named = NAMED.into_iter().find(|(name, _)| self.named.contains(name));
        if let Some((_, choice)) = named {
            return choice;
        }
        let DecoderChoice::Classes { key, value } = DecoderChoice::default() else {
            return DecoderChoice::default();
        };
        DecoderChoice::Classes { key: self.key.unwrap_or(key), value: self.value.unwrap_or(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: &str) {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let shown = match parse(&words) {
            Ok(Asked::Dump(options)) => format!(
                "{:?} deep={} contents={} {:?}",
                options.files, options.deep, options.contents, options.decoder
            ),
            Ok(other) => format!("{other:?}"),
            Err(why) => why.lines().next().unwrap_or_default().to_owned(),
        };
        assert_eq!(shown, expected, "{line}");
    }

    #[test]
    fn flags_are_read_as_the_tool_reads_them() {
        let plain = format!("{:?}", DecoderChoice::default());
        check(
            "--files a.log,b.log",
            &format!(r#"["a.log", "b.log"] deep=false contents=false {plain}"#),
        );
        check(
            "--files=a.log --print-data-log",
            &format!(r#"["a.log"] deep=true contents=true {plain}"#),
        );
        check(
            "--transaction-log-decoder --offsets-decoder --files a.log",
            r#"["a.log"] deep=true contents=true Offsets"#,
        );
        check(
            "--value-decoder-class --files a.log",
            &format!(r#"["a.log"] deep=true contents=true {plain}"#),
        );
        check("--print-data-log", "Missing required argument \"[files]\"");
        check("--foo", "foo is not a recognized option");
        check("--files", "Option files requires an argument");
        check("--files a --version", "Version");
        check("--files a --max-bytes x", "Cannot parse argument 'x' of option max-bytes");
    }
}
