//! Committed changes become partitions of this node, before the one who asked is answered: a topic
//! that is said to exist can be produced to.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ottla_base::Uuid;
use ottla_controller::image::{
    ConfigResource, DIRECTORY_MIGRATING, DIRECTORY_UNASSIGNED, Partition, ResourceType, Topic,
};
use ottla_controller::{Change, Image};
use ottla_io::Io;
use ottla_model::TopicPartition;
use tokio::sync::mpsc;
use tracing::{error, info, warn};

use super::handle::{Delta, Shared};
use super::service::Published;
use crate::storage::{self, Leadership, NewPartition, Storage};
use crate::topic_settings::{FixedSettings, OfTopics, TopicSettings, of_cleaner, stall_limit_ms};

/// A name no topic has: what holds for it is what the broker's levels say.
const NO_TOPIC: &str = "";

/// Keeps this node's partitions in step with the image.
#[derive(Debug, Clone)]
pub(super) struct Follower {
    pub(super) node_id: i32,
    pub(super) storage: Arc<Storage>,
    pub(super) fixed: Arc<FixedSettings>,
    /// Off until the whole image has been followed once.
    pub(super) is_following: Arc<AtomicBool>,
    /// Partitions that the disk had no room for.
    pub(super) unmade: Arc<Mutex<BTreeSet<(Uuid, i32)>>>,
}

/// Whether this node may have a replica already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    New,
    Known,
}

/// How long to wait before partitions that the disk had no room for are tried again.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// Follows what is published, then lets others see it, then answers.
pub(super) async fn run(
    io: Io,
    shared: Arc<Shared>,
    follower: Follower,
    mut published: mpsc::Receiver<Published>,
) {
    loop {
        let next = tokio::select! {
            biased;
            next = published.recv() => next,
            () = io.sleep(RETRY_INTERVAL), if follower.has_unmade() => {
                let (follower, image) = (follower.clone(), shared.image.load_full());
                io.blocking(move || follower.make_unmade(&image)).await;
                continue;
            }
        };
        let Some(Published { delta, answers }) = next else { return };
        let after = Arc::clone(&delta.after);
        let mut misplaced = Vec::new();
        if follower.is_following.load(Ordering::Acquire) && !delta.changes.is_empty() {
            let following = follower.clone();
            misplaced = io.blocking(move || following.follow(&delta)).await;
        }
        shared.image.store(after);
        shared.applied.send_replace(());
        answers.into_iter().for_each(|answer| answer(Ok(())));
        // Now that the image knows them.
        follower.note_placed(misplaced);
    }
}

impl Follower {
    /// Brings every partition in step with `image`, and from now on follows changes. Partitions
    /// that the image does not know are set aside, unless they are known to be deleted.
    pub(super) fn follow_all(&self, image: &Image, deleted_topics: &BTreeSet<Uuid>) {
        self.follow_broker_settings(image);
        let mut gone = Vec::new();
        for found in self.storage.partitions() {
            let name = found.topic_partition();
            let known = image.partition(&name.topic, name.partition);
            let is_ours = known.is_some_and(|partition| partition.replicas.contains(&self.node_id));
            let same_id = image
                .topic(&name.topic)
                .is_some_and(|topic| found.topic_id().is_zero() || found.topic_id() == topic.id);
            if is_ours && same_id {
                continue;
            }
            if deleted_topics.contains(&found.topic_id()) {
                gone.push(name.clone());
            } else {
                self.set_aside(name);
            }
        }
        self.remove(&gone);
        let of_topic = |topic: &Arc<Topic>| {
            let topic = Arc::clone(topic);
            let indexes: Vec<i32> = topic.partitions.keys().copied().collect();
            indexes.into_iter().map(move |index| (Arc::clone(&topic), index, Age::Known))
        };
        let misplaced = self.become_all(image, image.topics.iter().flat_map(of_topic));
        self.note_placed(misplaced);
        self.storage.set_cleaner(of_cleaner(image, &self.fixed));
        self.is_following.store(true, Ordering::Release);
    }

