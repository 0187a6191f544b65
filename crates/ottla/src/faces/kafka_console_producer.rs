//! `kafka-console-producer.sh`: what `org.apache.kafka.tools.ConsoleProducer` (Kafka 4.3.1) takes and
//! does. As there, a record that does not arrive is told on stderr and is no failure of the tool,
//! unless `--sync` is given.

mod lines;

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use ottla_client::settings::ProducerSettings;
use ottla_client::{Error, Producer, ProducerRecord};
use ottla_io::{Io, run_os};

use super::connection::{ZOOKEEPER, said};
use super::console_words::{Properties, either, interrupted, known, of_file, pairs};
use super::options::{Ending, Flag, Given, flag, maybe, parse, value};
use crate::console::Console;
use crate::records::input::Input;
use lines::LineReader;

const ABOUT: &str = "This tool helps to read data from standard input and publish it to Kafka.";
const FLAGS: &[Flag] = &[
    value("batch-size", "bytes of a batch of one partition (default: 16384)"),
    value("bootstrap-server", "REQUIRED: brokers to begin with, host:port,.."),
    value("broker-list", ""),
    value("command-config", "file of producer settings"),
    value("command-property", "one producer setting, name=value"),
    maybe("compression-codec", "none, gzip, snappy, lz4 or zstd; gzip without a value"),
    flag("help", "print this"),
    value("line-reader", "only org.apache.kafka.tools.LineMessageReader is there"),
    value("max-block-ms", "how long a send may wait (default: 60000)"),
    value("max-memory-bytes", "bytes of records on their way (default: 33554432)"),
    value("max-partition-memory-bytes", ""),
    value("message-send-max-retries", "how often a batch is sent again (default: 3)"),
    value("metadata-expiry-ms", "metadata older than this is asked for again (default: 300000)"),
    value("producer-property", ""),
    value("producer.config", ""),
    value("property", ""),
    value("reader-config", "file of reader properties"),
    value(
        "reader-property",
        "parse.key, key.separator, parse.headers, headers.delimiter, headers.separator, headers.key.separator, ignore.error, null.marker",
    ),
    value("request-required-acks", "0, 1 or -1 (default: -1)"),
    value("request-timeout-ms", "how long an answer may take (default: 1500)"),
    value("retry-backoff-ms", "wait before the first retry (default: 100)"),
    value("socket-buffer-size", "bytes (default: 102400)"),
    flag("sync", "wait for each record before the next"),
    value("timeout", "milliseconds that a batch waits for more (default: 1000)"),
    value("topic", "REQUIRED: the topic"),
    flag("version", "print the version"),
    value("zookeeper", ""),
];

/// Flags that are settings: their names, and what they are when neither is given.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("timeout", "linger.ms", "1000"),
    ("request-required-acks", "acks", "-1"),
    ("request-timeout-ms", "request.timeout.ms", "1500"),
    ("message-send-max-retries", "retries", "3"),
    ("retry-backoff-ms", "retry.backoff.ms", "100"),
    ("socket-buffer-size", "send.buffer.bytes", "102400"),
    ("max-memory-bytes", "buffer.memory", "33554432"),
    ("batch-size", "batch.size", "16384"),
    ("metadata-expiry-ms", "metadata.max.age.ms", "300000"),
    ("max-block-ms", "max.block.ms", "60000"),
];

/// Bytes of one line, at most: a record of the protocol can be no longer.
const LINE_BYTES_MAX: usize = i32::MAX as usize;
/// Readers that are known, by the names of Kafka 4 and Kafka 2.
const READERS: [&str; 2] =
    ["org.apache.kafka.tools.LineMessageReader", "kafka.tools.ConsoleProducer$LineMessageReader"];
/// How long the end waits for what is on its way; the producer gives up by itself before.
const CLOSE: Duration = Duration::from_secs(300);

/// Runs the tool.
pub(super) fn run(line: &[String], console: &mut Console) -> ExitCode {
    let outcome = Asked::read(line, console).and_then(|asked| {
        console.flush();
        run_os(1, async |io| produce(&io, asked, console).await)
    });
    super::end(outcome, ABOUT, FLAGS, console)
}

