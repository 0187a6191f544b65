//! Scripts: requests and time in; records, answers and deadlines out. Members that speak the classic
//! protocol are in `classic.rs`.

mod classic;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use ottla_base::{Now, Uuid};
use ottla_coordinator::{At, Coordinator, Token};
use ottla_model::ErrorCode;

use super::*;
use crate::answer::Answer;
use crate::coordinator::{Decision, Effect, Groups, Settings};
use crate::record::{Assignment, Record};

/// Topics that tests make up.
#[derive(Default)]
pub(super) struct FakeTopics {
    version: i64,
    resolved: BTreeSet<Arc<str>>,
    by_name: BTreeMap<Arc<str>, (Uuid, Vec<Vec<String>>)>,
}

impl FakeTopics {
    pub(super) fn add(&mut self, name: &str, id: u128, racks: Vec<Vec<String>>) {
        self.version += 1;
        self.by_name.insert(name.into(), (Uuid(id.to_be_bytes()), racks));
    }

    fn racks_of(&self, id: Uuid) -> Option<&Vec<Vec<String>>> {
        self.by_name.values().find(|(known, _)| *known == id).map(|(_, racks)| racks)
    }
}

impl Topics for FakeTopics {
    fn version(&self) -> i64 {
        self.version
    }
    fn id(&self, name: &str) -> Option<Uuid> {
        self.by_name.get(name).map(|(id, _)| *id)
    }
    fn name(&self, id: Uuid) -> Option<Arc<str>> {
        self.by_name.iter().find(|(_, (known, _))| *known == id).map(|(name, _)| name.clone())
    }
    fn partitions(&self, id: Uuid) -> Option<i32> {
        self.racks_of(id).map(|racks| i32::try_from(racks.len()).unwrap())
    }
    fn racks(&self, id: Uuid, partition: i32) -> Vec<String> {
        self.racks_of(id).unwrap()[usize::try_from(partition).unwrap()].clone()
    }
    fn is_resolved(&self, regex: &str) -> bool {
        self.resolved.contains(regex)
    }
    /// An expression is a prefix here; one that begins with `*` is invalid.
    fn matching(&self, regex: &str) -> Result<BTreeSet<Arc<str>>, InvalidRegex> {
        match regex.starts_with('*') {
            true => Err(InvalidRegex("missing argument to repetition operator".to_string())),
            false => Ok(self.by_name.keys().filter(|it| it.starts_with(regex)).cloned().collect()),
        }
    }
}

fn settings() -> Settings {
    Settings {
        offset_metadata_units_max: 4096,
        offsets_retention_ms: 1_000_000_000,
        offsets_retention_check_interval: Duration::from_secs(1_000_000),
        session_timeout_ms_min: 1,
        session_timeout_ms_max: 1_000_000,
        initial_rebalance_delay_ms: 0,
        members_max: 10,
        pending_joins_max: 3,
        member_bytes_max: 1000,
        consumer: ConsumerSettings {
            times: TIMES,
            members_max: 3,
            assignors: alloc::vec![Assignor::Uniform, Assignor::Range],
            regex_refresh_interval_ms: 600_000,
            migration: crate::MigrationPolicy::Bidirectional,
        },
    }
}

const TIMES: GroupTimes = GroupTimes {
    session_timeout_ms: 45_000,
    heartbeat_interval_ms: 5000,
    assignment_interval_ms: 0,
};

struct World {
    groups: Groups,
    topics: FakeTopics,
    times: GroupTimes,
    now: Now,
    end: i64,
    out: String,
    /// Ids that the coordinator made, and who has them.
    ids: Vec<(Arc<str>, String)>,
    fails: bool,
}

impl World {
    fn new() -> Self {
        let mut now = Now::default();
        now.wall.millis = 1000;
        let mut groups = Groups::new(settings(), 7);
        groups.loaded(now);
        Self {
            groups,
            topics: FakeTopics::default(),
            times: TIMES,
            now,
            end: 0,
            out: String::new(),
            ids: Vec::new(),
            fails: false,
        }
    }

