//! What the user's side and the driver of a consumer share: a value behind a lock that is held for a
//! moment, and two bells.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ottla_base::MonoTime;
use ottla_membership::{Generation, Leaving, OffsetReset, Position, Positions};
use ottla_model::TopicPartition;
use tokio::sync::Notify;

use super::listener::RebalanceListener;
use super::record::Chunk;
use crate::settings::{AutoOffsetReset, ConsumerSettings};
use crate::{Client, Error};

/// Both sides of a consumer.
pub(crate) struct Shared {
    pub(crate) client: Client,
    pub(crate) settings: ConsumerSettings,
    pub(crate) listener: Option<Arc<dyn RebalanceListener>>,
    state: Mutex<State>,
    /// Rung when there is something to do for the driver.
    pub(crate) driver: Notify,
    /// Rung when there is something for who waits for records.
    pub(crate) user: Arc<Notify>,
    /// Rung when the consumer has ended.
    pub(crate) ended: Notify,
}

/// What the user wants to read.
#[derive(Debug, Clone, Default)]
pub(crate) enum Wish {
    /// Nothing.
    #[default]
    Nothing,
    /// These topics, shared with the group.
    Topics(BTreeSet<Arc<str>>),
    /// Topics that match here, shared with the group.
    Matching(regex::Regex),
    /// Topics that match at the broker, shared with the group.
    MatchingThere(Arc<str>),
    /// These partitions, whatever a group does.
    Partitions(BTreeSet<TopicPartition>),
}

/// What is shared.
pub(crate) struct State {
    pub(crate) wish: Wish,
    /// Raised with every wish.
    pub(crate) wishes: u64,
    pub(crate) positions: Positions,
    /// Not given out and not fetched while callbacks run.
    pub(crate) held: BTreeSet<TopicPartition>,
    pub(crate) chunks: VecDeque<Chunk>,
    /// Bytes fetched and not given out.
    pub(crate) buffered: usize,
    pub(crate) errors: VecDeque<Error>,
    /// Why this is no member any more: told again and again, until another subscription.
    pub(crate) failed: Option<Failed>,
    /// Given out since the user last asked, with the place before: not taken as processed yet.
    pub(crate) in_hand: BTreeMap<TopicPartition, Position>,
    /// The user waits for records right now.
    pub(crate) waiting: bool,
    /// When the user last asked for records.
    pub(crate) polled_at: MonoTime,
    /// To be given back as soon as the user has processed what he has of them.
    pub(crate) giving_back: BTreeSet<TopicPartition>,
    pub(crate) generation: Generation,
    pub(crate) rebalancing: bool,
    pub(crate) closing: Option<Leaving>,
    /// Nothing will come any more.
    pub(crate) over: bool,
}

/// An end of membership, and when reads tell it next. Whoever goes on reading after an error would
/// never wait for anything if that were at once.
pub(crate) struct Failed {
    error: Error,
    due: MonoTime,
}

impl Failed {
    /// It is told at once.
    pub(crate) fn new(error: Error) -> Self {
        Self { error, due: MonoTime::default() }
    }

    /// The error, to be told again after `pause`; when it is due otherwise.
    pub(crate) fn tell(&mut self, now: MonoTime, pause: Duration) -> Result<Error, MonoTime> {
        if now < self.due {
            return Err(self.due);
        }
        self.due = now + pause;
        Ok(self.error.clone())
    }
}

