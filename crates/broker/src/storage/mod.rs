//! The log dirs of a node and the partitions in them.
//!
//! ```text
//! mod.rs            Storage: open, find, close                  load.rs           a dir's files → a log
//! dirs.rs           LogDir: lock, identity                      log_files.rs      a log and its files
//! partition.rs      Partition: append, read, lead               segment_files.rs  files by position
//! upkeep.rs         Partition: flush, retention, close          background.rs     what is done on time
//! syncing.rs        Partition: group commit, flush.ms           opening.rs        Partition: on first use
//! checkpoints.rs    offsets per log dir
//! finding.rs        what partitions there are                   manifest.rs       told by one file
//! open_files.rs     how many segment files are open             answers.rs        what a Partition answers
//! creation.rs       Storage: create and remove partitions
//! damage.rs         damaged batches that are known              scrub.rs          looking for them
//! ```

mod answers;
mod background;
mod checkpoints;
mod cleaner;
mod creation;
pub mod damage;
mod dirs;
mod finding;
mod first_batches;
mod load;
pub mod log_files;
mod manifest;
mod open_files;
mod opening;
mod partition;
mod scrub;
mod segment_files;
mod syncing;
#[cfg(test)]
mod tests;
mod upkeep;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ottla_base::Uuid;
use ottla_io::{Disk, Io, Task};
use ottla_log::LogConfig;
use ottla_log::files::clean_shutdown;
use ottla_model::{METADATA_TOPIC, TopicPartition};
use tokio::sync::Notify;
use tracing::{error, info, warn};

pub use answers::{ActiveProducer, AppendError, Appended, EpochEnd, ReadLimit, ReadSlice};
pub use cleaner::{CleanerSettings, CleanerStatus};
pub use creation::NewPartition;
pub use damage::{Damage, FoundBy};
pub use dirs::LogDir;
pub use log_files::{AppendFailure, Flush, LogFiles, OpenLog, OpenReport};
pub use ottla_log::{FoundTimestamp, LogSummary};
pub use ottla_replica::{Acks, Leadership, Role};
pub use partition::Partition;
pub use scrub::{ScrubProgress, ScrubSettings};

use damage::Damages;
use dirs::{Identity, Locked};
use open_files::OpenFiles;

/// Threads that close partitions at a stop.
const CLOSING_AT_ONCE: usize = 8;

/// Where a node keeps its logs, and how.
#[derive(Debug, Clone)]
pub struct StorageSettings {
    /// `log.dirs`.
    pub log_dirs: Vec<PathBuf>,
    /// `metadata.log.dir`; `None` for the first log dir.
    pub metadata_log_dir: Option<PathBuf>,
    /// `node.id`.
    pub node_id: i32,
    /// The cluster that new log dirs are formatted for; `None` for the one that others name, or
    /// else a new one.
    pub cluster_id: Option<String>,
    /// Settings of logs whose topic's settings are not known yet.
    pub log: LogConfig,
    /// `ottla.log.open.files.max`; `None` leaves it to the limit of the process.
    pub open_files_max: Option<usize>,
    /// `num.recovery.threads.per.data.dir`.
    pub recovery_threads_per_dir: usize,
    /// `log.retention.check.interval.ms`.
    pub retention_check_interval: Duration,
    /// `log.flush.offset.checkpoint.interval.ms`: recovery points and log starts.
    pub checkpoint_interval: Duration,
    /// `replica.high.watermark.checkpoint.interval.ms`; also how often `flush.ms` is looked at.
    pub high_watermark_checkpoint_interval: Duration,
    /// How much is read in search of damage.
    pub scrub: ScrubSettings,
}

impl StorageSettings {
    /// Kafka's defaults, for node `node_id` with these log dirs.
    pub fn new(node_id: i32, log_dirs: Vec<PathBuf>) -> Self {
        Self {
            log_dirs,
            metadata_log_dir: None,
            node_id,
            cluster_id: None,
            log: LogConfig::default(),
            open_files_max: None,
            recovery_threads_per_dir: 2,
            retention_check_interval: Duration::from_secs(300),
            checkpoint_interval: Duration::from_secs(60),
            high_watermark_checkpoint_interval: Duration::from_secs(5),
            scrub: ScrubSettings::default(),
        }
    }
}

