//! Runs a script against one coordinator. Each line is a request or an event; indented lines below it say
//! what is written (`>`) and who is told what (`=`).
//!
//! ```text
//! join WHO [as ID] [static I] [v LETTERS] [protocols a,b] [type T] [says TOPIC] [session MS] [rebalance MS]
//!      [group G]                               WHO names the request; v: v4 "must know id", v9 "skip"
//! sync WHO as ID gen N [static I] [give ID=X,ID=Y] [proto T/P]
//! heartbeat WHO as ID gen N [static I]         leave WHO [ID..] [static I]
//! commit WHO G T-P@O.. [as ID] [gen N] [in P:E] [keep MS] [note TEXT]
//! fetch WHO G [T-P..] [stable]                 forget WHO G T-P..    delete WHO G
//! end P:E commit|abort      after MS           reload                fail    (the next write fails)
//! ```
//! Ids of members are shown, and taken, as the order in which they were given: `a#1`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ottla_base::{MonoTime, Now, Uuid, WallTime};
use ottla_coordinator::{At, Coordinator, Producer, Token};
use ottla_group::record::Record;
use ottla_group::{
    Answer, Cluster, CommitOffsets, Decision, Effect, FetchOffsets, GroupTimes, Groups,
    InvalidRegex, JoinGroup, LeaveGroup, LeavingMember, NewOffset, Settings, SyncGroup, Topics,
};
use ottla_model::ErrorCode;

/// Classic groups do not look at topics.
const NO_TOPICS: Cluster<'static> = Cluster {
    topics: &NoTopics,
    times: GroupTimes {
        session_timeout_ms: 0,
        heartbeat_interval_ms: 0,
        assignment_interval_ms: 0,
    },
};

struct NoTopics;

impl Topics for NoTopics {
    fn version(&self) -> i64 {
        0
    }
    fn id(&self, _name: &str) -> Option<Uuid> {
        None
    }
    fn name(&self, _id: Uuid) -> Option<Arc<str>> {
        None
    }
    fn partitions(&self, _id: Uuid) -> Option<i32> {
        None
    }
    fn racks(&self, _id: Uuid, _partition: i32) -> Vec<String> {
        Vec::new()
    }
    fn is_resolved(&self, _regex: &str) -> bool {
        false
    }
    fn matching(&self, _regex: &str) -> Result<BTreeSet<Arc<str>>, InvalidRegex> {
        Ok(BTreeSet::new())
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        offset_metadata_units_max: 8,
        offsets_retention_ms: 7 * 24 * 3_600_000,
        offsets_retention_check_interval: Duration::from_secs(600),
        session_timeout_ms_min: 6_000,
        session_timeout_ms_max: 1_800_000,
        initial_rebalance_delay_ms: 3_000,
        members_max: 4,
        pending_joins_max: 3,
        member_bytes_max: 1000,
        consumer: ottla_group::ConsumerSettings::default(),
    }
}

/// Runs `script` and compares it with what it leads to.
pub(crate) fn check(script: &str) {
    check_after("", script);
}

/// As [`check`], after `setup`, of which nothing is compared.
pub(crate) fn check_after(setup: &str, script: &str) {
    let mut world = World::new();
    for line in setup.lines().map(str::trim).filter(|line| !line.is_empty()) {
        world.run(line, &mut String::new());
    }
    let mut out = String::new();
    for line in script.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['>', '=']) {
            continue;
        }
        let _ = writeln!(out, "{line}");
        world.run(line, &mut out);
    }
    let wanted = script.lines().map(str::trim).filter(|line| !line.is_empty());
    let wanted: String = wanted
        .map(|line| match line.starts_with(['>', '=']) {
            true => format!("  {line}\n"),
            false => format!("{line}\n"),
        })
        .collect();
    let out: String = out.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    assert_eq!(out, wanted, "\n--- the script leads to:\n{out}");
}

/// What follows a word of a line.
struct Line<'a>(Vec<&'a str>);

impl<'a> Line<'a> {
    fn named(&self, name: &str) -> Option<&'a str> {
        let at = self.0.iter().position(|word| *word == name)?;
        self.0.get(at + 1).copied()
    }

    fn number(&self, name: &str, otherwise: i32) -> i32 {
        self.named(name).map_or(otherwise, |text| text.parse().unwrap())
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains(&name)
    }
}

/// A record in the log, and whose transaction it belongs to.
type Stored = (Vec<u8>, Option<Vec<u8>>, Option<Producer>);

