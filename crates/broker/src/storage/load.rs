//! Opening a log's dir: what is in it, what an interrupted deletion or compaction left, and the
//! repairs that the log core asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use ottla_base::ByteSource;
use ottla_io::{Entry, Open};
use ottla_log::files::leader_epoch_checkpoint::{self, EpochEntry};
use ottla_log::files::names::{self, PartitionFile};
use ottla_log::open::{Opening, Rebuilt, Repair, open};
use ottla_log::{FoundSegment, Log, SegmentFile};
use ottla_model::Offset;
use ottla_record::{BatchError, BatchHeader};

use super::identity::create_dir_durably;
use super::log_files::{OpenLog, OpenReport, log_error, remove_if_there};
use super::rewriting;
use super::segment_files::SegmentFiles;

/// Bytes of the largest checkpoint that makes sense.
const CHECKPOINT_BYTES_MAX: u64 = 64 << 20;

/// An opened log, and which of its files were changed and not synced.
pub(super) struct Loaded {
    pub(super) log: Log,
    pub(super) snapshots: BTreeSet<Offset>,
    pub(super) changed: BTreeSet<(Offset, SegmentFile)>,
    pub(super) report: OpenReport,
}

pub(super) fn load(files: &SegmentFiles, how: OpenLog) -> io::Result<Loaded> {
    let (disk, dir) = (files.disk(), files.dir());
    create_dir_durably(disk, dir)?;
    finish_swaps(files, &disk.list(dir)?)?;
    let found = look(files, &disk.list(dir)?)?;
    let mut snapshots: BTreeSet<Offset> = found.snapshots.iter().copied().collect();
    let opening = Opening {
        config: how.config,
        segments: found.segments,
        snapshots: found.snapshots,
        epochs: read_epochs(files)?,
        clean: how.clean,
        recovery_point: how.recovery_point,
        recovery_point_lost: how.recovery_point_lost,
        compacted_before: how.compacted_before,
        log_start_offset: how.log_start_offset,
        now: how.now,
        seed: how.seed,
    };
    let mut changed = BTreeSet::new();
    if !how.was_synced {
        for unvouched in opening.unvouched(files).map_err(log_error)? {
            rewriting::rewrite(files, unvouched, opening.recovery_point)?;
            changed.insert((unvouched.base_offset, SegmentFile::Log));
        }
    }
    let opened = open(opening, files).map_err(log_error)?;
    for Rebuilt { file, why } in &opened.rebuilt {
        tracing::warn!(path = %dir.join(file).display(), %why, "made anew from the log");
    }
    for repair in &opened.repairs {
        apply(files, &opened.log, repair, &mut snapshots, &mut changed)?;
    }
    let report =
        OpenReport { segments_recovered: opened.segments_recovered, bytes_lost: opened.bytes_lost };
    Ok(Loaded { log: opened.log, snapshots, changed, report })
}

fn apply(
    files: &SegmentFiles,
    log: &Log,
    repair: &Repair,
    snapshots: &mut BTreeSet<Offset>,
    changed: &mut BTreeSet<(Offset, SegmentFile)>,
) -> io::Result<()> {
    let (disk, dir) = (files.disk(), files.dir());
    match repair {
        Repair::RemoveSegment { base_offset } => {
            tracing::warn!(dir = %dir.display(), base_offset, "segment behind the end of a log removed");
            for path in files.set_aside(*base_offset)? {
                remove_if_there(disk, &path)?;
            }
        }
        Repair::CutLog { base_offset, len, lost } => {
            if *lost > 0 {
                tracing::warn!(
                    dir = %dir.display(), base_offset, len, lost,
                    "the end of a log, which was not synced, is torn and cut off"
                );
            }
            files.get_or_create(*base_offset, SegmentFile::Log)?.set_len(*len)?;
            changed.insert((*base_offset, SegmentFile::Log));
        }
        Repair::WriteIndex { base_offset, file, content } => {
            let index = files.get_or_create(*base_offset, *file)?;
            index.set_len(0)?;
            index.write_at(0, content)?;
            changed.insert((*base_offset, *file));
        }
        Repair::CreateSegment(base_offset) => {
            files.create(*base_offset, log.config().preallocated_bytes())?;
            for file in [SegmentFile::Log, SegmentFile::OffsetIndex, SegmentFile::TimeIndex] {
                changed.insert((*base_offset, file));
            }
        }
        Repair::RemoveSnapshot(offset) => {
            remove_if_there(disk, &dir.join(names::snapshot(*offset)))?;
            snapshots.remove(offset);
        }
        Repair::WriteLeaderEpochs => {
            let content = leader_epoch_checkpoint::format(log.leader_epochs().entries());
            let path = dir.join(leader_epoch_checkpoint::FILE_NAME);
            disk.write_atomic(path, content.as_bytes())?;
        }
    }
    Ok(())
}

struct Found {
    segments: Vec<FoundSegment>,
    snapshots: Vec<Offset>,
}

