//! Looks at the metadata log before it is opened. Opening cuts off what is behind the last whole
//! batch, as a crash leaves it. That may be more than a torn end:
//!
//! - What lies before a snapshot's end, or before the beginning of a later leader epoch, was whole
//!   when that snapshot was written, or that leader read it. Damage there is a failing disk or
//!   somebody's hand, and what is behind was committed: the start is refused.
//! - Else whole batches behind a hole may be what a power cut left of writes that were never synced,
//!   and nobody was answered. They are cut off, but a copy is kept.

use std::io;
use std::path::{Path, PathBuf};

use ottla_io::{Disk, File, Open};
use ottla_model::Offset;
use ottla_record::BatchView;
use tracing::warn;

/// Bytes read at a time, if no batch is larger.
const WINDOW_BYTES: usize = 4 << 20;
/// Bytes of a batch before the part that its length counts: base offset and length.
const LENGTH_END: usize = 12;
/// Bytes of the smallest batch: its header.
const BATCH_BYTES_MIN: usize = 61;
/// Position of the magic byte in a batch, and its value.
const MAGIC: (usize, u8) = (16, 2);
/// Bytes of the largest batch that is looked for behind damage.
const BATCH_BYTES_MAX: usize = 256 << 20;

/// Looks at the log in `dir`, whose newest snapshot ends at `snapshot_end`.
///
/// # Errors
/// What the device said; `InvalidData` with what to do if committed records would be lost.
pub(super) fn check(disk: &Disk, dir: &Path, snapshot_end: Offset) -> io::Result<()> {
    let segments = segments(disk, dir, snapshot_end)?;
    let (mut end, mut bytes) = (0, 0);
    for (at, (base_offset, path)) in segments.iter().enumerate() {
        let file = disk.open(path, Open::Read)?;
        let walked = walk(&file, *base_offset)?;
        (end, bytes) = (walked.end_offset, bytes + file.len()?);
        if walked.is_whole {
            continue;
        }
        let mut behind = behind(&file, walked.position + 1, walked.end_offset)?;
        for (_, later) in &segments[at + 1..] {
            let found = self::behind(&disk.open(later, Open::Read)?, 0, walked.end_offset)?;
            behind =
                Behind { any: behind.any || found.any, leader: behind.leader.or(found.leader) };
        }
        if let Some(offset) = behind.leader {
            let lost = format!("what was committed from there to offset {offset}, and behind it");
            return Err(damaged(path, &walked, &lost));
        }
        if walked.end_offset < snapshot_end {
            let lost = format!("what was committed behind the snapshot of offset {snapshot_end}");
            return Err(damaged(path, &walked, &lost));
        }
        return if behind.any { keep(disk, path, &walked, &segments[at + 1..]) } else { Ok(()) };
    }
    if bytes > 0 && end < snapshot_end { Err(ends_early(dir, end, snapshot_end)) } else { Ok(()) }
}

/// The segments that a start reads, by base offset: not those before the one with the snapshot's end.
fn segments(disk: &Disk, dir: &Path, snapshot_end: Offset) -> io::Result<Vec<(Offset, PathBuf)>> {
    let mut segments = Vec::new();
    for entry in disk.list(dir)? {
        let base = entry.name.strip_suffix(".log").filter(|base| base.len() == 20);
        if let Some(base_offset) = base.and_then(|base| base.parse::<Offset>().ok()) {
            segments.push((base_offset, dir.join(&entry.name)));
        }
    }
    segments.sort_unstable();
    let covered = segments.iter().skip(1).take_while(|(base, _)| *base <= snapshot_end).count();
    Ok(segments.split_off(covered.min(segments.len())))
}

/// Copies what a start will cut off.
fn keep(disk: &Disk, path: &Path, walked: &Walked, later: &[(Offset, PathBuf)]) -> io::Result<()> {
    let whole = later.iter().map(|(_, later)| (later.as_path(), 0));
    for (path, position) in std::iter::once((path, walked.position)).chain(whole) {
        let file = disk.open(path, Open::Read)?;
        let mut copy = path.as_os_str().to_owned();
        copy.push(format!(".cut-{position}"));
        let len = usize::try_from(file.len()?.saturating_sub(position)).unwrap_or(usize::MAX);
        disk.write_atomic(&copy, &read(&file, position, len)?)?;
        warn!(
            path = %path.display(),
            position,
            offset = walked.end_offset,
            copy = %Path::new(&copy).display(),
            "metadata log is broken near its end, as a power cut leaves it; what was not synced is \
             cut off, and kept in a copy"
        );
    }
    Ok(())
}

/// How far a segment is whole.
struct Walked {
    end_offset: Offset,
    position: u64,
    is_whole: bool,
}

