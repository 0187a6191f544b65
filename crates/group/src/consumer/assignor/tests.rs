//! The assignors beside Apache Kafka's, and what holds for any assignment.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::{Rng, Uuid};

use super::{Assignor, MemberSpec, Spec};
use crate::record::Assignment;

fn topic(number: u64) -> Uuid {
    Uuid(u128::from(number).to_be_bytes())
}

fn parse_assignment(text: &str) -> Assignment {
    let entry = |entry: &str| {
        let (id, partitions) = entry.split_once(':').unwrap();
        let partitions = partitions.split(',').map(|it| it.parse().unwrap()).collect();
        (topic(id.parse().unwrap()), partitions)
    };
    text.split_whitespace().map(entry).collect()
}

fn show(assignment: &Assignment) -> String {
    let mut entries = Vec::new();
    for (topic, partitions) in assignment {
        let partitions: Vec<String> = partitions.iter().map(ToString::to_string).collect();
        entries.push(format!("{}:{}", u128::from_be_bytes(topic.0), partitions.join(",")));
    }
    entries.join(" ")
}

/// Cases and answers as the assignors of Apache Kafka 4.4 gave them, members in order of their ids.
#[test]
fn what_kafka_assigns_is_assigned() {
    for case in include_str!("../../../testdata/assignors.txt").trim().split("\n\n") {
        let mut assignor = Assignor::Uniform;
        let (mut spec, mut expected, mut title) = (Spec::default(), Vec::new(), "");
        for line in case.lines() {
            match line.split_once(' ').unwrap() {
                ("case", rest) => {
                    title = rest;
                    assignor = Assignor::named(rest.split(' ').nth(1).unwrap()).unwrap();
                    spec.all_alike = rest.ends_with("alike");
                }
                ("topic", rest) => {
                    let (id, count) = rest.split_once(' ').unwrap();
                    spec.partitions.insert(topic(id.parse().unwrap()), count.parse().unwrap());
                }
                ("member", rest) => {
                    let mut fields = rest.split('|');
                    let (id, instance) = fields.next().unwrap().trim().split_once(' ').unwrap();
                    let topics = fields.next().unwrap().split_whitespace();
                    let member = MemberSpec {
                        instance_id: (instance != "-").then(|| instance.into()),
                        topics: topics.map(|id| topic(id.parse().unwrap())).collect(),
                        target: parse_assignment(fields.next().unwrap()),
                    };
                    spec.members.insert(id.into(), member);
                }
                (_, rest) => expected.push(rest.trim().to_string()),
            }
        }
        let assigned = assignor.assign(&spec);
        let none = Assignment::new();
        let line = |id: &Arc<str>| {
            let line = format!("{id} | {}", show(assigned.get(id).unwrap_or(&none)));
            line.trim().to_string()
        };
        let lines: Vec<String> = spec.members.keys().map(line).collect();
        assert_eq!(lines, expected, "case {title}");
    }
}

#[test]
fn every_partition_has_one_reader_through_joins_and_leaves() {
    for seed in 0..150 {
        let mut rng = Rng::new(seed);
        let assignor = if rng.chance(1, 2) { Assignor::Uniform } else { Assignor::Range };
        let mut spec = Spec { all_alike: rng.chance(1, 2), ..Spec::default() };
        let topics = rng.range(1, 6);
        for id in 0..topics {
            spec.partitions.insert(topic(id), i32::try_from(rng.range(1, 20)).unwrap());
        }
        for step in 0..12 {
            change(&mut spec, &mut rng, step, topics);
            let assigned = assignor.assign(&spec);
            check_complete(&spec, &assigned, seed);
            if assignor == Assignor::Uniform && spec.all_alike {
                check_balanced_and_sticky(&spec, &assigned, seed);
            }
            for (id, member) in &mut spec.members {
                member.target = assigned.get(id).cloned().unwrap_or_default();
            }
        }
    }
}

fn change(spec: &mut Spec, rng: &mut Rng, step: u64, topics: u64) {
    if rng.chance(1, 3) && spec.members.len() > 1 {
        let at = usize::try_from(rng.below(spec.members.len() as u64)).unwrap();
        let gone = spec.members.keys().nth(at).cloned().unwrap();
        spec.members.remove(&gone);
        return;
    }
    let wants = |id: &u64, rng: &mut Rng| spec.all_alike || *id == 0 || rng.chance(2, 3);
    let topics: BTreeSet<Uuid> = (0..topics).filter(|id| wants(id, rng)).map(topic).collect();
    let id = format!("m{}-{step}", rng.below(10));
    spec.members.insert(id.into(), MemberSpec { topics, ..MemberSpec::default() });
}

/// Each partition of a topic that somebody wants has exactly one reader, who wants it.
fn check_complete(spec: &Spec, assigned: &BTreeMap<Arc<str>, Assignment>, seed: u64) {
    let mut read = BTreeSet::new();
    for (id, assignment) in assigned {
        for (topic, partitions) in assignment {
            assert!(spec.members[id].topics.contains(topic), "seed {seed}");
            for partition in partitions {
                assert!(read.insert((*topic, *partition)), "seed {seed}: two readers");
            }
        }
    }
    let wanted: BTreeSet<Uuid> =
        spec.members.values().flat_map(|member| member.topics.iter().copied()).collect();
    let count: i32 = wanted.iter().map(|topic| spec.partitions[topic]).sum();
    assert_eq!(read.len(), usize::try_from(count).unwrap(), "seed {seed}: no reader");
}

/// Counts differ by one at most, and whoever has room keeps all that it had.
fn check_balanced_and_sticky(spec: &Spec, assigned: &BTreeMap<Arc<str>, Assignment>, seed: u64) {
    let count = |assignment: &Assignment| assignment.values().map(BTreeSet::len).sum::<usize>();
    let counts: Vec<usize> = assigned.values().map(count).collect();
    let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
    assert!(most - least <= 1, "seed {seed}: {counts:?}");
    for (id, member) in &spec.members {
        if count(&member.target) <= *least {
            for (topic, partitions) in &member.target {
                assert!(partitions.is_subset(&assigned[id][topic]), "seed {seed}: {id} moved");
            }
        }
    }
}
