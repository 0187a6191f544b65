//! `ottla produce`: records out of arguments, files or stdin.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use ottla_client::producer::RecordMetadata;
use ottla_client::settings::ProducerSettings;
use ottla_client::{ConsumerRecord, ProducerRecord};
use ottla_io::{Io, run_os};

use crate::console::Console;
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::offset_words::read_time;
use crate::progress::Progress;
use crate::records::escapes::delimiter;
use crate::records::format::{Dialect, Format};
use crate::records::input::Input;
use crate::records::json;
use crate::records::sending::{Sending, ends_all};
use crate::records::template::{Template, find, header};
use crate::target::Target;

/// Arguments of `produce`.
#[derive(Debug, Args)]
#[command(after_help = "\
Records are the VALUEs, or else the files, or else what stdin has: a line each, unless -D, -f, --json
or --whole say otherwise.
Formats: %k key, %v value, %h headers (a=1,b=2), %p partition, %T timestamp, with the text between
them, and behind the last one that between records: -f '%k %v\\n'
Examples: ottla produce orders -k customer-7 '{\"total\":12.50}'
          ottla produce orders -K : < lines          key:value
          ottla produce orders --json < records      what consume --json printed
          ottla produce orders --print '%t [%p] %o\\n' --transaction import-7 -i a.txt -i b.txt
Exit codes: 0 all are in the log, 1 some are not, 2 wrong arguments, 130 interrupted.")]
pub(crate) struct Arguments {
    /// The topic
    topic: String,
    /// Values, a record each
    #[arg(value_name = "VALUE")]
    values: Vec<String>,
    /// Read files instead
    #[arg(short = 'i', long = "file", value_name = "FILE", conflicts_with = "values")]
    files: Vec<PathBuf>,
    /// Each file, or stdin, is one record
    #[arg(long, conflicts_with_all = ["values", "format", "json"])]
    whole: bool,
    /// How a record is read
    #[arg(short, long, conflicts_with_all = ["json", "key_delimiter"])]
    format: Option<String>,
    /// Records are objects with key, value, headers, timestamp; kcat's -J too
    #[arg(short = 'J', long)]
    json: bool,
    /// With --json, send each record to the partition that it names
    #[arg(long, requires = "json")]
    same_partition: bool,
    /// What parts records: text, \n, \t, \xNN [default: \n]
    #[arg(short = 'D', long, value_name = "TEXT", allow_hyphen_values = true)]
    delimiter: Option<String>,
    /// What parts a key from its value
    #[arg(short = 'K', long, value_name = "TEXT", allow_hyphen_values = true)]
    key_delimiter: Option<String>,
    /// The key of every record that brings none
    #[arg(short, long, allow_hyphen_values = true)]
    key: Option<String>,
    /// A header of every record; without = its value is null. May be repeated
    #[arg(short = 'H', long = "header", value_name = "NAME=VALUE")]
    headers: Vec<String>,
    /// The partition [default: by the key's hash]
    #[arg(short, long, value_name = "N")]
    partition: Option<i32>,
    /// The timestamp: milliseconds, a date, -90m [default: now]
    #[arg(short = 't', long, value_name = "TIME", allow_hyphen_values = true)]
    timestamp: Option<String>,
    /// Empty values and keys are null: a value that is null deletes its key
    #[arg(short = 'Z', long)]
    null: bool,
    /// How batches are compressed: none, gzip, snappy, lz4, zstd
    #[arg(short = 'z', long, value_name = "CODEC")]
    codec: Option<String>,
    /// Who must have a record: 0, 1, all
    #[arg(short, long)]
    acks: Option<String>,
    /// All of it is one transaction under this transactional id
    #[arg(long, value_name = "ID")]
    transaction: Option<String>,
    /// A record that is sent again may be there twice
    #[arg(long)]
    no_idempotence: bool,
    /// Stop after so many records
    #[arg(short = 'n', long, value_name = "N")]
    count: Option<u64>,
    /// Print what was read, as it was read
    #[arg(short = 'T', long)]
    tee: bool,
    /// Print each record that is in the log, in a format of `ottla consume -f`
    #[arg(long, value_name = "FORMAT")]
    print: Option<String>,
    #[command(flatten)]
    target: Target,
}

/// How long the end waits for what is on its way, beyond what the producer waits by itself.
const CLOSE: Duration = Duration::from_secs(1);

/// Sends, and says what failed.
pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Outcome {
    let settings = settings(arguments)?;
    run_os(1, async |io| {
        let job = Job::read(arguments, &io, settings.max_request_size)?;
        job.run(&io, settings, console).await
    })
}

