//! Batches by partition: where records join, when a batch is ready, which go out next, and what
//! becomes of those that come back. Pure: it is told the time, and who leads what.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ottla_base::{MonoTime, Rng};
use ottla_model::{BrokerId, ErrorCode};
use ottla_record::{Compression, NewRecord};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::batch::Batch;
use super::buffers::Buffers;
use super::delivery::{Ack, Delivery, Outcome};
use super::queue::Queue;
use super::sequences::{Identity, Verdict};
use super::sticky::Sticky;
use crate::backoff::Backoff;
use crate::image::{ClusterImage, TopicInfo};
use crate::{Error, ErrorKind, Result};

/// How batches are made and tried.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub(super) batch_size: usize,
    pub(super) linger: Duration,
    pub(super) compression: Compression,
    pub(super) delivery_timeout: Duration,
    pub(super) retries: u32,
    pub(super) retry: Backoff,
    pub(super) max_request_size: usize,
    pub(super) is_idempotent: bool,
    /// One batch of a partition at a time, where nothing else keeps the order.
    pub(super) one_at_a_time: bool,
    pub(super) is_adaptive: bool,
}

/// All batches of a producer that are not on their way.
#[derive(Debug)]
pub(super) struct Accumulator {
    rules: Rules,
    topics: BTreeMap<Arc<str>, TopicQueues>,
    buffers: Arc<Buffers>,
    identity: Option<Identity>,
    next_batch: u64,
    rotation: usize,
    rng: Rng,
}

#[derive(Debug, Default)]
struct TopicQueues {
    sticky: Sticky,
    queues: Vec<Queue>,
}

/// Where a record goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// `None`: wherever records without a key go now.
    pub(super) partition: Option<usize>,
    pub(super) is_transactional: bool,
}

/// What joined a batch.
#[derive(Debug)]
pub(super) struct Appended {
    pub(super) delivery: Delivery,
    /// The sender must look: a batch is full, or a new one has a time to wait.
    pub(super) wakes: bool,
}

/// Which nodes have something to be sent to, and when to look again.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Readiness {
    pub(super) nodes: Vec<BrokerId>,
    pub(super) next_at: Option<MonoTime>,
    pub(super) lacks_leaders: bool,
}

/// What a producer is about, beside time: whether everything goes out now, and which partitions may.
#[derive(Clone, Copy)]
pub(super) struct Mood<'a> {
    pub(super) hurries: bool,
    /// Those whose transaction does not know them yet may not send.
    pub(super) may_send: &'a dyn Fn(&str, i32) -> bool,
    /// Nodes that have taken nothing for too long get nothing new without a key.
    pub(super) is_stuck: &'a dyn Fn(BrokerId) -> bool,
}

/// What becomes of a batch that was answered.
#[derive(Debug)]
pub(super) enum Settled {
    /// Told to those who wait.
    Done,
    /// It is in its queue again.
    Again,
    /// Its parts are in its queue.
    Split,
    /// It failed for good; to be shown to whoever takes such, then dropped.
    Failed(Box<Batch>, Error),
}

impl Accumulator {
    pub(super) fn new(rules: Rules, memory: usize, rng: Rng) -> Self {
        Self {
            buffers: Buffers::new(rules.batch_size, memory),
            rules,
            topics: BTreeMap::new(),
            identity: None,
            next_batch: 0,
            rotation: 0,
            rng,
        }
    }

    pub(super) fn identity(&self) -> Option<Identity> {
        self.identity
    }

    /// The partition for a record without a key.
    pub(super) fn sticky_partition(&mut self, topic: &TopicInfo) -> Option<usize> {
        let queues = self.topics.entry(topic.name.clone()).or_default();
        queues.sticky.partition(|| available(topic), topic.partitions.len(), &mut self.rng)
    }

