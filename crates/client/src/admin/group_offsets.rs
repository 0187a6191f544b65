//! Committed offsets of groups: read, change, delete.

use std::collections::BTreeMap;

use ottla_model::{LeaderEpoch, Offset, TopicPartition};
use ottla_wire::Str;
use ottla_wire::messages::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use ottla_wire::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use ottla_wire::messages::offset_fetch::{
    OffsetFetchRequest, OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
    OffsetFetchResponse,
};

use super::work::Patience;
use super::{Admin, ByTopic, Results, by_topic};
use crate::route::Route;
use crate::{Error, Result};

/// OffsetFetch can leave out what a transaction may still change from here on.
const STABLE_FROM: i16 = 7;
/// OffsetFetch asks for several groups from here on.
const GROUPS_FROM: i16 = 8;
/// OffsetFetch and OffsetCommit know topics by id from here on, which needs the ids first.
const TOPIC_IDS_FROM: i16 = 10;

/// The offset that a group has committed for a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommittedOffset {
    /// The next record to be read.
    pub offset: Offset,
    /// The epoch of the leader that wrote the record before, if it was told.
    pub leader_epoch: Option<LeaderEpoch>,
    /// What the member noted beside it.
    pub metadata: String,
}

/// An offset to be committed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewOffset {
    /// The next record to be read.
    pub offset: Offset,
    /// The epoch of the leader that wrote the record before, if known.
    pub leader_epoch: Option<LeaderEpoch>,
    /// A note beside it.
    pub metadata: String,
}

impl From<crate::consumer::OffsetAndMetadata> for NewOffset {
    fn from(of: crate::consumer::OffsetAndMetadata) -> Self {
        Self { offset: of.offset, leader_epoch: of.leader_epoch, metadata: of.metadata }
    }
}

impl From<Offset> for NewOffset {
    fn from(offset: Offset) -> Self {
        Self { offset, ..Self::default() }
    }
}

impl Admin {
    /// The offsets that a group has committed: of these partitions, or of all it has any for.
    /// Partitions without are left out.
    ///
    /// # Errors
    /// The coordinator does not answer or refuses.
    pub async fn list_group_offsets(
        &self,
        group: &str,
        partitions: Option<&[TopicPartition]>,
        require_stable: bool,
    ) -> Result<BTreeMap<TopicPartition, CommittedOffset>> {
        let topics = partitions
            .map(|partitions| by_topic(partitions.iter().map(|partition| (partition.clone(), ()))));
        let build = |version| fetch_request(group, topics.as_ref(), require_stable, version);
        let check = |answer: &OffsetFetchResponse| {
            let code = answer.groups.first().map_or(answer.error_code, |group| group.error_code);
            Error::check(code, None, format!("offsets of group {group}"))?;
            offsets_of(answer).try_for_each(|(_, code, _)| {
                Error::check(code, None, format!("offsets of group {group}"))
            })
        };
        let (_, answer) =
            self.ask_versioned(&Route::group(group), 2..=TOPIC_IDS_FROM - 1, build, check).await?;
        let committed = offsets_of(&answer).filter(|(_, _, committed)| committed.offset >= 0);
        Ok(committed.map(|(partition, _, committed)| (partition, committed)).collect())
    }

    /// Commits offsets for a group without members (or, as a simple consumer, for one that has
    /// never had any).
    ///
    /// # Errors
    /// The coordinator does not answer; errors of single partitions are in the map.
    pub async fn alter_group_offsets(
        &self,
        group: &str,
        offsets: &BTreeMap<TopicPartition, NewOffset>,
    ) -> Result<Results<TopicPartition, ()>> {
        let mut work = self.work(offsets.keys().cloned(), Patience::Retriable);
        while let Some(keys) = work.next() {
            let some = keys.iter().filter_map(|key| Some((key.clone(), offsets.get(key)?)));
            let topics = by_topic(some).into_iter().map(|(name, partitions)| {
                let partition =
                    |(partition_index, new): (i32, &NewOffset)| OffsetCommitRequestPartition {
                        partition_index,
                        committed_offset: new.offset,
                        committed_leader_epoch: new.leader_epoch.unwrap_or(-1),
                        committed_metadata: Some(Str::from(&new.metadata)),
                    };
                OffsetCommitRequestTopic {
                    name: Str::from(&*name),
                    partitions: partitions.into_iter().map(partition).collect(),
                    ..Default::default()
                }
            });
            let topics: Vec<_> = topics.collect();
            let build = |_| OffsetCommitRequest {
                group_id: Str::from(group),
                generation_id_or_member_epoch: -1,
                topics: topics.clone(),
                ..Default::default()
            };
            let (route, limit) = (Route::group(group), self.client.settings().request_timeout);
            let answer =
                self.client.call_versioned(&route, limit, 2..=TOPIC_IDS_FROM - 1, build).await;
            let brought = answer.map(|(_, answer)| {
                let mut brought = Vec::new();
                for topic in &answer.topics {
                    brought.extend(topic.partitions.iter().map(|partition| {
                        checked(
                            &topic.name,
                            partition.partition_index,
                            partition.error_code,
                            "commit the offset of",
                        )
                    }));
                }
                brought
            });
            self.note_any_refusal(group, &brought);
            work.take(brought).await;
        }
        Ok(work.results())
    }

