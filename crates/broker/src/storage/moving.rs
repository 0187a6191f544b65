//! A partition moves from one log dir to another while it is written and read (KIP-113).
//!
//! What is there is copied beside everything else, batch by batch and at a bounded rate, into a dir
//! `topic-partition.id-future` of the target. When that has caught up, the partition stands still for
//! the rest: the last batches are copied and synced, the new dir gets the partition's name, the old
//! one a name to be removed by, and the partition goes on in the new one. Nobody who holds it
//! notices more than a pause.
//!
//! After a crash: a `-future` dir is begun again with its partition, as long as the partition is
//! there. Between the two renames both dirs bear the name, and the new one, which has everything,
//! also holds [`MOVED_FILE`]; it is the partition then.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ottla_log::files::{names, partition_metadata};
use ottla_log::{AppendAs, LogConfig, ReadRequest};
use ottla_model::{ErrorCode, Offset, TopicPartition};
use ottla_record::split_batches;
use tracing::{error, info, warn};

use super::dirs::LogDir;
use super::identity::create_dir_durably;
use super::log_files::{LogFiles, OpenLog, remove_if_there};
use super::partition::State;
use super::{FoundBy, Partition, ReadLimit, Shared, Storage, background};

/// In a partition dir that has taken over from one in another log dir.
pub(super) const MOVED_FILE: &str = "ottla-moved";
/// Bytes copied at a time, if no batch is larger.
const COPY_BYTES: u64 = 1 << 20;
/// What may be left to copy while the partition stands still.
const LAST_BYTES: u64 = 256 << 10;

/// Moves under way.
#[derive(Debug, Default)]
pub(super) struct Moves {
    running: Mutex<BTreeMap<TopicPartition, Arc<Move>>>,
    /// Where partitions are to be made that are not there yet.
    preferred: Mutex<BTreeMap<TopicPartition, Arc<LogDir>>>,
    /// Bytes per second of one move; 0 for no bound.
    rate: AtomicU64,
}

/// One move.
#[derive(Debug)]
pub(super) struct Move {
    target: Arc<LogDir>,
    /// Its dir until it has caught up.
    path: PathBuf,
    end_offset: AtomicI64,
    bytes: AtomicU64,
    cancelled: AtomicBool,
}

/// What DescribeLogDirs tells of a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FutureReplica {
    /// The partition.
    pub name: TopicPartition,
    /// The log dir it moves to.
    pub log_dir: String,
    /// Bytes copied.
    pub bytes: u64,
    /// Offset behind the last batch copied.
    pub end_offset: Offset,
}

impl Moves {
    fn rate(&self) -> Option<u64> {
        Some(self.rate.load(Ordering::Relaxed)).filter(|&rate| rate > 0)
    }

    pub(super) fn preferred_dir(&self, name: &TopicPartition) -> Option<Arc<LogDir>> {
        held(&self.preferred).remove(name).filter(|dir| !dir.is_offline())
    }

    pub(super) fn all(&self) -> Vec<FutureReplica> {
        let told = |(name, running): (&TopicPartition, &Arc<Move>)| FutureReplica {
            name: name.clone(),
            log_dir: running.target.name().to_owned(),
            bytes: running.bytes.load(Ordering::Relaxed),
            end_offset: running.end_offset.load(Ordering::Relaxed),
        };
        held(&self.running).iter().map(told).collect()
    }

