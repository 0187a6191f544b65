//! Members of the group, and who writes what they read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ottla_client::consumer::{Callback, ConsumerHandle, RebalanceListener};
use ottla_client::{
    Consumer, ConsumerRecord, Error, ErrorCode, Pipeline, Producer, ProducerRecord, Step,
    TopicPartition,
};
use ottla_io::Io;
use tokio::sync::watch;

use super::plan::{Plan, Work};

/// What members and the scenario both look at.
#[derive(Debug, Default)]
pub(super) struct Board {
    /// Values by partition and offset, as members were given them.
    pub(super) seen: BTreeMap<(i32, i64), String>,
    /// The newest generation, or epoch, that a member was in.
    pub(super) generation: i64,
    /// Values that the source knows to be written.
    pub(super) acknowledged: Vec<String>,
    pub(super) transactions: u64,
    pub(super) aborted: u64,
    pub(super) fenced: u64,
}

/// The board, in many hands.
pub(super) type SharedBoard = Arc<Mutex<Board>>;

/// How a member is asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Not at all.
    Stay,
    Close,
    /// Its consumer is dropped.
    Drop,
}

/// What a member knows of itself.
pub(super) struct Member {
    pub(super) io: Io,
    pub(super) name: String,
    pub(super) plan: Plan,
    pub(super) board: SharedBoard,
    pub(super) orders: watch::Receiver<Ending>,
}

/// Offsets last given out, until a partition is assigned anew.
#[derive(Clone, Default)]
struct Order(Arc<Mutex<BTreeMap<i32, i64>>>);

impl RebalanceListener for Order {
    fn on_assigned<'a>(
        &'a self,
        _: &'a ConsumerHandle,
        them: &'a [TopicPartition],
    ) -> Callback<'a> {
        let mut last = self.0.lock().unwrap();
        for partition in them {
            last.remove(&partition.partition);
        }
        Box::pin(std::future::ready(()))
    }
}

impl Order {
    fn check(&self, record: &ConsumerRecord) {
        let mut all = self.0.lock().unwrap();
        let before = all.insert(record.partition, record.offset);
        assert!(
            before.is_none_or(|before| before < record.offset),
            "{record:?} after offset {before:?}, and no rebalance between them"
        );
    }
}

impl Member {
    /// Lives until it is told to end.
    pub(super) async fn live(mut self) {
        loop {
            let over = match self.plan.work {
                Work::Read => self.read().await,
                Work::Transform => self.transform().await,
            };
            if over {
                return;
            }
            self.io.sleep(Duration::from_millis(100)).await;
        }
    }

    /// False if the membership has come to an end that another consumer may go on from.
    async fn read(&mut self) -> bool {
        let order = Order::default();
        let settings = self.plan.consumer(&self.name);
        let mut consumer =
            Consumer::with_listener(self.io.clone(), settings, order.clone()).unwrap();
        consumer.subscribe(["in"]).unwrap();
        loop {
            let mut orders = self.orders.clone();
            let polled = tokio::select! {
                biased;
                _ = orders.changed() => None,
                polled = consumer.poll(Duration::from_millis(500)) => Some(polled),
            };
            let Some(polled) = polled else { break };
            self.note_generation(&consumer);
            match polled {
                Ok(records) => {
                    for record in &records {
                        order.check(record);
                        self.note(record);
                    }
                    self.work(!records.is_empty()).await;
                }
                Err(error) if is_end_of_membership(&error) => return false,
                Err(error) => tolerate(&error),
            }
            if !self.plan.auto_commit && self.io.random_u64().is_multiple_of(2) {
                consumer.commit().await.unwrap_or_else(|error| tolerate(&error));
            }
        }
        if *self.orders.borrow() == Ending::Close {
            consumer.close(Duration::from_secs(30)).await;
        }
        true
    }