    /// Puts a record into the open batch of its partition, or into a new one.
    pub(super) fn append(
        &mut self,
        topic: &TopicInfo,
        place: Place,
        record: &NewRecord<'_>,
        room: SemaphorePermit<'_>,
        memory: &Arc<Semaphore>,
        now: MonoTime,
    ) -> Result<Appended> {
        let batch_size = self.rules.batch_size;
        let Place { partition, is_transactional } = place;
        let queues = match self.topics.get_mut(&topic.name) {
            Some(known) => known,
            None => self.topics.entry(topic.name.clone()).or_default(),
        };
        if queues.queues.len() < topic.partitions.len() {
            queues.queues.resize_with(topic.partitions.len(), Queue::default);
        }
        let count = queues.queues.len();
        let is_sticky = partition.is_none();
        let sticky = &mut queues.sticky;
        let partition = partition
            .or_else(|| {
                sticky.partition(|| available(topic), topic.partitions.len(), &mut self.rng)
            })
            .unwrap_or(count);
        let Some(queue) = queues.queues.get_mut(partition) else {
            let text = format!("{} has no partition {partition}", topic.name);
            return Err(Error::new(ErrorKind::InvalidRecord, text));
        };
        let open = queue.waiting.back().filter(|batch| {
            batch.number.is_none() && batch.attempts == 0 && batch.has_room(record, batch_size)
        });
        let is_new = open.is_none();
        if is_new {
            queue.note_usual(batch_size);
            let mut batch = Batch::new(
                self.next_batch,
                topic.name.clone(),
                partition as i32,
                self.rules.compression,
                is_transactional,
                now,
            );
            self.next_batch += 1;
            batch.expect(queue.usual_bytes, &self.buffers);
            queue.waiting.push_back(batch);
        }
        let batch = queue.waiting.back_mut().ok_or_else(Error::closed)?;
        let before = if is_new { 0 } else { batch.plain_bytes };
        let delivery = batch
            .append(record, room, memory)
            .map_err(|error| Error::new(ErrorKind::InvalidRecord, error.to_string()))?;
        let (bytes, is_full) = (batch.plain_bytes - before, batch.is_full(batch_size));
        if is_sticky {
            let available = || available(topic);
            sticky.note_appended(bytes, batch_size, is_full, available, count, &mut self.rng);
        }
        Ok(Appended { delivery, wakes: is_new || is_full })
    }

    /// Which nodes have something to be sent to now.
    pub(super) fn ready(
        &mut self,
        now: MonoTime,
        image: &ClusterImage,
        mood: Mood<'_>,
    ) -> Readiness {
        let mut readiness = Readiness::default();
        for (name, topic) in &mut self.topics {
            let mut lengths = Vec::new();
            for (partition, queue) in topic.queues.iter().enumerate() {
                let leader = image.leader(name, partition as i32);
                if leader.is_some_and(|leader| !(mood.is_stuck)(leader.node)) {
                    lengths.push((partition, queue.waiting.len()));
                }
                let Some(at) = queue.ready_at(now, &self.rules, self.identity, mood.hurries) else {
                    continue;
                };
                if !(mood.may_send)(name, partition as i32) {
                    continue;
                }
                match leader {
                    None => readiness.lacks_leaders |= at <= now,
                    Some(leader) if at <= now => {
                        if !readiness.nodes.contains(&leader.node) {
                            readiness.nodes.push(leader.node);
                        }
                    }
                    Some(_) => {
                        readiness.next_at = Some(readiness.next_at.map_or(at, |next| next.min(at)));
                    }
                }
            }
            if self.rules.is_adaptive {
                topic.sticky.note_queues(&lengths, topic.queues.len());
            }
        }
        readiness
    }

    /// The batches that go to a node in one request, at most one of each partition, numbered.
    pub(super) fn drain(
        &mut self,
        now: MonoTime,
        node: BrokerId,
        image: &ClusterImage,
        mood: Mood<'_>,
    ) -> Vec<Batch> {
        let mut drained: Vec<Batch> = Vec::new();
        let mut bytes = 0;
        self.rotation = self.rotation.wrapping_add(1);
        let (rules, identity) = (&self.rules, self.identity);
        let queues = self.topics.iter_mut().flat_map(|(name, topic)| {
            let of = move |(partition, queue)| (name, partition as i32, queue);
            topic.queues.iter_mut().enumerate().map(of)
        });
        let mut queues: Vec<_> = queues
            .filter(|(name, partition, queue)| {
                !queue.waiting.is_empty()
                    && image.leader(name, *partition).is_some_and(|leader| leader.node == node)
                    && (mood.may_send)(name, *partition)
            })
            .collect();
        if !queues.is_empty() {
            let start = self.rotation % queues.len();
            queues.rotate_left(start);
        }
        for (_, _, queue) in queues {
            let at = queue.ready_at(now, rules, identity, mood.hurries);
            if at.is_none_or(|at| at > now) {
                continue;
            }
            let Some(batch) = queue.waiting.front() else { continue };
            if bytes > 0 && bytes + batch.plain_bytes > rules.max_request_size {
                break;
            }
            bytes += batch.plain_bytes;
            drained.extend(queue.take_front(rules, identity));
        }
        drained
    }

