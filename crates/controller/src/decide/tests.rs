//! Scripts of `testdata/*.txt`: paragraphs of commands, each followed by `----` and what was
//! decided. `OTTLA_REWRITE=1 cargo test` writes the traces anew; the diff is what gets reviewed.

extern crate std;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use ottla_base::{Rng, Uuid};
use ottla_model::ErrorCode;

use super::*;
use crate::image::{ConfigResource, Endpoint, Image, Partition, ResourceType};
use crate::record::{PartitionChange, Record};

#[test]
fn topics() {
    check("topics");
}

#[test]
fn one_node_stops_and_starts() {
    check("one_node_stops_and_starts");
}

#[test]
fn three_nodes_come_and_go() {
    check("three_nodes_come_and_go");
}

#[test]
fn log_dirs_fail_and_come_back() {
    check("log_dirs_fail_and_come_back");
}

#[test]
fn features() {
    check("features");
}

#[test]
fn configs() {
    check("configs");
}

fn check(name: &str) {
    let path = format!("{}/testdata/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let script = std::fs::read_to_string(&path).unwrap();
    let mut cluster = Cluster::new();
    let mut traced = Vec::new();
    for paragraph in script.trim_end().split("\n\n") {
        let input = paragraph.split("\n----").next().unwrap_or_default();
        let mut trace = String::new();
        for line in input.lines().filter(|line| !line.starts_with('#')) {
            trace.push_str(&cluster.run(line));
        }
        traced.push(format!("{input}\n----\n{}", trace.trim_end()));
    }
    let traced = traced.join("\n\n") + "\n";
    if std::env::var_os("OTTLA_REWRITE").is_some() {
        std::fs::write(&path, traced).unwrap();
    } else {
        assert_eq!(script, traced, "{name}: OTTLA_REWRITE=1 accepts the new trace");
    }
}

/// The rules of three settings.
struct Rules;

impl ConfigRules for Rules {
    fn check(
        &self,
        _: &Image,
        _: &ConfigResource,
        _: &Settled,
        after: &Settled,
    ) -> Result<(), Fault> {
        let known = ["cleanup.policy", "min.insync.replicas", "retention.ms"];
        match after.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Fault::new(
                ErrorCode::InvalidConfig,
                format!("Unknown topic config name: {name}"),
            )),
            None => Ok(()),
        }
    }

    fn is_list(&self, _: ResourceType, name: &str) -> bool {
        name == "cleanup.policy"
    }

    fn list_default(&self, _: ResourceType, name: &str) -> Option<String> {
        (name == "cleanup.policy").then(|| "delete".into())
    }
}

struct Cluster {
    image: Image,
    settings: Settings,
    rng: Rng,
}

impl Cluster {
    fn new() -> Self {
        Self { image: Image::empty(), settings: Settings::default(), rng: Rng::new(1) }
    }

    fn run(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some((verb, args)) = words.split_first() else { return String::new() };
        let answer = match *verb {
            "cluster" => {
                let mut records = bootstrap_records();
                elr_safety_records(&self.image, &self.settings, &mut records);
                self.done(Ok(Decision { records, response: () }))
            }
            "register" => self.register(args),
            "unfence" => {
                let decided =
                    unfence_broker(&self.image, &self.settings, id(args), self.epoch(args));
                self.done(decided)
            }
            "fence" => {
                let decided = fence_broker(&self.image, &self.settings, id(args), self.epoch(args));
                self.done(decided)
            }
            "offline" => self.offline(args),
            "assign" => self.assign(args),
            "stop" => {
                let (id, epoch) = (id(args), self.epoch(args));
                let decided = begin_controlled_shutdown(&self.image, &self.settings, id, epoch);
                self.done(decided)
            }
            "suspend" => {
                match suspend_broker(&self.image, &self.settings, id(args), self.epoch(args)) {
                    Ok(Some(decision)) => self.done(Ok(decision)),
                    Ok(None) => "  there are others\n".into(),
                    Err(fault) => format!("  {}\n", show_fault(&fault)),
                }
            }
            "unregister" => {
                let decided = unregister_broker(&self.image, &self.settings, id(args));
                self.done(decided)
            }
            "create" => self.create(args),
            "grow" => self.grow(args),
            "delete" => {
                let known = self.image.topic(args[0]).map(|topic| topic.id);
                let decided = delete_topics(&self.image, &[known.unwrap_or(Uuid([9; 16]))]);
                self.each(decided, |(_, result)| show(&result))
            }
            "elect" => self.elect(args),
            "isr" => self.isr(args),
            "feature" => self.feature(args),
            "config" => self.config(args),
            "ids" => {
                let decided = allocate_producer_ids(&self.image, id(args), self.epoch(args));
                self.done(decided)
            }
            other => panic!("no command {other}"),
        };
        format!("{line}\n{answer}")
    }

