//! The 61 bytes in front of every batch (record format v2, KIP-98).
//!
//! ```text
//!  0 baseOffset i64             21 attributes i16       43 producerId i64
//!  8 batchLength i32            23 lastOffsetDelta i32  51 producerEpoch i16
//! 12 partitionLeaderEpoch i32   27 baseTimestamp i64    53 baseSequence i32
//! 16 magic i8, 17 crc u32       35 maxTimestamp i64     57 recordCount i32
//! ```
//! The checksum covers everything from byte 21 on, so that a broker may place a batch (offset,
//! leader epoch) without touching its content.

use ottla_model::ids::{NO_PRODUCER_ID, NO_SEQUENCE};
use ottla_model::{LeaderEpoch, Offset, ProducerEpoch, ProducerId};

use crate::{BatchError, Codec};

pub(crate) const BASE_OFFSET_AT: usize = 0;
pub(crate) const LENGTH_AT: usize = 8;
pub(crate) const LEADER_EPOCH_AT: usize = 12;
pub(crate) const MAGIC_AT: usize = 16;
pub(crate) const CRC_AT: usize = 17;
pub(crate) const ATTRIBUTES_AT: usize = 21;
pub(crate) const LAST_OFFSET_DELTA_AT: usize = 23;
pub(crate) const BASE_TIMESTAMP_AT: usize = 27;
pub(crate) const MAX_TIMESTAMP_AT: usize = 35;
pub(crate) const PRODUCER_ID_AT: usize = 43;
pub(crate) const PRODUCER_EPOCH_AT: usize = 51;
pub(crate) const BASE_SEQUENCE_AT: usize = 53;
pub(crate) const RECORD_COUNT_AT: usize = 57;

/// Bytes before the part that `batchLength` counts: base offset and the length itself.
pub const LOG_OVERHEAD: usize = 12;
/// The only record format since Kafka 4.0.
pub const MAGIC_V2: i8 = 2;

/// Who stamped the records of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimestampType {
    /// The producer; each record has its own.
    #[default]
    CreateTime,
    /// The leader when it appended; all records have the batch's maximum.
    LogAppendTime,
}

/// The attribute bits of a batch. Bits 7 to 15 mean nothing yet; they
/// are kept as found until the checksum has to be renewed, as Kafka does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attributes(pub i16);

impl Attributes {
    const CODEC: i16 = 0x07;
    const LOG_APPEND_TIME: i16 = 0x08;
    const TRANSACTIONAL: i16 = 0x10;
    const CONTROL: i16 = 0x20;
    const DELETE_HORIZON: i16 = 0x40;

    /// The codec bits, 0 to 7; 5 to 7 name none.
    pub fn codec_id(self) -> u8 {
        (self.0 & Self::CODEC) as u8
    }

    /// The codec of the record block.
    ///
    /// # Errors
    /// [`BatchError::UnknownCodec`] for ids 5 to 7.
    pub fn codec(self) -> Result<Codec, BatchError> {
        Codec::from_id(self.codec_id()).ok_or(BatchError::UnknownCodec { id: self.codec_id() })
    }

    /// Who stamped the records.
    pub fn timestamp_type(self) -> TimestampType {
        match self.0 & Self::LOG_APPEND_TIME {
            0 => TimestampType::CreateTime,
            _ => TimestampType::LogAppendTime,
        }
    }

    /// Whether the batch belongs to a transaction.
    pub fn is_transactional(self) -> bool {
        self.0 & Self::TRANSACTIONAL != 0
    }

    /// Whether the records are markers rather than a user's.
    pub fn is_control(self) -> bool {
        self.0 & Self::CONTROL != 0
    }

    /// Whether the base timestamp is the time from which tombstones may go (KIP-534).
    pub fn has_delete_horizon(self) -> bool {
        self.0 & Self::DELETE_HORIZON != 0
    }

    /// Only the bits that mean something.
    pub(crate) fn known(self) -> Self {
        Self(self.0 & 0x7f)
    }

    /// The same bits with another codec.
    #[must_use]
    pub fn with_codec(self, codec: Codec) -> Self {
        Self(self.0 & !Self::CODEC | i16::from(codec.id()))
    }

    /// The same bits with another timestamp type.
    #[must_use]
    pub fn with_timestamp_type(self, timestamp_type: TimestampType) -> Self {
        self.with(Self::LOG_APPEND_TIME, timestamp_type == TimestampType::LogAppendTime)
    }

    /// The same bits, transactional or not.
    #[must_use]
    pub fn with_transactional(self, on: bool) -> Self {
        self.with(Self::TRANSACTIONAL, on)
    }

