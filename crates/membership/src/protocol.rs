//! What classic members tell each other inside JoinGroup and SyncGroup, whose bytes the coordinator does
//! not look into: subscriptions, assignments (ConsumerProtocolSubscription and -Assignment, versions
//! 0–3), and what the sticky assignors put beside them.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;
use ottla_model::TopicPartition;
use ottla_wire::records::{consumer_protocol_assignment, consumer_protocol_subscription};
use ottla_wire::records::{
    consumer_protocol_assignment::ConsumerProtocolAssignment,
    consumer_protocol_subscription::ConsumerProtocolSubscription,
};
use ottla_wire::{DecodeError, Encoder, Reader, Segment};

/// The newest version of both messages, and the one we write.
pub const VERSION: i16 = 3;

/// What JoinGroup calls groups of consumers.
pub const PROTOCOL_TYPE: &str = "consumer";

/// What a member wants, and what it comes with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subscription {
    /// The topics it reads, in order, each once.
    pub topics: Vec<Arc<str>>,
    /// What its assignor put there.
    pub user_data: Option<Bytes>,
    /// What it reads and has not given back; empty under eager rebalancing.
    pub owned: Vec<TopicPartition>,
    /// The generation that `owned` is from.
    pub generation: Option<i32>,
    /// `client.rack`.
    pub rack: Option<Arc<str>>,
}

impl Subscription {
    /// The rack, unless it is empty.
    pub(crate) fn rack(&self) -> Option<Arc<str>> {
        self.rack.clone().filter(|rack| !rack.is_empty())
    }

    /// As JoinGroup carries it.
    pub fn encode(&self) -> Bytes {
        let mut topics = self.topics.clone();
        topics.sort_unstable();
        let message = ConsumerProtocolSubscription {
            topics: topics.iter().map(|topic| (**topic).into()).collect(),
            user_data: self.user_data.clone(),
            owned_partitions: by_topic(&self.owned)
                .into_iter()
                .map(|(topic, partitions)| consumer_protocol_subscription::TopicPartition {
                    topic: (**topic).into(),
                    partitions,
                })
                .collect(),
            generation_id: self.generation.unwrap_or(-1),
            rack_id: self.rack.as_ref().map(|rack| (**rack).into()),
        };
        let mut encoder = Encoder::new();
        encoder.int16(VERSION);
        // Names come from the coordinator or were checked: none is too long for its length field.
        let written = message.encode(&mut encoder, VERSION);
        ottla_base::always!(written.is_ok(), "a subscription can be written: {written:?}");
        concat(encoder)
    }

    /// From what JoinGroup carried; a version of the future is read as the newest known, as Kafka does.
    ///
    /// # Errors
    /// It is not a subscription.
    pub fn decode(bytes: &Bytes) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes.clone());
        let version = reader.int16("version")?.min(VERSION);
        let message = ConsumerProtocolSubscription::decode(&mut reader, version)?;
        let owned = message.owned_partitions.iter().map(|it| (it.topic.as_str(), &*it.partitions));
        Ok(Self {
            topics: message.topics.iter().map(|topic| topic.as_str().into()).collect(),
            user_data: message.user_data,
            owned: flat(owned),
            generation: Some(message.generation_id).filter(|it| *it >= 0),
            rack: message.rack_id.filter(|it| !it.is_empty()).map(|it| it.as_str().into()),
        })
    }
}

/// An assignment as SyncGroup carries it.
pub fn encode_assignment(partitions: &[TopicPartition]) -> Bytes {
    let message = ConsumerProtocolAssignment {
        assigned_partitions: by_topic(partitions)
            .into_iter()
            .map(|(topic, partitions)| consumer_protocol_assignment::TopicPartition {
                topic: (**topic).into(),
                partitions,
            })
            .collect(),
        user_data: None,
    };
    let mut encoder = Encoder::new();
    encoder.int16(VERSION);
    let written = message.encode(&mut encoder, VERSION);
    ottla_base::always!(written.is_ok(), "an assignment can be written: {written:?}");
    concat(encoder)
}

/// What SyncGroup assigned; nothing at all means no partitions, which is what a coordinator sends to a
/// member that the leader did not mention.
///
/// # Errors
/// It is not an assignment.
pub fn decode_assignment(bytes: &Bytes) -> Result<Vec<TopicPartition>, DecodeError> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let mut reader = Reader::new(bytes.clone());
    let version = reader.int16("version")?.min(VERSION);
    let message = ConsumerProtocolAssignment::decode(&mut reader, version)?;
    Ok(flat(message.assigned_partitions.iter().map(|it| (it.topic.as_str(), &*it.partitions))))
}

/// What a member of `sticky` had, and since when: an array of (topic, partitions), then the generation.
pub(crate) fn encode_sticky(owned: &[TopicPartition], generation: i32) -> Bytes {
    let mut encoder = Encoder::new();
    let topics = by_topic(owned);
    encoder.int32(i32::try_from(topics.len()).unwrap_or(i32::MAX));
    for (topic, partitions) in topics {
        encoder.int16(i16::try_from(topic.len()).unwrap_or(i16::MAX));
        encoder.raw(topic.as_bytes());
        encoder.int32(i32::try_from(partitions.len()).unwrap_or(i32::MAX));
        partitions.iter().for_each(|it| encoder.int32(*it));
    }
    encoder.int32(generation);
    concat(encoder)
}

/// What [`encode_sticky`] wrote, or its older form without a generation; `None` if it is neither.
pub(crate) fn decode_sticky(bytes: &Bytes) -> Option<(Vec<TopicPartition>, Option<i32>)> {
    let mut reader = Reader::new(bytes.clone());
    let mut owned = Vec::new();
    // Whatever the counts say, each turn reads bytes that must be there.
    for _ in 0..reader.int32("previous_assignment").ok()? {
        let topic: Arc<str> = reader.string(false, "topic").ok()?.as_str().into();
        for _ in 0..reader.int32("partitions").ok()? {
            let partition = reader.int32("partition").ok()?;
            owned.push(TopicPartition::new(topic.clone(), partition));
        }
    }
    Some((owned, reader.int32("generation").ok()))
}

fn by_topic(partitions: &[TopicPartition]) -> BTreeMap<&Arc<str>, Vec<i32>> {
    let mut topics: BTreeMap<&Arc<str>, Vec<i32>> = BTreeMap::new();
    for it in partitions {
        topics.entry(&it.topic).or_default().push(it.partition);
    }
    topics.values_mut().for_each(|it| it.sort_unstable());
    topics
}

fn flat<'a>(topics: impl Iterator<Item = (&'a str, &'a [i32])>) -> Vec<TopicPartition> {
    let mut all = Vec::new();
    for (topic, partitions) in topics {
        let topic: Arc<str> = topic.into();
        all.extend(partitions.iter().map(|it| TopicPartition::new(topic.clone(), *it)));
    }
    all
}

fn concat(encoder: Encoder) -> Bytes {
    let mut bytes = Vec::new();
    for segment in encoder.finish().segments() {
        if let Segment::Bytes(part) = segment {
            bytes.extend_from_slice(part);
        }
    }
    Bytes::from(bytes)
}
