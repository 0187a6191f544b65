//! Transactions: list, describe, who produces to a partition, end what hangs, fence.

use std::collections::BTreeMap;

use ottla_model::{BrokerId, ErrorCode, Offset, ProducerEpoch, ProducerId, TopicPartition};
use ottla_wire::Str;
use ottla_wire::messages::describe_producers::{
    DescribeProducersRequest, PartitionResponse, TopicRequest,
};
use ottla_wire::messages::describe_transactions::{DescribeTransactionsRequest, TransactionState};
use ottla_wire::messages::init_producer_id::InitProducerIdRequest;
use ottla_wire::messages::list_transactions::ListTransactionsRequest;
use ottla_wire::messages::write_txn_markers::{
    WritableTxnMarker, WritableTxnMarkerTopic, WriteTxnMarkersRequest,
};

use super::work::Patience;
use super::{Admin, Results, by_topic, text};
use crate::route::{CoordinatorKind, Route};
use crate::{Error, Result};

/// Which transactions to list; the default is all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TransactionFilter {
    /// In one of these states (`Ongoing`, `Empty`, ...).
    pub states: Vec<String>,
    /// Of one of these producers.
    pub producer_ids: Vec<ProducerId>,
    /// Open for longer than this many milliseconds (brokers of 3.8 and later).
    pub longer_than_ms: Option<i64>,
    /// With a transactional id that matches this pattern (4.1).
    pub pattern: Option<String>,
}

/// One line of a list of transactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionListing {
    /// Its producer's name.
    pub transactional_id: String,
    /// Its producer.
    pub producer_id: ProducerId,
    /// Its state.
    pub state: String,
    /// The node of its coordinator.
    pub coordinator: BrokerId,
}

/// A transactional id and its transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionDescription {
    /// The node of its coordinator.
    pub coordinator: BrokerId,
    /// Its state.
    pub state: String,
    /// Its producer.
    pub producer_id: ProducerId,
    /// The incarnation of that.
    pub producer_epoch: ProducerEpoch,
    /// After how many milliseconds it is aborted.
    pub timeout_ms: i32,
    /// When it began, in milliseconds since the epoch.
    pub started_at: Option<i64>,
    /// The partitions in it, in order.
    pub partitions: Vec<TopicPartition>,
}

/// A producer that a partition remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProducerState {
    /// Its id.
    pub producer_id: ProducerId,
    /// The incarnation of it.
    pub producer_epoch: i32,
    /// The sequence of its last record.
    pub last_sequence: i32,
    /// When it last wrote, in milliseconds since the epoch.
    pub last_timestamp: i64,
    /// The epoch of the coordinator that last ended a transaction of it.
    pub coordinator_epoch: Option<i32>,
    /// Where its open transaction begins.
    pub current_txn_start: Option<Offset>,
}

/// A transaction that hangs in one partition, to be ended there without its coordinator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbortTransaction {
    /// The partition.
    pub partition: TopicPartition,
    /// The producer.
    pub producer_id: ProducerId,
    /// The incarnation of it.
    pub producer_epoch: ProducerEpoch,
    /// The epoch of its coordinator, from [`ProducerState`]; -1 is taken as 0.
    pub coordinator_epoch: i32,
}

impl Admin {
    /// Every transactional id that some coordinator knows.
    ///
    /// # Errors
    /// A broker does not answer, or cannot filter so.
    pub async fn list_transactions(
        &self,
        filter: &TransactionFilter,
    ) -> Result<Vec<TransactionListing>> {
        let request = ListTransactionsRequest {
            state_filters: filter.states.iter().map(Str::from).collect(),
            producer_id_filters: filter.producer_ids.clone(),
            duration_filter: filter.longer_than_ms.unwrap_or(-1),
            transactional_id_pattern: filter.pattern.as_ref().map(Str::from),
        };
        let mut transactions = Vec::new();
        for coordinator in self.brokers().await? {
            let what = format!("list transactions of node {coordinator}");
            let answer = self
                .ask(&Route::node(coordinator), &request, |answer| {
                    Error::check(answer.error_code, None, &what)
                })
                .await?;
            transactions.extend(answer.transaction_states.iter().map(|state| TransactionListing {
                transactional_id: state.transactional_id.to_string(),
                producer_id: state.producer_id,
                state: state.transaction_state.to_string(),
                coordinator,
            }));
        }
        transactions.sort_by(|a, b| a.transactional_id.cmp(&b.transactional_id));
        Ok(transactions)
    }