    /// The same bits, control or not.
    #[must_use]
    pub fn with_control(self, on: bool) -> Self {
        self.with(Self::CONTROL, on)
    }

    /// The same bits, with or without a delete horizon.
    #[must_use]
    pub fn with_delete_horizon(self, on: bool) -> Self {
        self.with(Self::DELETE_HORIZON, on)
    }

    fn with(self, bit: i16, on: bool) -> Self {
        Self(if on { self.0 | bit } else { self.0 & !bit })
    }
}

/// A parsed batch header. Field names are Kafka's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchHeader {
    /// Offset of the first record as first appended. Compaction may remove that record.
    pub base_offset: Offset,
    /// Bytes after this field; see [`Self::size_in_bytes`].
    pub batch_length: i32,
    /// Epoch of the leader that appended it; a producer writes -1. Not under the checksum.
    pub partition_leader_epoch: LeaderEpoch,
    /// Record format, always 2.
    pub magic: i8,
    /// CRC-32C of everything from the attributes on.
    pub crc: u32,
    /// Codec, timestamp type, transactional, control, delete horizon.
    pub attributes: Attributes,
    /// Offset of the last record less `base_offset`; survives compaction.
    pub last_offset_delta: i32,
    /// Milliseconds that record timestamps count from, or the delete horizon if there is one.
    pub base_timestamp: i64,
    /// Largest timestamp, in milliseconds; the append time if the leader stamps.
    pub max_timestamp: i64,
    /// Producer, or -1.
    pub producer_id: ProducerId,
    /// Producer epoch, or -1.
    pub producer_epoch: ProducerEpoch,
    /// Sequence number of the first record, or -1.
    pub base_sequence: i32,
    /// Records in the batch; 0 for a batch that compaction emptied.
    pub record_count: i32,
}

impl BatchHeader {
    /// Bytes of a header.
    pub const LEN: usize = 61;

    /// Reads the header at the front of `bytes`; more may follow, and the batch's end is not
    /// looked for.
    ///
    /// # Errors
    /// [`BatchError::Truncated`], [`BatchError::UnsupportedMagic`] or [`BatchError::BadLength`].
    pub fn parse(bytes: &[u8]) -> Result<Self, BatchError> {
        let truncated =
            BatchError::Truncated { needed: Self::LEN as u64, available: bytes.len() as u64 };
        let magic = bytes.get(MAGIC_AT).map_or(MAGIC_V2, |&byte| byte as i8);
        if magic != MAGIC_V2 {
            return Err(BatchError::UnsupportedMagic { magic });
        }
        let bytes = bytes.first_chunk::<{ Self::LEN }>().ok_or(truncated)?;
        let header = Self::read(bytes);
        if (header.batch_length as i64) < (Self::LEN - LOG_OVERHEAD) as i64 {
            return Err(BatchError::BadLength { length: header.batch_length });
        }
        Ok(header)
    }

    /// Reads the fields without judging them.
    pub(crate) fn read(bytes: &[u8; Self::LEN]) -> Self {
        Self {
            base_offset: i64::from_be_bytes(field(bytes, BASE_OFFSET_AT)),
            batch_length: i32::from_be_bytes(field(bytes, LENGTH_AT)),
            partition_leader_epoch: i32::from_be_bytes(field(bytes, LEADER_EPOCH_AT)),
            magic: i8::from_be_bytes(field(bytes, MAGIC_AT)),
            crc: u32::from_be_bytes(field(bytes, CRC_AT)),
            attributes: Attributes(i16::from_be_bytes(field(bytes, ATTRIBUTES_AT))),
            last_offset_delta: i32::from_be_bytes(field(bytes, LAST_OFFSET_DELTA_AT)),
            base_timestamp: i64::from_be_bytes(field(bytes, BASE_TIMESTAMP_AT)),
            max_timestamp: i64::from_be_bytes(field(bytes, MAX_TIMESTAMP_AT)),
            producer_id: i64::from_be_bytes(field(bytes, PRODUCER_ID_AT)),
            producer_epoch: i16::from_be_bytes(field(bytes, PRODUCER_EPOCH_AT)),
            base_sequence: i32::from_be_bytes(field(bytes, BASE_SEQUENCE_AT)),
            record_count: i32::from_be_bytes(field(bytes, RECORD_COUNT_AT)),
        }
    }

