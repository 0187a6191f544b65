//! What stands in a partition, read with plain Fetch requests.

use ottla_client::settings::IsolationLevel;
use ottla_client::{Client, Error, Lane, Route};
use ottla_record::{BatchView, records, split_batches};
use ottla_wire::Str;
use ottla_wire::messages::fetch::{FetchPartition, FetchRequest, FetchTopic};

/// A record as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) offset: i64,
    pub(crate) value: String,
    pub(crate) codec: String,
    pub(crate) headers: Vec<String>,
}

/// Every record of a partition, in order.
pub(crate) async fn read_all(client: &Client, topic: &str, partition: i32) -> Vec<Read> {
    read_isolated(client, topic, partition, IsolationLevel::ReadUncommitted).await
}

/// The same as a read_committed consumer sees it.
pub(crate) async fn read_isolated(
    client: &Client,
    topic: &str,
    partition: i32,
    isolation: IsolationLevel,
) -> Vec<Read> {
    let mut found = Vec::new();
    let mut offset = 0;
    loop {
        let before = offset;
        read_some(client, topic, partition, isolation, &mut offset, &mut found).await;
        if offset == before {
            return found;
        }
    }
}

async fn read_some(
    client: &Client,
    topic: &str,
    partition: i32,
    isolation: IsolationLevel,
    offset: &mut i64,
    found: &mut Vec<Read>,
) {
    let request = || FetchRequest {
        replica_id: -1,
        max_wait_ms: 0,
        min_bytes: 1,
        max_bytes: 50 << 20,
        isolation_level: isolation as i8,
        topics: vec![FetchTopic {
            topic: Str::from(topic),
            partitions: vec![FetchPartition {
                partition,
                fetch_offset: *offset,
                partition_max_bytes: 10 << 20,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    let route = Route::leader(topic, partition).on(Lane::Fetch);
    let mut retry = client.retry(crate::room::HOUR);
    let answer = loop {
        let limit = std::time::Duration::from_secs(30);
        let answer = client.call_versioned(&route, limit, 4..=12, |_| request()).await;
        let checked = answer.and_then(|(_, answer)| {
            Error::check(answer.responses[0].partitions[0].error_code, None, "fetch")?;
            Ok(answer)
        });
        match checked {
            Ok(answer) => break answer,
            Err(error) => retry.after(error).await.unwrap(),
        }
    };
    let fetched = &answer.responses[0].partitions[0];
    let aborted = fetched.aborted_transactions.clone().unwrap_or_default();
    let Some(bytes) = fetched.records.bytes() else { return };
    let mut ended: Vec<(i64, i64)> = Vec::new();
    for batch in split_batches(bytes) {
        let Ok(batch) = batch else { return };
        let header = *batch.header();
        *offset = header.next_offset();
        if header.is_control() {
            ended.push((header.producer_id, header.base_offset));
            continue;
        }
        let is_aborted = header.is_transactional()
            && aborted.iter().any(|one| {
                one.producer_id == header.producer_id
                    && one.first_offset <= header.base_offset
                    && !ended
                        .iter()
                        .any(|(id, at)| *id == one.producer_id && *at >= one.first_offset)
            });
        if !is_aborted {
            unpack(&batch, found);
        }
    }
}

fn unpack(batch: &BatchView<'_>, found: &mut Vec<Read>) {
    let unpacked = records(batch, 10 << 20).unwrap();
    for record in unpacked.iter() {
        let record = record.unwrap();
        let header = |header: ottla_record::Header<'_>| {
            let value = header.value.unwrap_or(b"-");
            format!("{}={}", String::from_utf8_lossy(header.key), String::from_utf8_lossy(value))
        };
        found.push(Read {
            offset: record.offset,
            value: String::from_utf8_lossy(record.value.unwrap_or(b"-")).into_owned(),
            codec: batch.header().codec().unwrap().to_string(),
            headers: record.headers.map(|one| header(one.unwrap())).collect(),
        });
    }
}

/// The values alone.
pub(crate) fn values(read: &[Read]) -> Vec<&str> {
    read.iter().map(|read| read.value.as_str()).collect()
}
