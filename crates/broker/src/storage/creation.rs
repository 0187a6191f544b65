//! Partitions are made and taken away, as many at a time as one change of the metadata names.
//!
//! **What has to be on the device, and when.** That a topic exists is in the metadata log, which is
//! synced before anybody is answered: a partition whose dir a power cut took away is made again at
//! the next start. So a dir need not be durable for its own sake, only for its records'. They must not
//! be found under another topic id, or under none, and their dir must be there:
//! - Names in the log dir are synced once for all partitions of a change, before the change is
//!   answered: after it, a dir of that name is of this topic or a later one. It is the same for
//!   removals, or the dir of a deleted topic could come back and be taken for that of a new one.
//! - Older offsets under the same names go from the checkpoint files, with one write for all.
//! - `partition.metadata` is written and synced before the log is opened, and so before its first
//!   record (Apache Kafka does it before the first append). Until somebody opens it, it is written
//!   in the background, or at a clean stop.
//!
//! So no crash leaves records in a dir that does not tell their topic id. One that does not was just
//! made, or its file was damaged since: the metadata says whose it is, and the file is written anew.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use ottla_base::Uuid;
use ottla_io::{Disk, Io};
use ottla_log::files::names::PartitionFile;
use ottla_log::files::{names, partition_metadata};
use ottla_log::{LogConfig, LogSummary, SegmentFile};
use ottla_model::{METADATA_TOPIC, TopicPartition};
use tracing::{error, warn};

use super::dirs::LogDir;
use super::identity::invalid;
use super::{At, Partition, Shared, Storage, background};

/// Partitions whose topic id is written in the background before other work gets the thread.
const DESCRIBED_AT_ONCE: usize = 32;
/// How long that waits. Whoever makes many partitions makes more, and their commits and these syncs
/// would wait for each other.
const DESCRIBED_AFTER: Duration = Duration::from_secs(2);

/// A partition that is to be here.
#[derive(Debug, Clone)]
pub struct NewPartition {
    /// Its name.
    pub name: TopicPartition,
    /// The id of its topic.
    pub topic_id: Uuid,
    /// The settings of its log.
    pub config: Arc<LogConfig>,
}

impl Storage {
    /// [`Self::create_partitions`] for one.
    ///
    /// # Errors
    /// As there.
    pub fn create_partition(
        &self,
        name: &TopicPartition,
        topic_id: Uuid,
        config: impl Into<Arc<LogConfig>>,
    ) -> io::Result<Arc<Partition>> {
        let new = NewPartition { name: name.clone(), topic_id, config: config.into() };
        let made = self.create_partitions(vec![new]).pop();
        made.unwrap_or_else(|| Err(io::Error::other("no partition was asked for")))
    }

    /// Makes partitions, each in the log dir that has the fewest; or finds those that are there
    /// already, and gives them these settings. Answers in the same order. Waits for the device.
    ///
    /// # Errors
    /// For each: all log dirs have failed; the partition that is there belongs to another topic id;
    /// or what the device said.
    pub fn create_partitions(&self, wanted: Vec<NewPartition>) -> Vec<io::Result<Arc<Partition>>> {
        let _changing = self.shared.changing();
        let mut making = Making::in_dirs_of(&self.shared);
        let results: Vec<_> = wanted.into_iter().map(|new| making.find_or_make(new)).collect();
        let (failed, new) = making.finish();
        if !new.is_empty() {
            let new = new.iter().map(Arc::downgrade).collect();
            let describing = describe_soon(self.shared.io.clone(), new);
            self.shared.io.spawn("describe partitions", describing);
        }
        let in_failed_dir = |made: &Arc<Partition>| {
            let error = failed.get(&*made.log_dir())?;
            let is_new = self.partition(made.topic_partition()).is_none();
            is_new.then(|| io::Error::new(error.kind(), error.to_string()))
        };
        let answer = |made: Arc<Partition>| in_failed_dir(&made).map_or(Ok(made), Err);
        results.into_iter().map(|result| result.and_then(answer)).collect()
    }

    /// [`Self::delete_partitions`] for one.
    ///
    /// # Errors
    /// What the device said.
    pub fn delete_partition(&self, name: &TopicPartition) -> io::Result<()> {
        self.delete_partitions(std::slice::from_ref(name))
            .pop()
            .map_or(Ok(()), |(_, error)| Err(error))
    }

    /// Takes partitions out of use and renames their dirs, whose content is removed later. Waits for
    /// the device; says which could not be renamed, and why.
    pub fn delete_partitions(&self, gone: &[TopicPartition]) -> Vec<(TopicPartition, io::Error)> {
        let (mut paths, mut failed) = (Vec::new(), Vec::new());
        for (name, result) in self.shared.take_away(gone, names::deleted_dir) {
            match result {
                Ok(path) => paths.push(path),
                Err(error) => failed.push((name, error)),
            }
        }
        if !paths.is_empty() {
            let removing = background::remove_later(&self.shared, paths);
            self.shared.io.spawn("remove partitions", removing);
        }
        failed
    }