    fn follow(&self, delta: &Delta) -> Vec<TopicPartition> {
        let mut touched = Touched::by(delta);
        let (mut gone, mut ours) = (std::mem::take(&mut touched.gone), Vec::new());
        for (topic_id, index) in &touched.partitions {
            let Some(topic) = delta.after.topic_by_id(*topic_id) else { continue };
            let Some(partition) = topic.partitions.get(index) else { continue };
            let before = delta.before.topic_by_id(*topic_id);
            let before = before.and_then(|topic| topic.partitions.get(index));
            let was_ours = before.is_some_and(|p| p.replicas.contains(&self.node_id));
            if partition.replicas.contains(&self.node_id) {
                let age = if was_ours { Age::Known } else { Age::New };
                ours.push((Arc::clone(topic), *index, age));
            } else if was_ours {
                gone.insert(TopicPartition::new(topic.name.clone(), *index));
            }
        }
        // First, for a new topic may have the name of one that is gone.
        self.remove(&gone.into_iter().collect::<Vec<_>>());
        let misplaced = self.become_all(&delta.after, ours.into_iter());
        self.configure(&delta.after, &touched);
        misplaced
    }

    fn remove(&self, gone: &[TopicPartition]) {
        for (name, error) in self.storage.delete_partitions(gone) {
            error!(partition = %name, %error, "partition could not be removed");
        }
    }

    /// Sees that those of these partitions that this node has a replica of are there, with the
    /// settings of their topics, and take their roles. Returns those that are in another log dir than
    /// the image says.
    fn become_all(
        &self,
        image: &Image,
        partitions: impl Iterator<Item = (Arc<Topic>, i32, Age)>,
    ) -> Vec<TopicPartition> {
        let (mut misplaced, mut out_of_reach) = (Vec::new(), 0);
        let mut settings_of = OfTopics::new(image, &self.fixed);
        let (mut wanted, mut roles) = (Vec::new(), Vec::new());
        for (topic, index, age) in partitions {
            let Some(partition) = topic.partitions.get(&index) else { continue };
            if !partition.replicas.contains(&self.node_id) {
                continue;
            }
            if self.is_out_of_reach(&topic, index, age) {
                out_of_reach += 1;
                continue;
            }
            let settings = settings_of.topic(&topic.name);
            wanted.push(NewPartition {
                name: TopicPartition::new(topic.name.clone(), index),
                topic_id: topic.id,
                config: Arc::clone(&settings.log),
            });
            roles.push((Arc::clone(&topic), Arc::clone(&settings.produce)));
        }
        let names: Vec<_> = wanted.iter().map(|new| new.name.clone()).collect();
        let made = self.storage.create_partitions(wanted);
        for ((name, made), (topic, produce)) in names.iter().zip(made).zip(roles) {
            match (made, topic.partitions.get(&name.partition)) {
                (Ok(made), Some(partition)) => {
                    made.set_produce_settings(produce);
                    become_as(&made, partition);
                    let recorded = partition.directory_of(self.node_id);
                    if recorded.is_some_and(|recorded| recorded != made.directory_id()) {
                        misplaced.push(name.clone());
                    }
                }
                (Err(error), _) => {
                    error!(partition = %name, %error, "partition could not be made");
                    if error.kind() == std::io::ErrorKind::StorageFull {
                        self.unmade().insert((topic.id, name.partition));
                    }
                }
                (Ok(_), None) => {}
            }
        }
        if out_of_reach > 0 {
            warn!(partitions = out_of_reach, "offline: they are in a log dir that has failed");
        }
        misplaced
    }

    fn note_placed(&self, misplaced: Vec<TopicPartition>) {
        if !misplaced.is_empty() {
            self.storage.note_placed(misplaced);
        }
    }

    /// Whether a replica that is not found may be in a log dir that has failed, so that it must not be
    /// made anew in another, where it would be served empty.
    fn is_out_of_reach(&self, topic: &Topic, index: i32, age: Age) -> bool {
        if !self.storage.has_failed_dirs() {
            return false;
        }
        let name = TopicPartition::new(topic.name.clone(), index);
        let partition = topic.partitions.get(&index);
        let directory = partition.and_then(|partition| partition.directory_of(self.node_id));
        let is_usable = |id| self.storage.dirs().iter().any(|d| d.id() == id && !d.is_offline());
        self.storage.partition(&name).is_none()
            && match directory {
                None => false,
                Some(DIRECTORY_UNASSIGNED | DIRECTORY_MIGRATING) => age == Age::Known,
                Some(id) => !is_usable(id),
            }
    }

    fn has_unmade(&self) -> bool {
        !self.unmade().is_empty()
    }

