//! The log dirs of a node and the partitions in them.
//!
//! ```text
//! mod.rs           Storage: open, find                  settings.rs       what it is told
//! identity.rs      lock, format and check log dirs      dirs.rs           LogDir: content, checkpoints
//! finding.rs       what partitions there are            manifest.rs       told by one file
//! creation.rs      partitions are made and removed      moving.rs         … move to another log dir
//! background.rs    what is done on time                 closing.rs        a clean stop
//! cleaner/         compaction                           open_files.rs     how many files are open
//! space.rs         Volume: free bytes, the reserve      watch.rs          disks that are full
//! checkpoints.rs   offsets per log dir                  scrub.rs          looking for damage
//! damage.rs        damaged batches that are known       answers.rs        what a Partition answers
//! twins.rs         a partition in two log dirs      stalls.rs         disk calls that do not return
//!
//! partition.rs     Partition: its parts, who leads      opening.rs        on first use
//! appending.rs     batches in                           reading.rs        records and ends out
//! syncing.rs       group commit, flush.ms               upkeep.rs         flush, retention, close
//! load.rs          a dir's files → a log                log_files.rs      a log and its files
//! segment_files.rs files by position                    fresh.rs           recovery points follow
//!                                                       producers.rs      the bound on producer state
//! ```

mod answers;
mod appending;
mod background;
mod cached;
mod checkpoints;
mod cleaner;
mod closing;
mod creation;
pub mod damage;
mod dirs;
mod finding;
mod first_batches;
mod fresh;
mod identity;
mod load;
pub mod log_files;
mod manifest;
mod moving;
mod open_files;
mod opening;
mod partition;
mod placed;
mod producers;
mod reading;
mod rewriting;
mod scrub;
mod scrub_txns;
mod segment_files;
mod settings;
pub mod space;
mod stalls;
mod syncing;
#[cfg(test)]
mod tests;
mod twins;
mod upkeep;
mod watch;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ottla_base::Uuid;
use ottla_io::{Disk, Io, Lookout, Task};
use ottla_log::LogConfig;
use ottla_log::files::clean_shutdown;
use ottla_model::{ErrorCode, METADATA_TOPIC, Offset, TopicPartition};
use tokio::sync::{Notify, watch as watch_channel};

pub use answers::{ActiveProducer, AppendError, Appended, EpochEnd, ReadLimit, ReadSlice};
pub use cached::Uncached;
pub use cleaner::{CleanerSettings, CleanerStatus};
pub use creation::NewPartition;
pub use damage::{Damage, FoundBy};
pub use dirs::{LogDir, LogDirState};
pub(crate) use identity::create_dir_durably;
pub use log_files::{AppendFailure, Flush, LogFiles, OpenLog, OpenReport};
pub use moving::FutureReplica;
pub use ottla_log::{FoundTimestamp, LogSummary};
pub use ottla_replica::{Acks, Leadership, Role};
pub use partition::Partition;
pub use reading::Asked;
pub use scrub::{ScrubProgress, ScrubSettings};
pub use settings::StorageSettings;
pub use space::Reserve;

use damage::Damages;
use moving::Moves;
use open_files::OpenFiles;
use producers::ProducerTotal;

/// The log dirs of a node. Work on a schedule (retention, checkpoints, flushes) goes on beside it
/// until [`Storage::close_cleanly`].
#[derive(Debug)]
pub struct Storage {
    shared: Arc<Shared>,
    background: Mutex<Option<Task>>,
    watching: Mutex<Option<Task>>,
    cleaning: Mutex<Option<Task>>,
    recovering: Mutex<Option<Task>>,
    /// Closes files that have to make room.
    closing: Task,
    /// What a stop ends at once: the scrubber, the bound on producers, background flushes.
    unhurried: [Task; 3],
    _stalls: Lookout,
}

