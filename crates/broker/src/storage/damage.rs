//! Damaged batches that are known: where they are, who found them. One list for the node, fed by
//! starts, reads and the scrubber, and shown by the operator's page and the tools.
//!
//! A damaged batch is never cut away. What lies before it is served; a reader that comes to it is
//! told CORRUPT_MESSAGE, and goes on behind it only if it asks for an offset there, so that nobody
//! passes over lost records without knowing. Appends go on at the true end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{fmt, io};

use ottla_io::Disk;
use ottla_log::files::damaged_batches::{self, DamagedBatches};
use ottla_log::{DamagedRange, LogError, SegmentFile};
use ottla_model::{ErrorCode, Offset, TopicPartition};
use tracing::{error, warn};

use super::Partition;
use super::log_files::LogFiles;

/// Damages that are remembered of one node; of more, only the partitions' own logs know.
pub const DAMAGES_MAX: usize = 10_000;

/// Bytes of the largest list of damages that is read.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// Who came upon a damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoundBy {
    /// The check of a log at a start.
    Start,
    /// A read on behalf of a client.
    Read,
    /// The scrubber.
    Scrub,
}

impl FoundBy {
    /// Its name, as the operator's page and files tell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Read => "read",
            Self::Scrub => "scrub",
        }
    }
}

impl FoundBy {
    fn of(name: &str) -> Self {
        [Self::Start, Self::Read].into_iter().find(|by| by.name() == name).unwrap_or(Self::Scrub)
    }
}

impl fmt::Display for FoundBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A stretch of a segment's log file that holds no sound batches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The partition.
    pub partition: TopicPartition,
    /// The log dir it is in.
    pub log_dir: String,
    /// Name of the file in the partition's dir.
    pub file: String,
    /// Base offset of the segment.
    pub base_offset: Offset,
    /// Position of the first damaged byte's batch.
    pub position: u64,
    /// Where the next sound batch begins; the end of the file if none follows.
    pub end_position: u64,
    /// The first offset that is lost.
    pub offset: Offset,
    /// The first offset behind it that is not.
    pub next_offset: Offset,
    /// What is wrong.
    pub reason: String,
    /// Who found it.
    pub found_by: FoundBy,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, log_dir, file, position, end_position, offset, next_offset, .. } =
            self;
        write!(
            f,
            "{partition}: {log_dir}/{partition}/{file} is damaged from position {position} to \
             {end_position}: offsets {offset} to {} are lost ({}, found by {})",
            next_offset - 1,
            self.reason,
            self.found_by
        )
    }
}

/// The damages of a node.
#[derive(Debug, Default)]
pub(super) struct Damages(Mutex<BTreeMap<(TopicPartition, String, u64), Damage>>);

impl Damages {
    /// Remembers one; true if it was not known.
    pub(super) fn note(&self, damage: Damage) -> bool {
        let mut known = self.lock();
        let key = (damage.partition.clone(), damage.file.clone(), damage.position);
        if known.contains_key(&key) || known.len() >= DAMAGES_MAX {
            return false;
        }
        known.insert(key, damage);
        true
    }

    /// All of them, by partition, file and position.
    pub(super) fn all(&self) -> Vec<Damage> {
        self.lock().values().cloned().collect()
    }

    pub(super) fn count(&self) -> usize {
        self.lock().len()
    }

