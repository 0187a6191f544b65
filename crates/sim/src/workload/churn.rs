//! A client that creates topics under a few names, sends each a record, reads it back and deletes
//! the topic, by its id.
//!
//! Draws per round: the name, whether to delete.

use bytes::Bytes;
use ottla_base::Uuid;
use ottla_io::Io;
use ottla_model::ErrorCode;
use ottla_record::{BatchBuilder, Codec, NewRecord, records, split_batches};
use ottla_wire::messages::create_topics::{CreatableTopic, CreateTopicsRequest};
use ottla_wire::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
use ottla_wire::messages::fetch::{FetchPartition, FetchRequest, FetchTopic};
use ottla_wire::messages::metadata::MetadataRequest;
use ottla_wire::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use ottla_wire::{Records, Str};

use super::{Connection, Failure, PAUSE, Target};

/// Versions that are spoken: topics by id throughout.
const CREATE_VERSION: i16 = 7;
const DELETE_VERSION: i16 = 6;
const PRODUCE_VERSION: i16 = 13;
const FETCH_VERSION: i16 = 18;
const METADATA_VERSION: i16 = 12;

/// Names that topics come and go under.
const NAMES: u64 = 3;

/// Milliseconds the broker has for a request.
const TIMEOUT_MS: i32 = 3000;

/// Plain bytes that a batch may hold.
const PLAIN_BYTES_MAX: usize = 1 << 20;

/// A client that makes topics come and go.
pub struct Churn {
    io: Io,
    target: Target,
    client: u64,
    connection: Option<Connection>,
}

impl Churn {
    /// A client on the node of `io`.
    pub fn new(io: Io, target: Target, client: u64) -> Self {
        Self { io, target, client, connection: None }
    }

    /// Creates, uses and deletes `rounds` times; what the network breaks is tried again later.
    ///
    /// # Panics
    /// When a topic holds what was not sent to it.
    pub async fn run(&mut self, rounds: u64) {
        let mut done = 0;
        while done < rounds {
            match self.round(done).await {
                Ok(()) => done += 1,
                Err(failure) => {
                    failure.tolerate_network();
                    self.connection = None;
                    self.io.sleep(PAUSE).await;
                }
            }
        }
    }

    async fn round(&mut self, round: u64) -> Result<(), Failure> {
        let name = format!("t{}", self.io.random_u64() % NAMES);
        if self.connection.is_none() {
            self.connection = Some(Connection::open(&self.io, &self.target).await?);
        }
        let Some(connection) = &mut self.connection else { return Ok(()) };
        create(connection, &name).await?;
        let Some(topic_id) = id_of(connection, &name).await? else { return Ok(()) };
        let value = format!("{topic_id} {} {round}", self.client);
        produce(connection, topic_id, &value, self.io.now().wall.millis).await?;
        if let Some(values) = fetch(connection, topic_id).await? {
            let of_topic = topic_id.to_string();
            let foreign = values.iter().find(|value| !value.starts_with(&of_topic));
            assert!(foreign.is_none(), "{name} is {topic_id} and holds {foreign:?}");
        }
        if !self.io.random_u64().is_multiple_of(4) {
            delete(connection, topic_id).await?;
        }
        Ok(())
    }
}

/// The names of the topics that there are, asked until the broker tells.
pub async fn topic_names(io: &Io, target: &Target) -> Vec<String> {
    loop {
        match all_topics(io, target).await {
            Ok(topics) => return topics.into_iter().map(|(name, _)| name).collect(),
            Err(failure) => failure.tolerate_network(),
        }
        io.sleep(PAUSE).await;
    }
}

async fn all_topics(io: &Io, target: &Target) -> Result<Vec<(String, Uuid)>, Failure> {
    list(&mut Connection::open(io, target).await?).await
}

async fn list(connection: &mut Connection) -> Result<Vec<(String, Uuid)>, Failure> {
    let request = MetadataRequest { topics: None, ..Default::default() };
    let response = connection.ask(&request, METADATA_VERSION).await?;
    let topics = response.topics.into_iter();
    Ok(topics.map(|topic| (topic.name.unwrap_or_default().to_string(), topic.topic_id)).collect())
}

async fn id_of(connection: &mut Connection, name: &str) -> Result<Option<Uuid>, Failure> {
    let topics = list(connection).await?;
    Ok(topics.into_iter().find(|(known, _)| known == name).map(|(_, id)| id))
}

