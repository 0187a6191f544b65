//! The manifest of a log dir, with which a start after a clean stop looks into no partition's dir:
//! written just before the mark of the clean stop, and believed only by a start that finds the very
//! same mark and checkpoints.

use std::io;
use std::path::Path;

use ottla_io::{Disk, FileIdentity};
use ottla_log::files::manifest::{self, Content, Manifest, ManifestEntry, MarkIdentity, Tie};
use ottla_log::files::{clean_shutdown, offset_checkpoint};
use tracing::{info, warn};

use super::segment_files::append_to_name;

/// Bytes of the largest manifest that makes sense: some million partitions.
const MANIFEST_BYTES_MAX: u64 = 512 << 20;
/// Bytes of the largest checkpoint that makes sense.
const CHECKPOINT_BYTES_MAX: u64 = 256 << 20;

/// What the manifest in `dir` says of its partitions, if it is of the state the dir is in. To be
/// called before anything of that state is changed.
pub(super) fn read(disk: &Disk, dir: &Path) -> Option<Vec<ManifestEntry>> {
    let path = dir.join(manifest::FILE_NAME);
    let found = try_read(disk, dir, &path);
    found.unwrap_or_else(|error| {
        warn!(path = %path.display(), %error, "manifest left out: each partition is looked at");
        None
    })
}

fn try_read(disk: &Disk, dir: &Path, path: &Path) -> io::Result<Option<Vec<ManifestEntry>>> {
    let Some(mark) = if_there(disk.identity(dir.join(clean_shutdown::FILE_NAME)))? else {
        // After an unclean stop nothing is as any manifest says.
        return Ok(None);
    };
    let Some(content) = if_there(disk.read(path, MANIFEST_BYTES_MAX))? else { return Ok(None) };
    let manifest =
        manifest::parse(&content).map_err(|why| io::Error::new(io::ErrorKind::InvalidData, why))?;
    if manifest.tie != tie(disk, dir, mark)? {
        info!(
            path = %path.display(),
            "the log dir was used or copied since its manifest was written: each partition is looked at"
        );
        return Ok(None);
    }
    Ok(Some(manifest.partitions))
}

/// Says to the next start that nothing needs recovery, and what there is. The last act of a clean
/// stop. A full disk keeps the manifest out, not the mark.
pub(super) fn mark_clean(
    disk: &Disk,
    dir: &Path,
    broker_epoch: i64,
    partitions: Vec<ManifestEntry>,
) -> io::Result<()> {
    let mark = dir.join(clean_shutdown::FILE_NAME);
    // Under its later name it is the same file: the manifest can name it before it counts.
    let unnamed = append_to_name(&mark, ".tmp");
    disk.write_synced(&unnamed, clean_shutdown::format(broker_epoch).as_bytes())?;
    let tie = tie(disk, dir, disk.identity(&unnamed)?)?;
    let content = manifest::format(&Manifest { tie, partitions });
    match disk.write_atomic(dir.join(manifest::FILE_NAME), &content) {
        Err(error) if error.kind() == io::ErrorKind::StorageFull => {
            warn!(%error, "manifest not written: the next start looks at each partition");
        }
        written => written?,
    }
    disk.rename(&unnamed, &mark)?;
    disk.sync_dir(dir)
}

fn tie(disk: &Disk, dir: &Path, mark: FileIdentity) -> io::Result<Tie> {
    let mut checkpoints = [None; 4];
    let names = [
        offset_checkpoint::RECOVERY_POINT,
        offset_checkpoint::LOG_START,
        offset_checkpoint::REPLICATION,
        offset_checkpoint::CLEANER,
    ];
    for (checkpoint, name) in checkpoints.iter_mut().zip(names) {
        let content = if_there(disk.read(dir.join(name), CHECKPOINT_BYTES_MAX))?;
        *checkpoint = content.map(|content| Content::of(&content));
    }
    let FileIdentity { inode, modified_ns, len } = mark;
    Ok(Tie { mark: MarkIdentity { inode, modified_ns, len }, checkpoints })
}

fn if_there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
