//! What can be wrong with the bytes of a batch.

use core::fmt;

use crate::Codec;

/// Why bytes are not a batch that may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchError {
    /// The bytes end before the batch does: `needed` in all, `available` there. At the end of a
    /// fetched slice this is normal, in a Produce it is corruption.
    Truncated {
        /// Bytes the batch (or its header) takes.
        needed: u64,
        /// Bytes there are.
        available: u64,
    },
    /// The length field is smaller than any header.
    BadLength {
        /// The field, as found.
        length: i32,
    },
    /// A format other than v2. 0 and 1 existed before Kafka 4.0, the rest never did.
    UnsupportedMagic {
        /// The field, as found.
        magic: i8,
    },
    /// The checksum does not match: the bytes changed on their way.
    BadCrc {
        /// What the header says.
        stored: u32,
        /// CRC-32C of the bytes.
        computed: u32,
    },
    /// Attributes name a codec that does not exist (5, 6 or 7).
    UnknownCodec {
        /// The three bits, as found.
        id: u8,
    },
    /// The compressed block is not what its codec writes.
    BadCompression {
        /// The codec named by the attributes.
        codec: Codec,
    },
    /// The block holds more than the caller allows to unpack.
    DecompressedTooLarge {
        /// The bound, in bytes of plain records.
        limit: u64,
    },
    /// A record breaks the format.
    BadRecord {
        /// Its place in the batch, from 0.
        index: u32,
        /// What is wrong with it.
        problem: RecordProblem,
    },
    /// The header's record count is negative, or not the number of records there are.
    BadRecordCount {
        /// What the header says.
        declared: i32,
    },
    /// Bytes follow the last record.
    TrailingBytes,
}

/// How a record breaks the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordProblem {
    /// The bytes end before the record does.
    Truncated,
    /// A variable-length number does not end or does not fit.
    BadVarint,
    /// As before, and it is the record's own length.
    BadLengthVarint,
    /// The length is negative, or the fields take more or less than it says.
    BadLength,
    /// The key or value is longer than the record.
    BadFieldLength,
    /// The number of headers is negative or cannot fit.
    BadHeaderCount,
    /// A header's key is null.
    BadHeaderKey,
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { needed, available } => {
                write!(f, "batch of {needed} bytes ends after {available}")
            }
            Self::BadLength { length } => write!(f, "batch length {length} is below the header's"),
            Self::UnsupportedMagic { magic: magic @ 0..=1 } => {
                write!(f, "record format {magic} of before Kafka 0.11, expected 2")
            }
            Self::UnsupportedMagic { magic } => write!(f, "record format {magic}, expected 2"),
            Self::BadCrc { stored, computed } => {
                write!(f, "stored crc = {stored}, computed crc = {computed}")
            }
            Self::UnknownCodec { id } => write!(f, "unknown compression type id {id}"),
            Self::BadCompression { codec } => write!(f, "broken {codec} block"),
            Self::DecompressedTooLarge { limit } => {
                write!(f, "records unpack to more than {limit} bytes")
            }
            Self::BadRecord { index, problem } => write!(f, "record {index}: {problem}"),
            Self::BadRecordCount { declared } => {
                write!(f, "record count {declared} does not match the records")
            }
            Self::TrailingBytes => write!(f, "bytes follow the last record"),
        }
    }
}

impl core::error::Error for BatchError {}

impl fmt::Display for RecordProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "ends early",
            Self::BadVarint => "broken varint",
            Self::BadLengthVarint => "broken varint for its length",
            Self::BadLength => "length does not match its fields",
            Self::BadFieldLength => "key or value longer than the record",
            Self::BadHeaderCount => "impossible number of headers",
            Self::BadHeaderKey => "broken header key",
        })
    }
}
