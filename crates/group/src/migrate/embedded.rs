//! What consumers send inside JoinGroup and are given inside SyncGroup: the consumer protocol, each
//! message behind an i16 version.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;
use ottla_base::Uuid;
use ottla_wire::records::{consumer_protocol_assignment as a, consumer_protocol_subscription as s};
use ottla_wire::{Encoder, Reader, Segment};

use crate::consumer::Topics;
use crate::record::Assignment;

/// The newest version there is; what is newer is read and written as this one.
const VERSION_MAX: i16 = 3;

/// What a consumer wants and has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Subscription {
    pub(super) topics: BTreeSet<Arc<str>>,
    pub(super) rack_id: Option<Arc<str>>,
    /// Partitions it has kept (KIP-429), of topics that exist.
    pub(super) owned: Assignment,
}

/// An assignment that does not fit into KIP-848.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It cannot be read.
    Malformed,
    /// An assignor of the client's own has put data of its own into it.
    UserData,
}

/// The subscription in a member's metadata; `None` if it cannot be read.
pub(super) fn subscription(metadata: &Bytes, topics: &dyn Topics) -> Option<Subscription> {
    let mut reader = Reader::new(metadata.clone());
    let version = version_of(&mut reader)?;
    let read = s::ConsumerProtocolSubscription::decode(&mut reader, version).ok()?;
    let owned = read.owned_partitions.iter().map(|it| (&*it.topic, &it.partitions));
    Some(Subscription {
        topics: read.topics.iter().map(|topic| Arc::from(&**topic)).collect(),
        rack_id: read.rack_id.map(|rack| Arc::from(&*rack)),
        owned: by_id(owned, topics),
    })
}

/// The partitions in an assignment, of topics that exist. Nothing at all is an assignment of nothing.
pub(super) fn assignment(bytes: &Bytes, topics: &dyn Topics) -> Result<Assignment, Unfit> {
    if bytes.is_empty() {
        return Ok(Assignment::new());
    }
    let mut reader = Reader::new(bytes.clone());
    let version = version_of(&mut reader).ok_or(Unfit::Malformed)?;
    let read = a::ConsumerProtocolAssignment::decode(&mut reader, version);
    let read = read.map_err(|_| Unfit::Malformed)?;
    if read.user_data.is_some_and(|data| !data.is_empty()) {
        return Err(Unfit::UserData);
    }
    Ok(by_id(read.assigned_partitions.iter().map(|it| (&*it.topic, &it.partitions)), topics))
}

/// An assignment as a member reads it that sent `metadata`; of topics that have a name.
pub(super) fn assignment_bytes<'n>(
    assigned: impl Iterator<Item = (Uuid, Vec<i32>)>,
    name_of: impl Fn(Uuid) -> Option<Arc<str>> + 'n,
    metadata: Option<&Bytes>,
) -> Bytes {
    let version = metadata.and_then(|it| version_of(&mut Reader::new(it.clone()))).unwrap_or(0);
    let by_name: BTreeMap<Arc<str>, Vec<i32>> = assigned
        .filter_map(|(topic, partitions)| name_of(topic).map(|name| (name, partitions)))
        .collect();
    let partitions = by_name.iter().map(|(name, partitions)| a::TopicPartition {
        topic: (**name).into(),
        partitions: partitions.clone(),
    });
    let message = a::ConsumerProtocolAssignment {
        assigned_partitions: partitions.collect(),
        user_data: None,
    };
    let mut encoder = Encoder::new();
    encoder.int16(version);
    if message.encode(&mut encoder, version).is_err() {
        return Bytes::new();
    }
    let mut bytes = Vec::new();
    for segment in encoder.finish().segments() {
        if let Segment::Bytes(part) = segment {
            bytes.extend_from_slice(part);
        }
    }
    bytes.into()
}

fn version_of(reader: &mut Reader) -> Option<i16> {
    let version = reader.int16("version").ok()?;
    (version >= 0).then_some(version.min(VERSION_MAX))
}

fn by_id<'a>(
    named: impl Iterator<Item = (&'a str, &'a Vec<i32>)>,
    topics: &dyn Topics,
) -> Assignment {
    let mut assignment = Assignment::new();
    for (name, partitions) in named {
        let Some(id) = topics.id(name) else { continue };
        assignment.entry(id).or_default().extend(partitions);
    }
    assignment.retain(|_, partitions| !partitions.is_empty());
    assignment
}
