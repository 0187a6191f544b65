//! Log dirs are locked, belong to this node and cluster or are formatted for them, and are taken into
//! use; of several, those that the device lets be.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ottla_base::{Uuid, WallTime};
use ottla_io::{DirLock, Disk};
use ottla_log::files::meta_properties::{self, MetaProperties};
use ottla_log::files::{clean_shutdown, offset_checkpoint};
use ottla_model::{METADATA_TOPIC, TopicPartition};
use tracing::{error, info, warn};

use super::checkpoints::Checkpoints;
use super::damage::Damages;
use super::dirs::{LogDir, Taken};
use super::manifest;
use super::open_files::OpenFiles;
use super::producers::ProducerTotal;
use super::settings::StorageSettings;
use super::space::Reserve;

/// Name of the lock file in a log dir.
const LOCK_FILE: &str = ".lock";
/// Bytes of the largest `meta.properties` or `.kafka_cleanshutdown` that makes sense.
const SMALL_FILE_BYTES_MAX: u64 = 64 << 10;

/// Locks and opens all log dirs; also returns the cluster they belong to. A dir that the device keeps
/// from being read or written has failed, and the others go on, as long as the metadata log is in one
/// of them.
pub(super) fn open_dirs(
    disk: &Disk,
    settings: &StorageSettings,
    now: WallTime,
    seed: u64,
    new_ids: &[Uuid],
    of_node: &OfNode,
) -> io::Result<(String, Vec<Arc<LogDir>>)> {
    let mut found = Vec::new();
    for path in &settings.log_dirs {
        let taken = Locked::take(disk, path).map(Ok);
        found.push(taken.or_else(|error| settings.go_on(path, error))?);
    }
    let locked = || found.iter().filter_map(|dir| dir.as_ref().ok());
    let named = locked().filter_map(|dir| dir.meta.as_ref()?.cluster_id.clone()).next();
    if named.is_none() {
        // Another cluster id would make another cluster of what is there.
        locked().try_for_each(|dir| dir.check_new(disk))?;
    }
    let cluster_id = settings.cluster_id.clone().or(named);
    let made_up = || new_ids.last().map(Uuid::to_string).unwrap_or_default();
    let cluster_id = cluster_id.unwrap_or_else(made_up);
    let identity = Identity { node_id: settings.node_id, cluster_id: cluster_id.clone() };
    // All of them before the first is opened, which takes the mark of a clean stop away.
    locked().try_for_each(|dir| dir.check(&identity))?;
    let mut dirs = Vec::new();
    for ((found, path), &id) in found.into_iter().zip(&settings.log_dirs).zip(new_ids) {
        let known = found.as_ref().ok().and_then(|dir| dir.meta.as_ref()?.directory_id);
        let is_new = found.as_ref().is_ok_and(|dir| dir.meta.is_none());
        let opened = match found {
            Ok(dir) => dir
                .open(disk, &identity, now, id, seed, of_node)
                .map(Ok)
                .or_else(|error| settings.go_on(path, error))?,
            Err(Failed) => Err(Failed),
        };
        if is_new && opened.is_ok() {
            info!(dir = %path.display(), cluster_id, "log dir formatted");
        }
        let failed = |Failed| LogDir::failed(disk, path, known.unwrap_or(Uuid::ZERO), of_node);
        dirs.push(Arc::new(opened.unwrap_or_else(failed)));
    }
    if dirs.iter().all(|dir| dir.is_offline()) {
        return Err(io::Error::other("all log dirs have failed: see the lines above"));
    }
    Ok((cluster_id, dirs))
}

/// A log dir that could not be opened, which has been told.
struct Failed;

impl StorageSettings {
    /// Notes that a dir could not be opened.
    ///
    /// # Errors
    /// `error`, if the node cannot go on: the metadata log is in that dir, or is to be; or the device
    /// is not what stands in the way, and the operator has to look.
    fn go_on<T>(&self, path: &Path, error: io::Error) -> io::Result<Result<T, Failed>> {
        let is_metadata = self.metadata_log_dir.as_ref().or(self.log_dirs.first());
        let is_refusal =
            matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::InvalidData);
        if is_refusal || is_metadata.is_none_or(|dir| dir == path) {
            return Err(error);
        }
        error!(
            dir = %path.display(), %error,
            "log dir failed: it cannot be opened, and the partitions in it are offline"
        );
        Ok(Err(Failed))
    }
}

/// A log dir that is locked, and what its `meta.properties` says, if there is one.
struct Locked {
    path: PathBuf,
    lock: DirLock,
    meta: Option<MetaProperties>,
}

