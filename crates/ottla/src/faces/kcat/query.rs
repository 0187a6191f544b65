//! `-Q`: the offset of the first message of a time or later.

use std::collections::BTreeMap;

use ottla_client::{Consumer, TopicPartition};
use ottla_io::Io;

use super::errors::sentence;
use super::options::Options;
use super::{Ended, Outcome, fatal};
use crate::console::Console;

pub(super) async fn run(io: &Io, options: &Options, console: &mut Console) -> Outcome {
    let failed = |why: String| Ended::Fatal(format!("offsets_for_times failed: {why}"));
    let consumer = Consumer::new(io.clone(), options.settings.consumer(None)?);
    let consumer = consumer.map_err(|why| failed(sentence(&why)))?;
    let client = consumer.client();
    let mut known = BTreeMap::new();
    for (topic, _, _) in &options.queries {
        if !known.contains_key(topic) {
            let answer = super::list::ask(client, Some(topic), options).await;
            let answer = answer.map_err(|ended| match ended {
                Ended::Fatal(why) => failed(why),
                other => other,
            })?;
            let count = answer.topics.first().map_or(0, |topic| topic.partitions.len());
            known.insert(topic.clone(), count);
        }
    }
    let mut times = BTreeMap::new();
    for (topic, partition, time) in &options.queries {
        let count = known.get(topic).copied().unwrap_or(0);
        // Of a topic that is not there -1 is told; of a partition that is not there nothing.
        if count > 0 && usize::try_from(*partition).is_ok_and(|partition| partition < count) {
            times.insert(TopicPartition::new(topic.as_str(), *partition), *time);
        } else if count > 0 {
            return fatal("offsets_for_times failed: Local: Unknown partition");
        }
    }
    let found = consumer.offsets_for_times(&times).await.map_err(|why| failed(sentence(&why)))?;
    for (topic, partition, _) in &options.queries {
        let at = found.get(&TopicPartition::new(topic.as_str(), *partition));
        let offset = at.and_then(|at| at.as_ref()).map_or(-1, |at| at.offset);
        console.line(format_args!("{topic} [{partition}] offset {offset}"));
    }
    Ok(())
}
