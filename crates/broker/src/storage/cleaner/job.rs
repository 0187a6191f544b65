//! One round of compaction over one log: pieces of work on threads that may block, and waits between
//! them.

use std::io;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use ottla_base::MonoTime;
use ottla_log::SegmentFile;
use ottla_log::compact::{CleanedBytes, Compaction, CompactionStats, Round, SourceSegment};
use ottla_model::{ErrorCode, Offset};

use super::Failed;
use super::files::{CleanedFiles, Originals};
use crate::storage::Shared;
use crate::storage::log_files::log_error;
use crate::storage::partition::Partition;

/// Bytes that one piece of work goes over, unless the bandwidth is bounded.
const PIECE_BYTES: u64 = 4 << 20;

/// How a round ended.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) first_dirty_offset: Offset,
    /// The log is clean before this offset.
    pub(super) end_offset: Offset,
    pub(super) stats: CompactionStats,
    pub(super) map_utilization: f64,
    pub(super) took: Duration,
}

/// A round under way.
pub(super) struct Job {
    shared: Arc<Shared>,
    partition: Arc<Partition>,
    began: MonoTime,
    /// Bytes of one piece of work.
    piece_bytes: u64,
    work: Option<Work>,
    dirty_bytes: u64,
}

/// What there is once the log has been looked at.
struct Work {
    compaction: Compaction,
    originals: Originals,
    first_dirty_offset: Offset,
    /// How often the log had been cut by then.
    cuts: u64,
    group: Vec<SourceSegment>,
    cleaned: Option<CleanedFiles>,
    out: CleanedBytes,
}

impl Job {
    pub(super) fn new(shared: Arc<Shared>, partition: Arc<Partition>) -> Box<Self> {
        let began = shared.io.now().mono;
        let rate = shared.cleaner.settings().bytes_per_second_max;
        // At a low rate a piece is what a quarter of a second allows.
        let piece_bytes = PIECE_BYTES.min((rate / 4.0) as u64).max(1);
        Box::new(Self { shared, partition, began, piece_bytes, work: None, dirty_bytes: 0 })
    }

    /// Goes through all of it.
    ///
    /// # Errors
    /// Why it did not come to its end. The log is sound, and what was cleaned up to then stays.
    pub(super) async fn run(self: Box<Self>) -> Result<Done, Failed> {
        let mut job = self.on_disk(Self::prepare).await?.0;
        loop {
            let (next, read) = job.on_disk(Self::map).await?;
            job = next;
            match read {
                Some(read) => job.pace(read).await?,
                None => break,
            }
        }
        loop {
            let (next, is_done) = job.on_disk(Self::begin_group).await?;
            job = next;
            if is_done {
                break;
            }
            loop {
                let (next, moved) = job.on_disk(Self::copy).await?;
                job = next;
                match moved {
                    Some(moved) => job.pace(moved).await?,
                    None => break,
                }
            }
            job = job.on_disk(Self::swap).await?.0;
        }
        Ok(job.on_disk(Self::finish).await?.1)
    }

