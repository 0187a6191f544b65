//! From files to an image: the newest snapshot, then the log behind it.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use ottla_base::{Now, Uuid};
use ottla_controller::metadata_version::METADATA_VERSION;
use ottla_controller::{Change, Record, Replayer, codec, decide};
use ottla_io::Disk;
use ottla_log::files::partition_metadata;
use ottla_log::{LogConfig, ReadRequest};
use ottla_model::Offset;
use ottla_raft::{ControlRecord, LogEnds, QuorumState, VoterSet};
use ottla_record::{BatchView, records, split_batches};
use tracing::warn;

use super::control::quorum_record;
use super::snapshot::{self, Contents, SnapshotId};
use super::{MetadataSettings, format, quorum_state, soundness};
use crate::storage::{LogFiles, OpenLog};

/// Id of the topic `__cluster_metadata`.
const METADATA_TOPIC_ID: Uuid = Uuid::from_low(1);
/// Bytes read from the log at a time, if no batch is larger.
const READ_BYTES: u64 = 4 << 20;
/// What to do about records that this program does not know.
pub(super) const NEWER: &str = "Start the version of Kafka that wrote it, and lower its \
    metadata.version with kafka-features before coming back; nothing was changed here";
/// Largest batch, unpacked, that the metadata log may hold.
const BATCH_BYTES_MAX: usize = 256 << 20;

/// Where the metadata log is, and whose it is.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) dir: PathBuf,
    /// Id of the log dir that it is in.
    pub(super) directory_id: Uuid,
    /// Whether that was stopped cleanly the last time.
    pub(super) was_clean: bool,
}

/// What a start finds.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) log: LogFiles,
    pub(super) replayer: Replayer,
    pub(super) voters: VoterSet,
    pub(super) kraft_version: i16,
    pub(super) state: Option<QuorumState>,
    pub(super) ends: LogEnds,
    /// What a fresh cluster begins with; none once the log has it.
    pub(super) bootstrap: Vec<Record>,
    pub(super) newest_snapshot: SnapshotId,
    /// Topics whose deletion is in the log behind the snapshot. Files of theirs may be left over
    /// from a crash.
    pub(super) deleted_topics: BTreeSet<Uuid>,
}

/// Opens the metadata log at `place`, formatting an empty dir.
///
/// # Errors
/// What the device said, or why the log cannot be read.
pub(super) fn load(
    disk: &Disk,
    place: &Place,
    settings: &MetadataSettings,
    now: Now,
    seed: u64,
) -> io::Result<Loaded> {
    let dir = &place.dir;
    prepare(disk, place, settings, now)?;
    let (newest_snapshot, contents) = newest_readable(disk, dir)?;
    soundness::check(disk, dir, newest_snapshot.end_offset)?;
    let log = open_log(disk, place, settings, newest_snapshot, now, seed)?;
    let mut loading = Loading::default();
    if newest_snapshot.end_offset == 0 {
        loading.bootstrap = format::read_bootstrap(disk, dir)?;
    }
    if let Some(contents) = contents {
        loading.snapshot(contents, dir, newest_snapshot)?;
    }
    loading.log(&log, newest_snapshot.end_offset, dir)?;
    let is_born = loading.replayer.visible().features.get(METADATA_VERSION).is_some();
    let last_epoch = log.log().leader_epochs().latest().map_or(0, |entry| entry.epoch);
    let ends = LogEnds {
        start_offset: log.log().log_start_offset(),
        end_offset: log.log().log_end_offset(),
        last_epoch: last_epoch.max(newest_snapshot.epoch),
    };
    Ok(Loaded {
        voters: loading.voters.unwrap_or_else(|| format::static_voters(settings)),
        kraft_version: loading.kraft_version,
        replayer: loading.replayer,
        // A leader that stopped before it had recorded them leaves a log with other records.
        bootstrap: if is_born { Vec::new() } else { loading.bootstrap },
        state: quorum_state::read(disk, dir)?,
        log,
        ends,
        newest_snapshot,
        deleted_topics: loading.deleted_topics,
    })
}

