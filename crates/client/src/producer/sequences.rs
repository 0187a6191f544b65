//! The sequence numbers of one partition: which batch may go out next, and what an answer means
//! for it and for those behind it. Pure.
//!
//! The broker takes a batch only right behind the one before it, and tells a repetition of the last
//! five. So batches may be on their way several at once, and none is lost, doubled or reordered, as
//! long as a number once given is not given to other records while it is unknown whether they were
//! written. Where a batch has failed for good there may be a *gap*: those behind it are tried again
//! with their own numbers, one by one, and only what the broker calls out of order, and so has not
//! written, gets new numbers under a new epoch.
//!
//! A broker that has never heard of a producer takes any number from it. So the first batch goes
//! alone: if it were refused because the leader is not ready yet, the second could get in before it.

use ottla_model::{ErrorCode, ProducerEpoch, ProducerId};
use ottla_record::header::sequence_after;

/// Who produces: an id from the broker, and which incarnation of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) id: ProducerId,
    pub(super) epoch: ProducerEpoch,
}

/// What to do with a batch that was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is in the log.
    Done,
    /// Send it again.
    Retry,
    /// Send it again with a new number, once nothing of the partition is on its way.
    Renumber,
    /// It will not get in.
    Fail,
}

/// The numbers of one partition.
#[derive(Debug, Clone, Default)]
pub(super) struct Sequences {
    identity: Option<Identity>,
    next: i32,
    last_acked: Option<i32>,
    /// The producer that the broker has heard of.
    heard_of: Option<ProducerId>,
    /// Numbered and not decided, in the order of their numbers.
    outstanding: Vec<Numbered>,
    has_gap: bool,
    wants_renumbering: bool,
}

#[derive(Debug, Clone, Copy)]
struct Numbered {
    batch: u64,
    base: i32,
    count: i32,
    is_flying: bool,
    was_renumbered: bool,
}

impl Sequences {
    /// Whether a batch may go out now. `is_numbered` if it was sent before.
    pub(super) fn may_send(&self, batch: u64, is_numbered: bool, current: Identity) -> bool {
        if self.wants_renumbering {
            return false;
        }
        match self.outstanding.first() {
            // What is sent again goes one by one, so that those behind find their place.
            Some(first) if is_numbered => first.batch == batch,
            _ if self.has_gap => false,
            Some(_) => self.identity == Some(current) && self.heard_of == Some(current.id),
            None => true,
        }
    }

    /// Numbers a batch, or takes note that it goes out again. Its identity and number.
    pub(super) fn send(&mut self, batch: u64, count: i32, current: Identity) -> (Identity, i32) {
        if let Some(known) = self.outstanding.iter_mut().find(|known| known.batch == batch) {
            known.is_flying = true;
            return (self.identity.unwrap_or(current), known.base);
        }
        if self.identity != Some(current) {
            self.identity = Some(current);
            self.next = 0;
            self.last_acked = None;
        }
        let base = self.next;
        self.next = sequence_after(base, count);
        let numbered = Numbered { batch, base, count, is_flying: true, was_renumbered: false };
        self.outstanding.push(numbered);
        (current, base)
    }

    /// What the broker's answer means for a batch.
    pub(super) fn judge(&self, batch: u64, code: ErrorCode, is_transactional: bool) -> Verdict {
        use ErrorCode as E;
        let numbered = self.outstanding.iter().find(|known| known.batch == batch);
        match code {
            E::None | E::DuplicateSequenceNumber => Verdict::Done,
            E::OutOfOrderSequenceNumber => match numbered {
                // Something before it is on its way again.
                Some(numbered)
                    if !self.has_gap && (numbered.was_renumbered || !self.is_next(numbered)) =>
                {
                    Verdict::Retry
                }
                _ if is_transactional => Verdict::Fail,
                _ => Verdict::Renumber,
            },
            E::UnknownProducerId if !is_transactional => Verdict::Renumber,
            code if code.is_retriable() => Verdict::Retry,
            _ => Verdict::Fail,
        }
    }

    fn is_next(&self, numbered: &Numbered) -> bool {
        let expected = self.last_acked.map_or(0, |last| sequence_after(last, 1));
        numbered.base == expected
    }

    /// A batch is in the log.
    pub(super) fn done(&mut self, batch: u64) {
        if let Some(numbered) = self.take(batch) {
            self.last_acked = Some(sequence_after(numbered.base, numbered.count - 1));
            self.heard_of = self.identity.map(|identity| identity.id);
            // The broker takes nothing behind a gap: there was none.
            self.has_gap = false;
        }
    }

