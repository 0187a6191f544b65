//! Records as the bytes of `__transaction_state`: key 0 names a transactional id, its value is all that
//! is known of it.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bytes::Bytes;
use ottla_coordinator::{KeyValue, RecordError};
use ottla_model::TopicPartition;
use ottla_wire::records::transaction_log::{
    PartitionsSchema, TransactionLogKey, TransactionLogValue,
};
use ottla_wire::{EncodeError, Encoder, Reader, Segment, Str};

use crate::coordinator::Record;
use crate::transaction::{NO_EPOCH, State, Transaction, TransactionVersion};

const KEY: i16 = 0;

/// A record as it is stored while `transaction.version` has this level.
pub(crate) fn encode(record: &Record, level: TransactionVersion) -> Result<KeyValue, RecordError> {
    let refused = |error: EncodeError| RecordError(format!("{error}"));
    let mut encoder = Encoder::new();
    encoder.int16(KEY);
    let key = TransactionLogKey { transactional_id: Str::from(&*record.transactional_id) };
    key.encode(&mut encoder, 0).map_err(refused)?;
    let key = concat(encoder);
    let Some(transaction) = &record.transaction else { return Ok(KeyValue { key, value: None }) };
    // Version 1 has tagged fields.
    let version = i16::from(level >= TransactionVersion(1));
    let mut encoder = Encoder::new();
    encoder.int16(version);
    value(transaction, version).encode(&mut encoder, version).map_err(refused)?;
    Ok(KeyValue { key, value: Some(concat(encoder)) })
}

fn value(transaction: &Transaction, version: i16) -> TransactionLogValue {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for partition in &transaction.partitions {
        topics.entry(&partition.topic).or_default().push(partition.partition);
    }
    let partitions = topics
        .into_iter()
        .map(|(topic, partition_ids)| PartitionsSchema { topic: Str::from(topic), partition_ids });
    let mut value = TransactionLogValue {
        producer_id: transaction.producer_id,
        producer_epoch: transaction.producer_epoch,
        transaction_timeout_ms: transaction.timeout_ms,
        transaction_status: transaction.state.id(),
        transaction_partitions: (transaction.state != State::Empty).then(|| partitions.collect()),
        transaction_last_update_timestamp_ms: transaction.updated_ms,
        transaction_start_timestamp_ms: transaction.started_ms,
        ..TransactionLogValue::default()
    };
    if version >= 1 {
        value.previous_producer_id = transaction.previous_producer_id;
        value.next_producer_id = transaction.next_producer_id;
        value.client_transaction_version = transaction.version.0;
    }
    value
}

fn concat(encoder: Encoder) -> Vec<u8> {
    let mut bytes = Vec::new();
    for segment in encoder.finish().segments() {
        if let Segment::Bytes(part) = segment {
            bytes.extend_from_slice(part);
        }
    }
    bytes
}

/// A stored record; `None` for a kind or version of the future.
pub(crate) fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Option<Record>, RecordError> {
    let damaged = |error: ottla_wire::DecodeError| RecordError(format!("{error}"));
    let mut reader = Reader::new(Bytes::copy_from_slice(key));
    if reader.int16("key type").map_err(damaged)? != KEY {
        return Ok(None);
    }
    let key = TransactionLogKey::decode(&mut reader, 0).map_err(damaged)?;
    let transactional_id: Arc<str> = Arc::from(key.transactional_id.as_str());
    let Some(value) = value else {
        return Ok(Some(Record { transactional_id, transaction: None }));
    };
    let mut reader = Reader::new(Bytes::copy_from_slice(value));
    let version = reader.int16("value version").map_err(damaged)?;
    if !(0..=1).contains(&version) {
        return Ok(None);
    }
    let value = TransactionLogValue::decode(&mut reader, version).map_err(damaged)?;
    let Some(state) = State::from_id(value.transaction_status) else {
        // A transactional id on its way to be forgotten.
        return Ok(Some(Record { transactional_id, transaction: None }));
    };
    let mut partitions = BTreeSet::new();
    for topic in value.transaction_partitions.iter().flatten() {
        let name: Arc<str> = Arc::from(topic.topic.as_str());
        let ids = topic.partition_ids.iter();
        partitions.extend(ids.map(|partition| TopicPartition::new(name.clone(), *partition)));
    }
    let transaction = Transaction {
        producer_id: value.producer_id,
        previous_producer_id: value.previous_producer_id,
        next_producer_id: value.next_producer_id,
        producer_epoch: value.producer_epoch,
        last_producer_epoch: NO_EPOCH,
        timeout_ms: value.transaction_timeout_ms,
        state,
        partitions,
        started_ms: value.transaction_start_timestamp_ms,
        updated_ms: value.transaction_last_update_timestamp_ms,
        version: TransactionVersion(value.client_transaction_version),
    };
    Ok(Some(Record { transactional_id, transaction: Some(transaction) }))
}