/// Opens the log behind a snapshot; what is cut off its end was looked at by [`soundness`].
fn open_log(
    disk: &Disk,
    place: &Place,
    settings: &MetadataSettings,
    newest_snapshot: SnapshotId,
    now: Now,
    seed: u64,
) -> io::Result<LogFiles> {
    let dir = &place.dir;
    let config = LogConfig {
        segment_bytes: settings.segment_bytes,
        segment_ms: settings.segment_ms,
        // Segments go when a snapshot has taken their place, never by age or size of their own.
        retention_ms: -1,
        retention_bytes: -1,
        ..LogConfig::default()
    };
    let how = OpenLog {
        config,
        // It is read from the snapshot on in any case; and Kafka goes on writing it after it has
        // marked the log dirs as cleanly stopped.
        clean: false,
        was_synced: place.was_clean,
        // A snapshot is only taken of what is committed, and so on the device.
        recovery_point: newest_snapshot.end_offset,
        recovery_point_lost: false,
        log_start_offset: 0,
        compacted_before: 0,
        now: now.wall,
        seed,
    };
    let (mut log, _) = LogFiles::open(disk, dir.to_owned(), how)?;
    if log.log().log_end_offset() < newest_snapshot.end_offset {
        warn!(
            offset = newest_snapshot.end_offset,
            dir = %dir.display(),
            "there is a metadata snapshot but no log; going on from the snapshot"
        );
        log.start_over(newest_snapshot.end_offset, now.wall)?;
    }
    Ok(log)
}

/// Makes the dir; formats it if nothing is in it.
fn prepare(disk: &Disk, place: &Place, settings: &MetadataSettings, now: Now) -> io::Result<()> {
    let dir = &place.dir;
    if !disk.exists(dir)? {
        disk.create_dir_all(dir)?;
        if let Some(parent) = dir.parent() {
            disk.sync_dir(parent)?;
        }
    }
    let holds = |suffix: &str| -> io::Result<bool> {
        Ok(disk.list(dir)?.iter().any(|entry| entry.name.ends_with(suffix)))
    };
    if !holds(".checkpoint")? && !holds(".log")? && format::read_bootstrap(disk, dir)?.is_empty() {
        let records = decide::bootstrap_records();
        format::format(disk, dir, settings, place.directory_id, &records, now.wall.millis)?;
    }
    let metadata = dir.join(partition_metadata::FILE_NAME);
    if !disk.exists(&metadata)? {
        disk.write_atomic(&metadata, partition_metadata::format(METADATA_TOPIC_ID).as_bytes())?;
    }
    Ok(())
}

/// The newest snapshot that can be read, and what it holds; those that are damaged get another
/// name, so that an earlier one and the log behind it can take their place. If the log does not
/// reach back that far, the start fails for that reason.
fn newest_readable(disk: &Disk, dir: &Path) -> io::Result<(SnapshotId, Option<Contents>)> {
    let mut snapshots = snapshot::list(disk, dir)?;
    while let Some((id, _)) = snapshots.pop() {
        let error = match snapshot::read(disk, dir, id) {
            Ok(contents) => return Ok((id, Some(contents))),
            Err(error) => error,
        };
        // Nothing takes the place of the last one.
        if error.kind() != io::ErrorKind::InvalidData || snapshots.is_empty() {
            return Err(error);
        }
        let aside = id.path(dir).with_extension("checkpoint.damaged");
        warn!(
            %error,
            aside = %aside.display(),
            "metadata snapshot cannot be read; it is kept under another name, and the one before \
             taken"
        );
        disk.rename(id.path(dir), &aside)?;
    }
    Ok((SnapshotId::default(), None))
}

#[derive(Default)]
struct Loading {
    replayer: Replayer,
    voters: Option<VoterSet>,
    kraft_version: i16,
    bootstrap: Vec<Record>,
    deleted_topics: BTreeSet<Uuid>,
    deleted_in_transaction: BTreeSet<Uuid>,
}

