//! Transactions: begin, take consumers' offsets in, commit, abort. What the coordinator is asked,
//! in the way that the cluster has it (`transaction.version` 2, or 1 and before).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ottla_model::{ErrorCode, TopicPartition};
use ottla_wire::Str;
use ottla_wire::messages::add_offsets_to_txn::AddOffsetsToTxnRequest;
use ottla_wire::messages::add_partitions_to_txn::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnTopic,
};
use ottla_wire::messages::end_txn::EndTxnRequest;
use ottla_wire::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};

use super::delivery::ended;
use super::identity::{ask_with_transactions, fenced};
use super::sequences::Identity;
use super::shared::Shared;
use super::{ConsumerGroupMetadata, Producer};
use crate::admin::NewOffset;
use crate::backoff::Backoff;
use crate::retry::Retry;
use crate::route::{CoordinatorKind, Route};
use crate::{Error, ErrorKind, Result};

/// The last versions of requests that leave the transaction to its client (KIP-890).
const ADD_PARTITIONS_MAX: i16 = 3;
const END_TXN_V1_MAX: i16 = 4;
const OFFSET_COMMIT_V1_MAX: i16 = 4;
/// The last version of TxnOffsetCommit with topics by name.
const OFFSET_COMMIT_MAX: i16 = 5;
/// The level of `transaction.version` from which the cluster keeps transactions by itself.
const TRANSACTION_V2: i16 = 2;
/// An earlier transaction is just being ended: soon over, so asked again soon.
const CONCURRENT_BACKOFF: Backoff =
    Backoff { initial: Duration::from_millis(20), max: Duration::from_millis(20) };

/// An open transaction. Ended by [`Transaction::commit`] or [`Transaction::abort`]; dropped, it
/// stays open, and the producer must abort it before the next can begin.
#[derive(Debug)]
#[must_use = "a transaction is committed or aborted"]
pub struct Transaction<'a> {
    producer: &'a Producer,
}

impl Transaction<'_> {
    /// Sends a record in this transaction.
    ///
    /// # Errors
    /// As [`Producer::send`].
    pub async fn send(&self, record: super::ProducerRecord) -> Result<super::Delivery> {
        self.producer.send(record).await
    }

    /// Commits offsets of a consumer group with this transaction.
    ///
    /// # Errors
    /// As [`Producer::send_offsets_to_transaction`].
    pub async fn send_offsets(
        &self,
        offsets: &BTreeMap<TopicPartition, NewOffset>,
        group: &ConsumerGroupMetadata,
    ) -> Result<()> {
        self.producer.send_offsets_to_transaction(offsets, group).await
    }

    /// Commits it.
    ///
    /// # Errors
    /// As [`Producer::commit_transaction`].
    pub async fn commit(self) -> Result<()> {
        self.producer.commit_transaction().await
    }

    /// Aborts it.
    ///
    /// # Errors
    /// As [`Producer::abort_transaction`].
    pub async fn abort(self) -> Result<()> {
        self.producer.abort_transaction().await
    }
}

impl Producer {
    /// Gets this producer's id, ends what an earlier life of its `transactional.id` left open, and
    /// shuts that life out. Once, before the first transaction; repeatable after an error.
    ///
    /// # Errors
    /// The coordinator does not answer within `max.block.ms`, or refuses.
    pub async fn init_transactions(&self) -> Result<()> {
        let shared = &self.shared;
        if !shared.is_transactional() {
            return Err(Error::new(ErrorKind::Usage, "transactional.id is not set"));
        }
        let identity = ask_with_transactions(shared, None, shared.settings.max_block).await?;
        let route = coordinator(shared);
        let versions = shared.client.versions(&route).await?;
        let is_v2 = versions.finalized_feature("transaction.version") >= TRANSACTION_V2;
        shared.lock_and(|accumulator| accumulator.begin_anew(identity));
        shared.lock_transaction().initialized(is_v2);
        Ok(())
    }

