//! Two log dirs hold a dir for one partition. One of them is the partition; the other is what is left
//! of a move, of a creation that failed, or of an earlier topic of the name whose log dir was out of
//! use while the topic was deleted and made again. It is kept under another name. Only if both may
//! hold records of the topic does an operator have to say which.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ottla_base::Uuid;
use ottla_io::Disk;
use ottla_log::SegmentFile;
use ottla_log::files::names::{self, PartitionFile};
use ottla_model::TopicPartition;
use tracing::{info, warn};

use super::identity::invalid;
use super::moving::MOVED_FILE;
use super::{Partition, Shared, Storage};

/// Which of two dirs the partition is.
#[derive(Debug, PartialEq, Eq)]
enum Which {
    First,
    Second,
    /// They are of two topics: the one that the metadata knows.
    OfTheTopic,
    Unclear,
}

/// What tells.
#[derive(Debug, Clone, Copy)]
struct Twin {
    /// Zero if the dir does not tell.
    topic_id: Uuid,
    /// It holds no records, and none were removed from it.
    is_empty: bool,
}

fn which(one: Twin, other: Twin) -> Which {
    let names_none = |twin: Twin| twin.topic_id.is_zero();
    let is_told = !names_none(one) && !names_none(other);
    if is_told && one.topic_id != other.topic_id {
        return Which::OfTheTopic;
    }
    // Records of an unknown topic are not preferred to the dir of a known one.
    let is_leftover = |twin: Twin| twin.is_empty && (is_told || names_none(twin));
    match (is_leftover(one), is_leftover(other)) {
        (_, true) => Which::First,
        (true, false) => Which::Second,
        (false, false) => Which::Unclear,
    }
}

impl Shared {
    /// Of two dirs of one partition the one that is taken into use. The other is put under another
    /// name, which is returned if it is to be removed, or waits for the metadata to tell.
    pub(super) fn keep_one(
        &self,
        one: Arc<Partition>,
        other: Arc<Partition>,
    ) -> io::Result<(Arc<Partition>, Option<PathBuf>)> {
        let took_over = |p: &Partition| self.disk.exists(p.path().join(MOVED_FILE));
        let (kept, moved) = match (took_over(&one)?, took_over(&other)?) {
            (true, false) => (one, other),
            (false, true) => (other, one),
            _ => return self.keep_better(one, other).map(|kept| (kept, None)),
        };
        info!(
            partition = %moved.topic_partition(), from = moved.dir().name(),
            "a move that was all but done is done now"
        );
        self.put_aside(&moved, names::deleted_dir).map(|aside| (kept, Some(aside)))
    }

    fn keep_better(
        &self,
        one: Arc<Partition>,
        other: Arc<Partition>,
    ) -> io::Result<Arc<Partition>> {
        let (kept, left) = match which(self.twin(&one), self.twin(&other)) {
            Which::First => (one, other),
            Which::Second => (other, one),
            Which::OfTheTopic => {
                self.twins().push(other);
                return Ok(one);
            }
            Which::Unclear => return Err(unclear(&one, &other)),
        };
        self.keep_stray(&left, &kept)?;
        Ok(kept)
    }

    fn twin(&self, partition: &Partition) -> Twin {
        // What cannot be listed may hold anything.
        let is_empty = holds_nothing(&self.disk, &partition.path()).unwrap_or(false);
        Twin { topic_id: partition.topic_id(), is_empty }
    }

    fn keep_stray(&self, left: &Partition, kept: &Partition) -> io::Result<()> {
        let aside = self.put_aside(left, names::stray_dir)?;
        warn!(
            partition = %kept.topic_partition(), used = %kept.path().display(),
            kept_as = %aside.display(), topic_id = %left.topic_id(),
            "a second log dir held what was left of an earlier attempt or topic; it is kept under another name"
        );
        Ok(())
    }

    /// Gives the dir of a partition that is not used another name, durably.
    fn put_aside(
        &self,
        left: &Partition,
        aside: fn(&TopicPartition, Uuid) -> String,
    ) -> io::Result<PathBuf> {
        let (name, dir) = (left.topic_partition(), left.dir());
        let aside = left.set_aside(dir.path().join(aside(name, self.io.random_uuid())))?;
        self.disk.sync_dir(dir.path())?;
        dir.forget_durably(std::iter::once(name))?;
        dir.damages().keep(name, |_| false);
        Ok(aside)
    }
}

impl Storage {
    /// Decides between dirs of one partition that are of different topics, now that the metadata
    /// tells the ids of the topics there are. Waits for the device.
    ///
    /// # Errors
    /// More than one dir may hold records of the topic; or what the device said.
    pub fn settle_twins(&self, topic_id_of: impl Fn(&str) -> Option<Uuid>) -> io::Result<()> {
        let shared = &self.shared;
        let _changing = shared.changing();
        loop {
            let Some(twin) = shared.twins().last().cloned() else { return Ok(()) };
            let name = twin.topic_partition();
            let used = shared.lock().get(name).cloned();
            let is_wanted = topic_id_of(&name.topic) == Some(twin.topic_id());
            match used {
                None => _ = shared.lock().insert(name.clone(), Arc::clone(&twin)),
                Some(used) if !is_wanted => shared.keep_stray(&twin, &used)?,
                Some(used) if used.topic_id() == twin.topic_id() => {
                    let kept = shared.keep_better(used, Arc::clone(&twin))?;
                    shared.lock().insert(name.clone(), kept);
                }
                Some(used) => {
                    shared.moves.cancel(name);
                    shared.keep_stray(&used, &twin)?;
                    shared.lock().insert(name.clone(), Arc::clone(&twin));
                }
            }
            shared.twins().retain(|other| !Arc::ptr_eq(other, &twin));
        }
    }
}

fn unclear(one: &Partition, other: &Partition) -> io::Error {
    let (name, one, other) = (one.topic_partition(), one.path(), other.path());
    invalid(format!(
        "{name} is in two log dirs: move {} or {}, whichever is older, out of the log dirs",
        one.display(),
        other.display()
    ))
}

/// Whether a partition dir has no records, nor a segment that says that there were some.
fn holds_nothing(disk: &Disk, dir: &Path) -> io::Result<bool> {
    let tells_of_records = |entry: &ottla_io::Entry| match PartitionFile::of(&entry.name) {
        PartitionFile::Segment(base_offset, SegmentFile::Log) => base_offset > 0 || entry.len > 0,
        _ => false,
    };
    Ok(!disk.list(dir)?.iter().any(tells_of_records))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(one: (u8, bool), other: (u8, bool), expected: Which) {
        let twin = |(id, is_empty)| Twin { topic_id: Uuid([id; 16]), is_empty };
        assert_eq!(which(twin(one), twin(other)), expected, "{one:?} {other:?}");
    }

    #[test]
    fn a_dir_without_records_is_a_leftover_unless_it_is_of_the_only_known_topic() {
        let (empty, full) = (true, false);
        check((1, full), (1, empty), Which::First);
        check((1, empty), (1, full), Which::Second);
        check((1, empty), (1, empty), Which::First);
        check((1, full), (0, empty), Which::First);
        check((0, empty), (1, empty), Which::Second);
        check((0, empty), (0, full), Which::Second);
        check((0, full), (1, empty), Which::Unclear);
        check((1, full), (1, full), Which::Unclear);
        check((0, full), (1, full), Which::Unclear);
        check((1, full), (2, full), Which::OfTheTopic);
        check((1, empty), (2, full), Which::OfTheTopic);
    }
}