fn settings(arguments: &Arguments) -> Outcome<ProducerSettings> {
    let mut properties = arguments.target.properties(&Environment::read())?;
    let mut set = |name: &str, value: &str| properties.insert(name.to_owned(), value.to_owned());
    if let Some(codec) = &arguments.codec {
        set("compression.type", codec);
    }
    if let Some(acks) = &arguments.acks {
        set("acks", acks);
    }
    if let Some(id) = &arguments.transaction {
        set("transactional.id", id);
    }
    if arguments.no_idempotence {
        set("enable.idempotence", "false");
    }
    for (name, value) in [("client.id", "ottla"), ("max.block.ms", "15000")] {
        properties.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    Ok(ProducerSettings::from_properties(properties)?)
}

/// What is to be sent, ready to run.
struct Job<'a> {
    arguments: &'a Arguments,
    /// What every record has.
    blank: ProducerRecord,
    template: Option<Template>,
    delimiter: Vec<u8>,
    key_delimiter: Option<Vec<u8>>,
    print: Option<Format>,
    record_bytes_max: usize,
}

impl<'a> Job<'a> {
    fn read(arguments: &'a Arguments, io: &Io, record_bytes_max: usize) -> Outcome<Self> {
        let parsed = arguments.format.as_deref().map(Template::parse).transpose();
        let (template, behind) = parsed.map_err(Failure::usage)?.unzip();
        let given = arguments.delimiter.as_deref().map(delimiter).transpose();
        let given = given.map_err(Failure::usage)?.filter(|text| !text.is_empty());
        let delimiter_of_records = given.or(behind.flatten()).unwrap_or_else(|| b"\n".to_vec());
        let key_delimiter = arguments.key_delimiter.as_deref().map(delimiter).transpose();
        let print = arguments.print.as_deref().map(|text| Format::parse(text, Dialect::Ottla));
        let now_ms = io.now().wall.millis;
        let timestamp = arguments.timestamp.as_deref().map(|text| {
            let wrong = || Failure::usage(format!("{text} is no time: milliseconds, a date, -90m"));
            read_time(text, now_ms).ok_or_else(wrong)
        });
        let pair = |text: &String| header(&Bytes::copy_from_slice(text.as_bytes()));
        let blank = ProducerRecord {
            topic: arguments.topic.as_str().into(),
            partition: arguments.partition,
            key: arguments.key.as_ref().map(|key| Bytes::copy_from_slice(key.as_bytes())),
            headers: arguments.headers.iter().map(pair).collect(),
            timestamp: timestamp.transpose()?,
            value: None,
        };
        Ok(Self {
            arguments,
            blank,
            template,
            delimiter: delimiter_of_records,
            key_delimiter: key_delimiter.map_err(Failure::usage)?,
            print: print.transpose().map_err(Failure::usage)?,
            record_bytes_max,
        })
    }

    async fn run(&self, io: &Io, settings: ProducerSettings, console: &mut Console) -> Outcome {
        let mut sending = Sending::new(io, settings).await?;
        let fed = self.feed(io, &mut sending, console).await;
        let interrupted = matches!(fed, Ok(true));
        sending.settle(&mut |told| self.tell(told, console)).await;
        let commits = !interrupted && fed.is_ok() && sending.failed == 0;
        let ended = sending.end(commits).await;
        let (delivered, failed) = (sending.delivered, sending.failed);
        let is_transactional = sending.is_transactional;
        sending.producer.close(CLOSE).await;
        if is_transactional && !commits {
            console.talk("ottla: the transaction was aborted: none of the records counts");
        }
        fed?;
        ended?;
        if interrupted {
            return Err(Failure::interrupted());
        }
        if failed > 0 {
            return Err(Failure::new(format!("{failed} of {} records failed", delivered + failed)));
        }
        Ok(())
    }

