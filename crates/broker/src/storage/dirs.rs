//! [`LogDir`]: one of `log.dirs`. What is in it, whether it was stopped cleanly, and when its
//! checkpoints are written.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ottla_base::{Uuid, WallTime};
use ottla_io::{DirLock, Disk};
use ottla_log::files::manifest::ManifestEntry;
use ottla_log::files::names::LogDirEntry;
use ottla_log::files::{clean_shutdown, offset_checkpoint};
use ottla_model::{METADATA_TOPIC, Offset, TopicPartition};
use tokio::sync::Semaphore;
use tracing::warn;

use super::checkpoints::{Checkpointed, Checkpoints};
use super::damage::DirDamages;
use super::identity::OfNode;
use super::manifest;
use super::open_files::OpenFiles;
use super::producers::ProducerTotal;
use super::space::Volume;
use super::stalls::StallCounts;

/// Syncs of partitions in one dir that run at a time. The file system makes one journal commit of
/// several; more would keep the quorum's syncs and those of other dirs waiting for a thread.
const SYNCS_AT_ONCE: usize = 4;
/// Logs that are opened at a time because a request wants them, beside those that are recovered in
/// the background.
const OPENED_AT_ONCE: usize = 4;

/// One log dir.
#[derive(Debug)]
pub struct LogDir {
    disk: Disk,
    path: PathBuf,
    name: Arc<str>,
    absolute_name: String,
    id: Uuid,
    _lock: Option<DirLock>,
    opened_at: WallTime,
    seed: u64,
    volume: Volume,
    stalls: Arc<StallCounts>,
    damages: DirDamages,
    /// `None` after an unclean stop; else the broker epoch it ended with, or -1.
    clean_epoch: Option<i64>,
    manifest: Mutex<Option<Vec<ManifestEntry>>>,
    offline: AtomicBool,
    /// A place for each log that is opened because a request wants it.
    pub(super) opening: Semaphore,
    pub(super) recovery: Recovery,
    open_files: Arc<OpenFiles>,
    producers: Arc<ProducerTotal>,
    /// Partitions whose logs were used since the checkpoints were last told of them.
    touched: Mutex<Vec<TopicPartition>>,
    /// What the checkpoints hold could not be written the last time.
    is_unwritten: AtomicBool,
    /// Bounds the syncs that run at a time.
    syncs: Semaphore,
    syncs_done: AtomicU64,
    checkpoints: Mutex<Checkpoints>,
    /// What the checkpoint files hold. Locked while they are written, so that what is older never
    /// replaces what is newer; `checkpoints` is free meanwhile, or opening a partition would wait
    /// for the device.
    written: Mutex<Checkpoints>,
}

/// What DescribeLogDirs tells of a log dir.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogDirState {
    /// Its path, as it is configured.
    pub path: String,
    /// Its path, made absolute the way Kafka does: clients know it by this one.
    pub absolute_path: String,
    /// Its id.
    pub directory_id: Uuid,
    /// Whether it has failed.
    pub is_offline: bool,
    /// Bytes of its volume.
    pub total_bytes: Option<u64>,
    /// Bytes that clients can still write to its volume: the reserve is left out.
    pub usable_bytes: Option<u64>,
    /// Calls that have been under way for longer than `ottla.log.dir.stall.ms`.
    pub stalled_calls: usize,
    /// The age of the oldest call under way, in milliseconds.
    pub longest_call_ms: u64,
}

/// How many logs of a dir have been recovered since the start, of how many that had to be.
#[derive(Debug, Default)]
pub(super) struct Recovery {
    ended: AtomicUsize,
    found: AtomicUsize,
}

