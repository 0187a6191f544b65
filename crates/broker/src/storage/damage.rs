//! Damaged batches that are known: where they are, who found them. One list for the node, fed by
//! starts, reads and the scrubber, and shown by the operator's page and the tools.
//!
//! A damaged batch is never cut away. What lies before it is served; a reader that comes to it is
//! told CORRUPT_MESSAGE, and goes on behind it only if it asks for an offset there, so that nobody
//! passes over lost records without knowing. Appends go on at the true end.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ottla_model::{Offset, TopicPartition};

/// Damages that are remembered of one node; of more, only the partitions' own logs know.
pub const DAMAGES_MAX: usize = 10_000;

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
    pub(super) fn keep(&self, partition: &TopicPartition, stays: impl Fn(&Damage) -> bool) -> bool {
        let mut known = self.lock();
        let before = known.len();
        known.retain(|(of, ..), damage| of != partition || stays(damage));
        known.len() < before
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(TopicPartition, String, u64), Damage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
