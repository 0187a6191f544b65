//! Checkpoint files: the image (or, at offset 0, what a fresh cluster begins with) as a file of
//! record batches, `<end offset, 20 digits>-<epoch, 10 digits>.checkpoint`.
//!
//! First a batch of control records (header; at kraft.version 1 also level and voters), then the
//! records of the state, last a footer: without it the file is not whole.

use std::io;
use std::path::{Path, PathBuf};

use super::load::NEWER;
use ottla_controller::{Image, Record, codec};
use ottla_io::Disk;
use ottla_model::{LeaderEpoch, Offset};
use ottla_raft::{ControlRecord, VoterSet};
use ottla_record::builder::BatchBuilder;
use ottla_record::{Codec, ControlType, records, split_batches};

use super::control::{
    control_bytes, control_value, data_bytes, quorum_record, snapshot_footer, snapshot_header,
};

const SUFFIX: &str = ".checkpoint";
/// Largest checkpoint that is read.
pub(super) const SNAPSHOT_BYTES_MAX: u64 = 4 << 30;
/// Bytes of record values in one batch.
const BATCH_BYTES: usize = 1 << 20;

/// Which snapshot: everything before `end_offset`, whose last record is of `epoch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct SnapshotId {
    pub(super) end_offset: Offset,
    pub(super) epoch: LeaderEpoch,
}

impl SnapshotId {
    pub(super) fn path(self, dir: &Path) -> PathBuf {
        dir.join(format!("{:020}-{:010}{SUFFIX}", self.end_offset, self.epoch))
    }

    fn parse(name: &str) -> Option<Self> {
        let (end_offset, epoch) = name.strip_suffix(SUFFIX)?.split_once('-')?;
        Some(Self { end_offset: end_offset.parse().ok()?, epoch: epoch.parse().ok()? })
    }
}

/// The snapshots in `dir` with their sizes, oldest first. What was left unfinished is removed.
pub(super) fn list(disk: &Disk, dir: &Path) -> io::Result<Vec<(SnapshotId, u64)>> {
    let mut found = Vec::new();
    for entry in disk.list(dir)? {
        if entry.name.ends_with(".checkpoint.part") || entry.name.ends_with(".checkpoint.deleted") {
            disk.remove_file(dir.join(&entry.name))?;
        }
        found.extend(SnapshotId::parse(&entry.name).map(|id| (id, entry.len)));
    }
    found.sort_unstable();
    Ok(found)
}

/// What a checkpoint holds.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) kraft_version: i16,
    pub(super) voters: Option<VoterSet>,
    pub(super) records: Vec<Record>,
    pub(super) timestamp_ms: i64,
}

/// What goes in front of the state's records.
#[derive(Debug, Clone)]
pub(super) struct Front {
    pub(super) kraft_version: i16,
    pub(super) voters: VoterSet,
    /// Time of the last record that the snapshot covers, and the time now.
    pub(super) last_timestamp_ms: i64,
    pub(super) now_ms: i64,
}

/// The bytes of the checkpoint `id` with these records, which `image` says how to write.
///
/// # Errors
/// A record that cannot be written.
pub(super) fn build(
    id: SnapshotId,
    front: &Front,
    image: &Image,
    state: &[Record],
) -> Result<Vec<u8>, codec::RecordError> {
    let at = image.metadata_version();
    let mut control = vec![snapshot_header(front.last_timestamp_ms)];
    if front.kraft_version > 0 {
        control.push(control_value(&ControlRecord::KRaftVersion(front.kraft_version)));
        control.push(control_value(&ControlRecord::Voters(front.voters.clone())));
    }
    let batch = |offset| BatchBuilder::new(offset, Codec::None).partition_leader_epoch(id.epoch);
    let mut offset = control.len() as Offset;
    let mut file = control_bytes(batch(0), front.now_ms, &control);
    let (mut values, mut size) = (Vec::new(), 0);
    for record in state {
        let value = codec::encode(record, at)?;
        size += value.len();
        values.push(value);
        if size >= BATCH_BYTES {
            file.extend(data_bytes(batch(offset), front.now_ms, &values));
            offset += values.len() as Offset;
            values.clear();
            size = 0;
        }
    }
    if !values.is_empty() {
        file.extend(data_bytes(batch(offset), front.now_ms, &values));
        offset += values.len() as Offset;
    }
    file.extend(control_bytes(batch(offset), front.now_ms, &[snapshot_footer()]));
    Ok(file)
}

/// Reads a checkpoint.
///
/// # Errors
/// What the device said; `InvalidData` when it is damaged, `Unsupported` when a newer Kafka wrote it.
pub(super) fn read(disk: &Disk, dir: &Path, id: SnapshotId) -> io::Result<Contents> {
    read_file(disk, &id.path(dir))
}

/// Reads a file of that format, whatever its name.
///
/// # Errors
/// As [`read`].
pub(super) fn read_file(disk: &Disk, path: &Path) -> io::Result<Contents> {
    let bytes = disk.read(path, SNAPSHOT_BYTES_MAX)?;
    parse(&bytes).map_err(|why| {
        let (kind, why) = match why {
            Unreadable::Damaged(why) => (io::ErrorKind::InvalidData, why),
            Unreadable::Unknown(why) => (io::ErrorKind::Unsupported, format!("{why}. {NEWER}")),
        };
        io::Error::new(kind, format!("{}: {why}", path.display()))
    })
}

/// Why a checkpoint cannot be read.
enum Unreadable {
    /// Its bytes are not those that were written.
    Damaged(String),
    /// They are, but this program does not know what they say.
    Unknown(String),
}

impl<T: ToString> From<T> for Unreadable {
    fn from(why: T) -> Self {
        Self::Damaged(why.to_string())
    }
}

fn parse(bytes: &[u8]) -> Result<Contents, Unreadable> {
    let mut contents = Contents::default();
    let mut is_whole = false;
    for batch in split_batches(bytes) {
        let batch = batch?;
        batch.check_crc()?;
        let is_control = batch.header().is_control();
        let unpacked = records(&batch, SNAPSHOT_BYTES_MAX as usize)?;
        for record in unpacked.iter() {
            let record = record?;
            if !is_control {
                let value = record.value.ok_or("a metadata record has no value")?;
                let decoded = codec::decode(value);
                contents.records.push(decoded.map_err(|why| Unreadable::Unknown(why.to_string()))?);
                continue;
            }
            match ControlType::of(&record) {
                Some(ControlType::SnapshotHeader) => {
                    contents.timestamp_ms = header_timestamp(record.value.unwrap_or_default());
                }
                Some(ControlType::SnapshotFooter) => is_whole = true,
                _ => match quorum_record(&record)? {
                    Some(ControlRecord::KRaftVersion(version)) => contents.kraft_version = version,
                    Some(ControlRecord::Voters(voters)) => contents.voters = Some(voters),
                    _ => {}
                },
            }
        }
    }
    if is_whole { Ok(contents) } else { Err("the snapshot has no footer: it is cut off".into()) }
}

/// Version i16, then the timestamp.
fn header_timestamp(value: &[u8]) -> i64 {
    let bytes = value.get(2..10).and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(-1, i64::from_be_bytes)
}
