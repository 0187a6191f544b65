//! OffsetFetch (key 9), versions 1-10: how far groups are.
//!
//! - v2: all topics; v5: leader epochs; v6: flexible; v7: stable offsets (KIP-447); v8: many groups;
//!   v9: member epochs (KIP-848); v10: topic ids.

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_base::Uuid;
use ottla_controller::Image;
use ottla_group::{Answer, FetchOffsets, FetchedOffset};
use ottla_model::ErrorCode;
use ottla_wire::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopics, OffsetFetchResponse,
    OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic, OffsetFetchResponseTopics,
};

use crate::groups;
use crate::node::Node;
use crate::request::Request;

/// First version that can ask for all topics, and has an error for the whole group.
const GROUP_ERROR_VERSION_MIN: i16 = 2;
/// First version that asks for many groups.
const MANY_GROUPS_VERSION_MIN: i16 = 8;
/// First version that names topics by id.
const IDS_VERSION_MIN: i16 = 10;
/// The offset of a partition that nothing is committed for.
const NO_OFFSET: i64 = -1;

/// Answers OffsetFetch.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: OffsetFetchRequest,
) -> OffsetFetchResponse {
    let (version, is_stable) = (request.version, body.require_stable);
    if version >= MANY_GROUPS_VERSION_MIN {
        let mut groups = Vec::with_capacity(body.groups.len());
        for group in &body.groups {
            groups.push(one(node, version, group, is_stable).await);
        }
        return OffsetFetchResponse { groups, ..OffsetFetchResponse::default() };
    }
    let topics = body.topics.map(|topics| {
        let topics = topics.into_iter().map(|topic| OffsetFetchRequestTopics {
            name: topic.name,
            topic_id: Uuid::ZERO,
            partition_indexes: topic.partition_indexes,
        });
        topics.collect()
    });
    let group = OffsetFetchRequestGroup {
        group_id: body.group_id,
        member_id: None,
        member_epoch: -1,
        topics,
    };
    single(one(node, version, &group, is_stable).await, &group, version)
}

/// The answer as versions before [`MANY_GROUPS_VERSION_MIN`] give it.
fn single(
    group: OffsetFetchResponseGroup,
    asked: &OffsetFetchRequestGroup,
    version: i16,
) -> OffsetFetchResponse {
    let one = |topic: OffsetFetchResponseTopics| OffsetFetchResponseTopic {
        name: topic.name,
        partitions: topic
            .partitions
            .into_iter()
            .map(|it| OffsetFetchResponsePartition {
                partition_index: it.partition_index,
                committed_offset: it.committed_offset,
                committed_leader_epoch: it.committed_leader_epoch,
                metadata: it.metadata,
                error_code: it.error_code,
            })
            .collect(),
    };
    let topics = match group.error_code {
        // There is no other place to say it.
        code if code != 0 && version < GROUP_ERROR_VERSION_MIN => {
            let topics = asked.topics.iter().flatten().map(|topic| every(topic, code));
            topics.map(one).collect()
        }
        _ => group.topics.into_iter().map(one).collect(),
    };
    OffsetFetchResponse { topics, error_code: group.error_code, ..OffsetFetchResponse::default() }
}

/// The same error for each partition of a topic.
fn every(topic: &OffsetFetchRequestTopics, code: i16) -> OffsetFetchResponseTopics {
    let partitions = topic.partition_indexes.iter().map(|index| OffsetFetchResponsePartitions {
        error_code: code,
        ..nothing(*index)
    });
    OffsetFetchResponseTopics {
        name: topic.name.clone(),
        topic_id: topic.topic_id,
        partitions: partitions.collect(),
    }
}

fn nothing(partition_index: i32) -> OffsetFetchResponsePartitions {
    OffsetFetchResponsePartitions {
        partition_index,
        committed_offset: NO_OFFSET,
        committed_leader_epoch: -1,
        metadata: Some("".into()),
        error_code: ErrorCode::None.code(),
    }
}

