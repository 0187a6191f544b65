//! [`Checkpoints`]: what the offset checkpoints of a log dir say.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use ottla_io::Disk;
use ottla_log::files::offset_checkpoint;
use ottla_model::{Offset, TopicPartition};
use tracing::warn;

/// Bytes of the largest checkpoint that makes sense: some hundred thousand partitions.
const CHECKPOINT_BYTES_MAX: u64 = 256 << 20;

/// The offset checkpoints of a log dir. What they say of partitions that have not been opened since
/// the start is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Checkpoints {
    pub(super) recovery_points: BTreeMap<TopicPartition, Offset>,
    /// The file was not there, or could not be read.
    pub(super) recovery_points_lost: bool,
    pub(super) log_starts: BTreeMap<TopicPartition, Offset>,
    pub(super) high_watermarks: BTreeMap<TopicPartition, Offset>,
    /// First offset the cleaner has not been over.
    pub(super) cleaned: BTreeMap<TopicPartition, Offset>,
}

/// What the checkpoints are to say of one partition.
#[derive(Debug, Clone, Copy)]
pub(super) struct Checkpointed {
    pub(super) recovery_point: Offset,
    pub(super) high_watermark: Offset,
    pub(super) log_start_offset: Offset,
    /// A log start that is the first segment's base offset need not be told.
    pub(super) first_base: Offset,
}

impl Checkpoints {
    pub(super) fn read(disk: &Disk, dir: &Path) -> io::Result<Self> {
        let read = |name: &str| read_checkpoint(disk, &dir.join(name));
        let recovery_points = read(offset_checkpoint::RECOVERY_POINT)?;
        Ok(Self {
            recovery_points_lost: recovery_points.is_none(),
            recovery_points: recovery_points.unwrap_or_default(),
            log_starts: read(offset_checkpoint::LOG_START)?.unwrap_or_default(),
            high_watermarks: read(offset_checkpoint::REPLICATION)?.unwrap_or_default(),
            cleaned: read(offset_checkpoint::CLEANER)?.unwrap_or_default(),
        })
    }

    pub(super) fn take(&mut self, told: Vec<(TopicPartition, Checkpointed)>) {
        for (name, offsets) in told {
            self.recovery_points.insert(name.clone(), offsets.recovery_point);
            self.high_watermarks.insert(name.clone(), offsets.high_watermark);
            // DeleteRecords may have written down a later one meanwhile.
            let known = self.log_starts.get(&name).copied().unwrap_or(0);
            let start = known.max(offsets.log_start_offset);
            if start > offsets.first_base {
                self.log_starts.insert(name, start);
            } else {
                self.log_starts.remove(&name);
            }
        }
    }

    pub(super) fn recovery_point(&self, name: &TopicPartition) -> Offset {
        self.recovery_points.get(name).copied().unwrap_or(0)
    }

    pub(super) fn log_start_offset(&self, name: &TopicPartition) -> Offset {
        self.log_starts.get(name).copied().unwrap_or(0)
    }

    pub(super) fn high_watermark(&self, name: &TopicPartition) -> Offset {
        self.high_watermarks.get(name).copied().unwrap_or(0)
    }

    /// How far compaction has come; `None` if it has never been over the partition.
    pub(super) fn cleaned(&self, name: &TopicPartition) -> Option<Offset> {
        self.cleaned.get(name).copied()
    }

    /// Nothing is known of recovery points, not even that they are 0.
    pub(super) fn has_lost_recovery_points(&self) -> bool {
        self.recovery_points_lost
    }

    pub(super) fn compacted_before(&self, name: &TopicPartition) -> Offset {
        self.cleaned.get(name).copied().unwrap_or(0)
    }

    pub(super) fn knows(&self, name: &TopicPartition) -> bool {
        self.recovery_points.contains_key(name)
            || self.log_starts.contains_key(name)
            || self.high_watermarks.contains_key(name)
            || self.cleaned.contains_key(name)
    }

    pub(super) fn forget(&mut self, name: &TopicPartition) {
        self.recovery_points.remove(name);
        self.log_starts.remove(name);
        self.high_watermarks.remove(name);
        self.cleaned.remove(name);
    }
}

/// Reads a checkpoint; `None` if it is missing or broken: offsets are then found out from the logs.
fn read_checkpoint(
    disk: &Disk,
    path: &Path,
) -> io::Result<Option<BTreeMap<TopicPartition, Offset>>> {
    let content = match disk.read(path, CHECKPOINT_BYTES_MAX) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let parsed = offset_checkpoint::parse(&String::from_utf8_lossy(&content));
    Ok(parsed
        .inspect_err(|why| warn!(path = %path.display(), %why, "checkpoint could not be read"))
        .ok())
}
