//! Produce (key 0), versions 3-13: one batch for each of some partitions.
//!
//! - v3-8 name topics, have error messages and record errors from v8; v9: flexible;
//!   v10: leader hints (KIP-951); v12: implicit AddPartitionsToTxn (KIP-890); v13: topic ids.
//! - Versions 0-2 are advertised, because librdkafka takes their absence for an old broker
//!   (KAFKA-18659), and refused.
//!
//! The batch is checked and written on the thread that read it; what waits is acks=all, the
//! acknowledgement of records that have to be on the device first, and the first batch for a log
//! that has yet to be opened or recovered. The first two wait without the request's bytes, and the
//! connection's next Produce is served meanwhile: so one sync, or one fetch of a follower, covers
//! what a single producer has under way.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ottla_base::{MonoTime, Uuid};
use ottla_log::producers::Origin;
use ottla_coordinator::Producer;
use ottla_model::ErrorCode;
use ottla_record::{BatchHeader, BatchView};
use ottla_record::validate::{Rejection, Validated, validate};
use ottla_wire::Records;
use ottla_wire::messages::produce::{
    BatchIndexAndErrorMessage, PartitionProduceData, PartitionProduceResponse,
    ProduceRequest, ProduceResponse, TopicProduceResponse,
};
use tracing::debug;

use super::{Answer, Head, Settled};
use crate::request::Request;
use crate::node::Node;
use crate::storage::{Acks, Appended, Partition};
use crate::transactions::{Admission, admit};
use crate::waiting::Waiter;

/// First version that names topics by id.
const TOPIC_ID_VERSION_MIN: i16 = 13;
/// First version whose batches add their partition to the transaction (KIP-890).
const ADDS_PARTITIONS_VERSION_MIN: i16 = 12;
/// First version whose clients know TRANSACTION_ABORTABLE (KIP-890).
const ABORTABLE_VERSION_MIN: i16 = 11;
/// The only batch format there is.
const MAGIC: i8 = 2;

/// Answers Produce; says nothing if acks=0.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: ProduceRequest,
) -> Answer<ProduceResponse> {
    let mut body = body;
    keep_last_mentions(&mut body);
    let acks = Acks::from_wire(body.acks).and_then(|acks| match is_transaction_of_nobody(&body) {
        true => Err(ErrorCode::TransactionalIdAuthorizationFailed),
        false => Ok(acks),
    });
    let deadline =
        request.received + Duration::from_millis(u64::try_from(body.timeout_ms).unwrap_or(0));
    open_together(node, request.version, &body);
    let mut written = Vec::with_capacity(body.topic_data.len());
    for topic in &body.topic_data {
        let mut partitions = Vec::with_capacity(topic.partition_data.len());
        for data in &topic.partition_data {
            let target = Target {
                topic_id: topic.topic_id,
                topic: &topic.name,
                transactional_id: body.transactional_id.as_deref(),
                data,
            };
            let outcome = match acks {
                Ok(acks) => append(node, request, &target, acks, deadline).await,
                Err(error) => Err(refusal(error)),
            };
            count(node, data, &outcome);
            partitions.push(outcome);
        }
        written.push(partitions);
    }
    if body.acks == 0 {
        return silence_or_close(&written);
    }
    let has_to_wait = |acks| written.iter().flatten().any(|outcome| is_unsafe(outcome, acks));
    match acks {
        Ok(acks) if has_to_wait(acks) => {
            forget_records(&mut body);
            let (node, head) = (Arc::clone(node), Head::of(request));
            Answer::Later(Box::pin(respond_when_safe(node, head, body, written, acks, deadline)))
        }
        _ => respond(&body, written).into(),
    }
}

async fn respond_when_safe(
    node: Arc<Node>,
    head: Head,
    body: ProduceRequest,
    mut written: Vec<Vec<Outcome>>,
    acks: Acks,
    deadline: MonoTime,
) -> Settled {
    for outcome in written.iter_mut().flatten() {
        wait_until_safe(&node, outcome, acks, deadline).await;
    }
    let response = respond(&body, written);
    head.reply(Vec::new(), |encoder| response.encode(encoder, head.version))
}