    pub(super) fn cancel(&self, name: &TopicPartition) {
        if let Some(running) = held(&self.running).remove(name) {
            running.cancelled.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn cancel_all(&self) {
        for running in held(&self.running).values() {
            running.cancelled.store(true, Ordering::Relaxed);
        }
    }

    fn target_of(&self, name: &TopicPartition) -> Option<Arc<LogDir>> {
        held(&self.running).get(name).map(|running| Arc::clone(&running.target))
    }

    /// Whether this very move is under way and not called off.
    fn is_current(&self, name: &TopicPartition, this: &Arc<Move>) -> bool {
        let is_this = held(&self.running).get(name).is_some_and(|known| Arc::ptr_eq(known, this));
        is_this && !this.cancelled.load(Ordering::Relaxed)
    }
}

impl Storage {
    /// Sees to it that a partition is, or comes to be, in the log dir with this path. A move to
    /// another dir is called off.
    ///
    /// # Errors
    /// [`ErrorCode::LogDirNotFound`] for a path that is not one of `log.dirs`, absolute and written
    /// as there; [`ErrorCode::KafkaStorageError`] if that dir or the partition's own has failed;
    /// [`ErrorCode::ReplicaNotAvailable`] if the partition is not here: it is made in that dir when
    /// it comes.
    pub fn move_partition(&self, name: &TopicPartition, path: &str) -> Result<(), ErrorCode> {
        let shared = &self.shared;
        let target = shared.dirs.iter().find(|dir| dir.absolute_name() == path);
        let target = target.ok_or(ErrorCode::LogDirNotFound)?;
        if target.is_offline() {
            return Err(ErrorCode::KafkaStorageError);
        }
        if shared.moves.target_of(name).is_some_and(|known| !Arc::ptr_eq(&known, target)) {
            shared.moves.cancel(name);
        }
        let Some(partition) = self.partition(name) else {
            held(&shared.moves.preferred).insert(name.clone(), Arc::clone(target));
            return Err(ErrorCode::ReplicaNotAvailable);
        };
        if partition.is_offline() {
            return Err(ErrorCode::KafkaStorageError);
        }
        let is_moving = shared.moves.target_of(name).is_some();
        if is_moving || Arc::ptr_eq(&partition.dir(), target) {
            return Ok(());
        }
        let aside = names::future_dir(name, shared.io.random_uuid());
        shared.begin_move(partition, target, target.path().join(aside));
        Ok(())
    }

    /// Bounds the bytes that a move copies each second
    /// (`replica.alter.log.dirs.io.max.bytes.per.second`); 0 for no bound.
    pub fn set_move_rate(&self, bytes_per_second: u64) {
        self.shared.moves.rate.store(bytes_per_second, Ordering::Relaxed);
    }

    /// The moves under way.
    pub fn future_replicas(&self) -> Vec<FutureReplica> {
        self.shared.moves.all()
    }
}

impl Shared {
    /// Goes on with moves that the last stop interrupted, from their beginning; removes what is
    /// left of those whose partition is gone, or has been moved.
    pub(super) fn resume_moves(
        self: &Arc<Self>,
        found: Vec<(Arc<LogDir>, TopicPartition, PathBuf)>,
    ) {
        for (dir, name, path) in found {
            let partition = self.lock().get(&name).cloned();
            match partition.filter(|partition| !Arc::ptr_eq(&partition.dir(), &dir)) {
                Some(partition) if self.moves.target_of(&name).is_none() => {
                    self.begin_move(partition, &dir, path);
                }
                _ => {
                    let removing = background::remove_later(self, vec![path]);
                    self.io.spawn("remove partition", removing);
                }
            }
        }
    }

    fn begin_move(
        self: &Arc<Self>,
        partition: Arc<Partition>,
        target: &Arc<LogDir>,
        path: PathBuf,
    ) {
        let name = partition.topic_partition().clone();
        info!(partition = %name, from = &*partition.log_dir(), to = target.name(), "move begins");
        let this = Arc::new(Move {
            target: Arc::clone(target),
            path,
            end_offset: AtomicI64::new(0),
            bytes: AtomicU64::new(0),
            cancelled: AtomicBool::new(false),
        });
        held(&self.moves.running).insert(name.clone(), Arc::clone(&this));
        partition.moves.fetch_add(1, Ordering::AcqRel);
        let shared = Arc::clone(self);
        self.io.spawn("move a partition", async move {
            let moved = run(&shared, &partition, &this).await;
            partition.moves.fetch_sub(1, Ordering::AcqRel);
            let is_current = shared.moves.is_current(&name, &this);
            if is_current {
                held(&shared.moves.running).remove(&name);
            }
            match moved {
                Ok(()) => return,
                Err(why) if is_current => warn!(partition = %name, %why, "move given up"),
                Err(_) => info!(partition = %name, "move called off"),
            }
            // At a stop it stays, for the next start to go on with.
            if !shared.is_stopping() {
                let (disk, path) = (shared.disk.clone(), this.path.clone());
                let _ = shared.io.blocking(move || disk.remove_dir_all(path)).await;
            }
        });
    }
}

/// Copies until little is left, and changes over.
async fn run(shared: &Arc<Shared>, partition: &Arc<Partition>, this: &Arc<Move>) -> io::Result<()> {
    let (opening, moving, source) = (Arc::clone(shared), Arc::clone(this), Arc::clone(partition));
    let mut future = shared.io.blocking(move || open_future(&opening, &source, &moving)).await?;
    let name = partition.topic_partition();
    loop {
        if !shared.moves.is_current(name, this) {
            return Err(io::Error::other("another wish has come"));
        }
        let before = future.log().size();
        let (copying, source) = (Arc::clone(shared), Arc::clone(partition));
        let (copied, left);
        (future, copied) = shared
            .io
            .blocking(move || {
                let left = copy_some(&copying, &source, &mut future);
                (future, left)
            })
            .await;
        left = copied?;
        this.end_offset.store(future.log().log_end_offset(), Ordering::Relaxed);
        this.bytes.store(future.log().size(), Ordering::Relaxed);
        if left <= LAST_BYTES {
            break;
        }
        let bytes = future.log().size().saturating_sub(before);
        if let Some(rate) = shared.moves.rate() {
            let pause = Duration::from_secs_f64(bytes as f64 / rate.max(1) as f64);
            shared.io.sleep(pause).await;
        }
    }
    let (changing, source, moving) = (Arc::clone(shared), Arc::clone(partition), Arc::clone(this));
    let old = shared
        .io
        .flushing(move || {
            // Most of it before the partition has to stand still.
            future.flush()?;
            change_over(&changing, &source, &moving, future)
        })
        .await?;
    info!(partition = %name, to = this.target.name(), "move done");
    shared.io.spawn("remove partition", background::remove_later(shared, vec![old]));
    shared.note_placed([name.clone()]);
    Ok(())
}

/// An empty log in the dir of the move, which begins where the partition's does.
fn open_future(shared: &Shared, source: &Partition, this: &Move) -> io::Result<LogFiles> {
    // From here on no compaction goes on that began before the move.
    drop(held(&source.cleaning));
    // From an earlier move; with it there it could not be told which is the newer.
    remove_if_there(&shared.disk, &source.path().join(MOVED_FILE))?;
    shared.disk.sync_dir(source.path())?;
    create_dir_durably(&shared.disk, &this.path)?;
    let topic_id = partition_metadata::format(source.topic_id());
    let metadata = this.path.join(partition_metadata::FILE_NAME);
    shared.disk.write_atomic(metadata, topic_id.as_bytes())?;
    let how = how_to_open(shared, source.config(), this.target.name(), false);
    let all = Arc::clone(this.target.open_files());
    let (mut future, _) = LogFiles::open_among(&shared.disk, &this.path, how, all)?;
    future.start_over(source.log_start_offset(), shared.io.now().wall)?;
    Ok(future)
}

fn how_to_open(shared: &Shared, config: LogConfig, dir: &str, clean: bool) -> OpenLog {
    let now = shared.io.now().wall;
    OpenLog {
        config,
        clean,
        was_synced: clean,
        recovery_point: 0,
        compacted_before: 0,
        recovery_point_lost: false,
        log_start_offset: 0,
        now,
        seed: u64::from(ottla_base::crc32c(dir.as_bytes())) ^ now.millis.unsigned_abs(),
    }
}

/// Copies the next batches; about how many bytes are left.
fn copy_some(shared: &Shared, source: &Arc<Partition>, future: &mut LogFiles) -> io::Result<u64> {
    if source.is_offline() {
        return Err(io::Error::other("the log dir it is in has failed"));
    }
    let start = source.log_start_offset();
    if future.log().log_end_offset() < start {
        // What was copied has been deleted meanwhile.
        future.start_over(start, shared.io.now().wall)?;
    }
    let offset = future.log().log_end_offset();
    let slice = match source.read(offset, COPY_BYTES, true, ReadLimit::LogEnd) {
        Ok(slice) => slice,
        // Deleted just now: seen above the next time.
        Err(ErrorCode::OffsetOutOfRange) => return Ok(u64::MAX),
        Err(code) => return Err(io::Error::other(format!("offset {offset}: {}", code.name()))),
    };
    let Some(file) = slice.file else { return Ok(0) };
    let mut bytes = vec![0; usize::try_from(slice.len).unwrap_or(usize::MAX)];
    let count = file.read_at(slice.position, &mut bytes)?;
    append_checked(shared, source, future, &bytes[..count], slice.position)?;
    Ok(source.size_bytes().saturating_sub(future.log().size()))
}

/// Appends the whole batches among `bytes`, unless one of them is damaged.
fn append_checked(
    shared: &Shared,
    source: &Arc<Partition>,
    future: &mut LogFiles,
    bytes: &[u8],
    position: u64,
) -> io::Result<()> {
    let mut whole = 0;
    for view in split_batches(bytes) {
        let Ok(view) = view else { break };
        if let Err(why) = view.check_crc() {
            let base = view.header().base_offset;
            source.note_damage_at(base, position + whole as u64, &why.to_string(), FoundBy::Read);
            return Err(io::Error::other(format!("the batch at offset {base} is damaged")));
        }
        whole += view.bytes().len();
    }
    if whole == 0 {
        return Err(io::Error::other("there is no whole batch to copy"));
    }
    let appended = future.append(&bytes[..whole], AppendAs::Follower, shared.io.now().wall);
    appended.map(drop).map_err(|failure| io::Error::other(failure.to_string()))
}

/// The partition stands still: the rest is copied, and the dirs change names. Returns where the old
/// one is now.
fn change_over(
    shared: &Arc<Shared>,
    partition: &Arc<Partition>,
    this: &Arc<Move>,
    mut future: LogFiles,
) -> io::Result<PathBuf> {
    let _changing = shared.changing();
    // Compaction and retention go by the names of files, opening and syncing by that of the dir.
    let _alone = partition.removing.write().unwrap_or_else(PoisonError::into_inner);
    let _not_opening = partition.opening_turn();
    let _no_flush = held(&partition.flushing);
    let mut state = partition.lock();
    let name = partition.topic_partition();
    if state.is_closed || !shared.moves.is_current(name, this) {
        return Err(io::Error::other("another wish has come"));
    }
    copy_rest(shared, &state, &mut future)?;
    let (source_dir, target) = (partition.dir(), &this.target);
    let start = state.log.as_ref().map_or(0, |log| log.log().log_start_offset());
    future.advance_log_start(start)?;
    let end = future.log().log_end_offset();
    future.close()?;
    // Told before the dir has the partition's name, or a crash would bring deleted records back.
    let cleaned = source_dir.checkpoints().cleaned(name);
    target.checkpoint_moved(name, [start, end, state.replica.high_watermark()], cleaned)?;
    shared.disk.write_atomic(this.path.join(MOVED_FILE), b"")?;
    let (old, path) = (state.path.clone(), target.path().join(name.to_string()));
    shared.disk.rename(&this.path, &path)?;
    let mut how = how_to_open(shared, (*state.config).clone(), target.name(), true);
    (how.recovery_point, how.log_start_offset) = (end, start);
    let all = Arc::clone(target.open_files());
    // Once this is durable the new dir is the partition, whatever becomes of the old one.
    let renamed = shared.disk.sync_dir(target.path());
    let opened = renamed.and_then(|()| LogFiles::open_among(&shared.disk, &path, how, all));
    let (mut log, _) = opened.inspect_err(|_| take_back(shared, &source_dir, this, &path))?;
    log.count_producers_in(&shared.producers);
    state.change_over(log, path.clone());
    partition.set_dir(Arc::clone(target));
    drop(state);
    let aside = old.with_file_name(names::deleted_dir(name, shared.io.random_uuid()));
    if let Err(error) = put_away(shared, &source_dir, name, &old, &aside, &path) {
        warn!(partition = %name, %error, "the dir that a partition moved from could not be removed");
        source_dir.fail();
    }
    partition.watchers().wake();
    Ok(aside)
}

/// The partition stays where it was. If the new dir may be found in its place at the next start,
/// nothing more is written to the old one: it would not count.
fn take_back(shared: &Shared, source_dir: &LogDir, this: &Move, path: &Path) {
    let back = shared.disk.rename(path, &this.path);
    if let Err(error) = back.and_then(|()| shared.disk.sync_dir(this.target.path())) {
        error!(path = %path.display(), %error, "a move that failed could not be taken back");
        source_dir.fail();
    }
}

fn copy_rest(shared: &Shared, state: &State, future: &mut LogFiles) -> io::Result<()> {
    let Some(source) = &state.log else {
        return Err(io::Error::other("its log is not open"));
    };
    let end_offset = source.log().log_end_offset();
    while future.log().log_end_offset() < end_offset {
        let offset = future.log().log_end_offset().max(source.log().log_start_offset());
        let request = ReadRequest { offset, bytes_max: COPY_BYTES, min_one: true, end_offset };
        let read = source.read_bytes(request);
        let bytes = read.map_err(|error| io::Error::other(error.to_string()))?;
        let batches = split_batches(&bytes).map_while(Result::ok);
        let whole = batches.map(|batch| batch.bytes().len()).sum();
        if whole == 0 {
            // A log can end behind its last batch.
            return Ok(());
        }
        let appended = future.append(&bytes[..whole], AppendAs::Follower, shared.io.now().wall);
        appended.map_err(|failure| io::Error::other(failure.to_string()))?;
    }
    Ok(())
}

/// Takes the old dir out of the way; then nothing has to tell any more which of two is right.
fn put_away(
    shared: &Shared,
    source_dir: &LogDir,
    name: &TopicPartition,
    old: &Path,
    aside: &Path,
    new: &Path,
) -> io::Result<()> {
    shared.disk.rename(old, aside)?;
    shared.disk.sync_dir(source_dir.path())?;
    source_dir.forget_durably(std::iter::once(name))?;
    source_dir.damages().keep(name, |_| false);
    shared.disk.remove_file(new.join(MOVED_FILE))?;
    shared.disk.sync_dir(new)
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
