//! Requests encoded before the load begins, and what is read of responses. Encoding costs the
//! generator nothing while it measures.

use bytes::Bytes;
use ottla_base::Uuid;
use ottla_record::{BatchBuilder, Codec, NewRecord, split_batches};
use ottla_wire::messages::fetch::{FetchPartition, FetchRequest, FetchResponse, FetchTopic};
use ottla_wire::messages::produce::{
    PartitionProduceData, ProduceRequest, ProduceResponse, TopicProduceData,
};
use ottla_wire::{Message, Reader, Records, Request, ResponseHeader, Str, frame};

/// The versions that a Java client of 4.4 settles on with either broker.
pub(crate) const PRODUCE_VERSION: i16 = 13;
/// As [`PRODUCE_VERSION`].
pub(crate) const FETCH_VERSION: i16 = 17;
/// What the broker may take to answer a Produce.
const PRODUCE_TIMEOUT_MS: i32 = 30_000;
/// `fetch.max.bytes` of a consumer that is not configured.
const FETCH_BYTES_MAX: i32 = 50 * 1024 * 1024;

/// What a record batch of a load looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BatchShape {
    /// Records in it.
    pub(crate) records: usize,
    /// Bytes of each value.
    pub(crate) value_bytes: usize,
    /// Whether each record has a key, of eight bytes.
    pub(crate) keyed: bool,
}

/// A batch as a producer without idempotence writes it. Values are noise, which no file system
/// compresses; `seed` makes batches differ.
pub(crate) fn batch(shape: BatchShape, seed: u64, timestamp_ms: i64) -> Vec<u8> {
    let mut rng = ottla_base::Rng::new(seed);
    let mut builder = BatchBuilder::new(0, Codec::None);
    let mut value = vec![0u8; shape.value_bytes];
    for _ in 0..shape.records {
        rng.fill(&mut value);
        let key = rng.next_u64().to_be_bytes();
        let record = NewRecord {
            timestamp: timestamp_ms,
            key: shape.keyed.then_some(&key[..]),
            value: Some(&value),
            headers: &[],
        };
        if builder.append(&record).is_err() {
            break;
        }
    }
    builder.build()
}

/// A Produce of these batches, one for each partition.
pub(crate) fn produce(
    topic: Uuid,
    batches: Vec<(i32, Vec<u8>)>,
    acks: i16,
) -> Result<Bytes, String> {
    let data = |(index, batch)| PartitionProduceData {
        index,
        records: Records::Bytes(Bytes::from(batch)),
    };
    let request = ProduceRequest {
        transactional_id: None,
        acks,
        timeout_ms: PRODUCE_TIMEOUT_MS,
        topic_data: vec![TopicProduceData {
            name: Str::default(),
            topic_id: topic,
            partition_data: batches.into_iter().map(data).collect(),
        }],
    };
    encode(&request, PRODUCE_VERSION)
}

/// Fails unless every partition of a Produce response says that it was appended.
pub(crate) fn check_produced(frame: Bytes) -> Result<(), String> {
    let response: ProduceResponse = decode::<ProduceRequest>(frame, PRODUCE_VERSION)?;
    for partition in response.responses.iter().flat_map(|topic| &topic.partition_responses) {
        if partition.error_code != 0 {
            let why = partition.error_message.as_deref().unwrap_or("");
            return Err(format!("Produce was answered with error {} {why}", partition.error_code));
        }
    }
    Ok(())
}

/// How a consumer fetches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FetchShape {
    /// How long the broker may wait for something to come.
    pub(crate) wait_ms_max: i32,
    /// Bytes of one partition in one response.
    pub(crate) partition_bytes_max: i32,
}

/// A Fetch of one partition from `offset` on, without a session.
pub(crate) fn fetch(
    topic: Uuid,
    partition: i32,
    offset: i64,
    shape: FetchShape,
) -> Result<Bytes, String> {
    let partition = FetchPartition {
        partition,
        fetch_offset: offset,
        partition_max_bytes: shape.partition_bytes_max,
        ..FetchPartition::default()
    };
    let request = FetchRequest {
        max_wait_ms: shape.wait_ms_max,
        min_bytes: 1,
        max_bytes: FETCH_BYTES_MAX,
        session_id: 0,
        session_epoch: -1,
        topics: vec![FetchTopic {
            topic: Str::default(),
            topic_id: topic,
            partitions: vec![partition],
        }],
        ..FetchRequest::default()
    };
    encode(&request, FETCH_VERSION)
}

/// What a consumer needs to know of a response.
#[derive(Debug, Default)]
pub(crate) struct Fetched {
    /// Bytes of records.
    pub(crate) bytes: u64,
    /// First and one past the last offset of the whole batches in it, as far as they were kept.
    pub(crate) offsets: Option<(i64, i64)>,
    /// Where what may be read ends.
    pub(crate) high_watermark: i64,
}

/// Reads the response to a [`fetch`]. Offsets come from the batches' headers; the broker checked
/// the checksums, and a consumer's own work is not what is measured.
pub(crate) fn fetched(frame: Bytes) -> Result<Fetched, String> {
    let response: FetchResponse = decode::<FetchRequest>(frame, FETCH_VERSION)?;
    if response.error_code != 0 {
        return Err(format!("Fetch was answered with error {}", response.error_code));
    }
    let mut fetched = Fetched::default();
    for partition in response.responses.iter().flat_map(|topic| &topic.partitions) {
        if partition.error_code != 0 {
            return Err(format!("Fetch was answered with error {}", partition.error_code));
        }
        fetched.high_watermark = partition.high_watermark;
        fetched.bytes += partition.records.len() as u64;
        for batch in split_batches(partition.records.bytes().map_or(&[], |bytes| &bytes[..])) {
            // The last one may be cut off: Kafka sends what fits.
            let Ok(batch) = batch else { break };
            let header = batch.header();
            let first = fetched.offsets.map_or(header.base_offset, |(first, _)| first);
            fetched.offsets = Some((first, header.next_offset()));
        }
    }
    Ok(fetched)
}

/// A request as it goes over the wire. All have the same correlation id: answers come in the order
/// of requests.
pub(crate) fn encode<R: Request>(request: &R, version: i16) -> Result<Bytes, String> {
    let client = Some(Str::from_static("bench"));
    let encoded = frame::request(request, version, 1, client);
    Ok(Bytes::from(encoded.map_err(|error| format!("{}: {error}", R::NAME))?.bytes))
}

/// The response in a frame without its length.
pub(crate) fn decode<R: Request>(frame: Bytes, version: i16) -> Result<R::Response, String> {
    let mut reader = Reader::new(frame);
    ResponseHeader::decode(&mut reader, R::API.response_header_version(version))
        .and_then(|_| R::Response::decode(&mut reader, version))
        .map_err(|error| format!("the answer to a {} cannot be read: {error}", R::NAME))
}
