//! Positions and fetch sessions.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use ottla_base::{MonoTime, WallTime};
use ottla_model::{ErrorCode, TopicPartition, Uuid};

use super::check;
use super::words::{given, id_of, partitions, show};
use crate::*;

fn one(word: &str) -> TopicPartition {
    partitions(word).into_iter().next().unwrap()
}

fn number<T: core::str::FromStr<Err: core::fmt::Debug>>(word: &str) -> T {
    word.parse().unwrap()
}

fn position(word: &str) -> Position {
    let (offset, epoch) = word.split_once('e').unwrap_or((word, ""));
    Position { offset: number(offset), epoch: epoch.parse().ok() }
}

fn show_position(it: Position) -> String {
    let epoch = it.epoch.map(|epoch| format!("e{epoch}")).unwrap_or_default();
    format!("{}{epoch}", it.offset)
}

const NOW: MonoTime = MonoTime { nanos: 0 };
const WALL: WallTime = WallTime { millis: 10_000 };

/// What is to be asked about partitions, and what can be fetched.
fn state(positions: &Positions) -> Vec<String> {
    let mut lines = Vec::new();
    for it in positions.unknown(NOW).into_keys() {
        lines.push(format!("{it} committed?"));
    }
    for (it, to, _) in positions.resets(NOW) {
        lines.push(format!("{it} reset to {to:?}"));
    }
    for (it, at, epoch, _) in positions.doubted(NOW) {
        lines.push(format!("{it} doubted at {} under epoch {epoch}", show_position(at)));
    }
    for (it, at) in positions.fetchable(NOW) {
        let replica = at.replica.map(|it| format!(" of node {it}")).unwrap_or_default();
        lines.push(format!("{it} fetch from {}{replica}", show_position(at.from)));
    }
    lines
}

/// Up to where it was fetched.
fn fetched(positions: &Positions, partition: &TopicPartition) -> i64 {
    let mut all = positions.fetchable(NOW);
    all.find(|(it, _)| *it == partition).map_or(0, |(_, at)| at.from.offset)
}

fn version(positions: &Positions, partition: &TopicPartition) -> u64 {
    let resets = positions.resets(NOW).into_iter().map(|(it, _, version)| (it, version));
    let doubted = positions.doubted(NOW).into_iter().map(|(it, _, _, version)| (it, version));
    let fetch = positions.fetchable(NOW).map(|(it, at)| (it.clone(), at.version));
    let unknown = positions.unknown(NOW);
    let all: BTreeMap<TopicPartition, u64> =
        resets.chain(doubted).chain(fetch).chain(unknown).collect();
    all.get(partition).copied().unwrap_or_default()
}

fn run_positions(positions: &mut Positions, verb: &str, words: &[&str]) -> Vec<String> {
    let partition = words.first().filter(|word| word.contains(':')).map(|word| one(word));
    let partition = partition.unwrap_or_else(|| TopicPartition::new("none", 0));
    let known = version(positions, &partition);
    let said = match verb {
        "reset" => {
            *positions = Positions::new(match words[0] {
                "earliest" => OffsetReset::Earliest,
                "latest" => OffsetReset::Latest,
                "none" => OffsetReset::None,
                ms => OffsetReset::ByDuration(Duration::from_millis(number(ms))),
            });
            return Vec::new();
        }
        "assign" => {
            positions.assign(&partitions(words[0]));
            String::new()
        }
        "seek" => positions.seek(&partition, position(words[1])).to_string(),
        "pause" => positions.pause(&partition, words[1] == "on").to_string(),
        "fetched" => {
            let from = fetched(positions, &partition);
            positions.fetched(&partition, known, from, position(words[1])).to_string()
        }
        "late" => {
            let from = fetched(positions, &partition);
            positions.fetched(&partition, known - 1, from, position(words[1])).to_string()
        }
        // Another node was asked from here, and answers now.
        "other" => {
            let (from, next) = (number(words[1]), position(words[2]));
            positions.fetched(&partition, known, from, next).to_string()
        }
        "consumed" => {
            positions.consumed(&partition, known, position(words[1]));
            format!("at {:?}", positions.position(&partition).map(show_position))
        }
        "ends" => {
            let ends: Vec<i64> = words[1..].iter().map(|it| number(it)).collect();
            let ends = Ends { log_start: ends[0], last_stable: ends[1], high_watermark: ends[2] };
            positions.ends(&partition, ends);
            let lag = |committed| positions.lag(&partition, committed);
            format!("lag {:?}, of what is committed {:?}", lag(false), lag(true))
        }
        "prefer" => {
            let until = NOW + Duration::from_secs(300);
            positions.prefer(&partition, Some((number(words[1]), until)));
            String::new()
        }
        other => answered(positions, &partition, known, other, words),
    };
    let mut lines: Vec<String> = Some(said).into_iter().filter(|it| !it.is_empty()).collect();
    lines.extend(state(positions));
    lines
}

