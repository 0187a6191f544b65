//! The walk over the batches of a segment's log file, by headers only, and over batches in memory.

use alloc::vec;
use alloc::vec::Vec;

use alloc::format;
use alloc::string::ToString;

use ottla_model::Offset;
use ottla_record::{BatchHeader, BatchView, split_batches};

use crate::producers::{EndTxnMarker, ProducerBatch};
use crate::{AppendError, DamagedRange, LogError, SegmentBytes, SegmentFile};

/// Bytes read at once while looking for one batch: what lies between two index entries at most
/// (`index.interval.bytes`), or the header of a big one.
pub(crate) const LOOKUP_WINDOW_BYTES: usize = 4096;
/// Bytes read at once while going through a whole segment.
pub(crate) const SWEEP_WINDOW_BYTES: usize = 64 * 1024;

/// Walks the batch headers of one segment between two positions.
pub(crate) struct HeaderScan<'a, B> {
    bytes: &'a B,
    base_offset: Offset,
    position: u64,
    end: u64,
    damaged: &'a [DamagedRange],
    window: Vec<u8>,
    window_at: u64,
    window_len: usize,
}

impl<'a, B: SegmentBytes> HeaderScan<'a, B> {
    /// A walk that begins at `position`, where a batch begins, and ends at `end`.
    pub(crate) fn new(
        bytes: &'a B,
        base_offset: Offset,
        position: u64,
        end: u64,
        window_bytes: usize,
    ) -> Self {
        let window = vec![0; window_bytes.max(BatchHeader::LEN)];
        let damaged = &[];
        Self { bytes, base_offset, position, end, damaged, window, window_at: 0, window_len: 0 }
    }

    /// The same walk, which does not look at these stretches.
    pub(crate) fn stepping_over(self, damaged: &'a [DamagedRange]) -> Self {
        Self { damaged, ..self }
    }

    /// The next batch and where it begins; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, BatchHeader)>, LogError> {
        let inside =
            |range: &&DamagedRange| (range.position..range.end_position).contains(&self.position);
        if let Some(range) = self.damaged.iter().find(inside) {
            self.position = range.end_position;
        }
        if self.position >= self.end {
            return Ok(None);
        }
        let at = self.position;
        let header = BatchHeader::parse(self.header_bytes()?).map_err(|why| self.corrupt(&why))?;
        let next = at + header.size_in_bytes() as u64;
        if next > self.end {
            return Err(self.corrupt(&format!("batch of {} bytes", header.size_in_bytes())));
        }
        self.position = next;
        Ok(Some((at, header)))
    }

    fn header_bytes(&mut self) -> Result<&[u8], LogError> {
        let skip = self.position.wrapping_sub(self.window_at);
        let held = skip.saturating_add(BatchHeader::LEN as u64) <= self.window_len as u64;
        if held && self.position >= self.window_at {
            let skip = skip as usize;
            return Ok(&self.window[skip..skip + BatchHeader::LEN]);
        }
        let wanted = (self.end - self.position).min(self.window.len() as u64) as usize;
        let file = SegmentFile::Log;
        let window = &mut self.window[..wanted];
        self.window_len = self.bytes.read_at(self.base_offset, file, self.position, window)?;
        self.window_at = self.position;
        Ok(&self.window[..self.window_len.min(BatchHeader::LEN)])
    }

    fn corrupt(&self, why: &dyn core::fmt::Display) -> LogError {
        let (base_offset, position) = (self.base_offset, self.position);
        LogError::BrokenBatch { base_offset, position, why: why.to_string() }
    }
}

/// Reads `len` bytes of a segment's log file, all of them.
pub(crate) fn read_log<B: SegmentBytes>(
    bytes: &B,
    base_offset: Offset,
    position: u64,
    len: usize,
) -> Result<Vec<u8>, LogError> {
    let mut out = vec![0; len];
    let count = bytes.read_at(base_offset, SegmentFile::Log, position, &mut out)?;
    if count == len {
        return Ok(out);
    }
    let name = SegmentFile::Log.name(base_offset);
    Err(LogError::Corrupt(format!("{name} ends at {}", position + count as u64)))
}

/// The batches that `bytes` consist of.
///
/// # Errors
/// [`AppendError::Malformed`] if there is none, or bytes are left over.
pub fn batches_of(bytes: &[u8]) -> Result<Vec<ProducerBatch>, AppendError> {
    let mut out = Vec::new();
    for view in split_batches(bytes) {
        let view = view.map_err(|why| AppendError::Malformed(why.to_string()))?;
        out.push(ProducerBatch { header: *view.header(), marker: marker_of(&view) });
    }
    if out.is_empty() {
        return Err(AppendError::Malformed("no batch".to_string()));
    }
    Ok(out)
}

/// The transaction marker that a control batch holds; `None` for other control batches and for
/// batches that are none.
pub fn marker_of(view: &BatchView<'_>) -> Option<EndTxnMarker> {
    const ABORT: i16 = 0;
    const COMMIT: i16 = 1;
    if !view.header().is_control() || !view.header().has_producer_id() {
        return None;
    }
    let records = ottla_record::records(view, CONTROL_BYTES_MAX).ok()?;
    let record = records.iter().next()?.ok()?;
    let kind = record.key?.get(2..4)?.first_chunk().copied().map(i16::from_be_bytes)?;
    let epoch = record.value?.get(2..6)?.first_chunk().copied().map(i32::from_be_bytes)?;
    matches!(kind, ABORT | COMMIT)
        .then_some(EndTxnMarker { abort: kind == ABORT, coordinator_epoch: epoch })
}

/// Bytes a control batch may unpack to; a marker takes less than a hundred.
const CONTROL_BYTES_MAX: usize = 64 * 1024;
