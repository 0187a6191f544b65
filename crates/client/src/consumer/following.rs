//! What the user wants, and that he is alive.

use std::collections::BTreeSet;
use std::sync::Arc;

use ottla_base::Now;
use ottla_membership::Leaving;

use super::driver::Driver;
use super::shared::Wish;

/// Why members leave, as brokers log it (KIP-800); the words are Java's.
const CLOSED: &str = "the consumer is being closed";
const UNSUBSCRIBED: &str = "the consumer unsubscribed from all topics";

impl Driver {
    /// What the user wants since the last look.
    pub(super) fn follow_user(&mut self, now: Now) {
        let (wishes, wish, closing, polled_at) = {
            let state = self.shared.lock();
            let polled_at = if state.waiting { now.mono } else { state.polled_at };
            let wish = (state.wishes != self.wishes).then(|| state.wish.clone());
            (state.wishes, wish, state.closing, polled_at)
        };
        if polled_at > self.polled_at
            && let Some(member) = &mut self.member
        {
            self.polled_at = polled_at;
            let effects = member.polled(polled_at);
            self.carry_out(effects);
        }
        if let Some(leaving) = closing
            && !self.closing
        {
            return self.begin_close(leaving, now);
        }
        if let Some(wish) = wish
            && !self.leaving
        {
            self.wishes = wishes;
            self.follow_wish(&wish, now);
        }
    }

    fn follow_wish(&mut self, wish: &Wish, now: Now) {
        // Who wants nothing leaves first, which is an end too.
        if !matches!(wish, Wish::Nothing) && self.shared.lock().failed.is_some() {
            self.begin_anew();
        }
        let client = &self.shared.client;
        client.set_want_all(matches!(wish, Wish::Matching(_) | Wish::MatchingThere(_)));
        match wish {
            Wish::Topics(topics) => {
                let names: Vec<&str> = topics.iter().map(|it| &**it).collect();
                client.want(&names);
                client.request_refresh();
                self.subscribe(topics.clone(), None, now);
            }
            Wish::Matching(_) => {
                client.request_refresh();
                self.subscribe_to_matches(now);
            }
            Wish::MatchingThere(regex) => {
                client.request_refresh();
                self.subscribe(BTreeSet::new(), Some(regex.clone()), now);
            }
            Wish::Partitions(partitions) => {
                let names: Vec<&str> = partitions.iter().map(|it| &*it.topic).collect();
                client.want(&names);
                client.request_refresh();
                self.note_epochs();
            }
            Wish::Nothing => self.leave(Leaving::Default, UNSUBSCRIBED),
        }
    }

    fn subscribe(&mut self, topics: BTreeSet<Arc<str>>, regex: Option<Arc<str>>, now: Now) {
        if let Some(member) = &mut self.member {
            let effects = member.subscribe(now.mono, topics, regex);
            self.carry_out(effects);
        }
    }

    /// Subscribes to the topics that match now, if the wish is an expression.
    pub(super) fn subscribe_to_matches(&mut self, now: Now) {
        let Wish::Matching(regex) = self.shared.lock().wish.clone() else { return };
        let image = self.shared.client.image();
        if image.version() == 0 {
            return;
        }
        let without = self.shared.settings.exclude_internal_topics;
        let fits = |it: &&Arc<crate::TopicInfo>| {
            it.error.is_none() && !(without && it.is_internal) && regex.is_match(&it.name)
        };
        let topics = image.topics().filter(fits).map(|it| it.name.clone()).collect();
        self.subscribe(topics, None, now);
    }

    fn leave(&mut self, leaving: Leaving, reason: &'static str) {
        let Some(member) = &mut self.member else { return };
        self.leaving = true;
        let effects = member.leave(leaving, reason);
        self.carry_out(effects);
    }

    fn begin_close(&mut self, leaving: Leaving, now: Now) {
        self.closing = true;
        self.close_by = now.mono + self.shared.settings.common.request_timeout;
        if self.member.is_none() || matches!(self.shared.lock().wish, Wish::Partitions(_)) {
            self.member = None;
            if self.commits_automatically() {
                self.commit_now();
            }
            return;
        }
        self.leave(leaving, CLOSED);
    }
}
