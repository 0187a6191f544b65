//! A producer's acknowledged records stand in the order in which it sent them, each record at most
//! once, and nothing is read that nobody sent. Holds for producers that send one batch at a time
//! and none twice, and for idempotent ones. What was given up without an acknowledgement may come
//! to the log late, from a connection that was given up with it.

use std::collections::{BTreeMap, BTreeSet};

use super::Invariant;
use crate::Event;

/// Follows what was sent and what was seen where.
#[derive(Default)]
pub struct RecordOrder {
    sent: BTreeSet<(u64, u64)>,
    /// Producer → number → offset.
    seen: BTreeMap<u64, BTreeMap<u64, i64>>,
    /// The acknowledged ones of them.
    acknowledged: BTreeMap<u64, BTreeMap<u64, i64>>,
    /// Offset → (producer, number).
    at: BTreeMap<i64, (u64, u64)>,
    /// From this offset on a bit rotted: offsets may be given anew there.
    rotted_from: Option<i64>,
}

impl RecordOrder {
    fn on_seen(&mut self, record: (u64, u64), offset: i64) -> Result<(), String> {
        let (producer, number) = record;
        if !self.sent.contains(&record) {
            return Err(format!("nobody sent {record:?}"));
        }
        if self.is_rotted(offset) {
            return Ok(());
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
        Ok(())
    }

    fn on_acknowledged(&mut self, record: (u64, u64), offset: i64) -> Result<(), String> {
        self.on_seen(record, offset)?;
        if self.is_rotted(offset) {
            return Ok(());
        }
        let (producer, number) = record;
        let others = self.acknowledged.entry(producer).or_default();
        others.insert(number, offset);
        let before = others.range(..number).next_back();
        let after = others.range(number + 1..).next();
        if let Some((other, at)) = before.filter(|(_, at)| **at > offset) {
            return Err(format!("its record {other} stands at {at}, behind {number} at {offset}"));
        }
        if let Some((other, at)) = after.filter(|(_, at)| **at < offset) {
            return Err(format!("its record {other} stands at {at}, before {number} at {offset}"));
        }
        Ok(())
    }

    fn is_rotted(&self, offset: i64) -> bool {
        self.rotted_from.is_some_and(|from| from <= offset)
    }

    /// What stood at or behind `offset` is gone, and its offsets may be given anew.
    fn forget_from(&mut self, offset: i64) {
        for (producer, number) in self.at.split_off(&offset).into_values() {
            for records in [&mut self.seen, &mut self.acknowledged] {
                if let Some(records) = records.get_mut(&producer) {
                    records.remove(&number);
                }
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
            Event::Acknowledged { producer, number, offset } => {
                self.on_acknowledged((producer, number), offset)
            }
            Event::Read { producer, number, offset, .. } => {
                self.on_seen((producer, number), offset)
            }
            Event::LogEnd { .. }
            | Event::Asked { .. }
            | Event::LogStart { .. }
            | Event::DeletionAsked { .. }
            | Event::Deleted { .. }
            | Event::PassBegun { .. }
            | Event::ReadToEnd { .. } => Ok(()),
            Event::Rotted { offset } => {
                self.rotted_from = Some(self.rotted_from.map_or(offset, |from| from.min(offset)));
                self.forget_from(offset);
                Ok(())
            }
            Event::RecoveredFromPowerCut { offset } => {
                self.forget_from(offset);
                Ok(())
            }
        }
    }
}
