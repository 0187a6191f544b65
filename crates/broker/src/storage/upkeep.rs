//! What is done to a partition beside serving it: flushing, retention, checkpoints, closing,
//! removal.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use ottla_base::{Now, WallTime};
use ottla_log::LogSummary;
use ottla_log::files::manifest::ManifestEntry;
use ottla_log::segment::last_time_entry;
use ottla_log::{RetentionPlan, RetentionStep};
use ottla_model::{ErrorCode, Offset};

use super::checkpoints::Checkpointed;
use super::partition::{Partition, State};

impl Partition {
    /// Moves the log start to `before` (-1 for the high watermark) and removes the segments that
    /// have no record left; returns the log start. Waits for the device.
    ///
    /// # Errors
    /// [`ErrorCode::OffsetOutOfRange`] behind the high watermark;
    /// [`ErrorCode::NotLeaderOrFollower`]; [`ErrorCode::PolicyViolation`] for a log that is only
    /// compacted; [`ErrorCode::KafkaStorageError`].
    pub fn delete_records(self: &Arc<Self>, now: Now, before: Offset) -> Result<Offset, ErrorCode> {
        let _alone = self.removing.write().unwrap_or_else(PoisonError::into_inner);
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
            Ok(before.max(log.log().log_start_offset()))
        })??;
        // Checkpointed first: epochs and segments that say more than the checkpoint would be missing
        // from a log that begins earlier after a crash.
        let checkpointed = self.dir().checkpoint_log_start(self.topic_partition(), start);
        checkpointed.map_err(|error| self.write_failed("delete records", false, &error))?;
        let mut plan = self.with_log(|log, replica| {
            let plan = log.start_at(start, replica.high_watermark());
            replica.log_bounds_moved(start, log.log().log_end_offset());
            plan.map_err(|error| self.write_failed("delete records", log.is_broken(), &error))
        })??;
        self.remove(&mut plan, now)?;
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

    /// Removes segments that are too old or too many. Says how many went. Waits for the device, not
    /// with the log's lock.
    pub(super) fn retain(self: &Arc<Self>, now: Now) -> Result<usize, ErrorCode> {
        let _alone = self.removing.write().unwrap_or_else(PoisonError::into_inner);
        let mut plan = loop {
            let (step, bytes) = self.with_log(|log, replica| {
                log.expire_producers(now.wall);
                (log.plan_retention(replica.high_watermark(), now.wall), log.bytes())
            })?;
            match step {
                RetentionStep::Look(base_offset) => {
                    let largest = last_time_entry(base_offset, &*bytes);
                    let largest = largest.map_err(|error| self.read_failed(&error))?;
                    self.with_log(|log, _| log.learn_largest(base_offset, largest))?;
                }
                RetentionStep::Remove(plan) => break plan,
            }
        };
        self.remove(&mut plan, now)?;
        if !plan.segments.is_empty() {
            self.forget_gone_damages();
            self.watchers().wake();
        }
        Ok(plan.segments.len())
    }

    /// Sees that a producer snapshot covers the segments that go; those stay that none can be written
    /// for. To be called with `removing` held.
    fn cover(&self, plan: &mut RetentionPlan, now: Now) -> Result<(), ErrorCode> {
        // Nobody else writes snapshots while it begins.
        let turn = self.flushing.lock().unwrap_or_else(PoisonError::into_inner);
        let covering = self.with_log(|log, _| {
            let covering = log.begin_covering(plan, now.wall);
            covering.map_err(|error| self.write_failed("remove segments", log.is_broken(), &error))
        })??;
        drop(turn);
        let written = covering.run();
        self.with_log(|log, _| log.end_covering(covering, &written, plan))?;
        written.map(drop).map_err(|error| self.failed("remove segments", &error))
    }

    /// Removes segments, off the log's lock. To be called with `removing` held. The plan is left with
    /// those that went.
    fn remove(self: &Arc<Self>, plan: &mut RetentionPlan, now: Now) -> Result<(), ErrorCode> {
        if !plan.segments.is_empty() {
            self.cover(plan, now)?;
        }
        if plan.segments.is_empty() {
            return Ok(());
        }
        // No flush is under way while it begins: a producer snapshot that one is about to write may
        // be all that is left of what the removed records told.
        let turn = self.flushing.lock().unwrap_or_else(PoisonError::into_inner);
        let removal = self.with_log(|log, replica| {
            let removal = log.begin_removal(plan, now.wall);
            replica.log_bounds_moved(log.log().log_start_offset(), log.log().log_end_offset());
            removal.map_err(|error| self.write_failed("remove segments", log.is_broken(), &error))
        })??;
        drop(turn);
        let done = removal.run();
        self.with_log(|log, _| log.end_removal(removal, &done))?;
        let aside = done.map_err(|error| self.failed("remove segments", &error))?;
        self.delete_later(aside);
        Ok(())
    }

    /// Deletes files that were set aside once `file.delete.delay.ms` has passed.
    fn delete_later(self: &Arc<Self>, paths: Vec<PathBuf>) {
        let delay_ms = self.lock().config.file_delete_delay_ms;
        let delay = Duration::from_millis(u64::try_from(delay_ms).unwrap_or(0));
        let (io, disk, partition) = (self.io.clone(), self.disk.clone(), Arc::downgrade(self));
        self.io.spawn("delete files", async move {
            io.sleep(delay).await;
            io.blocking(move || {
                // What is not there any more went with its partition; what stays goes when the log
                // is next opened.
                paths.iter().for_each(|path| drop(disk.remove_file(path)));
                if let Some(partition) = partition.upgrade() {
                    partition.with_open_log(|log, _| log.files_deleted(&paths));
                }
            })
            .await;
        });
    }

    /// Removes the files that wait under another name, whatever is left of their time. Waits for
    /// the device, which has the room only then.
    pub(super) fn remove_set_aside_now(&self) {
        let state = self.lock();
        let Some(log) = &state.log else { return };
        let (waiting, path) = (log.files_set_aside().to_vec(), state.path.clone());
        drop(state);
        waiting.iter().for_each(|file| drop(self.disk.remove_file(file)));
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
        let files = state.log.as_ref()?;
        let (log, first_base) = (files.log(), files.oldest_on_disk());
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
        self.describe()?;
        let _alone = self.removing.write().unwrap_or_else(PoisonError::into_inner);
        let _no_flush = self.flushing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = self.lock();
        state.is_closed = true;
        let State { replica, log, known, .. } = &mut *state;
        // Who asks meanwhile hears at once that it is closed.
        let Some(mut log) = log.take() else { return Ok(()) };
        let (high_watermark, is_known) = (replica.high_watermark(), known.is_some());
        drop(state);
        let summary = (!is_known)
            .then(|| log.log().summary_for_retention(high_watermark, &*log.bytes()).ok())
            .flatten();
        let closed = log.close();
        let mut state = self.lock();
        state.log = Some(log);
        state.known = state.known.or(summary);
        closed
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
        let _no_cleaning = self.cleaning.lock().unwrap_or_else(PoisonError::into_inner);
        let _alone = self.removing.write().unwrap_or_else(PoisonError::into_inner);
        // Opening goes by path.
        let _not_opening = self.opening_turn();
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