    /// What becomes of a batch that a broker answered, or that got no answer.
    pub(super) fn settle(
        &mut self,
        mut batch: Batch,
        answer: std::result::Result<Ack, Error>,
        now: MonoTime,
    ) -> Settled {
        let rules = self.rules.clone();
        let Some(queue) = self
            .topics
            .get_mut(&batch.topic)
            .and_then(|topic| topic.queues.get_mut(batch.partition as usize))
        else {
            return Settled::Failed(Box::new(batch), Error::closed());
        };
        queue.flying.remove(&batch.id);
        let verdict = queue.judge(&batch, &answer, &rules);
        let is_too_large = answer.as_ref().is_err_and(|error| {
            matches!(error.code(), Some(ErrorCode::MessageTooLarge | ErrorCode::RecordListTooLarge))
        });
        if is_too_large && verdict == Verdict::Fail {
            let next_batch = &mut self.next_batch;
            let next_id = || {
                *next_batch += 1;
                *next_batch - 1
            };
            let smaller = (batch.plain_bytes / 2).min(rules.batch_size).max(1);
            if let Some(parts) = batch.divide(smaller, rules.compression, next_id) {
                queue.replace(&batch, parts);
                return Settled::Split;
            }
        }
        let is_late = now.since(batch.created_at) >= rules.delivery_timeout;
        let has_tries = batch.attempts <= rules.retries;
        match (verdict, answer) {
            (Verdict::Done, answer) => {
                queue.sequences.done(batch.id);
                batch.outcome.tell(Ok(answer.unwrap_or_default()));
                Settled::Done
            }
            (Verdict::Retry | Verdict::Renumber, _) if !is_late && has_tries => {
                queue.sequences.returned(batch.id, verdict == Verdict::Renumber);
                batch.retry_at = now + rules.retry.after(batch.attempts, &mut self.rng);
                queue.put_back(batch);
                Settled::Again
            }
            (_, answer) => {
                queue.sequences.failed(batch.id);
                let error = answer.err().unwrap_or_else(Error::closed);
                let error = if is_late { expired(&batch, &rules, Some(&error)) } else { error };
                Settled::Failed(Box::new(batch), error)
            }
        }
    }

    /// Batches whose time is over. What is on its way is told so, and decided when it comes back.
    pub(super) fn expire(&mut self, now: MonoTime) -> Vec<(Batch, Error)> {
        let rules = self.rules.clone();
        let mut failed = Vec::new();
        for queue in self.topics.values_mut().flat_map(|topic| &mut topic.queues) {
            while let Some(batch) = queue.waiting.front()
                && now.since(batch.created_at) >= rules.delivery_timeout
                && let Some(batch) = queue.waiting.pop_front()
            {
                queue.sequences.failed(batch.id);
                let error = expired(&batch, &rules, None);
                failed.push((batch, error));
            }
        }
        failed
    }

    /// When the next batch expires.
    pub(super) fn next_expiry(&self) -> Option<MonoTime> {
        let queues = self.topics.values().flat_map(|topic| &topic.queues);
        let oldest = queues.filter_map(|queue| queue.waiting.front()).map(|batch| batch.created_at);
        oldest.min().map(|created_at| created_at + self.rules.delivery_timeout)
    }

