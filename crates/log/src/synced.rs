//! The part of a segment that lies before the recovery point: it has been on the device, so that
//! recovery takes it as it is, and its index entries with it, and reads only what lies behind.

use alloc::vec;
use alloc::vec::Vec;

use ottla_model::Offset;

use crate::files::{offset_index, time_index, txn_index};
use crate::open::FoundSegment;
use crate::read::{offset_entries_below, offset_entry, partition_point, time_entries_while};
use crate::recover::{RecoveredSegment, measure};
use crate::scan::{HeaderScan, LOOKUP_WINDOW_BYTES};
use crate::{LogError, Segment, SegmentBytes, SegmentFile};

/// The synced part of a segment.
#[derive(Debug, Clone)]
pub(crate) struct SyncedPart {
    /// The segment as it was synced.
    pub(crate) segment: Segment,
    /// Offset behind its last batch.
    pub(crate) next_offset: Offset,
    /// Nothing else is in the files.
    pub(crate) is_all: bool,
}

/// What of a segment lies before the recovery point; `None` if its indexes do not lead there, or
/// something is missing before it: then the whole segment has to be looked at.
///
/// A sync covers the indexes too, and all files only grow: an entry that leads to the very batch it
/// was written for proves those before it. Behind the recovery point an index may hold anything.
pub(crate) fn synced_part<B: SegmentBytes>(
    found: &FoundSegment,
    recovery_point: Offset,
    bytes: &B,
) -> Result<Option<SyncedPart>, LogError> {
    match try_synced_part(found, recovery_point, bytes) {
        Err(LogError::Source(error)) => Err(LogError::Source(error)),
        Err(_) => Ok(None),
        found => found,
    }
}

fn try_synced_part<B: SegmentBytes>(
    found: &FoundSegment,
    recovery_point: Offset,
    bytes: &B,
) -> Result<Option<SyncedPart>, LogError> {
    let base_offset = found.base_offset;
    if recovery_point <= base_offset || !crate::open::indexes_are_whole(found) {
        return Ok(None);
    }
    let whole = crate::open::as_segment(found);
    let index_entries = sound_offset_entries(&whole, recovery_point, bytes)?;
    let start = match index_entries.checked_sub(1) {
        Some(last) => offset_entry(base_offset, last, bytes)?.map_or(0, |e| u64::from(e.position)),
        None => 0,
    };
    let Some(size) = synced_bytes(&whole, start, recovery_point, bytes)? else { return Ok(None) };
    let below = |entry: &time_index::TimeEntry| {
        base_offset + i64::from(entry.relative_offset) < recovery_point
    };
    let time_entries = time_entries_while(base_offset, whole.time_entries, bytes, below)?;
    let part = Segment { size, index_entries, time_entries, ..whole.clone() };
    let time_entries = crate::open::true_time_entries(&part, bytes)?;
    let is_all = (size, index_entries, time_entries)
        == (whole.size, whole.index_entries, whole.time_entries);
    let (segment, next_offset) = measure(Segment { time_entries, ..part }, bytes)?;
    Ok(Some(SyncedPart { segment, next_offset, is_all }))
}

/// How many entries of the offset index lie before the recovery point, leaving out those at the end
/// that lead to no batch of theirs.
fn sound_offset_entries<B: SegmentBytes>(
    segment: &Segment,
    recovery_point: Offset,
    bytes: &B,
) -> Result<u64, LogError> {
    let base_offset = segment.base_offset;
    let wanted = recovery_point - base_offset;
    // What Kafka has made room for and not filled: a million entries, to be left out at once.
    let filled = partition_point(segment.index_entries, |at| {
        let entry = offset_entry(base_offset, at, bytes)?;
        Ok(entry.is_some_and(|e| e.position != 0 || e.relative_offset != 0))
    })?;
    let mut count = offset_entries_below(base_offset, filled, wanted, bytes)?;
    while let Some(last) = count.checked_sub(1) {
        let Some(entry) = offset_entry(base_offset, last, bytes)? else { return Ok(last) };
        let position = u64::from(entry.position);
        let offset = base_offset + i64::from(entry.relative_offset);
        let mut batch =
            HeaderScan::new(bytes, base_offset, position, segment.size, LOOKUP_WINDOW_BYTES);
        // The first batch is never noted; zeros would lead there.
        if position > 0
            && let Ok(Some((_, header))) = batch.next()
            && header.last_offset() == offset
            && header.base_offset <= offset
        {
            break;
        }
        count = last;
    }
    Ok(count)
}

/// Where the batches before the recovery point end; `None` if they end too early.
fn synced_bytes<B: SegmentBytes>(
    segment: &Segment,
    start: u64,
    recovery_point: Offset,
    bytes: &B,
) -> Result<Option<u64>, LogError> {
    let mut scan =
        HeaderScan::new(bytes, segment.base_offset, start, segment.size, LOOKUP_WINDOW_BYTES);
    let (mut end, mut next_offset) = (start, segment.base_offset);
    while next_offset < recovery_point {
        let Some((position, header)) = scan.next()? else { return Ok(None) };
        if header.base_offset >= recovery_point {
            break;
        }
        (end, next_offset) = (position + header.size_in_bytes() as u64, header.next_offset());
    }
    // A batch that reaches over it was not there when it was noted.
    Ok((next_offset <= recovery_point).then_some(end))
}

impl SyncedPart {
    /// Where recovery goes on from.
    pub(crate) fn into_recovered<B: SegmentBytes>(
        self,
        bytes: &B,
    ) -> Result<RecoveredSegment, LogError> {
        let base_offset = self.segment.base_offset;
        let read = |file, len: u64| -> Result<Vec<u8>, LogError> {
            let mut content = vec![0; usize::try_from(len).unwrap_or(0)];
            let count = bytes.read_at(base_offset, file, 0, &mut content)?;
            content.truncate(count);
            Ok(content)
        };
        let offset_index =
            read(SegmentFile::OffsetIndex, self.segment.index_entries * offset_index::ENTRY_BYTES)?;
        let time_index =
            read(SegmentFile::TimeIndex, self.segment.time_entries * time_index::ENTRY_BYTES)?;
        let noted = bytes.len(base_offset, SegmentFile::TxnIndex)?;
        let mut txn_index = read(SegmentFile::TxnIndex, noted)?;
        let entry_bytes = txn_index::ENTRY_BYTES as usize;
        let synced = |entry: &&[u8]| {
            txn_index::AbortedTxn::from_bytes(entry)
                .is_some_and(|txn| (base_offset..self.next_offset).contains(&txn.last_offset))
        };
        let kept = txn_index.chunks_exact(entry_bytes).take_while(synced).count();
        txn_index.truncate(kept * entry_bytes);
        let Self { segment, next_offset, .. } = self;
        Ok(RecoveredSegment { segment, next_offset, offset_index, time_index, txn_index })
    }
}
