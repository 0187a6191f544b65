//! The producer's task: looks what is ready, sends it, takes the answers in. One for all nodes;
//! connecting and waiting for an answer are tasks of their own.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use ottla_base::MonoTime;
use ottla_model::BrokerId;
use ottla_record::CodecSpace;
use tracing::Instrument;

use super::accumulator::{Mood, Settled};
use super::batch::Batch;
use super::delivery::Ack;
use super::hooks::DeadLetter;
use super::produce;
use super::record::RecordMetadata;
use super::shared::Shared;
use crate::connection::Connection;
use crate::pool::Lane;
use crate::route::Route;
use crate::{Error, Result};

/// How long the sender sleeps when nothing tells it to look earlier.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// One node, as the sender sees it.
#[derive(Debug, Default)]
pub(super) struct Node {
    connection: Option<Arc<Connection>>,
    is_connecting: bool,
    /// Nothing is sent before: the broker asked for that (KIP-219).
    muted_until: MonoTime,
    /// Since when something has been ready that could not be sent.
    stuck_since: Option<MonoTime>,
}

/// Nodes by number.
pub(super) type Nodes = BTreeMap<BrokerId, Node>;

/// Runs until the producer is closed and everything is decided.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut space = CodecSpace::new();
    let mut metadata = shared.client.metadata_changed();
    while let Some(next) = step(&shared, &mut space) {
        let io = shared.client.io();
        tokio::select! {
            biased;
            () = shared.wake.notified() => {}
            Ok(()) = metadata.changed() => {}
            () = io.sleep_until(next) => {}
        }
    }
    shared.stopped.send_replace(true);
}

/// One look at everything. When to look again, or `None` when all is over.
fn step(shared: &Arc<Shared>, space: &mut CodecSpace) -> Option<MonoTime> {
    let now = shared.client.io().now().mono;
    if shared.is_aborting.load(Ordering::Acquire) {
        let aborted = shared.lock().abort_waiting();
        for batch in aborted {
            fail(shared, batch, &Error::closed());
        }
    }
    if shared.is_transactional()
        && let Some(failure) = { shared.lock_transaction().failure() }
    {
        let failure = failure.context("the transaction has failed");
        for batch in shared.lock_and(super::accumulator::Accumulator::abort_waiting) {
            fail(shared, batch, &failure);
        }
    }
    for (batch, error) in shared.lock_and(|accumulator| accumulator.expire(now)) {
        fail(shared, batch, &error);
    }
    prepare(shared);
    let ready = look(shared, now);
    let mut next = ready.next_at.unwrap_or(now + LOOK_EVERY);
    if ready.lacks_leaders {
        shared.client.request_refresh();
        next = next.min(now + shared.settings.common.retry_backoff);
    }
    for node in ready.nodes {
        next = next.min(send_to(shared, node, now, space));
    }
    let accumulator = shared.lock();
    if shared.is_closing.load(Ordering::Acquire) && accumulator.is_empty() {
        return None;
    }
    let due = [accumulator.next_expiry(), accumulator.let_go(now)];
    next = due.into_iter().flatten().fold(next, MonoTime::min);
    Some(next.min(now + LOOK_EVERY))
}

/// Sees to it that there is a producer id, that epochs change, that transactions know partitions.
fn prepare(shared: &Arc<Shared>) {
    if !shared.settings.idempotence {
        return;
    }
    if shared.is_transactional() {
        if !shared.lock_transaction().pending().is_empty()
            && !shared.is_adding.swap(true, Ordering::AcqRel)
        {
            shared.spawn("producer add partitions", super::transactions::add_partitions);
        }
        return;
    }
    let needs_id = {
        let mut accumulator = shared.lock();
        let _no_more_epochs = accumulator.renumber();
        accumulator.identity().is_none() && accumulator.has_waiting()
    };
    if needs_id && !shared.is_asking_id.swap(true, Ordering::AcqRel) {
        shared.spawn("producer id", super::identity::ask);
    }
}

