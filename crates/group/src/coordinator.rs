//! [`Groups`]: the state that one partition of `__consumer_offsets` describes.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use ottla_base::{MonoTime, Now, Rng};
use ottla_coordinator::{
    At, Coordinator, Decision as Decided, KeyValue, Producer, RecordError, Token,
};
use ottla_model::ErrorCode;

use crate::answer::Answer;
use crate::classic::ClassicGroup;
use crate::codec;
use crate::consumer::{ConsumerSettings, Reason};
use crate::group::Group;
use crate::history::History;
use crate::offsets::Offsets;
use crate::record::Record;
use crate::timers::{Timer, Timers};

/// What the coordinator is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `offset.metadata.max.bytes`; as Kafka counts them, UTF-16 units.
    pub offset_metadata_units_max: usize,
    /// `offsets.retention.minutes`, in milliseconds.
    pub offsets_retention_ms: i64,
    /// `offsets.retention.check.interval.ms`.
    pub offsets_retention_check_interval: Duration,
    /// `group.min.session.timeout.ms`.
    pub session_timeout_ms_min: i32,
    /// `group.max.session.timeout.ms`.
    pub session_timeout_ms_max: i32,
    /// `group.initial.rebalance.delay.ms`.
    pub initial_rebalance_delay_ms: i32,
    /// `group.max.size`.
    pub members_max: usize,
    /// `ottla.group.pending.joins.max`: members of a group that have an id and have not joined with it.
    pub pending_joins_max: usize,
    /// `ottla.group.member.bytes.max`: of what a member says of itself.
    pub member_bytes_max: usize,
    /// Of consumer groups (KIP-848).
    pub consumer: ConsumerSettings,
}

/// What happens once records are committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Answer a request.
    Answer(Token, Answer),
}

/// A decision of this coordinator.
pub type Decision = Decided<Record, Effect>;

/// The state of one partition of `__consumer_offsets`.
#[derive(Debug, Clone)]
pub struct Groups {
    pub(crate) settings: Settings,
    pub(crate) by_id: BTreeMap<Arc<str>, Group>,
    pub(crate) offsets: Offsets,
    pub(crate) timers: Timers,
    /// For member ids.
    pub(crate) rng: Rng,
    /// What groups went through.
    pub(crate) history: History,
    /// What was done.
    pub(crate) counts: Counts,
    /// The last time it was told.
    pub(crate) now: Now,
}

/// What a coordinator has done since it was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Offsets committed.
    pub commits: u64,
    /// Offsets deleted on request.
    pub deletions: u64,
    /// Offsets expired.
    pub expired: u64,
}

impl Groups {
    /// Nothing is known yet. Ids of members are made of `seed`.
    pub fn new(settings: Settings, seed: u64) -> Self {
        Self {
            settings,
            by_id: BTreeMap::new(),
            offsets: Offsets::default(),
            timers: Timers::default(),
            rng: Rng::new(seed),
            history: History::default(),
            counts: Counts::default(),
            now: Now::default(),
        }
    }

    /// Everything that is known, by group id.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Group)> {
        self.by_id.iter()
    }

    /// What groups went through.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// What was done since the partition was loaded.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// How many offsets are committed.
    pub fn offsets_count(&self) -> usize {
        self.offsets.len()
    }

    /// What is known of a group.
    pub fn get(&self, group: &str) -> Option<&Group> {
        self.by_id.get(group)
    }
}

pub(crate) fn answer(token: Token, answer: Answer) -> Decision {
    Decided::effects(alloc::vec![Effect::Answer(token, answer)])
}

impl Coordinator for Groups {
    type Record = Record;
    type Effect = Effect;

    fn encode(&self, record: &Record) -> Result<KeyValue, RecordError> {
        codec::encode(record)
    }

    fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Option<Record>, RecordError> {
        codec::decode(key, value)
    }

    fn replay(&mut self, record: Record, at: At) {
        match record {
            Record::OffsetCommit { group, topic, partition, committed } => {
                if committed.is_some() && !self.by_id.contains_key(&group) {
                    // A client that assigns itself.
                    let simple = ClassicGroup::new(at.timestamp);
                    self.by_id.insert(group.clone(), Group::Classic(simple));
                }
                self.offsets.replay(group, topic, partition, committed, at);
            }
            Record::ClassicGroup { group, metadata } => self.replay_classic(group, metadata),
            record => self.replay_consumer(record),
        }
    }

    fn end_transaction(&mut self, producer: Producer, committed: bool, _at: At) {
        self.offsets.end_transaction(producer, committed);
    }

    fn loaded(&mut self, now: Now) -> Vec<Decision> {
        self.timers
            .schedule(Timer::Expire, now.mono + self.settings.offsets_retention_check_interval);
        self.consumer_loaded(now);
        self.classic_loaded(now)
    }

    fn next_deadline(&self) -> Option<MonoTime> {
        self.timers.next()
    }

    fn tick(&mut self, now: Now) -> Vec<Decision> {
        let mut decisions = Vec::new();
        while let Some(timer) = self.timers.take_due(now.mono) {
            match timer {
                Timer::Expire => decisions.extend(self.expire(now)),
                Timer::Join(group) => decisions.push(self.join_due(now, &group)),
                Timer::Sync(group) => decisions.push(self.sync_due(now, &group)),
                Timer::Session(group, member) => {
                    decisions.push(self.session_due(now, &group, &member));
                }
                Timer::ConsumerSession(group, member) => {
                    decisions.push(self.member_due(now, &group, &member, Reason::SILENT));
                }
                Timer::ConsumerJoin(group, member) => {
                    decisions.push(self.member_due(now, &group, &member, Reason::NOT_REJOINED));
                }
                Timer::ConsumerSync(group, member) => {
                    decisions.push(self.member_due(now, &group, &member, Reason::NOT_SYNCED));
                }
                Timer::GivingBack(group, member, epoch) => {
                    decisions.push(self.giving_back_due(now, &group, &member, epoch));
                }
            }
            // What is decided next has to see what these records say.
            if decisions.iter().any(|it| it.is_replayed && !it.records.is_empty()) {
                break;
            }
        }
        decisions
    }

    fn not_written(&mut self, decision: Decision, why: ErrorCode) -> Vec<Effect> {
        self.take_back(decision, why)
    }
}