    /// Does a piece of work, during which the partition's dir keeps its name.
    async fn on_disk<T: Send + 'static>(
        mut self: Box<Self>,
        work: fn(&mut Self) -> io::Result<T>,
    ) -> Result<(Box<Self>, T), Failed> {
        let io = self.shared.io.clone();
        let piece = move || {
            let partition = Arc::clone(&self.partition);
            let _dir_stays = partition.cleaning.lock().unwrap_or_else(PoisonError::into_inner);
            if self.is_given_up() {
                return (self, Err(Failed::GivenUp));
            }
            let result = work(&mut self).map_err(|error| self.failed(error));
            (self, result)
        };
        let (job, result) = io.blocking(piece).await;
        result.map(|found| (job, found))
    }

    /// Waits as long as `log.cleaner.io.max.bytes.per.second` asks.
    async fn pace(&self, bytes: u64) -> Result<(), Failed> {
        let (cleaner, io) = (&self.shared.cleaner, &self.shared.io);
        let rate = cleaner.settings().bytes_per_second_max;
        let until = cleaner.pace.took(bytes, rate, io.now().mono);
        // In short naps: a stop does not wait for a slow round.
        while io.now().mono < until {
            if cleaner.is_stopping() {
                return Err(Failed::GivenUp);
            }
            io.sleep_until(until.min(io.now().mono + Duration::from_millis(200))).await;
        }
        Ok(())
    }

    fn is_given_up(&self) -> bool {
        self.shared.cleaner.is_stopping() || !self.partition.is_compacted() || self.was_cut()
    }

    fn was_cut(&self) -> bool {
        let Some(work) = &self.work else { return false };
        let state = self.partition.lock();
        state.is_closed || state.log.as_ref().is_none_or(|log| log.cuts() != work.cuts)
    }

    /// What an error means. What was read may have been removed meanwhile, which is nobody's fault.
    fn failed(&mut self, error: io::Error) -> Failed {
        if let Some(cleaned) = self.work.as_mut().and_then(|work| work.cleaned.take()) {
            // What cannot be removed now goes when the log is next opened, or compacted.
            let _ = cleaned.remove();
        }
        let work = self.work.as_ref();
        let is_there = work
            .is_none_or(|work| work.group.is_empty() || self.is_unchanged(&work.group, work.cuts));
        if self.is_given_up() || !is_there {
            return Failed::GivenUp;
        }
        Failed::Error { error, dirty_bytes: self.dirty_bytes }
    }

    fn is_unchanged(&self, sources: &[SourceSegment], cuts: u64) -> bool {
        self.partition.with_log(|log, _| log.is_unchanged(sources, cuts)).unwrap_or(false)
    }

    /// Sees that everything that will be cleaned is durable and known to be: a start after a crash
    /// takes a gap between segments behind the recovery point for a loss.
    fn prepare(&mut self) -> io::Result<()> {
        let partition = Arc::clone(&self.partition);
        let name = partition.topic_partition();
        let checkpoint = partition.dir().checkpoints().cleaned(name);
        let (now, seed) = (self.shared.io.now().wall, self.shared.io.random_u64());
        let cleanable = partition.with_log(|log, replica| {
            let high_watermark = replica.high_watermark();
            let found = log.log().cleanable(checkpoint, high_watermark, now, &*log.bytes());
            found.map(|found| (found, log.log().recovery_point()))
        });
        let (cleanable, recovery_point) = cleanable.map_err(refused)?.map_err(log_error)?;
        self.dirty_bytes = cleanable.cleanable_bytes;
        if recovery_point < cleanable.first_uncleanable_offset {
            partition.flush().map_err(refused)?;
        }
        if partition.dir().written_recovery_point(name) < cleanable.first_uncleanable_offset {
            self.shared.checkpoint_dir(&partition.dir())?;
        }
        if partition.dir().written_recovery_point(name) < cleanable.first_uncleanable_offset {
            return Err(io::Error::other(
                "recovery points are not written before recovery has ended",
            ));
        }
        let limits = self.shared.cleaner.settings().limits();
        let begun = partition.with_log(|log, _| {
            let begun = log.log().begin_compaction(&cleanable, limits, now, seed, &*log.bytes());
            begun.map(|compaction| (compaction, log.cuts(), log.dir().to_owned()))
        });
        let (compaction, cuts, dir) = begun.map_err(refused)?.map_err(log_error)?;
        self.work = Some(Work {
            compaction,
            originals: Originals::new(partition.disk.clone(), dir),
            first_dirty_offset: cleanable.first_dirty_offset,
            cuts,
            group: Vec::new(),
            cleaned: None,
            out: CleanedBytes::default(),
        });
        Ok(())
    }

    fn work(&mut self) -> io::Result<&mut Work> {
        self.work.as_mut().ok_or_else(|| io::Error::other("a round begins with a look at the log"))
    }

    /// Reads on for the map of keys; `None` when that is complete.
    fn map(&mut self) -> io::Result<Option<u64>> {
        let (most, work) = (self.piece_bytes, self.work()?);
        let mut done = 0;
        while done < most {
            match work.compaction.map_step(&work.originals).map_err(log_error)? {
                Some(read) => done += read,
                None if done == 0 => return Ok(None),
                None => break,
            }
        }
        Ok(Some(done))
    }

    /// Makes the files of the next cleaned segment; true if there is none.
    fn begin_group(&mut self) -> io::Result<bool> {
        let known = self.partition.with_log(|log, replica| {
            (log.log().last_records(), replica.high_watermark(), log.dir().to_owned())
        });
        let (last_records, high_watermark, dir) = known.map_err(refused)?;
        let disk = self.partition.disk.clone();
        let work = self.work()?;
        let group = match work.compaction.next_round() {
            Round::Done(_) => return Ok(true),
            Round::Group(group) => group,
        };
        let base_offset = group.first().map_or(0, |first| first.base_offset);
        work.group = group;
        work.cleaned = Some(CleanedFiles::create(disk, &dir, base_offset)?);
        work.compaction.begin_group(last_records, high_watermark);
        Ok(false)
    }

    /// Copies on; returns the bytes read and written, `None` at the end of the group.
    fn copy(&mut self) -> io::Result<Option<u64>> {
        let (most, work) = (self.piece_bytes, self.work()?);
        let Work { compaction, originals, cleaned, out, .. } = work;
        let Some(cleaned) = cleaned else { return Ok(None) };
        let mut done = 0;
        while done < most {
            out.clear();
            match compaction.copy_step(out, originals).map_err(log_error)? {
                Some(read) => done += read + out.log.len() as u64,
                None if done == 0 => return Ok(None),
                None => break,
            }
            cleaned.write(out)?;
        }
        Ok(Some(done))
    }

    /// Makes the cleaned segment durable and puts it in the place of those it was made from.
    fn swap(&mut self) -> io::Result<()> {
        let partition = Arc::clone(&self.partition);
        let work = self.work()?;
        let Work { compaction, cleaned, out, group, cuts, originals, .. } = work;
        out.clear();
        let (Some(files), Some(segment)) = (&mut *cleaned, compaction.end_group(out)) else {
            return Ok(());
        };
        files.write(out)?;
        files.sync()?;
        originals.close();
        let sync_names = || {
            let path = partition.lock().path.clone();
            partition.disk.sync_dir(path)
        };
        // Who removes segments, or searches them beside the log, goes by their names.
        let _alone = partition.removing.write().unwrap_or_else(PoisonError::into_inner);
        let begun = partition.with_log(|log, _| log.begin_swap(group.clone(), segment, *cuts));
        if !begun.map_err(refused)?? {
            return Err(io::Error::other("the log was cut while it was compacted"));
        }
        sync_names().inspect_err(|_| partition.take_swap_back())?;
        let has_txn_index = files.has_txn_index();
        *cleaned = None;
        let committed = partition.with_log(|log, _| log.commit_swap());
        // From here on an error leaves the log in a state that only the next start puts right.
        let broken = |error| {
            partition.failed("put a compacted segment in its place", &error);
            error
        };
        if !committed.map_err(refused)?.map_err(broken)? {
            return Err(io::Error::other("the log was cut while it was compacted"));
        }
        sync_names().map_err(broken)?;
        let first = [SegmentFile::Log, SegmentFile::OffsetIndex, SegmentFile::TimeIndex];
        for some in [&first[..], &[SegmentFile::TxnIndex]] {
            let ended = partition.with_log(|log, _| log.end_swap(some));
            ended.map_err(refused)?.map_err(broken)?;
            if some.len() > 1 || has_txn_index {
                sync_names().map_err(broken)?;
            }
        }
        group.clear();
        Ok(())
    }

    /// Writes down how far the log is clean.
    fn finish(&mut self) -> io::Result<Done> {
        let took = self.shared.io.now().mono.since(self.began);
        let partition = Arc::clone(&self.partition);
        let work = self.work()?;
        let end_offset = match work.compaction.next_round() {
            Round::Done(end_offset) => end_offset,
            Round::Group(_) => return Err(io::Error::other("a group is left")),
        };
        partition.dir().checkpoint_cleaned(partition.topic_partition(), end_offset)?;
        Ok(Done {
            first_dirty_offset: work.first_dirty_offset,
            end_offset,
            stats: work.compaction.stats(),
            map_utilization: work.compaction.map().utilization(),
            took,
        })
    }
}

impl Partition {
    /// Takes a swap back whose names could not be made durable.
    fn take_swap_back(&self) {
        let _ = self.with_log(|log, _| log.take_swap_back());
    }
}

fn refused(code: ErrorCode) -> io::Error {
    io::Error::other(code.name())
}
