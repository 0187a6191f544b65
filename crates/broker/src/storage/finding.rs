//! What partitions there are: from the manifest of a log dir, or else from their dirs.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ottla_base::Uuid;
use ottla_io::Disk;
use ottla_log::files::manifest::ManifestEntry;
use ottla_log::files::partition_metadata;
use ottla_model::TopicPartition;
use tracing::{error, info, warn};

use super::dirs::DirContent;
use super::{At, LogDir, Shared};

/// A log dir, and a dir in it that a replica of this partition was moving into.
pub(super) type FutureDir = (Arc<LogDir>, TopicPartition, PathBuf);

/// Bytes of the largest `partition.metadata` that makes sense.
const PARTITION_METADATA_BYTES_MAX: u64 = 4 << 10;
/// Threads that read the topic ids of one log dir.
const LOOKING_AT_ONCE: usize = 8;

impl Shared {
    /// Looks for partitions in all dirs; returns dirs that wait for removal, and those that
    /// replicas were moving into.
    pub(super) async fn find_partitions(
        self: &Arc<Self>,
    ) -> io::Result<(Vec<PathBuf>, Vec<FutureDir>)> {
        let (mut doomed, mut futures) = (Vec::new(), Vec::new());
        for dir in self.dirs.iter().filter(|dir| !dir.is_offline()) {
            match self.find_in(dir).await {
                Ok((found, content)) => {
                    doomed.extend(content.doomed);
                    let moving_in = content.futures.into_iter();
                    futures.extend(moving_in.map(|(name, path)| (Arc::clone(dir), name, path)));
                    doomed.extend(self.add(dir, found)?);
                }
                Err(error) => {
                    error!(dir = dir.name(), %error, "log dir failed: it cannot be looked into");
                    dir.fail();
                }
            }
        }
        self.unusable().map_or(Ok((doomed, futures)), |why| Err(io::Error::other(why)))
    }

    /// The partitions in one dir, and what else is in it.
    async fn find_in(self: &Arc<Self>, dir: &Arc<LogDir>) -> io::Result<(Vec<At>, DirContent)> {
        let looking = Arc::clone(dir);
        let mut content = self.io.blocking(move || looking.content()).await?;
        let partitions = std::mem::take(&mut content.partitions);
        let names: BTreeSet<_> = partitions.iter().map(|(name, _)| name).collect();
        dir.forget_all_but(|name| names.contains(name));
        let told = dir.take_manifest().and_then(|told| {
            let told = told_of_all(told, &partitions);
            if told.is_none() {
                info!(dir = dir.name(), "the manifest tells of other partitions than there are");
            }
            told
        });
        let found = match told {
            Some(found) => found,
            None => self.read_topic_ids(partitions).await?,
        };
        Ok((found, content))
    }

    /// Takes partitions of one dir into use; returns dirs of those that have moved elsewhere.
    fn add(&self, dir: &Arc<LogDir>, found: Vec<At>) -> io::Result<Vec<PathBuf>> {
        let mut partitions = self.lock();
        let mut left = Vec::new();
        let config = Arc::new(self.settings.log.clone());
        let mut topic: Arc<str> = "".into();
        for mut at in found {
            // The partitions of a topic stand together; they share one text.
            if at.name.topic == topic {
                at.name.topic = Arc::clone(&topic);
            }
            topic = Arc::clone(&at.name.topic);
            let name = at.name.clone();
            let made = self.partition_at(dir, at, Arc::clone(&config));
            if !dir.was_clean() {
                made.mark_to_recover();
            }
            let Some(other) = partitions.remove(&name) else {
                partitions.insert(name, Arc::new(made));
                continue;
            };
            let (kept, doomed) = self.keep_one(other, Arc::new(made))?;
            left.extend(doomed);
            partitions.insert(name, kept);
        }
        Ok(left)
    }

    async fn read_topic_ids(
        self: &Arc<Self>,
        found: Vec<(TopicPartition, PathBuf)>,
    ) -> io::Result<Vec<At>> {
        let share = found.len().div_ceil(LOOKING_AT_ONCE).max(1);
        let read: Arc<Mutex<io::Result<Vec<At>>>> = Arc::new(Mutex::new(Ok(Vec::new())));
        let looking: Vec<_> = found
            .chunks(share)
            .map(|some| {
                let (io, disk, some) = (self.io.clone(), self.disk.clone(), some.to_vec());
                let read = Arc::clone(&read);
                self.io.spawn("read topic ids", async move {
                    let looked = io.blocking(move || topic_ids(&disk, some)).await;
                    let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
                    match (&mut *read, looked) {
                        (Ok(all), Ok(some)) => all.extend(some),
                        (all, Err(error)) => *all = Err(error),
                        (Err(_), _) => {}
                    }
                })
            })
            .collect();
        for task in looking {
            let _ = task.join().await;
        }
        let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *read, Ok(Vec::new()))
    }
}

/// What the manifest tells of the partitions that were found; `None` if it tells of others.
fn told_of_all(told: Vec<ManifestEntry>, found: &[(TopicPartition, PathBuf)]) -> Option<Vec<At>> {
    if told.len() != found.len() {
        return None;
    }
    let mut told: BTreeMap<_, _> =
        told.into_iter().map(|entry| (entry.name, (entry.topic_id, entry.log))).collect();
    let at = |(name, path): &(TopicPartition, PathBuf)| {
        let (name, (topic_id, known)) = told.remove_entry(name)?;
        Some(At { name, topic_id, path: path.clone(), known })
    };
    found.iter().map(at).collect()
}

fn topic_ids(disk: &Disk, found: Vec<(TopicPartition, PathBuf)>) -> io::Result<Vec<At>> {
    let at = |(name, path): (TopicPartition, PathBuf)| {
        Ok(At { name, topic_id: topic_id_at(disk, &path)?, path, known: None })
    };
    found.into_iter().map(at).collect()
}

fn topic_id_at(disk: &Disk, path: &Path) -> io::Result<Uuid> {
    let path = path.join(partition_metadata::FILE_NAME);
    let content = match disk.read(&path, PARTITION_METADATA_BYTES_MAX) {
        Ok(content) => content,
        // Told when the metadata gives the topic id.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Uuid::ZERO),
        Err(error) => return Err(error),
    };
    Ok(partition_metadata::parse(&String::from_utf8_lossy(&content)).unwrap_or_else(|why| {
        warn!(path = %path.display(), %why, "topic id could not be read");
        Uuid::ZERO
    }))
}
