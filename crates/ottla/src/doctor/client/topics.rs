//! Whether partitions have a leader and the replicas that they should have.

use std::collections::BTreeMap;

use ottla_client::Admin;
use ottla_client::admin::{ConfigResource, ConfigResourceType, TopicDescription};

use crate::doctor::finding::{Finding, Weight};

/// Partitions that a line names; the rest is counted.
const NAMED_MAX: usize = 5;
const MIN_ISR: &str = "min.insync.replicas";

/// A topic and the fewest replicas that have to be in sync for a write with `acks=all`.
pub(super) type Topics = Vec<(TopicDescription, usize)>;

/// Asks for every topic.
///
/// # Errors
/// The cluster does not tell.
pub(super) async fn ask(admin: &Admin) -> ottla_client::Result<Topics> {
    let listed = admin.list_topics().await?;
    let names: Vec<&str> = listed.iter().map(|topic| &*topic.name).collect();
    let described = admin.describe_topics(&names).await?;
    let resources: Vec<_> =
        names.iter().map(|name| ConfigResource::new(ConfigResourceType::Topic, *name)).collect();
    let mut fewest = BTreeMap::new();
    for (resource, settings) in admin.describe_configs(&resources, false).await {
        let found = settings.ok().and_then(|settings| {
            let setting = settings.into_iter().find(|setting| setting.name == MIN_ISR)?;
            setting.value?.parse::<usize>().ok()
        });
        fewest.insert(resource.name, found.unwrap_or(1));
    }
    // A topic that has been deleted since is no matter.
    let found = described.into_values().filter_map(Result::ok);
    let with_fewest = |topic: TopicDescription| {
        let fewest = fewest.get(&topic.name).copied().unwrap_or(1);
        (topic, fewest)
    };
    Ok(found.map(with_fewest).collect())
}

/// Looks at each partition; one that has several faults is told of once, with the gravest.
pub(super) fn check(topics: &Topics, brokers: usize) -> Vec<Finding> {
    let (mut leaderless, mut too_few, mut lagging) = (Vec::new(), Vec::new(), Vec::new());
    let mut alone = Vec::new();
    for (topic, fewest) in topics {
        for partition in &topic.partitions {
            let name = format!("{}-{}", topic.name, partition.index);
            if partition.leader.is_none() {
                leaderless.push(name);
            } else if partition.isr.len() < *fewest {
                too_few.push(name);
            } else if partition.isr.len() < partition.replicas.len() {
                lagging.push(name);
            }
        }
        let is_alone = topic.partitions.iter().any(|partition| partition.replicas.len() == 1);
        if brokers > 1 && is_alone && !topic.is_internal {
            alone.push(topic.name.clone());
        }
    }
    let mut findings = Vec::new();
    let mut tell = |weight: Weight, what: &str, names: &[String], advice: &str| {
        if !names.is_empty() {
            let what = format!("{} {what}", names.len());
            let found = Finding::problem("topics", what, shown(names), advice);
            findings.push(Finding { weight, ..found });
        }
    };
    tell(
        Weight::Problem,
        "partitions have no leader: they can be neither written nor read",
        &leaderless,
        "start the brokers that have them (ottla topic describe names the replicas)",
    );
    tell(
        Weight::Problem,
        "partitions have fewer replicas in sync than min.insync.replicas: acks=all is refused",
        &too_few,
        "start the brokers that are missing, or lower min.insync.replicas",
    );
    tell(
        Weight::Problem,
        "partitions have replicas that are not in sync",
        &lagging,
        "start the brokers that are missing; if they run, look at their disks and network",
    );
    tell(
        Weight::Note,
        "topics have one replica though there are more brokers: a lost disk is lost data",
        &alone,
        "make topics with more replicas: ottla topic create --replicas 3",
    );
    findings
}

fn shown(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED_MAX);
    let named = names.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ottla_base::Uuid;
    use ottla_client::admin::PartitionDescription;

    /// Leader, replicas and those in sync.
    type State<'a> = (Option<i32>, &'a [i32], &'a [i32]);

    fn topic(name: &str, partitions: &[State<'_>], fewest: usize) -> (TopicDescription, usize) {
        let partition =
            |(index, (leader, replicas, isr)): (usize, &State<'_>)| PartitionDescription {
                index: index as i32,
                leader: *leader,
                leader_epoch: 0,
                replicas: replicas.to_vec(),
                isr: isr.to_vec(),
                elr: None,
                last_known_elr: None,
                offline: Vec::new(),
            };
        let partitions = partitions.iter().enumerate().map(partition).collect();
        let (name, id) = (name.to_owned(), Uuid::ZERO);
        (
            TopicDescription {
                name,
                id,
                is_internal: false,
                partitions,
                authorized_operations: None,
            },
            fewest,
        )
    }

    fn check_lines(topics: Topics, brokers: usize, expected: &[&str]) {
        let found: Vec<String> = check(&topics, brokers).iter().map(Finding::line).collect();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found}");
        }
    }

    #[test]
    fn a_partition_is_told_of_by_its_gravest_fault() {
        let well: State<'_> = (Some(1), &[1, 2], &[1, 2]);
        check_lines(vec![topic("a", &[well], 1)], 2, &[]);
        check_lines(
            vec![topic("a", &[well, (None, &[1, 2], &[1]), (Some(1), &[1, 2], &[1])], 1)],
            2,
            &[
                "problem topics: 1 partitions have no leader: they can be neither written nor read at a-1: ",
                "problem topics: 1 partitions have replicas that are not in sync at a-2: ",
            ],
        );
        check_lines(
            vec![topic("a", &[(Some(1), &[1, 2], &[1])], 2)],
            2,
            &["problem topics: 1 partitions have fewer replicas in sync than min.insync.replicas"],
        );
    }

    #[test]
    fn one_replica_is_enough_where_there_is_one_broker() {
        let one: State<'_> = (Some(1), &[1], &[1]);
        check_lines(vec![topic("a", &[one], 1)], 1, &[]);
        check_lines(vec![topic("a", &[one], 1)], 3, &["note topics: 1 topics have one replica"]);
    }

    #[test]
    fn many_partitions_are_counted() {
        let names: Vec<String> = (0..7).map(|index| format!("a-{index}")).collect();
        assert_eq!(shown(&names), "a-0, a-1, a-2, a-3, a-4 and 2 more");
    }
}
