//! `produce`, `fetch`, `list-offsets`, `delete-records`, `offset-for-leader-epoch`,
//! `init-producer-id`.

use bytes::Bytes;
use ottla_wire::messages::delete_records::{
    DeleteRecordsPartition, DeleteRecordsRequest, DeleteRecordsTopic,
};
use ottla_wire::messages::fetch::{
    FetchPartition, FetchRequest, FetchResponse, FetchTopic, ForgottenTopic, ReplicaState,
};
use ottla_wire::messages::init_producer_id::InitProducerIdRequest;
use ottla_wire::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use ottla_wire::messages::offset_for_leader_epoch::{
    OffsetForLeaderEpochRequest, OffsetForLeaderPartition, OffsetForLeaderTopic,
};
use ottla_wire::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use ottla_wire::{Records, Str};

use super::{Answer, Manner, Session, Words};
use crate::script::batches::{built, time_of};
use crate::script::words::{Thing, nullable, partition};

/// First versions that name topics by id.
const PRODUCE_TOPIC_ID_VERSION_MIN: i16 = 13;
const FETCH_TOPIC_ID_VERSION_MIN: i16 = 13;

/// `produce PARTITION … : RECORD … , … acks=-1 timeout=30000 transactional_id=NAME`; options of a
/// thing: [`built`].
pub(super) async fn produce(session: &mut Session, manner: Manner, mut words: Words) -> Answer {
    let acks = words.take("acks", -1)?;
    let mut request = ProduceRequest {
        acks,
        timeout_ms: words.take("timeout", 30_000)?,
        transactional_id: words.optional::<String>("transactional_id")?.map(Str::from),
        ..ProduceRequest::default()
    };
    for mut thing in words.things() {
        let (name, index) = thing.partition()?;
        let records = built(&mut thing, session.now_ms())?;
        let records = records.map_or(Records::Null, |bytes| Records::Bytes(Bytes::from(bytes)));
        let mut topic = TopicProduceData::default();
        if manner.version >= PRODUCE_TOPIC_ID_VERSION_MIN {
            topic.topic_id = id(session, &mut thing, &name).await?;
        } else {
            topic.name = name.into();
        }
        thing.finish()?;
        topic.partition_data = vec![PartitionProduceData { index, records }];
        request.topic_data.push(topic);
    }
    if acks == 0 { session.tell(manner, request).await } else { session.ask(manner, request).await }
}

/// The topic's id, or the one that `id=` gives.
async fn id(
    session: &mut Session,
    thing: &mut Thing,
    name: &str,
) -> Result<ottla_base::Uuid, String> {
    match thing.optional::<String>("id")? {
        Some(text) => session.id_of(&text).ok_or(format!("{text} is no id")),
        None => Ok(session.topic_id(name).await),
    }
}

/// `fetch PARTITION offset=0 bytes=1048576 epoch=-1 last_epoch=-1 , … wait=0 min_bytes=1
/// max_bytes=52428800 isolation=0 session=0 session_epoch=-1 forget=PARTITION,… replica=-1
/// timestamps`
pub(super) async fn fetch(session: &mut Session, manner: Manner, mut words: Words) -> Answer {
    let session_name = words.take("session", "0".to_owned())?;
    let session_id = session.names.value_of(&session_name).unwrap_or(&session_name).to_owned();
    let replica_id = words.take("replica", -1)?;
    let forget: String = words.take("forget", String::new())?;
    let mut request = FetchRequest {
        max_wait_ms: words.take("wait", 0)?,
        min_bytes: words.take("min_bytes", 1)?,
        max_bytes: words.take("max_bytes", 50 << 20)?,
        isolation_level: words.take("isolation", 0)?,
        session_id: session_id.parse().map_err(|_| "which session?")?,
        session_epoch: words.take("session_epoch", -1)?,
        ..FetchRequest::default()
    };
    if manner.version < 15 {
        request.replica_id = replica_id;
    } else {
        request.replica_state = ReplicaState { replica_id, ..ReplicaState::default() };
    }
    let by_id = manner.version >= FETCH_TOPIC_ID_VERSION_MIN;
    for mut thing in words.things() {
        let (name, index) = thing.partition()?;
        let partition = FetchPartition {
            partition: index,
            current_leader_epoch: thing.take("epoch", -1)?,
            fetch_offset: thing.take("offset", 0)?,
            last_fetched_epoch: thing.take("last_epoch", -1)?,
            partition_max_bytes: thing.take("bytes", 1 << 20)?,
            ..FetchPartition::default()
        };
        let mut topic = FetchTopic { partitions: vec![partition], ..FetchTopic::default() };
        match by_id {
            true => topic.topic_id = id(session, &mut thing, &name).await?,
            false => topic.topic = name.into(),
        }
        thing.finish()?;
        request.topics.push(topic);
    }
    for text in forget.split(',').filter(|text| !text.is_empty()) {
        let (name, index) = partition(text)?;
        let mut topic = ForgottenTopic { partitions: vec![index], ..ForgottenTopic::default() };
        match by_id {
            true => topic.topic_id = session.topic_id(&name).await,
            false => topic.topic = name.into(),
        }
        request.forgotten_topics_data.push(topic);
    }
    session.ask_for_records(manner, request, take_records).await
}

