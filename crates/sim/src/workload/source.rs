//! A client that fills the partitions of a topic: with a producer id and retries, each record once, or
//! in transactions, some of which it aborts.
//!
//! Draws per round: the partition, the number of records, whether to abort.

use std::time::Duration;

use ottla_io::Io;
use ottla_model::{ErrorCode, TopicPartition};
use ottla_record::{BatchBuilder, Codec};
use ottla_wire::messages::init_producer_id::InitProducerIdRequest;

use super::caller::{Caller, Verdict};
use super::transactional::{append, produce_request};
use super::{Target, TransactionalProducer};
use crate::{Deed, Ledger};

/// Versions that are spoken.
const INIT_VERSION: i16 = 5;
const PRODUCE_VERSION: i16 = 11;

/// Records of a batch, at most.
const RECORDS_MAX: u64 = 4;

/// Milliseconds between two rounds, at most.
const PAUSE_MS_MAX: u64 = 300;

/// One transaction out of so many is aborted.
const ABORT_EVERY: u64 = 4;

/// Where a source writes to.
#[derive(Debug, Clone)]
pub struct Sink {
    /// The topic.
    pub topic: String,
    /// Its partitions.
    pub partitions: i32,
}

impl Sink {
    /// One of its partitions.
    pub fn some(&self, io: &Io) -> TopicPartition {
        let index = io.random_u64() % u64::try_from(self.partitions.max(1)).unwrap_or(1);
        TopicPartition::new(self.topic.as_str(), i32::try_from(index).unwrap_or(0))
    }
}

/// Writes `batches` with a producer id, each sent again until it is acknowledged.
///
/// # Panics
/// When the node has forgotten what it acknowledged.
pub async fn write_idempotently(io: Io, target: Target, ledger: Ledger, sink: Sink, batches: u64) {
    let mut caller = Caller::new(io.clone(), &target);
    let producer_id = producer_id(&mut caller).await;
    let mut sequences = std::collections::BTreeMap::<TopicPartition, i32>::new();
    for _ in 0..batches {
        let to = sink.some(&io);
        let sequence = sequences.entry(to.clone()).or_default();
        let count = 1 + io.random_u64() % RECORDS_MAX;
        let mut builder = BatchBuilder::new(0, Codec::None).producer(producer_id, 0, *sequence);
        let mut records = Vec::new();
        for _ in 0..count {
            let record = ledger.next_number();
            let (transaction, from) = (None, None);
            ledger.note(Deed::Sent { record, to: to.clone(), transaction, from });
            append(&mut builder, record, io.now().wall.millis);
            records.push(record);
        }
        send_until_stored(&mut caller, &to, builder.build()).await;
        records.into_iter().for_each(|record| ledger.note(Deed::Stored { record }));
        *sequence += i32::try_from(count).unwrap_or(0);
        pause(&io).await;
    }
}

async fn send_until_stored(caller: &mut Caller, to: &TopicPartition, batch: Vec<u8>) {
    let request = produce_request(None, to, batch.into());
    loop {
        match caller.ask(&request, PRODUCE_VERSION).await {
            Ok(response) => {
                let topics = response.responses.iter();
                let mut answers = topics.flat_map(|topic| &topic.partition_responses);
                match Verdict::of(answers.next().map_or(-1, |answer| answer.error_code)) {
                    Verdict::Done | Verdict::Refused(ErrorCode::DuplicateSequenceNumber) => return,
                    Verdict::Again => {}
                    Verdict::Refused(error) => panic!("a batch for {to} was refused: {error:?}"),
                }
            }
            Err(failure) => failure.tolerate_network(),
        }
        caller.pause().await;
    }
}

async fn producer_id(caller: &mut Caller) -> i64 {
    let request = InitProducerIdRequest {
        transactional_id: None,
        transaction_timeout_ms: 60_000,
        ..Default::default()
    };
    loop {
        match caller.ask(&request, INIT_VERSION).await {
            Ok(response) if response.error_code == 0 => return response.producer_id,
            Ok(_) => {}
            Err(failure) => failure.tolerate_network(),
        }
        caller.pause().await;
    }
}

/// Writes `transactions`, as many as come to an end that is known, each to one or two partitions.
pub async fn write_in_transactions(
    io: Io,
    mut producer: TransactionalProducer,
    sink: Sink,
    transactions: u64,
) {
    let mut done = 0;
    while done < transactions {
        if !producer.is_ready() {
            producer.begin_anew().await;
        }
        let ended = one_transaction(&io, &mut producer, &sink).await;
        match ended {
            Some(_) => done += 1,
            None => producer.begin_anew().await,
        }
        pause(&io).await;
    }
}

async fn one_transaction(
    io: &Io,
    producer: &mut TransactionalProducer,
    sink: &Sink,
) -> Option<bool> {
    producer.begin();
    for _ in 0..1 + io.random_u64() % 2 {
        let count = 1 + io.random_u64() % RECORDS_MAX;
        let from = vec![None; usize::try_from(count).unwrap_or(1)];
        producer.send(&sink.some(io), &from).await.ok()?;
    }
    let commit = !io.random_u64().is_multiple_of(ABORT_EVERY);
    producer.end(commit).await.ok()
}

async fn pause(io: &Io) {
    io.sleep(Duration::from_millis(io.random_u64() % PAUSE_MS_MAX)).await;
}
