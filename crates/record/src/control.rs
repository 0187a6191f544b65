//! Control records: what brokers and quorum nodes write between a user's records.
//!
//! The key is version i16 and type i16; the value depends on the type. The values of the quorum's
//! records (types 2 to 6) are messages of `ottla-wire`; this module knows those of transactions.

use ottla_model::{LeaderEpoch, Offset, ProducerEpoch, ProducerId};

use crate::builder::{BatchBuilder, BuildError, NewRecord};
use crate::{Codec, Record};

/// Highest version of keys and of [`EndTxnMarker`] that Kafka 4.4 writes. Later ones keep what we
/// read of them.
const VERSION: i16 = 0;

/// What a control record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ControlType {
    /// A transaction was aborted.
    Abort,
    /// A transaction was committed.
    Commit,
    /// A quorum leader begins its epoch; value `LeaderChangeMessage`.
    LeaderChange,
    /// A snapshot begins; value `SnapshotHeaderRecord`.
    SnapshotHeader,
    /// A snapshot ends; value `SnapshotFooterRecord`.
    SnapshotFooter,
    /// The quorum's version; value `KRaftVersionRecord`.
    KRaftVersion,
    /// The quorum's voters; value `VotersRecord`.
    KRaftVoters,
}

impl ControlType {
    /// All of them, in the order of their ids.
    pub const ALL: [Self; 7] = [
        Self::Abort,
        Self::Commit,
        Self::LeaderChange,
        Self::SnapshotHeader,
        Self::SnapshotFooter,
        Self::KRaftVersion,
        Self::KRaftVoters,
    ];

    /// Its number in the key.
    pub fn id(self) -> i16 {
        self as i16
    }

    /// The type with this number; unknown ones are to be skipped.
    pub fn from_id(id: i16) -> Option<Self> {
        usize::try_from(id).ok().and_then(|id| Self::ALL.get(id)).copied()
    }

    /// The key of such a record.
    pub fn key(self) -> [u8; 4] {
        let ([a, b], [c, d]) = (VERSION.to_be_bytes(), self.id().to_be_bytes());
        [a, b, c, d]
    }

    /// The type that a record's key names; `None` if the key is none or the type unknown.
    pub fn of_key(key: &[u8]) -> Option<Self> {
        let (version, rest) = key.split_first_chunk::<2>()?;
        let id = rest.first_chunk::<2>()?;
        let known = i16::from_be_bytes(*version) >= VERSION;
        known.then(|| Self::from_id(i16::from_be_bytes(*id))).flatten()
    }

    /// The type of a record of a control batch.
    pub fn of(record: &Record<'_>) -> Option<Self> {
        record.key.and_then(Self::of_key)
    }
}

/// The value of a transaction marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndTxnMarker {
    /// Epoch of the transaction coordinator that decided.
    pub coordinator_epoch: i32,
}

impl EndTxnMarker {
    /// Reads a marker's value; `None` if it is none.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let (version, rest) = value.split_first_chunk::<2>()?;
        let epoch = rest.first_chunk::<4>()?;
        let known = i16::from_be_bytes(*version) >= VERSION;
        known.then(|| Self { coordinator_epoch: i32::from_be_bytes(*epoch) })
    }

    /// The value as bytes.
    pub fn to_bytes(self) -> [u8; 6] {
        let ([a, b], [c, d, e, f]) = (VERSION.to_be_bytes(), self.coordinator_epoch.to_be_bytes());
        [a, b, c, d, e, f]
    }
}

/// The batch that ends a transaction of one producer in one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TxnMarkerBatch {
    /// Offset of the marker.
    pub base_offset: Offset,
    /// Epoch of the partition's leader.
    pub leader_epoch: LeaderEpoch,
    /// Milliseconds since the epoch.
    pub timestamp: i64,
    /// Whose transaction ends.
    pub producer_id: ProducerId,
    /// The producer's epoch.
    pub producer_epoch: ProducerEpoch,
    /// Whether it is committed; else it is aborted.
    pub committed: bool,
    /// The coordinator's word.
    pub marker: EndTxnMarker,
}

impl TxnMarkerBatch {
    /// The batch.
    pub fn build(&self) -> Vec<u8> {
        let value = self.marker.to_bytes();
        let builder = BatchBuilder::new(self.base_offset, Codec::None)
            .partition_leader_epoch(self.leader_epoch)
            .producer(self.producer_id, self.producer_epoch, -1)
            .transactional(true);
        let which = if self.committed { ControlType::Commit } else { ControlType::Abort };
        let batch = control_batch(builder, self.timestamp, &[(which, &value)]);
        batch.map(|builder| builder.build()).unwrap_or_default()
    }
}