/// Gives the request's buffer back: its records are in the log, and those behind it have come.
fn forget_records(body: &mut ProduceRequest) {
    body.transactional_id = None;
    for topic in &mut body.topic_data {
        topic.name = topic.name.detached();
        for data in &mut topic.partition_data {
            data.records = Records::Null;
        }
    }
}

/// Logs that have yet to be opened, or recovered, are at the same time.
fn open_together(node: &Arc<Node>, version: i16, body: &ProduceRequest) {
    for topic in &body.topic_data {
        for data in &topic.partition_data {
            let target = Target {
                topic_id: topic.topic_id,
                topic: &topic.name,
                transactional_id: body.transactional_id.as_deref(),
                data,
            };
            if let Ok(partition) = find(node, version, &target)
                && !partition.is_open()
            {
                partition.want_open();
            }
        }
    }
}

/// Of a partition that is named more than once, what was said last counts, as in Apache Kafka.
fn keep_last_mentions(body: &mut ProduceRequest) {
    if let [topic] = body.topic_data.as_slice()
        && topic.partition_data.len() == 1
    {
        return;
    }
    let mut seen = BTreeSet::new();
    for topic in body.topic_data.iter_mut().rev() {
        let (id, name) = (topic.topic_id, topic.name.clone());
        topic.partition_data.reverse();
        topic.partition_data.retain(|data| seen.insert((id, name.clone(), data.index)));
        topic.partition_data.reverse();
    }
    body.topic_data.retain(|topic| !topic.partition_data.is_empty());
}

/// A batch says that it belongs to a transaction, and the request does not say to whose.
fn is_transaction_of_nobody(body: &ProduceRequest) -> bool {
    let data = body.topic_data.iter().flat_map(|topic| &topic.partition_data);
    let mut batches = data.filter_map(|data| BatchHeader::parse(data.records.bytes()?).ok());
    body.transactional_id.is_none() && batches.any(|header| header.is_transactional())
}

/// Where one batch is to go.
struct Target<'a> {
    topic_id: Uuid,
    topic: &'a str,
    transactional_id: Option<&'a str>,
    data: &'a PartitionProduceData,
}

/// A batch that is in the log.
struct Written {
    partition: Arc<Partition>,
    appended: Appended,
    record_count: i32,
}

/// Why a batch is not in the log, and the log start if Kafka tells it with that.
struct Refused {
    rejection: Rejection,
    log_start_offset: Option<i64>,
}

type Outcome = Result<Written, Refused>;

async fn append(
    node: &Arc<Node>,
    request: &Request,
    target: &Target<'_>,
    acks: Acks,
    deadline: MonoTime,
) -> Outcome {
    let partition = find(node, request.version, target).map_err(refusal)?;
    partition.opened(deadline).await.map_err(refusal)?;
    let Some(records) = target.data.records.bytes() else {
        return Err(refusal(ErrorCode::InvalidRecord));
    };
    loop {
        let admission = admission(node, request, &partition, target, records).await?;
        let written = check_and_append(node, request, &partition, records, acks, admission);
        let (appended, record_count) = match written {
            // A marker was written since: it may have ended this very transaction.
            Err(rejection) if rejection.code == ErrorCode::ConcurrentTransactions => continue,
            Err(rejection) => {
                let log_start_offset = log_start_told(&partition, records, &rejection);
                return Err(Refused { rejection, log_start_offset });
            }
            Ok(written) => written,
        };
        return Ok(Written { partition, appended, record_count });
    }
}

/// Leave to append a batch that belongs to a transaction; others need none.
async fn admission(
    node: &Arc<Node>,
    request: &Request,
    partition: &Arc<Partition>,
    target: &Target<'_>,
    records: &[u8],
) -> Result<Admission, Refused> {
    let header = BatchHeader::parse(records).ok().filter(BatchHeader::is_transactional);
    let (Some(header), Some(transactional_id)) = (header, target.transactional_id) else {
        return Ok(Admission::Unasked);
    };
    let adds = request.version >= ADDS_PARTITIONS_VERSION_MIN;
    let producer = Producer { id: header.producer_id, epoch: header.producer_epoch };
    partition.ask_to_begin(&header);
    let admitted = admit(node, partition, transactional_id, producer, adds).await;
    admitted.map_err(|code| not_admitted(code, request.version))
}