    /// Deletes offsets of a group, of topics that no member is subscribed to.
    ///
    /// # Errors
    /// The coordinator does not answer or refuses altogether.
    pub async fn delete_group_offsets(
        &self,
        group: &str,
        partitions: &[TopicPartition],
    ) -> Result<Results<TopicPartition, ()>> {
        let topics = by_topic(partitions.iter().map(|partition| (partition.clone(), ())));
        let topics = topics.into_iter().map(|(name, partitions)| OffsetDeleteRequestTopic {
            name: Str::from(&*name),
            partitions: partitions
                .into_iter()
                .map(|(partition_index, ())| OffsetDeleteRequestPartition { partition_index })
                .collect(),
        });
        let request = OffsetDeleteRequest { group_id: Str::from(group), topics: topics.collect() };
        let what = format!("delete offsets of group {group}");
        let answer = self
            .ask(&Route::group(group), &request, |answer| {
                Error::check(answer.error_code, None, &what)
            })
            .await?;
        let mut results = BTreeMap::new();
        for topic in &answer.topics {
            results.extend(topic.partitions.iter().map(|partition| {
                checked(
                    &topic.name,
                    partition.partition_index,
                    partition.error_code,
                    "delete the offset of",
                )
            }));
        }
        Ok(results)
    }

    fn note_any_refusal(&self, group: &str, brought: &Result<Vec<(TopicPartition, Result<()>)>>) {
        match brought {
            Ok(results) => results.iter().for_each(|(_, result)| self.note_refusal(group, result)),
            Err(error) => self.note_refusal::<()>(group, &Err(error.clone())),
        }
    }
}

fn fetch_request(
    group: &str,
    topics: Option<&ByTopic<()>>,
    require_stable: bool,
    version: i16,
) -> OffsetFetchRequest {
    let topics = topics.map(|topics| {
        topics.iter().map(|(name, partitions)| {
            let indexes: Vec<i32> = partitions.iter().map(|(index, ())| *index).collect();
            (Str::from(&**name), indexes)
        })
    });
    let require_stable = require_stable && version >= STABLE_FROM;
    if version < GROUPS_FROM {
        let topic = |(name, partition_indexes)| OffsetFetchRequestTopic { name, partition_indexes };
        return OffsetFetchRequest {
            group_id: Str::from(group),
            topics: topics.map(|topics| topics.map(topic).collect()),
            require_stable,
            ..Default::default()
        };
    }
    let topic = |(name, partition_indexes)| OffsetFetchRequestTopics {
        name,
        partition_indexes,
        ..Default::default()
    };
    let group = OffsetFetchRequestGroup {
        group_id: Str::from(group),
        topics: topics.map(|topics| topics.map(topic).collect()),
        ..Default::default()
    };
    OffsetFetchRequest { groups: vec![group], require_stable, ..Default::default() }
}

fn checked(topic: &Str, index: i32, code: i16, what: &str) -> (TopicPartition, Result<()>) {
    let key = TopicPartition::new(topic.as_str(), index);
    let result = Error::check(code, None, format!("{what} {key}"));
    (key, result)
}

/// What an answer says of each partition, in whichever version.
fn offsets_of(
    answer: &OffsetFetchResponse,
) -> impl Iterator<Item = (TopicPartition, i16, CommittedOffset)> {
    let committed = |offset, epoch: i32, metadata: &Option<Str>| CommittedOffset {
        offset,
        leader_epoch: (epoch >= 0).then_some(epoch),
        metadata: metadata.as_ref().map(ToString::to_string).unwrap_or_default(),
    };
    let old = answer.topics.iter().flat_map(move |topic| {
        topic.partitions.iter().map(move |p| {
            let key = TopicPartition::new(topic.name.as_str(), p.partition_index);
            let found = committed(p.committed_offset, p.committed_leader_epoch, &p.metadata);
            (key, p.error_code, found)
        })
    });
    let topics = answer.groups.iter().flat_map(|group| &group.topics);
    let new = topics.flat_map(move |topic| {
        topic.partitions.iter().map(move |p| {
            let key = TopicPartition::new(topic.name.as_str(), p.partition_index);
            let found = committed(p.committed_offset, p.committed_leader_epoch, &p.metadata);
            (key, p.error_code, found)
        })
    });
    old.chain(new)
}
