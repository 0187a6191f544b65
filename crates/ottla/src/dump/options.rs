//! What is to be printed, and how.

use std::path::PathBuf;

use super::decode::DecoderChoice;

/// Kafka's default for the largest batch that an index entry may point to, in bytes.
pub(crate) const MAX_MESSAGE_SIZE_DEFAULT: i32 = 5 * 1024 * 1024;

/// Whose habits are followed where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Those of `kafka-dump-log`: it knows five kinds of files, and ends with the first error.
    Kafka,
    /// Our own: dirs and all files of a log dir, and errors are told and passed over.
    Ottla,
}

/// What is to be printed, and how.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Files, and dirs where the manner takes them.
    pub(crate) files: Vec<PathBuf>,
    /// See there.
    pub(crate) manner: Manner,
    /// One JSON object per line instead of text.
    pub(crate) json: bool,
    /// Print each record.
    pub(crate) deep: bool,
    /// Print keys and values.
    pub(crate) contents: bool,
    /// Leave out what precedes key and value.
    pub(crate) skip_record_metadata: bool,
    /// Compare indexes with the log, print nothing of them.
    pub(crate) verify_index_only: bool,
    /// Only check what a start checks of indexes.
    pub(crate) index_sanity_check: bool,
    /// Bytes of the largest batch that an index entry may point to.
    pub(crate) max_message_size: i32,
    /// Bytes of a log file that are looked at.
    pub(crate) max_bytes: i32,
    /// How keys and values are read.
    pub(crate) decoder: DecoderChoice,
}

impl Options {
    /// Everything as it is when no flag is given.
    pub(crate) fn new(manner: Manner) -> Self {
        Self {
            files: Vec::new(),
            manner,
            json: false,
            deep: false,
            contents: false,
            skip_record_metadata: false,
            verify_index_only: false,
            index_sanity_check: false,
            max_message_size: MAX_MESSAGE_SIZE_DEFAULT,
            max_bytes: i32::MAX,
            decoder: DecoderChoice::default(),
        }
    }
}
