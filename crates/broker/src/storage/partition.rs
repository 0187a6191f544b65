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
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use ottla_base::{Now, Uuid};
use ottla_io::{Disk, Io};
use ottla_log::producers::Origin;
use ottla_log::{
    AppendAs, FoundTimestamp, LogConfig, LogError, LogSummary, ReadRequest, TimestampTarget,
};
use ottla_model::{ErrorCode, LeaderEpoch, Offset, ProducerId, TopicPartition};
use ottla_record::BatchHeader;
use ottla_replica::{Acks, Leadership, Replica, Role};
use tracing::{error, warn};

use super::answers::{ActiveProducer, AppendError, Appended, EpochEnd, ReadLimit, ReadSlice};
use super::dirs::LogDir;
use super::first_batches::FirstBatches;
use super::log_files::{AppendFailure, Covers, LogFiles};
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
    pub(super) dir: Arc<LogDir>,
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
    first_batches: Mutex<FirstBatches>,
    /// Held while a flush runs, of which there is one at a time, and which writes by path; and to
    /// rename the dir, in whose place the dir of another partition may come. Before `state`.
    pub(super) flushing: Mutex<()>,
    /// Held during a piece of compaction, which reads and writes by path; and to rename the dir.
    /// Before `flushing`.
    pub(super) cleaning: Mutex<()>,
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
            dir: Arc::clone(dir),
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
    pub fn log_dir(&self) -> &str {
        self.dir.name()
    }

    /// The id of the log dir it is in.
    pub fn directory_id(&self) -> Uuid {
        self.dir.id()
    }

    /// Whether its log dir has failed.
    pub fn is_offline(&self) -> bool {
        self.dir.is_offline()
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

    /// Appends a client's batches, which stand one behind the other in `batches` and have been
    /// validated, on the calling thread.
    ///
    /// # Errors
    /// What the producer is told. Nothing was appended then.
    pub fn append(
        self: &Arc<Self>,
        now: Now,
        batches: &[u8],
        acks: Acks,
    ) -> Result<Appended, AppendError> {
        self.append_from(now, batches, acks, Origin::Client)
    }

    /// As [`Self::append`], for batches of another origin.
    ///
    /// # Errors
    /// As [`Self::append`].
    pub fn append_from(
        self: &Arc<Self>,
        now: Now,
        batches: &[u8],
        acks: Acks,
        origin: Origin,
    ) -> Result<Appended, AppendError> {
        self.append_unless_marked(now, batches, acks, origin, None)
    }

    /// As [`Self::append_from`], unless a transaction marker was written since there were `markers` of
    /// them (see [`Self::open_transaction`]).
    ///
    /// # Errors
    /// As [`Self::append`]; [`ErrorCode::ConcurrentTransactions`] if one was.
    pub(crate) fn append_unless_marked(
        self: &Arc<Self>,
        now: Now,
        batches: &[u8],
        acks: Acks,
        origin: Origin,
        markers: Option<u64>,
    ) -> Result<Appended, AppendError> {
        let (appended, moved, rolled, flush_due) = self
            .with_log(|log, replica| {
                if markers.is_some_and(|seen| seen != self.markers.load(Ordering::Relaxed)) {
                    return Err(refusal(ErrorCode::ConcurrentTransactions));
                }
                if origin == Origin::Coordinator {
                    self.markers.fetch_add(1, Ordering::Relaxed);
                }
                let needed = log.log().config().min_insync_replicas;
                replica.check_append(acks, needed).map_err(refusal)?;
                let role = AppendAs::Leader { epoch: replica.leader_epoch(), origin };
                let done =
                    log.append(batches, role, now.wall).map_err(|failure| match failure {
                        AppendFailure::Refused(error) => {
                            AppendError { code: error.code(), message: error.to_string() }
                        }
                        AppendFailure::Storage(error) => {
                            refusal(self.write_failed("append", log.is_broken(), &error))
                        }
                    })?;
                let moved = replica.log_end_moved(log.log().vouched_offset());
                let high_watermark = replica.high_watermark();
                if moved {
                    log.high_watermark_moved(high_watermark);
                }
                let appended = Appended {
                    first_offset: done.first_offset,
                    last_offset: done.last_offset,
                    append_time: done.append_time,
                    log_start_offset: log.log().log_start_offset(),
                    high_watermark,
                    duplicate: done.duplicate,
                    sync_first: log.log().syncs_first(done.last_offset),
                };
                Ok((appended, moved, log.wants_flush_after_roll(), log.log().flush_due()))
            })
            .map_err(refusal)??;
        if moved {
            self.watchers.wake();
        }
        if appended.sync_first {
            self.sync_soon(Covers::Records);
        }
        if rolled {
            self.sync_soon(Covers::Everything);
        }
        if let Some(due) = flush_due {
            self.wake_to_flush(due, now);
        }
        Ok(appended)
    }

    /// Finds what a reader may have from `offset` on: at most `bytes_max` bytes, but the first batch
    /// whole if `one_at_least`.
    ///
    /// # Errors
    /// [`ErrorCode::OffsetOutOfRange`], [`ErrorCode::KafkaStorageError`],
    /// [`ErrorCode::CorruptMessage`].
    pub fn read(
        &self,
        offset: Offset,
        bytes_max: u64,
        one_at_least: bool,
        limit: ReadLimit,
    ) -> Result<ReadSlice, ErrorCode> {
        self.with_log(|log, replica| {
            let high_watermark = replica.high_watermark();
            let end_offset = end_offset(log, replica, limit);
            let request = ReadRequest { offset, bytes_max, min_one: one_at_least, end_offset };
            let slice = log.read(request).map_err(|error| self.read_failed(&error))?;
            let aborted = match limit {
                ReadLimit::LastStable => {
                    let found = log.log().aborted_transactions(offset, &slice.plan, &*log.bytes());
                    found.map_err(|error| self.read_failed(&error))?
                }
                ReadLimit::HighWatermark | ReadLimit::LogEnd => Vec::new(),
            };
            Ok(ReadSlice {
                aborted: aborted.iter().map(|txn| (txn.producer_id, txn.first_offset)).collect(),
                file: slice.file,
                position: slice.position,
                len: slice.len,
                high_watermark,
                last_stable_offset: log.log().last_stable_offset(high_watermark),
                log_start_offset: log.log().log_start_offset(),
            })
        })?
    }

    /// First offset that is hidden from a reader; 0 while the log cannot be used.
    pub fn end_offset(&self, limit: ReadLimit) -> Offset {
        self.ask(
            |log, replica| end_offset(log, replica, limit),
            |known, replica| match limit {
                ReadLimit::HighWatermark => replica.high_watermark(),
                ReadLimit::LastStable => known.last_stable_offset.min(replica.high_watermark()),
                ReadLimit::LogEnd => known.log_end_offset,
            },
        )
    }

    /// First offset that may be read; 0 while the log cannot be used.
    pub fn log_start_offset(&self) -> Offset {
        self.ask(|log, _| log.log().log_start_offset(), |known, _| known.log_start_offset)
    }

    /// Offset the next record gets; 0 while the log cannot be used.
    pub fn log_end_offset(&self) -> Offset {
        self.ask(|log, _| log.log().log_end_offset(), |known, _| known.log_end_offset)
    }

    /// Everything before is on all replicas in sync; 0 while the log cannot be used.
    pub fn high_watermark(&self) -> Offset {
        self.ask(|_, replica| replica.high_watermark(), |_, replica| replica.high_watermark())
    }

    /// Bytes of its segments; 0 while the log cannot be used.
    pub fn size_bytes(&self) -> u64 {
        self.ask(|log, _| log.log().size(), |known, _| known.size)
    }

    /// Number of its segments; 0 while the log cannot be used.
    pub fn segment_count(&self) -> usize {
        self.ask(|log, _| log.log().segments().len(), |known, _| known.segments as usize)
    }

    /// The epoch of the record at the log start; -1 if that is not known.
    pub fn start_leader_epoch(&self) -> LeaderEpoch {
        let of_log = |log: &LogFiles| {
            log.log().leader_epochs().epoch_for(log.log().log_start_offset()).unwrap_or(-1)
        };
        let asked = self.try_ask(|log, _| of_log(log), |known, _| known.start_leader_epoch);
        asked.unwrap_or(-1)
    }

    /// The leader epoch that the record at `offset` was appended in; -1 if that is not known.
    pub fn leader_epoch_at(&self, offset: Offset) -> LeaderEpoch {
        let epoch = self.with_log(|log, _| log.log().leader_epochs().epoch_for(offset));
        epoch.ok().flatten().unwrap_or(-1)
    }

    /// The newest epoch at or below `epoch` that is known, and where it ended.
    pub fn end_offset_for_leader_epoch(&self, epoch: LeaderEpoch) -> Option<EpochEnd> {
        let (leader_epoch, end_offset) =
            self.with_log(|log, _| log.log().offset_for_leader_epoch(epoch)).ok()?;
        (end_offset >= 0).then_some(EpochEnd { leader_epoch, end_offset })
    }

    /// The first record with this timestamp or a later one. May wait for the device.
    ///
    /// # Errors
    /// [`ErrorCode::KafkaStorageError`], [`ErrorCode::CorruptMessage`].
    pub fn offset_for_timestamp(
        &self,
        timestamp: i64,
    ) -> Result<Option<FoundTimestamp>, ErrorCode> {
        self.find(TimestampTarget::AtLeast(timestamp))
    }

    /// The first record with the largest timestamp. May wait for the device.
    ///
    /// # Errors
    /// [`ErrorCode::KafkaStorageError`], [`ErrorCode::CorruptMessage`].
    pub fn offset_of_max_timestamp(&self) -> Result<Option<FoundTimestamp>, ErrorCode> {
        self.find(TimestampTarget::Largest)
    }

    fn find(&self, target: TimestampTarget) -> Result<Option<FoundTimestamp>, ErrorCode> {
        let _no_removal = self.removing.read().unwrap_or_else(PoisonError::into_inner);
        // Off the lock: indexes and batches may be cold, and appends go on.
        let (log, bytes) = self.with_log(|log, _| (log.log().segments_alone(), log.bytes()))?;
        let found = log.find_timestamp(target, UNPACK_BYTES_MAX, &*bytes);
        found.map_err(|error| self.read_failed(&error))
    }

    /// Whether the producer has a transaction open here, in this epoch; and how many markers have been
    /// written, for [`Self::append_unless_marked`].
    pub(crate) fn open_transaction(&self, producer_id: ProducerId, epoch: i16) -> (bool, u64) {
        self.with_log(|log, _| {
            let entry = log.log().producers().get(producer_id);
            let is_open = entry.is_some_and(|entry| {
                entry.producer_epoch == epoch && entry.current_txn_first_offset.is_some()
            });
            (is_open, self.markers.load(Ordering::Relaxed))
        })
        .unwrap_or_default()
    }

    /// Notes that a producer asks to begin a transaction here with this batch.
    pub(crate) fn ask_to_begin(&self, header: &BatchHeader) {
        let (id, epoch) = (header.producer_id, header.producer_epoch);
        self.first_batches().ask(id, epoch, header.base_sequence);
    }

    /// Whether a transaction may begin here with this batch: the producer has not asked with an earlier
    /// one, and one that the partition adds to its transaction itself (`adds`) begins at 0 where nothing
    /// is known of it.
    ///
    /// # Errors
    /// [`ErrorCode::OutOfOrderSequenceNumber`].
    pub(crate) fn check_beginning(
        &self,
        header: &BatchHeader,
        adds: bool,
    ) -> Result<(), ErrorCode> {
        let (id, epoch, sequence) =
            (header.producer_id, header.producer_epoch, header.base_sequence);
        let is_known = self.with_log(|log, _| {
            log.log().producers().get(id).is_some_and(|known| known.batches().next().is_some())
        })?;
        if (adds && !is_known && sequence != 0) || self.first_batches().is_late(id, epoch, sequence)
        {
            return Err(ErrorCode::OutOfOrderSequenceNumber);
        }
        Ok(())
    }

    /// Something of this producer was appended, and is what its next batch is judged by.
    pub(crate) fn has_begun(&self, producer_id: ProducerId) {
        self.first_batches().forget(producer_id);
    }

    fn first_batches(&self) -> MutexGuard<'_, FirstBatches> {
        self.first_batches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The producers it knows.
    pub fn producers(&self) -> Vec<ActiveProducer> {
        self.with_log(|log, _| log.log().producers().iter().map(active_producer).collect())
            .unwrap_or_default()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn check_dir(&self) -> Result<(), ErrorCode> {
        if self.is_removed.load(Ordering::Relaxed) {
            return Err(ErrorCode::UnknownTopicOrPartition);
        }
        if self.dir.is_offline() {
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
            self.dir.note_touched(self.name.clone());
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
    fn try_ask<T>(
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
        self.dir.fail();
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
            LogError::OffsetOutOfRange { .. } => {}
            LogError::Corrupt(why) => {
                error!(partition = %self.name, %why, "log is damaged");
            }
            LogError::Source(error) => {
                error!(partition = %self.name, %error, "log dir failed");
                self.dir.fail();
            }
        }
        error.code()
    }
}

/// What one batch may unpack to while a record is looked for by its time: the default of
/// `max.decompressed.message.bytes` is 2 GiB; what was appended has been within its bound.
const UNPACK_BYTES_MAX: usize = 2_147_483_639;

fn end_offset(log: &LogFiles, replica: &Replica, limit: ReadLimit) -> Offset {
    match limit {
        ReadLimit::HighWatermark => replica.high_watermark(),
        ReadLimit::LastStable => log.log().last_stable_offset(replica.high_watermark()),
        ReadLimit::LogEnd => log.log().log_end_offset(),
    }
}

fn refusal(code: ErrorCode) -> AppendError {
    let message = match code {
        ErrorCode::NotEnoughReplicas => "fewer replicas are in sync than min.insync.replicas asks",
        ErrorCode::NotLeaderOrFollower => "this node does not lead the partition",
        _ => "the log dir cannot be used",
    };
    AppendError { code, message: message.into() }
}

fn active_producer(
    (producer_id, entry): (ProducerId, &ottla_log::ProducerEntry),
) -> ActiveProducer {
    ActiveProducer {
        producer_id,
        producer_epoch: entry.producer_epoch,
        last_sequence: entry.last_sequence(),
        last_timestamp: entry.last_timestamp,
        coordinator_epoch: entry.coordinator_epoch,
        current_txn_start_offset: entry.current_txn_first_offset.unwrap_or(-1),
    }
}
