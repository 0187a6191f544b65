//! Log dirs are made for a node and its cluster before the node first starts, as `kafka-storage.sh
//! format` does. A node that starts on empty dirs does the same by itself, with the newest levels.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use ottla_base::Uuid;
use ottla_controller::decide;
use ottla_io::Disk;
use ottla_log::files::meta_properties::{self, MetaProperties};
use ottla_log::files::offset_checkpoint;
use ottla_model::METADATA_TOPIC;

use crate::metadata;
use crate::settings::NodeSettings;
use crate::storage;

/// Bytes of the largest `meta.properties` that makes sense.
const META_BYTES_MAX: u64 = 64 << 10;

/// What dirs are made for.
#[derive(Debug, Clone)]
pub struct Formatting {
    /// The cluster.
    pub cluster_id: String,
    /// Level of each feature at which the cluster begins.
    pub levels: BTreeMap<String, i16>,
    /// The id of the dir with the metadata log, if somebody has chosen it.
    pub metadata_directory_id: Option<Uuid>,
}

/// What a dir is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Partitions only.
    Data,
    /// The metadata log as well, with voters by the settings.
    Metadata,
    /// The metadata log as well, with voters in the log.
    DynamicVoter,
}

/// The dirs of a node: those that are formatted, and those that are not yet, in order.
#[derive(Debug)]
pub struct Dirs {
    /// They have a `meta.properties`.
    pub formatted: Vec<PathBuf>,
    /// They have none, or do not exist.
    pub empty: Vec<PathBuf>,
}

/// Looks at the log dirs of a node that is to be of `cluster_id`.
///
/// # Errors
/// A dir is another node's or another cluster's, or cannot be read.
pub fn look(disk: &Disk, settings: &NodeSettings, cluster_id: &str) -> io::Result<Dirs> {
    let mut dirs = Dirs { formatted: Vec::new(), empty: Vec::new() };
    for dir in all_dirs(settings) {
        let path = dir.join(meta_properties::FILE_NAME);
        if !disk.exists(&path)? {
            dirs.empty.push(dir);
            continue;
        }
        let bytes = disk.read(&path, META_BYTES_MAX)?;
        let wrong = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
        let meta = meta_properties::parse(&String::from_utf8_lossy(&bytes))
            .map_err(|why| wrong(format!("{}: {why}", path.display())))?;
        if let Some(found) = meta.cluster_id.filter(|found| found != cluster_id) {
            return Err(wrong(format!(
                "Invalid cluster.id in: {}. Expected {cluster_id}, but read {found}",
                path.display()
            )));
        }
        if let Some(found) = meta.node_id.filter(|found| *found != settings.node_id) {
            return Err(wrong(format!(
                "Stored node id {found} doesn't match previous node id {} in {}",
                settings.node_id,
                path.display()
            )));
        }
        dirs.formatted.push(dir);
    }
    Ok(dirs)
}

/// What `dir` is used for.
pub fn use_of(settings: &NodeSettings, dir: &Path) -> Use {
    match (metadata_log_dir(settings) == Some(dir), settings.metadata.static_voters.is_empty()) {
        (false, _) => Use::Data,
        (true, false) => Use::Metadata,
        (true, true) => Use::DynamicVoter,
    }
}

/// Formats a dir; `meta.properties` comes last, for it says that all the rest is there.
///
/// # Errors
/// The device's, or a metadata log that is there although the dir is not formatted.
pub fn format(
    disk: &Disk,
    settings: &NodeSettings,
    dir: &Path,
    formatting: &Formatting,
    random_id: Uuid,
    now_ms: i64,
) -> io::Result<()> {
    storage::create_dir_durably(disk, dir)?;
    let is_data = use_of(settings, dir) == Use::Data;
    let chosen_id = formatting.metadata_directory_id.filter(|_| !is_data);
    let directory_id = chosen_id.unwrap_or(random_id);
    if !is_data {
        let log = dir.join(format!("{METADATA_TOPIC}-0"));
        if disk.exists(&log)? && !disk.list(&log)?.is_empty() {
            return Err(io::Error::other(format!(
                "{} holds a metadata log, but {} no {}: a cluster has lived there",
                log.display(),
                dir.display(),
                meta_properties::FILE_NAME
            )));
        }
        storage::create_dir_durably(disk, &log)?;
        let level_of = |feature: &str| formatting.levels.get(feature).copied().unwrap_or(0);
        let records = decide::bootstrap_records_of(level_of);
        metadata::format_log(disk, &log, &settings.metadata, directory_id, &records, now_ms)?;
    }
    // Should it be missing one day, it was lost.
    let nothing = offset_checkpoint::format(&BTreeMap::new());
    disk.write_atomic(dir.join(offset_checkpoint::RECOVERY_POINT), nothing.as_bytes())?;
    let meta = MetaProperties {
        cluster_id: Some(formatting.cluster_id.clone()),
        node_id: Some(settings.node_id),
        directory_id: Some(directory_id),
    };
    let content = meta_properties::format(&meta);
    disk.write_atomic(dir.join(meta_properties::FILE_NAME), content.as_bytes())
}

/// Every log dir and that of the metadata log, in order.
pub fn all_dirs(settings: &NodeSettings) -> Vec<PathBuf> {
    let mut dirs = settings.storage.log_dirs.clone();
    dirs.extend(settings.storage.metadata_log_dir.clone());
    dirs.sort();
    dirs.dedup();
    dirs
}

fn metadata_log_dir(settings: &NodeSettings) -> Option<&Path> {
    let storage = &settings.storage;
    storage.metadata_log_dir.as_ref().or(storage.log_dirs.first()).map(PathBuf::as_path)
}
