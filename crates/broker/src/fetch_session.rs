//! Incremental fetch sessions (KIP-227): a consumer names its partitions once, then only what
//! changed, and is answered only what changed.
//!
//! A pure core: it is told the time and the random session ids. [`Sessions::begin`] turns a request
//! into a [`Plan`] of partitions to read; [`Sessions::finish`] decides which of the answers are sent.

use std::collections::BTreeMap;

use ottla_base::{MonoTime, Uuid};
use ottla_model::ErrorCode;

#[cfg(test)]
mod tests;

/// Epoch of a request that wants a new session (or none, with session id 0).
pub(crate) const INITIAL_EPOCH: i32 = 0;
/// Epoch of a request that wants no session, and closes the one it names.
pub(crate) const FINAL_EPOCH: i32 = -1;
/// A session that was not used for this long may be evicted for a new one.
/// Apache Kafka's `FetchSessionCache` uses the same two minutes.
const EVICTION_AFTER: std::time::Duration = std::time::Duration::from_secs(120);

/// A partition as a fetch names it: by topic id from version 13 on, by name before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// Topic id; zero when the request names the topic.
    pub(crate) topic_id: Uuid,
    /// Topic name; empty when the request gives the id.
    pub(crate) topic: String,
    /// Partition number.
    pub(crate) partition: i32,
}

/// What the client wants of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) fetch_offset: i64,
    pub(crate) current_leader_epoch: i32,
    pub(crate) last_fetched_epoch: i32,
    pub(crate) log_start_offset: i64,
    pub(crate) partition_bytes_max: i32,
}

/// What the answer for one partition would tell; the session compares it with what it told before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) error: ErrorCode,
    pub(crate) has_records: bool,
    pub(crate) high_watermark: i64,
    pub(crate) log_start_offset: i64,
    /// A diverging epoch or a leader hint is in the answer.
    pub(crate) has_hint: bool,
}

/// What to do with a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Answer this error on top and nothing else.
    Refuse(ErrorCode),
    /// Read these; [`Sessions::finish`] takes the answers.
    Read { partitions: Vec<(Key, Wanted)>, kind: Kind },
}

/// How the answers of a [`Plan::Read`] are to be treated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// All are sent; no session.
    Sessionless,
    /// All are sent; a session is made if there is room.
    Full,
    /// Only changes are sent.
    Incremental { session_id: i32, epoch: i32 },
}

/// All sessions of a node, at most `slots_max` of them.
#[derive(Debug)]
pub(crate) struct Sessions {
    slots_max: usize,
    sessions: BTreeMap<i32, Session>,
}

#[derive(Debug)]
struct Session {
    /// The epoch the next request must carry.
    epoch: i32,
    uses_topic_ids: bool,
    created: MonoTime,
    used: MonoTime,
    partitions: BTreeMap<Key, Cached>,
    /// The order in which partitions are read: one that had records goes to the end, so that none
    /// starves behind a busy one when the response is full.
    order: BTreeMap<u64, Key>,
    order_next: u64,
}

#[derive(Debug)]
struct Cached {
    wanted: Wanted,
    place: u64,
    high_watermark: i64,
    log_start_offset: i64,
}

/// The session half of a fetch request.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) session_id: i32,
    pub(crate) epoch: i32,
    pub(crate) uses_topic_ids: bool,
    pub(crate) partitions: Vec<(Key, Wanted)>,
    pub(crate) forgotten: Vec<Key>,
}

impl Sessions {
    /// No sessions yet; never more than `slots_max` (`max.incremental.fetch.session.cache.slots`).
    pub(crate) fn new(slots_max: usize) -> Self {
        Self { slots_max, sessions: BTreeMap::new() }
    }

    /// Sessions open now.
    pub(crate) fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Partitions in all sessions.
    pub(crate) fn partitions(&self) -> usize {
        self.sessions.values().map(|session| session.partitions.len()).sum()
    }

    /// Decides what to read for a request.
    pub(crate) fn begin(&mut self, now: MonoTime, request: Incoming) -> Plan {
        let Incoming { session_id, epoch, uses_topic_ids, partitions, forgotten } = request;
        if epoch == INITIAL_EPOCH || epoch == FINAL_EPOCH {
            self.sessions.remove(&session_id);
            let kind = if epoch == FINAL_EPOCH { Kind::Sessionless } else { Kind::Full };
            return Plan::Read { partitions, kind };
        }
        let Some(session) = self.sessions.get_mut(&session_id) else {
            return Plan::Refuse(ErrorCode::FetchSessionIdNotFound);
        };
        if session.epoch != epoch {
            return Plan::Refuse(ErrorCode::InvalidFetchSessionEpoch);
        }
        if session.uses_topic_ids != uses_topic_ids {
            return Plan::Refuse(ErrorCode::FetchSessionTopicIdError);
        }
        for key in &forgotten {
            session.forget(key);
        }
        for (key, wanted) in partitions {
            session.want(key, wanted);
        }
        if session.partitions.is_empty() {
            self.sessions.remove(&session_id);
            return Plan::Read { partitions: Vec::new(), kind: Kind::Sessionless };
        }
        session.used = now;
        session.epoch = next_epoch(epoch);
        Plan::Read {
            partitions: session.in_order(),
            kind: Kind::Incremental { session_id, epoch: session.epoch },
        }
    }

