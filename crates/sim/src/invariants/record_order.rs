//! A producer's records stand in the order in which it sent them, each at most once, and nothing
//! is read that nobody sent. Holds for producers that send one batch at a time and none twice.

use std::collections::{BTreeMap, BTreeSet};

use super::Invariant;
use crate::Event;

/// Follows what was sent and what was seen where.
#[derive(Default)]
pub struct RecordOrder {
    sent: BTreeSet<(u64, u64)>,
    /// Producer → number → offset.
    seen: BTreeMap<u64, BTreeMap<u64, i64>>,
    /// Offset → (producer, number).
    at: BTreeMap<i64, (u64, u64)>,
}

impl RecordOrder {
    fn on_seen(&mut self, record: (u64, u64), offset: i64) -> Result<(), String> {
        let (producer, number) = record;
        if !self.sent.contains(&record) {
            return Err(format!("nobody sent {record:?}"));
        }
        if let Some(other) = self.at.insert(offset, record)
            && other != record
        {
            return Err(format!("{other:?} was at offset {offset} before"));
        }
        let seen = self.seen.entry(producer).or_default();
        if let Some(other) = seen.insert(number, offset)
            && other != offset
        {
            return Err(format!("{record:?} is at offset {other} and at {offset}"));
        }
        let before = seen.range(..number).next_back();
        let after = seen.range(number + 1..).next();
        if let Some((other, at)) = before.filter(|(_, at)| **at > offset) {
            return Err(format!("its record {other} stands at {at}, behind {number} at {offset}"));
        }
        if let Some((other, at)) = after.filter(|(_, at)| **at < offset) {
            return Err(format!("its record {other} stands at {at}, before {number} at {offset}"));
        }
        Ok(())
    }

    /// What stood at or behind `offset` is gone, and its offsets may be given anew.
    fn forget_from(&mut self, offset: i64) {
        for (producer, number) in self.at.split_off(&offset).into_values() {
            if let Some(seen) = self.seen.get_mut(&producer) {
                seen.remove(&number);
            }
        }
    }
}

impl Invariant for RecordOrder {
    fn name(&self) -> &'static str {
        "records keep their order, each at most once, none invented"
    }

    fn observe(&mut self, event: &Event) -> Result<(), String> {
        match *event {
            Event::Sent { producer, number } => {
                self.sent.insert((producer, number));
                Ok(())
            }
            Event::Acknowledged { producer, number, offset }
            | Event::Read { producer, number, offset, .. } => {
                self.on_seen((producer, number), offset)
            }
            Event::LogEnd { .. } | Event::Asked { .. } => Ok(()),
            Event::RecoveredFromPowerCut { offset } => {
                self.forget_from(offset);
                Ok(())
            }
        }
    }
}
