//! A fresh metadata dir, as `kafka-storage format --standalone` of Kafka 4.4 leaves it: the
//! snapshot at offset 0 with the quorum's level, its one voter, and the features of the cluster.
//! A node with static voters gets a quorum of level 0, as it does from Kafka.
//!
//! Up to 4.3, Kafka wrote the features into `bootstrap.checkpoint` beside the dir instead, and at
//! level 0 nothing else: what was formatted that way and never started is taken up as it is.

use std::io;
use std::path::Path;

use ottla_base::Uuid;
use ottla_controller::{Image, Record};
use ottla_io::Disk;
use ottla_raft::{ReplicaKey, Voter, VoterSet};

use super::MetadataSettings;
use super::snapshot::{self, Front, SnapshotId};

/// What Kafka before 4.4 formats a cluster with.
const BOOTSTRAP_FILE: &str = "bootstrap.checkpoint";
/// The quorum's level in a fresh cluster: voters are in the log.
const KRAFT_VERSION: i16 = 1;

/// This node as the voter of its quorum.
pub(super) fn own_voter(settings: &MetadataSettings, directory_id: Uuid) -> Voter {
    Voter {
        key: ReplicaKey { id: settings.node_id(), directory_id },
        endpoints: settings.controller_endpoints.clone(),
        kraft_version_min: 0,
        kraft_version_max: KRAFT_VERSION,
    }
}

/// Who votes where the log does not say: those of the settings, known by id only.
pub(super) fn static_voters(settings: &MetadataSettings) -> VoterSet {
    let own = own_voter(settings, Uuid::ZERO);
    let others = settings.static_voters.iter().filter(|id| **id != settings.node_id());
    let others = others.map(|id| Voter {
        key: ReplicaKey { id: *id, directory_id: Uuid::ZERO },
        endpoints: Vec::new(),
        ..own.clone()
    });
    VoterSet::new(others.chain([own.clone()]).collect())
}

/// The records of `bootstrap.checkpoint` beside the metadata log in `dir`, with which the first
/// leader of a cluster begins that Kafka before 4.4 has formatted; none if there is no such file.
///
/// # Errors
/// What the device said, or what is wrong with the file.
pub(super) fn read_bootstrap(disk: &Disk, dir: &Path) -> io::Result<Vec<Record>> {
    let path = dir.parent().unwrap_or(dir).join(BOOTSTRAP_FILE);
    if disk.exists(&path)? { Ok(snapshot::read_file(disk, &path)?.records) } else { Ok(Vec::new()) }
}

/// Writes the first snapshot into `dir`, with the levels of features that `records` have.
///
/// # Errors
/// What the device said.
pub(crate) fn format(
    disk: &Disk,
    dir: &Path,
    settings: &MetadataSettings,
    directory_id: Uuid,
    records: &[Record],
    now_ms: i64,
) -> io::Result<()> {
    let is_dynamic = settings.static_voters.is_empty();
    let front = Front {
        kraft_version: if is_dynamic { KRAFT_VERSION } else { 0 },
        voters: VoterSet::new(vec![own_voter(settings, directory_id)]),
        last_timestamp_ms: now_ms,
        now_ms,
    };
    let id = SnapshotId::default();
    let bytes = snapshot::build(id, &front, &Image::empty(), records)
        .map_err(|error| io::Error::other(error.to_string()))?;
    disk.write_atomic(id.path(dir), &bytes)
}
