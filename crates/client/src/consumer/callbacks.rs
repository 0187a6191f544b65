//! Rebalances as the user sees them: partitions are held back while his listener runs, automatic
//! commits come before what is given back, and no callback begins while he works on records.

use std::collections::BTreeSet;

use ottla_model::TopicPartition;

use super::ConsumerHandle;
use super::commits;
use super::driver::{Driver, Event};

/// A step of a rebalance.
#[derive(Debug, Clone)]
pub(crate) enum Callback {
    Revoke(BTreeSet<TopicPartition>),
    Lost(BTreeSet<TopicPartition>),
    Assign(BTreeSet<TopicPartition>),
}

impl Driver {
    /// Begins the next step, if none is under way and the user is between two polls.
    pub(super) fn start_callback(&mut self) {
        while !self.callback_runs {
            let Some(callback) = self.callbacks.pop_front() else { return };
            if let Callback::Revoke(them) = &callback
                && !self.closing
            {
                let mut state = self.shared.lock();
                if state.is_busy_with(them) {
                    state.giving_back.extend(them.iter().cloned());
                    drop(state);
                    self.callbacks.push_front(callback);
                    return;
                }
            }
            self.run_callback(callback);
        }
    }

    fn run_callback(&mut self, callback: Callback) {
        let commits = match &callback {
            Callback::Revoke(them) => {
                self.shared.lock().held.extend(them.iter().cloned());
                let offsets = match self.shared.settings.auto_commit {
                    true => self.processed(Some(them)),
                    false => commits::Offsets::new(),
                };
                self.writer().filter(|_| !offsets.is_empty()).map(|it| (it, offsets))
            }
            Callback::Lost(them) => {
                self.drop_partitions(them);
                None
            }
            Callback::Assign(them) => {
                self.take_partitions(them);
                None
            }
        };
        if commits.is_none() && self.shared.listener.is_none() {
            return self.callback_done(callback);
        }
        self.callback_runs = true;
        let (shared, events) = (self.shared.clone(), self.events.clone());
        self.shared.client.io().spawn("consumer callback", async move {
            if let Some((committer, offsets)) = commits {
                let limit = shared.client.settings().request_timeout;
                let result = commits::commit(&shared.client, &committer, &offsets, limit).await;
                if let Err(error) = result {
                    tracing::warn!(%error, "offsets could not be committed before they were given back");
                }
            }
            if let Some(listener) = shared.listener.clone() {
                let handle = ConsumerHandle { shared: shared.clone() };
                match &callback {
                    Callback::Revoke(them) => listener.on_revoked(&handle, &list(them)).await,
                    Callback::Lost(them) => listener.on_lost(&handle, &list(them)).await,
                    Callback::Assign(them) => listener.on_assigned(&handle, &list(them)).await,
                }
            }
            let _ = events.send(Event::CallbackDone(callback));
        });
    }

    pub(super) fn callback_done(&mut self, callback: Callback) {
        self.callback_runs = false;
        match callback {
            Callback::Revoke(them) => self.drop_partitions(&them),
            Callback::Lost(_) => {}
            Callback::Assign(them) => {
                self.shared.lock().held.retain(|it| !them.contains(it));
                self.shared.user.notify_waiters();
            }
        }
        let now = self.shared.client.io().now().mono;
        if let Some(member) = &mut self.member {
            let effects = member.callbacks_done(now);
            self.carry_out(effects);
        }
    }

    fn drop_partitions(&self, them: &BTreeSet<TopicPartition>) {
        let mut state = self.shared.lock();
        let stay = state.positions.assigned().filter(|it| !them.contains(*it)).cloned().collect();
        state.assign(&stay);
        state.held.retain(|it| !them.contains(it));
        state.giving_back.retain(|it| !them.contains(it));
    }

    fn take_partitions(&self, added: &BTreeSet<TopicPartition>) {
        let owned = self.member.as_ref().map(super::member::Member::owned).unwrap_or_default();
        {
            let mut state = self.shared.lock();
            state.assign(&owned);
            state.held.extend(added.iter().cloned());
        }
        let names: Vec<&str> = added.iter().map(|it| &*it.topic).collect();
        self.shared.client.want(&names);
        self.note_epochs();
    }
}

fn list(them: &BTreeSet<TopicPartition>) -> Vec<TopicPartition> {
    them.iter().cloned().collect()
}