/// What brokers answer.
fn answered(
    positions: &mut Positions,
    partition: &TopicPartition,
    known: u64,
    verb: &str,
    words: &[&str],
) -> String {
    match verb {
        "committed" | "late-committed" => {
            let at = (words[1] != "-").then(|| position(words[1]));
            let asked = if verb == "committed" { known } else { known - 1 };
            positions
                .committed(partition, asked, at, WALL)
                .map_or_else(|it| format!("{it:?}"), |()| String::new())
        }
        "found" => {
            let at = (words[1] != "-").then(|| position(words[1]));
            positions.reset_found(partition, known, at);
            String::new()
        }
        "leader" => {
            positions.leader_epoch(partition, number(words[1]));
            String::new()
        }
        "confirmed" => {
            let ends = (number(words[1]), number(words[2]));
            match positions.confirmed(partition, known, ends.0, ends.1, WALL) {
                Ok(None) => String::new(),
                Ok(Some(it)) => format!("back from {} to {}", it.from, it.to),
                Err(it) => format!("{it:?}"),
            }
        }
        "out-of-range" => {
            let from = words.get(1).map_or_else(|| fetched(positions, partition), |it| number(it));
            positions
                .out_of_range(partition, known, from, WALL)
                .map_or_else(|it| format!("{it:?}"), |()| String::new())
        }
        other => format!("what is {other}?"),
    }
}

fn run_session(session: &mut FetchSession, verb: &str, words: &[&str]) -> Vec<String> {
    let plan = |plan: FetchPlan| {
        let ask = plan.ask.iter().map(|(it, at)| format!(" {it}@{}", at.offset));
        let mut line = format!("session {} epoch {}:", plan.session_id, plan.epoch);
        line.extend(ask);
        if !plan.forget.is_empty() {
            line += &format!(" forget {}", show(plan.forget.iter().map(|(it, _)| it)));
        }
        line
    };
    match verb {
        "fetch" => {
            let mut wanted = BTreeMap::new();
            for word in words.iter().filter(|word| word.contains('@')) {
                let (name, offset) = word.split_once('@').unwrap();
                let id = given(words, "id").map(|it| Uuid(number::<u128>(it).to_be_bytes()));
                let asked = FetchPartition {
                    topic_id: id.unwrap_or_else(|| id_of(name)),
                    offset: number(offset),
                    leader_epoch: -1,
                    last_epoch: -1,
                    bytes_max: 100,
                };
                wanted.insert(one(name), asked);
            }
            vec![plan(session.plan(&wanted, !words.contains(&"names")))]
        }
        "answer" => {
            let code = ErrorCode::ALL.iter().find(|it| it.name() == words[0]).unwrap();
            vec![format!("usable {}", session.answered(*code, number(words[1])))]
        }
        "silence" => {
            session.begin_again();
            Vec::new()
        }
        _ => session.close().map(plan).into_iter().collect(),
    }
}

macro_rules! script {
    ($folder:literal $name:ident) => {
        #[test]
        fn $name() {
            let script =
                include_str!(concat!("../../testdata/", $folder, "/", stringify!($name), ".txt"));
            let mut positions = Positions::new(OffsetReset::Latest);
            let mut session = FetchSession::default();
            check(script, |verb, words| match $folder {
                "positions" => run_positions(&mut positions, verb, words),
                _ => run_session(&mut session, verb, words),
            });
        }
    };
}

script!("positions" committed_or_reset);
script!("positions" a_new_leader_is_asked);
script!("positions" seeks_and_pauses);
script!("fetch_session" full_then_changes);
script!("fetch_session" errors_begin_again);