/// What the tool is to do.
struct Asked {
    settings: ProducerSettings,
    reader: LineReader,
    is_sync: bool,
}

impl Asked {
    fn read(line: &[String], console: &mut Console) -> Result<Self, Ending> {
        let given = parse(FLAGS, line).map_err(|ending| match ending {
            Ending::Thrown(why) => Ending::Usage(why),
            other => other,
        })?;
        given.help_or_version(line)?;
        if given.has("zookeeper") {
            return Err(Ending::Thrown(ZOOKEEPER.to_owned()));
        }
        given.require(&["topic"])?;
        let names = flag_names(&given, console)?;
        let bootstrap = bootstrap(&given)?;
        let settings = settings(&given, &names, &bootstrap)?;
        let reader_class = given.one("line-reader")?.unwrap_or(READERS[0]);
        if !READERS.contains(&reader_class) {
            return Err(Ending::Thrown(format!(
                "java.lang.ClassNotFoundException: {reader_class}"
            )));
        }
        let mut properties = of_file(&given, "reader-config")?;
        let topic = given.one("topic")?.unwrap_or_default().to_owned();
        properties.insert("topic".to_owned(), topic);
        properties.extend(pairs(&given, names.reader_property));
        let reader = LineReader::new(&properties).map_err(Ending::Thrown)?;
        Ok(Self { settings, reader, is_sync: given.has("sync") })
    }
}

/// Which of two names of a flag was given.
struct FlagNames {
    property: &'static str,
    config: &'static str,
    reader_property: &'static str,
}

fn flag_names(given: &Given, console: &mut Console) -> Result<FlagNames, Ending> {
    let names = FlagNames {
        config: either(
            given,
            "command-config",
            "producer.config",
            "Options --command-config and --producer.config cannot be specified together.",
        )?,
        property: either(
            given,
            "command-property",
            "producer-property",
            "Options --command-property and --producer-property cannot be specified together.",
        )?,
        reader_property: either(
            given,
            "reader-property",
            "property",
            "Options --reader-property and --property cannot be specified together.",
        )?,
    };
    for (old, new) in [
        ("producer-property", "command-property"),
        ("producer.config", "command-config"),
        ("property", "reader-property"),
    ] {
        if given.has(old) {
            console.line(format_args!(
                "Warning: --{old} is deprecated and will be removed in a future version. Use --{new} instead."
            ));
        }
    }
    if given.has("max-partition-memory-bytes") {
        console.line("Warning: --max-partition-memory-bytes is deprecated and will be removed in Apache Kafka 5.0. Use --batch-size instead.");
    }
    Ok(names)
}

fn bootstrap(given: &Given) -> Result<String, Ending> {
    // Before 2.5 the brokers stood behind --broker-list.
    let flag = if given.has("bootstrap-server") { "bootstrap-server" } else { "broker-list" };
    let servers = given.one(flag)?.unwrap_or_default().to_owned();
    let has_port = |server: &str| {
        server.rsplit_once(':').is_some_and(|(_, port)| port.trim().parse::<u16>().is_ok())
    };
    if servers.trim().is_empty() {
        return Err(Ending::Usage("Error while validating the bootstrap address\n".to_owned()));
    }
    if !servers.split(',').all(has_port) {
        return Err(Ending::Usage(
            "Please provide valid host:port like host1:9091,host2:9092\n ".to_owned(),
        ));
    }
    Ok(servers)
}

