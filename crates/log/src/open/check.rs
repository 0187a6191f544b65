//! Segments that may not be what was written: their batches are read, what is sound stays, and the
//! indexes follow from it.

use alloc::vec;
use alloc::vec::Vec;

use ottla_model::Offset;

use super::{FoundSegment, Repair, State};
use crate::log::jitter_ms;
use crate::recover::{RecoveredSegment, Replay, Synced, recover_segment};
use crate::{Log, LogError, Segment, SegmentBytes, SegmentFile};

/// Zeros that tell that nothing was written behind the last batch.
const UNWRITTEN_BYTES: u64 = 4096;

impl State<'_> {
    pub(super) fn recover<B: SegmentBytes>(
        &mut self,
        found: &FoundSegment,
        is_last: bool,
        bytes: &B,
    ) -> Result<bool, LogError> {
        let nothing = RecoveredSegment::nothing(found.base_offset, found.modified);
        if self.log.producers.end_offset() <= found.base_offset {
            return self.recover_from(nothing, found, is_last, true, bytes);
        }
        // Which transactions the segment ends as aborted follows from the producers before it.
        let before = self.producers_at(found.base_offset, bytes)?;
        let ahead = core::mem::replace(&mut self.log.producers, before);
        let recovered = self.recover_from(nothing, found, is_last, true, bytes);
        if self.log.producers.end_offset() < ahead.end_offset() {
            self.log.producers = ahead;
        }
        recovered
    }

    /// Checks what lies behind `from`. `covered` says whether the producers' state was that of where
    /// it ends, so that the transaction index follows from the batches.
    pub(super) fn recover_from<B: SegmentBytes>(
        &mut self,
        from: RecoveredSegment,
        found: &FoundSegment,
        is_last: bool,
        covered: bool,
        bytes: &B,
    ) -> Result<bool, LogError> {
        let base_offset = found.base_offset;
        let synced = self.synced_of(found, is_last);
        let Log { epochs, producers, config, .. } = &mut self.log;
        let mut replay = Replay { epochs, producers };
        let mut recovered = recover_segment(from, found.size, synced, config, &mut replay, bytes)?;
        self.segments_recovered += 1;
        let (len, lost) = (recovered.segment.size, found.size - recovered.segment.size);
        // Damage to a segment that needed no recovery says nothing about those behind it, which
        // stay, as in Kafka.
        let was_sound = base_offset < self.recover_from;
        let is_unwritten = lost > 0 && is_unwritten(base_offset, len, lost, bytes)?;
        if is_unwritten {
            self.repairs.push(Repair::CutLog { base_offset, len, lost: 0 });
        } else if lost > 0 {
            self.repairs.push(Repair::CutLog { base_offset, len, lost });
            self.bytes_lost += lost;
        }
        // Whether anything is missing at the end of an unwritten one, the next segment's name tells.
        let whole = lost == 0 || was_sound || is_unwritten;
        let is_damaged =
            !recovered.segment.damaged.is_empty() && recovered.next_offset > base_offset;
        if (whole && !is_last) || (is_last && is_damaged) {
            recovered.seal();
        }
        let mut indexes = Vec::from([
            (SegmentFile::OffsetIndex, recovered.offset_index),
            (SegmentFile::TimeIndex, recovered.time_index),
        ]);
        // Aborted transactions are only known if their beginnings were seen.
        if covered
            && (bytes.len(base_offset, SegmentFile::TxnIndex)? > 0
                || !recovered.txn_index.is_empty())
        {
            indexes.push((SegmentFile::TxnIndex, recovered.txn_index));
        }
        for (file, content) in indexes {
            self.repairs.push(Repair::WriteIndex { base_offset, file, content });
        }
        self.log.segments.insert(base_offset, recovered.segment);
        self.log.log_end_offset = recovered.next_offset;
        if is_last && is_damaged {
            self.begin_behind_damage();
        }
        Ok(whole)
    }

    /// What of a segment has been on the device, and how far it can go.
    fn synced_of(&self, found: &FoundSegment, is_last: bool) -> Synced {
        let bases = self.opening.segments.iter().map(|other| other.base_offset);
        let next = bases.filter(|&base| base > found.base_offset).min();
        let all = found.base_offset < self.recover_from && !is_last;
        let recovery_point = self.opening.recovery_point;
        // After a clean stop the recovery point is where the log ended; without it, anything may be.
        let unknown = self.opening.clean && recovery_point <= found.base_offset;
        let before = if all || unknown { Offset::MAX } else { recovery_point };
        Synced { before, end_max: next.unwrap_or(Offset::MAX) }
    }

    /// A damaged segment is not written any more: who looks for new records, also with other eyes
    /// than ours, does not come by the damage.
    fn begin_behind_damage(&mut self) {
        let (end, now) = (self.log.log_end_offset, self.opening.now);
        let jitter = jitter_ms(&mut self.log.random, &self.log.config);
        self.log.segments.insert(end, Segment::new(end, now, jitter));
        self.repairs.push(Repair::CreateSegment(end));
    }
}

/// Whether a log file goes on with zeros behind its last batch: room that `preallocate` took, or that
/// a power cut left of a write.
fn is_unwritten<B: SegmentBytes>(
    base_offset: Offset,
    position: u64,
    len: u64,
    bytes: &B,
) -> Result<bool, LogError> {
    let mut found = vec![0; usize::try_from(len.min(UNWRITTEN_BYTES)).unwrap_or(0)];
    let count = bytes.read_at(base_offset, SegmentFile::Log, position, &mut found)?;
    Ok(found[..count].iter().all(|&byte| byte == 0))
}
