//! Scripts of `testdata/*.txt`: paragraphs of commands, each followed by `----` and its trace.
//! `OTTLA_REWRITE=1 cargo test` writes the traces anew; the diff is what gets reviewed.
#![allow(clippy::disallowed_methods, reason = "scripts are files, rewritten on request")]

extern crate std;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use ottla_base::Uuid;

use crate::*;

#[test]
fn quorum_of_one() {
    check("quorum_of_one");
}

#[test]
fn refused_starts() {
    check("refused_starts");
}

fn check(name: &str) {
    let path = format!("{}/testdata/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let script = std::fs::read_to_string(&path).unwrap();
    let mut quorum = None;
    let mut traced = Vec::new();
    for paragraph in script.trim_end().split("\n\n") {
        let input = paragraph.split("\n----").next().unwrap_or_default();
        let mut trace = String::new();
        for line in input.lines().filter(|line| !line.starts_with('#')) {
            trace.push_str(&run(&mut quorum, line));
        }
        let rule = if trace.is_empty() { "" } else { "\n----\n" };
        traced.push(format!("{input}{rule}{}", trace.trim_end()));
    }
    let traced = traced.join("\n\n") + "\n";
    if std::env::var_os("OTTLA_REWRITE").is_some() {
        std::fs::write(&path, traced).unwrap();
    } else {
        assert_eq!(script, traced, "{name}: OTTLA_REWRITE=1 accepts the new trace");
    }
}

/// Runs one command; returns its trace.
fn run(quorum: &mut Option<Quorum>, line: &str) -> String {
    let mut words = line.split_whitespace();
    let verb = words.next().unwrap_or_default();
    let args: Vec<(&str, &str)> =
        words.map(|word| word.split_once('=').unwrap_or((word, ""))).collect();
    let text = |key| args.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
    let number = |key| text(key).map_or(0, |value| value.parse::<i64>().unwrap());
    if verb == "open" {
        let log = LogEnds {
            start_offset: number("start"),
            end_offset: number("end"),
            last_epoch: number("last-epoch") as i32,
        };
        let state = text("state").map(|epoch| QuorumState::unattached(epoch.parse().unwrap()));
        let voters = text("voters").unwrap().split(',').map(voter).collect();
        let local = voter(text("local").unwrap()).key;
        let opened =
            Quorum::open(local, VoterSet::new(voters), number("kraft-version") as i16, state, log);
        return match opened {
            Ok(opened) => {
                let line = format!("{:?} epoch={}\n", opened.role(), opened.epoch());
                *quorum = Some(opened);
                line
            }
            Err(error) => format!("refused: {error}\n"),
        };
    }
    let quorum = quorum.as_mut().expect("open comes first");
    let event = match verb {
        "start" => Event::Start,
        "append" => Event::Append {
            epoch: quorum.epoch(),
            records: args.iter().map(|(value, _)| value.as_bytes().to_vec()).collect(),
        },
        "synced" => Event::Synced { end_offset: number("end") },
        "resign" => Event::Resign,
        other => panic!("no command {other}"),
    };
    let mut trace = String::new();
    for effect in quorum.step(event) {
        trace.push_str(&format!("  {}\n", show(&effect)));
    }
    if trace.is_empty() { "  nothing\n".to_string() } else { trace }
}

/// `id` or `id:low bits of the directory id`.
fn voter(text: &str) -> Voter {
    let (id, directory) = text.split_once(':').unwrap_or((text, "0"));
    Voter {
        key: ReplicaKey {
            id: id.parse().unwrap(),
            directory_id: Uuid::from_low(directory.parse().unwrap()),
        },
        endpoints: vec![],
        kraft_version_min: 0,
        kraft_version_max: 1,
    }
}

fn show(effect: &Effect) -> String {
    match effect {
        Effect::Append { base_offset, epoch, batch: Batch::Data(records) } => {
            let records: Vec<_> =
                records.iter().map(|record| String::from_utf8_lossy(record)).collect();
            format!("Append at {base_offset} in epoch {epoch}: {}", records.join(" "))
        }
        Effect::Append { base_offset, epoch, batch: Batch::Control(records) } => {
            let records: Vec<_> = records.iter().map(show_control).collect();
            format!("Append at {base_offset} in epoch {epoch}: {}", records.join(" "))
        }
        Effect::PersistState(state) => format!(
            "PersistState epoch={} leader={:?} voted={:?}",
            state.leader_epoch,
            state.leader_id,
            state.voted.map(|key| key.to_string())
        ),
        other => format!("{other:?}"),
    }
}

fn show_control(record: &ControlRecord) -> String {
    match record {
        ControlRecord::LeaderChange { leader_id, voters, granting_voters } => {
            format!("LeaderChange({leader_id} voters={voters:?} granting={granting_voters:?})")
        }
        ControlRecord::KRaftVersion(version) => format!("KRaftVersion({version})"),
        ControlRecord::Voters(voters) => {
            let keys: Vec<_> = voters.iter().map(|voter| voter.key.to_string()).collect();
            format!("Voters({})", keys.join(","))
        }
    }
}