fn take_records(response: &mut FetchResponse) -> Vec<Bytes> {
    let mut taken = Vec::new();
    for topic in &mut response.responses {
        for partition in &mut topic.partitions {
            let Records::Bytes(bytes) = &partition.records else { continue };
            let region = Records::Region { len: bytes.len() as u32, index: taken.len() as u32 };
            taken.push(bytes.clone());
            partition.records = region;
        }
    }
    taken
}

/// `list-offsets PARTITION at=latest epoch=-1 , … isolation=0 replica=-1`; times: `earliest`,
/// `latest`, `max`, `local`, `tiered`, `pending`, `now-1000`, milliseconds.
pub(super) async fn list_offsets(
    session: &mut Session,
    manner: Manner,
    mut words: Words,
) -> Answer {
    let mut request = ListOffsetsRequest {
        replica_id: words.take("replica", -1)?,
        isolation_level: words.take("isolation", 0)?,
        ..ListOffsetsRequest::default()
    };
    for mut thing in words.things() {
        let (name, partition_index) = thing.partition()?;
        let timestamp = match thing.take("at", "latest".to_owned())?.as_str() {
            "latest" => -1,
            "earliest" => -2,
            "max" => -3,
            "local" => -4,
            "tiered" => -5,
            "pending" => -6,
            text => time_of(text, session.now_ms())?,
        };
        let current_leader_epoch = thing.take("epoch", -1)?;
        thing.finish()?;
        let partition = ListOffsetsPartition { partition_index, current_leader_epoch, timestamp };
        request.topics.push(ListOffsetsTopic { name: name.into(), partitions: vec![partition] });
    }
    session.ask(manner, request).await
}

/// `delete-records PARTITION before=-1 , …`
pub(super) async fn delete_records(session: &mut Session, manner: Manner, words: Words) -> Answer {
    let mut request =
        DeleteRecordsRequest { timeout_ms: 30_000, ..DeleteRecordsRequest::default() };
    for mut thing in words.things() {
        let (name, partition_index) = thing.partition()?;
        let offset = thing.take("before", -1)?;
        thing.finish()?;
        let partitions = vec![DeleteRecordsPartition { partition_index, offset }];
        request.topics.push(DeleteRecordsTopic { name: name.into(), partitions });
    }
    session.ask(manner, request).await
}

/// `offset-for-leader-epoch PARTITION epoch=0 current=-1 , … replica=-2`
pub(super) async fn offset_for_leader_epoch(
    session: &mut Session,
    manner: Manner,
    mut words: Words,
) -> Answer {
    let replica_id = words.take("replica", if manner.version >= 3 { -1 } else { -2 })?;
    let mut request = OffsetForLeaderEpochRequest { replica_id, ..Default::default() };
    for mut thing in words.things() {
        let (name, index) = thing.partition()?;
        let partition = OffsetForLeaderPartition {
            partition: index,
            current_leader_epoch: thing.take("current", -1)?,
            leader_epoch: thing.take("epoch", 0)?,
        };
        thing.finish()?;
        request
            .topics
            .push(OffsetForLeaderTopic { topic: name.into(), partitions: vec![partition] });
    }
    session.ask(manner, request).await
}

/// `init-producer-id transactional_id=NAME timeout=60000 pid=-1 epoch=-1`
pub(super) async fn init_producer_id(
    session: &mut Session,
    manner: Manner,
    mut words: Words,
) -> Answer {
    let id: Option<String> = words.optional("transactional_id")?;
    let request = InitProducerIdRequest {
        transactional_id: id.as_deref().and_then(nullable),
        transaction_timeout_ms: words.take("timeout", 60_000)?,
        producer_id: words.take("pid", -1)?,
        producer_epoch: words.take("epoch", -1)?,
        ..InitProducerIdRequest::default()
    };
    words.finish()?;
    session.ask(manner, request).await
}