    /// Begins a transaction: what is sent from now on belongs to it.
    ///
    /// # Errors
    /// Another is open, or the producer was fenced.
    pub fn begin_transaction(&self) -> Result<Transaction<'_>> {
        self.shared.lock_transaction().begin()?;
        Ok(Transaction { producer: self })
    }

    /// Commits offsets of a consumer group with the transaction: both happen or neither does. Take
    /// the metadata from the consumer anew for each transaction, so that a member that was left
    /// behind is refused (KIP-447).
    ///
    /// # Errors
    /// Abortable, fatal, or [`ErrorKind::Usage`] when no transaction is open.
    pub async fn send_offsets_to_transaction(
        &self,
        offsets: &BTreeMap<TopicPartition, NewOffset>,
        group: &ConsumerGroupMetadata,
    ) -> Result<()> {
        if offsets.is_empty() {
            return Ok(());
        }
        let shared = &self.shared;
        let is_v2 = {
            let mut transaction = shared.lock_transaction();
            transaction.send_offsets()?;
            transaction.is_v2()
        };
        let sent = async {
            if !is_v2 {
                add_group(shared, &group.group_id).await?;
            }
            commit_offsets(shared, offsets, group, is_v2).await
        };
        let sent = sent.await;
        if let Err(error) = &sent {
            shared.lock_transaction().fail(error);
        }
        sent
    }

    /// Sends everything that is still here, then makes the transaction's records visible to
    /// read_committed consumers.
    ///
    /// # Errors
    /// Abortable when something of it failed: abort it. Fatal when the producer was fenced.
    /// Retriable when the coordinator did not answer in time: commit again, nothing else.
    pub async fn commit_transaction(&self) -> Result<()> {
        let shared = &self.shared;
        let is_known = shared.lock_transaction().end(true)?;
        self.flush().await;
        shared.lock_transaction().check_ending()?;
        self.end(true, is_known).await
    }

    /// Gives up what was not sent yet, and ends the transaction without its records.
    ///
    /// # Errors
    /// Fatal when the producer was fenced. Retriable when the coordinator did not answer in time:
    /// abort again.
    pub async fn abort_transaction(&self) -> Result<()> {
        let shared = &self.shared;
        let is_known = shared.lock_transaction().end(false)?;
        let error = Error::new(ErrorKind::Usage, "the transaction was aborted");
        let (aborted, flying) = shared.lock_and(|accumulator| {
            let aborted = accumulator.abort_waiting();
            (aborted, accumulator.outcomes())
        });
        for batch in aborted {
            batch.outcome.tell(Err(error.clone()));
        }
        for outcome in flying {
            // What becomes of them does not matter any more.
            let _ended = ended(outcome).await;
        }
        self.end(false, is_known).await
    }

    async fn end(&self, commit: bool, is_known: bool) -> Result<()> {
        let shared = &self.shared;
        if !is_known {
            shared.lock_transaction().ended();
            return Ok(());
        }
        let identity = match end_transaction(shared, commit).await {
            Ok(identity) => identity,
            Err(error) => {
                if !error.is_retriable() {
                    shared.lock_transaction().fail(&error);
                }
                return Err(error);
            }
        };
        let is_v2 = shared.lock_transaction().is_v2();
        let has_gap = shared.lock_and(|accumulator| accumulator.has_gap());
        if let Some(next) = identity.filter(|_| is_v2) {
            shared.lock_and(|accumulator| accumulator.begin_anew(next));
        } else if has_gap {
            // Numbers were given to what was given up: only a new epoch may use them again.
            let known = shared.lock_and(|accumulator| accumulator.identity());
            let next = ask_with_transactions(shared, known, shared.settings.max_block).await?;
            shared.lock_and(|accumulator| accumulator.begin_anew(next));
        }
        shared.lock_transaction().ended();
        Ok(())
    }
}

