//! Flags of the tool, and what they come to.

use std::time::Duration;

use ottla_client::settings::ConsumerSettings;

use super::super::connection::{ZOOKEEPER, said};
use super::super::console_words::{Properties, either, known, of_file, pairs};
use super::super::options::{Ending, Flag, Given, flag, parse, value};
use super::formatter::Formatter;
use crate::console::Console;

pub(super) const ABOUT: &str =
    "This tool helps to read data from Kafka topics and outputs it to standard output.";
pub(super) const FLAGS: &[Flag] = &[
    value("bootstrap-server", "REQUIRED: brokers to begin with, host:port,.."),
    value("broker-list", ""),
    value("command-config", "file of consumer settings"),
    value("command-property", "one consumer setting, name=value"),
    value("consumer-property", ""),
    value("consumer.config", ""),
    flag("enable-systest-events", "print what becomes of the consumer as well"),
    value("formatter", "class of the formatter (default: DefaultMessageFormatter)"),
    value("formatter-config", "file of formatter properties"),
    value(
        "formatter-property",
        "print.timestamp, .key, .offset, .epoch, .partition, .headers, .value, key.separator, line.separator, headers.separator, null.literal, key.deserializer, value.deserializer, headers.deserializer",
    ),
    flag("from-beginning", "begin with the oldest message where nothing is committed"),
    value("group", "the group"),
    flag("help", "print this"),
    value("include", "an expression of topics"),
    value("isolation-level", "read_committed or read_uncommitted (default)"),
    value("key-deserializer", "class of the keys' deserializer"),
    value("max-messages", "stop after so many messages"),
    value("offset", "earliest, latest or a number (default: latest)"),
    value("partition", "the partition"),
    value("property", ""),
    flag("skip-message-on-error", "go on after a message that cannot be written"),
    value("timeout-ms", "stop when no message comes for this long"),
    value("topic", "the topic"),
    value("value-deserializer", "class of the values' deserializer"),
    flag("version", "print the version"),
    value("whitelist", ""),
    value("zookeeper", ""),
];

/// What is to be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Topic(String),
    Matching(String),
    Partition(String, i32, From),
}

/// Where in a partition to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    Earliest,
    Latest,
    Offset(i64),
}

/// What the tool is to do.
pub(super) struct Asked {
    pub(super) settings: ConsumerSettings,
    pub(super) wanted: Wanted,
    pub(super) formatter: Formatter,
    pub(super) messages_max: i64,
    pub(super) timeout: Option<Duration>,
    pub(super) skips_errors: bool,
    pub(super) tells_events: bool,
}

impl Asked {
    pub(super) fn read(
        line: &[String],
        random: u64,
        console: &mut Console,
    ) -> Result<Self, Ending> {
        let given = parse(FLAGS, line).map_err(|ending| match ending {
            Ending::Thrown(why) => Ending::Usage(why),
            other => other,
        })?;
        given.help_or_version(line)?;
        if given.has("zookeeper") {
            return Err(Ending::Thrown(ZOOKEEPER.to_owned()));
        }
        let include = if given.has("include") { "include" } else { "whitelist" };
        check_required(&given, include)?;
        let (property, config) = (
            either(
                &given,
                "command-property",
                "consumer-property",
                "Options --consumer-property and --command-property cannot be specified together.",
            )?,
            either(
                &given,
                "command-config",
                "consumer.config",
                "Options --consumer.config and --command-config cannot be specified together.",
            )?,
        );
        for (old, new) in
            [("consumer-property", "command-property"), ("consumer.config", "command-config")]
        {
            if given.has(old) {
                deprecated(old, new, console);
            }
        }
        let from_file = of_file(&given, config)?;
        let extra = pairs(&given, property);
        let group = group(&given, &from_file, &extra)?;
        let settings = settings(&given, from_file, extra, group, random)?;
        let from = from(&given)?;
        let timeout = given.parsed::<i64>("timeout-ms")?.and_then(|ms| u64::try_from(ms).ok());
        let formatter = formatter(&given, console)?;
        let topic = given.one("topic")?.map(str::to_owned);
        let wanted = match (topic, given.parsed("partition")?) {
            (Some(topic), Some(partition)) => Wanted::Partition(topic, partition, from),
            (Some(topic), None) => Wanted::Topic(topic),
            (None, _) => Wanted::Matching(given.one(include)?.unwrap_or_default().to_owned()),
        };
        Ok(Self {
            settings,
            wanted,
            formatter,
            messages_max: given.parsed::<i32>("max-messages")?.map_or(-1, i64::from),
            timeout: timeout.map(Duration::from_millis),
            skips_errors: given.has("skip-message-on-error"),
            tells_events: given.has("enable-systest-events"),
        })
    }
}

