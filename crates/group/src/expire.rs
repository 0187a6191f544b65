//! Committed offsets are forgotten when nobody has needed them for long, and groups when nothing is left
//! of them (KIP-211).

use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::{Now, Uuid};
use ottla_coordinator::Token;
use ottla_model::ErrorCode;

use crate::answer::Answer;
use crate::classic::{ClassicGroup, State};
use crate::coordinator::{Decision, Effect, Groups, answer};
use crate::group::Group;
use crate::offsets::tombstone;
use crate::record::{CommittedOffset, Record};
use crate::timers::Timer;

/// Tombstones in one decision, so that its batch stays small.
const TOMBSTONES_MAX: usize = 1000;

/// Since when an offset of a group counts as not needed.
enum Since {
    /// Since it was committed.
    Commit,
    /// Since this time.
    Time(i64),
    /// It is needed.
    Never,
}

impl Groups {
    /// Offsets and groups expire.
    pub(crate) fn expire(&mut self, now: Now) -> Vec<Decision> {
        let next = now.mono + self.settings.offsets_retention_check_interval;
        self.timers.schedule(Timer::Expire, next);
        let mut records = Vec::new();
        for (id, group) in &self.by_id {
            let count = records.len();
            let is_bare = self.expire_offsets(now, id, group, &mut records);
            self.counts.expired += (records.len() - count) as u64;
            if is_bare && group.is_empty() && !self.offsets.is_any_pending(id) {
                records.extend(group.tombstones(id));
                self.history.forget(id);
            }
        }
        chunks(records)
    }

    /// Adds the tombstones of a group's offsets; whether nothing is left.
    fn expire_offsets(
        &self,
        now: Now,
        id: &Arc<str>,
        group: &Group,
        records: &mut Vec<Record>,
    ) -> bool {
        let since = match group {
            Group::Classic(group) => since(group),
            Group::Consumer(group) if group.is_empty() => Since::Commit,
            Group::Consumer(_) => Since::Commit,
        };
        let mut is_bare = true;
        for (topic, partition, committed) in self.offsets.of_group(id) {
            let is_over = !group.is_subscribed_to(topic)
                && !self.offsets.is_pending(id, topic, partition)
                && is_over(&since, committed, now, self.settings.offsets_retention_ms);
            match is_over {
                true => records.push(tombstone(id, topic.clone(), partition)),
                false => is_bare = false,
            }
        }
        is_bare
    }

    /// The topics that groups have committed something for, by name and id; the id is zero where it
    /// was not known.
    pub fn committed_topics(&self) -> impl Iterator<Item = &(Arc<str>, Uuid)> {
        self.offsets.topics()
    }

    /// Topics are gone: nobody is anywhere in them.
    pub fn topics_deleted(&self, gone: &BTreeSet<(Arc<str>, Uuid)>) -> Vec<Decision> {
        let mut records = Vec::new();
        for id in self.by_id.keys() {
            for (topic, partition, committed) in self.offsets.of_group(id) {
                if gone.contains(&(topic.clone(), committed.topic_id)) {
                    records.push(tombstone(id, topic.clone(), partition));
                }
            }
        }
        chunks(records)
    }

    /// Deletes a group that has no members, and its offsets.
    pub fn delete_group(&mut self, token: Token, group: &str) -> Decision {
        let Some((id, known)) = self.by_id.get_key_value(group) else {
            return answer(token, Answer::Deleted(Err(ErrorCode::GroupIdNotFound)));
        };
        if !known.is_empty() {
            return answer(token, Answer::Deleted(Err(ErrorCode::NonEmptyGroup)));
        }
        let mut records = self.offsets.tombstones(id);
        self.counts.deletions += records.len() as u64;
        records.extend(known.tombstones(id));
        self.history.forget(group);
        Decision::new(records, alloc::vec![Effect::Answer(token, Answer::Deleted(Ok(())))])
    }
}

fn chunks(records: Vec<Record>) -> Vec<Decision> {
    let chunk = |records: &[Record]| Decision::new(records.to_vec(), Vec::new());
    records.chunks(TOMBSTONES_MAX).map(chunk).collect()
}

fn since(group: &ClassicGroup) -> Since {
    match (group.protocol_type(), group.state()) {
        // Nobody ever joined: a client that assigns itself.
        (None, _) => Since::Commit,
        (Some(_), State::Empty) => group.state_timestamp.map_or(Since::Commit, Since::Time),
        (Some(_), State::Stable) if group.is_of_consumers() && group.subscribed.is_some() => {
            Since::Commit
        }
        _ => Since::Never,
    }
}

fn is_over(since: &Since, committed: &CommittedOffset, now: Now, retention_ms: i64) -> bool {
    if let Some(expire_timestamp) = committed.expire_timestamp {
        return now.wall.millis >= expire_timestamp;
    }
    let since = match since {
        Since::Never => return false,
        Since::Commit => committed.commit_timestamp,
        Since::Time(ms) => *ms,
    };
    now.wall.millis.saturating_sub(since) >= retention_ms
}
