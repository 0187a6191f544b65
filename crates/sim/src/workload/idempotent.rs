//! An idempotent producer: several batches on their way at once, each sent again, as it was, until
//! it is acknowledged. The broker's sequence check makes of that each record once, in order; but
//! for the first batch, since a producer that a log does not know may begin anywhere in its
//! sequence. So nothing is sent before that is acknowledged.
//!
//! Draws once: how many batches may be on their way. Draws per batch: number of records.

use std::collections::VecDeque;

use bytes::Bytes;
use ottla_io::Io;
use ottla_model::ErrorCode;
use ottla_record::{BatchBuilder, Codec, NewRecord};
use ottla_wire::messages::init_producer_id::InitProducerIdRequest;
use ottla_wire::messages::produce::{
    PartitionProduceData, PartitionProduceResponse, ProduceRequest, TopicProduceData,
};
use ottla_wire::{Records, Str};

use super::{Connection, Failure, PAUSE, Target, value_of};
use crate::{Event, History};

/// Version of Produce that is spoken.
const VERSION: i16 = 9;

/// Version of InitProducerId that is spoken.
const INIT_VERSION: i16 = 4;

/// Batches on their way that the broker can tell apart from repetitions.
const IN_FLIGHT_MAX: u64 = 5;

/// Records of a batch, at most.
const RECORDS_MAX: u64 = 4;

/// Milliseconds the broker has for the acknowledgement of all replicas.
const ACK_TIMEOUT_MS: i32 = 3000;

/// A client that produces numbered records, each once.
pub struct IdempotentProducer {
    io: Io,
    target: Target,
    history: History,
    producer: u64,
    /// Given by the broker.
    producer_id: i64,
    next_number: u64,
    in_flight_max: usize,
    /// Whether a batch was acknowledged.
    is_known: bool,
    /// Not acknowledged yet, the oldest first.
    in_flight: VecDeque<Batch>,
    /// How many of them were sent on this connection.
    sent: usize,
    /// How many of them were sent at all.
    sent_ever: usize,
    connection: Option<Connection>,
}

struct Batch {
    first_number: u64,
    records: u64,
    bytes: Bytes,
}

impl IdempotentProducer {
    /// A producer on the node of `io`, known in the history as `producer`.
    pub fn new(io: Io, target: Target, history: History, producer: u64) -> Self {
        let in_flight_max = 1 + (io.random_u64() % IN_FLIGHT_MAX) as usize;
        Self {
            io,
            target,
            history,
            producer,
            producer_id: -1,
            next_number: 0,
            in_flight_max,
            is_known: false,
            in_flight: VecDeque::new(),
            sent: 0,
            sent_ever: 0,
            connection: None,
        }
    }

    /// Sends `count` records or a few more until all are acknowledged, however long it takes.
    pub async fn run(&mut self, count: u64) {
        while self.next_number < count || !self.in_flight.is_empty() {
            if let Err(failure) = self.step(count).await {
                failure.tolerate_network();
                self.begin_again().await;
            }
        }
    }

    /// Everything that is not acknowledged is sent again, on another connection.
    async fn begin_again(&mut self) {
        self.connection = None;
        self.sent = 0;
        self.io.sleep(PAUSE).await;
    }

    /// Sends what may be sent, and hears one answer.
    async fn step(&mut self, count: u64) -> Result<(), Failure> {
        if self.connection.is_none() {
            self.connection = Some(Connection::open(&self.io, &self.target).await?);
        }
        if self.producer_id < 0 {
            return self.init().await;
        }
        let in_flight_max = if self.is_known { self.in_flight_max } else { 1 };
        while self.in_flight.len() < in_flight_max && self.next_number < count {
            self.add_batch();
        }
        let Some(connection) = &mut self.connection else { return Ok(()) };
        while let Some(batch) = self.in_flight.get(self.sent) {
            connection.tell(&request(&self.target, &batch.bytes), VERSION).await?;
            self.sent += 1;
            self.sent_ever = self.sent_ever.max(self.sent);
        }
        let response = connection.hear_answer::<ProduceRequest>(VERSION).await?;
        let partition = response
            .responses
            .into_iter()
            .flat_map(|topic| topic.partition_responses)
            .find(|partition| partition.index == self.target.partition)
            .ok_or_else(|| Failure::Protocol("no answer for the partition".to_owned()))?;
        self.on_answer(&partition).await;
        Ok(())
    }

