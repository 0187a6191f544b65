//! The words of scripts: partitions as `a:0,1/b:2`, effects as a line each.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use ottla_model::{TopicPartition, Uuid};

use crate::protocol::{Subscription, decode_assignment};
use crate::{Effect, GroupRequest, IdPartitions};

/// The value of `key=` among `words`.
pub(super) fn given<'a>(words: &[&'a str], key: &str) -> Option<&'a str> {
    words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
}

pub(super) fn partitions(text: &str) -> BTreeSet<TopicPartition> {
    let mut all = BTreeSet::new();
    for entry in text.split('/').filter(|it| !it.is_empty() && *it != "nothing") {
        let (topic, numbers) = entry.split_once(':').unwrap();
        let number = |it: &str| TopicPartition::new(topic, it.parse().unwrap());
        all.extend(numbers.split(',').map(number));
    }
    all
}

pub(super) fn show<'a>(partitions: impl IntoIterator<Item = &'a TopicPartition>) -> String {
    let mut topics: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for it in partitions {
        topics.entry(&it.topic).or_default().push(it.partition.to_string());
    }
    let entry = |(topic, numbers): (&&str, &Vec<String>)| format!("{topic}:{}", numbers.join(","));
    let entries: Vec<String> = topics.iter().map(entry).collect();
    if entries.is_empty() { "nothing".to_string() } else { entries.join("/") }
}

/// The id of a topic with a name of one letter.
pub(super) fn id_of(name: &str) -> Uuid {
    Uuid(u128::from(name.as_bytes()[0]).to_be_bytes())
}

pub(super) fn ids(text: &str) -> IdPartitions {
    let mut all = IdPartitions::new();
    for it in partitions(text) {
        all.entry(id_of(&it.topic)).or_default().insert(it.partition);
    }
    all
}

fn show_ids(all: &IdPartitions) -> String {
    let mut named = BTreeSet::new();
    for (id, numbers) in all {
        let name = char::from(id.0[15]).to_string();
        named.extend(numbers.iter().map(|it| TopicPartition::new(name.as_str(), *it)));
    }
    show(&named)
}

pub(super) fn show_effect(effect: &Effect) -> String {
    match effect {
        Effect::Send(request) => format!("send {}", show_request(request)),
        Effect::ForgetCoordinator => "forget the coordinator".to_string(),
        Effect::Revoke(them) => format!("revoke {}", show(them)),
        Effect::Lost(them) => format!("lost {}", show(them)),
        Effect::Assign(them) => format!("assign {}", show(them)),
        Effect::FindTopics(topics) => format!("find {topics:?}"),
        Effect::NameTopics(topics) => {
            let names = topics.iter().map(|id| char::from(id.0[15]));
            format!("name {}", names.collect::<String>())
        }
        Effect::Report(it) => format!("report {}: {}", it.code, it.message),
        Effect::Fail(it) => format!("fail {}: {}", it.code, it.message),
        Effect::Left => "left".to_string(),
    }
}

fn show_request(request: &GroupRequest) -> String {
    match request {
        GroupRequest::Join(join) => {
            let (_, bytes) = &join.protocols[0];
            let names: Vec<&str> = join.protocols.iter().map(|(name, _)| *name).collect();
            let subscription = Subscription::decode(bytes).unwrap();
            format!(
                "join as {:?} by {} topics {:?} owned {} of {:?}, because {:?}",
                join.member_id,
                names.join(","),
                subscription.topics,
                show(&subscription.owned),
                subscription.generation,
                join.reason
            )
        }
        GroupRequest::Sync(sync) => {
            let mut line = format!("sync {} {}", sync.generation.generation, sync.protocol);
            for (member, bytes) in &sync.assignments {
                line += &format!(" {member}={}", show(&decode_assignment(bytes).unwrap()));
            }
            line
        }
        GroupRequest::Heartbeat(at) => format!("heartbeat {} {:?}", at.generation, at.member_id),
        GroupRequest::Leave(leave) => format!("leave {:?}: {}", leave.member_id, leave.reason),
        GroupRequest::ConsumerHeartbeat(beat) => {
            let mut line = format!("beat {} {}", beat.member_id, beat.epoch);
            let texts = [
                ("instance", &beat.instance_id),
                ("rack", &beat.rack),
                ("regex", &beat.regex),
                ("assignor", &beat.assignor),
            ];
            for (name, text) in texts {
                line += &text.as_ref().map(|it| format!(" {name}={it}")).unwrap_or_default();
            }
            if let Some(topics) = &beat.topics {
                line += &format!(" topics={topics:?}");
            }
            if let Some(owned) = &beat.owned {
                line += &format!(" owned={}", show_ids(owned));
            }
            line
        }
    }
}