async fn one(
    node: &Arc<Node>,
    version: i16,
    asked: &OffsetFetchRequestGroup,
    require_stable: bool,
) -> OffsetFetchResponseGroup {
    let image = node.metadata.image();
    let mut group = OffsetFetchResponseGroup {
        group_id: asked.group_id.clone(),
        ..OffsetFetchResponseGroup::default()
    };
    let (partitions, unknown) = match &asked.topics {
        None => (None, Vec::new()),
        Some(topics) => {
            let (known, unknown) = named(&image, version, topics);
            (Some(known), unknown)
        }
    };
    match fetch(node, asked, partitions, require_stable).await {
        Ok(fetched) => {
            group.topics = by_topic(&image, version, asked.topics.is_none(), fetched);
            group.topics.extend(unknown);
        }
        Err(code) => group.error_code = code.code(),
    }
    group
}

type Partitions = Vec<(Arc<str>, i32)>;

/// What a request names, and the answers for topics that are not known by their id.
fn named(
    image: &Image,
    version: i16,
    topics: &[OffsetFetchRequestTopics],
) -> (Partitions, Vec<OffsetFetchResponseTopics>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for topic in topics {
        let name: Arc<str> = match version < IDS_VERSION_MIN {
            // A topic that is gone has no offsets: nothing else has to be said of it.
            true => (*topic.name).into(),
            false => match image.topic_by_id(topic.topic_id) {
                Some(found) => found.name.clone(),
                None => {
                    unknown.push(every(topic, ErrorCode::UnknownTopicId.code()));
                    continue;
                }
            },
        };
        known.extend(topic.partition_indexes.iter().map(|index| (name.clone(), *index)));
    }
    (known, unknown)
}

async fn fetch(
    node: &Arc<Node>,
    asked: &OffsetFetchRequestGroup,
    partitions: Option<Partitions>,
    require_stable: bool,
) -> Result<Vec<FetchedOffset>, ErrorCode> {
    let answer = groups::ask(node, &asked.group_id, |state, _, token| {
        let fetch = FetchOffsets {
            group: &asked.group_id,
            member_id: asked.member_id.as_deref(),
            member_epoch: asked.member_epoch,
            partitions,
            require_stable,
        };
        state.fetch_offsets(token, &fetch)
    });
    match answer.await? {
        Answer::Fetched(fetched) => fetched,
        _ => Err(ErrorCode::UnknownServerError),
    }
}

fn by_topic(
    image: &Image,
    version: i16,
    is_all: bool,
    fetched: Vec<FetchedOffset>,
) -> Vec<OffsetFetchResponseTopics> {
    let mut topics: BTreeMap<Arc<str>, Vec<OffsetFetchResponsePartitions>> = BTreeMap::new();
    for one in fetched {
        let topic_id = image.topic(&one.topic).map(|topic| topic.id);
        topics.entry(one.topic.clone()).or_default().push(partition(&one, topic_id));
    }
    let by_id = version >= IDS_VERSION_MIN;
    let topics = topics.into_iter().filter_map(|(name, partitions)| {
        let topic_id = image.topic(&name).map(|topic| topic.id);
        // Who asked for everything by id cannot be told of a topic that has none any more.
        if by_id && is_all && topic_id.is_none() {
            return None;
        }
        let topic_id = topic_id.unwrap_or_default();
        Some(OffsetFetchResponseTopics { name: (*name).into(), topic_id, partitions })
    });
    topics.collect()
}

fn partition(one: &FetchedOffset, topic_id: Option<Uuid>) -> OffsetFetchResponsePartitions {
    let empty = nothing(one.partition);
    match &one.result {
        // Of an earlier topic of the same name.
        Ok(Some(committed))
            if !committed.topic_id.is_zero()
                && topic_id.is_some_and(|id| id != committed.topic_id) =>
        {
            empty
        }
        Err(code) => OffsetFetchResponsePartitions { error_code: code.code(), ..empty },
        Ok(None) => empty,
        Ok(Some(committed)) => OffsetFetchResponsePartitions {
            committed_offset: committed.offset,
            committed_leader_epoch: committed.leader_epoch,
            metadata: Some((*committed.metadata).into()),
            ..empty
        },
    }
}
