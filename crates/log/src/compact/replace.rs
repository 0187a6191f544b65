//! What a log is asked by a compaction, and how it goes on with a cleaned segment.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use ottla_base::always;
use ottla_model::{Offset, ProducerId};

use super::group::SourceSegment;
use super::retain::LastRecord;
use super::run::CleanedSegment;
use crate::{Log, LogError, SegmentBytes, SegmentFile};

/// The segments to clean, and the base offset and number of entries of each transaction index.
pub(crate) type Sources = (Vec<SourceSegment>, Vec<(Offset, u64)>);

impl Log {
    /// The last records of the producers that are alive.
    pub fn last_records(&self) -> BTreeMap<ProducerId, LastRecord> {
        let entries = self.producers.iter();
        entries
            .map(|(producer_id, entry)| {
                let last_offset = entry.batches().last().map(|batch| batch.last_offset);
                let producer_epoch = entry.producer_epoch;
                (producer_id, LastRecord { last_offset, producer_epoch })
            })
            .collect()
    }

    /// The segments that begin before `first_uncleanable_offset`, and those of all with a
    /// transaction index: base offset and entries.
    pub(crate) fn sources<B: SegmentBytes>(
        &self,
        first_uncleanable_offset: Offset,
        bytes: &B,
    ) -> Result<Sources, LogError> {
        let (mut sources, mut indexed) = (Vec::new(), Vec::new());
        for segment in self.segments.values() {
            let base_offset = segment.base_offset;
            let entries = bytes.len(base_offset, SegmentFile::TxnIndex)?
                / crate::files::txn_index::ENTRY_BYTES;
            if entries > 0 {
                indexed.push((base_offset, entries));
            }
            if base_offset < first_uncleanable_offset {
                sources.push(SourceSegment {
                    base_offset,
                    end_offset: self.end_of(base_offset),
                    size: segment.size,
                    created: segment.created,
                    offset_index_bytes: bytes.len(base_offset, SegmentFile::OffsetIndex)?,
                    time_index_bytes: bytes.len(base_offset, SegmentFile::TimeIndex)?,
                });
            }
        }
        Ok((sources, indexed))
    }

    /// Whether the log still has these segments, neighbours and as they were.
    pub fn still_has(&self, sources: &[SourceSegment]) -> bool {
        let Some(first) = sources.first() else { return false };
        let mut now = self.segments.range(first.base_offset..).map(|(_, segment)| segment);
        sources.iter().all(|source| {
            now.next().is_some_and(|segment| {
                segment.base_offset == source.base_offset
                    && segment.size == source.size
                    && !self.is_active(segment.base_offset)
            })
        })
    }

    /// Follows the replacement of some segments by a cleaned one, which has the base offset of the
    /// first of them.
    pub fn commit_cleaned(&mut self, sources: &[SourceSegment], cleaned: &CleanedSegment) {
        always!(self.still_has(sources), "what is replaced is still in the log");
        for source in sources {
            self.segments.remove(&source.base_offset);
        }
        let segment = cleaned.segment.clone();
        always!(
            sources.first().is_some_and(|first| first.base_offset == segment.base_offset),
            "a cleaned segment begins where the first of its sources did"
        );
        self.segments.insert(segment.base_offset, segment);
    }
}
