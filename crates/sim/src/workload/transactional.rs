//! A transactional producer: the partitions of a transaction are added before they are written to
//! (`transaction.version` 0 and 1), or add themselves, and each transaction has an epoch of its own
//! (2, KIP-890). Which, the cluster says.
//!
//! With explicit adding, a question without an answer is dangerous: it may arrive in the middle of the
//! next transaction, which has the same epoch (KAFKA-17754). A careful producer begins anew after
//! each; one that is not asks again, as clients did.

use std::collections::BTreeMap;

use bytes::Bytes;
use ottla_model::{ErrorCode, TopicPartition};
use ottla_record::{BatchBuilder, Codec, NewRecord};
use ottla_wire::messages::add_offsets_to_txn::AddOffsetsToTxnRequest;
use ottla_wire::messages::add_partitions_to_txn::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnTopic,
};
use ottla_wire::messages::end_txn::EndTxnRequest;
use ottla_wire::messages::init_producer_id::InitProducerIdRequest;
use ottla_wire::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use ottla_wire::messages::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use ottla_wire::{Records, Request, Str};

use super::caller::{Caller, CoordinatorOf, Verdict};
use super::membership::Identity;
use crate::{Deed, Ledger};

/// Versions of a client that adds partitions, and of one whose partitions add themselves.
const INIT_VERSION: i16 = 5;
const ADD_PARTITIONS_VERSION: i16 = 3;
const ADD_OFFSETS_VERSION: i16 = 4;
const PRODUCE_VERSION: [i16; 2] = [11, 12];
const OFFSETS_VERSION: [i16; 2] = [4, 5];
const END_VERSION: [i16; 2] = [4, 5];

/// Milliseconds the broker has for the acknowledgement of all replicas.
const ACK_TIMEOUT_MS: i32 = 3000;

/// How often a question is asked again before the producer begins anew.
const TRIES_MAX: u32 = 60;

/// Why a transaction cannot go on. What it did will not be, unless its end was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

/// A client that writes in transactions.
pub struct TransactionalProducer {
    caller: Caller,
    ledger: Ledger,
    transactional_id: String,
    timeout_ms: i32,
    /// Whether partitions add themselves; known with the first id.
    adds_itself: bool,
    /// Whether a question without an answer is answered by beginning anew, where it could do harm
    /// later.
    is_careful: bool,
    producer_id: i64,
    epoch: i16,
    sequences: BTreeMap<TopicPartition, i32>,
    current: Option<Open>,
}

/// A transaction that is open.
struct Open {
    number: u64,
    added: Vec<TopicPartition>,
    /// Commits of offsets in it.
    commits: Vec<u64>,
    has_offsets: bool,
}

impl TransactionalProducer {
    /// A producer whose node and connection are `caller`'s.
    pub fn new(caller: Caller, ledger: Ledger, transactional_id: &str, timeout_ms: i32) -> Self {
        Self {
            caller,
            ledger,
            transactional_id: transactional_id.to_owned(),
            timeout_ms,
            adds_itself: false,
            is_careful: true,
            producer_id: -1,
            epoch: -1,
            sequences: BTreeMap::new(),
            current: None,
        }
    }

    /// Asks again where it should begin anew, as clients of `transaction.version` 0 and 1 do.
    #[must_use]
    pub fn careless(mut self) -> Self {
        self.is_careful = false;
        self
    }

    /// Goes on over another connection, perhaps by way of another node.
    pub fn go_by(&mut self, caller: Caller) {
        self.caller = caller;
    }

    /// Whether it has a producer id to go on with.
    pub fn is_ready(&self) -> bool {
        self.producer_id >= 0
    }

    /// Gets a producer id and epoch, however long it takes; whatever was open before is over then.
    pub async fn begin_anew(&mut self) {
        self.caller.find_coordinator(CoordinatorOf::Transactions, &self.transactional_id).await;
        self.adds_itself = self.caller.transaction_version().await >= 2;
        let request = InitProducerIdRequest {
            transactional_id: Some(Str::from(self.transactional_id.as_str())),
            transaction_timeout_ms: self.timeout_ms,
            ..Default::default()
        };
        loop {
            match self.caller.ask(&request, INIT_VERSION).await {
                Ok(response) => match Verdict::of(response.error_code) {
                    Verdict::Done => {
                        (self.producer_id, self.epoch) =
                            (response.producer_id, response.producer_epoch);
                        break;
                    }
                    Verdict::Again | Verdict::Refused(ErrorCode::ConcurrentTransactions) => {}
                    Verdict::Refused(error) => panic!("InitProducerId was refused: {error:?}"),
                },
                Err(failure) => failure.tolerate_network(),
            }
            self.caller.pause().await;
        }
        self.sequences.clear();
        for commit in self.current.take().into_iter().flat_map(|open| open.commits) {
            self.ledger.note(Deed::CommitSettled { commit });
        }
    }

