//! Compaction keeps the last value of every key: a reader that comes to the end of a compacted log
//! has met, for each acknowledged record that it did not meet, a later one of the same key; or that
//! key ended in a tombstone, which goes in its time.

use std::collections::BTreeMap;

use super::Invariant;
use crate::Event;
use crate::workload::{is_tombstone, key_of};

/// Follows what each reader owes.
#[derive(Default)]
pub struct LastValues {
    /// Offset → (producer, number), of what was acknowledged or read.
    seen: BTreeMap<i64, (u64, u64)>,
    /// Tombstones that may be in the log unseen: key → how many were sent.
    tombstones_sent: BTreeMap<u64, u64>,
    tombstones_seen: BTreeMap<u64, u64>,
    readers: BTreeMap<u64, Pass>,
    log_start: i64,
    rotted: bool,
}

/// How far a reader is, and what it met.
#[derive(Default)]
struct Pass {
    /// The first offset it wants.
    from: i64,
    /// Where the log ended when it began.
    to: i64,
    /// Key → the highest offset at which it met that key.
    met: BTreeMap<u64, i64>,
}

impl LastValues {
    fn on_seen(&mut self, record: (u64, u64), offset: i64) {
        let is_new = self.seen.insert(offset, record).is_none();
        if is_new && is_tombstone(record.1) {
            *self.tombstones_seen.entry(key_of(record.1)).or_default() += 1;
        }
    }

    fn on_read_to_end(&self, reader: u64) -> Result<(), String> {
        let Some(pass) = self.readers.get(&reader).filter(|_| !self.rotted) else { return Ok(()) };
        let from = pass.from.max(self.log_start);
        if from >= pass.to {
            return Ok(());
        }
        let mut last = BTreeMap::new();
        for (&offset, &record) in self.seen.range(from..pass.to) {
            last.insert(key_of(record.1), (offset, record));
        }
        for (key, (offset, record)) in last {
            let met = pass.met.get(&key).copied().unwrap_or(-1);
            let unseen = self.tombstones_sent.get(&key) > self.tombstones_seen.get(&key);
            if met < offset && !is_tombstone(record.1) && !unseen {
                return Err(format!(
                    "{record:?} is the last of key {key} and stood at {offset}; the reader met the \
                     key last at {met}"
                ));
            }
        }
        Ok(())
    }
}

impl Invariant for LastValues {
    fn name(&self) -> &'static str {
        "compaction keeps the last value of every key"
    }

    fn observe(&mut self, event: &Event) -> Result<(), String> {
        match *event {
            Event::Sent { number, .. } if is_tombstone(number) => {
                *self.tombstones_sent.entry(key_of(number)).or_default() += 1;
            }
            Event::Acknowledged { producer, number, offset } => {
                self.on_seen((producer, number), offset);
            }
            Event::Read { reader, offset, producer, number } => {
                self.on_seen((producer, number), offset);
                let pass = self.readers.entry(reader).or_default();
                pass.met.insert(key_of(number), offset);
            }
            Event::PassBegun { reader, from, to } => {
                self.readers.insert(reader, Pass { from, to, met: BTreeMap::new() });
            }
            Event::ReadToEnd { reader } => return self.on_read_to_end(reader),
            Event::LogStart { offset, .. } | Event::Deleted { log_start: offset } => {
                self.log_start = self.log_start.max(offset);
            }
            Event::Rotted { .. } => self.rotted = true,
            Event::RecoveredFromPowerCut { offset } => {
                self.seen.split_off(&offset);
            }
            _ => {}
        }
        Ok(())
    }
}
