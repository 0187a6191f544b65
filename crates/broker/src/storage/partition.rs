//! [`Partition`]: one replica on this node. Its log, its part in replication, and who waits for it,
//! behind one short lock.
//!
//! Its log is opened on first use: until then it costs a name and some numbers. Who serves clients
//! awaits [`Partition::opened`] before anything else; what is called without that opens the log on
//! the calling thread. Appends and reads then run on the calling thread and reach the page cache;
//! [`Partition::flush`], [`Partition::delete_records`] and the searches by time may wait for the
//! device and belong on `Io::blocking` or `Io::flushing`.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use arc_swap::ArcSwap;
use ottla_base::Uuid;
use ottla_io::{Disk, Io};
use ottla_log::{LogConfig, LogError, LogSummary};
use ottla_model::{ErrorCode, LeaderEpoch, TopicPartition};
use ottla_replica::{Leadership, Replica, Role};
use tracing::{error, warn};

use super::dirs::LogDir;
use super::first_batches::FirstBatches;
use super::log_files::{Covers, LogFiles};
use super::opening::Attempts;
use super::syncing::Syncing;
use crate::topic_settings::ProduceSettings;
use crate::waiting::Watchers;

/// One replica.
#[derive(Debug)]
pub struct Partition {
    name: TopicPartition,
    /// Written once more if the dir did not tell it.
    topic_id: Mutex<Uuid>,
    /// Another one once it has moved.
    dir: ArcSwap<LogDir>,
    pub(super) disk: Disk,
    watchers: Arc<Watchers>,
    pub(super) io: Io,
    pub(super) syncing: Syncing,
    pub(super) is_removed: AtomicBool,
    /// Its log was used since the checkpoints were last told of it.
    pub(super) is_touched: AtomicBool,
    /// Whether its dir tells the topic id, durably.
    pub(super) is_described: AtomicBool,
    produce: Mutex<Arc<ProduceSettings>>,
    /// Batches that coordinators have appended since the start, among them every transaction marker.
    /// Changed with the lock on `state` held.
    pub(super) markers: AtomicU64,
    pub(super) first_batches: Mutex<FirstBatches>,
    /// Held while a flush runs, of which there is one at a time, and which writes by path; and to
    /// rename the dir, in whose place the dir of another partition may come. Before `state`.
    pub(super) flushing: Mutex<()>,
    /// Held during a piece of compaction, which reads and writes by path; and to rename the dir.
    /// Before `flushing`.
    pub(super) cleaning: Mutex<()>,
    /// Moves to another log dir under way. It is not compacted meanwhile: a copy of what was there before
    /// and what is there afterwards could hold the value of a key and lack its tombstone.
    pub(super) moves: AtomicUsize,
    /// Looked at while its log was not open, it had nothing to be compacted.
    pub(super) is_known_clean: AtomicBool,
    /// Read by who searches the files beside the log; taken by who removes segments or the dir, so
    /// that no file comes back under a name that is given anew. Before `flushing`.
    pub(super) removing: RwLock<()>,
    /// Held while the log is opened, which may take long; `state` is free meanwhile. Before it.
    opening: Mutex<()>,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) path: PathBuf,
    pub(super) config: Arc<LogConfig>,
    pub(super) replica: Replica,
    /// `None` until first used.
    pub(super) log: Option<Box<LogFiles>>,
    /// What is known of a log that is not open; `None` also if nothing is.
    pub(super) known: Option<LogSummary>,
    pub(super) attempts: Attempts,
    /// Closed or removed: who still holds the partition does not open or write its log any more.
    pub(super) is_closed: bool,
}

impl State {
    /// Goes on with a log that is the same, elsewhere.
    pub(super) fn change_over(&mut self, mut log: LogFiles, path: PathBuf) {
        if let Some(old) = &self.log {
            log.take_place_of(old);
        }
        log.high_watermark_moved(self.replica.high_watermark());
        self.replica.log_end_moved(log.log().vouched_offset());
        self.log = Some(Box::new(log));
        self.path = path;
    }
}

/// What a partition is made from.
pub(super) struct Found {
    pub(super) name: TopicPartition,
    pub(super) topic_id: Uuid,
    pub(super) path: PathBuf,
    pub(super) node_id: i32,
    pub(super) config: Arc<LogConfig>,
    /// What is known of its log before it is opened.
    pub(super) known: Option<LogSummary>,
}

