//! What a consumer was shown, and the log end it was told, outlasts a power cut: the promise of
//! `ottla.ack.durability=synced`.

use super::Invariant;
use crate::Event;

/// Follows how far anybody has seen.
#[derive(Default)]
pub struct ShownStays {
    shown: i64,
    rotted_from: Option<i64>,
}

impl Invariant for ShownStays {
    fn name(&self) -> &'static str {
        "what a consumer was shown survives a power cut"
    }

    fn observe(&mut self, event: &Event) -> Result<(), String> {
        match *event {
            Event::Read { offset, .. } => self.shown = self.shown.max(offset + 1),
            Event::LogEnd { offset, .. } => self.shown = self.shown.max(offset),
            Event::Rotted { offset } => {
                self.rotted_from = Some(self.rotted_from.map_or(offset, |from| from.min(offset)));
            }
            Event::RecoveredFromPowerCut { offset } => {
                let shown = self.rotted_from.map_or(self.shown, |from| self.shown.min(from));
                if offset < shown {
                    return Err(format!("{shown} was shown, the log ends at {offset}"));
                }
            }
            _ => {}
        }
        Ok(())
    }
}
