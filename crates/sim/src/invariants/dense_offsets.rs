//! Every offset between the log start and the log end has its record: a reader that goes forward
//! skips none, but for those that the log start has passed.

use std::collections::BTreeMap;

use super::Invariant;
use crate::Event;

/// Follows where each reader is.
#[derive(Default)]
pub struct DenseOffsets {
    /// The last offset that each reader saw.
    readers: BTreeMap<u64, i64>,
    log_start: i64,
    rotted_from: Option<i64>,
}

impl DenseOffsets {
    fn on_read(&mut self, reader: u64, offset: i64) -> Result<(), String> {
        let Some(before) = self.readers.insert(reader, offset) else { return Ok(()) };
        let first_missing = (before + 1).max(self.log_start);
        let is_rotted = self.rotted_from.is_some_and(|from| first_missing >= from);
        if first_missing < offset && !is_rotted {
            return Err(format!(
                "reader {reader} was at {before}, the log starts at {}, and there is no record at \
                 {first_missing}",
                self.log_start
            ));
        }
        Ok(())
    }
}

impl Invariant for DenseOffsets {
    fn name(&self) -> &'static str {
        "every offset has its record"
    }

    fn observe(&mut self, event: &Event) -> Result<(), String> {
        match *event {
            Event::Read { reader, offset, .. } => return self.on_read(reader, offset),
            Event::LogStart { offset, .. } | Event::Deleted { log_start: offset } => {
                self.log_start = self.log_start.max(offset);
            }
            Event::Rotted { offset } => {
                self.rotted_from = Some(self.rotted_from.map_or(offset, |from| from.min(offset)));
            }
            // A reader may not notice that the log ended before its place and has grown past it.
            Event::RecoveredFromPowerCut { .. } => self.readers.clear(),
            Event::Sent { .. }
            | Event::Acknowledged { .. }
            | Event::Asked { .. }
            | Event::LogEnd { .. }
            | Event::DeletionAsked { .. }
            | Event::PassBegun { .. }
            | Event::ReadToEnd { .. } => {}
        }
        Ok(())
    }
}
