//! How dirty a partition is. A log that is not open is not opened to find out: names and sizes of its
//! segments tell enough, and are looked at once.

use std::io;
use std::sync::atomic::Ordering;

use ottla_base::WallTime;
use ottla_io::Entry;
use ottla_log::SegmentFile;
use ottla_log::compact::{Cleanable, CleanableState};
use ottla_log::files::names::PartitionFile;
use ottla_model::Offset;

use crate::storage::log_files::log_error;
use crate::storage::partition::Partition;

/// What is known of a partition's dirt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::storage) enum Looked {
    /// Its log is not open and had nothing to be cleaned when it was looked at.
    Idle,
    /// Its dir has to be looked at first.
    Unknown,
    /// This.
    Known(Cleanable, CleanableState),
}

impl Partition {
    /// Whether its log is to be compacted at all.
    pub(in crate::storage) fn is_compacted(&self) -> bool {
        self.lock().config.compact
            && self.moves.load(Ordering::Acquire) == 0
            && !self.is_removed.load(Ordering::Relaxed)
            && !self.dir().is_offline()
    }

    /// What is known without opening anything but indexes of an open log.
    pub(super) fn look(&self, now: WallTime) -> io::Result<Looked> {
        let checkpoint = self.dir().checkpoints().cleaned(self.topic_partition());
        let mut state = self.lock();
        let high_watermark = state.replica.high_watermark();
        let Some(log) = &mut state.log else {
            let is_idle = self.is_known_clean.load(Ordering::Relaxed);
            return Ok(if is_idle { Looked::Idle } else { Looked::Unknown });
        };
        let config = log.log().config().min_cleanable_dirty_ratio;
        let cleanable = log.log().cleanable(checkpoint, high_watermark, now, &*log.bytes());
        let cleanable = cleanable.map_err(log_error)?;
        Ok(Looked::Known(cleanable, cleanable.state(config)))
    }

    /// Looks at the dir of a log that is not open, and opens the log if something in it may be due.
    pub(super) fn look_into_dir(&self, now: WallTime) -> io::Result<Looked> {
        let (path, config) = {
            let state = self.lock();
            (state.path.clone(), state.config.clone())
        };
        let checkpoint = self.dir().checkpoints().cleaned(self.topic_partition()).unwrap_or(0);
        let (clean, dirty) = dirt(&self.disk.list(&path)?, checkpoint);
        let ratio = dirty as f64 / (clean + dirty).max(1) as f64;
        let may_wait = config.max_compaction_lag_ms == i64::MAX;
        if dirty == 0 || (may_wait && ratio <= config.min_cleanable_dirty_ratio) {
            self.is_known_clean.store(true, Ordering::Relaxed);
            return Ok(Looked::Idle);
        }
        self.with_log(|_, _| ()).map_err(|code| io::Error::other(code.name()))?;
        self.look(now)
    }
}

/// Bytes of segments that begin before `checkpoint`, and of other sealed ones.
fn dirt(entries: &[Entry], checkpoint: Offset) -> (u64, u64) {
    let mut segments: Vec<(Offset, u64)> = entries
        .iter()
        .filter_map(|entry| match PartitionFile::of(&entry.name) {
            PartitionFile::Segment(base_offset, SegmentFile::Log) => Some((base_offset, entry.len)),
            _ => None,
        })
        .collect();
    segments.sort_unstable();
    // The last is the active one, which is not cleaned.
    segments.pop();
    let (mut clean, mut dirty) = (0, 0);
    for (at, (base_offset, len)) in segments.iter().enumerate() {
        let end = segments.get(at + 1).map_or(Offset::MAX, |next| next.0);
        clean += if *base_offset < checkpoint { *len } else { 0 };
        dirty += if end > checkpoint && *base_offset >= checkpoint { *len } else { 0 };
    }
    (clean, dirty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_sizes_tell_how_dirty_a_closed_log_is() {
        let entry = |name: &str, len| Entry {
            name: name.into(),
            is_dir: false,
            len,
            modified: WallTime { millis: 0 },
        };
        let entries = [
            entry("00000000000000000000.index", 7),
            entry("00000000000000000000.log", 100),
            entry("00000000000000000010.log", 50),
            entry("00000000000000000030.log", 20),
            entry("00000000000000000030.snapshot", 5),
            entry("leader-epoch-checkpoint", 5),
        ];
        for (checkpoint, expected) in
            [(0, (0, 150)), (10, (100, 50)), (11, (150, 0)), (30, (150, 0)), (99, (150, 0))]
        {
            assert_eq!(dirt(&entries, checkpoint), expected, "checkpoint {checkpoint}");
        }
        assert_eq!(dirt(&entries[3..], 0), (0, 0));
    }
}
