//! A producer that sends one batch at a time and none twice: what it does not hear about is
//! *unknown*.
//!
//! Draws per batch: number of records, codec, padding.

use std::ops::Range;

use bytes::Bytes;
use ottla_io::Io;
use ottla_record::{BatchBuilder, Codec, Header, NewRecord};
use ottla_wire::messages::produce::{
    PartitionProduceData, PartitionProduceResponse, ProduceRequest, TopicProduceData,
};
use ottla_wire::{Records, Str};

use super::{Connection, Failure, IDENTITY, PAUSE, Target, is_tombstone, key_of, value_of};
use crate::{Event, History};

/// Version of Produce that is spoken: the first flexible one, topics by name.
const VERSION: i16 = 9;

/// Milliseconds the broker has for the acknowledgement of all replicas.
const ACK_TIMEOUT_MS: i32 = 3000;

/// Records of a batch, at most.
const RECORDS_MAX: u64 = 8;

/// Bytes of padding of a record, at most.
const PADDING_MAX: u64 = 600;

/// A client that produces numbered records.
pub struct Producer {
    io: Io,
    target: Target,
    history: History,
    producer: u64,
    next_number: u64,
    connection: Option<Connection>,
    /// Whether records have keys, and some are tombstones.
    keyed: bool,
}

impl Producer {
    /// A producer on the node of `io`, known in the history as `producer`.
    pub fn new(io: Io, target: Target, history: History, producer: u64) -> Self {
        Self { io, target, history, producer, next_number: 0, connection: None, keyed: false }
    }

    /// Its records have a few keys, and some are tombstones: for a compacted topic.
    #[must_use]
    pub fn keyed(mut self, keyed: bool) -> Self {
        self.keyed = keyed;
        self
    }

    /// Sends until `count` records are acknowledged, however long it takes.
    pub async fn run(&mut self, count: u64) {
        let mut acknowledged = 0;
        while acknowledged < count {
            match self.send_batch().await {
                Ok(records) if records > 0 => acknowledged += records,
                Ok(_) => self.io.sleep(PAUSE).await,
                Err(failure) => {
                    failure.tolerate_network();
                    self.connection = None;
                    self.io.sleep(PAUSE).await;
                }
            }
        }
    }

    /// Sends one batch; returns the number of records that were acknowledged: all or none.
    async fn send_batch(&mut self) -> Result<u64, Failure> {
        let connection = match self.connection.take() {
            Some(connection) => self.connection.insert(connection),
            None => self.connection.insert(Connection::open(&self.io, &self.target).await?),
        };
        let records = 1 + self.io.random_u64() % RECORDS_MAX;
        let first = self.next_number;
        self.next_number += records;
        let batch = new_batch(&self.io, self.producer, first..first + records, self.keyed);
        for number in first..first + records {
            self.history.note(Event::Sent { producer: self.producer, number });
        }
        let response = connection.ask(&request(&self.target, batch), VERSION).await?;
        let partition = response
            .responses
            .into_iter()
            .flat_map(|topic| topic.partition_responses)
            .find(|partition| partition.index == self.target.partition)
            .ok_or_else(|| Failure::Protocol("no answer for the partition".to_owned()))?;
        Ok(self.note_answer(first, records, &partition))
    }

    fn note_answer(&self, first: u64, records: u64, answer: &PartitionProduceResponse) -> u64 {
        if answer.error_code != 0 {
            return 0;
        }
        for index in 0..records {
            let offset = answer.base_offset + index as i64;
            let number = first + index;
            self.history.note(Event::Acknowledged { producer: self.producer, number, offset });
        }
        records
    }
}

fn request(target: &Target, batch: Vec<u8>) -> ProduceRequest {
    let records = Records::Bytes(Bytes::from(batch));
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

fn new_batch(io: &Io, producer: u64, numbers: Range<u64>, keyed: bool) -> Vec<u8> {
    let codecs = [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd];
    let codec = codecs[(io.random_u64() % codecs.len() as u64) as usize];
    let mut builder = BatchBuilder::new(0, codec);
    for number in numbers {
        let padding = " x".repeat((io.random_u64() % (PADDING_MAX / 2)) as usize);
        let identity = value_of(producer, number);
        let value = identity.clone() + &padding;
        let key = format!("key {}", key_of(number));
        let headers = [Header { key: IDENTITY.as_bytes(), value: Some(identity.as_bytes()) }];
        let deletes = keyed && is_tombstone(number);
        let record = NewRecord {
            timestamp: io.now().wall.millis,
            key: keyed.then_some(key.as_bytes()),
            value: (!deletes).then_some(value.as_bytes()),
            headers: if deletes { &headers } else { &[] },
        };
        let appended = builder.append(&record);
        ottla_base::always!(appended.is_ok(), "a few small records fit: {appended:?}");
    }
    builder.build()
}
