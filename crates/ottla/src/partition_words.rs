//! Partitions in the words of people: `orders` for all of a topic, `orders:0,1` for some.

use std::collections::BTreeMap;

use ottla_client::{Admin, TopicPartition};

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::results::split;

/// The partitions of `orders`, `orders:0,1` and so on.
///
/// # Errors
/// A topic or a partition that is not there.
pub(crate) async fn find(
    admin: &Admin,
    topics: &[String],
    console: &mut Console,
) -> Outcome<Vec<TopicPartition>> {
    let mut asked: BTreeMap<&str, Option<Vec<i32>>> = BTreeMap::new();
    for text in topics {
        let (topic, indexes) = named(text)?;
        let known = asked.entry(topic).or_insert_with(|| Some(Vec::new()));
        // One that is named whole is meant whole.
        *known = known.take().zip(indexes).map(|(known, more)| [known, more].concat());
    }
    let names: Vec<&str> = asked.keys().copied().collect();
    let (topics, outcome) = split(admin.describe_topics(&names).await?, console);
    outcome?;
    let mut found = Vec::new();
    for (name, topic) in topics {
        let all: Vec<i32> = topic.partitions.iter().map(|partition| partition.index).collect();
        let meant = asked.get(name.as_str()).cloned().flatten().unwrap_or_else(|| all.clone());
        if let Some(none) = meant.iter().find(|index| !all.contains(index)) {
            return Err(Failure::new(format!("{name} has no partition {none}")));
        }
        found.extend(meant.into_iter().map(|index| TopicPartition::new(name.as_str(), index)));
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// A topic, and which partitions of it.
fn named(text: &str) -> Outcome<(&str, Option<Vec<i32>>)> {
    let Some((topic, indexes)) = text.split_once(':') else { return Ok((text, None)) };
    let indexes: Option<Vec<i32>> =
        indexes.split(',').map(|index| index.trim().parse().ok()).collect();
    let wrong = || Failure::usage(format!("{text} is not of the form TOPIC or TOPIC:0,1"));
    Ok((topic, Some(indexes.ok_or_else(wrong)?)))
}
