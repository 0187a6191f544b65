//! No acknowledged record is lost, or found elsewhere than where it was said to be.

use std::collections::BTreeMap;

use super::Invariant;
use crate::{Event, Promise};

/// Follows what was acknowledged, and what each reader passes by.
pub struct DurableAcks {
    promise: Promise,
    /// What a reader passes over may have been compacted: another property's business.
    compacted: bool,
    /// Offset → (producer, number).
    acknowledged: BTreeMap<i64, (u64, u64)>,
    /// Where each reader was last.
    readers: BTreeMap<u64, i64>,
    /// The last offset that was acknowledged when each reader asked.
    asked: BTreeMap<u64, i64>,
    /// What stood before this offset was removed; whether rightly is another property's business.
    log_start: i64,
    /// From this offset on a bit rotted: what stands there may be gone, not wrong.
    rotted_from: i64,
}

impl DurableAcks {
    /// Nothing acknowledged yet.
    pub fn new(promise: Promise, compacted: bool) -> Self {
        Self {
            promise,
            compacted,
            acknowledged: BTreeMap::new(),
            readers: BTreeMap::new(),
            asked: BTreeMap::new(),
            log_start: 0,
            rotted_from: i64::MAX,
        }
    }

    fn on_acknowledged(&mut self, offset: i64, record: (u64, u64)) -> Result<(), String> {
        if offset >= self.rotted_from {
            return Ok(());
        }
        match self.acknowledged.insert(offset, record) {
            Some(other) if other != record => {
                Err(format!("offset {offset} was acknowledged for {other:?} before"))
            }
            _ => Ok(()),
        }
    }

    fn on_read(&mut self, reader: u64, offset: i64, record: (u64, u64)) -> Result<(), String> {
        if let Some(&expected) = self.acknowledged.get(&offset)
            && expected != record
        {
            return Err(format!("{expected:?} was acknowledged there, {record:?} is there now"));
        }
        let previous = self.readers.insert(reader, offset);
        // A reader goes forward in steps; what lies between two of them it should have seen.
        match previous {
            Some(previous) if previous < offset && !self.compacted => {
                self.none_between(previous + 1, offset)
            }
            _ => Ok(()),
        }
    }

    fn none_between(&self, from: i64, to: i64) -> Result<(), String> {
        let (from, to) = (from.max(self.log_start), to.min(self.rotted_from));
        if from >= to {
            return Ok(());
        }
        match self.acknowledged.range(from..to).next() {
            Some((at, record)) => {
                Err(format!("{record:?}, acknowledged at {at}, was passed over as if not there"))
            }
            None => Ok(()),
        }
    }

    fn last_acknowledged(&self) -> i64 {
        self.acknowledged.last_key_value().map_or(-1, |(offset, _)| *offset)
    }

    /// `last` was acknowledged before the question.
    fn on_log_end(&mut self, offset: i64, last: i64) -> Result<(), String> {
        let last = last.min(self.rotted_from.saturating_sub(1));
        let from = offset.max(self.log_start);
        match self.acknowledged.range(from..).next().filter(|(at, _)| **at <= last) {
            Some((at, record)) => {
                Err(format!("the log ends at {offset}, {record:?} was acknowledged at {at}"))
            }
            None => Ok(()),
        }
    }
}

impl Invariant for DurableAcks {
    fn name(&self) -> &'static str {
        "no acknowledged record is lost"
    }

    fn observe(&mut self, event: &Event) -> Result<(), String> {
        match *event {
            Event::Sent { .. }
            | Event::DeletionAsked { .. }
            | Event::PassBegun { .. }
            | Event::ReadToEnd { .. } => Ok(()),
            Event::LogStart { offset, .. } | Event::Deleted { log_start: offset } => {
                self.log_start = self.log_start.max(offset);
                Ok(())
            }
            Event::Rotted { offset } => {
                self.rotted_from = self.rotted_from.min(offset);
                self.acknowledged.split_off(&self.rotted_from);
                Ok(())
            }
            Event::Acknowledged { producer, number, offset } => {
                self.on_acknowledged(offset, (producer, number))
            }
            Event::Read { reader, offset, producer, number } => {
                self.on_read(reader, offset, (producer, number))
            }
            Event::Asked { reader } => {
                self.asked.insert(reader, self.last_acknowledged());
                Ok(())
            }
            Event::LogEnd { reader, offset } => {
                let last = self.asked.get(&reader).copied();
                self.on_log_end(offset, last.unwrap_or_else(|| self.last_acknowledged()))
            }
            Event::RecoveredFromPowerCut { offset } => {
                if self.promise == Promise::PowerCut {
                    return self.on_log_end(offset, self.last_acknowledged());
                }
                self.acknowledged.split_off(&offset);
                self.readers.clear();
                self.asked.values_mut().for_each(|last| *last = (*last).min(offset - 1));
                Ok(())
            }
        }
    }
}