    /// False if the pipeline has come to an end that another may go on from.
    async fn transform(&mut self) -> bool {
        let order = Order::default();
        let consumer = self.plan.consumer(&self.name);
        let producer = self.plan.producer(Some(&self.name));
        let mut pipeline =
            Pipeline::with_listener(self.io.clone(), consumer, producer, order.clone()).unwrap();
        pipeline.subscribe(["in"]).unwrap();
        loop {
            let step = pipeline.step(Duration::from_millis(500), |record| {
                self.note(&record);
                let slow = self.io.random_u64().is_multiple_of(40);
                let io = self.io.clone();
                async move {
                    if slow {
                        io.sleep(Duration::from_millis(io.random_u64() % 30_000)).await;
                    }
                    let made = ProducerRecord { value: record.value, ..ProducerRecord::default() };
                    let to = ProducerRecord { topic: "out".into(), ..made };
                    Ok(vec![to.partition(record.partition)])
                }
            });
            let mut orders = self.orders.clone();
            let told = tokio::select! {
                biased;
                _ = orders.changed() => None,
                told = step => Some(told),
            };
            self.note_generation(&pipeline);
            let mut board = self.board.lock().unwrap();
            match told {
                None => break,
                Some(Ok(Step::Nothing)) => {}
                Some(Ok(Step::Committed(_))) => board.transactions += 1,
                Some(Ok(Step::Aborted(_))) => board.aborted += 1,
                Some(Err(error)) => {
                    board.fenced += 1;
                    tolerate_fence(&error);
                    return false;
                }
            }
        }
        if *self.orders.borrow() == Ending::Close {
            pipeline.close(Duration::from_secs(30)).await;
        }
        true
    }

    fn note(&self, record: &ConsumerRecord) {
        let value = record.value.as_deref().unwrap_or_default();
        let value = String::from_utf8(value.to_vec()).unwrap();
        let place = (record.partition, record.offset);
        let before = self.board.lock().unwrap().seen.insert(place, value.clone());
        assert!(before.is_none_or(|before| before == value), "{place:?} was another record before");
    }

    fn note_generation(&self, consumer: &ConsumerHandle) {
        let generation = i64::from(consumer.group_metadata().unwrap().generation.generation);
        let mut board = self.board.lock().unwrap();
        board.generation = board.generation.max(generation);
    }

    /// Mostly short, sometimes longer than a member may take.
    async fn work(&self, had_some: bool) {
        let millis = match self.io.random_u64() % 60 {
            0 if had_some => 30_000,
            1..10 => self.io.random_u64() % 2000,
            _ => 0,
        };
        self.io.sleep(Duration::from_millis(millis)).await;
    }
}

/// Another consumer has our seat, or an earlier life of ours has not been missed yet.
fn is_end_of_membership(error: &Error) -> bool {
    let code = error.code();
    matches!(code, Some(ErrorCode::FencedInstanceId | ErrorCode::UnreleasedInstanceId))
}

/// What members meet in such a world, and what goes on after it.
fn tolerate(error: &Error) {
    let passes = matches!(
        error.code(),
        Some(
            ErrorCode::IllegalGeneration
                | ErrorCode::UnknownMemberId
                | ErrorCode::RebalanceInProgress
                | ErrorCode::StaleMemberEpoch
        )
    );
    assert!(
        passes || is_end_of_membership(error) || error.is_retriable(),
        "a member met {error:?}"
    );
}

/// What ends a pipeline: its transaction took too long, or another life of it came.
fn tolerate_fence(error: &Error) {
    let fenced = matches!(
        error.code(),
        Some(
            ErrorCode::ProducerFenced
                | ErrorCode::InvalidProducerEpoch
                | ErrorCode::InvalidTxnState
                | ErrorCode::FencedInstanceId
                | ErrorCode::UnreleasedInstanceId
                | ErrorCode::InvalidProducerIdMapping
        )
    );
    assert!(fenced, "a pipeline met {error:?}");
}

/// Writes numbers to the topic, a little at a time, until all have been given up or acknowledged.
pub(super) async fn write(io: Io, plan: Plan, board: SharedBoard) {
    let producer = Producer::new(io.clone(), plan.producer(None)).unwrap();
    let mut deliveries = Vec::new();
    for number in 0..plan.records {
        let partition = (io.random_u64() % plan.partitions as u64) as i32;
        let record = ProducerRecord::new("in", number.to_string()).partition(partition);
        match producer.send(record).await {
            Ok(delivery) => deliveries.push((number, delivery)),
            Err(error) => tolerate(&error),
        }
        io.sleep(Duration::from_millis(io.random_u64() % 1000)).await;
    }
    for (number, delivery) in deliveries {
        match delivery.await {
            Ok(_) => board.lock().unwrap().acknowledged.push(number.to_string()),
            Err(error) => tolerate(&error),
        }
    }
}