fn look(shared: &Arc<Shared>, now: MonoTime) -> super::accumulator::Readiness {
    let image = shared.client.image();
    with_mood(shared, now, |accumulator, mood| accumulator.ready(now, &image, mood))
}

/// Runs `work` on the accumulator, with what decides whether batches may go.
fn with_mood<T>(
    shared: &Shared,
    now: MonoTime,
    work: impl FnOnce(&mut super::accumulator::Accumulator, Mood<'_>) -> T,
) -> T {
    let limit = shared.settings.availability_timeout;
    let stuck: Vec<BrokerId> = if limit.is_zero() {
        Vec::new()
    } else {
        let nodes = shared.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        let is_stuck = |node: &Node| node.stuck_since.is_some_and(|since| now.since(since) > limit);
        nodes.iter().filter(|(_, node)| is_stuck(node)).map(|(id, _)| *id).collect()
    };
    let transaction = shared.is_transactional().then(|| shared.lock_transaction());
    let may_send = |topic: &str, partition| {
        transaction.as_ref().is_none_or(|transaction| transaction.may_send(topic, partition))
    };
    let mut accumulator = shared.lock();
    let hurries = shared.flushing.load(Ordering::Acquire) > 0
        || shared.is_closing.load(Ordering::Acquire)
        || shared.memory_waiters.load(Ordering::Acquire) > 0;
    let mood = Mood { hurries, may_send: &may_send, is_stuck: &|node| stuck.contains(&node) };
    work(&mut accumulator, mood)
}

/// Sends a node what it can take now. When to look at it again.
fn send_to(
    shared: &Arc<Shared>,
    node: BrokerId,
    now: MonoTime,
    space: &mut CodecSpace,
) -> MonoTime {
    let Some(connection) = connection_to(shared, node, now) else {
        return shared.muted_until(node, now).unwrap_or(now + LOOK_EVERY);
    };
    let image = shared.client.image();
    loop {
        let Some(permit) = connection.try_permit() else { return now + LOOK_EVERY };
        let batches =
            with_mood(shared, now, |accumulator, mood| accumulator.drain(now, node, &image, mood));
        if batches.is_empty() {
            return now + LOOK_EVERY;
        }
        shared.note_drained(node);
        let started = produce::start(shared, &connection, &image, batches, permit, space);
        match started {
            Ok(flight) => {
                let its = shared.clone();
                let io = shared.client.io().clone();
                let span = tracing::debug_span!("produce", node, batches = flight.batch_count());
                let landing = async move { flight.land(&its).await };
                io.spawn("producer answer", landing.instrument(span));
            }
            Err((batches, error)) => settle_all(shared, batches, &error),
        }
    }
}

/// The connection to a node, if there is one and it may be used; otherwise has one made.
fn connection_to(shared: &Arc<Shared>, id: BrokerId, now: MonoTime) -> Option<Arc<Connection>> {
    let mut nodes = shared.nodes.lock().unwrap_or_else(PoisonError::into_inner);
    let node = nodes.entry(id).or_default();
    node.stuck_since.get_or_insert(now);
    if node.muted_until > now {
        return None;
    }
    if let Some(open) = node.connection.as_ref().filter(|connection| connection.is_open()) {
        return Some(open.clone());
    }
    node.connection = None;
    if !node.is_connecting {
        node.is_connecting = true;
        drop(nodes);
        let its = shared.clone();
        shared.client.io().spawn("producer connect", async move { connect(its, id).await });
    }
    None
}

async fn connect(shared: Arc<Shared>, id: BrokerId) {
    let route = Route::node(id).on(Lane::Bulk);
    let made = shared.client.connection(&route).await;
    let mut nodes = shared.nodes.lock().unwrap_or_else(PoisonError::into_inner);
    let node = nodes.entry(id).or_default();
    node.is_connecting = false;
    match made {
        Ok(connection) => node.connection = Some(connection),
        Err(error) => {
            tracing::debug!(%error, node = id, "no connection to produce to");
            // The pool has its own back-off; a node that is gone has none.
            let pause = shared.settings.common.reconnect_backoff;
            node.muted_until = shared.client.io().now().mono + pause;
            shared.client.request_refresh();
        }
    }
    drop(nodes);
    shared.wake.notify_one();
}

impl Shared {
    /// A broker asked for a pause.
    pub(super) fn mute(&self, node: BrokerId, pause: Duration) {
        let until = self.client.io().now().mono + pause;
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        let node = nodes.entry(node).or_default();
        node.muted_until = node.muted_until.max(until);
    }

    fn muted_until(&self, node: BrokerId, now: MonoTime) -> Option<MonoTime> {
        let nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        nodes.get(&node).map(|node| node.muted_until).filter(|until| *until > now)
    }

    fn note_drained(&self, node: BrokerId) {
        let mut nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner);
        nodes.entry(node).or_default().stuck_since = None;
    }
}