    /// The header as bytes, every field as it stands (the checksum too).
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
        put(BASE_OFFSET_AT, &self.base_offset.to_be_bytes());
        put(LENGTH_AT, &self.batch_length.to_be_bytes());
        put(LEADER_EPOCH_AT, &self.partition_leader_epoch.to_be_bytes());
        put(MAGIC_AT, &self.magic.to_be_bytes());
        put(CRC_AT, &self.crc.to_be_bytes());
        put(ATTRIBUTES_AT, &self.attributes.0.to_be_bytes());
        put(LAST_OFFSET_DELTA_AT, &self.last_offset_delta.to_be_bytes());
        put(BASE_TIMESTAMP_AT, &self.base_timestamp.to_be_bytes());
        put(MAX_TIMESTAMP_AT, &self.max_timestamp.to_be_bytes());
        put(PRODUCER_ID_AT, &self.producer_id.to_be_bytes());
        put(PRODUCER_EPOCH_AT, &self.producer_epoch.to_be_bytes());
        put(BASE_SEQUENCE_AT, &self.base_sequence.to_be_bytes());
        put(RECORD_COUNT_AT, &self.record_count.to_be_bytes());
        out
    }

    /// Bytes of the whole batch, header included.
    pub fn size_in_bytes(&self) -> usize {
        LOG_OVERHEAD + usize::try_from(self.batch_length).unwrap_or(0)
    }

    /// Offset of the last record (as first appended).
    pub fn last_offset(&self) -> Offset {
        self.base_offset.wrapping_add(i64::from(self.last_offset_delta))
    }

    /// Offset that the next batch may start at.
    pub fn next_offset(&self) -> Offset {
        self.last_offset().wrapping_add(1)
    }

    /// Sequence number of the last record, which wraps from `i32::MAX` to 0; -1 if there is none.
    pub fn last_sequence(&self) -> i32 {
        if self.base_sequence == NO_SEQUENCE {
            return NO_SEQUENCE;
        }
        sequence_after(self.base_sequence, self.last_offset_delta)
    }

    /// Whether the batch came from an idempotent producer.
    pub fn has_producer_id(&self) -> bool {
        self.producer_id > NO_PRODUCER_ID
    }

    /// Whether the batch belongs to a transaction.
    pub fn is_transactional(&self) -> bool {
        self.attributes.is_transactional()
    }

    /// Whether the records are markers rather than a user's.
    pub fn is_control(&self) -> bool {
        self.attributes.is_control()
    }

    /// The codec of the record block.
    ///
    /// # Errors
    /// [`BatchError::UnknownCodec`].
    pub fn codec(&self) -> Result<Codec, BatchError> {
        self.attributes.codec()
    }

    /// Who stamped the records.
    pub fn timestamp_type(&self) -> TimestampType {
        self.attributes.timestamp_type()
    }

    /// Whether the base timestamp is a delete horizon.
    pub fn has_delete_horizon(&self) -> bool {
        self.attributes.has_delete_horizon()
    }

    /// The time from which tombstones and markers of this batch may go, if it is set.
    pub fn delete_horizon_ms(&self) -> Option<i64> {
        self.has_delete_horizon().then_some(self.base_timestamp)
    }
}

/// The sequence number `by` records after `sequence`; numbers wrap from `i32::MAX` to 0.
pub fn sequence_after(sequence: i32, by: i32) -> i32 {
    let sum = i64::from(sequence) + i64::from(by);
    if sum > i64::from(i32::MAX) { (sum - i64::from(i32::MAX) - 1) as i32 } else { sum as i32 }
}

fn field<const N: usize>(bytes: &[u8; BatchHeader::LEN], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_wrap_to_zero() {
        assert_eq!(sequence_after(5, 2), 7);
        assert_eq!(sequence_after(i32::MAX, 0), i32::MAX);
        assert_eq!(sequence_after(i32::MAX, 1), 0);
        assert_eq!(sequence_after(i32::MAX - 1, 4), 2);
    }

    #[test]
    fn attribute_bits_are_the_protocols() {
        let bits = Attributes::default()
            .with_codec(Codec::Zstd)
            .with_timestamp_type(TimestampType::LogAppendTime)
            .with_transactional(true)
            .with_control(true)
            .with_delete_horizon(true);
        assert_eq!(bits, Attributes(0x7c));
        assert_eq!(bits.with_codec(Codec::None).with_control(false), Attributes(0x58));
        assert_eq!(Attributes(7).codec(), Err(BatchError::UnknownCodec { id: 7 }));
    }

    #[test]
    fn a_header_survives_its_bytes() {
        let mut bytes = [0u8; BatchHeader::LEN];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = index as u8;
        }
        bytes[MAGIC_AT] = 2;
        let header = BatchHeader::parse(&bytes).unwrap();
        assert_eq!(header.to_bytes(), bytes);
        assert_eq!(header.batch_length, 0x0809_0a0b);
        assert_eq!(header.record_count, 0x393a_3b3c);
    }
}