    /// Begins a transaction; its number.
    pub fn begin(&mut self) -> u64 {
        let number = self.ledger.next_number();
        let (added, commits) = (Vec::new(), Vec::new());
        self.current = Some(Open { number, added, commits, has_offsets: false });
        number
    }

    /// Sends records to a partition; `from` are those they are made of.
    ///
    /// # Errors
    /// The transaction cannot be committed any more.
    pub async fn send(&mut self, to: &TopicPartition, from: &[Option<u64>]) -> Result<(), Broken> {
        self.add(to).await?;
        let transaction = self.current.as_ref().map(|open| open.number);
        let sequence = self.sequences.get(to).copied().unwrap_or(0);
        let mut builder = BatchBuilder::new(0, Codec::None)
            .producer(self.producer_id, self.epoch, sequence)
            .transactional(true);
        for from in from {
            let record = self.ledger.next_number();
            self.ledger.note(Deed::Sent { record, to: to.clone(), transaction, from: *from });
            append(&mut builder, record, self.caller.io.now().wall.millis);
        }
        let request = produce_request(Some(self.id()), to, builder.build().into());
        let version = PRODUCE_VERSION[usize::from(self.adds_itself)];
        self.insist(&request, version, |response| {
            let mut answers =
                response.responses.iter().flat_map(|topic| &topic.partition_responses);
            answers.next().map_or(-1, |answer| answer.error_code)
        })
        .await?;
        let next = sequence + i32::try_from(from.len()).unwrap_or(0);
        self.sequences.insert(to.clone(), next);
        Ok(())
    }

    /// Adds a partition to the transaction, where it does not add itself.
    async fn add(&mut self, to: &TopicPartition) -> Result<(), Broken> {
        let is_added = self.current.as_ref().is_some_and(|open| open.added.contains(to));
        if !is_added && !self.adds_itself {
            let partitions = vec![to.partition];
            let topic = AddPartitionsToTxnTopic { name: Str::from(&*to.topic), partitions };
            let request = AddPartitionsToTxnRequest {
                v3_and_below_transactional_id: self.id(),
                v3_and_below_producer_id: self.producer_id,
                v3_and_below_producer_epoch: self.epoch,
                v3_and_below_topics: vec![topic],
                ..Default::default()
            };
            self.insist(&request, ADD_PARTITIONS_VERSION, |response| {
                let topics = response.results_by_topic_v3_and_below.iter();
                let mut results = topics.flat_map(|topic| &topic.results_by_partition);
                results.next().map_or(-1, |result| result.partition_error_code)
            })
            .await?;
        }
        self.current.iter_mut().for_each(|open| open.added.push(to.clone()));
        Ok(())
    }

    /// Adds the group to the transaction, where it does not add itself.
    async fn add_offsets(&mut self, group: &str) -> Result<(), Broken> {
        let has_offsets = self.current.as_ref().is_some_and(|open| open.has_offsets);
        if !has_offsets && !self.adds_itself {
            let request = AddOffsetsToTxnRequest {
                transactional_id: self.id(),
                producer_id: self.producer_id,
                producer_epoch: self.epoch,
                group_id: Str::from(group),
            };
            self.insist(&request, ADD_OFFSETS_VERSION, |response| response.error_code).await?;
        }
        self.current.iter_mut().for_each(|open| open.has_offsets = true);
        Ok(())
    }