    /// Takes a partition that the cluster's metadata does not know out of use, and keeps its dir
    /// under another name, which is returned.
    ///
    /// # Errors
    /// What the device said.
    pub fn set_stray_aside(&self, name: &TopicPartition) -> io::Result<Option<PathBuf>> {
        let aside = self.shared.take_away(std::slice::from_ref(name), names::stray_dir).pop();
        aside.map(|(_, result)| result).transpose()
    }
}

/// One change under way.
struct Making<'a> {
    shared: &'a Shared,
    /// Log dirs that have not failed, and how many partitions each has.
    dirs: Vec<(&'a Arc<LogDir>, usize)>,
    made: Vec<Arc<Partition>>,
    taken_over: Vec<Arc<Partition>>,
}

impl<'a> Making<'a> {
    fn in_dirs_of(shared: &'a Shared) -> Self {
        let usable = shared.dirs.iter().filter(|dir| !dir.is_offline());
        let mut dirs: Vec<_> = usable.map(|dir| (dir, 0)).collect();
        if dirs.len() > 1 {
            for partition in shared.lock().values() {
                let dir = dirs.iter_mut().find(|(dir, _)| *dir.name() == *partition.log_dir());
                dir.into_iter().for_each(|(_, inside)| *inside += 1);
            }
        }
        Self { shared, dirs, made: Vec::new(), taken_over: Vec::new() }
    }

    fn find_or_make(&mut self, new: NewPartition) -> io::Result<Arc<Partition>> {
        let NewPartition { name, topic_id, config } = new;
        // Its directory is the metadata log, which has one writer.
        if &*name.topic == METADATA_TOPIC {
            return Err(invalid(format!("{name} is the quorum's, and no partition of a topic")));
        }
        let found = self.shared.lock().get(&name).cloned();
        let Some(found) = found else { return self.make(name, topic_id, config) };
        let other = found.topic_id();
        if !other.is_zero() && other != topic_id {
            return Err(invalid(format!("{name} is of topic id {other}, not {topic_id}")));
        }
        if other.is_zero() && !found.is_offline() {
            warn!(partition = %name, %topic_id, "topic id written anew, from the metadata");
            found.take_over(topic_id);
            self.taken_over.push(Arc::clone(&found));
        }
        found.set_config(config);
        Ok(found)
    }

    fn make(
        &mut self,
        name: TopicPartition,
        topic_id: Uuid,
        config: Arc<LogConfig>,
    ) -> io::Result<Arc<Partition>> {
        let preferred = self.shared.moves.preferred_dir(&name);
        let is_preferred = |dir: &LogDir| preferred.as_ref().is_some_and(|p| p.id() == dir.id());
        let emptiest = self.dirs.iter_mut().min_by_key(|(dir, n)| (!is_preferred(dir), *n));
        let (dir, inside) = emptiest.ok_or_else(|| {
            io::Error::other(format!("no log dir is left for {name}: all have failed"))
        })?;
        let path = dir.path().join(name.to_string());
        put_left_over_aside(self.shared, dir, &name, &path)?;
        let known = (!self.shared.disk.exists(&path)?).then_some(LogSummary::EMPTY);
        if let Err(error) = self.shared.disk.create_dir_all(&path) {
            if known.is_some() {
                take_back(&self.shared.disk, &path);
            }
            return Err(error);
        }
        *inside += 1;
        let made =
            Arc::new(self.shared.partition_at(dir, At { name, topic_id, path, known }, config));
        made.take_over(topic_id);
        self.made.push(Arc::clone(&made));
        Ok(made)
    }

    /// Makes what was made durable, and lets it be found; says what stood in the way, by log dir,
    /// and whose topic ids have yet to be written.
    fn finish(self) -> (BTreeMap<String, io::Error>, Vec<Arc<Partition>>) {
        let mut failed = BTreeMap::new();
        let mut new = Vec::with_capacity(self.made.len());
        for (dir, _) in &self.dirs {
            let inside = self.made.iter().filter(|made| *made.log_dir() == *dir.name());
            let inside: Vec<_> = inside.cloned().collect();
            if inside.is_empty() {
                continue;
            }
            let names = inside.iter().map(|made| made.topic_partition());
            let durable = self.shared.disk.sync_dir(dir.path());
            match durable.and_then(|()| dir.forget_durably(names)) {
                Ok(()) => new.extend(inside),
                Err(error) => {
                    let own = inside.iter().filter(|made| made.summary().is_some());
                    own.for_each(|made| take_back(&self.shared.disk, &made.path()));
                    let _ = self.shared.disk.sync_dir(dir.path());
                    failed.insert(dir.name().to_owned(), error);
                }
            }
        }
        let mut partitions = self.shared.lock();
        for made in &new {
            partitions.insert(made.topic_partition().clone(), Arc::clone(made));
        }
        new.extend(self.taken_over);
        (failed, new)
    }
}