impl Recovery {
    pub(super) fn found_one(&self) {
        self.found.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn ended_one(&self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }

    fn is_done(&self) -> bool {
        let (ended, found) = self.progress();
        ended == found
    }

    /// Ended, found.
    pub(super) fn progress(&self) -> (usize, usize) {
        (self.ended.load(Ordering::Relaxed), self.found.load(Ordering::Relaxed))
    }
}

/// The partition dirs in a log dir.
pub(super) struct DirContent {
    pub(super) partitions: Vec<(TopicPartition, PathBuf)>,
    /// Those that wait for removal.
    pub(super) doomed: Vec<PathBuf>,
    /// Those that a replica was moving into.
    pub(super) futures: Vec<(TopicPartition, PathBuf)>,
}

/// What a log dir is made from.
pub(super) struct Taken {
    pub(super) path: PathBuf,
    /// `None` of a dir that could not be opened.
    pub(super) lock: Option<DirLock>,
    pub(super) id: Uuid,
    pub(super) opened_at: WallTime,
    pub(super) seed: u64,
    pub(super) manifest: Option<Vec<ManifestEntry>>,
    pub(super) clean_epoch: Option<i64>,
    pub(super) checkpoints: Checkpoints,
}

impl LogDir {
    /// A dir that is locked and belongs to this node.
    ///
    /// # Errors
    /// What the device said.
    pub(super) fn new(disk: &Disk, taken: Taken, of_node: &OfNode) -> io::Result<Self> {
        let damages = DirDamages::read(disk, &taken.path, &of_node.damages)?;
        Ok(Self::with(disk, taken, of_node, damages))
    }

    /// A dir that could not be opened: it has failed before anything was found in it. Its id is zero
    /// if that could not be read.
    pub(super) fn failed(disk: &Disk, path: &Path, id: Uuid, of_node: &OfNode) -> Self {
        let taken = Taken {
            path: path.to_owned(),
            lock: None,
            id,
            opened_at: WallTime::default(),
            seed: 0,
            manifest: None,
            clean_epoch: None,
            checkpoints: Checkpoints::default(),
        };
        let damages = DirDamages::none(disk, path, &of_node.damages);
        let this = Self::with(disk, taken, of_node, damages);
        this.fail();
        this
    }

    fn with(disk: &Disk, taken: Taken, of_node: &OfNode, damages: DirDamages) -> Self {
        let Taken { path, lock, id, opened_at, seed, manifest, clean_epoch, checkpoints } = taken;
        Self {
            disk: disk.clone(),
            name: path.display().to_string().into(),
            absolute_name: disk.absolute(&path).display().to_string(),
            volume: Volume::new(disk, path.clone(), of_node.reserve),
            stalls: Arc::default(),
            damages,
            path,
            id,
            _lock: lock,
            opened_at,
            seed,
            clean_epoch,
            manifest: Mutex::new(manifest),
            offline: AtomicBool::new(false),
            opening: Semaphore::new(OPENED_AT_ONCE),
            recovery: Recovery::default(),
            open_files: Arc::clone(&of_node.open_files),
            producers: Arc::clone(&of_node.producers),
            touched: Mutex::default(),
            is_unwritten: AtomicBool::new(false),
            syncs: Semaphore::new(SYNCS_AT_ONCE),
            syncs_done: AtomicU64::new(0),
            written: Mutex::new(checkpoints.clone()),
            checkpoints: Mutex::new(checkpoints),
        }
    }

    /// Its path, as it is configured.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its path, made absolute the way Kafka does.
    pub(super) fn absolute_name(&self) -> &str {
        &self.absolute_name
    }

    /// Writes down what the checkpoints have to say of a partition that moves in.
    pub(super) fn checkpoint_moved(
        &self,
        name: &TopicPartition,
        [start, end, high_watermark]: [Offset; 3],
        cleaned: Option<Offset>,
    ) -> io::Result<()> {
        {
            let mut checkpoints = self.checkpoints();
            checkpoints.recovery_points.insert(name.clone(), end);
            checkpoints.log_starts.insert(name.clone(), start);
            checkpoints.high_watermarks.insert(name.clone(), high_watermark);
            checkpoints.cleaned.extend(cleaned.map(|cleaned| (name.clone(), cleaned)));
        }
        self.write_checkpoints().map(drop)
    }