/// Adds control records to a new batch.
///
/// # Errors
/// [`BuildError`], for values beyond what a batch can hold.
pub fn control_batch(
    builder: BatchBuilder,
    timestamp: i64,
    records: &[(ControlType, &[u8])],
) -> Result<BatchBuilder, BuildError> {
    let mut builder = builder.control(true);
    for (which, value) in records {
        let (key, headers) = (which.key(), &[]);
        builder.append(&NewRecord { timestamp, key: Some(&key), value: Some(value), headers })?;
    }
    Ok(builder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BatchView, records};

    /// As written by Kafka 4.4.0 (`MemoryRecords.withEndTransactionMarker` and its siblings).
    const RECORDED: &[(ControlType, &str)] = &[
        (
            ControlType::Abort,
            "000000000000000700000042000000030236c1e54d00300000000000000000000003e800000000000003e8000000000000002a0005ffffffff000000012000000008000000000c00000000000900",
        ),
        (
            ControlType::Commit,
            "0000000000000007000000420000000302c2ff330500300000000000000000000003e800000000000003e8000000000000002a0005ffffffff000000012000000008000000010c00000000000900",
        ),
        (
            ControlType::LeaderChange,
            "00000000000000070000004a00000003024a7324f200200000000000000000000003e800000000000003e8ffffffffffffffffffffffffffff000000013000000008000000021c000000000001020000000100010000",
        ),
        (
            ControlType::SnapshotHeader,
            "00000000000000000000004700000003021a97e70400200000000000000000000003e800000000000003e8ffffffffffffffffffffffffffff000000012a000000080000000316000000000000000000630000",
        ),
        (
            ControlType::SnapshotFooter,
            "00000000000000000000003f00000003028db697cb00200000000000000000000003e800000000000003e8ffffffffffffffffffffffffffff000000011a00000008000000040600000000",
        ),
        (
            ControlType::KRaftVersion,
            "0000000000000000000000410000000302db904e7400200000000000000000000003e800000000000003e8ffffffffffffffffffffffffffff000000011e00000008000000050a000000010000",
        ),
        (
            ControlType::KRaftVoters,
            "00000000000000000000004000000003022006548b00200000000000000000000003e800000000000003e8ffffffffffffffffffffffffffff000000011c0000000800000006080000010000",
        ),
    ];

    fn unhex(text: &str) -> Vec<u8> {
        (0..text.len() / 2)
            .map(|index| u8::from_str_radix(&text[2 * index..2 * index + 2], 16).unwrap())
            .collect()
    }

    #[test]
    fn control_batches_are_read_and_written_as_kafka_does() {
        for (which, hex) in RECORDED {
            let bytes = unhex(hex);
            let batch = BatchView::parse(&bytes).unwrap();
            batch.check_crc().unwrap();
            assert!(batch.header().is_control());
            let records = records(&batch, 0).unwrap();
            let record = records.iter().next().unwrap().unwrap();
            assert_eq!(ControlType::of(&record), Some(*which));
            let header = batch.header();
            let builder = BatchBuilder::new(header.base_offset, Codec::None)
                .partition_leader_epoch(header.partition_leader_epoch)
                .producer(header.producer_id, header.producer_epoch, header.base_sequence)
                .transactional(header.is_transactional());
            let value = record.value.unwrap();
            let built = control_batch(builder, record.timestamp, &[(*which, value)]).unwrap();
            assert_eq!(built.build(), bytes, "{which:?}");
        }
    }

    #[test]
    fn a_transaction_marker_is_kafkas() {
        for (which, hex) in &RECORDED[..2] {
            let batch = TxnMarkerBatch {
                base_offset: 7,
                leader_epoch: 3,
                timestamp: 1000,
                producer_id: 42,
                producer_epoch: 5,
                committed: *which == ControlType::Commit,
                marker: EndTxnMarker { coordinator_epoch: 9 },
            };
            assert_eq!(batch.build(), unhex(hex));
            assert_eq!(EndTxnMarker::parse(&batch.marker.to_bytes()), Some(batch.marker));
        }
        assert_eq!(EndTxnMarker::parse(&[0, 0, 1]), None);
        assert_eq!(ControlType::of_key(&[0, 0, 0, 7]), None);
        assert_eq!(ControlType::of_key(&[0, 0, 1]), None);
    }
}
