//! The assignors beside Apache Kafka's.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;
use crate::protocol::{decode_assignment, encode_assignment};

fn names(text: &str) -> Vec<Arc<str>> {
    text.split_whitespace().map(Arc::from).collect()
}

/// `a:0,1 b:2`.
fn partitions(text: &str) -> Vec<TopicPartition> {
    let mut all = Vec::new();
    for entry in text.split_whitespace() {
        let (topic, numbers) = entry.split_once(':').unwrap();
        let number = |it: &str| TopicPartition::new(topic, it.parse().unwrap());
        all.extend(numbers.split(',').map(number));
    }
    all
}

fn show(partitions: &[TopicPartition]) -> String {
    let mut topics: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for it in partitions {
        topics.entry(&it.topic).or_default().push(it.partition.to_string());
    }
    let entries = topics.iter().map(|(topic, numbers)| format!("{topic}:{}", numbers.join(",")));
    entries.collect::<Vec<_>>().join(" ")
}

/// `topic NAME PARTITIONS [racks of each, comma between, - for none]`.
fn topic(words: &[&str]) -> (Arc<str>, Vec<PartitionRacks>) {
    let racks = |text: &&str| text.split(',').filter(|it| *it != "-").map(Arc::from).collect();
    let mut all: Vec<PartitionRacks> = words[2..].iter().map(racks).collect();
    all.resize(words[1].parse().unwrap(), PartitionRacks::new());
    (words[0].into(), all)
}

/// `member ID INSTANCE RACK GENERATION [old] | topics | what it had`.
fn member(assignor: Assignor, line: &str) -> GroupMember {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let words: Vec<&str> = fields[0].split(' ').collect();
    let given = |word: &str| (word != "-").then(|| Arc::from(word));
    let generation: i32 = words[3].parse().unwrap();
    let had = (fields[2] != "-").then(|| partitions(fields[2]));
    let last = had.as_deref().map(|had| (had, generation));
    let subscription = Subscription {
        topics: names(fields[1]),
        user_data: assignor.user_data(last),
        owned: if assignor.is_cooperative() { had.clone().unwrap_or_default() } else { Vec::new() },
        generation: (!words.contains(&"old") && generation >= 0).then_some(generation),
        rack: given(words[2]),
    };
    // As the leader reads it.
    let read = Subscription::decode(&subscription.encode()).unwrap();
    assert_eq!(read, subscription);
    GroupMember { member_id: words[0].into(), instance_id: given(words[1]), subscription: read }
}

/// Cases and answers as Apache Kafka 4.4 gave them (conformance/membership/Assignors.java). Of 12,000 more, one
/// differed: there Kafka fails with a NullPointerException.
#[test]
fn what_kafka_assigns_is_assigned() {
    let mut wrong = Vec::new();
    let mut cases = 0;
    for case in include_str!("../../testdata/assignors.txt").trim().split("\n\n") {
        let (title, rest) = case.split_once('\n').unwrap();
        let assignor = Assignor::named(title.rsplit(' ').next().unwrap()).unwrap();
        let (mut topics, mut members, mut expected) =
            (TopicRacks::new(), Vec::new(), String::new());
        for line in rest.lines() {
            match line.split_once(' ').unwrap() {
                ("topic", rest) => topics.extend([topic(&rest.split(' ').collect::<Vec<_>>())]),
                ("member", rest) => members.push(member(assignor, rest)),
                _ => expected += &format!("{}\n", line.trim()),
            }
        }
        let mut got = String::new();
        for (member, assigned) in assignor.assign(&topics, &members) {
            assert_eq!(decode_assignment(&encode_assignment(&assigned)).unwrap(), assigned);
            got += format!("gets {member} | {}", show(&assigned)).trim();
            got += "\n";
        }
        if got != expected {
            wrong.push(format!("{case}\n--- but ours\n{got}"));
        }
        cases += 1;
    }
    assert!(cases > 600, "{cases} cases");
    assert!(wrong.is_empty(), "{} of {cases} differ; the first:\n{}", wrong.len(), wrong[0]);
}

#[test]
fn names_are_those_of_the_wire_and_of_java() {
    for assignor in Assignor::ALL {
        assert_eq!(Assignor::named(assignor.name()), Some(assignor));
    }
    let class = "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";
    assert_eq!(Assignor::named(class), Some(Assignor::CooperativeSticky));
    assert_eq!(Assignor::named("uniform"), None);
}