    /// Forgets those of a partition whose file is not meant any more; true if there were any.
    fn keep(&self, partition: &TopicPartition, stays: impl Fn(&Damage) -> bool) -> bool {
        let mut known = self.lock();
        let before = known.len();
        known.retain(|(of, ..), damage| of != partition || stays(damage));
        known.len() < before
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(TopicPartition, String, u64), Damage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Damage {
    fn range(&self) -> DamagedRange {
        let Self { position, end_position, offset, next_offset, .. } = *self;
        DamagedRange { position, end_position, offset, next_offset }
    }
}

/// The damages in one log dir: its part of the node's list, and the file that keeps it over a
/// restart.
#[derive(Debug)]
pub(super) struct DirDamages {
    disk: Disk,
    dir: PathBuf,
    list: Arc<Damages>,
}

impl DirDamages {
    /// Of a dir that nothing is read from.
    pub(super) fn none(disk: &Disk, dir: &Path, list: &Arc<Damages>) -> Self {
        Self { disk: disk.clone(), dir: dir.to_owned(), list: Arc::clone(list) }
    }

    /// Reads what the dir's file says. A broken file counts as missing: what it said is found again.
    pub(super) fn read(disk: &Disk, dir: &Path, list: &Arc<Damages>) -> io::Result<Self> {
        let this = Self::none(disk, dir, list);
        let path = dir.join(damaged_batches::FILE_NAME);
        let content = match disk.read(&path, FILE_BYTES_MAX) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(this),
            Err(error) => return Err(error),
        };
        match damaged_batches::parse(&String::from_utf8_lossy(&content)) {
            Ok(entries) => entries.into_iter().for_each(|entry| _ = list.note(this.damage(entry))),
            Err(why) => warn!(path = %path.display(), %why, "list of damages could not be read"),
        }
        Ok(this)
    }

    fn damage(&self, entry: DamagedBatches) -> Damage {
        let DamagedBatches { partition, base_offset, range, found_by, reason } = entry;
        Damage {
            partition,
            log_dir: self.dir.display().to_string(),
            file: SegmentFile::Log.name(base_offset),
            base_offset,
            position: range.position,
            end_position: range.end_position,
            offset: range.offset,
            next_offset: range.next_offset,
            reason,
            found_by: FoundBy::of(&found_by),
        }
    }

    /// Remembers a damage; one line in the log if it was not known. Waits for the device then.
    fn note(
        &self,
        partition: &TopicPartition,
        (base_offset, range): (Offset, DamagedRange),
        reason: &str,
        found_by: FoundBy,
    ) -> bool {
        let (found_by, reason) = (found_by.name().to_owned(), reason.to_owned());
        let partition = partition.clone();
        let damage =
            self.damage(DamagedBatches { partition, base_offset, range, found_by, reason });
        let text = damage.to_string();
        let is_new = self.list.note(damage);
        if is_new {
            error!("{text}");
            self.write();
        }
        is_new
    }

    /// Forgets the damages of a partition in segments that are gone.
    pub(super) fn keep(&self, partition: &TopicPartition, stays: impl Fn(&Damage) -> bool) {
        if self.list.count() > 0 && self.list.keep(partition, stays) {
            self.write();
        }
    }

    fn of(&self, partition: &TopicPartition) -> Vec<Damage> {
        if self.list.count() == 0 {
            return Vec::new();
        }
        let is_here = |damage: &Damage| {
            damage.partition == *partition && Path::new(&damage.log_dir) == self.dir
        };
        self.list.all().into_iter().filter(is_here).collect()
    }

    /// What the file does not say is found again, by whoever reads there.
    fn write(&self) {
        let here = |damage: &Damage| Path::new(&damage.log_dir) == self.dir;
        let entries: Vec<DamagedBatches> =
            self.list.all().iter().filter(|d| here(d)).map(entry).collect();
        let path = self.dir.join(damaged_batches::FILE_NAME);
        let content = damaged_batches::format(entries.iter());
        if let Err(error) = self.disk.write_atomic(path, content.as_bytes()) {
            warn!(%error, "list of damages not written");
        }
    }
}

fn entry(damage: &Damage) -> DamagedBatches {
    DamagedBatches {
        partition: damage.partition.clone(),
        base_offset: damage.base_offset,
        range: damage.range(),
        found_by: damage.found_by.name().to_owned(),
        reason: damage.reason.clone(),
    }
}

impl Partition {
    /// After its log was opened: what opening found goes to the list, and what the list knows to
    /// the log.
    pub(super) fn adopt_damages(&self, log: &mut LogFiles) {
        let (name, dir) = (self.topic_partition(), self.dir());
        let known = dir.damages();
        let found: Vec<_> = log.log().damaged().collect();
        for range in found {
            known.note(name, range, "no sound batch is there", FoundBy::Start);
        }
        for damage in known.of(name) {
            log.note_damage(damage.base_offset, damage.range());
        }
    }