    fn command(&mut self, line: &str) {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let words: Vec<&str> = rest.split(' ').collect();
        match verb {
            "topic" => {
                let count = words[1].parse().unwrap();
                let id = u128::from(words[0].as_bytes()[0]);
                self.topics.add(words[0], id, alloc::vec![Vec::new(); count]);
            }
            "interval" => self.times.assignment_interval_ms = rest.parse().unwrap(),
            "pass" => {
                let ms: u64 = rest.parse().unwrap();
                self.now.mono = self.now.mono + Duration::from_millis(ms);
                self.now.wall.millis += i64::try_from(ms).unwrap();
                for decision in self.groups.tick(self.now) {
                    self.apply(decision);
                }
            }
            "beat" => {
                let request = request(&words);
                let makes_ids = true;
                if let Err(refusal) = request.check(makes_ids, &settings().consumer.assignors) {
                    self.say(&format!("{:?}: {}", refusal.code, refusal.message));
                    return;
                }
                let version = self.topics.version;
                self.topics.resolved = self.groups.regexes_due(self.now, &request, version);
                let decision = self.groups.consumer_heartbeat(
                    self.now,
                    Token(1),
                    &request,
                    crate::Cluster { topics: &self.topics, times: self.times },
                );
                self.apply(decision);
            }
            "restart" => {
                self.groups.timers = crate::timers::Timers::default();
                self.groups.loaded(self.now);
            }
            "state" => {
                let state = self.groups.get("g").map(|group| group.state_name());
                self.say(state.unwrap_or("none"));
            }
            "fail" => self.fails = true,
            "history" => self.show_history(),
            _ => self.classic_command(verb, &words),
        }
    }

    fn apply(&mut self, decision: Decision) {
        if !decision.records.is_empty() && core::mem::take(&mut self.fails) {
            let instead = self.groups.not_written(decision, ErrorCode::NotEnoughReplicas);
            return self.tell(instead);
        }
        for record in decision.records {
            let key = Groups::decode(
                &self.groups.encode(&record).unwrap().key,
                self.groups.encode(&record).unwrap().value.as_deref(),
            );
            assert_eq!(key.unwrap().as_ref(), Some(&record), "stored and read");
            self.say(&show_record(&record));
            let at = At { offset: self.end, timestamp: 0, transaction: None };
            self.end += 1;
            if decision.is_replayed {
                self.groups.replay(record, at);
            }
        }
        self.tell(decision.effects);
    }

    fn tell(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let Effect::Answer(_, answer) = effect;
            match answer {
                Answer::Beat(Ok(beat)) => {
                    let has = beat.assignment.as_ref().map_or("as before".to_string(), show);
                    self.say(&format!("-> {} epoch {}: {has}", beat.member_id, beat.member_epoch));
                }
                Answer::Beat(Err(refusal)) => {
                    self.say(&format!("-> {:?}: {}", refusal.code, refusal.message));
                }
                other => self.say_classic(other),
            }
        }
    }

    fn show_history(&mut self) {
        let all: Vec<crate::Rebalance> = self.groups.history().of("g").cloned().collect();
        for it in all {
            let took =
                it.took.map_or("goes on".to_string(), |took| format!("{}ms", took.as_millis()));
            let (epoch, members) = (it.generation, it.members);
            self.say(&format!("{}: {took}, epoch {epoch} of {members}", it.why));
            for one in it.changes {
                self.say(&format!("  {} {}: {}", one.member_id, one.what.name(), one.why));
            }
        }
    }

    fn say(&mut self, line: &str) {
        let mut line = line.to_string();
        for (id, who) in &self.ids {
            line = line.replace(&**id, who);
        }
        self.out.push_str("  ");
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }
}

/// `beat MEMBER EPOCH [topics=a,b] [owned=a:0,1/b:0] [regex=] [instance=] [assignor=] [rebalance=]`
fn request(words: &[&str]) -> ConsumerHeartbeat {
    let mut request = ConsumerHeartbeat {
        group: "g".into(),
        member_id: words[0].into(),
        member_epoch: words[1].parse().unwrap(),
        ..ConsumerHeartbeat::default()
    };
    for (name, value) in words[2..].iter().map(|word| word.split_once('=').unwrap()) {
        let text = || Some(Arc::from(value));
        match name {
            "topics" => {
                let names = value.split(',').filter(|it| !it.is_empty());
                request.topics = Some(names.map(Arc::from).collect());
            }
            "owned" => request.owned = Some(owned(value)),
            "regex" => request.regex = text(),
            "instance" => request.instance_id = text(),
            "assignor" => request.server_assignor = text(),
            "rebalance" => request.rebalance_timeout_ms = Some(value.parse().unwrap()),
            _ => panic!("{name}"),
        }
    }
    request
}

