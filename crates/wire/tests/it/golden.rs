//! Kafka's bytes survive our decoder and encoder; our defaults are Kafka's.

use crate::golden_lines;
use ottla_wire::any::MESSAGES;
use std::collections::BTreeSet;

#[test]
fn bytes_of_kafka_survive_decoding_and_encoding() {
    for line in golden_lines() {
        let again = line.message.roundtrip(line.version, line.bytes.clone());
        let what = format!("{} v{} {}", line.message.name, line.version, line.variant);
        assert_eq!(again.as_deref(), Ok(&line.bytes[..]), "{what}");
    }
}

#[test]
fn defaults_are_those_of_kafka() {
    for line in golden_lines().iter().filter(|line| line.variant == "default") {
        let ours = line.message.default_bytes(line.version);
        let what = format!("{} v{}", line.message.name, line.version);
        assert_eq!(ours.as_deref(), Ok(&line.bytes[..]), "{what}");
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
