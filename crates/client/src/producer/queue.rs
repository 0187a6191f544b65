//! The batches of one partition: those that wait, those on their way, and their numbers.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use ottla_base::MonoTime;

use super::accumulator::Rules;
use super::batch::Batch;
use super::delivery::{Ack, Outcome};
use super::sequences::{Identity, Sequences, Verdict};
use crate::Error;

/// One partition's batches, in the order of sending.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) waiting: VecDeque<Batch>,
    /// On their way.
    pub(super) flying: BTreeMap<u64, Arc<Outcome>>,
    pub(super) sequences: Sequences,
    /// What a batch probably comes to: as much as the last one, or what a batch may have if that was
    /// full.
    pub(super) usual_bytes: usize,
}

impl Queue {
    /// From when on the first batch may be sent: `None` if there is none, or something else must
    /// happen first.
    pub(super) fn ready_at(
        &self,
        now: MonoTime,
        rules: &Rules,
        identity: Option<Identity>,
        hurries: bool,
    ) -> Option<MonoTime> {
        let batch = self.waiting.front()?;
        if rules.one_at_a_time && !self.flying.is_empty() {
            return None;
        }
        if rules.is_idempotent
            && !self.sequences.may_send(batch.id, batch.number.is_some(), identity?)
        {
            return None;
        }
        if batch.attempts > 0 {
            return Some(batch.retry_at);
        }
        let is_whole = self.waiting.len() > 1 || batch.is_full(rules.batch_size);
        Some(if is_whole || hurries { now } else { batch.created_at + rules.linger })
    }

    pub(super) fn take_front(
        &mut self,
        rules: &Rules,
        identity: Option<Identity>,
    ) -> Option<Batch> {
        let mut batch = self.waiting.pop_front()?;
        if let (true, Some(identity)) = (rules.is_idempotent, identity) {
            batch.number = Some(self.sequences.send(batch.id, batch.record_count, identity));
        }
        self.usual_bytes = usual_bytes(&batch, rules.batch_size);
        batch.attempts = batch.attempts.saturating_add(1);
        self.flying.insert(batch.id, batch.outcome.clone());
        Some(batch)
    }

    /// A batch follows the last one: that has what it will have.
    pub(super) fn note_usual(&mut self, batch_size: usize) {
        if let Some(last) = self.waiting.back().filter(|last| last.attempts == 0) {
            self.usual_bytes = usual_bytes(last, batch_size);
        }
    }

    pub(super) fn judge(
        &self,
        batch: &Batch,
        answer: &std::result::Result<Ack, Error>,
        rules: &Rules,
    ) -> Verdict {
        let error = match answer {
            Ok(_) => return Verdict::Done,
            Err(error) => error,
        };
        match error.code() {
            Some(code) if rules.is_idempotent => {
                self.sequences.judge(batch.id, code, batch.is_transactional)
            }
            _ if error.is_retriable() => Verdict::Retry,
            _ => Verdict::Fail,
        }
    }

    /// Batches that were sent before stand in front, in the order in which they were made.
    pub(super) fn put_back(&mut self, batch: Batch) {
        let at = self.waiting.iter().position(|other| other.order > batch.order);
        self.waiting.insert(at.unwrap_or(self.waiting.len()), batch);
    }

    pub(super) fn replace(&mut self, batch: &Batch, parts: Vec<Batch>) {
        let numbers: Vec<_> = parts.iter().map(|part| (part.id, part.record_count)).collect();
        self.sequences.split(batch.id, &numbers);
        for mut part in parts.into_iter().rev() {
            part.number = batch.number;
            self.waiting.push_front(part);
        }
    }

    pub(super) fn renumber(&mut self, identity: Identity) {
        for (id, base) in self.sequences.renumber(identity) {
            if let Some(batch) = self.waiting.iter_mut().find(|batch| batch.id == id) {
                batch.number = Some((identity, base));
            }
        }
    }
}

fn usual_bytes(batch: &Batch, batch_size: usize) -> usize {
    let is_full = batch.plain_bytes.saturating_mul(8) >= batch_size.saturating_mul(7);
    if is_full { batch_size } else { batch.plain_bytes }
}
