//! AddPartitionsToTxn (key 24), versions 0-5: what a transaction is about to write to.
//!
//! - v0-3 are for clients; v2: PRODUCER_FENCED; v3: flexible. v4 and later are for brokers: many
//!   transactions, and verifying without adding (KIP-890), with TRANSACTION_ABORTABLE, though v5 is there for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ottla_coordinator::Producer;
use ottla_model::{ErrorCode, TopicPartition};
use ottla_txn::{AddPartitions, Answer, TransactionVersion};
use ottla_wire::Str;
use ottla_wire::messages::add_partitions_to_txn::{
    AddPartitionsToTxnPartitionResult, AddPartitionsToTxnRequest, AddPartitionsToTxnResponse,
    AddPartitionsToTxnResult, AddPartitionsToTxnTopic, AddPartitionsToTxnTopicResult,
};

use crate::node::Node;
use crate::request::Request;
use crate::transactions;

/// First version that names many transactions.
const BATCH_VERSION_MIN: i16 = 4;
/// First version whose clients know PRODUCER_FENCED.
const FENCED_VERSION_MIN: i16 = 2;

type Verdicts = BTreeMap<TopicPartition, ErrorCode>;

/// Answers AddPartitionsToTxn.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: AddPartitionsToTxnRequest,
) -> AddPartitionsToTxnResponse {
    if request.version < BATCH_VERSION_MIN {
        let producer = Producer {
            id: body.v3_and_below_producer_id,
            epoch: body.v3_and_below_producer_epoch,
        };
        let (id, topics) = (&body.v3_and_below_transactional_id, &body.v3_and_below_topics);
        let verdicts = one(node, request.version, id, producer, topics, false).await;
        return AddPartitionsToTxnResponse {
            results_by_topic_v3_and_below: results(topics, &verdicts),
            ..AddPartitionsToTxnResponse::default()
        };
    }
    let mut results_by_transaction = Vec::with_capacity(body.transactions.len());
    for asked in &body.transactions {
        let producer = Producer { id: asked.producer_id, epoch: asked.producer_epoch };
        let (id, only) = (&asked.transactional_id, asked.verify_only);
        let verdicts = one(node, request.version, id, producer, &asked.topics, only).await;
        results_by_transaction.push(AddPartitionsToTxnResult {
            transactional_id: id.clone(),
            topic_results: results(&asked.topics, &verdicts),
        });
    }
    AddPartitionsToTxnResponse { results_by_transaction, ..AddPartitionsToTxnResponse::default() }
}

/// Adds or verifies the partitions of one transaction. If one of them does not exist, none is added.
async fn one(
    node: &Arc<Node>,
    version: i16,
    transactional_id: &Str,
    producer: Producer,
    topics: &[AddPartitionsToTxnTopic],
    verify_only: bool,
) -> Verdicts {
    let named = topics.iter().flat_map(|topic| {
        topic.partitions.iter().map(|index| TopicPartition::new(topic.name.as_str(), *index))
    });
    let partitions: BTreeSet<TopicPartition> = named.collect();
    let image = node.metadata.image();
    let exists = |name: &TopicPartition| image.partition(&name.topic, name.partition).is_some();
    if !verify_only && !partitions.iter().all(exists) {
        let verdict = |name: TopicPartition| {
            let code = match exists(&name) {
                true => ErrorCode::OperationNotAttempted,
                false => ErrorCode::UnknownTopicOrPartition,
            };
            (name, code)
        };
        return partitions.into_iter().map(verdict).collect();
    }
    let tv = match version < BATCH_VERSION_MIN {
        true => TransactionVersion::TV0,
        false => TransactionVersion::TV2,
    };
    let request = AddPartitions {
        transactional_id,
        producer,
        partitions: partitions.clone(),
        version: tv,
    };
    let asked = transactions::ask(node, transactional_id, |state, now, token| match verify_only {
        true => state.verify_partitions(token, request),
        false => state.add_partitions(now, token, request),
    });
    let code = |result: Result<(), ErrorCode>| told(result.err(), version);
    let all = |verdict: ErrorCode| partitions.into_iter().map(|name| (name, verdict)).collect();
    match asked.await {
        Ok(Answer::Added(result)) => all(code(result)),
        Ok(Answer::Verified(verdicts)) => {
            verdicts.into_iter().map(|(name, verdict)| (name, code(verdict))).collect()
        }
        Ok(_) => all(ErrorCode::UnknownServerError),
        Err(error) => all(code(Err(error))),
    }
}

fn told(error: Option<ErrorCode>, version: i16) -> ErrorCode {
    match error {
        None => ErrorCode::None,
        Some(ErrorCode::ProducerFenced) if version < FENCED_VERSION_MIN => {
            ErrorCode::InvalidProducerEpoch
        }
        Some(other) => other,
    }
}

fn results(
    topics: &[AddPartitionsToTxnTopic],
    verdicts: &Verdicts,
) -> Vec<AddPartitionsToTxnTopicResult> {
    let of_topic = |topic: &AddPartitionsToTxnTopic| {
        let one = |index: &i32| {
            let name = TopicPartition::new(topic.name.as_str(), *index);
            let code = verdicts.get(&name).copied().unwrap_or(ErrorCode::UnknownServerError);
            AddPartitionsToTxnPartitionResult {
                partition_index: *index,
                partition_error_code: code.code(),
            }
        };
        AddPartitionsToTxnTopicResult {
            name: topic.name.clone(),
            results_by_partition: topic.partitions.iter().map(one).collect(),
        }
    };
    topics.iter().map(of_topic).collect()
}