/// Takes in that none of these batches was answered.
pub(super) fn settle_all(shared: &Arc<Shared>, batches: Vec<Batch>, error: &Error) {
    for batch in batches {
        settle(shared, batch, Err(error.clone()));
    }
    if error.wants_refresh() {
        shared.client.request_refresh();
    }
    shared.wake.notify_one();
}

/// Takes in what became of a batch.
pub(super) fn settle(shared: &Arc<Shared>, batch: Batch, answer: Result<Ack>) {
    let now = shared.client.io().now().mono;
    let records = batch.record_count;
    let seen = (!shared.hooks.interceptors.is_empty()).then(|| Seen::of(&batch));
    let told = answer.clone();
    let settled = shared.lock_and(|accumulator| accumulator.settle(batch, answer, now));
    match settled {
        Settled::Done => {
            shared.count(|it| it.sent(records));
            if let Some(seen) = seen {
                seen.acknowledge(shared, told.unwrap_or_default());
            }
        }
        Settled::Again => shared.count(|it| it.retried(records)),
        Settled::Split => shared.count(|it| it.split()),
        Settled::Failed(batch, error) => fail(shared, *batch, &error),
    }
}

/// A batch has failed for good.
pub(super) fn fail(shared: &Arc<Shared>, mut batch: Batch, error: &Error) {
    tracing::debug!(
        %error,
        topic = %batch.topic,
        partition = batch.partition,
        records = batch.record_count,
        "records were given up"
    );
    shared.count(|it| it.failed(batch.record_count));
    if shared.is_transactional() {
        shared.lock_transaction().fail(error);
    } else if shared.hooks.dead_letters.is_some() {
        for record in batch.unpack() {
            shared.hooks.on_dead_letter(DeadLetter::new(record, error.clone()));
        }
    }
    if !shared.hooks.interceptors.is_empty() {
        for _ in 0..batch.record_count {
            shared.hooks.on_acknowledgement(&Err(error.clone()));
        }
    }
    batch.outcome.tell(Err(error.clone()));
}

/// What interceptors are told of a batch.
struct Seen {
    topic: Arc<str>,
    partition: i32,
    record_count: i32,
}

impl Seen {
    fn of(batch: &Batch) -> Self {
        let (topic, partition) = (batch.topic.clone(), batch.partition);
        Self { topic, partition, record_count: batch.record_count }
    }

    fn acknowledge(self, shared: &Shared, ack: Ack) {
        for index in 0..self.record_count {
            shared.hooks.on_acknowledgement(&Ok(RecordMetadata {
                topic: self.topic.clone(),
                partition: self.partition,
                offset: ack.base_offset.map(|base| base + i64::from(index)),
                timestamp: ack.append_time.unwrap_or(-1),
            }));
        }
    }
}
