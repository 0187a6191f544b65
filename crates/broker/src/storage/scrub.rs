//! The scrubber: reads what has been on the device for long and compares its checksums, slowly, so
//! that rot is known before somebody needs the record.
//!
//! It goes through the partitions by name, one file open at a time and without opening their logs,
//! and looks at what lies before the recovery point: sealed segments, and of the last one the part
//! that is synced. Every read is followed by a rest: never more than a tenth of the time is spent
//! reading, so a device that is busy, and slow for that, is asked for less than the budget. What
//! looks broken is looked at once more under the partition's lock, since the log may have been
//! cut, cleaned or removed meanwhile; then it is told to [`super::damage`]. A log with transactions
//! has its transaction indexes compared with its markers ([`scrub_txns`]).

use std::io;
use std::ops::Bound;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ottla_io::{Disk, File, Open};
use ottla_log::SegmentFile;
use ottla_log::files::names::PartitionFile;
use ottla_log::scrub::{Extent, SegmentCheck, Suspicion, survey};
use ottla_model::{Offset, TopicPartition};
use tracing::{debug, info};

use super::{FoundBy, Partition, Shared, scrub_txns};

/// Bytes read at a time.
const READ_BYTES: usize = 256 << 10;
/// What looking into a partition counts as, in bytes of the budget: its dir is listed, files are
/// opened.
const PARTITION_BYTES: u64 = 64 << 10;
/// After a start others have more to do.
const START_DELAY: Duration = Duration::from_secs(60);
/// The least rest between two passes.
const PASS_REST_MIN: Duration = Duration::from_secs(60);
/// Of the time, one part in so many is spent reading at most.
const READING_SHARE: u32 = 10;
/// The longest rest after a read that took long, if the budget asks for none.
const REST_MAX: Duration = Duration::from_secs(10);

/// How much is read, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScrubSettings {
    /// `ottla.scrub.bytes.per.second`; 0: nothing is.
    pub bytes_per_second: u64,
    /// `ottla.scrub.interval.ms`: from the beginning of a pass to that of the next.
    pub interval: Duration,
}

impl Default for ScrubSettings {
    fn default() -> Self {
        Self { bytes_per_second: 8 << 20, interval: Duration::from_secs(7 * 24 * 3600) }
    }
}

/// How far the scrubber is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScrubProgress {
    /// Bytes looked at since the start.
    pub bytes: u64,
    /// Damages found since the start.
    pub found: u64,
    /// When the last whole pass ended, in milliseconds since 1970; `None` if there was none since
    /// the start.
    pub last_pass_ended_ms: Option<i64>,
    /// The partition looked at last, while a pass is under way.
    pub at: Option<TopicPartition>,
}

/// The scrubber's place and counts.
#[derive(Debug, Default)]
pub(super) struct Scrub {
    bytes: AtomicU64,
    found: AtomicU64,
    /// 0: none.
    last_pass_ended_ms: AtomicI64,
    at: Mutex<Option<TopicPartition>>,
}

impl Scrub {
    pub(super) fn progress(&self) -> ScrubProgress {
        let ended = self.last_pass_ended_ms.load(Ordering::Relaxed);
        ScrubProgress {
            bytes: self.bytes.load(Ordering::Relaxed),
            found: self.found.load(Ordering::Relaxed),
            last_pass_ended_ms: (ended > 0).then_some(ended),
            at: self.at().clone(),
        }
    }

