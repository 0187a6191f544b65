//! [`Shard`]: one coordinator and its partition.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ottla_base::{MonoTime, Now};
use ottla_coordinator::{At, Decision, Producer, Token};
use ottla_log::producers::Origin;
use ottla_model::{ErrorCode, LeaderEpoch};
use ottla_record::{BatchBuilder, Codec, EndTxnMarker, NewRecord, TxnMarkerBatch};
use tokio::sync::{Notify, oneshot};
use tracing::error;

use super::{Coordinators, Kind};
use crate::storage::{Acks, Appended, Partition};
use crate::waiting::Waiter;

/// One coordinator and its partition.
pub(crate) struct Shard<C: Kind> {
    partition: Arc<Partition>,
    leader_epoch: LeaderEpoch,
    inner: Mutex<Inner<C>>,
    waiting: Mutex<Option<BTreeMap<Token, oneshot::Sender<C::Answer>>>>,
    /// Told when the next deadline may have moved.
    moved: Notify,
}

struct Inner<C> {
    state: C,
    /// The last append; once that is committed, everything this coordinator may have seen is.
    last: Option<Appended>,
    is_over: bool,
}

impl<C: Kind> std::fmt::Debug for Shard<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shard").field("partition", self.partition.topic_partition()).finish()
    }
}

impl<C: Kind> Shard<C> {
    /// The coordinator of `partition`, whose records have been replayed into `state`.
    pub(super) fn new(partition: Arc<Partition>, leader_epoch: LeaderEpoch, state: C) -> Arc<Self> {
        Arc::new(Self {
            partition,
            leader_epoch,
            inner: Mutex::new(Inner { state, last: None, is_over: false }),
            waiting: Mutex::new(Some(BTreeMap::new())),
            moved: Notify::new(),
        })
    }

    /// Its partition.
    pub(crate) fn partition(&self) -> &Arc<Partition> {
        &self.partition
    }

    /// The leader epoch of its partition: the epoch of this coordinator.
    pub(crate) fn leader_epoch(&self) -> LeaderEpoch {
        self.leader_epoch
    }

    /// Whether its time is over.
    pub(crate) fn is_over(&self) -> bool {
        self.lock().is_over
    }