    async fn init(&mut self) -> Result<(), Failure> {
        let Some(connection) = &mut self.connection else { return Ok(()) };
        let request = InitProducerIdRequest {
            transactional_id: None,
            transaction_timeout_ms: 60_000,
            ..Default::default()
        };
        let response = connection.ask(&request, INIT_VERSION).await?;
        if response.error_code == 0 {
            self.producer_id = response.producer_id;
        } else {
            self.io.sleep(PAUSE).await;
        }
        Ok(())
    }

    fn add_batch(&mut self) {
        let records = 1 + self.io.random_u64() % RECORDS_MAX;
        let first_number = self.next_number;
        self.next_number += records;
        for number in first_number..self.next_number {
            self.history.note(Event::Sent { producer: self.producer, number });
        }
        // The sequence counts records, as the numbers do.
        let mut builder =
            BatchBuilder::new(0, Codec::None).producer(self.producer_id, 0, first_number as i32);
        for number in first_number..self.next_number {
            let value = value_of(self.producer, number);
            let record = NewRecord {
                timestamp: self.io.now().wall.millis,
                key: None,
                value: Some(value.as_bytes()),
                headers: &[],
            };
            let appended = builder.append(&record);
            ottla_base::always!(appended.is_ok(), "a few small records fit: {appended:?}");
        }
        self.in_flight.push_back(Batch { first_number, records, bytes: builder.build().into() });
    }

    /// Answers come in the order of the requests.
    ///
    /// # Panics
    /// When the broker has forgotten what it acknowledged.
    async fn on_answer(&mut self, answer: &PartitionProduceResponse) {
        let Some(batch) = self.in_flight.front() else { return };
        match ErrorCode::from_code(answer.error_code) {
            Some(ErrorCode::None) => {
                for index in 0..batch.records {
                    let offset = answer.base_offset + index as i64;
                    let number = batch.first_number + index;
                    let producer = self.producer;
                    self.history.note(Event::Acknowledged { producer, number, offset });
                }
            }
            // Acknowledged once, and too long ago for its offset to be known.
            Some(ErrorCode::DuplicateSequenceNumber) => {}
            // A producer snapshot holds the last batch alone, as in Kafka: after a clean stop those
            // before it are not told from a gap. Whether it is there, the log's end says at last.
            Some(ErrorCode::OutOfOrderSequenceNumber) if self.sent_ever > 1 => {}
            Some(ErrorCode::OutOfOrderSequenceNumber | ErrorCode::UnknownProducerId) => {
                panic!(
                    "producer {} has all before {} acknowledged, and the broker says {}",
                    self.producer, batch.first_number, answer.error_code
                );
            }
            // What was sent behind it will be refused too.
            _ => return self.begin_again().await,
        }
        self.is_known = true;
        self.in_flight.pop_front();
        self.sent -= 1;
        self.sent_ever -= 1;
    }
}

fn request(target: &Target, batch: &Bytes) -> ProduceRequest {
    let records = Records::Bytes(batch.clone());
    let data = PartitionProduceData { index: target.partition, records };
    let topic = TopicProduceData {
        name: Str::from(target.topic.as_str()),
        partition_data: vec![data],
        ..Default::default()
    };
    ProduceRequest {
        acks: -1,
        timeout_ms: ACK_TIMEOUT_MS,
        topic_data: vec![topic],
        ..Default::default()
    }
}
