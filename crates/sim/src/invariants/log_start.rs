//! The log start never goes back, what was deleted stays deleted, and it moves only as far as
//! somebody asked, where nothing else may move it.

use std::collections::BTreeMap;

use super::Invariant;
use crate::Event;

/// Follows what is known of the log start.
pub struct LogStart {
    /// Whether retention may move it.
    retention: bool,
    /// The highest that somebody was told.
    known: i64,
    /// The highest that somebody asked for, which may have happened without an answer.
    asked_for: i64,
    /// What was known when each reader asked.
    readers: BTreeMap<u64, i64>,
    rotted: bool,
}

impl LogStart {
    /// A log that starts at 0.
    pub fn new(retention: bool) -> Self {
        let readers = BTreeMap::new();
        Self { retention, known: 0, asked_for: 0, readers, rotted: false }
    }

    fn on_told(&mut self, offset: i64, at_least: i64) -> Result<(), String> {
        if offset < at_least {
            return Err(format!("the log starts at {offset}; it had been at {at_least} before"));
        }
        if !self.retention && !self.rotted && offset > self.asked_for {
            let asked_for = self.asked_for;
            return Err(format!("the log starts at {offset}, asked for was {asked_for} at most"));
        }
        self.known = self.known.max(offset);
        Ok(())
    }
}

impl Invariant for LogStart {
    fn name(&self) -> &'static str {
        "the log start never goes back, and moves only when it may"
    }

    fn observe(&mut self, event: &Event) -> Result<(), String> {
        match *event {
            Event::Asked { reader } => {
                self.readers.insert(reader, self.known);
            }
            Event::LogStart { reader, offset } => {
                let at_least = self.readers.get(&reader).copied().unwrap_or(self.known);
                return self.on_told(offset, at_least);
            }
            // To delete everything is to delete what may be there when it happens.
            Event::DeletionAsked { before: -1 } => self.asked_for = i64::MAX,
            Event::DeletionAsked { before } => self.asked_for = self.asked_for.max(before),
            Event::Deleted { log_start } => return self.on_told(log_start, 0),
            Event::Rotted { .. } => self.rotted = true,
            Event::Sent { .. }
            | Event::Acknowledged { .. }
            | Event::Read { .. }
            | Event::LogEnd { .. }
            | Event::PassBegun { .. }
            | Event::ReadToEnd { .. }
            | Event::RecoveredFromPowerCut { .. } => {}
        }
        Ok(())
    }
}