fn coordinator(shared: &Shared) -> Route {
    let id = shared.settings.transactional_id.as_deref().unwrap_or_default();
    Route::coordinator(CoordinatorKind::Transaction, id)
}

fn identity(shared: &Shared) -> Result<Identity> {
    let identity = shared.lock_and(|accumulator| accumulator.identity());
    identity.ok_or_else(|| Error::new(ErrorKind::Usage, "init_transactions must come first"))
}

/// Waits before the next attempt, with what must be looked up before it.
async fn try_again(shared: &Shared, retry: &mut Retry, route: &Route, error: Error) -> Result<()> {
    if error.wants_coordinator()
        && let crate::route::To::Coordinator(kind, key) = &route.to
    {
        shared.client.forget_coordinator(*kind, key);
    }
    let error = fenced(error);
    if error.code() == Some(ErrorCode::ConcurrentTransactions) && !retry.left().is_zero() {
        let wait = shared.client.jittered(CONCURRENT_BACKOFF, 1);
        shared.client.io().sleep(wait).await;
        return Ok(());
    }
    retry.after(error).await
}

/// Tells the coordinator of the partitions that are new in the transaction; a task's whole life.
pub(super) async fn add_partitions(shared: Arc<Shared>) {
    let mut retry = shared.client.retry(shared.settings.max_block);
    loop {
        let pending = shared.lock_transaction().pending();
        if pending.is_empty() {
            break;
        }
        match add_some(&shared, &pending).await {
            Ok(()) => {
                shared.lock_transaction().added(pending);
                shared.wake.notify_one();
            }
            Err(error) => {
                let route = coordinator(&shared);
                if let Err(error) = try_again(&shared, &mut retry, &route, error).await {
                    shared.lock_transaction().fail(&error);
                    break;
                }
            }
        }
    }
    shared.is_adding.store(false, Ordering::Release);
    shared.wake.notify_one();
}

async fn add_some(shared: &Shared, partitions: &[(Arc<str>, i32)]) -> Result<()> {
    let identity = identity(shared)?;
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for (topic, partition) in partitions {
        topics.entry(topic).or_default().push(*partition);
    }
    let topic = |(name, partitions)| AddPartitionsToTxnTopic { name: Str::from(name), partitions };
    let request = AddPartitionsToTxnRequest {
        v3_and_below_transactional_id: transactional_id(shared),
        v3_and_below_producer_id: identity.id,
        v3_and_below_producer_epoch: identity.epoch,
        v3_and_below_topics: topics.into_iter().map(topic).collect(),
        ..Default::default()
    };
    let limit = shared.settings.common.request_timeout;
    let route = coordinator(shared);
    let build = |_| request;
    let (_, answer) =
        shared.client.call_versioned(&route, limit, 0..=ADD_PARTITIONS_MAX, build).await?;
    let mut not_attempted = Ok(());
    for topic in &answer.results_by_topic_v3_and_below {
        for partition in &topic.results_by_partition {
            let what =
                format!("add {}-{} to the transaction", topic.name, partition.partition_index);
            let checked = Error::check(partition.partition_error_code, None, what);
            // Others were refused, which says why.
            match &checked {
                Err(error) if error.code() == Some(ErrorCode::OperationNotAttempted) => {
                    not_attempted = checked;
                }
                _ => checked?,
            }
        }
    }
    not_attempted
}

fn transactional_id(shared: &Shared) -> Str {
    shared.settings.transactional_id.as_ref().map(Str::from).unwrap_or_default()
}

async fn add_group(shared: &Shared, group: &str) -> Result<()> {
    let mut retry = shared.client.retry(shared.settings.max_block);
    let route = coordinator(shared);
    loop {
        let identity = identity(shared)?;
        let request = AddOffsetsToTxnRequest {
            transactional_id: transactional_id(shared),
            producer_id: identity.id,
            producer_epoch: identity.epoch,
            group_id: Str::from(group),
        };
        let limit = retry.left().min(shared.settings.common.request_timeout);
        let answer = shared.client.call_within(&route, request, limit).await;
        let checked = answer.and_then(|answer| {
            Error::check(answer.error_code, None, format!("add group {group} to the transaction"))
        });
        match checked {
            Ok(()) => return Ok(()),
            Err(error) => try_again(shared, &mut retry, &route, error).await?,
        }
    }
}

