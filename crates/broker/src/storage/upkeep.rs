//! What is done to a partition beside serving it: flushing, retention, checkpoints, closing,
//! removal.

use std::io;
use std::path::PathBuf;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use ottla_base::{Now, WallTime};
use ottla_log::LogSummary;
use ottla_log::files::manifest::ManifestEntry;
use ottla_model::{ErrorCode, Offset};

use super::dirs::Checkpointed;
use super::partition::{Partition, State};

impl Partition {
    /// Moves the log start to `before` (-1 for the high watermark) and removes the segments that
    /// have no record left; returns the log start. Waits for the device.
    ///
    /// # Errors
    /// [`ErrorCode::OffsetOutOfRange`] behind the high watermark;
    /// [`ErrorCode::NotLeaderOrFollower`]; [`ErrorCode::PolicyViolation`] for a log that is only
    /// compacted; [`ErrorCode::KafkaStorageError`].
    pub fn delete_records(&self, now: Now, before: Offset) -> Result<Offset, ErrorCode> {
        let start = self.with_log(|log, replica| {
            replica.check_epoch(None, true)?;
            let config = log.log().config();
            if config.compact && !config.delete {
                return Err(ErrorCode::PolicyViolation);
            }
            let high_watermark = replica.high_watermark();
            let before = if before == -1 { high_watermark } else { before };
            if !(0..=high_watermark).contains(&before) {
                return Err(ErrorCode::OffsetOutOfRange);
            }
            let failed =
                |is_broken| move |error| self.write_failed("delete records", is_broken, &error);
            let start = before.max(log.log().log_start_offset());
            // Checkpointed first: epochs and segments that say more than the checkpoint would be
            // missing from a log that begins earlier after a crash.
            self.dir()
                .checkpoint_log_start(self.topic_partition(), start)
                .map_err(failed(false))?;
            let moved = log.advance_log_start(start);
            moved.map_err(failed(log.is_broken()))?;
            let removed = log.remove_before_start(high_watermark, now.wall);
            removed.map_err(failed(log.is_broken()))?;
            replica.log_bounds_moved(start, log.log().log_end_offset());
            Ok(log.log().log_start_offset())
        })??;
        self.watchers().wake();
        Ok(start)
    }

    /// Seals the active segment.
    ///
    /// # Errors
    /// [`ErrorCode::KafkaStorageError`].
    pub fn roll(&self, now: Now) -> Result<(), ErrorCode> {
        self.with_log(|log, _| {
            let rolled = log.roll(now.wall);
            rolled.map_err(|error| self.write_failed("roll", log.is_broken(), &error))
        })?
    }

    /// Whether retention may find something to do. A log that is still to be recovered waits for
    /// that; one that nothing is known of is looked into.
    pub(super) fn wants_retention(&self, now: WallTime) -> bool {
        let state = self.lock();
        match (&state.log, &state.known) {
            (Some(_), _) => true,
            (None, Some(known)) => known.wants_retention(&state.config, now),
            (None, None) => self.dir().was_clean(),
        }
    }

    /// Removes segments that are too old or too many, and files that have waited long enough. Says
    /// how many segments went.
    pub(super) fn retain(&self, now: WallTime) -> Result<usize, ErrorCode> {
        let removed = self.with_log(|log, replica| {
            log.remove_set_aside(now);
            log.expire_producers(now);
            let removed = log.retain(replica.high_watermark(), now);
            replica.log_bounds_moved(log.log().log_start_offset(), log.log().log_end_offset());
            let failed = |error| self.write_failed("remove segments", log.is_broken(), &error);
            removed.map_err(failed)
        })??;
        if removed > 0 {
            self.forget_gone_damages();
            self.watchers().wake();
        }
        Ok(removed)
    }

    /// Removes the files that wait under another name, whatever is left of their time. Waits for
    /// the device, which has the room only then.
    pub(super) fn remove_set_aside_now(&self) {
        let mut state = self.lock();
        let Some(log) = &mut state.log else { return };
        log.remove_set_aside(WallTime { millis: i64::MAX });
        let path = state.path.clone();
        drop(state);
        // What the device has to say it says again to a write.
        let _ = self.disk.sync_dir(path);
    }

    /// Whether its log dir is in use, and the volume full.
    pub(super) fn is_on_full_volume(&self) -> bool {
        !self.dir().is_offline() && self.dir().volume().is_full()
    }

    /// What the checkpoints of its log dir are to say of it; `None` if it is not open, so that what
    /// they say already holds.
    pub(super) fn checkpointed(&self) -> Option<Checkpointed> {
        let state = self.lock();
        let log = state.log.as_ref()?.log();
        let first_base = log.segments().next().map_or(0, |segment| segment.base_offset);
        Some(Checkpointed {
            recovery_point: log.recovery_point(),
            high_watermark: state.replica.high_watermark(),
            log_start_offset: log.log_start_offset(),
            first_base,
        })
    }

    /// Closes its files so that the next start has nothing to recover. Nothing is appended
    /// afterwards, whoever still holds the partition.
    ///
    /// # Errors
    /// What the device said.
    pub(super) fn close(&self) -> io::Result<()> {
        let mut state = self.lock();
        state.is_closed = true;
        let State { replica, log, known, .. } = &mut *state;
        let Some(log) = log else { return Ok(()) };
        if known.is_none() {
            let summary = log.log().summary_for_retention(replica.high_watermark(), log.bytes());
            *known = summary.ok();
        }
        log.close()
    }

    /// What the next start is told of it, once it is closed.
    pub(super) fn told(&self) -> ManifestEntry {
        let state = self.lock();
        let (high_watermark, name) =
            (state.replica.high_watermark(), self.topic_partition().clone());
        let log = state.known.map(|known| LogSummary { high_watermark, ..known });
        ManifestEntry { name, topic_id: self.topic_id(), log }
    }

    /// Whether the next start has to recover it, because this one has not come to it.
    pub(super) fn is_unrecovered(&self) -> bool {
        let state = self.lock();
        !self.dir().was_clean() && state.log.is_none() && state.known.is_none()
    }

    /// Takes it out of use and renames its dir to `aside`; readers keep the files they have.
    pub(super) fn set_aside(&self, aside: PathBuf) -> io::Result<PathBuf> {
        self.is_removed.store(true, Ordering::Relaxed);
        // Opening goes by path.
        let _not_opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        let _no_flush = self.flushing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = self.lock();
        state.is_closed = true;
        state.replica.go_offline();
        state.log = None;
        state.known = None;
        self.count_recovered(&mut state);
        self.disk.rename(&state.path, &aside)?;
        state.path.clone_from(&aside);
        drop(state);
        self.watchers().wake();
        Ok(aside)
    }
}