fn owned(text: &str) -> Assignment {
    let entry = |entry: &str| {
        let (topic, partitions) = entry.split_once(':').unwrap();
        let id = Uuid(u128::from(topic.as_bytes()[0]).to_be_bytes());
        (id, partitions.split(',').map(|it| it.parse().unwrap()).collect())
    };
    text.split('/').filter(|it| !it.is_empty()).map(entry).collect()
}

fn show(assignment: &Assignment) -> String {
    let mut entries = Vec::new();
    for (topic, partitions) in assignment {
        let partitions: Vec<String> = partitions.iter().map(ToString::to_string).collect();
        entries.push(format!("{}:{}", char::from(topic.0[15]), partitions.join(",")));
    }
    match entries.is_empty() {
        true => "nothing".to_string(),
        false => entries.join("/"),
    }
}

fn show_given(given: &BTreeMap<Uuid, BTreeMap<i32, i32>>) -> String {
    let mut entries = Vec::new();
    for (topic, partitions) in given {
        let one = |(partition, epoch): (&i32, &i32)| format!("{partition}@{epoch}");
        let partitions: Vec<String> = partitions.iter().map(one).collect();
        entries.push(format!("{}:{}", char::from(topic.0[15]), partitions.join(",")));
    }
    entries.join("/")
}

fn show_record(record: &Record) -> String {
    match record {
        Record::ConsumerGroup { epoch: Some(epoch), .. } => format!("group epoch {}", epoch.epoch),
        Record::ConsumerMember { member, subscription: Some(it), .. } => format!(
            "member {member} {:?} regex {:?} instance {:?}{}",
            it.topics,
            it.regex,
            it.instance_id,
            if it.classic.is_some() { " classic" } else { "" }
        ),
        Record::TargetEpoch { epoch: Some(epoch), .. } => {
            format!("target epoch {} at {}", epoch.epoch, epoch.timestamp)
        }
        Record::TargetAssignment { member, partitions: Some(partitions), .. } => {
            format!("target {member} {}", show(partitions))
        }
        Record::CurrentAssignment { member, current: Some(it), .. } => format!(
            "current {member} {:?} {}<-{} [{}] giving back [{}]",
            it.state,
            it.member_epoch,
            it.previous_member_epoch,
            show_given(&it.assigned),
            show_given(&it.pending_revocation)
        ),
        Record::RegularExpression { regex, resolved: Some(it), .. } => {
            format!("regex {regex} {:?}", it.topics)
        }
        Record::ConsumerMember { member, .. } => format!("no member {member}"),
        Record::TargetAssignment { member, .. } => format!("no target {member}"),
        Record::CurrentAssignment { member, .. } => format!("no current {member}"),
        Record::RegularExpression { regex, .. } => format!("no regex {regex}"),
        Record::ClassicGroup { metadata, .. } => classic::show_group(metadata.as_ref()),
        Record::ConsumerGroup { epoch: None, .. } => "no group epoch".to_string(),
        Record::TargetEpoch { epoch: None, .. } => "no target epoch".to_string(),
        Record::ConsumerPartitionMetadata { .. } => "no partition metadata".to_string(),
        Record::OffsetCommit { .. } => "offset".to_string(),
    }
}

/// Runs the commands of a script and compares it with what it says.
fn check(script: &str) {
    let mut world = World::new();
    for line in script.lines().filter(|line| !line.starts_with("  ")) {
        world.out.push_str(line);
        world.out.push('\n');
        if !line.is_empty() && !line.starts_with('#') {
            world.command(line);
        }
    }
    let (out, script) = (world.out.trim_end(), script.trim_end());
    assert!(out == script, "what came out:\n{out}\nwhat came out ends");
}

macro_rules! script {
    ($name:ident) => {
        #[test]
        fn $name() {
            check(include_str!(concat!("../../testdata/consumer/", stringify!($name), ".txt")));
        }
    };
}

script!(members_share_and_hand_over);
script!(refusals);
script!(static_members);
script!(silence_and_late_giving_back);
script!(regular_expressions);
script!(assignment_interval);
script!(topics_change);
script!(history);
script!(classic_members_join_and_leave);
script!(from_classic_to_consumer_and_back);
script!(migration_refused);
script!(static_members_change_protocol);
script!(writes_that_fail);