    fn epoch(&self, args: &[&str]) -> i64 {
        let registered = self.image.brokers.get(&id(args)).map_or(-1, |broker| broker.epoch);
        option(args, "epoch").map_or(registered, |epoch| epoch.parse().unwrap())
    }

    fn register(&mut self, args: &[&str]) -> String {
        let number = id(args);
        let directories = option(args, "dirs").map_or(1, |count| count.parse().unwrap());
        let request = RegisterBroker {
            id: number,
            incarnation_id: Uuid::from_low(self.rng.next_u64()),
            endpoints: [Endpoint {
                name: "PLAINTEXT".into(),
                host: "host".into(),
                port: 9092,
                security_protocol: 0,
            }]
            .into(),
            features: supported_features(),
            rack: option(args, "rack").map(Into::into),
            directories: (0..directories).map(|dir| directory(args, dir)).collect(),
            cordoned_directories: None,
            previous_broker_epoch: option(args, "previous").map_or(-1, |e| e.parse().unwrap()),
        };
        let (image, settings, offset) = (&self.image, &self.settings, self.image.offset);
        if args.contains(&"resume") {
            return match resume_broker(image, settings, offset, &request) {
                Ok(Some(decision)) => self.done(Ok(decision)),
                Ok(None) => "  has to register\n".into(),
                Err(fault) => format!("  {}\n", show_fault(&fault)),
            };
        }
        let decided = register_broker(image, settings, offset, &request);
        self.done(decided)
    }

    fn offline(&mut self, args: &[&str]) -> String {
        let dirs: Vec<Uuid> = numbers(args[1]).iter().map(|dir| directory(args, *dir)).collect();
        let (id, epoch) = (id(args), self.epoch(args));
        self.done(directories_offline(&self.image, &self.settings, id, epoch, &dirs))
    }

    fn assign(&mut self, args: &[&str]) -> String {
        let topic = self.image.topic(args[1]).unwrap().id;
        let to = [(topic, args[2].parse().unwrap(), directory(args, args[3].parse().unwrap()))];
        let (id, epoch) = (id(args), self.epoch(args));
        match assign_directories(&self.image, &self.settings, id, epoch, &to) {
            Ok(decided) => self.each(decided, |assigned| show(&assigned)),
            Err(fault) => format!("  {}\n", show_fault(&fault)),
        }
    }

    fn create(&mut self, args: &[&str]) -> String {
        let number =
            |name: &str| option(args, name).map_or(-1, |value| value.parse::<i32>().unwrap());
        let assignments = option(args, "assign").into_iter().flat_map(|text| text.split(';'));
        let configs = args.iter().filter_map(|arg| arg.strip_prefix("config:"));
        let topic = NewTopic {
            name: args[0].trim_matches('"').into(),
            partitions: number("partitions"),
            replication_factor: number("rf") as i16,
            assignments: assignments
                .map(|text| {
                    let (index, ids) = text.split_once(':').unwrap();
                    (index.parse().unwrap(), numbers(ids))
                })
                .collect(),
            configs: configs
                .map(|text| {
                    let (name, value) = text.split_once('=').unwrap();
                    (name.into(), (value != "null").then(|| value.into()))
                })
                .collect(),
        };
        let validate_only = args.contains(&"validate");
        let (image, settings) = (&self.image, &self.settings);
        let decided =
            create_topics(image, settings, &Rules, &mut self.rng, &[topic], validate_only);
        match decided {
            Ok(decided) => self.each(decided, |(_, created)| match created {
                Ok(created) => format!(
                    "created {} partitions of {} replicas",
                    created.partitions, created.replication_factor
                ),
                Err(fault) => show_fault(&fault),
            }),
            Err(fault) => format!("  {}\n", show_fault(&fault)),
        }
    }