/// What DescribeLogDirs tells of a log dir.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogDirState {
    /// Its path, as it is configured.
    pub path: String,
    /// Its id.
    pub directory_id: Uuid,
    /// Whether it has failed.
    pub is_offline: bool,
    /// Bytes of its volume.
    pub total_bytes: Option<u64>,
    /// Bytes that can still be written to its volume.
    pub usable_bytes: Option<u64>,
}

/// The log dirs of a node. Work on a schedule (retention, checkpoints, flushes) goes on beside it
/// until [`Storage::close_cleanly`].
#[derive(Debug)]
pub struct Storage {
    shared: Arc<Shared>,
    background: Mutex<Option<Task>>,
    cleaning: Mutex<Option<Task>>,
    recovering: Mutex<Option<Task>>,
    /// Closes files that have to make room.
    closing: Task,
    scrubber: Task,
}

#[derive(Debug)]
struct Shared {
    io: Io,
    disk: Disk,
    settings: StorageSettings,
    cluster_id: String,
    dirs: Vec<Arc<LogDir>>,
    open_files: Arc<OpenFiles>,
    partitions: Mutex<BTreeMap<TopicPartition, Arc<Partition>>>,
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
    damages: Arc<Damages>,
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
        let open_files = OpenFiles::new(open_files_max(io, &settings));
        let all = Arc::clone(&open_files);
        let (cluster_id, dirs) =
            io.blocking(move || open_dirs(&disk, &asked, now, seed, &new_ids, &all)).await?;
        let delete_delay_ms = settings.log.file_delete_delay_ms;
        let shared = Arc::new(Shared {
            io: io.clone(),
            disk: io.disk(),
            settings,
            cluster_id,
            dirs,
            open_files,
            partitions: Mutex::default(),
            changing: Mutex::default(),
            stop: Notify::new(),
            cleaner: cleaner::Cleaner::default(),
            stopping: AtomicBool::new(false),
            delete_delay_ms: AtomicI64::new(delete_delay_ms),
            broker_epoch: AtomicI64::new(clean_shutdown::NO_BROKER_EPOCH),
            damages: Arc::default(),
            scrub: scrub::Scrub::default(),
        });
        let doomed = shared.find_partitions().await?;
        let closing = Arc::clone(&shared.open_files);
        let closing = io.spawn("close files", background::close_retired(io.clone(), closing));
        let upkeep = background::run(Arc::clone(&shared), doomed);
        let task = io.spawn("storage", upkeep);
        let cleaning = io.spawn("cleaner", cleaner::run(Arc::clone(&shared)));
        let cleaning = Mutex::new(Some(cleaning));
        let scrubber = io.spawn("scrub", scrub::run(Arc::clone(&shared)));
        let (background, recovering) = (Mutex::new(Some(task)), Mutex::default());
        Ok(Self { shared, background, recovering, cleaning, closing, scrubber })
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

