//! [`OpenFiles`]: the segment files that a node holds open, at most so many however many partitions
//! it has. The least recently used are closed first.
//!
//! The order is that of a clock with second chances: a file that was used since the hand passed it
//! stays for another round. So finding an open file costs the lock of its own log and a flag, and
//! only opening one takes the lock that all logs share. A file that a reader or a flush holds is not
//! closed: the descriptor would stay, uncounted, until they let go of it.
//!
//! **What is not synced is synced before it is closed.** Syncing a file through a descriptor that was
//! opened later covers earlier writes as well, so no bytes would be lost. But Linux tells of a failed
//! write-back once to each descriptor that was open when it failed, and to those opened later only
//! while it remembers the inode, which nothing pins once the last descriptor is gone: a flush through
//! a new one could then succeed without the bytes being anywhere, and the recovery point would lie.
//! Such files wait, open, for a thread that may block ([`OpenFiles::close_retired`]); what the device
//! says to that sync is told to the log, which is broken then as after any other failed sync. Those
//! that wait are counted. When they are too many, whoever opens the next file syncs one himself.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use ottla_io::File;
use ottla_log::SegmentFile;
use ottla_model::Offset;
use tokio::sync::Notify;

/// Fewest files that make sense: one append needs four of one log.
pub(super) const OPEN_FILES_MIN: usize = 16;
/// Of how many files one may wait for its sync.
const SHARE_THAT_WAITS: usize = 8;
/// Names of files that were closed by others are swept out of the ring beyond this many more than
/// there are files.
const STALE_MAX: usize = 64;

/// Which file of a log.
pub(super) type Key = (Offset, SegmentFile);

/// The files of all logs that share one bound.
#[derive(Debug)]
pub(super) struct OpenFiles {
    /// Of those that are in use.
    kept_max: usize,
    retired_max: usize,
    open: AtomicUsize,
    state: Mutex<State>,
    has_retired: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Behind the hand of the clock, oldest first.
    ring: VecDeque<Candidate>,
    retired: VecDeque<Retired>,
    /// Those taken from `retired` that are still open.
    syncing: usize,
}

impl State {
    fn next_retired(&mut self) -> Option<Retired> {
        let next = self.retired.pop_front()?;
        self.syncing += 1;
        Some(next)
    }

    fn retiring(&self) -> usize {
        self.retired.len() + self.syncing
    }
}

#[derive(Debug)]
struct Candidate {
    log: Weak<FilesOfLog>,
    key: Key,
    used: Arc<AtomicBool>,
}

/// A file that is closed once it is synced.
#[derive(Debug)]
struct Retired {
    log: Arc<FilesOfLog>,
    file: OpenFile,
}

/// The open files of one log.
#[derive(Debug, Default)]
pub(super) struct FilesOfLog {
    open: Mutex<BTreeMap<Key, OpenFile>>,
    /// What the device said to the sync of a file that was closed since.
    failed: Mutex<Option<String>>,
}

#[derive(Debug)]
struct OpenFile {
    file: File,
    used: Arc<AtomicBool>,
    unsynced: bool,
    _counted: Counted,
}