    /// A batch will be sent again; with a new number if `renumber`.
    pub(super) fn returned(&mut self, batch: u64, renumber: bool) {
        self.wants_renumbering |= renumber;
        if let Some(numbered) = self.outstanding.iter_mut().find(|known| known.batch == batch) {
            numbered.is_flying = false;
        }
    }

    /// A batch is given up; whether it was written is perhaps not known.
    pub(super) fn failed(&mut self, batch: u64) {
        if self.take(batch).is_some() {
            self.has_gap = true;
        }
        self.settle();
    }

    /// A batch was divided: these stand in its place, with its numbers.
    pub(super) fn split(&mut self, batch: u64, parts: &[(u64, i32)]) {
        let Some(at) = self.outstanding.iter().position(|known| known.batch == batch) else {
            return;
        };
        let whole = self.outstanding.remove(at);
        let mut base = whole.base;
        for (index, &(batch, count)) in parts.iter().enumerate() {
            let part = Numbered { batch, base, count, is_flying: false, ..whole };
            base = sequence_after(base, count);
            self.outstanding.insert(at + index, part);
        }
    }

    /// Whether a new epoch is needed, and nothing of the partition is on its way.
    pub(super) fn is_ready_to_renumber(&self) -> bool {
        self.wants_renumbering && !self.outstanding.iter().any(|known| known.is_flying)
    }

    /// Begins at 0 under a new identity: the batches that get new numbers, with these.
    pub(super) fn renumber(&mut self, identity: Identity) -> Vec<(u64, i32)> {
        self.identity = Some(identity);
        self.next = 0;
        self.last_acked = None;
        self.has_gap = false;
        self.wants_renumbering = false;
        let mut renumbered = Vec::new();
        for numbered in &mut self.outstanding {
            numbered.base = self.next;
            numbered.was_renumbered = true;
            self.next = sequence_after(self.next, numbered.count);
            renumbered.push((numbered.batch, numbered.base));
        }
        renumbered
    }

    /// Forgets everything: a transaction has ended and the next begins at 0 under another epoch.
    pub(super) fn reset(&mut self) {
        *self = Self { heard_of: self.heard_of, ..Self::default() };
    }

    /// Whether a batch was given up in this transaction.
    pub(super) fn has_gap(&self) -> bool {
        self.has_gap
    }

    fn take(&mut self, batch: u64) -> Option<Numbered> {
        let at = self.outstanding.iter().position(|known| known.batch == batch)?;
        Some(self.outstanding.remove(at))
    }

