//! The Produce request: batches of one node, and what the answer says of each.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ottla_base::MonoTime;
use ottla_model::{BrokerId, ErrorCode};
use ottla_record::CodecSpace;
use ottla_wire::messages::produce::{
    PartitionProduceData, PartitionProduceResponse, ProduceRequest, ProduceResponse,
    TopicProduceData,
};
use ottla_wire::{ApiKey, Records, Str};
use tokio::sync::OwnedSemaphorePermit;

use super::batch::Batch;
use super::delivery::Ack;
use super::sender::{settle, settle_all};
use super::shared::Shared;
use crate::address::Address;
use crate::connection::{Answer, Connection, decode};
use crate::image::{ClusterImage, Leader, NodeInfo};
use crate::settings::Acks;
use crate::{Error, Result};

/// Topics stand by their ids from here on.
const TOPIC_IDS_FROM: i16 = 13;
/// The last version that does not take partitions into a transaction by itself (KIP-890).
const TRANSACTION_V1_MAX: i16 = 11;
/// First version that carries zstd (KIP-110).
const ZSTD_FROM: i16 = 7;

/// A request on its way.
pub(super) struct Flight {
    connection: Arc<Connection>,
    answer: Answer,
    version: i16,
    batches: Vec<Batch>,
    began: MonoTime,
}

/// Puts a request on its way; the batches come back if it cannot be.
pub(super) fn start(
    shared: &Arc<Shared>,
    connection: &Arc<Connection>,
    image: &ClusterImage,
    mut batches: Vec<Batch>,
    permit: OwnedSemaphorePermit,
    space: &mut CodecSpace,
) -> std::result::Result<Flight, (Vec<Batch>, Error)> {
    let has_ids = batches
        .iter()
        .all(|batch| image.topic(&batch.topic).is_some_and(|topic| !topic.id.is_zero()));
    let is_v1 = shared.is_transactional() && !shared.lock_transaction().is_v2();
    let newest = match (is_v1, has_ids) {
        (true, _) => TRANSACTION_V1_MAX,
        (false, false) => TOPIC_IDS_FROM - 1,
        (false, true) => i16::MAX,
    };
    let is_zstd = shared.settings.compression == ottla_record::Codec::Zstd;
    let oldest = if is_zstd { ZSTD_FROM } else { 3 };
    let version = match connection.versions().choose(ApiKey::Produce, &(oldest..=newest)) {
        Ok(version) => version,
        Err(error) => return Err((batches, error)),
    };
    let payloads: Vec<Bytes> = batches.iter_mut().map(|batch| batch.close(space)).collect();
    let lengths: Vec<usize> = payloads.iter().map(Bytes::len).collect();
    let request = request(shared, image, &batches, &payloads, version);
    let started = if shared.settings.acks == Acks::None {
        connection.start_unanswered(&request, version, payloads, permit)
    } else {
        connection.start_request(&request, version, payloads, permit)
    };
    match started {
        Ok(answer) => {
            let began = shared.client.io().now().mono;
            shared.count(|it| {
                for (batch, bytes) in batches.iter().zip(&lengths) {
                    it.batch(*bytes, batch.plain_bytes, began.since(batch.created_at));
                }
                it.request(
                    batches.iter().map(|it| u64::from(it.record_count.unsigned_abs())).sum(),
                );
            });
            Ok(Flight { connection: connection.clone(), answer, version, batches, began })
        }
        Err(error) => Err((batches, error)),
    }
}

fn request(
    shared: &Shared,
    image: &ClusterImage,
    batches: &[Batch],
    payloads: &[Bytes],
    version: i16,
) -> ProduceRequest {
    let mut topic_data: Vec<TopicProduceData> = Vec::new();
    let mut last: Option<&Arc<str>> = None;
    for (index, (batch, bytes)) in batches.iter().zip(payloads).enumerate() {
        if last != Some(&batch.topic) {
            let id = image.topic(&batch.topic).map(|topic| topic.id).unwrap_or_default();
            let uses_id = version >= TOPIC_IDS_FROM;
            topic_data.push(TopicProduceData {
                name: if uses_id { Str::default() } else { Str::from(&*batch.topic) },
                topic_id: if uses_id { id } else { Default::default() },
                partition_data: Vec::new(),
            });
            last = Some(&batch.topic);
        }
        // The batches' bytes go from their own buffers to the socket.
        let records = Records::Region {
            len: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            index: u32::try_from(index).unwrap_or(u32::MAX),
        };
        if let Some(topic) = topic_data.last_mut() {
            topic.partition_data.push(PartitionProduceData { index: batch.partition, records });
        }
    }
    let timeout = shared.settings.common.request_timeout.as_millis();
    ProduceRequest {
        transactional_id: shared.settings.transactional_id.as_ref().map(Str::from),
        acks: shared.settings.acks.code(),
        timeout_ms: i32::try_from(timeout).unwrap_or(i32::MAX),
        topic_data,
    }
}