/// One of the open files, until it is dropped.
#[derive(Debug)]
struct Counted(Arc<OpenFiles>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl OpenFiles {
    /// At most `files_max` at once, but no less than 16.
    pub(super) fn new(files_max: usize) -> Arc<Self> {
        let files_max = files_max.max(OPEN_FILES_MIN);
        let retired_max = files_max / SHARE_THAT_WAITS;
        Arc::new(Self {
            kept_max: files_max - retired_max,
            retired_max,
            open: AtomicUsize::new(0),
            state: Mutex::default(),
            has_retired: Notify::new(),
        })
    }

    /// Files that are open at once at most.
    pub(super) fn max(&self) -> usize {
        self.kept_max + self.retired_max
    }

    /// How many files are open.
    pub(super) fn count(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Returns when files wait for [`Self::close_retired`].
    pub(super) async fn has_retired(&self) {
        self.has_retired.notified().await;
    }

    /// Syncs and closes what waits for it. Waits for the device.
    pub(super) fn close_retired(&self) {
        while self.close_one_retired() {}
    }

    fn close_one_retired(&self) -> bool {
        let Some(Retired { log, file }) = self.lock().next_retired() else { return false };
        if let Err(error) = file.file.sync_data() {
            log.note_failure(&error);
        }
        // In this order, and `kept` the other way round: a file is rather counted twice than not.
        self.lock().syncing -= 1;
        drop(file);
        true
    }

    /// Takes a place for one more file, and closes others until there is room for it. To be called
    /// without the lock of any log's files.
    fn make_room(self: &Arc<Self>) -> Counted {
        self.open.fetch_add(1, Ordering::Relaxed);
        let place = Counted(Arc::clone(self));
        self.close_some(self.kept().saturating_sub(self.kept_max));
        while self.lock().retiring() > self.retired_max && self.close_one_retired() {}
        place
    }

    /// After the system refused a descriptor: closes many, and waits for those that need a sync.
    fn make_much_room(&self) {
        self.close_some(self.kept() / 4 + 1);
        self.close_retired();
    }

    /// How many files are open and do not wait to be closed.
    fn kept(&self) -> usize {
        let count = self.count();
        count.saturating_sub(self.lock().retiring())
    }

    fn close_some(&self, count: usize) {
        if count == 0 {
            return;
        }
        let mut closed = 0;
        // Twice around: in the first round every file may have been used lately.
        let mut tries = 2 * self.lock().ring.len();
        while closed < count && tries > 0 {
            tries -= 1;
            let Some(candidate) = self.lock().ring.pop_front() else { break };
            closed += usize::from(self.close_if_idle(candidate));
        }
    }

    fn close_if_idle(&self, candidate: Candidate) -> bool {
        let Some(log) = candidate.log.upgrade() else { return false };
        let mut open = log.lock();
        // Closed by its log, and maybe opened again since: that one is in the ring as well.
        let Some(found) = open.get(&candidate.key) else { return false };
        if !Arc::ptr_eq(&found.used, &candidate.used) {
            return false;
        }
        // Nobody makes another handle of it while its log's lock is held.
        if found.used.swap(false, Ordering::Relaxed) || found.file.is_shared() {
            drop(open);
            self.lock().ring.push_back(candidate);
            return false;
        }
        let Some(file) = open.remove(&candidate.key) else { return false };
        drop(open);
        if file.unsynced {
            self.lock().retired.push_back(Retired { log, file });
            self.has_retired.notify_one();
        }
        true
    }

    fn admit(&self, log: &Arc<FilesOfLog>, key: Key, file: File, place: Counted) -> OpenFile {
        let used = Arc::new(AtomicBool::new(true));
        let mut state = self.lock();
        if state.ring.len() > 2 * self.count() + STALE_MAX {
            // An open file holds one of two.
            state.ring.retain(|candidate| Arc::strong_count(&candidate.used) > 1);
        }
        let candidate = Candidate { log: Arc::downgrade(log), key, used: Arc::clone(&used) };
        state.ring.push_back(candidate);
        OpenFile { file, used, unsynced: false, _counted: place }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FilesOfLog {
    /// The file, if it is open or `open` finds it. Who is about to write it says so.
    pub(super) fn get_or_open(
        self: &Arc<Self>,
        all: &Arc<OpenFiles>,
        key: Key,
        to_write: bool,
        open: impl Fn() -> io::Result<File>,
    ) -> io::Result<File> {
        if let Some(found) = self.lock().get_mut(&key) {
            return Ok(found.handle(to_write));
        }
        let place = all.make_room();
        let opened = match open() {
            Err(error) if ottla_io::is_out_of_descriptors(&error) => {
                all.make_much_room();
                open()?
            }
            opened => opened?,
        };
        let mut files = self.lock();
        // Two readers may have opened it at once; one of them goes without.
        let found = files.entry(key).or_insert_with(|| all.admit(self, key, opened, place));
        Ok(found.handle(to_write))
    }

    /// Notes that the file has content that is not known to be on the device.
    pub(super) fn written(&self, key: Key) {
        self.mark(key, true);
    }

    /// Notes that all its content is on the device.
    pub(super) fn synced(&self, key: Key) {
        self.mark(key, false);
    }

    fn mark(&self, key: Key, unsynced: bool) {
        if let Some(found) = self.lock().get_mut(&key) {
            found.unsynced = unsynced;
        }
    }

    /// Closes a file, whose content nobody needs any more.
    pub(super) fn forget(&self, key: Key) {
        self.lock().remove(&key);
    }

    /// Closes all.
    pub(super) fn close(&self) {
        self.lock().clear();
    }

    /// What the device said to the sync of a file that was closed since.
    ///
    /// # Errors
    /// It refused one: some of what was written may be gone.
    pub(super) fn check(&self) -> io::Result<()> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.as_ref().map_or(Ok(()), |why| Err(io::Error::other(why.clone())))
    }

    fn note_failure(&self, error: &io::Error) {
        tracing::error!(%error, "a file could not be synced before it was closed");
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.get_or_insert_with(|| error.to_string());
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, OpenFile>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenFile {
    fn handle(&mut self, to_write: bool) -> File {
        self.used.store(true, Ordering::Relaxed);
        self.unsynced |= to_write;
        self.file.clone()
    }
}