    /// The dir that the metadata log is in.
    pub fn metadata_dir(&self) -> PathBuf {
        let settings = &self.shared.settings;
        let dir = settings.metadata_log_dir.as_ref().or(settings.log_dirs.first());
        dir.cloned().unwrap_or_default().join(format!("{METADATA_TOPIC}-0"))
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

    /// How many partitions there are.
    pub fn partition_count(&self) -> usize {
        self.shared.lock().len()
    }

    /// How often partitions have been synced since the start.
    pub fn sync_count(&self) -> u64 {
        self.shared.dirs.iter().map(|dir| dir.sync_count()).sum()
    }

    /// How many partitions are in log dirs that failed.
    pub fn offline_partition_count(&self) -> usize {
        if !self.shared.dirs.iter().any(|dir| dir.is_offline()) {
            return 0;
        }
        self.shared.lock().values().filter(|partition| partition.is_offline()).count()
    }

    /// Damaged batches that are known and still on disk, by partition, file and position.
    pub fn damages(&self) -> Vec<Damage> {
        self.shared.damages.all()
    }

    /// How many damaged batches are known.
    pub fn damage_count(&self) -> usize {
        self.shared.damages.count()
    }

    /// Remembers a damage that was found; true, and one line in the log, if it was not known.
    pub fn note_damage(&self, damage: Damage) -> bool {
        self.shared.note_damage(damage)
    }

    /// How far the search for damage is.
    pub fn scrub_progress(&self) -> ScrubProgress {
        self.shared.scrub.progress()
    }

    /// What DescribeLogDirs tells. Asks the device.
    pub fn log_dirs(&self) -> Vec<LogDirState> {
        let state = |dir: &Arc<LogDir>| {
            let (total_bytes, usable_bytes) = dir.volume_bytes();
            LogDirState {
                path: dir.name().to_owned(),
                directory_id: dir.id(),
                is_offline: dir.is_offline(),
                total_bytes,
                usable_bytes,
            }
        };
        self.shared.dirs.iter().map(state).collect()
    }

    /// Stops the work beside it, makes all logs complete and durable, writes the checkpoints, and
    /// marks the log dirs as cleanly stopped.
    ///
    /// # Errors
    /// What the device said; the dir it happened in is recovered at the next start, the others are
    /// marked.
    pub async fn close_cleanly(&self) -> io::Result<()> {
        self.shared.stopping.store(true, Ordering::Relaxed);
        self.scrubber.abort();
        self.shared.cleaner.stop();
        let task = held(&self.cleaning).take();
        if let Some(task) = task {
            let _ = task.join().await;
        }
        let task = held(&self.background).take();
        if let Some(task) = task {
            self.shared.stop.notify_one();
            let _ = task.join().await;
        }
        self.recovered().await;
        self.close_partitions().await;
        let shared = Arc::clone(&self.shared);
        let result = self.shared.io.flushing(move || shared.close()).await;
        if result.is_ok() {
            info!(partitions = self.partition_count(), "log dirs closed cleanly");
        }
        result
    }

    /// Closes the partitions, several at a time: the device takes many syncs together in little more
    /// time than one. What fails here fails again, and is told, when the log dirs are closed.
    async fn close_partitions(&self) {
        let partitions = self.partitions();
        let share = partitions.len().div_ceil(CLOSING_AT_ONCE).max(1);
        let closing: Vec<Task> = partitions
            .chunks(share)
            .map(|some| {
                let (io, some) = (self.shared.io.clone(), some.to_vec());
                self.shared.io.spawn("close partitions", async move {
                    io.flushing(move || some.iter().for_each(|one| drop(one.close()))).await;
                })
            })
            .collect();
        for task in closing {
            let _ = task.join().await;
        }
        for partition in partitions {
            partition.syncs_ended().await;
        }
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        self.shared.cleaner.stop();
        self.shared.stopping.store(true, Ordering::Relaxed);
        for task in [&self.background, &self.recovering] {
            if let Some(task) = held(task).take() {
                task.abort();
            }
        }
        self.scrubber.abort();
        self.closing.abort();
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
    fn lock(&self) -> MutexGuard<'_, BTreeMap<TopicPartition, Arc<Partition>>> {
        self.partitions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_damage(&self, damage: Damage) -> bool {
        let text = damage.to_string();
        let is_new = self.damages.note(damage);
        if is_new {
            error!("{text}");
        }
        is_new
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn partitions_in(&self, dir: &LogDir) -> Vec<Arc<Partition>> {
        self.lock().values().filter(|p| p.log_dir() == dir.name()).cloned().collect()
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

    fn close(&self) -> io::Result<()> {
        let mut failed = Ok(());
        for dir in &self.dirs {
            let inside = self.partitions_in(dir);
            let closed = inside.iter().try_for_each(|partition| partition.close());
            // What failed is recovered at the next start, also if no log was open to tell.
            if dir.is_offline() {
                continue;
            }
            let checkpointed = closed.and_then(|()| self.checkpoint_dir(dir));
            let unrecovered = inside.iter().filter(|one| one.is_unrecovered()).count();
            if unrecovered > 0 {
                warn!(
                    dir = dir.name(),
                    logs = unrecovered,
                    "logs are left for the next start to recover"
                );
                failed = failed.and(checkpointed);
                continue;
            }
            let broker_epoch = self.broker_epoch.load(Ordering::Relaxed);
            let told = inside.iter().map(|one| one.told()).collect();
            failed = failed.and(checkpointed.and_then(|()| dir.mark_clean(broker_epoch, told)));
        }
        failed
    }

    fn checkpoint_dir(&self, dir: &LogDir) -> io::Result<()> {
        let _changing = self.changing();
        let inside = self.partitions_in(dir);
        let told =
            inside.iter().filter_map(|p| Some((p.topic_partition().clone(), p.checkpointed()?)));
        dir.checkpoint(told.collect())
    }

    /// The same for partitions whose logs were used since the last time. What a round costs follows
    /// what changed, not how many partitions there are.
    fn checkpoint_touched(&self, dir: &LogDir) -> io::Result<()> {
        let _changing = self.changing();
        let touched = std::mem::take(&mut *dir.touched());
        let told = self.found(&touched).into_iter().filter_map(|partition| {
            // Before it is asked: who uses its log from now on notes it again.
            partition.is_touched.store(false, Ordering::Release);
            let is_inside = partition.log_dir() == dir.name();
            let told = partition.checkpointed().filter(|_| is_inside)?;
            Some((partition.topic_partition().clone(), told))
        });
        dir.checkpoint(told.collect())
    }

    /// Those of these partitions that there are.
    fn found(&self, names: &[TopicPartition]) -> Vec<Arc<Partition>> {
        let partitions = self.lock();
        names.iter().filter_map(|name| partitions.get(name).cloned()).collect()
    }
}

/// How many segment files may be open: as many as asked for, but always fewer than descriptors, of
/// which connections need some as well.
fn open_files_max(io: &Io, settings: &StorageSettings) -> usize {
    let descriptors = io.descriptors_max();
    let own = descriptors / 3 * 2;
    match settings.open_files_max {
        Some(asked) if asked > own => {
            warn!(
                asked,
                descriptors,
                open_files_max = own,
                "ottla.log.open.files.max leaves too few descriptors for connections"
            );
            own
        }
        asked => asked.unwrap_or(own),
    }
}

/// Locks and opens all log dirs; also returns the cluster they belong to.
fn open_dirs(
    disk: &Disk,
    settings: &StorageSettings,
    now: ottla_base::WallTime,
    seed: u64,
    new_ids: &[Uuid],
    open_files: &Arc<OpenFiles>,
) -> io::Result<(String, Vec<Arc<LogDir>>)> {
    let mut locked = Vec::new();
    for path in &settings.log_dirs {
        locked.push(Locked::take(disk, path)?);
    }
    let named = locked.iter().filter_map(|dir| dir.meta.as_ref()?.cluster_id.clone()).next();
    if named.is_none() {
        // Another cluster id would make another cluster of what is there.
        for dir in &locked {
            dir.check_new(disk)?;
        }
    }
    let cluster_id = settings.cluster_id.clone().or(named);
    let made_up = || new_ids.last().map(Uuid::to_string).unwrap_or_default();
    let cluster_id = cluster_id.unwrap_or_else(made_up);
    let identity = Identity { node_id: settings.node_id, cluster_id: cluster_id.clone() };
    // All of them before the first is opened, which takes the mark of a clean stop away.
    for dir in &locked {
        dir.check(&identity)?;
    }
    let mut dirs = Vec::new();
    for (dir, &id) in locked.into_iter().zip(new_ids) {
        if dir.meta.is_none() {
            info!(dir = %dir.path().display(), cluster_id, "log dir formatted");
        }
        dirs.push(Arc::new(dir.open(disk, &identity, now, id, seed, open_files)?));
    }
    Ok((cluster_id, dirs))
}