    /// Takes up the next epoch where a partition needs one, if it is this producer's to choose.
    /// `None` when there are no more epochs: the producer needs another id.
    pub(super) fn renumber(&mut self) -> Option<()> {
        let needs = |queue: &&mut Queue| queue.sequences.is_ready_to_renumber();
        let Some(identity) = self.identity else { return Some(()) };
        let queues = self.topics.values_mut().flat_map(|topic| &mut topic.queues);
        let mut queues: Vec<_> = queues.filter(needs).collect();
        if queues.is_empty() {
            return Some(());
        }
        let Some(epoch) = identity.epoch.checked_add(1).filter(|epoch| *epoch < i16::MAX) else {
            self.identity = None;
            return None;
        };
        let next = Identity { epoch, ..identity };
        self.identity = Some(next);
        for queue in &mut queues {
            queue.renumber(next);
        }
        Some(())
    }

    /// Gives partitions that wait for another producer id the one that came.
    pub(super) fn adopt(&mut self, identity: Identity) {
        self.identity = Some(identity);
        let queues = self.topics.values_mut().flat_map(|topic| &mut topic.queues);
        for queue in queues.filter(|queue| queue.sequences.is_ready_to_renumber()) {
            queue.renumber(identity);
        }
    }

    /// Forgets all numbers, and takes up the identity of the next transaction.
    pub(super) fn begin_anew(&mut self, identity: Identity) {
        self.identity = Some(identity);
        for queue in self.topics.values_mut().flat_map(|topic| &mut topic.queues) {
            queue.sequences.reset();
        }
    }

    /// Whether a batch was given up whose number others stand behind.
    pub(super) fn has_gap(&self) -> bool {
        let mut queues = self.topics.values().flat_map(|topic| &topic.queues);
        queues.any(|queue| queue.sequences.has_gap())
    }

    /// Takes everything that is not on its way.
    pub(super) fn abort_waiting(&mut self) -> Vec<Batch> {
        let mut aborted = Vec::new();
        for queue in self.topics.values_mut().flat_map(|topic| &mut topic.queues) {
            for batch in queue.waiting.drain(..) {
                queue.sequences.failed(batch.id);
                aborted.push(batch);
            }
        }
        aborted
    }

    /// What everything that was put in so far will come to.
    pub(super) fn outcomes(&self) -> Vec<Arc<Outcome>> {
        let queues = self.topics.values().flat_map(|topic| &topic.queues);
        let of = |queue: &Queue| {
            let waiting = queue.waiting.iter().map(|batch| batch.outcome.clone());
            queue.flying.values().cloned().chain(waiting).collect::<Vec<_>>()
        };
        queues.flat_map(of).collect()
    }

    /// Whether nothing waits and nothing is on its way.
    pub(super) fn is_empty(&self) -> bool {
        let mut queues = self.topics.values().flat_map(|topic| &topic.queues);
        queues.all(|queue| queue.waiting.is_empty() && queue.flying.is_empty())
    }

    /// Lets go of memory that nothing has been written to for long; when to look again.
    pub(super) fn let_go(&self, now: MonoTime) -> Option<MonoTime> {
        self.buffers.let_go(self.is_empty(), now)
    }

    /// Whether something waits that an identity is needed for.
    pub(super) fn has_waiting(&self) -> bool {
        let mut queues = self.topics.values().flat_map(|topic| &topic.queues);
        queues.any(|queue| !queue.waiting.is_empty())
    }
}

fn expired(batch: &Batch, rules: &Rules, last: Option<&Error>) -> Error {
    let fate = match (batch.attempts, last) {
        (0, _) => "it was never sent".to_owned(),
        (_, Some(last)) => format!("whether it is in the log is not known, last: {last}"),
        (_, None) => "whether it is in the log is not known".to_owned(),
    };
    let text = format!(
        "{} record(s) for {}-{} expired after {} ms (delivery.timeout.ms): {fate}",
        batch.record_count,
        batch.topic,
        batch.partition,
        rules.delivery_timeout.as_millis()
    );
    Error::new(ErrorKind::TimedOut, text)
}

fn available(topic: &TopicInfo) -> Vec<usize> {
    let with_leader = topic.partitions.iter().filter(|partition| partition.leader.is_some());
    with_leader.map(|partition| partition.index as usize).collect()
}
