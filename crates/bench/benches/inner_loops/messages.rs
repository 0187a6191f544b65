//! Requests as they are decoded, and the response that is encoded most.

use bytes::Bytes;
use divan::{Bencher, black_box};
use ottla_base::Uuid;
use ottla_record::Codec;
use ottla_wire::messages::fetch::{FetchPartition, FetchRequest, FetchTopic};
use ottla_wire::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use ottla_wire::messages::produce::{
    PartitionProduceData, PartitionProduceResponse, ProduceRequest, ProduceResponse,
    TopicProduceData, TopicProduceResponse,
};
use ottla_wire::{ApiKey, Encoder, Message, Reader, Records, Str, frame};

#[divan::bench(args = [1, 10, 100])]
fn decode_produce(bencher: Bencher<'_, '_>, partitions: i32) {
    let records = Bytes::from(crate::records::batch(1, 100, Codec::None));
    let data = |index| PartitionProduceData { index, records: Records::Bytes(records.clone()) };
    let topic = TopicProduceData {
        topic_id: Uuid([7; 16]),
        partition_data: (0..partitions).map(data).collect(),
        ..TopicProduceData::default()
    };
    let request = ProduceRequest {
        acks: -1,
        timeout_ms: 30_000,
        topic_data: vec![topic],
        ..ProduceRequest::default()
    };
    decoding(bencher, &request, 13);
}

#[divan::bench(args = [1, 10, 100])]
fn decode_fetch(bencher: Bencher<'_, '_>, partitions: i32) {
    let partition = |partition| FetchPartition { partition, ..FetchPartition::default() };
    let topic = FetchTopic {
        topic_id: Uuid([7; 16]),
        partitions: (0..partitions).map(partition).collect(),
        ..FetchTopic::default()
    };
    let request = FetchRequest { max_wait_ms: 500, topics: vec![topic], ..FetchRequest::default() };
    decoding(bencher, &request, 17);
}

#[divan::bench(args = [1, 10, 100])]
fn decode_metadata(bencher: Bencher<'_, '_>, topics: usize) {
    let topic = |number: usize| MetadataRequestTopic {
        name: Some(Str::from(format!("topic-{number}"))),
        ..MetadataRequestTopic::default()
    };
    let request = MetadataRequest {
        topics: Some((0..topics).map(topic).collect()),
        ..MetadataRequest::default()
    };
    decoding(bencher, &request, 12);
}

#[divan::bench(args = [1, 10, 100])]
fn encode_produce_response(bencher: Bencher<'_, '_>, partitions: i32) {
    let partition = |index| PartitionProduceResponse { index, ..Default::default() };
    let topic = TopicProduceResponse {
        topic_id: Uuid([7; 16]),
        partition_responses: (0..partitions).map(partition).collect(),
        ..TopicProduceResponse::default()
    };
    let response = ProduceResponse { responses: vec![topic], ..ProduceResponse::default() };
    bencher.bench_local(|| frame::response(ApiKey::Produce, black_box(&response), 13, 1));
}

fn decoding<M: Message>(bencher: Bencher<'_, '_>, message: &M, version: i16) {
    let mut encoder = Encoder::new();
    message.encode(&mut encoder, version).expect("the message has this version");
    let bytes = Bytes::from(encoder.finish().bytes);
    bencher.bench_local(|| {
        M::decode(&mut Reader::new(black_box(&bytes).clone()), version).expect("what was encoded")
    });
}