async fn commit_offsets(
    shared: &Shared,
    offsets: &BTreeMap<TopicPartition, NewOffset>,
    group: &ConsumerGroupMetadata,
    is_v2: bool,
) -> Result<()> {
    let mut topics: BTreeMap<&str, Vec<TxnOffsetCommitRequestPartition>> = BTreeMap::new();
    for (key, new) in offsets {
        topics.entry(&key.topic).or_default().push(TxnOffsetCommitRequestPartition {
            partition_index: key.partition,
            committed_offset: new.offset,
            committed_leader_epoch: new.leader_epoch.unwrap_or(-1),
            committed_metadata: Some(Str::from(&new.metadata)),
        });
    }
    let topic = |(name, partitions)| TxnOffsetCommitRequestTopic {
        name: Str::from(name),
        partitions,
        ..Default::default()
    };
    let topics: Vec<_> = topics.into_iter().map(topic).collect();
    let newest = if is_v2 { OFFSET_COMMIT_MAX } else { OFFSET_COMMIT_V1_MAX };
    let route = Route::group(group.group_id.as_str());
    let mut retry = shared.client.retry(shared.settings.max_block);
    loop {
        let identity = identity(shared)?;
        let build = |_| TxnOffsetCommitRequest {
            transactional_id: transactional_id(shared),
            group_id: Str::from(&group.group_id),
            producer_id: identity.id,
            producer_epoch: identity.epoch,
            generation_id_or_member_epoch: group.generation,
            member_id: Str::from(&group.member_id),
            group_instance_id: group.group_instance_id.as_ref().map(Str::from),
            topics: topics.clone(),
        };
        let limit = retry.left().min(shared.settings.common.request_timeout);
        let answer = shared.client.call_versioned(&route, limit, 0..=newest, build).await;
        let checked = answer.and_then(|(_, answer)| {
            let partitions = answer.topics.iter().flat_map(|topic| &topic.partitions);
            let what = format!("commit offsets of group {} in the transaction", group.group_id);
            partitions
                .map(|partition| partition.error_code)
                .try_for_each(|code| Error::check(code, None, &what))
        });
        match checked {
            Ok(()) => return Ok(()),
            Err(error) => try_again(shared, &mut retry, &route, error).await?,
        }
    }
}

/// Has the coordinator end the transaction; the identity of the next, if it names one.
async fn end_transaction(shared: &Shared, committed: bool) -> Result<Option<Identity>> {
    let route = coordinator(shared);
    let is_v2 = shared.lock_transaction().is_v2();
    let newest = if is_v2 { i16::MAX } else { END_TXN_V1_MAX };
    let mut retry = shared.client.retry(shared.settings.max_block);
    loop {
        let identity = identity(shared)?;
        let build = |_| EndTxnRequest {
            transactional_id: transactional_id(shared),
            producer_id: identity.id,
            producer_epoch: identity.epoch,
            committed,
        };
        let limit = retry.left().min(shared.settings.common.request_timeout);
        let answer = shared.client.call_versioned(&route, limit, 0..=newest, build).await;
        let what = if committed { "commit the transaction" } else { "abort the transaction" };
        let checked = answer.and_then(|(_, answer)| {
            Error::check(answer.error_code, None, what)?;
            let next = Identity { id: answer.producer_id, epoch: answer.producer_epoch };
            Ok((answer.producer_id >= 0).then_some(next))
        });
        match checked {
            Ok(next) => return Ok(next),
            Err(error) => try_again(shared, &mut retry, &route, error).await?,
        }
    }
}