impl Loading {
    /// The snapshot at offset 0 is no state: its records are appended to the log by the first
    /// leader.
    fn snapshot(&mut self, contents: Contents, dir: &Path, id: SnapshotId) -> io::Result<()> {
        self.kraft_version = contents.kraft_version;
        self.voters = contents.voters;
        if id.end_offset == 0 {
            if !contents.records.is_empty() {
                self.bootstrap = contents.records;
            }
            return Ok(());
        }
        for record in &contents.records {
            self.replayer
                .replay(record)
                .map_err(|error| damaged(&format!("{}: {error}", id.path(dir).display())))?;
        }
        self.replayer.advance_to(id.end_offset, id.epoch, contents.timestamp_ms);
        Ok(())
    }

    fn log(&mut self, log: &LogFiles, from: Offset, dir: &Path) -> io::Result<()> {
        let end_offset = log.log().log_end_offset();
        let start_offset = log.log().log_start_offset();
        if start_offset > from {
            return Err(damaged(&format!(
                "{}: the log begins at offset {start_offset}, but the newest snapshot ends at \
                 {from}: what lies between is gone. Restore the missing *.checkpoint",
                dir.display()
            )));
        }
        let mut offset = from;
        while offset < end_offset {
            let request = ReadRequest { offset, bytes_max: READ_BYTES, min_one: true, end_offset };
            let bytes = log.read_bytes(request).map_err(|error| damaged(&error.to_string()))?;
            let before = offset;
            for batch in split_batches(&bytes) {
                // What is cut off at the end comes whole with the next read.
                let Ok(batch) = batch else { break };
                self.batch(&batch, from).map_err(|why| {
                    let at = batch.header().base_offset;
                    damaged(&format!("{}, offset {at}: {why}", dir.display()))
                })?;
                offset = batch.header().next_offset();
            }
            if offset == before {
                return Err(damaged(&format!("{}, offset {offset} is damaged", dir.display())));
            }
        }
        Ok(())
    }

    fn batch(&mut self, batch: &BatchView<'_>, from: Offset) -> Result<(), String> {
        let header = *batch.header();
        let unpacked = records(batch, BATCH_BYTES_MAX).map_err(|error| error.to_string())?;
        for record in unpacked.iter() {
            let record = record.map_err(|error| error.to_string())?;
            if record.offset < from {
                continue;
            }
            if header.is_control() {
                match quorum_record(&record).map_err(|error| error.to_string())? {
                    Some(ControlRecord::KRaftVersion(version)) => self.kraft_version = version,
                    Some(ControlRecord::Voters(voters)) => self.voters = Some(voters),
                    _ => {}
                }
                continue;
            }
            let value = record.value.ok_or("a metadata record has no value")?;
            let record = codec::decode(value).map_err(|error| format!("{error}. {NEWER}"))?;
            let change = self.replayer.replay(&record).map_err(|error| error.to_string())?;
            self.note_deletion(&record, &change);
        }
        let (epoch, timestamp) = (header.partition_leader_epoch, header.max_timestamp);
        self.replayer.advance_to(header.next_offset(), epoch, timestamp);
        Ok(())
    }

    /// What a transaction deletes is deleted with its end. One that is left open, or aborted, has
    /// deleted nothing.
    fn note_deletion(&mut self, record: &Record, change: &Change) {
        match (record, change) {
            (Record::BeginTransaction { .. } | Record::AbortTransaction { .. }, _) => {
                self.deleted_in_transaction.clear();
            }
            (Record::EndTransaction, _) => {
                self.deleted_topics.append(&mut self.deleted_in_transaction);
            }
            (_, Change::TopicDeleted { topic }) if self.replayer.in_transaction() => {
                self.deleted_in_transaction.insert(topic.id);
            }
            (_, Change::TopicDeleted { topic }) => {
                self.deleted_topics.insert(topic.id);
            }
            _ => {}
        }
    }
}

fn damaged(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text.to_owned())
}