    /// Sends all records. Whether a signal stopped it.
    async fn feed(&self, io: &Io, sending: &mut Sending, console: &mut Console) -> Outcome<bool> {
        let mut left = self.arguments.count.unwrap_or(u64::MAX);
        for value in self.arguments.values.iter().take(usize::try_from(left).unwrap_or(usize::MAX))
        {
            let bytes = Bytes::copy_from_slice(value.as_bytes());
            self.send(&bytes, sending, console).await?;
        }
        if !self.arguments.values.is_empty() {
            return Ok(false);
        }
        let mut inputs: Vec<Input> = Vec::new();
        let failed = |why: std::io::Error| Failure::new(why.to_string());
        for path in &self.arguments.files {
            inputs.push(Input::file(io, path, self.record_bytes_max).map_err(failed)?);
        }
        if inputs.is_empty() {
            inputs.push(Input::stdin(io, self.record_bytes_max));
        }
        let mut progress = self.progress(io, console);
        let (mut sent, files) = (0, inputs.len());
        for (file, mut input) in inputs.into_iter().enumerate() {
            while left > 0 {
                let mut told = |told: &ottla_client::Result<_>| self.tell(told, console);
                let read = tokio::select! {
                    biased;
                    _ = io.shutdown_signal() => return Ok(true),
                    read = self.next(&mut input) => read.map_err(failed)?,
                    // Only when nothing is there to be sent: told as it comes.
                    () = settle_idle(sending, &mut told) => continue,
                };
                let Some(bytes) = read else { break };
                self.send(&bytes, sending, console).await?;
                left -= 1;
                sent += 1;
                progress.tell(io, console, sent, || {
                    input.share().map(|share| (file as f64 + share) / files as f64)
                });
                if self.arguments.whole {
                    break;
                }
            }
        }
        Ok(false)
    }

    /// How far it is; where lines are typed or printed, these say it.
    fn progress(&self, io: &Io, console: &Console) -> Progress {
        let is_typed = self.arguments.files.is_empty() && console.is_typed();
        let is_seen = (self.arguments.tee || self.print.is_some()) && !console.is_file();
        Progress::new(io, !(is_typed || is_seen), console)
    }

    async fn next(&self, input: &mut Input) -> std::io::Result<Option<Bytes>> {
        if self.arguments.whole {
            return input.whole().await.map(Some);
        }
        input.next(&self.delimiter).await
    }

    async fn send(&self, bytes: &Bytes, sending: &mut Sending, console: &mut Console) -> Outcome {
        if self.arguments.tee {
            console.bytes(bytes);
            console.bytes(&self.delimiter);
        }
        let record = self
            .record(bytes)
            .map_err(|why| Failure::new(format!("{why}: {}", String::from_utf8_lossy(bytes))))?;
        match sending.send(record, &mut |told| self.tell(told, console)).await {
            Err(error) if !ends_all(&error) => {
                sending.failed += 1;
                Failure::from(error).tell(console);
                Ok(())
            }
            sent => Ok(sent?),
        }
    }

    fn record(&self, bytes: &Bytes) -> Result<ProducerRecord, String> {
        let mut record = self.blank.clone();
        if self.arguments.json {
            json::fill(bytes, self.arguments.same_partition, &mut record)?;
        } else if let Some(template) = &self.template {
            template.fill(bytes, &mut record)?;
        } else {
            let parted =
                self.key_delimiter.as_ref().and_then(|text| Some((find(bytes, text)?, text)));
            record.value = Some(match parted {
                Some((at, text)) => {
                    record.key = Some(bytes.slice(..at));
                    bytes.slice(at + text.len()..)
                }
                None => bytes.clone(),
            });
        }
        if self.arguments.null {
            record.key = record.key.filter(|key| !key.is_empty());
            record.value = record.value.filter(|value| !value.is_empty());
        }
        Ok(record)
    }

    /// Prints what is in the log, and says what is not.
    fn tell(&self, told: &ottla_client::Result<RecordMetadata>, console: &mut Console) {
        match (told, &self.print) {
            (Ok(metadata), Some(format)) => {
                let mut line = Vec::new();
                // Of what is sent only the place is known here, and nothing to unpack.
                let _ = format.write(&placed(metadata), 0, &mut line);
                console.bytes(&line);
                if console.is_terminal() {
                    console.flush();
                }
            }
            (Ok(_), None) => {}
            (Err(error), _) => Failure::from(error.clone()).tell(console),
        }
    }
}

/// Tells of what arrives while input is waited for; never ends when nothing is on its way.
async fn settle_idle(sending: &mut Sending, told: &mut crate::records::sending::Told<'_>) {
    while sending.pending() > 0 {
        sending.settle_one(told).await;
    }
    std::future::pending().await
}

/// What is known of a record that was sent, as if it had been read.
fn placed(metadata: &RecordMetadata) -> ConsumerRecord {
    ConsumerRecord {
        topic: metadata.topic.clone(),
        partition: metadata.partition,
        offset: metadata.offset.unwrap_or(-1),
        leader_epoch: -1,
        timestamp: metadata.timestamp,
        timestamp_type: Default::default(),
        key: None,
        value: None,
        headers: Vec::new(),
    }
}