impl Flight {
    pub(super) fn batch_count(&self) -> usize {
        self.batches.len()
    }

    /// Waits for the answer and takes it in.
    pub(super) async fn land(self, shared: &Arc<Shared>) {
        let limit = shared.settings.common.request_timeout;
        let io = shared.client.io();
        let answer = match io.timeout(limit, self.answer.wait()).await {
            Some(answer) => answer,
            None => Err(self.connection.give_up(ApiKey::Produce, limit)),
        };
        let took = io.now().mono.since(self.began);
        shared.count(|it| it.answered(took));
        tracing::debug!(took_ms = took.as_millis() as u64, is_ok = answer.is_ok(), "answered");
        if shared.settings.acks == Acks::None {
            match answer {
                Ok(_) => {
                    for batch in self.batches {
                        settle(shared, batch, Ok(Ack::default()));
                    }
                }
                Err(error) => return settle_all(shared, self.batches, &error),
            }
            return shared.wake.notify_one();
        }
        match answer.and_then(|answer| decode::<ProduceRequest>(answer, self.version)) {
            Ok(answer) => take_answer(shared, self.batches, &answer, self.version),
            Err(error) => settle_all(shared, self.batches, &error),
        }
    }
}

fn take_answer(shared: &Arc<Shared>, batches: Vec<Batch>, answer: &ProduceResponse, version: i16) {
    let image = shared.client.image();
    let pause = Duration::from_millis(answer.throttle_time_ms.max(0).unsigned_abs().into());
    shared.count(|it| it.throttled(pause));
    if !pause.is_zero()
        && let Some(node) =
            batches.first().and_then(|batch| image.leader(&batch.topic, batch.partition))
    {
        shared.mute(node.node, pause);
    }
    let endpoints = endpoints_of(answer);
    for batch in batches {
        let id = image.topic(&batch.topic).map(|topic| topic.id);
        let topic = answer.responses.iter().find(|topic| match version {
            TOPIC_IDS_FROM.. => Some(topic.topic_id) == id,
            _ => *topic.name == *batch.topic,
        });
        let told = topic.and_then(|topic| {
            topic.partition_responses.iter().find(|told| told.index == batch.partition)
        });
        let result = match told {
            Some(told) => ack_of(shared, &batch, told, &endpoints),
            // A topic that was made anew is answered under an id that is not known any more.
            None => Err(Error::broker(ErrorCode::UnknownTopicId)
                .context(format!("the answer leaves {}-{} out", batch.topic, batch.partition))),
        };
        if result.as_ref().is_err_and(Error::wants_refresh) {
            shared.client.request_refresh();
        }
        settle(shared, batch, result);
    }
    shared.wake.notify_one();
}

fn ack_of(
    shared: &Shared,
    batch: &Batch,
    told: &PartitionProduceResponse,
    endpoints: &[NodeInfo],
) -> Result<Ack> {
    if told.current_leader.leader_id >= 0 {
        let leader =
            Leader { node: told.current_leader.leader_id, epoch: told.current_leader.leader_epoch };
        shared.client.note_leader(&batch.topic, batch.partition, leader, endpoints);
    }
    let of_records = told
        .record_errors
        .iter()
        .find_map(|error| error.batch_index_error_message.as_ref().map(Str::as_str));
    let message = of_records.or(told.error_message.as_ref().map(Str::as_str));
    let what = format!("send to {}-{}", batch.topic, batch.partition);
    Error::check(told.error_code, message, what)?;
    let known = |number: i64| (number >= 0).then_some(number);
    Ok(Ack { base_offset: known(told.base_offset), append_time: known(told.log_append_time_ms) })
}

fn endpoints_of(answer: &ProduceResponse) -> Vec<NodeInfo> {
    let node = |endpoint: &ottla_wire::messages::produce::NodeEndpoint| {
        let id: BrokerId = endpoint.node_id;
        let address = Address::told(&endpoint.host, endpoint.port)?;
        let rack = endpoint.rack.as_ref().map(ToString::to_string);
        Some(NodeInfo { id, address, rack })
    };
    answer.node_endpoints.iter().filter_map(node).collect()
}