    /// Decides which answers are sent (`true` at their place) and which session id the response
    /// carries. `answers` are in the order of the plan; `random` makes new session ids.
    pub(crate) fn finish(
        &mut self,
        now: MonoTime,
        kind: &Kind,
        uses_topic_ids: bool,
        answers: &[(Key, Wanted, Told)],
        mut random: impl FnMut() -> u64,
    ) -> (i32, Vec<bool>) {
        match *kind {
            Kind::Sessionless => (0, vec![true; answers.len()]),
            Kind::Full => {
                if answers.is_empty() || !self.make_room(now, answers.len()) {
                    return (0, vec![true; answers.len()]);
                }
                let id = self.new_id(&mut random);
                let session = Session::new(now, uses_topic_ids, answers);
                self.sessions.insert(id, session);
                (id, vec![true; answers.len()])
            }
            Kind::Incremental { session_id, epoch } => match self.sessions.get_mut(&session_id) {
                Some(session) if session.epoch == epoch => (
                    session_id,
                    answers.iter().map(|(key, _, told)| session.tell(key, told)).collect(),
                ),
                // Evicted, or used by another request, while this one waited: send everything,
                // the client will be told so at its next request.
                _ => (session_id, vec![true; answers.len()]),
            },
        }
    }

    fn make_room(&mut self, now: MonoTime, size: usize) -> bool {
        if self.sessions.len() < self.slots_max {
            return true;
        }
        let idle = self
            .sessions
            .iter()
            .min_by_key(|(_, session)| session.used)
            .filter(|(_, session)| now.since(session.used) > EVICTION_AFTER)
            .map(|(id, _)| *id);
        let victim = idle.or_else(|| {
            self.sessions
                .iter()
                .filter(|(_, session)| now.since(session.created) > EVICTION_AFTER)
                .min_by_key(|(_, session)| session.partitions.len())
                .filter(|(_, session)| session.partitions.len() < size)
                .map(|(id, _)| *id)
        });
        victim.is_some_and(|id| self.sessions.remove(&id).is_some())
    }

    fn new_id(&self, random: &mut impl FnMut() -> u64) -> i32 {
        loop {
            let id = (random() & 0x7fff_ffff) as i32;
            if id != 0 && !self.sessions.contains_key(&id) {
                return id;
            }
        }
    }
}

impl Session {
    fn new(now: MonoTime, uses_topic_ids: bool, answers: &[(Key, Wanted, Told)]) -> Self {
        let mut session = Self {
            epoch: next_epoch(INITIAL_EPOCH),
            uses_topic_ids,
            created: now,
            used: now,
            partitions: BTreeMap::new(),
            order: BTreeMap::new(),
            order_next: 0,
        };
        for (key, wanted, told) in answers {
            session.want(key.clone(), *wanted);
            if let Some(cached) = session.partitions.get_mut(key) {
                cached.remember(told);
            }
        }
        session
    }

    fn want(&mut self, key: Key, wanted: Wanted) {
        if let Some(cached) = self.partitions.get_mut(&key) {
            cached.wanted = wanted;
            return;
        }
        let place = self.order_next;
        self.order_next += 1;
        self.order.insert(place, key.clone());
        let cached = Cached { wanted, place, high_watermark: -1, log_start_offset: -1 };
        self.partitions.insert(key, cached);
    }

    fn forget(&mut self, key: &Key) {
        if let Some(cached) = self.partitions.remove(key) {
            self.order.remove(&cached.place);
        }
    }

    fn in_order(&self) -> Vec<(Key, Wanted)> {
        self.order
            .values()
            .filter_map(|key| Some((key.clone(), self.partitions.get(key)?.wanted)))
            .collect()
    }

    /// Whether `told` is news for the client; remembers that it was told.
    fn tell(&mut self, key: &Key, told: &Told) -> bool {
        let Some(cached) = self.partitions.get_mut(key) else { return false };
        let news = told.has_records
            || told.has_hint
            || told.error != ErrorCode::None
            || told.high_watermark != cached.high_watermark
            || told.log_start_offset != cached.log_start_offset;
        cached.remember(told);
        if told.has_records {
            self.order.remove(&cached.place);
            cached.place = self.order_next;
            self.order_next += 1;
            self.order.insert(cached.place, key.clone());
        }
        news
    }
}

impl Cached {
    fn remember(&mut self, told: &Told) {
        // After an error the next good answer is news whatever it says.
        self.high_watermark = if told.error == ErrorCode::None { told.high_watermark } else { -1 };
        self.log_start_offset = told.log_start_offset;
    }
}

fn next_epoch(epoch: i32) -> i32 {
    epoch.checked_add(1).unwrap_or(1)
}
