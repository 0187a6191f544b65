//! The cleaner: compacts the logs of a node whose `cleanup.policy` says so, the dirtiest first, as
//! many at a time as `log.cleaner.threads`, within `log.cleaner.dedupe.buffer.size` bytes of memory
//! and `log.cleaner.io.max.bytes.per.second`.
//!
//! ```text
//! mod.rs       settings, what is under way, what failed      look.rs   how dirty a partition is
//! schedule.rs  which log is next                             job.rs    one round over one log
//! pace.rs      bytes per second                              files.rs  what it reads and writes
//! ```
//! A log goes on while it is compacted: segments are read and written without its lock, a piece at a
//! time on a thread that may block, and the cleaned segment takes its place in a few renames
//! (`log_files/swap.rs`). A log that cannot be compacted is tried again later and later, for ever; it
//! is counted and told about meanwhile.

#[cfg(test)]
mod by_hand;
mod files;
mod job;
mod look;
mod pace;
mod schedule;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ottla_base::MonoTime;
use ottla_log::compact::CompactionLimits;
use ottla_model::TopicPartition;
use tokio::sync::Notify;
use tracing::error;

pub(super) use look::Looked;
pub(super) use schedule::run;

use job::Done;
use pace::Pace;

/// The longest wait before a log that failed is tried again.
const RETRY_MAX: Duration = Duration::from_secs(3600);

/// Settings of the cleaner, all of which may change while it runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CleanerSettings {
    /// `log.cleaner.enable`; without it nothing is compacted.
    pub enable: bool,
    /// `log.cleaner.threads`: logs compacted at the same time.
    pub threads: usize,
    /// `log.cleaner.dedupe.buffer.size`: bytes for the keys of all of them.
    pub dedupe_buffer_bytes: u64,
    /// `log.cleaner.io.buffer.load.factor`: the part of that which may be used.
    pub load_factor: f64,
    /// `log.cleaner.io.buffer.size`: bytes for reading and writing of all of them.
    pub io_buffer_bytes: usize,
    /// `log.cleaner.io.max.bytes.per.second`, read and written, of all of them.
    pub bytes_per_second_max: f64,
    /// `log.cleaner.backoff.ms`: how long to wait when nothing is dirty enough.
    pub backoff: Duration,
}

impl Default for CleanerSettings {
    fn default() -> Self {
        Self {
            enable: true,
            threads: 1,
            dedupe_buffer_bytes: 128 << 20,
            load_factor: 0.9,
            io_buffer_bytes: 512 << 10,
            bytes_per_second_max: f64::MAX,
            backoff: Duration::from_secs(15),
        }
    }
}

impl CleanerSettings {
    /// What one of the logs under way may take. Half of the I/O buffer is for reading.
    fn limits(&self) -> CompactionLimits {
        let threads = self.threads.max(1);
        CompactionLimits {
            map_bytes: self.dedupe_buffer_bytes / threads as u64,
            load_factor: self.load_factor,
            read_bytes: self.io_buffer_bytes / threads / 2,
        }
    }
}

/// What is told of the cleaner.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CleanerStatus {
    /// How dirty the dirtiest log is, in percent.
    pub max_dirty_percent: i64,
    /// Milliseconds since the logs were last looked at.
    pub since_last_run_ms: i64,
    /// Logs that could not be compacted the last time it was tried.
    pub uncleanable_partitions: i64,
    /// Dirty bytes in them.
    pub uncleanable_bytes: i64,
    /// Seconds by which the log that waits longest exceeds its `max.compaction.lag.ms`.
    pub max_compaction_delay_secs: i64,
    /// How full the memory for keys was in the last round, in percent.
    pub buffer_utilization_percent: i64,
    /// The part of the bytes gone over that had to be written again, in percent.
    pub recopy_percent: i64,
    /// Seconds that the last round took.
    pub clean_time_secs: i64,
    /// Rounds that have ended well since the start.
    pub rounds: i64,
    /// Bytes that compaction has removed since the start.
    pub removed_bytes: i64,
    /// Logs that should be under way and cannot be, because the work has ended.
    pub dead_threads: i64,
}

/// The cleaner of a node.
#[derive(Debug, Default)]
pub(super) struct Cleaner {
    settings: Mutex<CleanerSettings>,
    state: Mutex<State>,
    pace: Pace,
    /// Told when settings changed, a round ended, or the work is to end.
    woken: Notify,
    stopping: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    running: BTreeSet<TopicPartition>,
    failing: BTreeMap<TopicPartition, Failing>,
    last_run: Option<MonoTime>,
    ended: bool,
    status: CleanerStatus,
}