    /// Transactions by transactional id. Brokers of 3.0 and later.
    pub async fn describe_transactions(
        &self,
        ids: &[&str],
    ) -> Results<String, TransactionDescription> {
        let mut work = self.work(ids.iter().map(ToString::to_string), Patience::Retriable);
        while let Some(ids) = work.next() {
            let mut brought = Vec::new();
            for id in ids {
                let described = self.describe_transaction(&id).await;
                self.note_transaction_refusal(&id, &described);
                brought.push((id, described));
            }
            work.take(Ok(brought)).await;
        }
        work.results()
    }

    async fn describe_transaction(&self, id: &str) -> Result<TransactionDescription> {
        let coordinator = self.client.coordinator(CoordinatorKind::Transaction, id).await?;
        let request = DescribeTransactionsRequest { transactional_ids: vec![Str::from(id)] };
        let route = Route::coordinator(CoordinatorKind::Transaction, id);
        let answer = self.client.call(&route, request).await?;
        let state = answer.transaction_states.first();
        let state =
            state.ok_or_else(|| Error::malformed("the answer leaves the transaction out"))?;
        Error::check(state.error_code, None, format!("describe transaction {id}"))?;
        Ok(described(state, coordinator))
    }

    /// The producers that partitions remember: at their leaders, or at another replica. Brokers of
    /// 2.8 and later.
    pub async fn describe_producers(
        &self,
        partitions: &[TopicPartition],
        replica: Option<BrokerId>,
    ) -> Results<TopicPartition, Vec<ProducerState>> {
        let mut work = self.work(partitions.iter().cloned(), Patience::Retriable);
        while let Some(partitions) = work.next() {
            let brought = self.describe_producers_once(partitions, replica).await;
            work.take(brought).await;
        }
        work.results()
    }

    async fn describe_producers_once(
        &self,
        partitions: Vec<TopicPartition>,
        replica: Option<BrokerId>,
    ) -> Result<Vec<(TopicPartition, Result<Vec<ProducerState>>)>> {
        let partitions: Vec<_> = partitions.into_iter().map(|key| (key, ())).collect();
        let mut brought = Vec::new();
        let nodes = match replica {
            Some(node) => BTreeMap::from([(node, partitions)]),
            None => self.by_leader(partitions, &mut brought).await?,
        };
        for (node, partitions) in nodes {
            let keys: Vec<_> = partitions.iter().map(|(key, ())| key.clone()).collect();
            let topics = by_topic(partitions).into_iter().map(|(name, partitions)| TopicRequest {
                name: Str::from(&*name),
                partition_indexes: partitions.into_iter().map(|(index, ())| index).collect(),
            });
            let request = DescribeProducersRequest { topics: topics.collect() };
            match self.client.call(&Route::node(node), request).await {
                Err(error) => brought.extend(keys.into_iter().map(|key| (key, Err(error.clone())))),
                Ok(answer) => {
                    for topic in &answer.topics {
                        let of = |partition| producers(&topic.name, partition);
                        brought.extend(topic.partitions.iter().map(of));
                    }
                }
            }
        }
        Ok(brought)
    }

    /// Ends a transaction in one partition whose coordinator has forgotten it.
    ///
    /// # Errors
    /// The leader does not answer or refuses.
    pub async fn abort_transaction(&self, abort: &AbortTransaction) -> Result<()> {
        let key = &abort.partition;
        let topic = WritableTxnMarkerTopic {
            name: Str::from(&*key.topic),
            partition_indexes: vec![key.partition],
        };
        let marker = WritableTxnMarker {
            producer_id: abort.producer_id,
            producer_epoch: abort.producer_epoch,
            transaction_result: false,
            topics: vec![topic],
            coordinator_epoch: abort.coordinator_epoch.max(0),
            ..Default::default()
        };
        let request = WriteTxnMarkersRequest { markers: vec![marker] };
        let route = Route::leader(key.topic.clone(), key.partition);
        let what = format!("abort the transaction of producer {} in {key}", abort.producer_id);
        self.ask(&route, &request, |answer| {
            let partitions = answer.markers.iter().flat_map(|marker| &marker.topics);
            let mut partitions = partitions.flat_map(|topic| &topic.partitions);
            partitions.try_for_each(|partition| Error::check(partition.error_code, None, &what))
        })
        .await?;
        Ok(())
    }