#[derive(Debug)]
struct Shared {
    io: Io,
    disk: Disk,
    settings: StorageSettings,
    cluster_id: String,
    dirs: Vec<Arc<LogDir>>,
    open_files: Arc<OpenFiles>,
    producers: Arc<ProducerTotal>,
    behind: Mutex<fresh::Behind>,
    partitions: Mutex<BTreeMap<TopicPartition, Arc<Partition>>>,
    /// Those that wait for the metadata to tell whether they or others of their names are used.
    twins: Mutex<Vec<Arc<Partition>>>,
    /// Held while a partition is made or taken away, and while checkpoints are gathered and written,
    /// so that they tell nothing of a partition that another has replaced. Taken before
    /// `partitions`, which every request needs and which therefore never waits for the device.
    changing: Mutex<()>,
    /// Asks the work on a schedule to end, between two steps.
    stop: Notify,
    cleaner: cleaner::Cleaner,
    /// Set before the logs are closed: no other is recovered any more.
    stopping: AtomicBool,
    broker_epoch: AtomicI64,
    /// `log.segment.delete.delay.ms`.
    delete_delay_ms: AtomicI64,
    stall_limit: Arc<stalls::StallLimit>,
    /// Why the node cannot go on, once it cannot.
    failed: watch_channel::Sender<Option<String>>,
    damages: Arc<Damages>,
    moves: Moves,
    placed: placed::Placed,
    scrub: scrub::Scrub,
}

impl Storage {
    /// Locks the log dirs, sees that they belong to this node, formats those that are new, and finds
    /// the partitions in them. No log is opened: see [`Self::recover`].
    ///
    /// # Errors
    /// One sentence: another process has a dir, a dir belongs to another node or cluster, or what
    /// the device said.
    pub async fn open(io: &Io, settings: StorageSettings) -> io::Result<Self> {
        let (now, seed) = (io.now().wall, io.random_u64());
        let new_ids: Vec<Uuid> = (0..=settings.log_dirs.len()).map(|_| io.random_uuid()).collect();
        let (disk, asked) = (io.disk(), settings.clone());
        let of_node = identity::OfNode {
            reserve: settings.reserve,
            damages: Arc::default(),
            open_files: OpenFiles::new(settings.open_files_within(io)),
            producers: ProducerTotal::new(settings.producer_bytes_max),
        };
        let (damages, open_files) = (Arc::clone(&of_node.damages), Arc::clone(&of_node.open_files));
        let producers = Arc::clone(&of_node.producers);
        let (cluster_id, dirs) = io
            .blocking(move || identity::open_dirs(&disk, &asked, now, seed, &new_ids, &of_node))
            .await?;
        let stall_limit = Arc::new(stalls::StallLimit::new(settings.stall_limit_ms));
        // Before anything of the dirs is read.
        let stalls = stalls::watch(io, &stall_limit, &dirs);
        let delete_delay_ms = settings.log.file_delete_delay_ms;
        let shared = Arc::new(Shared {
            io: io.clone(),
            disk: io.disk(),
            settings,
            cluster_id,
            dirs,
            open_files,
            producers,
            behind: Mutex::default(),
            partitions: Mutex::default(),
            twins: Mutex::default(),
            changing: Mutex::default(),
            stop: Notify::new(),
            cleaner: cleaner::Cleaner::default(),
            stopping: AtomicBool::new(false),
            delete_delay_ms: AtomicI64::new(delete_delay_ms),
            stall_limit,
            broker_epoch: AtomicI64::new(clean_shutdown::NO_BROKER_EPOCH),
            failed: watch_channel::Sender::new(None),
            damages,
            moves: Moves::default(),
            placed: placed::Placed::default(),
            scrub: scrub::Scrub::default(),
        });
        let measuring = Arc::clone(&shared);
        io.blocking(move || watch::measure(&measuring)).await;
        let (doomed, futures) = shared.find_partitions().await?;
        shared.resume_moves(futures);
        Ok(Self::beginning(io, shared, doomed, stalls))
    }

    /// Begins the work beside it.
    fn beginning(io: &Io, shared: Arc<Shared>, doomed: Vec<PathBuf>, stalls: Lookout) -> Self {
        let closing = Arc::clone(&shared.open_files);
        let closing = io.spawn("close files", background::close_retired(io.clone(), closing));
        let upkeep = background::run(Arc::clone(&shared), doomed);
        let task = io.spawn("storage", upkeep);
        let watching = io.spawn("disk watch", watch::run(io.clone(), Arc::downgrade(&shared)));
        let cleaning = io.spawn("cleaner", cleaner::run(Arc::clone(&shared)));
        let unhurried = [
            io.spawn("scrub", scrub::run(Arc::clone(&shared))),
            io.spawn("forget producers", producers::run(Arc::clone(&shared))),
            io.spawn("flush in the background", fresh::run(Arc::clone(&shared))),
        ];
        let [background, watching, cleaning] =
            [task, watching, cleaning].map(|task| Mutex::new(Some(task)));
        let recovering = Mutex::default();
        Self {
            shared,
            background,
            recovering,
            cleaning,
            closing,
            watching,
            unhurried,
            _stalls: stalls,
        }
    }