/// A log that could not be compacted.
#[derive(Debug)]
struct Failing {
    times: u32,
    retry_at: MonoTime,
    why: String,
    dirty_bytes: u64,
}

impl Cleaner {
    /// Its settings.
    fn settings(&self) -> CleanerSettings {
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces its settings; they hold from the next log on, the bandwidth at once.
    pub(super) fn set(&self, settings: CleanerSettings) {
        let mut held = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        if *held != settings {
            *held = settings;
            self.woken.notify_one();
        }
    }

    /// Asks the work to end, between two pieces.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.woken.notify_one();
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// What is told of it.
    pub(super) fn status(&self, now: MonoTime) -> CleanerStatus {
        let threads = self.settings().threads;
        let state = self.lock();
        let since = state.last_run.map_or(Duration::ZERO, |at| now.since(at));
        let dirty_bytes: u64 = state.failing.values().map(|failing| failing.dirty_bytes).sum();
        CleanerStatus {
            since_last_run_ms: i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            uncleanable_partitions: state.failing.len() as i64,
            uncleanable_bytes: i64::try_from(dirty_bytes).unwrap_or(i64::MAX),
            dead_threads: if state.ended { threads as i64 } else { 0 },
            ..state.status
        }
    }

    /// Notes how a round ended.
    fn ended(&self, name: &TopicPartition, now: MonoTime, result: Result<Done, Failed>) {
        let backoff = self.settings().backoff;
        let mut state = self.lock();
        state.running.remove(name);
        match result {
            Ok(done) => {
                state.failing.remove(name);
                state.status.note(&done);
            }
            Err(Failed::GivenUp) => {}
            Err(Failed::Error { error, dirty_bytes }) => {
                state.failed(name, now, backoff, &error, dirty_bytes);
            }
        }
        drop(state);
        self.woken.notify_one();
    }

    /// Forgets partitions that are gone.
    fn forget_all_but(&self, exists: impl Fn(&TopicPartition) -> bool) {
        self.lock().failing.retain(|name, _| exists(name));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether a log is not to be begun now.
    fn is_held_back(&self, name: &TopicPartition, now: MonoTime) -> bool {
        self.running.contains(name)
            || self.failing.get(name).is_some_and(|failing| failing.retry_at > now)
    }

    fn failed(
        &mut self,
        name: &TopicPartition,
        now: MonoTime,
        backoff: Duration,
        error: &io::Error,
        dirty_bytes: u64,
    ) {
        let why = error.to_string();
        let known = self.failing.remove(name);
        let times = known.as_ref().map_or(1, |known| known.times.saturating_add(1));
        let wait = backoff.max(Duration::from_millis(1));
        let wait = wait.saturating_mul(1 << (times - 1).min(20)).min(RETRY_MAX);
        // Once, and again when it fails for another reason.
        if known.is_none_or(|known| known.why != why) {
            error!(partition = %name, %why, retry_in = ?wait, "log cannot be compacted");
        }
        let failing = Failing { times, retry_at: now + wait, why, dirty_bytes };
        self.failing.insert(name.clone(), failing);
    }
}

impl CleanerStatus {
    fn note(&mut self, done: &Done) {
        let percent = |part: u64, whole: u64| match whole {
            0 => 0,
            whole => i64::try_from(u128::from(part) * 100 / u128::from(whole)).unwrap_or(i64::MAX),
        };
        self.buffer_utilization_percent = (done.map_utilization * 100.0) as i64;
        self.recopy_percent = percent(done.stats.written_bytes, done.stats.read_bytes);
        self.clean_time_secs = done.took.as_secs() as i64;
        self.rounds += 1;
        let removed = done.stats.read_bytes.saturating_sub(done.stats.written_bytes);
        self.removed_bytes = self.removed_bytes.saturating_add_unsigned(removed);
    }
}

/// Why a round did not come to its end.
#[derive(Debug)]
enum Failed {
    /// The log was closed, removed or cut; or the node stops. There is nothing to tell.
    GivenUp,
    /// The log or the device is at fault.
    Error {
        /// What is wrong.
        error: io::Error,
        /// Bytes that wait for compaction.
        dirty_bytes: u64,
    },
}