    /// Ends whatever transaction a transactional id has open, and shuts out the producer that has
    /// it.
    pub async fn fence_producers(
        &self,
        ids: &[&str],
    ) -> Results<String, (ProducerId, ProducerEpoch)> {
        let mut work = self.work(ids.iter().map(ToString::to_string), Patience::Retriable);
        while let Some(ids) = work.next() {
            let mut brought = Vec::new();
            for id in ids {
                let fenced = self.fence_producer(&id).await;
                self.note_transaction_refusal(&id, &fenced);
                brought.push((id, fenced));
            }
            work.take(Ok(brought)).await;
        }
        work.results()
    }

    /// Ends the transaction of a transactional id, one that waits for its two-phase commit
    /// included (KIP-939).
    ///
    /// # Errors
    /// The coordinator does not answer or refuses.
    pub async fn force_terminate_transaction(&self, id: &str) -> Result<()> {
        let fenced = self.fence_producers(&[id]).await.into_values().next();
        fenced.unwrap_or_else(|| Err(Error::malformed("no result"))).map(drop)
    }

    async fn fence_producer(&self, id: &str) -> Result<(ProducerId, ProducerEpoch)> {
        // The timeout is for a transaction that this never begins.
        let request = InitProducerIdRequest {
            transactional_id: Some(Str::from(id)),
            transaction_timeout_ms: self.timeout_ms(),
            producer_id: -1,
            producer_epoch: -1,
            ..Default::default()
        };
        let route = Route::coordinator(CoordinatorKind::Transaction, id);
        let answer = self.client.call(&route, request).await?;
        Error::check(answer.error_code, None, format!("fence the producer {id}"))?;
        Ok((answer.producer_id, answer.producer_epoch))
    }

    fn note_transaction_refusal<T>(&self, id: &str, result: &Result<T>) {
        if result.as_ref().is_err_and(|error| {
            error.wants_coordinator() || error.code() == Some(ErrorCode::NotCoordinator)
        }) {
            self.client.forget_coordinator(CoordinatorKind::Transaction, id);
        }
    }
}

fn described(state: &TransactionState, coordinator: BrokerId) -> TransactionDescription {
    let mut partitions: Vec<_> = state
        .topics
        .iter()
        .flat_map(|topic| {
            topic.partitions.iter().map(|index| TopicPartition::new(topic.topic.as_str(), *index))
        })
        .collect();
    partitions.sort();
    TransactionDescription {
        coordinator,
        state: state.transaction_state.to_string(),
        producer_id: state.producer_id,
        producer_epoch: state.producer_epoch,
        timeout_ms: state.transaction_timeout_ms,
        started_at: (state.transaction_start_time_ms >= 0)
            .then_some(state.transaction_start_time_ms),
        partitions,
    }
}

fn producers(
    topic: &Str,
    partition: &PartitionResponse,
) -> (TopicPartition, Result<Vec<ProducerState>>) {
    let key = TopicPartition::new(topic.as_str(), partition.partition_index);
    let what = format!("describe the producers of {key}");
    let checked = Error::check(partition.error_code, text(&partition.error_message), what);
    let producers = partition.active_producers.iter().map(|producer| ProducerState {
        producer_id: producer.producer_id,
        producer_epoch: producer.producer_epoch,
        last_sequence: producer.last_sequence,
        last_timestamp: producer.last_timestamp,
        coordinator_epoch: (producer.coordinator_epoch >= 0).then_some(producer.coordinator_epoch),
        current_txn_start: (producer.current_txn_start_offset >= 0)
            .then_some(producer.current_txn_start_offset),
    });
    (key, checked.map(|()| producers.collect()))
}