    fn grow(&mut self, args: &[&str]) -> String {
        let topic = MorePartitions {
            name: args[0].into(),
            count: args[1].parse().unwrap(),
            assignments: option(args, "assign").map(|text| text.split(';').map(numbers).collect()),
        };
        match create_partitions(&self.image, &mut self.rng, &[topic], false) {
            Ok(decided) => self.each(decided, |(_, grown)| show(&grown)),
            Err(fault) => format!("  {}\n", show_fault(&fault)),
        }
    }

    fn elect(&mut self, args: &[&str]) -> String {
        let election = match args[0] {
            "preferred" => ElectionType::Preferred,
            _ => ElectionType::Unclean,
        };
        let asked = args.get(1).map(|topic| vec![(topic.to_string(), args[2].parse().unwrap())]);
        let decided = elect_leaders(&self.image, &self.settings, election, asked.as_deref());
        self.each(decided, |(topic, index, elected)| format!("{topic}-{index} {}", show(&elected)))
    }

    fn isr(&mut self, args: &[&str]) -> String {
        let topic = self.image.topic(args[0]).unwrap();
        let index = args[1].parse().unwrap();
        let partition = topic.partitions.get(&index).unwrap();
        let number = |name: &str, or: i32| option(args, name).map_or(or, |v| v.parse().unwrap());
        let request = AlterPartition {
            topic_id: topic.id,
            index,
            leader_epoch: number("leader-epoch", partition.leader_epoch),
            partition_epoch: number("partition-epoch", partition.partition_epoch),
            isr: numbers(args[2]),
            leader_recovery_state: 0,
        };
        let sender = number("from", partition.leader);
        let epoch = self.image.brokers.get(&sender).map_or(-1, |broker| broker.epoch);
        let decided = alter_partition(&self.image, &self.settings, sender, epoch, &request);
        self.done(decided.map(|decision| Decision { records: decision.records, response: () }))
    }

    fn feature(&mut self, args: &[&str]) -> String {
        let upgrade = match args[2] {
            "up" => UpgradeType::Upgrade,
            "safe" => UpgradeType::SafeDowngrade,
            "unsafe" => UpgradeType::UnsafeDowngrade,
            _ => UpgradeType::Unknown,
        };
        let update =
            FeatureUpdate { name: args[0].into(), level: args[1].parse().unwrap(), upgrade };
        let decided = update_features(&self.image, &self.settings, 1, &[update], false);
        self.done(decided)
    }

    fn config(&mut self, args: &[&str]) -> String {
        let name = args[1].trim_matches('"');
        let resource = match args[0] {
            "topic" => ConfigResource::topic(name),
            _ => ConfigResource::broker(name),
        };
        if args[2] == "replace" {
            let all = args[3..].iter().filter_map(|text| text.split_once('='));
            let all = all.map(|(name, value)| (name.into(), Some(value.into()))).collect();
            let decided = legacy_alter_configs(&self.image, &Rules, &[(resource, all)], false);
            return self.each(decided, |(_, altered)| show(&altered));
        }
        let op = match args[2] {
            "set" => ConfigOp::Set,
            "delete" => ConfigOp::Delete,
            "append" => ConfigOp::Append,
            _ => ConfigOp::Subtract,
        };
        let value = args.get(4).filter(|value| **value != "null").map(|value| value.to_string());
        let change = ConfigChange { name: args[3].into(), op, value };
        let decided = alter_configs(&self.image, &Rules, &[(resource, vec![change])], false);
        self.each(decided, |(_, altered)| show(&altered))
    }