    /// Tries again to make what the disk had no room for.
    fn make_unmade(&self, image: &Image) {
        let unmade = std::mem::take(&mut *self.unmade());
        let known =
            |(id, index): (Uuid, i32)| Some((Arc::clone(image.topic_by_id(id)?), index, Age::New));
        let misplaced = self.become_all(image, unmade.into_iter().filter_map(known));
        self.note_placed(misplaced);
    }

    fn unmade(&self) -> MutexGuard<'_, BTreeSet<(Uuid, i32)>> {
        self.unmade.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What holds for the log dirs as a whole.
    fn follow_broker_settings(&self, image: &Image) {
        let settings = OfTopics::new(image, &self.fixed).topic(NO_TOPIC);
        self.storage.set_delete_delay_ms(settings.log.file_delete_delay_ms);
        self.storage.set_stall_limit_ms(stall_limit_ms(image, &self.fixed));
    }

    fn configure(&self, image: &Image, touched: &Touched) {
        let mut settings_of = OfTopics::new(image, &self.fixed);
        if touched.all_configs {
            self.follow_broker_settings(image);
            self.storage.set_cleaner(of_cleaner(image, &self.fixed));
            for partition in self.storage.partitions() {
                let settings = settings_of.topic(&partition.topic_partition().topic);
                configure(&partition, &settings);
            }
            return;
        }
        for topic in &touched.configs {
            let settings = settings_of.topic(topic);
            let found = image.topic(topic).map(|topic| topic.partitions.keys());
            for index in found.into_iter().flatten() {
                let name = TopicPartition::new(topic.clone(), *index);
                if let Some(partition) = self.storage.partition(&name) {
                    configure(&partition, &settings);
                }
            }
        }
    }

    /// What is on disk but not in the metadata may be all that is left of somebody's data (the
    /// metadata was lost, or is another cluster's): it is kept, under another name.
    fn set_aside(&self, name: &TopicPartition) {
        match self.storage.set_stray_aside(name) {
            Ok(Some(path)) => warn!(
                partition = %name,
                path = %path.display(),
                "partition is not in the metadata; its directory is kept under another name"
            ),
            Ok(None) => {}
            Err(error) => error!(partition = %name, %error, "stray partition could not be renamed"),
        }
    }
}

fn configure(partition: &Arc<storage::Partition>, settings: &TopicSettings) {
    partition.set_config(Arc::clone(&settings.log));
    partition.set_produce_settings(Arc::clone(&settings.produce));
}

fn become_as(made: &Arc<storage::Partition>, partition: &Partition) {
    let leadership = Leadership {
        leader: partition.leader,
        leader_epoch: partition.leader_epoch,
        partition_epoch: partition.partition_epoch,
        replicas: partition.replicas.to_vec(),
        isr: partition.isr.to_vec(),
    };
    if let Err(code) = made.become_as(leadership) {
        let name = made.topic_partition();
        error!(partition = %name, error = code.name(), "partition cannot be led");
    }
}

/// What a delta touches on this node.
#[derive(Debug, Default)]
struct Touched {
    gone: BTreeSet<TopicPartition>,
    partitions: BTreeSet<(Uuid, i32)>,
    configs: BTreeSet<Arc<str>>,
    all_configs: bool,
}

impl Touched {
    fn by(delta: &Delta) -> Self {
        let mut touched = Self::default();
        for change in &delta.changes {
            match change {
                Change::TopicDeleted { topic } => {
                    info!(topic = %topic.name, id = %topic.id, "topic deleted");
                    let names = topic.partitions.keys();
                    touched
                        .gone
                        .extend(names.map(|index| TopicPartition::new(topic.name.clone(), *index)));
                    touched.partitions.retain(|(id, _)| *id != topic.id);
                }
                Change::TopicCreated { name, topic_id } => {
                    info!(topic = %name, id = %topic_id, "topic created");
                }
                Change::Partition { topic_id, index, .. } => {
                    touched.partitions.insert((*topic_id, *index));
                }
                Change::Config { resource, .. } => touched.config(resource),
                _ => {}
            }
        }
        touched
    }

    fn config(&mut self, resource: &ConfigResource) {
        match resource.kind {
            ResourceType::Topic => {
                self.configs.insert(resource.name.clone());
            }
            ResourceType::Broker => self.all_configs = true,
            _ => {}
        }
    }
}
