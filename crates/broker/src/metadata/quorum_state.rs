//! `quorum-state`: the election this node knows of, as one line of JSON. Version 1 with dynamic
//! voters (kraft.version 1), else version 0, as Kafka 4.4 writes it.

use std::io;
use std::path::Path;

use ottla_base::Uuid;
use ottla_io::Disk;
use ottla_raft::{QuorumState, ReplicaKey, VoterSet};
use serde_json::{Value, json};

/// Its name in the dir of the metadata log.
pub(super) const FILE_NAME: &str = "quorum-state";
const BYTES_MAX: u64 = 1 << 20;

/// Reads the file in `dir`; `None` if there is none.
pub(super) fn read(disk: &Disk, dir: &Path) -> io::Result<Option<QuorumState>> {
    let path = dir.join(FILE_NAME);
    if !disk.exists(&path)? {
        return Ok(None);
    }
    let bytes = disk.read(&path, BYTES_MAX)?;
    parse(&bytes).map(Some).map_err(|why| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!(
                "{} cannot be read: {why}. A quorum of one may start without it: move it away",
                path.display()
            ),
        )
    })
}

/// Writes the file in `dir`, durably.
pub(super) fn write(
    disk: &Disk,
    dir: &Path,
    state: &QuorumState,
    kraft_version: i16,
    voters: &VoterSet,
) -> io::Result<()> {
    disk.write_atomic(dir.join(FILE_NAME), format(state, kraft_version, voters).as_bytes())
}

fn format(state: &QuorumState, kraft_version: i16, voters: &VoterSet) -> String {
    let leader = state.leader_id.unwrap_or(-1);
    let voted = state.voted.map_or(-1, |key| key.id);
    let epoch = state.leader_epoch;
    // By hand: the order of the fields is Kafka's.
    if kraft_version > 0 {
        return format!(
            "{{\"leaderId\":{leader},\"leaderEpoch\":{epoch},\"votedId\":{voted},\
             \"votedDirectoryId\":\"{}\",\"data_version\":1}}",
            state.voted_directory_id()
        );
    }
    let voters: Vec<_> =
        voters.iter().map(|voter| format!("{{\"voterId\":{}}}", voter.key.id)).collect();
    format!(
        "{{\"clusterId\":\"\",\"leaderId\":{leader},\"leaderEpoch\":{epoch},\"votedId\":{voted},\
         \"appliedOffset\":0,\"currentVoters\":[{}],\"data_version\":0}}",
        voters.join(",")
    )
}

fn parse(bytes: &[u8]) -> Result<QuorumState, String> {
    let json: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let number = |name: &str| {
        let value = json.get(name).and_then(Value::as_i64);
        value.and_then(|value| i32::try_from(value).ok()).ok_or(format!("{name} is not a number"))
    };
    match json.get("data_version") {
        Some(version) if *version == json!(0) || *version == json!(1) => {}
        other => return Err(format!("data_version is {other:?}; 0 and 1 are known")),
    }
    let known = |id: i32| (id >= 0).then_some(id);
    let directory = json.get("votedDirectoryId").and_then(Value::as_str).unwrap_or_default();
    let directory_id = directory.parse().unwrap_or(Uuid::ZERO);
    Ok(QuorumState {
        leader_epoch: number("leaderEpoch")?,
        leader_id: known(number("leaderId")?),
        voted: known(number("votedId")?).map(|id| ReplicaKey { id, directory_id }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leader_is_written_as_kafka_writes_it() {
        let state = QuorumState::led_by(1, 2);
        assert_eq!(
            format(&state, 1, &VoterSet::default()),
            r#"{"leaderId":1,"leaderEpoch":2,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1}"#
        );
        assert_eq!(parse(format(&state, 1, &VoterSet::default()).as_bytes()), Ok(state));
    }

    #[test]
    fn the_file_of_static_voters_is_read() {
        let text = br#"{"clusterId":"","leaderId":1,"leaderEpoch":1,"votedId":-1,"appliedOffset":0,"currentVoters":[{"voterId":1}],"data_version":0}"#;
        assert_eq!(parse(text), Ok(QuorumState::led_by(1, 1)));
    }

    #[test]
    fn damaged_files_are_errors() {
        assert!(parse(b"").is_err());
        assert!(
            parse(br#"{"leaderId":1,"leaderEpoch":"x","votedId":-1,"data_version":1}"#).is_err()
        );
        assert!(parse(br#"{"leaderId":1,"leaderEpoch":1,"votedId":-1,"data_version":7}"#).is_err());
    }
}