fn not_admitted(code: ErrorCode, version: i16) -> Refused {
    let told = match code {
        ErrorCode::CoordinatorLoadInProgress
        | ErrorCode::CoordinatorNotAvailable
        | ErrorCode::NotCoordinator => ErrorCode::NotEnoughReplicas,
        ErrorCode::ConcurrentTransactions if version < ADDS_PARTITIONS_VERSION_MIN => {
            ErrorCode::NotEnoughReplicas
        }
        ErrorCode::ProducerFenced => ErrorCode::InvalidProducerEpoch,
        ErrorCode::TransactionAbortable if version < ABORTABLE_VERSION_MIN => {
            ErrorCode::InvalidTxnState
        }
        other => other,
    };
    let mut refused = refusal(told);
    if told == ErrorCode::NotEnoughReplicas {
        refused.rejection.message = Some(format!(
            "Unable to verify the partition has been added to the transaction. Underlying error: {}",
            code.name()
        ));
    } else if told == ErrorCode::InvalidTxnState {
        refused.rejection.message =
            Some("Partition was not added to the transaction".to_owned());
    }
    refused
}

fn check_and_append(
    node: &Node,
    request: &Request,
    partition: &Arc<Partition>,
    records: &[u8],
    acks: Acks,
    admission: Admission,
) -> Result<(Appended, i32), Rejection> {
    let now = node.io.now();
    let name = partition.topic_partition().to_string();
    let rules = partition.produce_settings().rules(&name, request.version);
    let mut space = node.codec_spaces.take();
    let validated = validate(records, &rules, now.wall.millis, &mut space);
    node.codec_spaces.put(space);
    let validated = validated.inspect_err(|rejection| {
        debug!(partition = %name, code = %rejection.code, why = %rejection.why, "produce refused");
    })?;
    let markers = match admission {
        Admission::Unasked => None,
        Admission::Open(markers) => Some(markers),
        Admission::Begins(markers) => {
            let adds = request.version >= ADDS_PARTITIONS_VERSION_MIN;
            partition.check_beginning(&validated.header, adds).map_err(bare)?;
            Some(markers)
        }
    };
    let batch = as_sent_or_anew(records, &validated);
    let appended = partition.append_unless_marked(now, &batch, acks, Origin::Client, markers);
    let appended = appended.map_err(|error| {
        debug!(partition = %name, %error, "produce refused");
        bare(error.code)
    })?;
    if let Admission::Begins(_) = admission {
        partition.has_begun(validated.header.producer_id);
    }
    Ok((appended, validated.header.record_count))
}

/// Kafka tells the log start with what its log refused, but for a few errors; not with what it
/// refused before it came to the log.
fn log_start_told(partition: &Partition, records: &[u8], rejection: &Rejection) -> Option<i64> {
    let is_untold = matches!(
        rejection.code,
        ErrorCode::CorruptMessage
            | ErrorCode::MessageTooLarge
            | ErrorCode::RecordListTooLarge
            | ErrorCode::KafkaStorageError
            | ErrorCode::UnsupportedCompressionType
            | ErrorCode::UnknownTopicOrPartition
            | ErrorCode::NotLeaderOrFollower
    );
    let is_one_batch = BatchView::parse(records)
        .is_ok_and(|batch| batch.bytes().len() == records.len() && batch.header().magic == MAGIC);
    (!is_untold && is_one_batch).then(|| partition.log_start_offset())
}

/// The batch as the producer sent it, if nothing in it changes but its place; else written anew.
fn as_sent_or_anew<'a>(records: &'a [u8], validated: &Validated<'a>) -> Cow<'a, [u8]> {
    let header = validated.header.to_bytes();
    match &validated.body {
        Cow::Borrowed(body) if records.starts_with(&header) => {
            Cow::Borrowed(&records[..header.len() + body.len()])
        }
        _ => {
            let mut bytes = Vec::new();
            validated.write_to(0, 0, &mut bytes);
            Cow::Owned(bytes)
        }
    }
}

fn find(
    node: &Arc<Node>,
    version: i16,
    target: &Target<'_>,
) -> Result<Arc<Partition>, ErrorCode> {
    let index = target.data.index;
    let partition = if version >= TOPIC_ID_VERSION_MIN {
        node.partition_by_id(target.topic_id, index)?
    } else {
        node.partition_by_name(target.topic, index)?
    };
    // The coordinators write these; a client's batch would break them.
    if ottla_model::is_internal_topic(&partition.topic_partition().topic) {
        return Err(ErrorCode::InvalidTopicException);
    }
    Ok(partition)
}

