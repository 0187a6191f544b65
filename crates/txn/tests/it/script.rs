//! Runs a script against one coordinator. Each line is a request; indented lines below it say what is
//! written (`>`) and what happens (`=`).
//!
//! ```text
//! init T [as P:E] [fresh P] [timeout MS]    add T P:E a-0,b-1 [tv2]    verify T P:E a-0
//! end T P:E commit|abort [tv2] [fresh P]    markers T P:E              after MS    reload
//! level N
//! ```

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use ottla_base::{MonoTime, Now, WallTime};
use ottla_coordinator::{At, Coordinator, Producer, Token};
use ottla_model::TopicPartition;
use ottla_txn::{
    AddPartitions, Answer, Decision, Effect, EndTransaction, InitProducerId, Settings,
    TransactionVersion, Transactions,
};

pub(crate) const SETTINGS: Settings = Settings {
    timeout_ms_max: 900_000,
    id_expiration_ms: 604_800_000,
    abort_interval: Duration::from_secs(10),
    expire_interval: Duration::from_secs(3600),
    ids_max: 2,
    two_phase_commit: false,
    level: TransactionVersion::TV2,
};

/// Runs the requests of `script` and compares it with what they lead to.
pub(crate) fn check(script: &str) {
    let mut world = World::new();
    let mut out = String::new();
    for line in script.lines().map(str::trim_end) {
        if line.trim().is_empty() || line.trim_start().starts_with(['>', '=']) {
            continue;
        }
        let _ = writeln!(out, "{}", line.trim());
        world.run(line.trim(), &mut out);
    }
    let wanted: String = script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| match line.starts_with(['>', '=']) {
            true => format!("  {line}\n"),
            false => format!("{line}\n"),
        })
        .collect();
    assert_eq!(out, wanted, "\n--- the script leads to:\n{out}");
}

struct World {
    state: Transactions,
    log: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    ms: i64,
}

impl World {
    fn new() -> Self {
        Self { state: Transactions::new(SETTINGS), log: Vec::new(), ms: 0 }
    }

    fn now(&self) -> Now {
        Now {
            mono: MonoTime { nanos: self.ms as u64 * 1_000_000 },
            wall: WallTime { millis: self.ms },
        }
    }

    fn run(&mut self, line: &str, out: &mut String) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let named = |name: &str| {
            let at = words.iter().position(|word| *word == name)?;
            Some(words[at + 1])
        };
        let (now, token) = (self.now(), Token(1));
        let version = match words.contains(&"tv2") {
            true => TransactionVersion::TV2,
            false => TransactionVersion::TV0,
        };
        let decisions = match words[0] {
            "init" => vec![self.state.init_producer_id(
                now,
                token,
                InitProducerId {
                    transactional_id: words[1],
                    timeout_ms: named("timeout").map_or(60_000, |ms| ms.parse().unwrap()),
                    expected: named("as").map(producer),
                    two_phase_commit: false,
                    keep_prepared: false,
                    fresh_id: named("fresh").map(|id| id.parse().unwrap()),
                },
            )],
            "add" | "verify" => {
                let request = AddPartitions {
                    transactional_id: words[1],
                    producer: producer(words[2]),
                    partitions: partitions(words[3]),
                    version,
                };
                vec![match words[0] {
                    "add" => self.state.add_partitions(now, token, request),
                    _ => self.state.verify_partitions(token, request),
                }]
            }
            "end" => vec![self.state.end_transaction(
                now,
                token,
                EndTransaction {
                    transactional_id: words[1],
                    producer: producer(words[2]),
                    commit: words[3] == "commit",
                    version,
                    fresh_id: named("fresh").map(|id| id.parse().unwrap()),
                },
            )],
            "markers" => vec![self.state.markers_written(now, words[1], producer(words[2]))],
            "after" => {
                self.ms += words[1].parse::<i64>().unwrap();
                self.state.tick(self.now())
            }
            "level" => {
                self.state.set_level(TransactionVersion(words[1].parse().unwrap()));
                Vec::new()
            }
            "reload" => self.reload(),
            other => panic!("{other}?"),
        };
        decisions.into_iter().for_each(|decision| self.follow(decision, out));
    }

    /// A new coordinator that reads the log.
    fn reload(&mut self) -> Vec<Decision> {
        self.state = Transactions::new(SETTINGS);
        for (key, value) in &self.log {
            let record = Transactions::decode(key, value.as_deref()).unwrap().unwrap();
            self.state.replay(record, AT);
        }
        self.state.loaded(self.now())
    }

    fn follow(&mut self, decision: Decision, out: &mut String) {
        for record in decision.records {
            let stored = self.state.encode(&record).unwrap();
            match &record.transaction {
                None => writeln!(out, "  > {} forgotten", record.transactional_id),
                Some(it) => {
                    let partitions: Vec<String> =
                        it.partitions.iter().map(ToString::to_string).collect();
                    let next = match it.next_producer_id {
                        -1 => String::new(),
                        next => format!(" next {next}"),
                    };
                    writeln!(
                        out,
                        "  > {} {}:{}{next} {} [{}] since {}",
                        record.transactional_id,
                        it.producer_id,
                        it.producer_epoch,
                        it.state.name(),
                        partitions.join(" "),
                        it.started_ms,
                    )
                }
            }
            .unwrap();
            self.log.push((stored.key, stored.value));
            self.state.replay(record, AT);
        }
        for effect in decision.effects {
            match effect {
                Effect::Answer(_, Answer::Producer(Ok(it))) => {
                    writeln!(out, "  = go on as {}:{}", it.id, it.epoch)
                }
                Effect::Answer(_, Answer::Producer(Err(code))) => {
                    writeln!(out, "  = {}", code.name())
                }
                Effect::Answer(_, Answer::NeedsProducerId) => writeln!(out, "  = needs an id"),
                Effect::Answer(_, Answer::Added(Ok(()))) => writeln!(out, "  = added"),
                Effect::Answer(_, Answer::Added(Err(code))) => writeln!(out, "  = {}", code.name()),
                Effect::Answer(_, Answer::Verified(verdicts)) => {
                    for (partition, verdict) in verdicts {
                        let verdict = verdict.map_or_else(|code| code.name(), |()| "NONE");
                        writeln!(out, "  = {partition} {verdict}").unwrap();
                    }
                    Ok(())
                }
                Effect::WriteMarkers(it) => {
                    let partitions: Vec<String> =
                        it.partitions.iter().map(ToString::to_string).collect();
                    let what = if it.committed { "commit" } else { "abort" };
                    let (id, epoch) = (it.producer.id, it.producer.epoch);
                    writeln!(out, "  = mark {what} {id}:{epoch} in [{}]", partitions.join(" "))
                }
            }
            .unwrap();
        }
    }
}

const AT: At = At { offset: 0, timestamp: 0, transaction: None };

fn producer(text: &str) -> Producer {
    let (id, epoch) = text.split_once(':').unwrap();
    Producer { id: id.parse().unwrap(), epoch: epoch.parse().unwrap() }
}

fn partitions(text: &str) -> BTreeSet<TopicPartition> {
    let one = |text: &str| {
        let (topic, partition) = text.rsplit_once('-').unwrap();
        TopicPartition::new(topic, partition.parse().unwrap())
    };
    text.split(',').map(one).collect()
}