    /// Commits, with the transaction, that the group of `member` reads a partition from `offset` on.
    ///
    /// # Errors
    /// The transaction cannot be committed any more.
    pub async fn send_offset(
        &mut self,
        member: &Identity,
        partition: &TopicPartition,
        offset: i64,
    ) -> Result<(), Broken> {
        self.add_offsets(&member.group).await?;
        let commit = self.ledger.next_number();
        self.ledger.note(member.commit_sent(commit, partition, offset, true));
        self.current.iter_mut().for_each(|open| open.commits.push(commit));
        let one = TxnOffsetCommitRequestPartition {
            partition_index: partition.partition,
            committed_offset: offset,
            ..Default::default()
        };
        let topic = TxnOffsetCommitRequestTopic {
            name: Str::from(&*partition.topic),
            partitions: vec![one],
            ..Default::default()
        };
        let request = TxnOffsetCommitRequest {
            transactional_id: self.id(),
            group_id: Str::from(member.group.as_str()),
            producer_id: self.producer_id,
            producer_epoch: self.epoch,
            generation_id_or_member_epoch: member.epoch,
            member_id: Str::from(member.member_id.as_str()),
            group_instance_id: None,
            topics: vec![topic],
        };
        let version = OFFSETS_VERSION[usize::from(self.adds_itself)];
        self.insist(&request, version, |response| {
            let mut results = response.topics.iter().flat_map(|topic| &topic.partitions);
            results.next().map_or(-1, |result| result.error_code)
        })
        .await?;
        Ok(())
    }

    /// Ends the transaction; whether it is committed.
    ///
    /// # Errors
    /// It is not known how it ended.
    pub async fn end(&mut self, commit: bool) -> Result<bool, Broken> {
        let is_empty = |open: &Open| open.added.is_empty() && !open.has_offsets;
        if self.current.as_ref().is_none_or(is_empty) {
            self.note_end(false);
            return Ok(false);
        }
        let request = EndTxnRequest {
            transactional_id: self.id(),
            producer_id: self.producer_id,
            producer_epoch: self.epoch,
            committed: commit,
        };
        let version = END_VERSION[usize::from(self.adds_itself)];
        let response = self.insist(&request, version, |response| response.error_code).await?;
        if self.adds_itself {
            self.goes_on_as(response.producer_id, response.producer_epoch);
        }
        self.note_end(commit);
        Ok(commit)
    }

    /// Asks, and asks again where that may help and does no harm.
    async fn insist<R: Request>(
        &mut self,
        request: &R,
        version: i16,
        code_of: impl Fn(&R::Response) -> i16,
    ) -> Result<R::Response, Broken> {
        for _ in 0..TRIES_MAX {
            match self.caller.ask(request, version).await {
                Ok(response) => match Verdict::of(code_of(&response)) {
                    Verdict::Done | Verdict::Refused(ErrorCode::DuplicateSequenceNumber) => {
                        return Ok(response);
                    }
                    Verdict::Again | Verdict::Refused(ErrorCode::ConcurrentTransactions) => {}
                    Verdict::Refused(_) => return Err(Broken),
                },
                Err(failure) => {
                    failure.tolerate_network();
                    if !self.adds_itself && self.is_careful {
                        return Err(Broken);
                    }
                }
            }
            self.caller.pause().await;
        }
        Err(Broken)
    }

    fn id(&self) -> Str {
        Str::from(self.transactional_id.as_str())
    }

    fn goes_on_as(&mut self, producer_id: i64, epoch: i16) {
        if (producer_id, epoch) != (self.producer_id, self.epoch) {
            self.sequences.clear();
        }
        (self.producer_id, self.epoch) = (producer_id, epoch);
    }

    fn note_end(&mut self, committed: bool) {
        let Some(open) = self.current.take() else { return };
        self.ledger.note(Deed::Ended { transaction: open.number, committed });
        for commit in open.commits {
            self.ledger.note(match committed {
                true => Deed::Committed { commit },
                false => Deed::CommitRefused { commit },
            });
        }
    }
}

/// Appends the record of this number.
pub(super) fn append(builder: &mut BatchBuilder, record: u64, timestamp: i64) {
    let value = record.to_string();
    let new = NewRecord { timestamp, key: None, value: Some(value.as_bytes()), headers: &[] };
    let appended = builder.append(&new);
    ottla_base::always!(appended.is_ok(), "a few small records fit: {appended:?}");
}

/// A Produce of one batch that all replicas acknowledge.
pub(super) fn produce_request(
    transactional_id: Option<Str>,
    to: &TopicPartition,
    batch: Bytes,
) -> ProduceRequest {
    let data = PartitionProduceData { index: to.partition, records: Records::Bytes(batch) };
    let topic = TopicProduceData {
        name: Str::from(&*to.topic),
        partition_data: vec![data],
        ..Default::default()
    };
    ProduceRequest {
        transactional_id,
        acks: -1,
        timeout_ms: ACK_TIMEOUT_MS,
        topic_data: vec![topic],
    }
}
