//! Which aborted transactions a reader of committed records has to leave out of what it reads.
//!
//! A transaction ends with a marker, and the transaction index of the segment that holds the marker
//! has an entry if it aborts. Records and marker may be segments apart; an entry says up to where
//! everything was decided when it was written, and there the search ends.

use alloc::format;
use alloc::vec::Vec;

use ottla_model::Offset;

use crate::files::offset_index;
use crate::files::txn_index::{AbortedTxn, ENTRY_BYTES};
use crate::read::offset_entry;
use crate::{Log, LogError, ReadPlan, SegmentBytes, SegmentFile};

const ENTRY_LEN: usize = ENTRY_BYTES as usize;
/// Entries read at a time.
const ENTRIES_PER_READ: u64 = 128;

impl Log {
    /// The aborted transactions that records from `offset` to the end of `plan` may be of, in the
    /// order of their markers.
    ///
    /// # Errors
    /// What is wrong with the files. Without the index an aborted record could be taken for a
    /// committed one.
    pub fn aborted_transactions<B: SegmentBytes>(
        &self,
        offset: Offset,
        plan: &ReadPlan,
        bytes: &B,
    ) -> Result<Vec<AbortedTxn>, LogError> {
        let mut found = Vec::new();
        if plan.len == 0 {
            return Ok(found);
        }
        let before = self.upper_bound(plan, bytes)?;
        for &base_offset in self.segments.range(plan.base_offset..).map(|(base, _)| base) {
            if collect(base_offset, offset, before, bytes, &mut found)? {
                break;
            }
        }
        Ok(found)
    }

    /// An offset at or behind the end of what `plan` reads, found without reading it.
    fn upper_bound<B: SegmentBytes>(&self, plan: &ReadPlan, bytes: &B) -> Result<Offset, LogError> {
        let end = self.end_of(plan.base_offset);
        let Some(segment) = self.segments.get(&plan.base_offset) else { return Ok(end) };
        let end_position = plan.position + plan.len;
        if end_position >= segment.size {
            return Ok(end);
        }
        let entry = |at| -> Result<Option<offset_index::OffsetEntry>, LogError> {
            offset_entry(plan.base_offset, at, bytes)
        };
        let (mut low, mut high) = (0, self.offset_entries(segment, bytes)?);
        while low < high {
            let middle = low + (high - low) / 2;
            let is_before = entry(middle)?.is_some_and(|e| u64::from(e.position) < end_position);
            if is_before { low = middle + 1 } else { high = middle }
        }
        let bound = entry(low)?.map(|e| plan.base_offset + i64::from(e.relative_offset));
        Ok(bound.map_or(end, |bound| bound.min(end)))
    }
}

/// Adds the entries of one segment; true once nothing that follows can matter.
fn collect<B: SegmentBytes>(
    base_offset: Offset,
    offset: Offset,
    before: Offset,
    bytes: &B,
    found: &mut Vec<AbortedTxn>,
) -> Result<bool, LogError> {
    let len = bytes.len(base_offset, SegmentFile::TxnIndex)?;
    if len % ENTRY_BYTES != 0 {
        return Err(damaged(base_offset));
    }
    let entries = len / ENTRY_BYTES;
    let mut at = first_ending_at(base_offset, entries, offset, bytes)?;
    while at < entries {
        let count = ENTRIES_PER_READ.min(entries - at);
        for txn in read(base_offset, at, count, bytes)? {
            if txn.last_offset >= offset && txn.first_offset < before {
                found.push(txn);
            }
            if txn.last_stable_offset >= before {
                return Ok(true);
            }
        }
        at += count;
    }
    Ok(false)
}

/// The first entry whose marker is at or behind `offset`: entries are in the order of markers.
fn first_ending_at<B: SegmentBytes>(
    base_offset: Offset,
    entries: u64,
    offset: Offset,
    bytes: &B,
) -> Result<u64, LogError> {
    let (mut low, mut high) = (0, entries);
    while low < high {
        let middle = low + (high - low) / 2;
        let is_before =
            read(base_offset, middle, 1, bytes)?.iter().any(|txn| txn.last_offset < offset);
        if is_before { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}

fn read<B: SegmentBytes>(
    base_offset: Offset,
    at: u64,
    count: u64,
    bytes: &B,
) -> Result<Vec<AbortedTxn>, LogError> {
    let mut buf = alloc::vec![0; count as usize * ENTRY_LEN];
    let got = bytes.read_at(base_offset, SegmentFile::TxnIndex, at * ENTRY_BYTES, &mut buf)?;
    buf.truncate(got);
    let entries = buf.chunks(ENTRY_LEN);
    entries.map(|entry| AbortedTxn::from_bytes(entry).ok_or_else(|| damaged(base_offset))).collect()
}

fn damaged(base_offset: Offset) -> LogError {
    let name = SegmentFile::TxnIndex.name(base_offset);
    LogError::Corrupt(format!("{name} holds something that is no aborted transaction"))
}
