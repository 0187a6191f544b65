//! The log dirs of a node that is stopped: whose they are, how they were left, and whether every
//! batch in them is sound. Reads, and changes nothing.

use std::path::{Path, PathBuf};

use ottla_io::{Disk, Open};
use ottla_log::SegmentFile;
use ottla_log::files::names::{LogDirEntry, PartitionFile};
use ottla_log::files::{
    clean_shutdown, leader_epoch_checkpoint, meta_properties, offset_checkpoint, partition_metadata,
};
use ottla_log::scrub::{Extent, SegmentCheck, Suspicion, survey};

use super::finding::Finding;

/// Bytes read at a time.
const READ_BYTES: usize = 1 << 20;
/// Bytes of the largest text file that is read.
const TEXT_BYTES_MAX: u64 = 256 << 20;

/// Looks into the dirs.
///
/// # Errors
/// A dir cannot be read, or a node is using it.
pub(super) fn look(dirs: &[PathBuf]) -> Result<Vec<Finding>, String> {
    let disk = Disk::os();
    let mut findings = Vec::new();
    for dir in dirs {
        look_into(&disk, dir, &mut findings).map_err(|error| error.to_string())?;
    }
    Ok(findings)
}

fn look_into(disk: &Disk, dir: &Path, findings: &mut Vec<Finding>) -> std::io::Result<()> {
    let entries = disk.list(dir)?;
    let lock = dir.join(".lock");
    let _lock = if disk.exists(&lock)? { Some(disk.lock(&lock)?) } else { None };
    let place = dir.display().to_string();
    match read_text(disk, &dir.join(meta_properties::FILE_NAME)) {
        Ok(text) => {
            if let Err(why) = meta_properties::parse(&text) {
                let what = format!("meta.properties: {why}");
                let advice = "put back the file, or its lines, from a backup";
                findings.push(Finding::problem("identity", what, &*place, advice));
            }
        }
        Err(why) => {
            let what = format!("no identity: {why}");
            let advice = "see that this is a log dir; a start would take it for a new one";
            findings.push(Finding::problem("identity", what, &*place, advice));
        }
    }
    let is_clean = entries.iter().any(|entry| entry.name == clean_shutdown::FILE_NAME);
    if !is_clean {
        let advice = "nothing to do: the next start recovers what lies behind the recovery points";
        findings.push(Finding::note("clean-stop", "not stopped cleanly", &*place, advice));
    }
    for name in [
        offset_checkpoint::RECOVERY_POINT,
        offset_checkpoint::LOG_START,
        offset_checkpoint::REPLICATION,
    ] {
        let parse = |text: &str| offset_checkpoint::parse(text).map(drop);
        check_text(disk, &dir.join(name), parse, findings);
    }
    for entry in entries.iter().filter(|entry| entry.is_dir) {
        if let LogDirEntry::Replica(_) = LogDirEntry::of(&entry.name) {
            look_into_partition(disk, &dir.join(&entry.name), is_clean, findings)?;
        }
    }
    Ok(())
}

fn read_text(disk: &Disk, path: &Path) -> std::io::Result<String> {
    disk.read(path, TEXT_BYTES_MAX).map(|content| String::from_utf8_lossy(&content).into_owned())
}

/// A file that need not be there, and is to be of its format if it is.
fn check_text(
    disk: &Disk,
    path: &Path,
    parse: impl Fn(&str) -> Result<(), ottla_log::files::BadFile>,
    findings: &mut Vec<Finding>,
) {
    let Ok(text) = read_text(disk, path) else { return };
    if let Err(why) = parse(&text) {
        let advice = "remove the file: a start makes it anew";
        findings.push(Finding::problem(
            "checkpoints",
            format!("cannot be read: {why}"),
            path.display().to_string(),
            advice,
        ));
    }
}

fn look_into_partition(
    disk: &Disk,
    dir: &Path,
    is_clean: bool,
    findings: &mut Vec<Finding>,
) -> std::io::Result<()> {
    let epochs = |text: &str| leader_epoch_checkpoint::parse(text).map(drop);
    check_text(disk, &dir.join(leader_epoch_checkpoint::FILE_NAME), epochs, findings);
    let topic_id = |text: &str| partition_metadata::parse(text).map(drop);
    check_text(disk, &dir.join(partition_metadata::FILE_NAME), topic_id, findings);
    let entries = disk.list(dir)?;
    let bases: Vec<i64> = entries
        .iter()
        .filter_map(|entry| match PartitionFile::of(&entry.name) {
            PartitionFile::Segment(base, SegmentFile::Log) => Some(base),
            _ => None,
        })
        .collect();
    for (index, &base) in bases.iter().enumerate() {
        let next = bases.get(index + 1).copied();
        // The torn end of a node that was killed is no damage.
        if next.is_none() && !is_clean {
            continue;
        }
        check_segment(disk, dir, base, next.unwrap_or(i64::MAX), findings)?;
    }
    Ok(())
}

fn check_segment(
    disk: &Disk,
    dir: &Path,
    base: i64,
    next: i64,
    findings: &mut Vec<Finding>,
) -> std::io::Result<()> {
    let path = dir.join(SegmentFile::Log.name(base));
    let file = disk.open(&path, Open::Read)?;
    let len = file.len()?;
    let mut check = SegmentCheck::sealed(base, len, next);
    let mut buffer = vec![0; READ_BYTES];
    while let Some(at) = check.wants() {
        let count = file.read_passing(at, &mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        if let Err(suspicion) = check.feed(buffer.get(..count).unwrap_or_default()) {
            let surveyed = survey(&file, &suspicion, len, next);
            let extent = surveyed.map_err(|error| std::io::Error::other(error.to_string()))?;
            let Some(extent) = extent else { return Ok(()) };
            findings.push(damage(&path, &suspicion, extent));
            check.resume(extent.end_position, extent.next_offset);
        }
    }
    Ok(())
}

fn damage(path: &Path, suspicion: &Suspicion, extent: Extent) -> Finding {
    let Suspicion { position, offset, reason } = suspicion;
    let what = match extent.next_offset {
        i64::MAX => format!("offsets from {offset} on are damaged ({reason})"),
        next => format!("offsets {offset} to {} are damaged ({reason})", next - 1),
    };
    let place = format!("{}, position {position} to {}", path.display(), extent.end_position);
    let advice = "copy the file back from a backup or another replica; check the device, it has \
                  lost bytes. `ottla log dump` shows what is left";
    Finding::problem("damages", what, place, advice)
}
