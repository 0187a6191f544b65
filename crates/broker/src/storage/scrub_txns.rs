//! The scrubber's second look at a log with transactions: whether the transaction indexes hold every
//! transaction that its markers abort. One that is lost, or has lost entries, would have aborted
//! records shown to who reads committed ones; it is made whole, with one line.

use std::io;
use std::sync::Arc;
use std::sync::PoisonError;

use ottla_log::txn_check::{TxnWalk, completed};
use ottla_log::{Log, SegmentFile};
use ottla_model::{ErrorCode, Offset};
use tracing::warn;

use super::log_files::LogFiles;
use super::segment_files::SegmentFiles;
use super::{Partition, Shared, scrub};

/// A log as it is looked at, beside those who use it.
struct Looked {
    log: Log,
    bytes: Arc<SegmentFiles>,
    cuts: u64,
    stable_before: Offset,
}

/// Looks at all segments of a partition, oldest first.
pub(super) async fn look_at(shared: &Arc<Shared>, partition: &Arc<Partition>) {
    let looking = Arc::clone(partition);
    let taken = shared.io.blocking(move || looking.with_log(|log, _| Looked::of(log))).await;
    let Ok(looked) = taken else { return };
    let looked = Arc::new(looked);
    let mut walk = TxnWalk::default();
    let segments: Vec<_> = looked.log.segments().map(|one| (one.base_offset, one.size)).collect();
    for (base_offset, size) in segments {
        let (with, here) = (Arc::clone(partition), Arc::clone(&looked));
        let work = move || (with.check_txn_index(&here, base_offset, &mut walk), walk);
        let begun = shared.io.now().mono;
        let (checked, kept) = shared.io.blocking(work).await;
        walk = kept;
        // The log was changed, or cannot be read: the next pass is for that.
        if !checked.unwrap_or(false) {
            return;
        }
        scrub::rest(shared, size, shared.io.now().mono.since(begun)).await;
    }
}

impl Looked {
    fn of(log: &LogFiles) -> Self {
        let stable_before = log.log().recovery_point();
        let (cuts, bytes) = (log.cuts(), log.bytes());
        Self { log: log.log().segments_alone(), bytes, cuts, stable_before }
    }
}

impl Partition {
    /// Looks at one segment; false if the log is not as it was.
    fn check_txn_index(
        &self,
        looked: &Looked,
        base_offset: Offset,
        walk: &mut TxnWalk,
    ) -> Result<bool, ErrorCode> {
        let Looked { log, bytes, cuts, stable_before } = looked;
        let Some(size) = log.segment(base_offset).map(|segment| segment.size) else {
            return Ok(false);
        };
        let is_as_it_was = |now: &LogFiles| {
            let segment = now.log().segment(base_offset);
            now.cuts() == *cuts && segment.is_some_and(|segment| segment.size >= size)
        };
        let aborted = {
            // No segment is removed or replaced while it is read.
            let _no_removal = self.removing.read().unwrap_or_else(PoisonError::into_inner);
            if !self.with_log(|log, _| is_as_it_was(log))? {
                return Ok(false);
            }
            walk.segment(log, base_offset, *stable_before, &**bytes)
        };
        let Ok(aborted) = aborted else { return Ok(false) };
        if aborted.is_empty() {
            return Ok(true);
        }
        self.with_log(|log, _| {
            if !is_as_it_was(log) {
                return false;
            }
            let Ok(found) = completed(base_offset, &aborted, &*log.bytes()) else { return false };
            let Some(content) = found else { return true };
            let replaced = log.replace_txn_index(base_offset, &content);
            self.tell_of_repair(base_offset, aborted.len(), &replaced);
            replaced.is_ok()
        })
    }

    fn tell_of_repair(&self, base_offset: Offset, aborted: usize, replaced: &io::Result<()>) {
        let (partition, file) = (self.topic_partition(), SegmentFile::TxnIndex.name(base_offset));
        match replaced {
            Ok(()) => warn!(
                %partition, file, aborted,
                "made anew from the log: it did not hold all aborted transactions"
            ),
            Err(error) => warn!(
                %partition, file, aborted, %error,
                "does not hold all aborted transactions, and could not be written"
            ),
        }
    }
}

impl LogFiles {
    /// Writes what a transaction index has to hold; the next flush makes it durable.
    ///
    /// # Errors
    /// What the device said.
    fn replace_txn_index(&mut self, base_offset: Offset, content: &[u8]) -> io::Result<()> {
        let bytes = self.bytes();
        let index = bytes.get_or_create(base_offset, SegmentFile::TxnIndex)?;
        index.write_at(0, content)?;
        index.set_len(content.len() as u64)?;
        self.changed(base_offset, SegmentFile::TxnIndex);
        self.names_changed();
        Ok(())
    }
}
