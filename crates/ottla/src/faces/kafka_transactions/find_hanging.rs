//! `find-hanging`: open transactions that partitions hold and no coordinator knows of any more. They
//! keep the last stable offset where it is until `abort` ends them.

use std::collections::{BTreeMap, BTreeSet};

use ottla_client::admin::{ProducerState, TransactionFilter};
use ottla_client::{Admin, Error, TopicPartition};

use super::failed;
use crate::console::Console;
use crate::faces::options::{Ending, Given};
use crate::faces::printf::print_table;

/// Minutes for which a transaction may be open before it is looked at: the broker's own limit.
const MINUTES_MAX: i64 = 15;
const MINUTE_MS: i64 = 60_000;

/// Searches and prints.
///
/// # Errors
/// A broker does not answer, or there is no such topic.
pub(super) async fn run(admin: &Admin, given: &Given, console: &mut Console) -> Result<(), Ending> {
    let now_ms = admin.client().io().now().wall.millis;
    let minutes = given.parsed("max-transaction-timeout")?.unwrap_or(MINUTES_MAX);
    let partitions = searched(admin, given).await?;
    let mut suspects = open_transactions(admin, given, &partitions).await?;
    suspects.retain(|(_, one)| now_ms - one.last_timestamp > minutes * MINUTE_MS);
    let hanging = without_coordinator(admin, suspects).await?;
    let row = |(partition, one): &(TopicPartition, ProducerState)| {
        vec![
            partition.topic.to_string(),
            partition.partition.to_string(),
            one.producer_id.to_string(),
            one.producer_epoch.to_string(),
            one.coordinator_epoch.unwrap_or(-1).to_string(),
            one.current_txn_start.unwrap_or(-1).to_string(),
            one.last_timestamp.to_string(),
            ((now_ms - one.last_timestamp) / MINUTE_MS).to_string(),
        ]
    };
    let head = [
        "Topic",
        "Partition",
        "ProducerId",
        "ProducerEpoch",
        "CoordinatorEpoch",
        "StartOffset",
        "LastTimestamp",
        "Duration(min)",
    ];
    print_table(&head, &hanging.iter().map(row).collect::<Vec<_>>(), console);
    Ok(())
}

/// The partitions that are searched: those of a topic, or all, and of them those of one broker.
async fn searched(admin: &Admin, given: &Given) -> Result<Vec<TopicPartition>, Ending> {
    let failed =
        |count: usize, error: &Error| failed(&format!("Failed to describe {count} topics"), error);
    let names: Vec<String> = match given.one("topic")? {
        Some(topic) => vec![topic.to_owned()],
        None => {
            let listed = admin.list_topics().await;
            let listed = listed.map_err(|error| super::failed("Failed to list topics", &error))?;
            listed.iter().map(|topic| topic.name.to_string()).collect()
        }
    };
    let (broker, number) = (given.parsed::<i32>("broker-id")?, given.parsed::<i32>("partition")?);
    let asked: Vec<&str> = names.iter().map(String::as_str).collect();
    let described = admin.describe_topics(&asked).await;
    let described = described.map_err(|error| failed(asked.len(), &error))?;
    let mut partitions = Vec::new();
    for (name, topic) in described {
        let topic = topic.map_err(|error| failed(asked.len(), &error))?;
        let is_asked = |at: &&ottla_client::admin::PartitionDescription| {
            broker.is_none_or(|broker| at.replicas.contains(&broker))
                && number.is_none_or(|number| at.index == number)
        };
        let found = topic.partitions.iter().filter(is_asked);
        partitions.extend(found.map(|at| TopicPartition::new(name.as_str(), at.index)));
    }
    Ok(partitions)
}

async fn open_transactions(
    admin: &Admin,
    given: &Given,
    partitions: &[TopicPartition],
) -> Result<Vec<(TopicPartition, ProducerState)>, Ending> {
    let broker = given.parsed::<i32>("broker-id")?;
    let mut open = Vec::new();
    for (partition, found) in admin.describe_producers(partitions, broker).await {
        let what = format!("Failed to describe producers for {} partitions", partitions.len());
        let found = found.map_err(|error| failed(&what, &error))?;
        let found = found.into_iter().filter(|one| one.current_txn_start.is_some());
        open.extend(found.map(|one| (partition.clone(), one)));
    }
    Ok(open)
}

/// Those of which no coordinator has a transaction with that partition in it.
async fn without_coordinator(
    admin: &Admin,
    mut suspects: Vec<(TopicPartition, ProducerState)>,
) -> Result<Vec<(TopicPartition, ProducerState)>, Ending> {
    if suspects.is_empty() {
        return Ok(suspects);
    }
    let producers: BTreeSet<i64> = suspects.iter().map(|(_, one)| one.producer_id).collect();
    let filter = TransactionFilter {
        producer_ids: producers.into_iter().collect(),
        ..TransactionFilter::default()
    };
    let listed = admin.list_transactions(&filter).await;
    let listed = listed.map_err(|error| failed("Failed to list transactions", &error))?;
    let ids: Vec<&str> = listed.iter().map(|one| one.transactional_id.as_str()).collect();
    let mut known: BTreeMap<i64, Vec<TopicPartition>> = BTreeMap::new();
    for (_, one) in admin.describe_transactions(&ids).await {
        // One that is gone since it was listed is known no more.
        let Ok(one) = one else { continue };
        known.entry(one.producer_id).or_default().extend(one.partitions);
    }
    suspects.retain(|(partition, one)| {
        known.get(&one.producer_id).is_none_or(|theirs| !theirs.contains(partition))
    });
    Ok(suspects)
}