struct World {
    state: Groups,
    log: Vec<Stored>,
    markers: Vec<(usize, Producer, bool)>,
    ms: i64,
    asked: u64,
    who: BTreeMap<Token, String>,
    /// Ids of members and how they are shown.
    shown: Vec<(Arc<str>, String)>,
    fails: bool,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            state: Groups::new(settings(), 1),
            log: Vec::new(),
            markers: Vec::new(),
            ms: 0,
            asked: 0,
            who: BTreeMap::new(),
            shown: Vec::new(),
            fails: false,
        };
        world.state.loaded(world.now());
        world
    }

    fn now(&self) -> Now {
        Now {
            mono: MonoTime { nanos: self.ms as u64 * 1_000_000 },
            wall: WallTime { millis: self.ms },
        }
    }

    fn run(&mut self, line: &str, out: &mut String) {
        let words = Line(line.split_whitespace().collect());
        match words.0[0] {
            "after" => self.pass(words.0[1].parse().unwrap(), out),
            "reload" => self.reload(out),
            "fail" => self.fails = true,
            "end" => {
                let committed = words.0[2] == "commit";
                self.markers.push((self.log.len(), producer(words.0[1]), committed));
                let at = self.at(None);
                self.state.end_transaction(producer(words.0[1]), committed, at);
            }
            _ => {
                self.asked += 1;
                self.who.insert(Token(self.asked), words.0[1].to_owned());
                let decision = self.ask(&words, Token(self.asked));
                self.follow(decision, out);
            }
        }
    }

    fn ask(&mut self, words: &Line<'_>, token: Token) -> Decision {
        let (now, cluster) = (self.now(), NO_TOPICS);
        let group = words.named("group").unwrap_or("g");
        match words.0[0] {
            "join" => self.join(words, token, group),
            "sync" => {
                let given = words.named("give").unwrap_or_default();
                let given = given.split(',').filter_map(|one| one.split_once('='));
                let (protocol_type, protocol) =
                    words.named("proto").and_then(|it| it.split_once('/')).unzip();
                let assignments = given
                    .map(|(id, what)| (self.id(id), Bytes::copy_from_slice(what.as_bytes())))
                    .collect();
                let sync = SyncGroup {
                    group,
                    member_id: &self.id(words.named("as").unwrap()),
                    instance_id: words.named("static"),
                    generation: words.number("gen", 0),
                    protocol_type,
                    protocol,
                    assignments,
                };
                self.state.sync(now, token, sync, cluster)
            }
            "heartbeat" => {
                let id = self.id(words.named("as").unwrap());
                let generation = words.number("gen", 0);
                self.state.heartbeat(now, token, group, &id, words.named("static"), generation)
            }
            "leave" => {
                let leaving = |member_id: Arc<str>, instance_id: Option<&str>| LeavingMember {
                    member_id,
                    instance_id: instance_id.map(Into::into),
                    reason: None,
                };
                let members = match words.named("static") {
                    Some(instance) => vec![leaving("".into(), Some(instance))],
                    None => {
                        let ids = words.0[2..].iter().take_while(|word| **word != "group");
                        ids.map(|id| leaving(self.id(id), None)).collect()
                    }
                };
                self.state.leave(now, token, LeaveGroup { group, members }, cluster)
            }
            _ => self.ask_offsets(words, token),
        }
    }

    fn join(&mut self, words: &Line<'_>, token: Token, group: &str) -> Decision {
        let protocols = words.named("protocols").unwrap_or("range").split(',');
        let says = words.named("says").unwrap_or("x");
        let protocols = protocols.map(|name| (Arc::from(name), subscription(says)));
        let version = words.number("v", 3);
        let join = JoinGroup {
            group,
            member_id: &self.id(words.named("as").unwrap_or_default()),
            instance_id: words.named("static"),
            client_id: words.0[1],
            client_host: "/here",
            session_timeout_ms: words.number("session", 10_000),
            rebalance_timeout_ms: words.number("rebalance", 60_000),
            protocol_type: words.named("type").unwrap_or("consumer"),
            protocols: protocols.collect(),
            reason: None,
            must_know_id: version >= 4,
            can_skip_assignment: version >= 9,
        };
        self.state.join(self.now(), token, &join, NO_TOPICS)
    }

    fn ask_offsets(&mut self, words: &Line<'_>, token: Token) -> Decision {
        let (now, group) = (self.now(), words.0[2]);
        let named = || words.0[3..].iter().filter(|word| word.contains('-')).copied();
        match words.0[0] {
            "commit" => {
                let offsets = named().filter(|word| word.contains('@')).map(|word| {
                    let (name, offset) = word.split_once('@').unwrap();
                    let (topic, partition) = partition(name);
                    NewOffset {
                        topic,
                        topic_id: Uuid::ZERO,
                        partition,
                        offset: offset.parse().unwrap(),
                        leader_epoch: -1,
                        metadata: words.named("note").unwrap_or_default().to_owned(),
                    }
                });
                let commit = CommitOffsets {
                    group,
                    member_id: &self.id(words.named("as").unwrap_or_default()),
                    instance_id: words.named("static"),
                    generation: words.number("gen", -1),
                    retention_ms: words.named("keep").map(|ms| ms.parse().unwrap()),
                    transaction: words.named("in").map(producer),
                    knows_epochs: words.has("v9"),
                    offsets: offsets.collect(),
                };
                self.state.commit(now, token, commit)
            }
            "fetch" => {
                let partitions: Vec<_> = named().map(partition).collect();
                let fetch = FetchOffsets {
                    group,
                    member_id: None,
                    member_epoch: -1,
                    partitions: (!partitions.is_empty()).then_some(partitions),
                    require_stable: words.has("stable"),
                };
                self.state.fetch_offsets(token, &fetch)
            }
            "forget" => self.state.delete_offsets(token, group, named().map(partition).collect()),
            "delete" => self.state.delete_group(token, group),
            other => panic!("{other}?"),
        }
    }

    /// Time passes, from one deadline to the next.
    fn pass(&mut self, ms: i64, out: &mut String) {
        let end = self.ms + ms;
        while let Some(due) = self.state.next_deadline() {
            let due_ms = (due.nanos / 1_000_000) as i64;
            if due_ms > end {
                break;
            }
            self.ms = self.ms.max(due_ms);
            let decisions = self.state.tick(self.now());
            decisions.into_iter().for_each(|decision| self.follow(decision, out));
        }
        self.ms = end;
    }

    /// A new coordinator that reads the log.
    fn reload(&mut self, out: &mut String) {
        self.state = Groups::new(settings(), 2);
        for (index, (key, value, transaction)) in self.log.iter().enumerate() {
            for (before, producer, committed) in &self.markers {
                if *before == index {
                    self.state.end_transaction(*producer, *committed, at(index, None));
                }
            }
            let record = Groups::decode(key, value.as_deref()).unwrap().unwrap();
            self.state.replay(record, at(index, *transaction));
        }
        for (before, producer, committed) in &self.markers {
            if *before == self.log.len() {
                self.state.end_transaction(*producer, *committed, at(*before, None));
            }
        }
        let decisions = self.state.loaded(self.now());
        decisions.into_iter().for_each(|decision| self.follow(decision, out));
    }

    fn at(&self, transaction: Option<Producer>) -> At {
        At { timestamp: self.ms, ..at(self.log.len(), transaction) }
    }

    fn follow(&mut self, decision: Decision, out: &mut String) {
        if !decision.records.is_empty() && std::mem::take(&mut self.fails) {
            let instead = self.state.not_written(decision, ErrorCode::NotEnoughReplicas);
            return self.tell(instead, out);
        }
        for record in decision.records {
            let _ = writeln!(out, "  > {}", self.show_record(&record));
            let stored = self.state.encode(&record).unwrap();
            let at = self.at(decision.transaction);
            self.log.push((stored.key, stored.value, decision.transaction));
            if decision.is_replayed {
                self.state.replay(record, at);
            }
        }
        self.tell(decision.effects, out);
    }

    fn tell(&mut self, effects: Vec<Effect>, out: &mut String) {
        for effect in effects {
            let Effect::Answer(token, answer) = effect;
            let who = self.who.remove(&token).unwrap_or_else(|| "nobody".to_owned());
            let _ = writeln!(out, "  = {who}: {}", self.show_answer(answer));
        }
    }

    fn show_record(&mut self, record: &Record) -> String {
        match record {
            Record::OffsetCommit { group, topic, partition, committed: None } => {
                format!("{group} {topic}-{partition} forgotten")
            }
            Record::OffsetCommit { group, topic, partition, committed: Some(it) } => {
                format!("{group} {topic}-{partition} at {}", it.offset)
            }
            Record::ClassicGroup { group, metadata: None } => format!("{group} gone"),
            Record::ClassicGroup { group, metadata: Some(it) } => {
                let members: Vec<String> = it
                    .members
                    .iter()
                    .map(|one| {
                        let what = String::from_utf8_lossy(&one.assignment).into_owned();
                        format!("{}={what}", self.show(&one.member_id))
                    })
                    .collect();
                let leader = it.leader.as_ref().map_or("-".to_owned(), |id| self.show(id));
                format!(
                    "{group} gen {} {}/{} led by {leader} [{}]",
                    it.generation,
                    it.protocol_type,
                    it.protocol.as_deref().unwrap_or("-"),
                    members.join(" ")
                )
            }
            other => format!("{other:?}"),
        }
    }

    fn show_answer(&mut self, answer: Answer) -> String {
        let code = |result: Result<(), ErrorCode>| result.err().unwrap_or(ErrorCode::None).name();
        match answer {
            Answer::Joined(it) => {
                let id = self.show(&it.member_id);
                match it.result {
                    Err(code) => format!("{} as {id}", code.name()),
                    Ok(told) => {
                        let members: Vec<String> =
                            told.members.iter().map(|one| self.show(&one.member_id)).collect();
                        let skip = if told.skip_assignment { " nothing to assign" } else { "" };
                        format!(
                            "{id} in gen {} {} led by {} [{}]{skip}",
                            told.generation,
                            told.protocol.as_deref().unwrap_or("-"),
                            self.show(&told.leader),
                            members.join(" ")
                        )
                    }
                }
            }
            Answer::Beat(it) => format!("{it:?}"),
            Answer::Synced(Err(code)) => code.name().to_owned(),
            Answer::Synced(Ok(it)) => format!("has {}", String::from_utf8_lossy(&it.assignment)),
            Answer::Alive(result) | Answer::Deleted(result) => code(result).to_owned(),
            Answer::Left(Err(code)) => code.name().to_owned(),
            Answer::Left(Ok(all)) => {
                let all: Vec<_> = all.into_iter().map(|one| code(one.result)).collect();
                all.join(" ")
            }
            Answer::Partitions(Err(code)) | Answer::Fetched(Err(code)) => code.name().to_owned(),
            Answer::Partitions(Ok(all)) => {
                let all: Vec<_> = all.into_iter().map(code).collect();
                all.join(" ")
            }
            Answer::Fetched(Ok(all)) => {
                let one = |it: ottla_group::FetchedOffset| {
                    let what = match it.result {
                        Err(code) => code.name().to_owned(),
                        Ok(None) => "-".to_owned(),
                        Ok(Some(it)) => it.offset.to_string(),
                    };
                    format!("{}-{}@{what}", it.topic, it.partition)
                };
                let all: Vec<_> = all.into_iter().map(one).collect();
                all.join(" ")
            }
        }
    }

    fn show(&mut self, id: &Arc<str>) -> String {
        if id.is_empty() {
            return "-".to_owned();
        }
        if let Some((_, shown)) = self.shown.iter().find(|(known, _)| known == id) {
            return shown.clone();
        }
        // A uuid of 36 characters, and its dash.
        let prefix = id.get(..id.len().saturating_sub(37)).unwrap_or(id);
        let shown = format!("{prefix}#{}", self.shown.len() + 1);
        self.shown.push((id.clone(), shown.clone()));
        shown
    }

    fn id(&self, shown: &str) -> Arc<str> {
        let known = self.shown.iter().find(|(_, it)| it == shown);
        known.map_or_else(|| shown.into(), |(id, _)| id.clone())
    }
}

fn at(index: usize, transaction: Option<Producer>) -> At {
    At { offset: index as i64, timestamp: 0, transaction }
}

fn producer(text: &str) -> Producer {
    let (id, epoch) = text.split_once(':').unwrap();
    Producer { id: id.parse().unwrap(), epoch: epoch.parse().unwrap() }
}

fn partition(text: &str) -> (Arc<str>, i32) {
    let (topic, partition) = text.rsplit_once('-').unwrap();
    (topic.into(), partition.parse().unwrap())
}

/// What a consumer that reads `topic` sends.
fn subscription(topic: &str) -> Bytes {
    let mut bytes = vec![0, 1, 0, 0, 0, 1];
    bytes.extend((topic.len() as u16).to_be_bytes());
    bytes.extend(topic.as_bytes());
    bytes.extend([0xff; 4]);
    bytes.into()
}