    fn done<R: core::fmt::Debug>(&mut self, decided: Result<Decision<R>, Fault>) -> String {
        match decided {
            Ok(Decision { records, response }) => {
                format!("{}  {response:?}\n", self.replay(&records))
            }
            Err(fault) => format!("  {}\n", show_fault(&fault)),
        }
    }

    fn each<R>(&mut self, decided: Decision<Vec<R>>, show: impl Fn(R) -> String) -> String {
        let mut trace = self.replay(&decided.records);
        for response in decided.response {
            trace.push_str(&format!("  {}\n", show(response)));
        }
        trace
    }

    fn replay(&mut self, records: &[Record]) -> String {
        let mut trace = String::new();
        for record in records {
            trace.push_str(&format!("  + {}\n", self.show_record(record)));
            self.image.replay(record).unwrap();
            self.image.offset += 1;
        }
        trace
    }

    fn show_record(&self, record: &Record) -> String {
        let name = |id: &Uuid| {
            self.image.topic_by_id(*id).map_or("new".into(), |topic| topic.name.to_string())
        };
        match record {
            Record::Topic { name, .. } => format!("Topic {name}"),
            Record::RemoveTopic { topic_id } => format!("RemoveTopic {}", name(topic_id)),
            Record::Partition { topic_id, index, partition } => {
                format!("Partition {}-{index} {}", name(topic_id), show_partition(partition))
            }
            Record::PartitionChange { topic_id, index, change } => {
                format!("PartitionChange {}-{index}{}", name(topic_id), show_change(change))
            }
            Record::Config { resource, name, value } => {
                format!("Config {resource} {name}={value:?}")
            }
            Record::RegisterBroker(broker) => {
                format!(
                    "RegisterBroker {} epoch={} fenced={}",
                    broker.id, broker.epoch, broker.fenced
                )
            }
            other => format!("{other:?}"),
        }
    }
}

fn id(args: &[&str]) -> i32 {
    args[0].parse().unwrap()
}

/// One of the directories that the broker registers.
fn directory(args: &[&str], number: i32) -> Uuid {
    Uuid::from_low(1000 * id(args) as u64 + number as u64)
}

fn option<'a>(args: &[&'a str], name: &str) -> Option<&'a str> {
    args.iter().find_map(|arg| arg.strip_prefix(name)?.strip_prefix('='))
}

fn numbers(text: &str) -> Vec<i32> {
    text.split(',').filter(|part| !part.is_empty()).map(|part| part.parse().unwrap()).collect()
}

fn show_partition(partition: &Partition) -> String {
    format!(
        "replicas={:?} isr={:?} leader={} epoch={}",
        partition.replicas, partition.isr, partition.leader, partition.leader_epoch
    )
}

fn show_change(change: &PartitionChange) -> String {
    let mut text = String::new();
    let mut list = |name: &str, ids: &Option<alloc::sync::Arc<[i32]>>| {
        if let Some(ids) = ids {
            text.push_str(&format!(" {name}={ids:?}"));
        }
    };
    list("isr", &change.isr);
    list("elr", &change.elr);
    list("last-known-elr", &change.last_known_elr);
    if let Some(leader) = change.leader {
        text.push_str(&format!(" leader={leader}"));
    }
    if let Some(state) = change.leader_recovery_state {
        text.push_str(&format!(" recovery={state}"));
    }
    text
}

fn show(result: &Result<(), Fault>) -> String {
    match result {
        Ok(()) => "ok".into(),
        Err(fault) => show_fault(fault),
    }
}

fn show_fault(fault: &Fault) -> String {
    format!("{} {}", fault.code.name(), fault.message.as_deref().unwrap_or("-"))
}
