//! Keys and values as text: plain ones, and those of Kafka's own topics.

mod coordinator;
mod metadata;
mod remote_log;

use std::path::Path;

use ottla_record::Record;

use super::Failure;
use super::row::Cell;

/// How keys and values are to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DecoderChoice {
    /// By classes of these names.
    Classes {
        /// For keys.
        key: String,
        /// For values.
        value: String,
    },
    /// As `__consumer_offsets`.
    Offsets,
    /// As `__transaction_state`.
    TransactionLog,
    /// As `__cluster_metadata`.
    ClusterMetadata,
    /// As `__remote_log_metadata`.
    RemoteLogMetadata,
    /// As `__share_group_state`.
    ShareGroupState,
    /// As the name of the file's dir says, else as text.
    ByTopic,
}

/// The decoder that Kafka's tool takes unless told otherwise.
pub(crate) const STRING_DECODER: &str = "org.apache.kafka.tools.api.StringDecoder";

impl Default for DecoderChoice {
    fn default() -> Self {
        Self::Classes { key: STRING_DECODER.to_owned(), value: STRING_DECODER.to_owned() }
    }
}

/// Reads the keys and values of one file.
#[derive(Debug)]
pub(super) enum Decoder {
    Plain { key: Plain, value: Plain },
    Coordinator(coordinator::Family),
    ClusterMetadata,
    RemoteLogMetadata,
}

/// Key and value, where there is one to show.
pub(super) type Decoded = (Option<Cell>, Option<Cell>);

impl Decoder {
    /// The decoder for a file.
    pub(super) fn new(choice: &DecoderChoice, path: &Path) -> Result<Self, Failure> {
        Ok(match choice {
            DecoderChoice::Classes { key, value } => {
                // In the order in which Kafka's tool looks for them.
                let value = Plain::of_class(value)?;
                Self::Plain { key: Plain::of_class(key)?, value }
            }
            DecoderChoice::Offsets => Self::Coordinator(coordinator::Family::Group),
            DecoderChoice::TransactionLog => Self::Coordinator(coordinator::Family::Transaction),
            DecoderChoice::ShareGroupState => Self::Coordinator(coordinator::Family::Share),
            DecoderChoice::ClusterMetadata => Self::ClusterMetadata,
            DecoderChoice::RemoteLogMetadata => Self::RemoteLogMetadata,
            DecoderChoice::ByTopic => return Self::new(&by_topic(path), path),
        })
    }

    /// Key and value of a record.
    ///
    /// # Errors
    /// What ends the dump, as it ends Kafka's.
    pub(super) fn decode(&self, record: &Record<'_>) -> Result<Decoded, String> {
        match self {
            Self::Plain { key, value } => {
                let decoded = |plain: &Plain, bytes: Option<&[u8]>| {
                    bytes.map(|bytes| plain.decode(record.offset, bytes)).transpose()
                };
                Ok((decoded(key, record.key)?, decoded(value, record.value)?))
            }
            Self::Coordinator(family) => coordinator::decode(*family, record),
            Self::ClusterMetadata => Ok((None, Some(metadata::decode(record)))),
            Self::RemoteLogMetadata => Ok((None, Some(remote_log::decode(record)))),
        }
    }
}

fn by_topic(path: &Path) -> DecoderChoice {
    let dir = path.parent().and_then(|dir| std::path::absolute(dir).ok());
    let dir = dir.as_deref().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let is_snapshot = path.extension().is_some_and(|ending| ending == "checkpoint");
    match dir.rsplit_once('-').map(|(topic, _)| topic) {
        Some("__consumer_offsets") => DecoderChoice::Offsets,
        Some("__transaction_state") => DecoderChoice::TransactionLog,
        Some("__share_group_state") => DecoderChoice::ShareGroupState,
        Some("__remote_log_metadata") => DecoderChoice::RemoteLogMetadata,
        Some("__cluster_metadata") => DecoderChoice::ClusterMetadata,
        _ if is_snapshot => DecoderChoice::ClusterMetadata,
        _ => DecoderChoice::default(),
    }
}

/// Bytes as one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    /// UTF-8.
    String,
    /// Four bytes.
    Integer,
    /// Eight bytes.
    Long,
    /// Any bytes. Java shows the address of an object; ours shows them in hex.
    Bytes,
}

impl Plain {
    fn of_class(class: &str) -> Result<Self, Failure> {
        Ok(match class.rsplit('.').next().unwrap_or_default() {
            "StringDecoder" => Self::String,
            "IntegerDecoder" => Self::Integer,
            "LongDecoder" => Self::Long,
            "DefaultDecoder" => Self::Bytes,
            _ => {
                return Err(Failure::File(format!(
                    "Failed to load decoder class {class}: there are StringDecoder, IntegerDecoder, LongDecoder and DefaultDecoder"
                )));
            }
        })
    }

    fn decode(self, offset: i64, bytes: &[u8]) -> Result<Cell, String> {
        let short = || {
            format!(
                "the decoder needs more bytes than the {} of the record at offset {offset}",
                bytes.len()
            )
        };
        Ok(match self {
            Self::String => Cell::Text(ottla_wire::java_text(bytes).into_owned()),
            Self::Integer => {
                let number = bytes.first_chunk().ok_or_else(short)?;
                Cell::Int(i32::from_be_bytes(*number).into())
            }
            Self::Long => Cell::Int(i64::from_be_bytes(*bytes.first_chunk().ok_or_else(short)?)),
            Self::Bytes => Cell::Text(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
        })
    }
}