    /// Behind a gap with nothing left that could tell, only a new epoch is safe.
    fn settle(&mut self) {
        if self.has_gap && self.outstanding.is_empty() {
            self.wants_renumbering = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ErrorCode as E;

    const FIRST: Identity = Identity { id: 9, epoch: 0 };
    const SECOND: Identity = Identity { id: 9, epoch: 1 };

    /// Three batches of ten records on their way.
    fn three() -> Sequences {
        let mut sequences = Sequences { heard_of: Some(FIRST.id), ..Sequences::default() };
        for batch in 1..=3 {
            assert!(sequences.may_send(batch, false, FIRST));
            assert_eq!(sequences.send(batch, 10, FIRST), (FIRST, 10 * (batch as i32 - 1)));
        }
        sequences
    }

    #[test]
    fn the_first_batch_goes_alone() {
        let mut sequences = Sequences::default();
        assert!(sequences.may_send(1, false, FIRST));
        sequences.send(1, 10, FIRST);
        assert!(!sequences.may_send(2, false, FIRST));
        assert_eq!(sequences.judge(1, E::UnknownTopicOrPartition, false), Verdict::Retry);
        sequences.returned(1, false);
        assert!(sequences.may_send(1, true, FIRST) && !sequences.may_send(2, false, FIRST));
        sequences.send(1, 10, FIRST);
        sequences.done(1);
        assert!(sequences.may_send(2, false, FIRST));
        sequences.send(2, 10, FIRST);
        assert!(sequences.may_send(3, false, FIRST));
        // Under another id the broker knows nothing again.
        sequences.done(2);
        let other = Identity { id: 10, epoch: 0 };
        sequences.send(3, 10, other);
        assert!(!sequences.may_send(4, false, other));
    }

    #[test]
    fn those_behind_a_batch_that_is_sent_again_wait_for_it() {
        let mut sequences = three();
        assert_eq!(sequences.judge(1, E::NotLeaderOrFollower, false), Verdict::Retry);
        sequences.returned(1, false);
        for batch in [2, 3] {
            let verdict = sequences.judge(batch, E::OutOfOrderSequenceNumber, false);
            assert_eq!(verdict, Verdict::Retry);
            sequences.returned(batch, false);
        }
        assert!(sequences.may_send(1, true, FIRST));
        assert!(!sequences.may_send(2, true, FIRST));
        assert_eq!(sequences.send(1, 10, FIRST), (FIRST, 0));
        sequences.done(1);
        assert!(sequences.may_send(2, true, FIRST));
        assert!(sequences.may_send(4, false, FIRST), "it goes behind them, not before");
    }

    #[test]
    fn behind_a_gap_old_numbers_are_tried_before_new_ones_are_given() {
        let mut sequences = three();
        sequences.failed(1);
        sequences.returned(2, false);
        sequences.returned(3, false);
        assert!(!sequences.may_send(4, false, FIRST), "no new numbers");
        assert_eq!(sequences.send(2, 10, FIRST), (FIRST, 10));
        let verdict = sequences.judge(2, E::OutOfOrderSequenceNumber, false);
        assert_eq!(verdict, Verdict::Renumber);
        sequences.returned(2, true);
        assert!(sequences.is_ready_to_renumber());
        assert_eq!(sequences.renumber(SECOND), [(2, 0), (3, 10)]);
        assert_eq!(sequences.send(2, 10, SECOND), (SECOND, 0));
    }

    #[test]
    fn a_batch_that_was_written_after_all_closes_the_gap() {
        let mut sequences = three();
        sequences.failed(1);
        sequences.done(2);
        sequences.done(3);
        assert!(sequences.may_send(4, false, FIRST));
        assert_eq!(sequences.send(4, 1, FIRST), (FIRST, 30));
    }

    #[test]
    fn a_gap_that_nothing_can_tell_of_takes_a_new_epoch() {
        let mut sequences = three();
        sequences.done(1);
        sequences.done(2);
        sequences.failed(3);
        assert!(sequences.is_ready_to_renumber());
        assert_eq!(sequences.renumber(SECOND), []);
        assert_eq!(sequences.send(4, 1, SECOND), (SECOND, 0));
    }

    #[test]
    fn nothing_is_renumbered_while_something_is_on_its_way() {
        let mut sequences = three();
        let verdict = sequences.judge(1, E::UnknownProducerId, false);
        assert_eq!(verdict, Verdict::Renumber);
        sequences.returned(1, true);
        assert!(!sequences.is_ready_to_renumber());
        sequences.returned(2, false);
        sequences.returned(3, false);
        assert!(!sequences.may_send(1, true, FIRST));
        assert!(sequences.is_ready_to_renumber());
    }

    #[test]
    fn another_epoch_is_taken_up_when_the_old_numbers_are_decided() {
        let mut sequences = three();
        assert!(!sequences.may_send(4, false, SECOND));
        for batch in 1..=3 {
            sequences.done(batch);
        }
        assert!(sequences.may_send(4, false, SECOND));
        assert_eq!(sequences.send(4, 1, SECOND), (SECOND, 0));
    }

    #[test]
    fn a_broker_that_forgot_the_next_batch_makes_a_transaction_fail_and_others_begin_anew() {
        let sequences = three();
        assert_eq!(sequences.judge(1, E::OutOfOrderSequenceNumber, true), Verdict::Fail);
        assert_eq!(sequences.judge(1, E::OutOfOrderSequenceNumber, false), Verdict::Renumber);
        assert_eq!(sequences.judge(1, E::DuplicateSequenceNumber, false), Verdict::Done);
        assert_eq!(sequences.judge(1, E::TopicAuthorizationFailed, false), Verdict::Fail);
    }

    #[test]
    fn numbers_wrap_around_as_the_broker_expects() {
        let mut sequences = three();
        sequences.next = i32::MAX - 4;
        assert_eq!(sequences.send(4, 10, FIRST).1, i32::MAX - 4);
        assert_eq!(sequences.send(5, 1, FIRST).1, 5);
    }

    #[test]
    fn the_parts_of_a_batch_take_its_numbers() {
        let mut sequences = three();
        sequences.returned(1, false);
        sequences.split(1, &[(11, 4), (12, 6)]);
        assert!(sequences.may_send(11, true, FIRST));
        assert_eq!(sequences.send(11, 4, FIRST), (FIRST, 0));
        assert_eq!(sequences.send(12, 6, FIRST), (FIRST, 4));
    }
}