    /// Begins to recover the logs of dirs that were not stopped cleanly, beside everything else.
    /// Settings and topic ids should be known by now: recovery goes by them.
    pub fn recover(&self) {
        let recovering = background::recover(Arc::clone(&self.shared));
        *held(&self.recovering) = Some(self.shared.io.spawn("recovery", recovering));
    }

    /// Returns when what [`Self::recover`] began has ended.
    pub async fn recovered(&self) {
        let task = held(&self.recovering).take();
        if let Some(task) = task {
            let _ = task.join().await;
        }
    }

    /// The id of the cluster its log dirs belong to.
    pub fn cluster_id(&self) -> &str {
        &self.shared.cluster_id
    }

    /// Its log dirs.
    pub fn dirs(&self) -> &[Arc<LogDir>] {
        &self.shared.dirs
    }

    /// Whether a log dir has failed: a partition that is not found may be in it.
    pub fn has_failed_dirs(&self) -> bool {
        self.shared.dirs.iter().any(|dir| dir.is_offline())
    }

    /// The dir that the metadata log is in.
    pub fn metadata_dir(&self) -> PathBuf {
        self.shared.metadata_dir()
    }

    /// Told why, once too many log dirs have failed for the node to go on: the one that holds the
    /// metadata log, or all.
    pub fn failure(&self) -> watch_channel::Receiver<Option<String>> {
        self.shared.failed.subscribe()
    }

    /// Whether the dir that the metadata log is in was stopped cleanly.
    pub fn metadata_dir_was_clean(&self) -> bool {
        let dir = self.metadata_dir();
        self.shared.dirs.iter().any(|d| d.was_clean() && dir.parent() == Some(d.path()))
    }

    /// The broker epoch of the last clean stop of all log dirs; -1 if there is none (KIP-966).
    pub fn previous_broker_epoch(&self) -> i64 {
        let epochs = self.shared.dirs.iter().map(|dir| dir.previous_broker_epoch());
        epochs.reduce(|a, b| if a == b { a } else { -1 }).unwrap_or(-1)
    }

    /// Replaces `log.segment.delete.delay.ms`, in milliseconds, for the dirs of partitions that are
    /// deleted from now on.
    pub fn set_delete_delay_ms(&self, delay_ms: i64) {
        self.shared.delete_delay_ms.store(delay_ms, Ordering::Relaxed);
    }

    /// Replaces `ottla.log.dir.stall.ms`; 0 for not to look.
    pub fn set_stall_limit_ms(&self, limit_ms: i64) {
        self.shared.stall_limit.set(limit_ms);
    }

    /// Notes the epoch the controller gave this node, for the clean stop to write down.
    pub fn set_broker_epoch(&self, broker_epoch: i64) {
        self.shared.broker_epoch.store(broker_epoch, Ordering::Relaxed);
    }

    /// How many logs have been recovered since the start, and how many had to be.
    pub fn recovery_progress(&self) -> (usize, usize) {
        self.shared.recovery_progress()
    }

    /// How many logs are open.
    pub fn open_log_count(&self) -> usize {
        self.shared.lock().values().filter(|partition| partition.is_open()).count()
    }

    /// Replaces the settings of the cleaner.
    pub fn set_cleaner(&self, settings: CleanerSettings) {
        self.shared.cleaner.set(settings);
    }

    /// What is told of the cleaner.
    pub fn cleaner_status(&self) -> CleanerStatus {
        self.shared.cleaner.status(self.shared.io.now().mono)
    }

    /// One of its partitions.
    pub fn partition(&self, name: &TopicPartition) -> Option<Arc<Partition>> {
        self.shared.lock().get(name).cloned()
    }

    /// All its partitions, by name.
    pub fn partitions(&self) -> Vec<Arc<Partition>> {
        self.shared.lock().values().cloned().collect()
    }

    /// How many segment files may be open.
    pub fn open_files_max(&self) -> usize {
        self.shared.open_files.max()
    }