impl Partition {
    pub(super) fn new(io: &Io, dir: &Arc<LogDir>, found: Found) -> Self {
        let Found { name, topic_id, path, node_id, config, known } = found;
        let high_watermark = dir.checkpoints().high_watermark(&name);
        let mut replica = Replica::new(node_id, high_watermark);
        if let Some(known) = &known {
            replica.log_bounds_moved(known.log_start_offset, known.log_end_offset);
        }
        let (log, attempts, is_closed) = (None, Attempts::default(), false);
        let state = State { path, config, replica, log, known, attempts, is_closed };
        Self {
            name,
            topic_id: Mutex::new(topic_id),
            dir: ArcSwap::new(Arc::clone(dir)),
            disk: io.disk(),
            watchers: Arc::default(),
            io: io.clone(),
            syncing: Syncing::default(),
            is_removed: AtomicBool::new(false),
            is_touched: AtomicBool::new(false),
            is_described: AtomicBool::new(true),
            produce: Mutex::default(),
            markers: AtomicU64::new(0),
            first_batches: Mutex::default(),
            flushing: Mutex::default(),
            cleaning: Mutex::default(),
            moves: AtomicUsize::new(0),
            is_known_clean: AtomicBool::new(false),
            removing: RwLock::default(),
            opening: Mutex::default(),
            state: Mutex::new(state),
        }
    }

    /// Its topic and number.
    pub fn topic_partition(&self) -> &TopicPartition {
        &self.name
    }

