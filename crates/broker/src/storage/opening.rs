//! A partition's log is opened on first use, by one thread that may block; whoever needs it waits
//! without one. After an unclean stop opening is recovery, which goes on in the background: a
//! request for a partition that has not had its turn is served before those nobody asks for.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ottla_base::MonoTime;
use ottla_log::files::names::PartitionFile;
use ottla_log::{LogConfig, LogSummary, SegmentFile};
use ottla_model::ErrorCode;
use tracing::{error, info, warn};

use super::log_files::{Covers, LogFiles, OpenLog, OpenReport};
use super::partition::{Partition, State};
use crate::waiting::Waiter;

/// How long a request waits at least for a log that needs no recovery, whatever its own limit is:
/// the log is a few reads away.
const OPENING_PATIENCE: Duration = Duration::from_secs(5);

/// How far opening a log has come.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    /// Somebody is about to open it.
    is_wanted: bool,
    /// How often that has ended, in whatever way.
    ended: u32,
    /// Why the log cannot be opened, once that was tried in vain: its files are to blame, not the device.
    refused: Option<Arc<str>>,
    /// It counts as one that the start has to recover, and has not been tried yet.
    pub(super) is_to_recover: bool,
}

impl State {
    /// What became of opening the log, for who knows how many attempts had ended `before`. Both are
    /// looked at under one lock: a log that is opened between two looks would seem refused.
    fn opening_outcome(&self, before: u32) -> Option<Result<(), ErrorCode>> {
        if self.log.is_some() {
            return Some(Ok(()));
        }
        (self.attempts.ended != before).then_some(Err(ErrorCode::KafkaStorageError))
    }
}

impl Partition {
    /// Whether its log is open, so that no call waits for it to be opened.
    pub fn is_open(&self) -> bool {
        self.lock().log.is_some()
    }

    /// Whether it has to be recovered before it is used, and has not been.
    pub fn is_recovering(&self) -> bool {
        !self.dir().was_clean() && self.lock().is_untouched()
    }

    /// Returns when its log is open, which it makes happen, without blocking a thread.
    ///
    /// # Errors
    /// [`ErrorCode::NotLeaderOrFollower`], which clients try again, if the log is still being
    /// recovered at `deadline`; [`ErrorCode::KafkaStorageError`] if it cannot be opened;
    /// [`ErrorCode::UnknownTopicOrPartition`] if it was removed.
    pub async fn opened(self: &Arc<Self>, deadline: MonoTime) -> Result<(), ErrorCode> {
        if self.is_open() {
            return Ok(());
        }
        self.check_dir()?;
        let deadline = match self.is_recovering() {
            true => deadline,
            false => deadline.max(self.io.now().mono + OPENING_PATIENCE),
        };
        let waiter = Waiter::default();
        let _watch = self.watchers().watch(&waiter);
        let before = self.want_open();
        loop {
            self.check_dir()?;
            if let Some(outcome) = self.lock().opening_outcome(before) {
                return outcome;
            }
            tokio::select! {
                biased;
                () = waiter.moved() => {}
                () = self.io.sleep_until(deadline) => return Err(ErrorCode::NotLeaderOrFollower),
            }
        }
    }

    /// Sees that somebody opens its log soon; returns how many attempts had ended before. Those who
    /// watch the partition are woken when this one has.
    pub fn want_open(self: &Arc<Self>) -> u32 {
        let (is_mine, before) = self.claim_opening();
        if is_mine {
            let partition = Arc::clone(self);
            self.io.spawn("open a log", async move {
                // Never closed, so acquiring cannot fail.
                let dir = partition.dir();
                let _place = dir.opening.acquire().await;
                // Whoever waits looks at the outcome.
                let open = Arc::clone(&partition);
                let _ = partition.io.blocking(move || open.open_and_sync()).await;
            });
        }
        before
    }

    /// Takes on opening its log: whether nobody else had, and how many attempts had ended before.
    pub(super) fn claim_opening(&self) -> (bool, u32) {
        let mut state = self.lock();
        let is_mine =
            state.log.is_none() && !std::mem::replace(&mut state.attempts.is_wanted, true);
        (is_mine, state.attempts.ended)
    }

    /// Opens its log on this thread. Records that count once they are synced are, if opening has not.
    pub(super) fn open_and_sync(self: &Arc<Self>) -> Result<(), ErrorCode> {
        self.ensure_open()?;
        let behind =
            self.with_open_log(|log, _| log.log().vouched_offset() < log.log().log_end_offset());
        if behind == Some(true) {
            self.sync_soon(Covers::Records);
        }
        self.watch_flush_ms();
        Ok(())
    }

    /// Opens its log on this thread, or waits for the thread that does.
    pub(super) fn ensure_open(&self) -> Result<(), ErrorCode> {
        let _one_at_a_time = self.opening_turn();
        if self.is_open() {
            return Ok(());
        }
        let result = self.open();
        let mut state = self.lock();
        state.attempts.is_wanted = false;
        state.attempts.ended = state.attempts.ended.wrapping_add(1);
        self.count_recovered(&mut state);
        drop(state);
        self.watchers().wake();
        result
    }

    fn open(&self) -> Result<(), ErrorCode> {
        self.check_dir()?;
        let (path, config, known) = {
            let state = self.lock();
            if state.is_closed {
                return Err(ErrorCode::KafkaStorageError);
            }
            (state.path.clone(), state.config.clone(), state.known)
        };
        // A full disk refuses repairs; the next one who asks tries again.
        let described = self.describe_in_turn();
        described.map_err(|error| self.write_failed("open", false, &error))?;
        let opened = self.open_files(&path, config, known);
        self.take(opened.map_err(|error| self.not_opened(&error))?)
    }