    /// Takes note of a batch that a read found broken; false if that is not what the error says, or
    /// nothing new.
    pub(super) fn note_broken(&self, log: &mut LogFiles, error: &LogError) -> bool {
        let LogError::BrokenBatch { base_offset, position, why } = error else { return false };
        self.survey(log, *base_offset, *position, why, FoundBy::Read).unwrap_or(false)
    }

    fn survey(
        &self,
        log: &mut LogFiles,
        base_offset: Offset,
        position: u64,
        reason: &str,
        found_by: FoundBy,
    ) -> Result<bool, LogError> {
        let range = log.log().survey_damage(base_offset, position, &*log.bytes())?;
        let Some(range) = range else { return Ok(false) };
        let is_new = log.note_damage(base_offset, range);
        if is_new {
            self.dir().damages().note(
                self.topic_partition(),
                (base_offset, range),
                reason,
                found_by,
            );
        }
        Ok(is_new)
    }

    /// Looks at the batch at `position` of the segment that begins at `base_offset`, which somebody
    /// found damaged, and remembers how far the damage goes; false if the batch is sound, gone or
    /// known to be damaged. Waits for the device.
    ///
    /// # Errors
    /// [`ErrorCode::KafkaStorageError`].
    pub fn note_damage(
        &self,
        base_offset: Offset,
        position: u64,
        reason: &str,
        found_by: FoundBy,
    ) -> Result<bool, ErrorCode> {
        let noted =
            self.with_log(|log, _| self.survey(log, base_offset, position, reason, found_by))?;
        noted.map_err(|error| error.code())
    }

    /// As [`Self::note_damage`], for who knows the batch's offset and not its segment.
    pub(super) fn note_damage_at(&self, offset: Offset, position: u64, reason: &str, by: FoundBy) {
        let _ = self.with_log(|log, _| {
            let bases = log.log().segments().map(|segment| segment.base_offset);
            let base_offset = bases.filter(|&base| base <= offset).max().unwrap_or(0);
            self.survey(log, base_offset, position, reason, by)
        });
    }

    /// Forgets damages in segments that are gone.
    pub(super) fn forget_gone_damages(&self) {
        if self.dir().damages().list.count() == 0 {
            return;
        }
        let Ok(left) = self.with_log(|log, _| log.log().damaged().collect::<Vec<_>>()) else {
            return;
        };
        let is_left = |damage: &Damage| left.contains(&(damage.base_offset, damage.range()));
        self.dir().damages().keep(self.topic_partition(), is_left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn damage(partition: i32, position: u64) -> Damage {
        Damage {
            partition: TopicPartition::new("words", partition),
            log_dir: "/d".into(),
            file: "00000000000000000000.log".into(),
            base_offset: 0,
            position,
            end_position: position + 100,
            offset: 7,
            next_offset: 9,
            reason: "the checksum does not match".into(),
            found_by: FoundBy::Scrub,
        }
    }

    #[test]
    fn a_damage_is_told_once_and_forgotten_with_its_file() {
        let damages = Damages::default();
        assert!(damages.note(damage(0, 70)));
        assert!(!damages.note(damage(0, 70)));
        assert!(damages.note(damage(1, 70)));
        assert!(damages.keep(&TopicPartition::new("words", 0), |_| false));
        assert_eq!(damages.all(), [damage(1, 70)]);
        assert_eq!(
            damage(1, 70).to_string(),
            "words-1: /d/words-1/00000000000000000000.log is damaged from position 70 to 170: \
             offsets 7 to 8 are lost (the checksum does not match, found by scrub)"
        );
    }
}
