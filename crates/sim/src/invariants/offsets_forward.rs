//! Offsets never go back: neither those that a producer is given, nor the end of the log that a
//! reader is told, nor the position of a reader.

use std::collections::BTreeMap;

use super::Invariant;
use crate::{Event, Promise};

/// Follows the highest offset of each producer and reader.
pub struct OffsetsForward {
    promise: Promise,
    acknowledged: BTreeMap<u64, i64>,
    read: BTreeMap<u64, i64>,
    log_end: BTreeMap<u64, i64>,
    /// From this offset on a bit rotted: offsets may be given anew there.
    rotted_from: i64,
}

impl OffsetsForward {
    /// Nobody has been anywhere.
    pub fn new(promise: Promise) -> Self {
        Self {
            promise,
            acknowledged: BTreeMap::new(),
            read: BTreeMap::new(),
            log_end: BTreeMap::new(),
            rotted_from: i64::MAX,
        }
    }

    fn forget_from(&mut self, offset: i64) {
        for highest in self.acknowledged.values_mut().chain(self.read.values_mut()) {
            *highest = (*highest).min(offset - 1);
        }
        for end in self.log_end.values_mut() {
            *end = (*end).min(offset);
        }
    }
}

impl Invariant for OffsetsForward {
    fn name(&self) -> &'static str {
        "offsets never go back"
    }

    fn observe(&mut self, event: &Event) -> Result<(), String> {
        match *event {
            Event::Sent { .. }
            | Event::Asked { .. }
            | Event::LogStart { .. }
            | Event::DeletionAsked { .. }
            | Event::Deleted { .. }
            | Event::PassBegun { .. }
            | Event::ReadToEnd { .. } => Ok(()),
            Event::Rotted { offset } => {
                self.rotted_from = self.rotted_from.min(offset);
                Ok(())
            }
            Event::Acknowledged { producer, offset, .. } => {
                match self.acknowledged.insert(producer, offset) {
                    Some(before) if before >= offset && offset < self.rotted_from => {
                        Err(format!("producer {producer} was given {before} before"))
                    }
                    _ => Ok(()),
                }
            }
            Event::Read { reader, offset, .. } => match self.read.insert(reader, offset) {
                Some(before) if before >= offset && offset < self.rotted_from => {
                    Err(format!("reader {reader} was at {before} before"))
                }
                _ => Ok(()),
            },
            Event::LogEnd { reader, offset } => match self.log_end.insert(reader, offset) {
                Some(before) if before > offset && offset < self.rotted_from => {
                    Err(format!("reader {reader} saw the log end at {before} before"))
                }
                _ => Ok(()),
            },
            Event::RecoveredFromPowerCut { offset } => {
                // Under the stronger promise acknowledged records alone must still be there; what
                // was only read may have been unsynced.
                let acknowledged = self.acknowledged.values().max().copied().unwrap_or(-1);
                let acknowledged = acknowledged.min(self.rotted_from.saturating_sub(1));
                if self.promise == Promise::PowerCut && offset <= acknowledged {
                    return Err(format!("{acknowledged} had been given to a producer"));
                }
                self.forget_from(offset);
                Ok(())
            }
        }
    }
}
