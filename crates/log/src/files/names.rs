//! Names of the files in a partition dir and of the dirs in a log dir.

use alloc::format;
use alloc::string::String;

use ottla_base::Uuid;
use ottla_model::{Offset, TopicPartition};

/// The files a segment consists of. Each is named by the segment's base offset, 20 digits, and an
/// ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SegmentFile {
    /// `.log`: the batches.
    Log,
    /// `.index`: offset to position.
    OffsetIndex,
    /// `.timeindex`: timestamp to offset.
    TimeIndex,
    /// `.txnindex`: aborted transactions.
    TxnIndex,
}

impl SegmentFile {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Log, Self::OffsetIndex, Self::TimeIndex, Self::TxnIndex];

    /// The ending of its name.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Log => ".log",
            Self::OffsetIndex => ".index",
            Self::TimeIndex => ".timeindex",
            Self::TxnIndex => ".txnindex",
        }
    }

    /// Its name in the segment with this base offset.
    pub fn name(self, base_offset: Offset) -> String {
        format!("{base_offset:020}{}", self.suffix())
    }
}

/// Ending of a producer snapshot; the number before it is the offset it stands at.
pub const SNAPSHOT_SUFFIX: &str = ".snapshot";
/// Behind the name of a file that only waits for `file.delete.delay.ms`.
pub const DELETED_SUFFIX: &str = ".deleted";
/// Behind the name of a file that compaction is writing; worthless after a crash.
pub const CLEANED_SUFFIX: &str = ".cleaned";
/// Behind the name of a file that compaction finished; after a crash it takes its place.
pub const SWAP_SUFFIX: &str = ".swap";

/// The name of the producer snapshot at `offset`.
pub fn snapshot(offset: Offset) -> String {
    format!("{offset:020}{SNAPSHOT_SUFFIX}")
}

/// What a file in a partition dir is, going by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartitionFile {
    /// A file of the segment with this base offset.
    Segment(Offset, SegmentFile),
    /// The producer snapshot at this offset.
    Snapshot(Offset),
    /// Left over from an interrupted deletion or compaction; to be removed.
    Leftover,
    /// A compacted file that is to take its place: strip [`SWAP_SUFFIX`].
    Swap(Offset),
    /// Anything else: checkpoints, metadata snapshots, files of others. Left alone.
    Other,
}

impl PartitionFile {
    /// What the file called `name` is.
    pub fn of(name: &str) -> Self {
        // Deleted metadata snapshots belong to the quorum, which looks after them itself.
        if name.ends_with(".checkpoint.deleted") {
            return Self::Other;
        }
        if name.ends_with(DELETED_SUFFIX) || name.ends_with(CLEANED_SUFFIX) {
            return Self::Leftover;
        }
        let Some(offset) = name.get(..20).and_then(decimal) else { return Self::Other };
        match &name[20..] {
            SNAPSHOT_SUFFIX => Self::Snapshot(offset),
            suffix if suffix.ends_with(SWAP_SUFFIX) => Self::Swap(offset),
            suffix => match SegmentFile::ALL.iter().find(|file| file.suffix() == suffix) {
                Some(&file) => Self::Segment(offset, file),
                None => Self::Other,
            },
        }
    }
}

fn decimal(digits: &str) -> Option<Offset> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// What a dir in a log dir is, going by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogDirEntry {
    /// The replica of a partition.
    Replica(TopicPartition),
    /// A replica being removed (`-delete`).
    Deleted,
    /// A replica moving in from another log dir (`-future`).
    Future(TopicPartition),
    /// A replica that this node does not own any more (`-stray`).
    Stray,
    /// Anything else. Left alone.
    Other,
}

impl LogDirEntry {
    /// What the dir called `name` is.
    pub fn of(name: &str) -> Self {
        // What ends like that but was no replica is somebody else's, and not to be removed.
        let is_replica =
            |rest: &str| rest.rsplit_once('.').is_some_and(|(name, _)| replica(name).is_some());
        if name.strip_suffix("-delete").is_some_and(is_replica) {
            return Self::Deleted;
        }
        if name.ends_with("-stray") {
            return Self::Stray;
        }
        if let Some(rest) = name.strip_suffix("-future") {
            let partition = rest.rsplit_once('.').and_then(|(name, _)| replica(name));
            return partition.map_or(Self::Other, Self::Future);
        }
        replica(name).map_or(Self::Other, Self::Replica)
    }
}