fn deprecated(old: &str, new: &str, console: &mut Console) {
    console.line(format_args!(
        "Option --{old} is deprecated and will be removed in a future version. Use --{new} instead."
    ));
}

fn check_required(given: &Given, include: &str) -> Result<(), Ending> {
    let usage = |why: &str| Err(Ending::Usage(why.to_owned()));
    if given.has("topic") == given.has(include) {
        return usage("Exactly one of the following arguments is required: [topic], [include]");
    }
    if given.has("partition") {
        if !given.has("topic") {
            return usage("The topic is required when partition is specified.");
        }
        if given.has("from-beginning") && given.has("offset") {
            return usage("Options from-beginning and offset cannot be specified together.");
        }
    } else if given.has("offset") {
        return usage("The partition is required when offset is specified.");
    }
    if given.has("broker-list") { Ok(()) } else { given.require(&["bootstrap-server"]) }
}

/// The group, which may be named in several places.
fn group(given: &Given, file: &Properties, extra: &Properties) -> Result<Option<String>, Ending> {
    let mut groups: Vec<String> = Vec::new();
    let places = [
        given.one("group")?.map(str::to_owned),
        file.get("group.id").cloned(),
        extra.get("group.id").cloned(),
    ];
    for group in places.into_iter().flatten() {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    if groups.len() > 1 {
        let named: Vec<String> = groups.iter().map(|group| format!("'{group}'")).collect();
        return Err(Ending::Usage(format!(
            "The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do not match. Detected group ids: {}",
            named.join(", ")
        )));
    }
    if !groups.is_empty() && given.has("partition") {
        let why = "Options group and partition cannot be specified together.";
        return Err(Ending::Usage(why.to_owned()));
    }
    Ok(groups.pop())
}

fn settings(
    given: &Given,
    file: Properties,
    extra: Properties,
    group: Option<String>,
    random: u64,
) -> Result<ConsumerSettings, Ending> {
    let mut properties = file;
    properties.extend(extra);
    let begins = given.has("from-beginning");
    match properties.get("auto.offset.reset") {
        Some(reset) if begins && reset != "earliest" => {
            return Err(Ending::Thrown(format!(
                "Can't simultaneously specify --from-beginning and 'auto.offset.reset={reset}', please remove one option"
            )));
        }
        Some(_) => {}
        None => {
            let reset = if begins { "earliest" } else { "latest" };
            properties.insert("auto.offset.reset".to_owned(), reset.to_owned());
        }
    }
    let flag = if given.has("bootstrap-server") { "bootstrap-server" } else { "broker-list" };
    let bootstrap = given.one(flag)?.unwrap_or_default().to_owned();
    properties.insert("bootstrap.servers".to_owned(), bootstrap);
    properties.entry("client.id".to_owned()).or_insert_with(|| "console-consumer".to_owned());
    if let Some(level) = given.one("isolation-level")? {
        properties.insert("isolation.level".to_owned(), level.to_owned());
    }
    if group.is_none() {
        // Nobody comes back to a group of a random name.
        let off = || "false".to_owned();
        properties.entry("enable.auto.commit".to_owned()).or_insert_with(off);
    }
    let group = group.unwrap_or_else(|| format!("console-consumer-{}", random % 100_000));
    properties.insert("group.id".to_owned(), group);
    ConsumerSettings::from_properties(known(properties, ConsumerSettings::is_known)).map_err(|why| {
        Ending::Thrown(format!(
            "ERROR Unknown error when running consumer: org.apache.kafka.common.config.ConfigException: {}",
            said(&why)
        ))
    })
}

fn from(given: &Given) -> Result<From, Ending> {
    let Some(text) = given.one("offset")? else {
        return Ok(if given.has("from-beginning") { From::Earliest } else { From::Latest });
    };
    match text.to_lowercase().as_str() {
        "earliest" => Ok(From::Earliest),
        "latest" => Ok(From::Latest),
        number => number.parse().ok().filter(|offset| *offset >= 0).map(From::Offset).ok_or_else(|| {
            Ending::Usage(format!(
                "The provided offset value '{text}' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long."
            ))
        }),
    }
}

fn formatter(given: &Given, console: &mut Console) -> Result<Formatter, Ending> {
    let class = given.one("formatter")?;
    Formatter::check_class(class).map_err(Ending::Usage)?;
    let flag = either(
        given,
        "formatter-property",
        "property",
        "Options --property and --formatter-property cannot be specified together.",
    )?;
    if flag == "property" {
        deprecated("property", "formatter-property", console);
    }
    let mut properties = of_file(given, "formatter-config")?;
    for name in ["key-deserializer", "value-deserializer"] {
        if let Some(class) = given.one(name)?.filter(|class| !class.is_empty()) {
            properties.insert(name.replace('-', "."), class.to_owned());
        }
    }
    properties.extend(pairs(given, flag));
    Ok(Formatter::new(class, &properties, console))
}
