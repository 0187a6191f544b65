//! Whoever reads committed records sees all of a transaction or nothing, and what its client was
//! told.

use std::collections::{BTreeMap, BTreeSet};

use super::Invariant;
use crate::Deed;

/// Follows what belongs together.
#[derive(Default)]
pub struct WholeTransactions {
    /// Transaction → its records.
    records: BTreeMap<u64, BTreeSet<u64>>,
    /// Record → its transaction.
    transactions: BTreeMap<u64, u64>,
    /// Transaction → whether it was committed, as its client was told.
    ended: BTreeMap<u64, bool>,
    /// Reader → transaction → what it saw of it.
    seen: BTreeMap<u64, BTreeMap<u64, BTreeSet<u64>>>,
}

impl WholeTransactions {
    fn on_seen(&mut self, reader: u64, record: u64) -> Result<(), String> {
        let Some(&transaction) = self.transactions.get(&record) else { return Ok(()) };
        let seen = self.seen.entry(reader).or_default();
        seen.entry(transaction).or_default().insert(record);
        match self.ended.get(&transaction) {
            Some(false) => Err(format!("{transaction}, to which it belongs, was aborted")),
            _ => Ok(()),
        }
    }

    fn on_ended(&mut self, transaction: u64, committed: bool) -> Result<(), String> {
        self.ended.insert(transaction, committed);
        let saw = |seen: &BTreeMap<u64, BTreeSet<u64>>| seen.contains_key(&transaction);
        match self.seen.iter().find(|(_, seen)| saw(seen)) {
            Some((reader, _)) if !committed => Err(format!("reader {reader} saw some of it")),
            _ => Ok(()),
        }
    }

    fn on_seen_all(&self, reader: u64) -> Result<(), String> {
        let none = BTreeSet::new();
        for (transaction, records) in &self.records {
            let seen = self.seen.get(&reader).and_then(|seen| seen.get(transaction));
            let seen = seen.unwrap_or(&none);
            let missing: Vec<_> = records.difference(seen).collect();
            let ended = self.ended.get(transaction);
            if ended == Some(&true) && !missing.is_empty() {
                return Err(format!("of {transaction}, which was committed, {missing:?} are gone"));
            }
            if !seen.is_empty() && !missing.is_empty() {
                return Err(format!("of {transaction} {seen:?} are there, {missing:?} not"));
            }
        }
        Ok(())
    }
}

impl Invariant<Deed> for WholeTransactions {
    fn name(&self) -> &'static str {
        "committed readers see all of a transaction or nothing"
    }

    fn observe(&mut self, deed: &Deed) -> Result<(), String> {
        match *deed {
            Deed::Sent { record, transaction: Some(transaction), .. } => {
                self.records.entry(transaction).or_default().insert(record);
                self.transactions.insert(record, transaction);
                Ok(())
            }
            Deed::Seen { reader, record, .. } => self.on_seen(reader, record),
            Deed::Ended { transaction, committed } => self.on_ended(transaction, committed),
            Deed::SeenAll { reader } => self.on_seen_all(reader),
            _ => Ok(()),
        }
    }
}
