//! `N.snapshot`: what the log knows of its producers before offset N. Version 1: version (i16),
//! CRC-32C of all that follows it (u32), count (i32), then 46 bytes for each producer. Only the
//! last of the batches a producer is remembered by is kept.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use ottla_base::crc32c;
use ottla_model::{Offset, ProducerEpoch, ProducerId};

use super::{BadFile, field};

const VERSION: i16 = 1;
const CRC_AT: usize = 2;
const COUNT_AT: usize = 6;
const ENTRIES_AT: usize = 10;
const ENTRY_BYTES: usize = 46;
const ABSENT: i64 = -1;

/// One producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotEntry {
    /// The producer.
    pub producer_id: ProducerId,
    /// Its epoch.
    pub producer_epoch: ProducerEpoch,
    /// Sequence number of its last record; -1 if no batch is remembered.
    pub last_sequence: i32,
    /// Offset of its last record; -1 if no batch is remembered.
    pub last_offset: Offset,
    /// Last offset of its last batch less the first.
    pub offset_delta: i32,
    /// Largest timestamp of its last batch, in milliseconds.
    pub timestamp: i64,
    /// Epoch of the transaction coordinator that wrote its last marker; -1 if there is none.
    pub coordinator_epoch: i32,
    /// Where its open transaction begins.
    pub current_txn_first_offset: Option<Offset>,
}

/// The file that holds these producers.
pub fn format(entries: &[SnapshotEntry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(ENTRIES_AT + ENTRY_BYTES * entries.len());
    out.extend_from_slice(&VERSION.to_be_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&(entries.len() as i32).to_be_bytes());
    for entry in entries {
        out.extend_from_slice(&entry.producer_id.to_be_bytes());
        out.extend_from_slice(&entry.producer_epoch.to_be_bytes());
        out.extend_from_slice(&entry.last_sequence.to_be_bytes());
        out.extend_from_slice(&entry.last_offset.to_be_bytes());
        out.extend_from_slice(&entry.offset_delta.to_be_bytes());
        out.extend_from_slice(&entry.timestamp.to_be_bytes());
        out.extend_from_slice(&entry.coordinator_epoch.to_be_bytes());
        out.extend_from_slice(&entry.current_txn_first_offset.unwrap_or(ABSENT).to_be_bytes());
    }
    let crc = crc32c(&out[COUNT_AT..]);
    out[CRC_AT..COUNT_AT].copy_from_slice(&crc.to_be_bytes());
    out
}

/// The producers of a file.
///
/// # Errors
/// What is wrong with the file. Kafka deletes such a snapshot and goes on with the one before.
pub fn parse(bytes: &[u8]) -> Result<Vec<SnapshotEntry>, BadFile> {
    let truncated = || BadFile("the snapshot ends too early".to_string());
    let version = i16::from_be_bytes(field(bytes, 0).ok_or_else(truncated)?);
    if version != VERSION {
        return Err(BadFile(format!("snapshot version {version} is not known")));
    }
    let stored = u32::from_be_bytes(field(bytes, CRC_AT).ok_or_else(truncated)?);
    let count = i32::from_be_bytes(field(bytes, COUNT_AT).ok_or_else(truncated)?);
    let computed = crc32c(&bytes[COUNT_AT..]);
    if stored != computed {
        return Err(BadFile(format!("stored crc = {stored}, computed crc = {computed}")));
    }
    let entries = bytes[ENTRIES_AT..].chunks_exact(ENTRY_BYTES);
    if !entries.remainder().is_empty() || entries.len() != usize::try_from(count).unwrap_or(0) {
        return Err(BadFile(format!("the snapshot does not hold {count} producers")));
    }
    entries.map(|bytes| entry(bytes).ok_or_else(truncated)).collect()
}

fn entry(bytes: &[u8]) -> Option<SnapshotEntry> {
    let first_offset = i64::from_be_bytes(field(bytes, 38)?);
    Some(SnapshotEntry {
        producer_id: i64::from_be_bytes(field(bytes, 0)?),
        producer_epoch: i16::from_be_bytes(field(bytes, 8)?),
        last_sequence: i32::from_be_bytes(field(bytes, 10)?),
        last_offset: i64::from_be_bytes(field(bytes, 14)?),
        offset_delta: i32::from_be_bytes(field(bytes, 22)?),
        timestamp: i64::from_be_bytes(field(bytes, 26)?),
        coordinator_epoch: i32::from_be_bytes(field(bytes, 34)?),
        current_txn_first_offset: (first_offset >= 0).then_some(first_offset),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> SnapshotEntry {
        SnapshotEntry {
            producer_id: 2,
            producer_epoch: 1,
            last_sequence: 9,
            last_offset: 109,
            offset_delta: 4,
            timestamp: 1_700_000_000_000,
            coordinator_epoch: -1,
            current_txn_first_offset: None,
        }
    }

    #[test]
    fn stored_form_survives() {
        let open = SnapshotEntry { current_txn_first_offset: Some(0), ..sample() };
        let bytes = format(&[sample(), open]);
        assert_eq!(bytes.len(), 10 + 2 * 46);
        assert_eq!(bytes[..2], [0, 1]);
        assert_eq!(parse(&bytes).unwrap(), [sample(), open]);
        assert_eq!(parse(&format(&[])).unwrap(), []);
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_noticed() {
        let bytes = format(&[sample()]);
        for len in 0..bytes.len() {
            assert!(parse(&bytes[..len]).is_err(), "cut at {len}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut broken = bytes.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            assert!(parse(&broken).is_err(), "bit {bit}");
        }
    }
}
