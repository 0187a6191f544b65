//! Consume, transform, produce: what came in and was committed is reflected in what went out, each
//! record once.

use std::collections::{BTreeMap, BTreeSet};

use super::Invariant;
use crate::Deed;

/// Follows what was made of what.
#[derive(Default)]
pub struct ExactlyOnce {
    /// Record → the one that it was made of.
    made_of: BTreeMap<u64, u64>,
    /// Reader → input → the output that it saw.
    outputs: BTreeMap<u64, BTreeMap<u64, u64>>,
    /// Reader → the inputs that it saw.
    inputs: BTreeMap<u64, BTreeSet<u64>>,
}

impl ExactlyOnce {
    fn on_seen(&mut self, reader: u64, record: u64) -> Result<(), String> {
        let Some(&input) = self.made_of.get(&record) else {
            self.inputs.entry(reader).or_default().insert(record);
            return Ok(());
        };
        let outputs = self.outputs.entry(reader).or_default();
        match outputs.insert(input, record) {
            Some(other) if other != record => {
                Err(format!("{other} and {record} were both made of {input}"))
            }
            _ => Ok(()),
        }
    }

    fn on_seen_all(&self, reader: u64) -> Result<(), String> {
        if self.made_of.is_empty() {
            return Ok(());
        }
        let (inputs, outputs) = (self.inputs.get(&reader), self.outputs.get(&reader));
        let reflected: BTreeSet<u64> =
            outputs.into_iter().flat_map(|outputs| outputs.keys().copied()).collect();
        let inputs = inputs.cloned().unwrap_or_default();
        let lost: Vec<_> = inputs.difference(&reflected).collect();
        if !lost.is_empty() {
            return Err(format!("nothing was made of {lost:?}"));
        }
        let invented: Vec<_> = reflected.difference(&inputs).collect();
        if !invented.is_empty() {
            return Err(format!("something was made of {invented:?}, which are not committed"));
        }
        Ok(())
    }
}

impl Invariant<Deed> for ExactlyOnce {
    fn name(&self) -> &'static str {
        "each input is reflected exactly once"
    }

    fn observe(&mut self, deed: &Deed) -> Result<(), String> {
        match *deed {
            Deed::Sent { record, from: Some(from), .. } => {
                self.made_of.insert(record, from);
                Ok(())
            }
            Deed::Seen { reader, record, .. } => self.on_seen(reader, record),
            Deed::SeenAll { reader } => self.on_seen_all(reader),
            _ => Ok(()),
        }
    }
}
