//! Kafka's bytes survive our decoder and encoder; our defaults are Kafka's.

use crate::golden_lines;
use ottla_wire::any::{AnyError, MESSAGES};
use std::collections::BTreeSet;

#[test]
fn bytes_of_kafka_survive_decoding_and_encoding() {
    for line in golden_lines() {
        let Some(bytes) = line.bytes else { continue };
        let again = line.message.roundtrip(line.version, bytes.clone());
        let what = format!("{} v{} {}", line.message.name, line.version, line.variant);
        assert_eq!(again.as_deref(), Ok(&bytes[..]), "{what}");
    }
}

#[test]
fn defaults_are_those_of_kafka() {
    for line in golden_lines().iter().filter(|line| line.variant == "default") {
        let ours = line.message.default_bytes(line.version);
        let what = format!("{} v{}", line.message.name, line.version);
        assert_eq!(ours.ok(), line.bytes.as_ref().map(|b| b.to_vec()), "{what}");
    }
}

#[test]
fn older_versions_leave_out_or_refuse_what_kafka_does() {
    let lines = golden_lines();
    for line in lines.iter().filter(|line| line.variant == "newest") {
        let newest = *line.message.versions.end();
        let is_source = |l: &&crate::Line| l.message.name == line.message.name;
        let mut sources = lines.iter().filter(is_source).filter(|l| l.version == newest);
        let filled = sources.find(|l| l.variant == "filled").and_then(|l| l.bytes.clone());
        let ours = line.message.transcode(newest, line.version, filled.unwrap());
        let what = format!("{} v{newest} as v{}", line.message.name, line.version);
        assert!(!matches!(ours, Err(AnyError::Decode(_))), "{what}");
        assert_eq!(ours.ok(), line.bytes.as_ref().map(|b| b.to_vec()), "{what}");
    }
}

#[test]
fn kafka_knows_the_same_messages_and_versions() {
    let theirs: BTreeSet<(&str, i16)> =
        golden_lines().iter().map(|line| (line.message.name, line.version)).collect();
    let ours: BTreeSet<(&str, i16)> = MESSAGES
        .iter()
        .flat_map(|message| message.versions.clone().map(|version| (message.name, version)))
        .collect();
    assert_eq!(ours, theirs);
}

#[test]
fn versions_that_do_not_exist_are_refused() {
    for message in MESSAGES {
        for version in [message.versions.start() - 1, message.versions.end() + 1] {
            let result = message.roundtrip(version, vec![0; 64].into());
            assert!(result.is_err(), "{} v{version}", message.name);
            assert!(message.default_bytes(version).is_err(), "{} v{version}", message.name);
        }
    }
}
