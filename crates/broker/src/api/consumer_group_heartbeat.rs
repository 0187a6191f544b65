//! ConsumerGroupHeartbeat (key 68), versions 0-1: a member of a consumer group says what it wants and
//! has, and is told what to have (KIP-848).
//!
//! - v1: subscription by regular expression; members make their ids themselves.

use std::sync::Arc;

use ottla_group::{Answer, Beat, ConsumerHeartbeat, Refusal};
use ottla_model::ErrorCode;
use ottla_wire::Str;
use ottla_wire::messages::consumer_group_heartbeat::{
    Assignment, ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse,
    RequestTopicPartitions, ResponseTopicPartitions,
};

use crate::groups::{self, ClusterView};
use crate::node::Node;
use crate::request::Request;

/// First version whose members make their ids themselves.
const MAKES_IDS_VERSION_MIN: i16 = 1;

/// Answers ConsumerGroupHeartbeat.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: ConsumerGroupHeartbeatRequest,
) -> ConsumerGroupHeartbeatResponse {
    if !groups::serves_consumer(node) {
        return failed(ErrorCode::UnsupportedVersion);
    }
    let settings = &node.settings.groups.core.consumer;
    let heartbeat = heartbeat_of(request, body);
    let makes_ids = request.version >= MAKES_IDS_VERSION_MIN;
    if let Err(refusal) = heartbeat.check(makes_ids, &settings.assignors) {
        return refused(refusal);
    }
    let view = ClusterView::of(node, &heartbeat.group).resolved_for(node, &heartbeat).await;
    let asked = groups::ask(node, &heartbeat.group, |state, now, token| {
        state.consumer_heartbeat(now, token, &heartbeat, view.cluster())
    });
    match asked.await {
        Ok(Answer::Beat(Ok(beat))) => response(beat),
        Ok(Answer::Beat(Err(refusal))) => refused(refusal),
        Ok(_) => failed(ErrorCode::UnknownServerError),
        Err(code) => failed(code),
    }
}

fn heartbeat_of(request: &Request, body: ConsumerGroupHeartbeatRequest) -> ConsumerHeartbeat {
    let text = |text: Str| Arc::<str>::from(&*text);
    let owned = |topics: Vec<RequestTopicPartitions>| {
        let mut owned = ottla_group::record::Assignment::new();
        for topic in topics {
            owned.entry(topic.topic_id).or_default().extend(topic.partitions);
        }
        owned
    };
    ConsumerHeartbeat {
        group: text(body.group_id),
        member_id: text(body.member_id),
        member_epoch: body.member_epoch,
        instance_id: body.instance_id.map(text),
        rack_id: body.rack_id.map(text),
        rebalance_timeout_ms: (body.rebalance_timeout_ms != -1).then_some(body.rebalance_timeout_ms),
        topics: body.subscribed_topic_names.map(|names| names.into_iter().map(text).collect()),
        regex: body.subscribed_topic_regex.map(text),
        server_assignor: body.server_assignor.map(text),
        owned: body.topic_partitions.map(owned),
        client_id: request.client_id.clone().unwrap_or_default(),
        client_host: groups::client_host(request),
        ..ConsumerHeartbeat::default()
    }
}

fn response(beat: Beat) -> ConsumerGroupHeartbeatResponse {
    let assignment = beat.assignment.map(|assignment| {
        let topics = assignment.into_iter().map(|(topic_id, partitions)| ResponseTopicPartitions {
            topic_id,
            partitions: partitions.into_iter().collect(),
        });
        Assignment { topic_partitions: topics.collect() }
    });
    ConsumerGroupHeartbeatResponse {
        member_id: Some((*beat.member_id).into()),
        member_epoch: beat.member_epoch,
        heartbeat_interval_ms: beat.heartbeat_interval_ms,
        assignment,
        ..ConsumerGroupHeartbeatResponse::default()
    }
}

fn refused(refusal: Refusal) -> ConsumerGroupHeartbeatResponse {
    ConsumerGroupHeartbeatResponse {
        error_code: refusal.code.code(),
        error_message: Some(refusal.message.as_str().into()),
        ..ConsumerGroupHeartbeatResponse::default()
    }
}

fn failed(code: ErrorCode) -> ConsumerGroupHeartbeatResponse {
    ConsumerGroupHeartbeatResponse {
        error_code: code.code(),
        ..ConsumerGroupHeartbeatResponse::default()
    }
}