    pub(super) fn name_shared(&self) -> &Arc<str> {
        &self.name
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its id.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Whether it was stopped cleanly the last time, so that its logs need no recovery.
    pub fn was_clean(&self) -> bool {
        self.clean_epoch.is_some()
    }

    /// The broker epoch it was stopped with cleanly; -1 if it was not, or that is not known.
    pub fn previous_broker_epoch(&self) -> i64 {
        self.clean_epoch.unwrap_or(clean_shutdown::NO_BROKER_EPOCH)
    }

    /// Whether it has failed and is not used any more.
    pub fn is_offline(&self) -> bool {
        self.offline.load(Ordering::Relaxed)
    }

    /// Takes it out of use, until the next start.
    pub(crate) fn fail(&self) {
        self.offline.store(true, Ordering::Relaxed);
    }

    /// Among which the segment files of its logs count.
    pub(super) fn open_files(&self) -> &Arc<OpenFiles> {
        &self.open_files
    }

    /// Among which the producers of its logs count.
    pub(super) fn producers(&self) -> &Arc<ProducerTotal> {
        &self.producers
    }

    /// Who syncs a partition in it holds one of these meanwhile.
    pub(super) fn syncs(&self) -> &Semaphore {
        &self.syncs
    }

    pub(super) fn count_sync(&self) {
        self.syncs_done.fetch_add(1, Ordering::Relaxed);
    }

    /// How often partitions in it have been synced.
    pub(super) fn sync_count(&self) -> u64 {
        self.syncs_done.load(Ordering::Relaxed)
    }

    pub(super) fn opened_at(&self) -> WallTime {
        self.opened_at
    }

    /// A seed that differs between partitions and is the same for one of them at every call.
    pub(super) fn seed_for(&self, name: &TopicPartition) -> u64 {
        let name = name.to_string();
        self.seed ^ (u64::from(ottla_base::crc32c(name.as_bytes())) << 16)
    }

    /// What is in it.
    pub(super) fn content(&self) -> io::Result<DirContent> {
        let (mut found, mut doomed, mut futures) = (Vec::new(), Vec::new(), Vec::new());
        for name in self.disk.list_dirs(&self.path)? {
            let path = self.path.join(&name);
            match LogDirEntry::of(&name) {
                LogDirEntry::Replica(name) if &*name.topic == METADATA_TOPIC => {}
                LogDirEntry::Replica(name) => found.push((name, path)),
                LogDirEntry::Deleted => doomed.push(path),
                LogDirEntry::Future(name) => futures.push((name, path)),
                LogDirEntry::Stray => {
                    warn!(path = %path.display(), "dir left alone");
                }
                LogDirEntry::Other => {}
            }
        }
        Ok(DirContent { partitions: found, doomed, futures })
    }

    pub(super) fn checkpoints(&self) -> MutexGuard<'_, Checkpoints> {
        self.checkpoints.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what open logs tell, and writes the checkpoints that changed. Nothing is looked at if
    /// nothing is told. Either way the dir is written to, so that one nobody uses is found out, too,
    /// when it fails: Kafka writes its checkpoints in every round.
    pub(super) fn checkpoint(&self, told: Vec<(TopicPartition, Checkpointed)>) -> io::Result<()> {
        let is_changed = !told.is_empty() || self.is_unwritten.load(Ordering::Relaxed);
        self.checkpoints().take(told);
        if is_changed && self.write_checkpoints()? {
            return Ok(());
        }
        match self.probe() {
            Err(error) if error.kind() == io::ErrorKind::StorageFull => Ok(()),
            result => result,
        }
    }

    /// Writes what is as good as nothing, durably: to the file that a checkpoint is written to before
    /// it gets its name. Waits for the device.
    fn probe(&self) -> io::Result<()> {
        // Nobody writes a checkpoint meanwhile.
        let _written = self.written();
        let path = self.path.join(format!("{}.tmp", offset_checkpoint::REPLICATION));
        self.disk.write_synced(&path, offset_checkpoint::format(&Default::default()).as_bytes())?;
        self.disk.remove_file(&path)
    }

    pub(super) fn note_touched(&self, name: TopicPartition) {
        self.touched().push(name);
    }

    pub(super) fn touched(&self) -> MutexGuard<'_, Vec<TopicPartition>> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what the checkpoints say of partitions that do not exist.
    pub(super) fn forget_all_but(&self, exists: impl Fn(&TopicPartition) -> bool) {
        let mut checkpoints = self.checkpoints();
        checkpoints.recovery_points.retain(|name, _| exists(name));
        checkpoints.log_starts.retain(|name, _| exists(name));
        checkpoints.high_watermarks.retain(|name, _| exists(name));
        checkpoints.cleaned.retain(|name, _| exists(name));
    }

    /// Sees that the files say nothing of earlier partitions of these names: after a crash their log
    /// starts would take the records of the new ones away. Waits for the device if they do.
    pub(super) fn forget_durably<'a>(
        &self,
        names: impl Iterator<Item = &'a TopicPartition> + Clone,
    ) -> io::Result<()> {
        let mut checkpoints = self.checkpoints();
        names.clone().for_each(|name| checkpoints.forget(name));
        drop(checkpoints);
        let written = self.written();
        let is_known = names.into_iter().any(|name| written.knows(name));
        drop(written);
        if is_known { self.write_checkpoints().map(drop) } else { Ok(()) }
    }