    /// Files that say what cannot be are this log's trouble alone; the device, which returned them,
    /// works. Told once, however many ask.
    pub(super) fn not_opened(&self, error: &io::Error) -> ErrorCode {
        if error.kind() != io::ErrorKind::InvalidData {
            return self.write_failed("open", false, error);
        }
        let why: Arc<str> = error.to_string().into();
        let told = self.lock().attempts.refused.replace(Arc::clone(&why));
        if told.as_ref() != Some(&why) {
            error!(partition = %self.topic_partition(), %error, "log cannot be opened");
        }
        ErrorCode::KafkaStorageError
    }

    /// Why its log cannot be opened, if that was tried in vain: its files are to blame.
    pub fn refused(&self) -> Option<Arc<str>> {
        self.lock().attempts.refused.clone()
    }

    /// Opens the files. Where they hold something else than what is known of them, they are checked
    /// as after an unclean stop, and right.
    fn open_files(
        &self,
        path: &Path,
        config: Arc<LogConfig>,
        known: Option<LogSummary>,
    ) -> io::Result<LogFiles> {
        let mut how = self.how_to_open(config);
        // What is known is of a log that was closed cleanly, or never written.
        how.clean |= known.is_some();
        let (log, report) = self.open_among(path, how.clone())?;
        if report.segments_recovered > 0 && known.is_none() {
            let (segments, bytes_lost) = (report.segments_recovered, report.bytes_lost);
            info!(partition = %self.topic_partition(), segments, bytes_lost, "log recovered");
        }
        let Some(known) = known else { return Ok(log) };
        let found = log.log().summary(known.high_watermark);
        if found.holds_as_much_as(&known) {
            return Ok(log);
        }
        warn!(
            partition = %self.topic_partition(), ?known, ?found,
            "the files of a log are not as the last stop left them: all of them count as they are found"
        );
        drop(log);
        how.clean = false;
        how.was_synced = false;
        how.recovery_point = how.recovery_point.min(found.log_end_offset);
        self.open_among(path, how).map(|(log, _)| log)
    }

    fn open_among(&self, path: &Path, how: OpenLog) -> io::Result<(LogFiles, OpenReport)> {
        LogFiles::open_among(&self.disk, path, how, Arc::clone(self.dir().open_files()))
    }

    fn how_to_open(&self, config: Arc<LogConfig>) -> OpenLog {
        let name = self.topic_partition();
        let dir = self.dir();
        let checkpoints = dir.checkpoints();
        OpenLog {
            config: (*config).clone(),
            clean: self.dir().was_clean(),
            was_synced: self.dir().was_clean(),
            recovery_point: checkpoints.recovery_point(name),
            recovery_point_lost: checkpoints.has_lost_recovery_points(),
            compacted_before: checkpoints.compacted_before(name),
            log_start_offset: checkpoints.log_start_offset(name),
            now: self.dir().opened_at(),
            seed: self.dir().seed_for(name),
        }
    }

    /// Takes an opened log into use, with the role and the settings the partition has by now.
    fn take(&self, mut log: LogFiles) -> Result<(), ErrorCode> {
        self.adopt_damages(&mut log);
        let mut state = self.lock();
        let State { config, replica, is_closed, .. } = &mut *state;
        if *is_closed {
            return Err(ErrorCode::KafkaStorageError);
        }
        if *log.log().config() != **config {
            log.set_config((**config).clone());
        }
        log.count_producers_in(self.dir().producers());
        let (start, end) = (log.log().log_start_offset(), log.log().log_end_offset());
        replica.log_bounds_moved(start, end);
        replica.log_end_moved(log.log().vouched_offset());
        log.high_watermark_moved(replica.high_watermark());
        if replica.role() == ottla_replica::Role::Leader {
            let begun = log.start_leader_epoch(replica.leader_epoch());
            begun.map_err(|error| self.failed("begin a leader epoch", &error))?;
        }
        state.log = Some(Box::new(log));
        state.known = None;
        state.attempts.refused = None;
        Ok(())
    }

    /// Notes that a log which the start has to recover has been tried, or is gone.
    pub(super) fn count_recovered(&self, state: &mut State) {
        if std::mem::take(&mut state.attempts.is_to_recover) {
            self.dir().recovery.ended_one();
        }
    }

    /// Counts it among those that the start has to recover.
    pub(super) fn mark_to_recover(&self) {
        self.lock().attempts.is_to_recover = true;
        self.dir().recovery.found_one();
    }

    /// What is known of its log without opening it; `None` if nothing is.
    pub fn summary(&self) -> Option<LogSummary> {
        let state = self.lock();
        let high_watermark = state.replica.high_watermark();
        let known = state.known.map(|known| LogSummary { high_watermark, ..known });
        state.log.as_ref().map(|log| log.log().summary(high_watermark)).or(known)
    }
}

impl Partition {
    /// Bytes of its segments. A log that nothing is known of is not opened for it: its dir is looked
    /// at, which may wait for the device.
    pub fn stored_bytes(&self) -> u64 {
        if let Some(summary) = self.summary() {
            return summary.size;
        }
        let is_log = |name: &str| {
            matches!(PartitionFile::of(name), PartitionFile::Segment(_, SegmentFile::Log))
        };
        let entries = self.disk.list(self.path()).unwrap_or_default();
        entries.iter().filter(|entry| is_log(&entry.name)).map(|entry| entry.len).sum()
    }
}

impl State {
    /// Neither open, nor is anything known of its files.
    pub(super) fn is_untouched(&self) -> bool {
        self.log.is_none() && self.known.is_none() && !self.is_closed
    }
}