async fn create(connection: &mut Connection, name: &str) -> Result<(), Failure> {
    let topic = CreatableTopic {
        name: Str::from(name),
        num_partitions: 1,
        replication_factor: 1,
        ..Default::default()
    };
    let request =
        CreateTopicsRequest { topics: vec![topic], timeout_ms: TIMEOUT_MS, ..Default::default() };
    let response = connection.ask(&request, CREATE_VERSION).await?;
    let code = response.topics.first().map(|topic| topic.error_code).unwrap_or_default();
    expect(code, &[ErrorCode::TopicAlreadyExists])
}

async fn delete(connection: &mut Connection, topic_id: Uuid) -> Result<(), Failure> {
    let topics = vec![DeleteTopicState { name: None, topic_id }];
    let request = DeleteTopicsRequest { topics, timeout_ms: TIMEOUT_MS, ..Default::default() };
    let response = connection.ask(&request, DELETE_VERSION).await?;
    let code = response.responses.first().map(|topic| topic.error_code).unwrap_or_default();
    expect(code, &[ErrorCode::UnknownTopicId])
}

/// No error, one that passes, one of a node whose metadata log has just failed, or one of `others`.
fn expect(code: i16, others: &[ErrorCode]) -> Result<(), Failure> {
    let error = ErrorCode::from_code(code);
    let is_fine = |error: ErrorCode| {
        matches!(error, ErrorCode::None | ErrorCode::UnknownServerError)
            || error.is_retriable()
            || others.contains(&error)
    };
    match error.filter(|error| is_fine(*error)) {
        Some(_) => Ok(()),
        None => Err(Failure::Protocol(format!("unexpected error {code}"))),
    }
}

/// Sends one record; the topic may be gone.
async fn produce(
    connection: &mut Connection,
    topic_id: Uuid,
    value: &str,
    timestamp: i64,
) -> Result<(), Failure> {
    let mut builder = BatchBuilder::new(0, Codec::None);
    let value = Some(value.as_bytes());
    let appended = builder.append(&NewRecord { timestamp, key: None, value, headers: &[] });
    ottla_base::always!(appended.is_ok(), "a small record fits: {appended:?}");
    let records = Records::Bytes(Bytes::from(builder.build()));
    let partition_data = vec![PartitionProduceData { index: 0, records }];
    let topic = TopicProduceData { topic_id, partition_data, ..Default::default() };
    let request = ProduceRequest {
        acks: -1,
        timeout_ms: TIMEOUT_MS,
        topic_data: vec![topic],
        ..Default::default()
    };
    let response = connection.ask(&request, PRODUCE_VERSION).await?;
    let answers = response.responses.into_iter().flat_map(|topic| topic.partition_responses);
    let code = answers.map(|answer| answer.error_code).next().unwrap_or_default();
    expect(code, &[ErrorCode::UnknownTopicId])
}

/// The values that the topic holds; `None` if it is gone.
async fn fetch(
    connection: &mut Connection,
    topic_id: Uuid,
) -> Result<Option<Vec<String>>, Failure> {
    let partition = FetchPartition {
        fetch_offset: 0,
        current_leader_epoch: -1,
        last_fetched_epoch: -1,
        partition_max_bytes: 1 << 20,
        ..Default::default()
    };
    let topic = FetchTopic { topic_id, partitions: vec![partition], ..Default::default() };
    let request = FetchRequest {
        max_bytes: 1 << 20,
        session_epoch: -1,
        topics: vec![topic],
        ..Default::default()
    };
    let response = connection.ask(&request, FETCH_VERSION).await?;
    let mut partitions = response.responses.into_iter().flat_map(|topic| topic.partitions);
    let Some(partition) = partitions.next() else { return Ok(None) };
    expect(partition.error_code, &[ErrorCode::UnknownTopicId, ErrorCode::InconsistentTopicId])?;
    let Records::Bytes(bytes) = &partition.records else { return Ok(None) };
    let bad = |what: &dyn std::fmt::Display| Failure::Protocol(format!("fetched batch: {what}"));
    let mut values = Vec::new();
    for batch in split_batches(bytes).flatten() {
        for record in &records(&batch, PLAIN_BYTES_MAX).map_err(|error| bad(&error))? {
            let record = record.map_err(|error| bad(&error))?;
            values.push(String::from_utf8_lossy(record.value.unwrap_or_default()).into_owned());
        }
    }
    Ok(Some(values))
}
