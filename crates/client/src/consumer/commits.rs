//! Committed offsets on the wire: OffsetCommit and OffsetFetch, one attempt each.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ottla_membership::{Generation, Position};
use ottla_model::TopicPartition;
use ottla_wire::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use ottla_wire::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
    OffsetFetchResponse,
};

use crate::{Client, Error, Lane, Result, Route};

/// The newest version of both that speaks of topics by name.
const NAMES_UNTIL: i16 = 9;
/// First version of OffsetFetch that asks for groups.
const GROUPS_FROM: i16 = 8;
/// First version of OffsetFetch that can wait for transactions.
const STABLE_FROM: i16 = 7;

/// An offset to commit, or one that was committed: the next record to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetAndMetadata {
    /// Offset of the next record.
    pub offset: i64,
    /// Epoch of the leader that wrote the record before it.
    pub leader_epoch: Option<i32>,
    /// Any text, which is kept with it.
    pub metadata: String,
}

impl OffsetAndMetadata {
    /// An offset with nothing beside it.
    pub fn new(offset: i64) -> Self {
        Self { offset, leader_epoch: None, metadata: String::new() }
    }

    pub(crate) fn position(&self) -> Position {
        Position { offset: self.offset, epoch: self.leader_epoch }
    }
}

impl From<Position> for OffsetAndMetadata {
    fn from(position: Position) -> Self {
        let leader_epoch = position.epoch;
        Self { offset: position.offset, leader_epoch, metadata: String::new() }
    }
}

/// Offsets by partition.
pub type Offsets = BTreeMap<TopicPartition, OffsetAndMetadata>;

/// In whose name offsets are committed.
#[derive(Debug, Clone)]
pub(crate) struct Committer {
    pub(crate) group_id: Arc<str>,
    pub(crate) instance_id: Option<String>,
    pub(crate) generation: Generation,
}

/// Commits once.
pub(crate) async fn commit(
    client: &Client,
    committer: &Committer,
    offsets: &Offsets,
    limit: Duration,
) -> Result<()> {
    let mut topics: BTreeMap<&Arc<str>, Vec<OffsetCommitRequestPartition>> = BTreeMap::new();
    for (partition, offset) in offsets {
        topics.entry(&partition.topic).or_default().push(OffsetCommitRequestPartition {
            partition_index: partition.partition,
            committed_offset: offset.offset,
            committed_leader_epoch: offset.leader_epoch.unwrap_or(-1),
            committed_metadata: Some(offset.metadata.as_str().into()),
        });
    }
    let request = OffsetCommitRequest {
        group_id: (*committer.group_id).into(),
        generation_id_or_member_epoch: committer.generation.generation,
        member_id: (*committer.generation.member_id).into(),
        group_instance_id: committer.instance_id.as_deref().map(Into::into),
        topics: topics
            .into_iter()
            .map(|(name, partitions)| OffsetCommitRequestTopic {
                name: (**name).into(),
                partitions,
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    };
    let route = Route::group(committer.group_id.clone());
    let (_, answer) = client.call_versioned(&route, limit, 2..=NAMES_UNTIL, |_| request).await?;
    for topic in &answer.topics {
        for partition in &topic.partitions {
            let what = format!("commit offset of {}-{}", topic.name, partition.partition_index);
            Error::check(partition.error_code, None, what)?;
        }
    }
    Ok(())
}

/// Asks once for the offsets that the group committed; what it has none of is not in the answer.
/// `stable`: fail while transactions may still change them.
pub(crate) async fn committed(
    client: &Client,
    committer: &Committer,
    partitions: &[TopicPartition],
    stable: bool,
    limit: Duration,
) -> Result<Offsets> {
    let mut topics: BTreeMap<&Arc<str>, Vec<i32>> = BTreeMap::new();
    for it in partitions {
        topics.entry(&it.topic).or_default().push(it.partition);
    }
    // In a lane of its own: a JoinGroup in the coordinators' lane may wait long.
    let route = Route::group(committer.group_id.clone()).on(Lane::General);
    let build = |version| request(committer, &topics, stable && version >= STABLE_FROM, version);
    let (_, answer) = client.call_versioned(&route, limit, 1..=NAMES_UNTIL, build).await?;
    offsets_of(&answer)
}

fn request(
    committer: &Committer,
    topics: &BTreeMap<&Arc<str>, Vec<i32>>,
    require_stable: bool,
    version: i16,
) -> OffsetFetchRequest {
    if version < GROUPS_FROM {
        let topics = topics.iter().map(|(name, partitions)| OffsetFetchRequestTopic {
            name: (***name).into(),
            partition_indexes: partitions.clone(),
        });
        return OffsetFetchRequest {
            group_id: (*committer.group_id).into(),
            topics: Some(topics.collect()),
            require_stable,
            ..Default::default()
        };
    }
    let topics = topics.iter().map(|(name, partitions)| OffsetFetchRequestTopics {
        name: (***name).into(),
        partition_indexes: partitions.clone(),
        ..Default::default()
    });
    let group = OffsetFetchRequestGroup {
        group_id: (*committer.group_id).into(),
        topics: Some(topics.collect()),
        ..Default::default()
    };
    OffsetFetchRequest { groups: vec![group], require_stable, ..Default::default() }
}

fn offsets_of(answer: &OffsetFetchResponse) -> Result<Offsets> {
    Error::check(answer.error_code, None, "fetch committed offsets")?;
    let mut found = Offsets::new();
    let mut note = |topic: &str, partition: i32, code: i16, offset: OffsetAndMetadata| {
        Error::check(code, None, format!("fetch committed offset of {topic}-{partition}"))?;
        if offset.offset >= 0 {
            found.insert(TopicPartition::new(topic, partition), offset);
        }
        Ok::<(), Error>(())
    };
    let offset = |offset: i64, epoch: i32, metadata: Option<&ottla_wire::Str>| OffsetAndMetadata {
        offset,
        leader_epoch: Some(epoch).filter(|it| *it >= 0),
        metadata: metadata.map(ToString::to_string).unwrap_or_default(),
    };
    for topic in &answer.topics {
        for it in &topic.partitions {
            let told = offset(it.committed_offset, it.committed_leader_epoch, it.metadata.as_ref());
            note(&topic.name, it.partition_index, it.error_code, told)?;
        }
    }
    for group in &answer.groups {
        Error::check(group.error_code, None, "fetch committed offsets")?;
        for topic in &group.topics {
            for it in &topic.partitions {
                let told =
                    offset(it.committed_offset, it.committed_leader_epoch, it.metadata.as_ref());
                note(&topic.name, it.partition_index, it.error_code, told)?;
            }
        }
    }
    Ok(found)
}
