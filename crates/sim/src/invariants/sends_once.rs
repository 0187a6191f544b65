//! What was sent with a producer id stands in the log once, however often it was sent; what was
//! acknowledged stands there; and where it stands, it stays.

use std::collections::{BTreeMap, BTreeSet};

use ottla_model::TopicPartition;

use super::Invariant;
use crate::Deed;

/// Follows where each record stands.
#[derive(Default)]
pub struct SendsOnce {
    sent: BTreeMap<u64, TopicPartition>,
    stored: BTreeSet<u64>,
    places: BTreeMap<u64, i64>,
    /// Reader → what it saw.
    seen: BTreeMap<u64, BTreeSet<u64>>,
}

impl SendsOnce {
    fn on_seen(
        &mut self,
        reader: u64,
        at: &TopicPartition,
        offset: i64,
        record: u64,
    ) -> Result<(), String> {
        match self.sent.get(&record) {
            None => return Err("nobody sent it".to_owned()),
            Some(to) if to != at => return Err(format!("it was sent to {to}")),
            Some(_) => {}
        }
        self.seen.entry(reader).or_default().insert(record);
        match self.places.insert(record, offset) {
            Some(other) if other != offset => Err(format!("it is at offset {other} too")),
            _ => Ok(()),
        }
    }

    fn on_seen_all(&self, reader: u64) -> Result<(), String> {
        let seen = self.seen.get(&reader);
        let is_missing = |record: &&u64| seen.is_none_or(|seen| !seen.contains(record));
        let missing: Vec<_> = self.stored.iter().filter(is_missing).collect();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(format!("{missing:?} were acknowledged and are gone")),
        }
    }
}

impl Invariant<Deed> for SendsOnce {
    fn name(&self) -> &'static str {
        "no acknowledged send is lost or doubled"
    }

    fn observe(&mut self, deed: &Deed) -> Result<(), String> {
        match deed {
            Deed::Sent { record, to, .. } => {
                self.sent.insert(*record, to.clone());
            }
            Deed::Stored { record } => {
                self.stored.insert(*record);
            }
            Deed::Seen { reader, at, offset, record } => {
                return self.on_seen(*reader, at, *offset, *record);
            }
            Deed::SeenAll { reader } => return self.on_seen_all(*reader),
            _ => {}
        }
        Ok(())
    }
}
