//! Automatic commits, and in whose name commits are made.

use std::collections::BTreeSet;

use ottla_base::Now;
use ottla_membership::Generation;
use ottla_model::TopicPartition;

use super::commits::{self, Committer, Offsets};
use super::driver::{Driver, Event};
use super::shared::Wish;
use crate::Result;

impl Driver {
    pub(super) fn commits_automatically(&self) -> bool {
        self.shared.settings.auto_commit && self.seat.is_some()
    }

    pub(super) fn commit_automatically(&mut self, now: Now) {
        if !self.commits_automatically() || now.mono < self.commit_due || self.committing {
            return;
        }
        self.commit_due = now.mono + self.shared.settings.auto_commit_interval;
        if !self.shared.lock().rebalancing {
            self.commit_now();
        }
    }

    pub(super) fn commit_now(&mut self) {
        let offsets = self.processed(None);
        let Some(committer) = self.writer().filter(|_| !offsets.is_empty()) else { return };
        self.committing = true;
        let (shared, events) = (self.shared.clone(), self.events.clone());
        self.shared.client.io().spawn("consumer commit", async move {
            let limit = shared.client.settings().request_timeout;
            let result = commits::commit(&shared.client, &committer, &offsets, limit).await;
            let _ = events.send(Event::Committed(committer.generation, result));
        });
    }

    /// What may be committed, of all partitions or of these.
    pub(super) fn processed(&self, only: Option<&BTreeSet<TopicPartition>>) -> Offsets {
        let state = self.shared.lock();
        let wanted = |it: &TopicPartition| only.is_none_or(|only| only.contains(it));
        let places = state.processed().into_iter().filter(|(it, _)| wanted(it));
        places.map(|(it, place)| (it, place.into())).collect()
    }

    /// In whose name something may be committed now: a member between two memberships is nobody, and
    /// nobody's commits pass when a group is empty, whatever its members had read.
    pub(super) fn writer(&self) -> Option<Committer> {
        let alone = matches!(self.shared.lock().wish, Wish::Partitions(_));
        self.committer().filter(|it| alone || it.generation.generation >= 0)
    }

    pub(super) fn committer(&self) -> Option<Committer> {
        let seat = self.seat.as_ref()?;
        let assigned = matches!(self.shared.lock().wish, Wish::Partitions(_));
        let generation = match (&self.member, assigned) {
            (Some(member), false) => member.generation(),
            _ => Generation::none(),
        };
        Some(Committer {
            group_id: seat.group_id.clone(),
            instance_id: self.shared.settings.group_instance_id.clone().filter(|_| !assigned),
            generation,
        })
    }

    pub(super) fn commit_answered(&mut self, sent: &Generation, result: Result<()>, now: Now) {
        let Err(error) = result else { return };
        tracing::warn!(%error, "offsets could not be committed");
        if error.wants_coordinator() {
            self.forget_coordinator();
        }
        if let (Some(code), Some(member)) = (error.code(), &mut self.member) {
            let effects = member.commit_refused(now.mono, sent, code);
            self.carry_out(effects);
        }
    }
}