fn walk(file: &File, base_offset: Offset) -> io::Result<Walked> {
    let len = file.len()?;
    let (mut end_offset, mut position) = (base_offset, 0);
    let mut window = WINDOW_BYTES;
    while position < len {
        let bytes = read(file, position, window)?;
        let before = position;
        let mut rest = bytes.as_slice();
        while let Some(batch) = batch_at(rest).filter(|batch| batch.base_offset >= end_offset) {
            end_offset = batch.next_offset;
            position += batch.size as u64;
            rest = &rest[batch.size..];
        }
        if position > before {
            window = WINDOW_BYTES;
            continue;
        }
        // A batch that is larger than the window, if there is that much; else this is no batch.
        let announced = announced_size(rest).filter(|size| *size > bytes.len());
        let there = announced.filter(|size| *size as u64 <= len - position);
        match there {
            Some(size) if size <= BATCH_BYTES_MAX => window = size,
            _ => return Ok(Walked { end_offset, position, is_whole: false }),
        }
    }
    Ok(Walked { end_offset, position, is_whole: true })
}

/// What is found behind damage.
#[derive(Default)]
struct Behind {
    /// Some whole batch that could continue the log.
    any: bool,
    /// Offset of one that a new leader began with.
    leader: Option<Offset>,
}

/// Looks for whole batches from `position` on whose offsets are not below `end_offset`.
fn behind(file: &File, mut position: u64, end_offset: Offset) -> io::Result<Behind> {
    let len = file.len()?;
    let mut found = Behind::default();
    while position + BATCH_BYTES_MIN as u64 <= len {
        let bytes = read(file, position, WINDOW_BYTES)?;
        let mut at = 0;
        while let Some(candidate) = bytes.get(at..).filter(|rest| rest.len() >= BATCH_BYTES_MIN) {
            let there = len - position - at as u64;
            let size = announced_size(candidate).filter(|size| {
                candidate[MAGIC.0] == MAGIC.1 && *size <= BATCH_BYTES_MAX && *size as u64 <= there
            });
            let batch = match size {
                Some(size) if size <= candidate.len() => batch_at(candidate),
                Some(size) => batch_at(&read(file, position + at as u64, size)?),
                None => None,
            };
            let Some(batch) = batch.filter(|batch| batch.base_offset >= end_offset) else {
                at += 1;
                continue;
            };
            found.any = true;
            if batch.is_control {
                found.leader = Some(batch.base_offset);
                return Ok(found);
            }
            at += batch.size;
        }
        position += at.max(1) as u64;
    }
    Ok(found)
}

struct Batch {
    base_offset: Offset,
    next_offset: Offset,
    size: usize,
    is_control: bool,
}

/// The undamaged batch that these bytes begin with.
fn batch_at(bytes: &[u8]) -> Option<Batch> {
    let size = announced_size(bytes)?;
    let view = BatchView::parse(bytes.get(..size)?).ok()?;
    view.check_crc().ok()?;
    let header = view.header();
    Some(Batch {
        base_offset: header.base_offset,
        next_offset: header.next_offset(),
        size,
        is_control: header.is_control(),
    })
}

fn announced_size(bytes: &[u8]) -> Option<usize> {
    let length = bytes.get(8..LENGTH_END)?.try_into().ok().map(i32::from_be_bytes)?;
    let size = usize::try_from(length).ok()?.checked_add(LENGTH_END)?;
    (size >= BATCH_BYTES_MIN).then_some(size)
}

fn read(file: &File, position: u64, len: usize) -> io::Result<Vec<u8>> {
    let there = file.len()?.saturating_sub(position);
    let mut bytes = vec![0; len.min(usize::try_from(there).unwrap_or(len))];
    let count = file.read_at(position, &mut bytes)?;
    bytes.truncate(count);
    Ok(bytes)
}

fn damaged(path: &Path, walked: &Walked, lost: &str) -> io::Error {
    let (path, position, offset) = (path.display(), walked.position, walked.end_offset);
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!(
            "{path} is damaged at position {position} (offset {offset}), and a start would lose \
             {lost}. Restore the file from a backup. To give up what is lost, cut the file off \
             (truncate -s {position} {path}), or move all *.log, *.index and *.timeindex files of \
             its directory away to go on from the newest *.checkpoint"
        ),
    )
}

fn ends_early(dir: &Path, end: Offset, snapshot_end: Offset) -> io::Error {
    let dir = dir.display();
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!(
            "the metadata log in {dir} ends at offset {end}, before its newest snapshot, which ends \
             at {snapshot_end}: the end of the log is gone, and with it whatever was recorded \
             behind the snapshot. Restore the newest *.log file from a backup. To go on from the \
             snapshot, move all *.log, *.index and *.timeindex files of the directory away"
        ),
    )
}