    /// Its topic's id; zero if the dir does not say.
    pub fn topic_id(&self) -> Uuid {
        *self.topic_id.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_topic_id(&self, topic_id: Uuid) {
        *self.topic_id.lock().unwrap_or_else(PoisonError::into_inner) = topic_id;
    }

    /// The turn to open its log, or to do anything else by path while it is not open.
    pub(super) fn opening_turn(&self) -> MutexGuard<'_, ()> {
        self.opening.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The dir its files are in.
    pub(super) fn path(&self) -> PathBuf {
        self.lock().path.clone()
    }

    /// The log dir it is in.
    pub fn log_dir(&self) -> Arc<str> {
        Arc::clone(self.dir().name_shared())
    }

    pub(super) fn set_dir(&self, dir: Arc<LogDir>) {
        self.dir.store(dir);
    }

    /// Its log's settings.
    pub(super) fn config(&self) -> LogConfig {
        (*self.lock().config).clone()
    }

    pub(super) fn dir(&self) -> Arc<LogDir> {
        self.dir.load_full()
    }

    /// The id of the log dir it is in.
    pub fn directory_id(&self) -> Uuid {
        self.dir().id()
    }

    /// Whether its log dir has failed.
    pub fn is_offline(&self) -> bool {
        self.dir().is_offline()
    }

    /// Those who wait for it to move.
    pub fn watchers(&self) -> &Arc<Watchers> {
        &self.watchers
    }

    /// What produced batches are checked against.
    pub fn produce_settings(&self) -> ProduceSettings {
        **self.produce.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces what produced batches are checked against.
    pub fn set_produce_settings(&self, settings: impl Into<Arc<ProduceSettings>>) {
        *self.produce.lock().unwrap_or_else(PoisonError::into_inner) = settings.into();
    }

    /// Replaces its log's settings. Where records count once they are synced from now on, what is
    /// there already is synced too; where they did until now, they count at once.
    pub fn set_config(self: &Arc<Self>, config: impl Into<Arc<LogConfig>>) {
        let config = config.into();
        self.lock().config = Arc::clone(&config);
        // Other settings may make something due that was not.
        self.is_known_clean.store(false, Ordering::Relaxed);
        let behind = self.with_open_log(|log, replica| {
            log.set_config((*config).clone());
            if replica.log_end_moved(log.log().vouched_offset()) {
                log.high_watermark_moved(replica.high_watermark());
            }
            log.log().vouched_offset() < log.log().log_end_offset()
        });
        self.watchers.wake();
        if behind == Some(true) {
            self.sync_soon(Covers::Records);
        }
        self.watch_flush_ms();
    }

    /// Takes the role that metadata gives it. A log that is not open notes the leader epoch when it
    /// is opened.
    ///
    /// # Errors
    /// [`ErrorCode::KafkaStorageError`] if its log cannot be used.
    pub fn become_as(self: &Arc<Self>, leadership: Leadership) -> Result<(), ErrorCode> {
        self.check_dir()?;
        let mut state = self.lock();
        let State { replica, log, known, is_closed, .. } = &mut *state;
        if *is_closed {
            return Err(ErrorCode::KafkaStorageError);
        }
        let epoch = leadership.leader_epoch;
        let (result, behind) = match log {
            Some(log) => {
                let begins = replica.become_as(leadership, log.log().vouched_offset());
                log.high_watermark_moved(replica.high_watermark());
                let behind = log.log().vouched_offset() < log.log().log_end_offset();
                (if begins { log.start_leader_epoch(epoch) } else { Ok(()) }, behind)
            }
            None => {
                let end = known.map_or(replica.high_watermark(), |known| known.log_end_offset);
                replica.become_as(leadership, end);
                (Ok(()), false)
            }
        };
        drop(state);
        self.watchers.wake();
        if behind {
            self.sync_soon(Covers::Records);
        }
        result.map_err(|error| self.failed("begin a leader epoch", &error))
    }

    /// What this node is for the partition.
    pub fn role(&self) -> Role {
        self.lock().replica.role()
    }

    /// The epoch of its leader; -1 before anybody leads.
    pub fn leader_epoch(&self) -> LeaderEpoch {
        self.lock().replica.leader_epoch()
    }

    /// Judges the leader epoch that a client's request names (-1 for none), and whether this node
    /// leads.
    ///
    /// # Errors
    /// [`ErrorCode::FencedLeaderEpoch`], [`ErrorCode::UnknownLeaderEpoch`],
    /// [`ErrorCode::NotLeaderOrFollower`]; [`ErrorCode::KafkaStorageError`] if its log dir failed.
    pub fn check_leader_epoch(&self, current: LeaderEpoch) -> Result<(), ErrorCode> {
        self.check_dir()?;
        self.lock().replica.check_epoch((current >= 0).then_some(current), true)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn check_dir(&self) -> Result<(), ErrorCode> {
        if self.is_removed.load(Ordering::Relaxed) {
            return Err(ErrorCode::UnknownTopicOrPartition);
        }
        if self.dir().is_offline() {
            return Err(ErrorCode::KafkaStorageError);
        }
        Ok(())
    }

    /// Works with the log, which is opened on this thread if it was not.
    pub(super) fn with_log<T>(
        &self,
        work: impl FnOnce(&mut LogFiles, &mut Replica) -> T,
    ) -> Result<T, ErrorCode> {
        self.check_dir()?;
        let mut state = self.lock();
        if state.log.is_none() && !state.is_closed {
            drop(state);
            self.ensure_open()?;
            state = self.lock();
        }
        let State { replica, log, is_closed, .. } = &mut *state;
        match log {
            Some(log) if !*is_closed => {
                let result = work(log, replica);
                self.touch();
                Ok(result)
            }
            _ => Err(ErrorCode::KafkaStorageError),
        }
    }

    /// Notes that work on a schedule has to look at it: the checkpoints may have to say something
    /// else. Whoever only looks when its log is open does not touch it.
    fn touch(&self) {
        if !self.is_touched.load(Ordering::Relaxed) && !self.is_touched.swap(true, Ordering::AcqRel)
        {
            self.dir().note_touched(self.name.clone());
        }
    }

    /// The same, if the log is open; `None` if it is not, or cannot be used.
    pub(super) fn with_open_log<T>(
        &self,
        work: impl FnOnce(&mut LogFiles, &mut Replica) -> T,
    ) -> Option<T> {
        self.check_dir().ok()?;
        let mut state = self.lock();
        let State { replica, log, is_closed, .. } = &mut *state;
        match log {
            Some(log) if !*is_closed => Some(work(log, replica)),
            _ => None,
        }
    }

    /// Asks the open log, or what is known of it; opens it if nothing is.
    pub(super) fn try_ask<T>(
        &self,
        of_log: impl FnOnce(&LogFiles, &Replica) -> T,
        of_known: impl FnOnce(&LogSummary, &Replica) -> T,
    ) -> Result<T, ErrorCode> {
        self.check_dir()?;
        let state = self.lock();
        if let (None, Some(known), false) = (&state.log, &state.known, state.is_closed) {
            return Ok(of_known(known, &state.replica));
        }
        drop(state);
        self.with_log(|log, replica| of_log(log, replica))
    }

    pub(super) fn ask<T: Default>(
        &self,
        of_log: impl FnOnce(&LogFiles, &Replica) -> T,
        of_known: impl FnOnce(&LogSummary, &Replica) -> T,
    ) -> T {
        self.try_ask(of_log, of_known).unwrap_or_default()
    }

    /// Notes a failed call of the device: the log dir is not used any more. A process without
    /// descriptors left says nothing about the device.
    pub(super) fn failed(&self, doing: &str, error: &io::Error) -> ErrorCode {
        if ottla_io::is_out_of_descriptors(error) {
            warn!(partition = %self.name, doing, %error, "refused: no descriptor is left");
            return ErrorCode::KafkaStorageError;
        }
        error!(partition = %self.name, doing, %error, "log dir failed");
        self.dir().fail();
        self.watchers.wake();
        ErrorCode::KafkaStorageError
    }

    /// Notes a failed write. A full disk is a state, not the end of the dir, as long as the write
    /// could be taken back: reading, deleting and retention go on.
    pub(super) fn write_failed(
        &self,
        doing: &str,
        is_broken: bool,
        error: &io::Error,
    ) -> ErrorCode {
        if error.kind() == io::ErrorKind::StorageFull && !is_broken {
            warn!(partition = %self.name, doing, %error, "refused: the disk is full");
            return ErrorCode::KafkaStorageError;
        }
        self.failed(doing, error)
    }

    pub(super) fn read_failed(&self, error: &LogError) -> ErrorCode {
        match error {
            // Damage is told when it is found, not by each who comes to it.
            LogError::OffsetOutOfRange { .. } | LogError::Damaged { .. } => {}
            LogError::Corrupt(_) | LogError::BrokenBatch { .. } => {
                error!(partition = %self.name, %error, "log is damaged");
            }
            LogError::OldFormat { .. } => error!(partition = %self.name, %error, "log is refused"),
            LogError::Source(error) => {
                error!(partition = %self.name, %error, "log dir failed");
                self.dir().fail();
            }
        }
        error.code()
    }
}