fn settings(given: &Given, names: &FlagNames, bootstrap: &str) -> Result<ProducerSettings, Ending> {
    let mut properties: Properties = of_file(given, names.config)?;
    properties.extend(pairs(given, names.property));
    let codec = match given.one("compression-codec")? {
        Some(codec) if !codec.is_empty() => codec,
        _ if given.has("compression-codec") => "gzip",
        _ => "none",
    };
    properties.insert("bootstrap.servers".to_owned(), bootstrap.to_owned());
    properties.insert("compression.type".to_owned(), codec.to_owned());
    properties.entry("client.id".to_owned()).or_insert_with(|| "console-producer".to_owned());
    for (flag, name, default) in SETTINGS {
        if *flag != "request-required-acks" {
            given.parsed::<i64>(flag)?;
        }
        match given.one(flag)? {
            Some(text) => drop(properties.insert((*name).to_owned(), text.to_owned())),
            None => {
                properties.entry((*name).to_owned()).or_insert_with(|| (*default).to_owned());
            }
        }
    }
    if let Some(bytes) = given.parsed::<i32>("max-partition-memory-bytes")? {
        properties.insert("batch.size".to_owned(), bytes.to_string());
    }
    ProducerSettings::from_properties(known(properties, ProducerSettings::is_known)).map_err(
        |why| {
            Ending::Thrown(format!(
                "org.apache.kafka.common.config.ConfigException: {}",
                said(&why)
            ))
        },
    )
}

async fn produce(io: &Io, asked: Asked, console: &mut Console) -> Result<(), Ending> {
    let Asked { settings, mut reader, is_sync } = asked;
    let producer = Producer::new(io.clone(), settings).map_err(|why| Ending::Thrown(said(&why)))?;
    let fed = feed(io, &producer, &mut reader, is_sync, console).await;
    producer.flush().await;
    producer.close(CLOSE).await;
    fed
}

async fn feed(
    io: &Io,
    producer: &Producer,
    reader: &mut LineReader,
    is_sync: bool,
    console: &mut Console,
) -> Result<(), Ending> {
    let mut input = Input::stdin(io, LINE_BYTES_MAX);
    let prompts = console.is_terminal() && std::io::stdin().is_terminal();
    let mut lines = std::collections::VecDeque::new();
    loop {
        if lines.is_empty() {
            if prompts {
                console.text(">");
                console.flush();
            }
            let read = tokio::select! {
                biased;
                signal = io.shutdown_signal() => return Err(interrupted(signal)),
                read = input.next(b"\n") => read,
            };
            let Some(bytes) = read.map_err(|why| Ending::Thrown(why.to_string()))? else {
                return Ok(());
            };
            lines.extend(reader.split(&bytes));
        }
        let Some(line) = lines.pop_front() else { continue };
        let record = reader.record(&line).map_err(|why| {
            Ending::Thrown(format!("org.apache.kafka.common.KafkaException: {why}"))
        })?;
        send(io, producer, record, is_sync).await?;
    }
}

async fn send(
    io: &Io,
    producer: &Producer,
    record: ProducerRecord,
    is_sync: bool,
) -> Result<(), Ending> {
    let told = Telling::of(&record);
    match producer.send(record).await {
        Err(error) if is_sync => return Err(Ending::Thrown(said(&error))),
        Err(error) => told.fail(&error),
        Ok(delivery) if is_sync => {
            delivery.await.map_err(|error| Ending::Thrown(said(&error)))?;
        }
        Ok(delivery) => {
            io.spawn("delivery", async move {
                if let Err(error) = delivery.await {
                    told.fail(&error);
                }
            });
        }
    }
    Ok(())
}

/// What is told of a record that does not arrive.
struct Telling {
    topic: std::sync::Arc<str>,
    key: Option<usize>,
    value: Option<usize>,
}

impl Telling {
    fn of(record: &ProducerRecord) -> Self {
        let length = |bytes: &Option<bytes::Bytes>| bytes.as_ref().map(bytes::Bytes::len);
        Self { topic: record.topic.clone(), key: length(&record.key), value: length(&record.value) }
    }

    fn fail(&self, error: &Error) {
        let shown = |length: Option<usize>| {
            length.map_or_else(|| "null".to_owned(), |length| format!("{length} bytes"))
        };
        let (key, value) = (shown(self.key), shown(self.value));
        eprintln!(
            "ERROR Error when sending message to topic {} with key: {key}, value: {value} with error: {}",
            self.topic,
            said(error)
        );
    }
}
