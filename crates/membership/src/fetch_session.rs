//! What a broker remembers of our last Fetch (KIP-227): after a full request only what changed is sent,
//! and only what has news is answered.
//!
//! One value per broker and connection. Epoch 0 asks for a session, and closes the one whose id goes
//! with it; 1 and up continue it; -1 ends it.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use ottla_model::{ErrorCode, TopicPartition, Uuid};

/// The epoch of a full request.
pub const EPOCH_FULL: i32 = 0;
/// The epoch of the last request of a session.
pub const EPOCH_FINAL: i32 = -1;
/// The id of a request without a session.
pub const SESSION_NONE: i32 = 0;

/// What is asked of one partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchPartition {
    /// All zero where the topic's id is unknown; then versions above 12 cannot ask for it.
    pub topic_id: Uuid,
    /// The first offset that is wanted.
    pub offset: i64,
    /// What we take to be the leader's epoch; -1 if unknown.
    pub leader_epoch: i32,
    /// The epoch of the last record that was read; -1 if unknown.
    pub last_epoch: i32,
    /// Bytes at most.
    pub bytes_max: i32,
}

/// One request: `full`, or what changed since the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchPlan {
    /// The session that it continues or replaces.
    pub session_id: i32,
    /// Its place in the session.
    pub epoch: i32,
    /// Partitions to ask for: all, or the new and changed ones.
    pub ask: Vec<(TopicPartition, FetchPartition)>,
    /// Partitions that the session shall forget, with the topic id they were asked by.
    pub forget: Vec<(TopicPartition, Uuid)>,
}

/// The session with one broker.
#[derive(Debug, Clone)]
pub struct FetchSession {
    id: i32,
    epoch: i32,
    by_id: bool,
    known: BTreeMap<TopicPartition, FetchPartition>,
}

impl Default for FetchSession {
    fn default() -> Self {
        Self { id: SESSION_NONE, epoch: EPOCH_FULL, by_id: false, known: BTreeMap::new() }
    }
}

impl FetchSession {
    /// The next request, if `wanted` is what shall be read. `by_id`: it will be a version that names
    /// topics by id (13 and up); a session cannot change that, so another begins.
    pub fn plan(
        &mut self,
        wanted: &BTreeMap<TopicPartition, FetchPartition>,
        by_id: bool,
    ) -> FetchPlan {
        if by_id != self.by_id {
            self.begin_again();
            self.by_id = by_id;
        }
        if self.epoch == EPOCH_FULL {
            self.known = wanted.clone();
            let ask = wanted.iter().map(|(partition, it)| (partition.clone(), *it)).collect();
            return FetchPlan { session_id: self.id, epoch: self.epoch, ask, forget: Vec::new() };
        }
        let mut plan = FetchPlan {
            session_id: self.id,
            epoch: self.epoch,
            ask: Vec::new(),
            forget: Vec::new(),
        };
        for (partition, known) in &self.known {
            let same_topic = wanted.get(partition).is_some_and(|it| it.topic_id == known.topic_id);
            if !same_topic {
                plan.forget.push((partition.clone(), known.topic_id));
            }
        }
        for (partition, asked) in wanted {
            if self.known.get(partition) != Some(asked) {
                plan.ask.push((partition.clone(), *asked));
            }
        }
        self.known = wanted.clone();
        plan
    }

    /// Whether `partition` was part of the last request, or of the session it continued. What else an
    /// answer speaks of is not for us.
    pub fn knows(&self, partition: &TopicPartition) -> bool {
        self.known.contains_key(partition)
    }

    /// Whether the broker remembers something.
    pub fn is_kept(&self) -> bool {
        self.id != SESSION_NONE
    }

    /// The partitions of the session, to find names of ids by.
    pub fn partitions(&self) -> impl Iterator<Item = (&TopicPartition, &FetchPartition)> {
        self.known.iter()
    }

    /// An answer: whether its partitions may be used. `code` is that of the whole answer.
    pub fn answered(&mut self, code: ErrorCode, session_id: i32) -> bool {
        match code {
            ErrorCode::None if session_id == SESSION_NONE => {
                // The broker keeps none for us.
                self.id = SESSION_NONE;
                self.epoch = EPOCH_FULL;
            }
            ErrorCode::None if self.epoch == EPOCH_FULL || session_id == self.id => {
                self.id = session_id;
                self.epoch = if self.epoch == i32::MAX { 1 } else { self.epoch + 1 };
            }
            ErrorCode::None => {
                // An answer of another session: nothing in it can be relied on.
                self.begin_again();
                return false;
            }
            ErrorCode::FetchSessionIdNotFound => {
                self.id = SESSION_NONE;
                self.epoch = EPOCH_FULL;
            }
            _ => self.begin_again(),
        }
        code.is_none()
    }

    /// No answer, or one that does not fit: the next request is full and closes the old session.
    pub fn begin_again(&mut self) {
        self.epoch = EPOCH_FULL;
    }

    /// The request that ends the session, if there is one.
    pub fn close(&mut self) -> Option<FetchPlan> {
        let id = core::mem::replace(&mut self.id, SESSION_NONE);
        self.epoch = EPOCH_FULL;
        self.known.clear();
        (id != SESSION_NONE).then(|| FetchPlan {
            session_id: id,
            epoch: EPOCH_FINAL,
            ask: Vec::new(),
            forget: Vec::new(),
        })
    }
}