impl Shared {
    pub(crate) fn new(
        client: Client,
        settings: ConsumerSettings,
        listener: Option<Arc<dyn RebalanceListener>>,
    ) -> Self {
        let reset = match settings.auto_offset_reset {
            AutoOffsetReset::Earliest => OffsetReset::Earliest,
            AutoOffsetReset::Latest => OffsetReset::Latest,
            AutoOffsetReset::ByDuration(age) => OffsetReset::ByDuration(age),
            AutoOffsetReset::None => OffsetReset::None,
        };
        let state = State {
            wish: Wish::Nothing,
            wishes: 0,
            positions: Positions::new(reset),
            held: BTreeSet::new(),
            chunks: VecDeque::new(),
            buffered: 0,
            errors: VecDeque::new(),
            failed: None,
            in_hand: BTreeMap::new(),
            waiting: false,
            polled_at: client.io().now().mono,
            giving_back: BTreeSet::new(),
            generation: Generation::none(),
            rebalancing: false,
            closing: None,
            over: false,
        };
        Self {
            client,
            settings,
            listener,
            state: Mutex::new(state),
            driver: Notify::new(),
            user: Arc::new(Notify::new()),
            ended: Notify::new(),
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn reads_committed(&self) -> bool {
        self.settings.isolation_level == crate::settings::IsolationLevel::ReadCommitted
    }
}

impl State {
    /// The user asks for records: what he was given before is processed.
    pub(crate) fn polled(&mut self, now: MonoTime) {
        self.in_hand.clear();
        self.polled_at = now;
        self.held.append(&mut self.giving_back);
    }

    /// Whether the user is working on records of `them`.
    pub(crate) fn is_busy_with(&self, them: &BTreeSet<TopicPartition>) -> bool {
        self.in_hand.keys().any(|it| them.contains(it))
    }

    /// Places up to which everything was processed: what may be committed.
    pub(crate) fn processed(&self) -> BTreeMap<TopicPartition, Position> {
        let mut places = self.positions.positions();
        for (partition, before) in &self.in_hand {
            if let Some(place) = places.get_mut(partition)
                && before.offset < place.offset
            {
                *place = *before;
            }
        }
        places
    }

    /// Everything up to what was given out, of the partitions that records were given out of since the
    /// user last asked, and that have been ours all the time.
    pub(crate) fn given_out(&self) -> BTreeMap<TopicPartition, Position> {
        let place = |it: &TopicPartition| Some((it.clone(), self.positions.position(it)?));
        self.in_hand.keys().filter_map(place).collect()
    }

    /// What was given out since the user last asked is given out again.
    pub(crate) fn take_back(&mut self) {
        for (partition, before) in std::mem::take(&mut self.in_hand) {
            self.positions.seek(&partition, before);
        }
        self.drop_stale();
    }

    /// Which of these are read, and since when.
    pub(crate) fn tenures<'a>(
        &self,
        them: impl Iterator<Item = &'a TopicPartition>,
    ) -> BTreeMap<TopicPartition, u64> {
        them.filter_map(|it| Some((it.clone(), self.positions.tenure(it)?))).collect()
    }

    /// Whether those have been read without a break since.
    pub(crate) fn has_kept(&self, tenures: &BTreeMap<TopicPartition, u64>) -> bool {
        tenures.iter().all(|(it, tenure)| self.positions.tenure(it) == Some(*tenure))
    }

    /// Exactly these are read from now on.
    pub(crate) fn assign(&mut self, partitions: &BTreeSet<TopicPartition>) {
        self.positions.assign(partitions);
        self.in_hand.retain(|it, _| partitions.contains(it));
        self.drop_stale();
    }

    /// Lets go of what was fetched from places that are no longer ours.
    pub(crate) fn drop_stale(&mut self) {
        let positions = &self.positions;
        let mut dropped = 0;
        self.chunks.retain(|it| {
            let current = positions.is_current(&it.partition, it.version);
            dropped += if current { 0 } else { it.weight };
            current
        });
        self.buffered = self.buffered.saturating_sub(dropped);
    }

    /// The next chunk that may be given out. It counts as buffered until it is released.
    pub(crate) fn take_chunk(&mut self) -> Option<Chunk> {
        let at = self.chunks.iter().position(|it| self.may_give(it))?;
        self.chunks.remove(at)
    }

    /// Whether records of `chunk` may be given out now.
    pub(crate) fn may_give(&self, chunk: &Chunk) -> bool {
        !self.held.contains(&chunk.partition) && !self.positions.is_paused(&chunk.partition)
    }

    /// A chunk that was taken is used up.
    pub(crate) fn release(&mut self, chunk: &Chunk) {
        self.buffered = self.buffered.saturating_sub(chunk.weight);
    }

    /// Bytes of `partition` that are fetched and not given out.
    pub(crate) fn buffered_of(&self, partition: &TopicPartition) -> usize {
        let its = self.chunks.iter().filter(|it| it.partition == *partition);
        its.map(|it| it.weight).sum()
    }
}