fn replica(name: &str) -> Option<TopicPartition> {
    let (topic, partition) = name.rsplit_once('-')?;
    ottla_model::check_topic_name(topic).ok()?;
    let digits = !partition.is_empty() && partition.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| partition.parse().ok())??;
    Some(TopicPartition::new(topic, number))
}

/// Characters of the longest file name.
const DIR_NAME_LEN_MAX: usize = 255;

/// The name a replica's dir gets when it is to be removed: `topic-partition.id-delete`, with an id
/// that makes it unique. A long topic name is cut so that the whole fits a file name, as Kafka
/// does.
pub fn deleted_dir(partition: &TopicPartition, id: Uuid) -> String {
    aside_dir(partition, id, "delete")
}

/// The name a replica's dir gets when the node does not own it, as far as it knows:
/// `topic-partition.id-stray`.
pub fn stray_dir(partition: &TopicPartition, id: Uuid) -> String {
    aside_dir(partition, id, "stray")
}

/// The name of a dir that a replica is moving into from another log dir: `topic-partition.id-future`.
pub fn future_dir(partition: &TopicPartition, id: Uuid) -> String {
    aside_dir(partition, id, "future")
}

fn aside_dir(partition: &TopicPartition, id: Uuid, why: &str) -> String {
    let id: String = id.0.iter().map(|byte| format!("{byte:02x}")).collect();
    let suffix = format!("-{}.{id}-{why}", partition.partition);
    let room = DIR_NAME_LEN_MAX - suffix.len();
    let topic = partition.topic.get(..room.min(partition.topic.len())).unwrap_or_default();
    format!("{topic}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_partition_dir_are_told_apart() {
        let segment = |file| PartitionFile::Segment(42, file);
        for (name, expected) in [
            ("00000000000000000042.log", segment(SegmentFile::Log)),
            ("00000000000000000042.index", segment(SegmentFile::OffsetIndex)),
            ("00000000000000000042.timeindex", segment(SegmentFile::TimeIndex)),
            ("00000000000000000042.txnindex", segment(SegmentFile::TxnIndex)),
            ("00000000000000000042.snapshot", PartitionFile::Snapshot(42)),
            ("00000000000000000042.log.deleted", PartitionFile::Leftover),
            ("00000000000000000042.log.cleaned", PartitionFile::Leftover),
            ("00000000000000000042.log.swap", PartitionFile::Swap(42)),
            ("00000000000000000042-0000000001.checkpoint", PartitionFile::Other),
            ("00000000000000000042-0000000001.checkpoint.deleted", PartitionFile::Other),
            ("0000000000000000004x.log", PartitionFile::Other),
            ("leader-epoch-checkpoint", PartitionFile::Other),
            ("quorum-state", PartitionFile::Other),
        ] {
            assert_eq!(PartitionFile::of(name), expected, "{name}");
        }
        assert_eq!(SegmentFile::TimeIndex.name(42), "00000000000000000042.timeindex");
    }

    #[test]
    fn dirs_of_a_log_dir_are_told_apart() {
        let partition = TopicPartition::new("a-b", 7);
        for (name, expected) in [
            ("a-b-7", LogDirEntry::Replica(partition.clone())),
            ("a-b-7.0123456789abcdef0123456789abcdef-delete", LogDirEntry::Deleted),
            ("a-b-7.0123456789abcdef0123456789abcdef-future", LogDirEntry::Future(partition)),
            ("a-b-7.0123456789abcdef0123456789abcdef-stray", LogDirEntry::Stray),
            ("lost+found", LogDirEntry::Other),
            ("not-to-delete", LogDirEntry::Other),
            ("2026.backup-delete", LogDirEntry::Other),
            ("a-b", LogDirEntry::Other),
            ("a--1", LogDirEntry::Replica(TopicPartition::new("a-", 1))),
        ] {
            assert_eq!(LogDirEntry::of(name), expected, "{name}");
        }
    }

    #[test]
    fn a_dir_to_be_removed_fits_a_file_name() {
        let id = Uuid([0xab; 16]);
        let name = deleted_dir(&TopicPartition::new("a", 3), id);
        assert_eq!(name, "a-3.abababababababababababababababab-delete");
        let long = deleted_dir(&TopicPartition::new("x".repeat(249), 123), id);
        assert_eq!(long.len(), 255);
        assert_eq!(LogDirEntry::of(&long), LogDirEntry::Deleted);
    }
}