/// Sorts out what a dir holds; indexes without a log file are removed, as Kafka does.
fn look(files: &SegmentFiles, entries: &[Entry]) -> io::Result<Found> {
    let mut segments = BTreeMap::new();
    let mut snapshots = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.is_dir) {
        match PartitionFile::of(&entry.name) {
            PartitionFile::Segment(base_offset, SegmentFile::Log) => {
                let found = FoundSegment {
                    base_offset,
                    size: entry.len,
                    modified: entry.modified,
                    offset_index_bytes: None,
                    time_index_bytes: None,
                    txn_index_bytes: None,
                };
                segments.insert(base_offset, found);
            }
            PartitionFile::Snapshot(offset) => snapshots.push(offset),
            _ => {}
        }
    }
    for entry in entries.iter().filter(|entry| !entry.is_dir) {
        let PartitionFile::Segment(base_offset, file) = PartitionFile::of(&entry.name) else {
            continue;
        };
        match (segments.get_mut(&base_offset), file) {
            (Some(found), SegmentFile::OffsetIndex) => found.offset_index_bytes = Some(entry.len),
            (Some(found), SegmentFile::TimeIndex) => found.time_index_bytes = Some(entry.len),
            (Some(found), SegmentFile::TxnIndex) => found.txn_index_bytes = Some(entry.len),
            (Some(_), SegmentFile::Log) => {}
            (None, _) => remove_if_there(files.disk(), &files.dir().join(&entry.name))?,
        }
    }
    snapshots.sort_unstable();
    Ok(Found { segments: segments.into_values().collect(), snapshots })
}

fn read_epochs(files: &SegmentFiles) -> io::Result<Vec<EpochEntry>> {
    let path = files.dir().join(leader_epoch_checkpoint::FILE_NAME);
    let content = match files.disk().read(&path, CHECKPOINT_BYTES_MAX) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    // A broken checkpoint is like a missing one: epochs are learnt again from the batches, which is
    // told then.
    let parsed = leader_epoch_checkpoint::parse(&String::from_utf8_lossy(&content));
    Ok(parsed.unwrap_or_default())
}

/// Removes what deletion and compaction left half done, and completes a compaction that had written
/// everything: its `.swap` files take the place of the segments they were made from.
fn finish_swaps(files: &SegmentFiles, entries: &[Entry]) -> io::Result<()> {
    let (disk, dir) = (files.disk(), files.dir());
    let offset_in = |name: &str| name.get(..20).and_then(|digits| digits.parse::<Offset>().ok());
    let mut swaps = Vec::new();
    let mut first_cleaned = Offset::MAX;
    for entry in entries.iter().filter(|entry| !entry.is_dir) {
        match PartitionFile::of(&entry.name) {
            PartitionFile::Leftover => {
                if entry.name.ends_with(names::CLEANED_SUFFIX) {
                    first_cleaned = first_cleaned.min(offset_in(&entry.name).unwrap_or(0));
                }
                remove_if_there(disk, &dir.join(&entry.name))?;
            }
            PartitionFile::Swap(offset) => swaps.push((offset, entry.name.clone())),
            _ => {}
        }
    }
    let (whole, halves): (Vec<_>, Vec<_>) =
        swaps.into_iter().partition(|(offset, _)| *offset < first_cleaned);
    for (_, name) in halves {
        remove_if_there(disk, &dir.join(name))?;
    }
    let (mut from, mut to) = (Offset::MAX, Offset::MIN);
    for (offset, name) in whole.iter().filter(|(_, name)| name.ends_with(".log.swap")) {
        from = from.min(*offset);
        to = to.max(end_of_file(files, name)?.max(*offset));
    }
    for entry in entries {
        if let PartitionFile::Segment(base_offset, _) = PartitionFile::of(&entry.name)
            && (from..to).contains(&base_offset)
        {
            remove_if_there(disk, &dir.join(&entry.name))?;
        }
    }
    for (_, name) in &whole {
        let target = name.strip_suffix(names::SWAP_SUFFIX).unwrap_or(name);
        disk.rename(dir.join(name), dir.join(target))?;
    }
    Ok(())
}

/// The offset behind the last batch of a log file.
fn end_of_file(files: &SegmentFiles, name: &str) -> io::Result<Offset> {
    let file = files.disk().open(files.dir().join(name), Open::Read)?;
    let (len, mut position, mut end) = (ByteSource::len(&file), 0, Offset::MIN);
    let mut buffer = [0; BatchHeader::LEN];
    while position < len {
        let count = file.read_at(position, &mut buffer)?;
        let header = match BatchHeader::parse(&buffer[..count]) {
            Ok(header) => header,
            // Kafka was killed while it compacted a log that this broker does not read.
            Err(error @ BatchError::UnsupportedMagic { magic: 0..=1 }) => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{name}: {error}")));
            }
            Err(_) => break,
        };
        end = header.next_offset();
        position += header.size_in_bytes() as u64;
    }
    Ok(end)
}