fn refusal(code: ErrorCode) -> Refused {
    Refused { rejection: bare(code), log_start_offset: None }
}

fn bare(code: ErrorCode) -> Rejection {
    Rejection { code, message: None, record_errors: Vec::new(), why: code.name().to_owned() }
}

fn count(node: &Node, data: &PartitionProduceData, outcome: &Outcome) {
    node.metrics.produce_requests.add(1);
    match outcome {
        Ok(written) => {
            let bytes = data.records.bytes().map_or(0, Bytes::len);
            node.metrics.bytes_in.add(bytes as u64);
            node.metrics.messages_in.add(u64::try_from(written.record_count).unwrap_or(0));
        }
        Err(_) => node.metrics.produce_failures.add(1),
    }
}

/// With acks=0 nobody reads an answer: a refused batch is told by closing the connection, so that
/// the producer at least looks at its metadata again.
fn silence_or_close(written: &[Vec<Outcome>]) -> Answer<ProduceResponse> {
    let refused = written.iter().flatten().find_map(|outcome| outcome.as_ref().err());
    match refused {
        Some(Refused { rejection, .. }) => {
            Answer::Close(format!("Produce with acks=0 refused: {}", rejection.why))
        }
        None => Answer::Silence,
    }
}

/// Whether it was not yet, when it was appended, as safe as `acks` and the topic's settings ask.
fn is_unsafe(outcome: &Outcome, acks: Acks) -> bool {
    let Ok(Written { appended, .. }) = outcome else { return false };
    let is_replicated = appended.high_watermark > appended.last_offset;
    appended.sync_first || (acks == Acks::All && !is_replicated)
}

/// Waits until the batch is as safe as `acks` and the topic's settings ask: until the high watermark
/// has passed it, until it is on the device, or both.
async fn wait_until_safe(
    node: &Arc<Node>,
    outcome: &mut Outcome,
    acks: Acks,
    deadline: MonoTime,
) {
    if !is_unsafe(outcome, acks) {
        return;
    }
    let Ok(written) = outcome else { return };
    let appended = &written.appended;
    let waiter = Waiter::default();
    let _watch = written.partition.watchers().watch(&waiter);
    loop {
        match written.partition.is_acknowledged(appended, acks) {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => {
                *outcome = Err(refusal(error));
                return;
            }
        }
        tokio::select! {
            biased;
            () = waiter.moved() => {}
            () = node.io.sleep_until(deadline) => {
                *outcome = Err(refusal(ErrorCode::RequestTimedOut));
                return;
            }
        }
    }
}

fn respond(
    body: &ProduceRequest,
    written: Vec<Vec<Outcome>>,
) -> ProduceResponse {
    let topics = body.topic_data.iter().zip(written).map(|(topic, outcomes)| {
        let partitions = topic.partition_data.iter().zip(outcomes);
        TopicProduceResponse {
            name: topic.name.clone(),
            topic_id: topic.topic_id,
            partition_responses: partitions
                .map(|(data, outcome)| partition_response(data.index, outcome))
                .collect(),
        }
    });
    ProduceResponse { responses: topics.collect(), ..ProduceResponse::default() }
}

fn partition_response(index: i32, outcome: Outcome) -> PartitionProduceResponse {
    match outcome {
        Ok(Written { appended, .. }) => PartitionProduceResponse {
            index,
            base_offset: appended.first_offset,
            log_append_time_ms: appended.append_time,
            log_start_offset: appended.log_start_offset,
            ..PartitionProduceResponse::default()
        },
        Err(Refused { rejection, log_start_offset }) => PartitionProduceResponse {
            index,
            error_code: rejection.code.code(),
            base_offset: -1,
            log_append_time_ms: -1,
            log_start_offset: log_start_offset.unwrap_or(-1),
            record_errors: rejection
                .record_errors
                .into_iter()
                .map(|error| BatchIndexAndErrorMessage {
                    batch_index: error.batch_index,
                    batch_index_error_message: Some(error.message.into()),
                })
                .collect(),
            error_message: rejection.message.map(Into::into),
            ..PartitionProduceResponse::default()
        },
    }
}