    fn at(&self) -> MutexGuard<'_, Option<TopicPartition>> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Goes on until it is aborted.
pub(super) async fn run(shared: Arc<Shared>) {
    let ScrubSettings { bytes_per_second, interval } = shared.settings.scrub;
    if bytes_per_second == 0 {
        return;
    }
    shared.io.sleep(START_DELAY).await;
    loop {
        let began = shared.io.now().mono;
        pass(&shared).await;
        let now = shared.io.now();
        shared.scrub.last_pass_ended_ms.store(now.wall.millis, Ordering::Relaxed);
        let ScrubProgress { bytes, found, .. } = shared.scrub.progress();
        info!(bytes_since_start = bytes, damages_since_start = found, "scrub: a pass ended");
        shared.io.sleep_until((began + interval).max(now.mono + PASS_REST_MIN)).await;
    }
}

/// Looks at every partition there is, those that come and go meanwhile included or not.
async fn pass(shared: &Arc<Shared>) {
    let mut after: Option<TopicPartition> = None;
    while let Some(partition) = next_partition(shared, after.as_ref()) {
        let name = partition.topic_partition().clone();
        *shared.scrub.at() = Some(name.clone());
        if let Err(error) = look_at(shared, &partition).await {
            // A device that does not answer is noticed by those who wait for it.
            debug!(partition = %name, %error, "scrub: could not be read");
        }
        rest(shared, PARTITION_BYTES, Duration::ZERO).await;
        after = Some(name);
    }
    *shared.scrub.at() = None;
}

fn next_partition(shared: &Arc<Shared>, after: Option<&TopicPartition>) -> Option<Arc<Partition>> {
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let partitions = shared.lock();
    partitions
        .range::<TopicPartition, _>((from, Bound::Unbounded))
        .next()
        .map(|(_, p)| Arc::clone(p))
}

async fn look_at(shared: &Arc<Shared>, partition: &Arc<Partition>) -> io::Result<()> {
    let Some((dir, stable_before)) = partition.scrubbed_part() else { return Ok(()) };
    let (disk, listed) = (shared.disk.clone(), dir.clone());
    let bases = shared.io.blocking(move || segments_in(&disk, listed)).await?;
    let mut has_markers = false;
    for (index, &base_offset) in bases.iter().enumerate() {
        let next_base = bases.get(index + 1).copied().filter(|next| *next <= stable_before);
        if base_offset >= stable_before {
            break;
        }
        let path = dir.join(SegmentFile::Log.name(base_offset));
        let disk = shared.disk.clone();
        let opened = shared.io.blocking(move || {
            let file = disk.open(path, Open::Read)?;
            let len = file.len()?;
            Ok::<_, io::Error>((file, len))
        });
        // Removed meanwhile, by retention say.
        let Ok((file, len)) = opened.await else { continue };
        let check = match next_base {
            Some(next) => SegmentCheck::sealed(base_offset, len, next),
            None => SegmentCheck::active(base_offset, len, stable_before),
        };
        has_markers |= look_at_segment(shared, partition, base_offset, file, check).await?;
    }
    if has_markers {
        scrub_txns::look_at(shared, partition).await;
    }
    Ok(())
}

/// Base offsets of the segments in a dir, in order.
fn segments_in(disk: &Disk, dir: PathBuf) -> io::Result<Vec<Offset>> {
    let entries = disk.list(dir)?;
    let base = |name: &str| match PartitionFile::of(name) {
        PartitionFile::Segment(base, SegmentFile::Log) => Some(base),
        _ => None,
    };
    Ok(entries.iter().filter_map(|entry| base(&entry.name)).collect())
}

/// Looks at a segment; whether it has transaction markers.
async fn look_at_segment(
    shared: &Arc<Shared>,
    partition: &Arc<Partition>,
    base_offset: Offset,
    file: File,
    mut check: SegmentCheck,
) -> io::Result<bool> {
    let mut buffer = vec![0; READ_BYTES];
    while let Some(at) = check.wants() {
        let begun = shared.io.now().mono;
        let reading = file.clone();
        let read = move || reading.read_passing(at, &mut buffer).map(|count| (count, buffer));
        let (count, kept) = shared.io.blocking(read).await?;
        buffer = kept;
        let took = shared.io.now().mono.since(begun);
        if let Err(suspicion) = check.feed(buffer.get(..count).unwrap_or_default()) {
            let Some((position, offset)) = confirm(shared, partition, base_offset, suspicion).await
            else {
                return Ok(check.has_markers());
            };
            check.resume(position, offset);
        } else if check.wants() == Some(at) {
            // The file has become shorter: cut, and somebody else's matter.
            return Ok(check.has_markers());
        }
        shared.scrub.bytes.fetch_add(count as u64, Ordering::Relaxed);
        rest(shared, count as u64, took).await;
    }
    Ok(check.has_markers())
}

/// Looks again while nobody changes the log, and tells of what is still broken; where to go on, if
/// anywhere.
async fn confirm(
    shared: &Arc<Shared>,
    partition: &Arc<Partition>,
    base_offset: Offset,
    suspicion: Suspicion,
) -> Option<(u64, Offset)> {
    let (looking, place) = (Arc::clone(partition), suspicion.clone());
    let surveyed = shared.io.blocking(move || looking.survey_segment(base_offset, &place)).await;
    let extent = surveyed.ok().flatten()?;
    let Extent { end_position, next_offset } = extent;
    let Suspicion { position, reason, .. } = suspicion;
    let noted = partition.note_damage(base_offset, position, &reason, FoundBy::Scrub);
    let is_new = noted.unwrap_or(false);
    shared.scrub.found.fetch_add(u64::from(is_new), Ordering::Relaxed);
    Some((end_position, next_offset))
}

impl Partition {
    /// Its dir, and the offset before which its files do not change; `None` if it is not in use.
    fn scrubbed_part(&self) -> Option<(PathBuf, Offset)> {
        if self.is_offline() || self.is_removed.load(Ordering::Relaxed) {
            return None;
        }
        let state = self.lock();
        let stable_before = match &state.log {
            Some(log) => log.log().recovery_point(),
            None => self.dir().checkpoints().recovery_point(self.topic_partition()),
        };
        (!state.is_closed).then(|| (state.path.clone(), stable_before))
    }

    /// Looks at a segment once more, while nobody cuts, cleans or removes it; `None` if it is not
    /// part of the log any more or nothing is wrong with it.
    fn survey_segment(
        &self,
        base_offset: Offset,
        suspicion: &Suspicion,
    ) -> io::Result<Option<Extent>> {
        let looked = self.with_log(|log, _| {
            let log_end = log.log().log_end_offset();
            let mut segments = log.log().segments().skip_while(|s| s.base_offset != base_offset);
            let Some(segment) = segments.next() else { return Ok(None) };
            if suspicion.position >= segment.size {
                return Ok(None);
            }
            let offset_end = segments.next().map_or(log_end, |next| next.base_offset);
            let path = log.bytes().path(base_offset, SegmentFile::Log);
            let file = self.disk.open(path, Open::Read)?;
            let surveyed = survey(&file, suspicion, segment.size, offset_end);
            surveyed.map_err(|error| io::Error::other(error.to_string()))
        });
        // A log that cannot be used has been told of already.
        looked.unwrap_or(Ok(None))
    }
}

/// As long as the budget asks after so many bytes, and longer if reading them took long.
pub(super) async fn rest(shared: &Arc<Shared>, bytes: u64, took: Duration) {
    let rate = shared.settings.scrub.bytes_per_second.max(1);
    let nanos = u128::from(bytes) * 1_000_000_000 / u128::from(rate);
    let budget = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
    let polite = took.saturating_mul(READING_SHARE - 1);
    shared.io.sleep(budget.saturating_sub(took).max(polite.min(REST_MAX))).await;
}