    /// Writes the checkpoints that differ from what their files hold; whether there were any.
    fn write_checkpoints(&self) -> io::Result<bool> {
        let mut written = self.written();
        // Until all of it is.
        self.is_unwritten.store(true, Ordering::Relaxed);
        let (mut is_complete, mut is_any) = (true, false);
        let now = self.checkpoints().clone();
        let Checkpoints { recovery_points, log_starts, high_watermarks, cleaned, .. } =
            &mut *written;
        for (name, old, new) in [
            (offset_checkpoint::RECOVERY_POINT, recovery_points, now.recovery_points),
            (offset_checkpoint::LOG_START, log_starts, now.log_starts),
            (offset_checkpoint::REPLICATION, high_watermarks, now.high_watermarks),
            (offset_checkpoint::CLEANER, cleaned, now.cleaned),
        ] {
            // Without an entry a log that is yet to be recovered would seem to have been cut.
            let is_withheld = name == offset_checkpoint::RECOVERY_POINT
                && now.recovery_points_lost
                && !self.recovery.is_done();
            if *old != new && !is_withheld {
                let content = offset_checkpoint::format(&new);
                self.disk.write_atomic(self.path.join(name), content.as_bytes())?;
                *old = new;
                is_any = true;
            }
            is_complete &= !is_withheld;
        }
        self.is_unwritten.store(!is_complete, Ordering::Relaxed);
        Ok(is_any)
    }

    fn written(&self) -> MutexGuard<'_, Checkpoints> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down at once where a log starts; no crash takes DeleteRecords back.
    pub(super) fn checkpoint_log_start(
        &self,
        name: &TopicPartition,
        start: Offset,
    ) -> io::Result<()> {
        self.checkpoints().log_starts.insert(name.clone(), start);
        if self.written().log_starts.get(name) == Some(&start) {
            return Ok(());
        }
        self.write_checkpoints().map(drop)
    }

    /// Writes down how far compaction has come with a partition. Waits for the device.
    pub(super) fn checkpoint_cleaned(&self, name: &TopicPartition, end: Offset) -> io::Result<()> {
        self.checkpoints().cleaned.insert(name.clone(), end);
        self.write_checkpoints().map(drop)
    }

    /// The recovery point that a start after a crash would find; 0 if none.
    pub(super) fn written_recovery_point(&self, name: &TopicPartition) -> Offset {
        self.written().recovery_points.get(name).copied().unwrap_or(0)
    }

    /// Says to the next start that nothing needs recovery, and what there is. The last act of a clean
    /// stop.
    pub(super) fn mark_clean(&self, broker_epoch: i64, told: Vec<ManifestEntry>) -> io::Result<()> {
        manifest::mark_clean(&self.disk, &self.path, broker_epoch, told)
    }

    /// What its manifest told at the start; `None` if there was none to be believed, and once taken.
    pub(super) fn take_manifest(&self) -> Option<Vec<ManifestEntry>> {
        self.manifest.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The damaged batches in it that are known.
    pub(super) fn damages(&self) -> &DirDamages {
        &self.damages
    }

    /// What is known of its stalled calls.
    pub(super) fn stalls(&self) -> &Arc<StallCounts> {
        &self.stalls
    }

    /// The volume it is on.
    pub fn volume(&self) -> &Volume {
        &self.volume
    }

    /// What is told of it. Asks the device.
    pub(super) fn state(&self) -> LogDirState {
        let (total_bytes, usable_bytes) = self.volume_bytes();
        LogDirState {
            path: self.name().to_owned(),
            absolute_path: self.absolute_name.clone(),
            directory_id: self.id(),
            is_offline: self.is_offline(),
            total_bytes,
            usable_bytes,
            stalled_calls: self.stalled_calls(),
            longest_call_ms: self.longest_call_ms(),
        }
    }

    /// Bytes of its volume: all, and those that clients can still write; `None` if it cannot be
    /// told.
    fn volume_bytes(&self) -> (Option<u64>, Option<u64>) {
        self.volume.measure();
        let total = Some(self.volume.total_bytes()).filter(|&total| total > 0);
        let usable = self.volume.free_bytes().saturating_sub(self.volume.reserved_bytes());
        (total, total.map(|_| usable))
    }
}
