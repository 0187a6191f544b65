//! A fresh metadata dir, as `kafka-storage format --standalone` of Kafka 4.4 leaves it: the
//! snapshot at offset 0 with the quorum's level, its one voter, and the features of the cluster.

use std::io;
use std::path::Path;

use ottla_base::Uuid;
use ottla_controller::{Image, decide};
use ottla_io::Disk;
use ottla_raft::{ReplicaKey, Voter, VoterSet};

use super::MetadataSettings;
use super::snapshot::{self, Front, SnapshotId};

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

/// Writes the first snapshot into `dir`.
///
/// # Errors
/// What the device said.
pub(super) fn format(
    disk: &Disk,
    dir: &Path,
    settings: &MetadataSettings,
    directory_id: Uuid,
    now_ms: i64,
) -> io::Result<()> {
    let front = Front {
        kraft_version: KRAFT_VERSION,
        voters: VoterSet::new(vec![own_voter(settings, directory_id)]),
        last_timestamp_ms: now_ms,
        now_ms,
    };
    let id = SnapshotId::default();
    let records = decide::bootstrap_records();
    let bytes = snapshot::build(id, &front, &Image::empty(), &records)
        .map_err(|error| io::Error::other(error.to_string()))?;
    disk.write_atomic(id.path(dir), &bytes)
}
