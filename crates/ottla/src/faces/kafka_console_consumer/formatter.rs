//! How a message is printed: the default formatter with its properties, and those of the
//! coordinators' topics. Pure.

use ottla_client::ConsumerRecord;
use ottla_record::TimestampType;

use super::super::console_words::Properties;
use super::coordinator_topics::{self, Family};
use super::deserializer::Deserializer;
use crate::console::Console;

/// A formatter.
pub(super) enum Formatter {
    Default(Box<Layout>),
    Nothing,
    Coordinator(Family),
}

/// What the default formatter prints, and what stands between.
pub(super) struct Layout {
    timestamp: bool,
    partition: bool,
    offset: bool,
    delivery: bool,
    epoch: bool,
    headers: bool,
    key: bool,
    value: bool,
    key_separator: String,
    line_separator: String,
    headers_separator: String,
    null_literal: String,
    key_deserializer: Option<Deserializer>,
    value_deserializer: Option<Deserializer>,
    headers_deserializer: Option<Deserializer>,
}

/// Which formatter a class is, by its name in Kafka 4 or in Kafka 2 and 3.
enum Class {
    Default,
    Nothing,
    Coordinator(Family),
}

fn class_of(class: Option<&str>) -> Option<Class> {
    let Some(class) = class else { return Some(Class::Default) };
    let name = class
        .strip_prefix("org.apache.kafka.tools.consumer.group.share.")
        .or_else(|| class.strip_prefix("org.apache.kafka.tools.consumer."))
        .or_else(|| class.strip_prefix("kafka.tools."))
        .or_else(|| class.strip_prefix("kafka.coordinator.group.GroupMetadataManager$"))
        .or_else(|| class.strip_prefix("kafka.coordinator.transaction.TransactionLog$"))?;
    Some(match name {
        "DefaultMessageFormatter" | "LoggingMessageFormatter" => Class::Default,
        "NoOpMessageFormatter" => Class::Nothing,
        "OffsetsMessageFormatter" => Class::Coordinator(Family::Offsets),
        "GroupMetadataMessageFormatter" => Class::Coordinator(Family::Groups),
        "TransactionLogMessageFormatter" => Class::Coordinator(Family::Transactions),
        "ShareGroupStateMessageFormatter" => Class::Coordinator(Family::ShareState),
        _ => return None,
    })
}

impl Formatter {
    /// # Errors
    /// There is no such class here.
    pub(super) fn check_class(class: Option<&str>) -> Result<(), String> {
        match class_of(class) {
            Some(_) => Ok(()),
            None => Err(class.unwrap_or_default().to_owned()),
        }
    }

    pub(super) fn new(class: Option<&str>, properties: &Properties, console: &mut Console) -> Self {
        match class_of(class) {
            Some(Class::Nothing) => Self::Nothing,
            Some(Class::Coordinator(family)) => Self::Coordinator(family),
            _ => Self::Default(Box::new(Layout::new(properties, console))),
        }
    }

    /// Prints a message.
    ///
    /// # Errors
    /// A deserializer refuses its bytes. What was printed before stays.
    pub(super) fn write(&self, record: &ConsumerRecord, out: &mut Vec<u8>) -> Result<(), String> {
        match self {
            Self::Default(layout) => layout.write(record, out),
            Self::Nothing => Ok(()),
            Self::Coordinator(family) => coordinator_topics::write(*family, record, out),
        }
    }
}

impl Layout {
    fn new(properties: &Properties, console: &mut Console) -> Self {
        let is = |name: &str, default: bool| {
            properties.get(name).map_or(default, |text| text.trim().eq_ignore_ascii_case("true"))
        };
        let text = |name: &str, default: &str| {
            properties.get(name).cloned().unwrap_or_else(|| default.to_owned())
        };
        let mut deserializer = |name: &str| {
            let class = properties.get(name)?;
            let found = Deserializer::of(class);
            if found.is_none() {
                console
                    .talk(format_args!("ERROR Unable to instantiate a deserializer from {class}"));
            }
            found
        };
        Self {
            key_deserializer: deserializer("key.deserializer"),
            value_deserializer: deserializer("value.deserializer"),
            headers_deserializer: deserializer("headers.deserializer"),
            timestamp: is("print.timestamp", false),
            partition: is("print.partition", false),
            offset: is("print.offset", false),
            delivery: is("print.delivery", false),
            epoch: is("print.epoch", false),
            headers: is("print.headers", false),
            key: is("print.key", false),
            value: is("print.value", true),
            key_separator: text("key.separator", "\t"),
            line_separator: text("line.separator", "\n"),
            headers_separator: text("headers.separator", ","),
            null_literal: text("null.literal", "null"),
        }
    }

    fn write(&self, record: &ConsumerRecord, out: &mut Vec<u8>) -> Result<(), String> {
        // A column that is not the last has the key separator behind it, the last the line separator.
        let columns = [
            self.timestamp,
            self.partition,
            self.offset,
            self.delivery,
            self.epoch,
            self.headers,
            self.key,
            self.value,
        ];
        for (at, is_printed) in columns.into_iter().enumerate() {
            if !is_printed {
                continue;
            }
            self.column(at, record, out)?;
            let is_last = !columns.iter().skip(at + 1).any(|printed| *printed);
            let separator = if is_last { &self.line_separator } else { &self.key_separator };
            out.extend_from_slice(separator.as_bytes());
        }
        Ok(())
    }

    fn column(&self, at: usize, record: &ConsumerRecord, out: &mut Vec<u8>) -> Result<(), String> {
        let mut print = |text: String| out.extend_from_slice(text.as_bytes());
        match at {
            0 => print(timestamp(record)),
            1 => print(format!("Partition:{}", record.partition)),
            2 => print(format!("Offset:{}", record.offset)),
            // The tool takes neither along to its formatter.
            3 => print("Delivery:NOT_PRESENT".to_owned()),
            4 => print("Epoch:NOT_PRESENT".to_owned()),
            5 if record.headers.is_empty() => print("NO_HEADERS".to_owned()),
            5 => {
                for (at, header) in record.headers.iter().enumerate() {
                    if at > 0 {
                        out.extend_from_slice(self.headers_separator.as_bytes());
                    }
                    out.extend_from_slice(&header.key);
                    out.push(b':');
                    self.field(self.headers_deserializer, header.value.as_deref(), out)?;
                }
            }
            6 => self.field(self.key_deserializer, record.key.as_deref(), out)?,
            _ => self.field(self.value_deserializer, record.value.as_deref(), out)?,
        }
        Ok(())
    }

    fn field(
        &self,
        deserializer: Option<Deserializer>,
        bytes: Option<&[u8]>,
        out: &mut Vec<u8>,
    ) -> Result<(), String> {
        let bytes = bytes.unwrap_or(self.null_literal.as_bytes());
        match deserializer {
            None => out.extend_from_slice(bytes),
            Some(deserializer) => {
                let shown = deserializer.show(bytes);
                let shown = shown.map_err(|why| {
                    format!("org.apache.kafka.common.errors.SerializationException: {why}")
                })?;
                out.extend_from_slice(shown.as_bytes());
            }
        }
        Ok(())
    }
}

fn timestamp(record: &ConsumerRecord) -> String {
    match record.timestamp_type {
        TimestampType::CreateTime => format!("CreateTime:{}", record.timestamp),
        TimestampType::LogAppendTime => format!("LogAppendTime:{}", record.timestamp),
    }
}