/// Removes the dir of a partition whose creation failed, for the next attempt may choose another log
/// dir. Should it stay, it is told from the partition at a start by its having no records.
fn take_back(disk: &Disk, path: &Path) {
    match disk.remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            warn!(path = %path.display(), %error, "the dir of a partition that could not be made stays");
        }
        _ => {}
    }
}

/// A dir of this name that no partition is in was not removed with one that is gone, or somebody put
/// it there. Its records are not those of the new partition; they are kept under another name.
fn put_left_over_aside(
    shared: &Shared,
    dir: &LogDir,
    name: &TopicPartition,
    path: &Path,
) -> io::Result<()> {
    let entries = match shared.disk.list(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let is_log =
        |name: &str| matches!(PartitionFile::of(name), PartitionFile::Segment(_, SegmentFile::Log));
    if entries.iter().all(|entry| entry.len == 0 || !is_log(&entry.name)) {
        return Ok(());
    }
    let aside = dir.path().join(names::stray_dir(name, shared.io.random_uuid()));
    warn!(
        partition = %name, aside = %aside.display(),
        "a dir of this name holds records of another partition; it is kept under another name"
    );
    shared.disk.rename(path, aside)
}

impl Shared {
    /// Takes partitions out of use and renames their dirs to what `aside` calls them, durably.
    fn take_away(
        &self,
        gone: &[TopicPartition],
        aside: fn(&TopicPartition, Uuid) -> String,
    ) -> Vec<(TopicPartition, io::Result<PathBuf>)> {
        let _changing = self.changing();
        let found: Vec<_> = {
            let mut partitions = self.lock();
            gone.iter().for_each(|name| self.moves.cancel(name));
            gone.iter().filter_map(|name| partitions.remove(name)).collect()
        };
        let mut touched = BTreeSet::new();
        let mut results = Vec::with_capacity(found.len());
        for partition in found {
            let name = partition.topic_partition();
            let dir = partition.dir();
            let renamed = partition.set_aside(dir.path().join(aside(name, self.io.random_uuid())));
            dir.checkpoints().forget(name);
            dir.damages().keep(name, |_| false);
            touched.insert(dir.path().to_owned());
            results.push((name.clone(), renamed));
        }
        for dir in touched {
            if let Err(error) = self.disk.sync_dir(&dir) {
                let inside = |path: &PathBuf| path.parent() == Some(dir.as_path());
                let affected = results.iter_mut().map(|(_, result)| result);
                for result in affected.filter(|result| result.as_ref().is_ok_and(inside)) {
                    *result = Err(io::Error::new(error.kind(), error.to_string()));
                }
            }
        }
        results
    }
}

/// Writes the topic ids of new partitions that nobody has opened. Holds on to nothing while it waits:
/// the log dirs may be given up meanwhile, and opened by another.
async fn describe_soon(io: Io, new: Vec<Weak<Partition>>) {
    io.sleep(DESCRIBED_AFTER).await;
    for some in new.chunks(DESCRIBED_AT_ONCE) {
        let some: Vec<_> = some.iter().filter_map(Weak::upgrade).collect();
        let work = move || {
            for partition in some.iter().filter(|partition| !partition.is_closed()) {
                if let Err(error) = partition.describe() {
                    // Whoever opens it tries again, and is told.
                    let name = partition.topic_partition();
                    error!(partition = %name, %error, "topic id not written yet");
                }
            }
        };
        io.blocking(work).await;
    }
}

impl Partition {
    /// It is of the topic with this id from now on, which its dir does not tell yet.
    fn take_over(&self, topic_id: Uuid) {
        self.set_topic_id(topic_id);
        self.is_described.store(false, Ordering::Release);
    }

    fn is_closed(&self) -> bool {
        self.lock().is_closed
    }

    /// Sees that its dir tells the topic id, durably.
    pub(super) fn describe(&self) -> io::Result<()> {
        if self.is_described.load(Ordering::Acquire) {
            return Ok(());
        }
        let _opening = self.opening_turn();
        self.describe_in_turn()
    }

    /// As [`Self::describe`], for who has the turn to open its log.
    pub(super) fn describe_in_turn(&self) -> io::Result<()> {
        if self.is_described.load(Ordering::Acquire) || self.is_removed.load(Ordering::Relaxed) {
            return Ok(());
        }
        let content = partition_metadata::format(self.topic_id());
        let path = self.path().join(partition_metadata::FILE_NAME);
        self.disk.write_atomic(path, content.as_bytes())?;
        self.is_described.store(true, Ordering::Release);
        Ok(())
    }
}
