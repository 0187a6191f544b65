//! The quorum's own records as bytes, and batches of the metadata log.

use ottla_base::{Uuid, always};
use ottla_model::{BrokerId, LeaderEpoch, Offset};
use ottla_raft::{Batch, ControlRecord, ReplicaKey, Voter, VoterEndpoint, VoterSet};
use ottla_record::builder::{BatchBuilder, NewRecord};
use ottla_record::{Codec, ControlType, Record, control_batch};
use ottla_wire::records::kraft_version_record::KRaftVersionRecord;
use ottla_wire::records::leader_change_message::{LeaderChangeMessage, Voter as ChangeVoter};
use ottla_wire::records::snapshot_footer_record::SnapshotFooterRecord;
use ottla_wire::records::snapshot_header_record::SnapshotHeaderRecord;
use ottla_wire::records::voters_record::{
    Endpoint, KRaftVersionFeature, Voter as RecordVoter, VotersRecord,
};
use ottla_wire::{DecodeError, Encoder, Message, Reader, Segment};

/// A batch of the metadata log, as it is written.
pub(super) fn batch_bytes(
    base_offset: Offset,
    epoch: LeaderEpoch,
    timestamp_ms: i64,
    batch: &Batch,
) -> Vec<u8> {
    let builder = BatchBuilder::new(base_offset, Codec::None).partition_leader_epoch(epoch);
    match batch {
        Batch::Control(records) => {
            let values: Vec<_> = records.iter().map(control_value).collect();
            control_bytes(builder, timestamp_ms, &values)
        }
        Batch::Data(values) => data_bytes(builder, timestamp_ms, values),
    }
}

/// A batch of records without keys.
pub(super) fn data_bytes(
    mut builder: BatchBuilder,
    timestamp_ms: i64,
    values: &[Vec<u8>],
) -> Vec<u8> {
    for value in values {
        let record =
            NewRecord { timestamp: timestamp_ms, key: None, value: Some(value), headers: &[] };
        let added = builder.append(&record);
        always!(added.is_ok(), "metadata record of {} bytes: {added:?}", value.len());
    }
    builder.build()
}

/// A batch of control records.
pub(super) fn control_bytes(
    builder: BatchBuilder,
    timestamp_ms: i64,
    values: &[(ControlType, Vec<u8>)],
) -> Vec<u8> {
    let values: Vec<_> = values.iter().map(|(kind, value)| (*kind, value.as_slice())).collect();
    let built = control_batch(builder, timestamp_ms, &values);
    always!(built.is_ok(), "control batch cannot be built");
    built.map(|builder| builder.build()).unwrap_or_default()
}

/// The header of a snapshot whose last record was written at this time.
pub(super) fn snapshot_header(last_timestamp_ms: i64) -> (ControlType, Vec<u8>) {
    let header =
        SnapshotHeaderRecord { version: 0, last_contained_log_timestamp: last_timestamp_ms };
    (ControlType::SnapshotHeader, bytes(&header, 0))
}

/// The end of a snapshot.
pub(super) fn snapshot_footer() -> (ControlType, Vec<u8>) {
    (ControlType::SnapshotFooter, bytes(&SnapshotFooterRecord { version: 0 }, 0))
}

/// Type and value of a control record.
pub(super) fn control_value(record: &ControlRecord) -> (ControlType, Vec<u8>) {
    match record {
        ControlRecord::LeaderChange { leader_id, voters, granting_voters } => {
            let ids = |ids: &[BrokerId]| {
                ids.iter()
                    .map(|id| ChangeVoter { voter_id: *id, voter_directory_id: Uuid::ZERO })
                    .collect()
            };
            let message = LeaderChangeMessage {
                version: 0,
                leader_id: *leader_id,
                voters: ids(voters),
                granting_voters: ids(granting_voters),
            };
            (ControlType::LeaderChange, bytes(&message, 0))
        }
        ControlRecord::KRaftVersion(version) => {
            let message = KRaftVersionRecord { version: 0, kraft_version: *version };
            (ControlType::KRaftVersion, bytes(&message, 0))
        }
        ControlRecord::Voters(voters) => {
            let voters = voters.iter().map(voter_to_wire).collect();
            (ControlType::KRaftVoters, bytes(&VotersRecord { version: 0, voters }, 0))
        }
    }
}

/// What a control record of the log or a snapshot says about the quorum, if it does.
pub(super) fn quorum_record(record: &Record<'_>) -> Result<Option<ControlRecord>, DecodeError> {
    let mut reader = Reader::new(record.value.unwrap_or_default().to_vec().into());
    Ok(match ControlType::of(record) {
        Some(ControlType::KRaftVersion) => {
            let message = KRaftVersionRecord::decode(&mut reader, 0)?;
            Some(ControlRecord::KRaftVersion(message.kraft_version))
        }
        Some(ControlType::KRaftVoters) => {
            let message = VotersRecord::decode(&mut reader, 0)?;
            let voters = message.voters.iter().map(voter_from_wire).collect();
            Some(ControlRecord::Voters(VoterSet::new(voters)))
        }
        _ => None,
    })
}

fn voter_to_wire(voter: &Voter) -> RecordVoter {
    let endpoints = voter.endpoints.iter().map(|endpoint| Endpoint {
        name: endpoint.name.as_str().into(),
        host: endpoint.host.as_str().into(),
        port: endpoint.port,
    });
    RecordVoter {
        voter_id: voter.key.id,
        voter_directory_id: voter.key.directory_id,
        endpoints: endpoints.collect(),
        kraft_version_feature: KRaftVersionFeature {
            min_supported_version: voter.kraft_version_min,
            max_supported_version: voter.kraft_version_max,
        },
    }
}

fn voter_from_wire(voter: &RecordVoter) -> Voter {
    let endpoints = voter.endpoints.iter().map(|endpoint| VoterEndpoint {
        name: endpoint.name.to_string(),
        host: endpoint.host.to_string(),
        port: endpoint.port,
    });
    Voter {
        key: ReplicaKey { id: voter.voter_id, directory_id: voter.voter_directory_id },
        endpoints: endpoints.collect(),
        kraft_version_min: voter.kraft_version_feature.min_supported_version,
        kraft_version_max: voter.kraft_version_feature.max_supported_version,
    }
}

fn bytes(message: &impl Message, version: i16) -> Vec<u8> {
    let mut encoder = Encoder::new();
    let encoded = message.encode(&mut encoder, version);
    always!(encoded.is_ok(), "control record cannot be written: {encoded:?}");
    let mut bytes = Vec::new();
    for segment in encoder.finish().segments() {
        if let Segment::Bytes(part) = segment {
            bytes.extend_from_slice(part);
        }
    }
    bytes
}