impl Locked {
    /// Makes the dir if it does not exist, and takes its lock.
    fn take(disk: &Disk, path: &Path) -> io::Result<Self> {
        create_dir_durably(disk, path).map_err(|error| {
            let text =
                format!("{error}; let log.dirs name a directory that this user may write to");
            io::Error::new(error.kind(), text)
        })?;
        let lock = disk.lock(path.join(LOCK_FILE)).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => io::Error::new(
                io::ErrorKind::WouldBlock,
                format!(
                    "the log dir {} is in use by another process: stop that one, or give this one \
                     another log.dirs",
                    path.display()
                ),
            ),
            _ => error,
        })?;
        let meta = match read_small(disk, &path.join(meta_properties::FILE_NAME))? {
            Some(text) => Some(meta_properties::parse(&text).map_err(|why| {
                let path = path.join(meta_properties::FILE_NAME);
                invalid(format!("{}: {why}", path.display()))
            })?),
            None => None,
        };
        Ok(Self { path: path.to_owned(), lock, meta })
    }

    /// Sees that the dir belongs to this node and cluster, if it is not new.
    fn check(&self, identity: &Identity) -> io::Result<()> {
        self.meta.as_ref().map_or(Ok(()), |meta| identity.check(&self.path, meta))
    }

    /// Sees that a dir without `meta.properties` holds no metadata log: a cluster has lived there.
    fn check_new(&self, disk: &Disk) -> io::Result<()> {
        let metadata = TopicPartition::new(METADATA_TOPIC, 0).to_string();
        if disk.list(&self.path)?.iter().all(|entry| entry.name != metadata) {
            return Ok(());
        }
        let path = self.path.display();
        Err(invalid(format!(
            "the log dir {path} holds a metadata log, but no meta.properties with the id of its \
             cluster: restore the file from a backup, or write one with the lines version=1, \
             cluster.id=<the id> and node.id=<the node's>"
        )))
    }

    /// Formats the dir if it is new, takes the mark of a clean stop, and reads its checkpoints.
    fn open(
        self,
        disk: &Disk,
        identity: &Identity,
        now: WallTime,
        random_id: Uuid,
        seed: u64,
        of_node: &OfNode,
    ) -> io::Result<LogDir> {
        let Self { path, lock, meta } = self;
        let id = match &meta {
            Some(meta) => meta.directory_id,
            None => None,
        };
        let complete = meta.as_ref().is_some_and(|meta| meta.directory_id.is_some());
        let id = id.unwrap_or(random_id);
        if !complete {
            let meta = MetaProperties {
                cluster_id: Some(identity.cluster_id.clone()),
                node_id: Some(identity.node_id),
                directory_id: Some(id),
            };
            let recovery_points = path.join(offset_checkpoint::RECOVERY_POINT);
            if !disk.exists(&recovery_points)? {
                // Should it be missing one day, it was lost.
                let nothing = offset_checkpoint::format(&BTreeMap::new());
                disk.write_atomic(recovery_points, nothing.as_bytes())?;
            }
            let content = meta_properties::format(&meta);
            disk.write_atomic(path.join(meta_properties::FILE_NAME), content.as_bytes())?;
        }
        let manifest = manifest::read(disk, &path);
        let clean_epoch = take_clean_shutdown(disk, &path)?;
        let checkpoints = Checkpoints::read(disk, &path)?;
        if checkpoints.recovery_points_lost && clean_epoch.is_none() {
            let path = path.join(offset_checkpoint::RECOVERY_POINT);
            warn!(path = %path.display(), "recovery points are lost: all segments are checked");
        }
        let opened_at = now;
        let lock = Some(lock);
        let taken = Taken { path, lock, id, opened_at, seed, manifest, clean_epoch, checkpoints };
        LogDir::new(disk, taken, of_node)
    }
}

/// What the log dirs of a node have in common.
#[derive(Debug)]
pub(super) struct OfNode {
    pub(super) reserve: Reserve,
    pub(super) damages: Arc<Damages>,
    pub(super) open_files: Arc<OpenFiles>,
    pub(super) producers: Arc<ProducerTotal>,
}

/// Whom log dirs have to belong to.
#[derive(Debug, Clone)]
struct Identity {
    node_id: i32,
    cluster_id: String,
}

impl Identity {
    fn check(&self, path: &Path, meta: &MetaProperties) -> io::Result<()> {
        let path = path.display();
        if let Some(node_id) = meta.node_id.filter(|&node_id| node_id != self.node_id) {
            let own = self.node_id;
            return Err(invalid(format!(
                "the log dir {path} belongs to node {node_id}, this is node {own}: set \
                 node.id={node_id}, or give this node a log dir of its own"
            )));
        }
        let other = |id: &&String| **id != self.cluster_id;
        if let Some(cluster_id) = meta.cluster_id.as_ref().filter(other) {
            let own = &self.cluster_id;
            return Err(invalid(format!(
                "the log dir {path} belongs to the cluster {cluster_id}, not to {own}: every log \
                 dir of a node has to be of one cluster"
            )));
        }
        Ok(())
    }
}

/// Makes a dir and those above it; a power cut does not take them away again.
pub(crate) fn create_dir_durably(disk: &Disk, path: &Path) -> io::Result<()> {
    let mut missing = Vec::new();
    for dir in path.ancestors().filter(|dir| !dir.as_os_str().is_empty()) {
        if disk.exists(dir)? {
            break;
        }
        missing.push(dir);
    }
    disk.create_dir_all(path)?;
    for dir in missing.into_iter().rev() {
        let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty());
        disk.sync_dir(parent.unwrap_or(Path::new(".")))?;
    }
    Ok(())
}

/// Takes the mark of a clean stop away, so that a crash from now on is not taken for one.
fn take_clean_shutdown(disk: &Disk, dir: &Path) -> io::Result<Option<i64>> {
    let path = dir.join(clean_shutdown::FILE_NAME);
    let Some(text) = read_small(disk, &path)? else { return Ok(None) };
    disk.remove_file(&path)?;
    disk.sync_dir(dir)?;
    Ok(Some(clean_shutdown::parse(&text)))
}

fn read_small(disk: &Disk, path: &Path) -> io::Result<Option<String>> {
    match disk.read(path, SMALL_FILE_BYTES_MAX) {
        Ok(content) => Ok(Some(String::from_utf8_lossy(&content).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