    /// How many segment files are open.
    pub fn open_file_count(&self) -> usize {
        self.shared.open_files.count()
    }

    /// How many producers the open logs know. One counts once in each log.
    pub fn producer_count(&self) -> u64 {
        self.shared.producers.count()
    }

    /// The memory they take, in bytes.
    pub fn producer_bytes(&self) -> u64 {
        self.shared.producers.bytes()
    }

    /// How many partitions there are.
    pub fn partition_count(&self) -> usize {
        self.shared.lock().len()
    }

    /// How often partitions have been synced since the start.
    pub fn sync_count(&self) -> u64 {
        self.shared.dirs.iter().map(|dir| dir.sync_count()).sum()
    }

    /// How many partitions are in log dirs that failed, or have logs that cannot be opened.
    pub fn offline_partition_count(&self) -> usize {
        let is_offline = |one: &&Arc<Partition>| one.is_offline() || one.refused().is_some();
        self.shared.lock().values().filter(is_offline).count()
    }

    /// Damaged batches that are known and still on disk, by partition, file and position.
    pub fn damages(&self) -> Vec<Damage> {
        self.shared.damages.all()
    }

    /// How many damaged batches are known.
    pub fn damage_count(&self) -> usize {
        self.shared.damages.count()
    }

    /// Looks at the batch at `position` of a segment, which somebody found damaged, and remembers how
    /// far the damage goes; true, and one line in the log, if that was not known. Waits for the
    /// device.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownTopicOrPartition`], [`ErrorCode::KafkaStorageError`].
    pub fn note_damage(
        &self,
        partition: &TopicPartition,
        base_offset: Offset,
        position: u64,
        reason: &str,
        found_by: FoundBy,
    ) -> Result<bool, ErrorCode> {
        let found = self.partition(partition).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        found.note_damage(base_offset, position, reason, found_by)
    }

    /// How far the search for damage is.
    pub fn scrub_progress(&self) -> ScrubProgress {
        self.shared.scrub.progress()
    }

    /// What DescribeLogDirs tells. Asks the device.
    pub fn log_dirs(&self) -> Vec<LogDirState> {
        self.shared.dirs.iter().map(|dir| dir.state()).collect()
    }
}

fn held(task: &Mutex<Option<Task>>) -> MutexGuard<'_, Option<Task>> {
    task.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where a partition is, and what is known of its log.
struct At {
    name: TopicPartition,
    topic_id: Uuid,
    path: PathBuf,
    known: Option<LogSummary>,
}

impl Shared {
    fn metadata_dir(&self) -> PathBuf {
        let dir = self.settings.metadata_log_dir.as_ref().or(self.settings.log_dirs.first());
        dir.cloned().unwrap_or_default().join(format!("{METADATA_TOPIC}-0"))
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<TopicPartition, Arc<Partition>>> {
        self.partitions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn behind(&self) -> MutexGuard<'_, fresh::Behind> {
        self.behind.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn twins(&self) -> MutexGuard<'_, Vec<Arc<Partition>>> {
        self.twins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of them, also those that wait for the metadata to tell whether they are used.
    fn partitions_in(&self, dir: &LogDir) -> Vec<Arc<Partition>> {
        let is_inside = |p: &&Arc<Partition>| *p.log_dir() == *dir.name();
        let mut inside: Vec<_> = self.lock().values().filter(is_inside).cloned().collect();
        inside.extend(self.twins().iter().filter(is_inside).cloned());
        inside
    }

    fn recovery_progress(&self) -> (usize, usize) {
        let of_dirs = self.dirs.iter().map(|dir| dir.recovery.progress());
        of_dirs.fold((0, 0), |sum, of_dir| (sum.0 + of_dir.0, sum.1 + of_dir.1))
    }

    fn partition_at(&self, dir: &Arc<LogDir>, at: At, config: Arc<LogConfig>) -> Partition {
        let At { name, topic_id, path, known } = at;
        let node_id = self.settings.node_id;
        let found = partition::Found { name, topic_id, path, node_id, config, known };
        Partition::new(&self.io, dir, found)
    }

    /// Those of these partitions that there are.
    fn found(&self, names: &[TopicPartition]) -> Vec<Arc<Partition>> {
        let partitions = self.lock();
        names.iter().filter_map(|name| partitions.get(name).cloned()).collect()
    }
}