    /// Looks at the state as it is, committed or not. For metrics and lists.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&C) -> T) -> T {
        look(&self.lock().state)
    }

    /// Gives the request with this token its answer; it may have gone away.
    pub(crate) fn answer(&self, token: Token, answer: C::Answer) {
        let sender = self.waiting().as_mut().and_then(|waiting| waiting.remove(&token));
        if let Some(sender) = sender {
            let _ = sender.send(answer);
        }
    }

    pub(super) fn expect_answer(
        &self,
        token: Token,
    ) -> Result<oneshot::Receiver<C::Answer>, ErrorCode> {
        let (sender, receiver) = oneshot::channel();
        let mut waiting = self.waiting();
        waiting.as_mut().ok_or(ErrorCode::NotCoordinator)?.insert(token, sender);
        Ok(receiver)
    }

    /// Lets `decide` look and change, writes what it decided, and sees to the effects.
    pub(super) fn step(
        self: &Arc<Self>,
        all: &Arc<Coordinators<C>>,
        decide: impl FnOnce(&mut C, Now) -> Vec<Decision<C::Record, C::Effect>>,
    ) {
        let now = all.io.now();
        let mut inner = self.lock();
        if inner.is_over {
            return;
        }
        let decisions = decide(&mut inner.state, now);
        let mut outcomes = Vec::with_capacity(decisions.len());
        for decision in decisions {
            outcomes.push(self.carry_out(&mut inner, decision, now));
        }
        drop(inner);
        self.moved.notify_one();
        for (effects, after) in outcomes {
            self.perform_when_committed(all, effects, after);
        }
    }

    /// Writes the records of a decision and replays them. Returns the effects, and the append that has
    /// to be committed first.
    fn carry_out(
        &self,
        inner: &mut Inner<C>,
        mut decision: Decision<C::Record, C::Effect>,
        now: Now,
    ) -> (Vec<C::Effect>, Option<Appended>) {
        if decision.records.is_empty() {
            return (decision.effects, inner.last);
        }
        let appended = self.batch_of(&inner.state, &decision, now).and_then(|batch| {
            let appended = self.partition.append_from(now, &batch, Acks::All, Origin::Coordinator);
            appended.map_err(|error| error.code)
        });
        let appended: Appended = match appended {
            Ok(appended) => appended,
            Err(code) => {
                let instead = inner.state.not_written(decision, code);
                return (instead, inner.last);
            }
        };
        if decision.is_replayed {
            for (record, offset) in decision.records.drain(..).zip(appended.first_offset..) {
                let (timestamp, transaction) = (now.wall.millis, decision.transaction);
                inner.state.replay(record, At { offset, timestamp, transaction });
            }
        }
        inner.last = Some(appended);
        (decision.effects, inner.last)
    }

    fn batch_of(
        &self,
        state: &C,
        decision: &Decision<C::Record, C::Effect>,
        now: Now,
    ) -> Result<Vec<u8>, ErrorCode> {
        let mut builder = BatchBuilder::new(0, Codec::None);
        if let Some(Producer { id, epoch }) = decision.transaction {
            builder = builder.producer(id, epoch, -1).transactional(true);
        }
        for record in &decision.records {
            let stored = state.encode(record).map_err(|why| {
                error!(topic = C::TOPIC, %why, "a record cannot be written");
                ErrorCode::UnknownServerError
            })?;
            let record = NewRecord {
                timestamp: now.wall.millis,
                key: Some(&stored.key),
                value: stored.value.as_deref(),
                headers: &[],
            };
            builder.append(&record).map_err(|_| ErrorCode::RecordListTooLarge)?;
        }
        let batch = builder.build();
        if batch.len() > state.batch_bytes_max() {
            return Err(ErrorCode::RecordListTooLarge);
        }
        Ok(batch)
    }

    fn perform_when_committed(
        self: &Arc<Self>,
        all: &Arc<Coordinators<C>>,
        effects: Vec<C::Effect>,
        after: Option<Appended>,
    ) {
        if effects.is_empty() {
            return;
        }
        let is_committed = |after: &Appended| self.partition.is_acknowledged(after, Acks::All);
        let Some(after) = after.filter(|after| is_committed(after) != Ok(true)) else {
            effects.into_iter().for_each(|effect| (all.perform)(all, self, effect));
            return;
        };
        let (shard, all) = (Arc::clone(self), Arc::clone(all));
        all.io.clone().spawn("commit", async move {
            if shard.committed(&after).await {
                effects.into_iter().for_each(|effect| (all.perform)(&all, &shard, effect));
            } else {
                // What was appended may or may not be kept: nobody is told anything but to look for
                // the coordinator again.
                shard.end();
            }
        });
    }

    /// Waits until an append is committed. False if this coordinator's time is over before that is
    /// known.
    async fn committed(&self, appended: &Appended) -> bool {
        let waiter = Waiter::default();
        let _watch = self.partition.watchers().watch(&waiter);
        loop {
            match self.partition.is_acknowledged(appended, Acks::All) {
                Ok(true) => return true,
                Ok(false) if !self.lock().is_over => waiter.moved().await,
                _ => return false,
            }
        }
    }

    /// Writes the marker that ends a transaction in this partition; the state follows. Returns once
    /// it is committed.
    pub(super) async fn write_marker(
        self: &Arc<Self>,
        all: &Arc<Coordinators<C>>,
        producer: Producer,
        committed: bool,
        coordinator_epoch: i32,
    ) -> Result<(), ErrorCode> {
        let now = all.io.now();
        let marker = TxnMarkerBatch {
            base_offset: 0,
            leader_epoch: self.leader_epoch,
            timestamp: now.wall.millis,
            producer_id: producer.id,
            producer_epoch: producer.epoch,
            committed,
            marker: EndTxnMarker { coordinator_epoch },
        };
        let appended = {
            let mut inner = self.lock();
            if inner.is_over {
                return Err(ErrorCode::NotCoordinator);
            }
            let appended = self
                .partition
                .append_from(now, &marker.build(), Acks::All, Origin::Coordinator)
                .map_err(|error| error.code)?;
            let at = At {
                offset: appended.first_offset,
                timestamp: now.wall.millis,
                transaction: Some(producer),
            };
            inner.state.end_transaction(producer, committed, at);
            inner.last = Some(appended);
            appended
        };
        self.moved.notify_one();
        if self.committed(&appended).await { Ok(()) } else { Err(ErrorCode::NotCoordinator) }
    }

    /// Does on time what the state asks for, until the coordinator's time is over.
    pub(super) async fn keep_time(self: Arc<Self>, all: Arc<Coordinators<C>>) {
        loop {
            let (deadline, is_over) = {
                let inner = self.lock();
                (inner.state.next_deadline(), inner.is_over)
            };
            if is_over {
                return;
            }
            tokio::select! {
                biased;
                () = self.moved.notified() => {}
                () = all.io.sleep_until(deadline.unwrap_or(MonoTime::NEVER)) => {
                    self.step(&all, |state, now| state.tick(now));
                }
            }
        }
    }

    /// This node is not the coordinator any more: whoever waits is told so.
    pub(super) fn end(&self) {
        self.lock().is_over = true;
        self.waiting().take();
        self.moved.notify_one();
        self.partition.watchers().wake();
    }

    fn lock(&self) -> MutexGuard<'_, Inner<C>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waiting(&self) -> MutexGuard<'_, Option<BTreeMap<Token, oneshot::Sender<C::Answer>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
