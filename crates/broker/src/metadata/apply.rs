//! Committed changes become partitions of this node, before the one who asked is answered: a topic
//! that is said to exist can be produced to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ottla_base::Uuid;
use ottla_controller::image::{ConfigResource, Partition, ResourceType};
use ottla_controller::{Change, Image};
use ottla_io::Io;
use ottla_model::TopicPartition;
use tokio::sync::mpsc;
use tracing::{error, info, warn};

use super::handle::{Delta, Shared};
use super::service::Published;
use crate::storage::{self, Leadership, Storage};
use crate::topic_settings::{self, FixedSettings, TopicSettings};

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
        if follower.is_following.load(Ordering::Acquire) && !delta.changes.is_empty() {
            let follower = follower.clone();
            io.blocking(move || follower.follow(&delta)).await;
        }
        shared.image.store(after);
        answers.into_iter().for_each(|answer| answer(Ok(())));
    }
}

impl Follower {
    /// Brings every partition in step with `image`, and from now on follows changes. Partitions
    /// that the image does not know are set aside, unless they are known to be deleted.
    pub(super) fn follow_all(&self, image: &Image, deleted_topics: &BTreeSet<Uuid>) {
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
                self.remove(name);
            } else {
                self.set_aside(name);
            }
        }
        for topic in image.topics.iter() {
            for (index, partition) in &topic.partitions {
                self.become_as(image, topic.id, &topic.name, *index, partition);
            }
        }
        self.is_following.store(true, Ordering::Release);
    }

    fn follow(&self, delta: &Delta) {
        let touched = Touched::by(delta);
        for name in &touched.gone {
            self.remove(name);
        }
        for (topic_id, index) in &touched.partitions {
            let Some(topic) = delta.after.topic_by_id(*topic_id) else { continue };
            let Some(partition) = topic.partitions.get(index) else { continue };
            let before = delta.before.topic_by_id(*topic_id);
            let before = before.and_then(|topic| topic.partitions.get(index));
            let was_ours = before.is_some_and(|p| p.replicas.contains(&self.node_id));
            if was_ours && !partition.replicas.contains(&self.node_id) {
                let name = TopicPartition::new(topic.name.clone(), *index);
                self.remove(&name);
                continue;
            }
            self.become_as(&delta.after, *topic_id, &topic.name, *index, partition);
        }
        self.configure(&delta.after, &touched);
    }

    fn remove(&self, name: &TopicPartition) {
        if let Err(error) = self.storage.delete_partition(name) {
            error!(partition = %name, %error, "partition could not be removed");
        }
    }

    fn become_as(
        &self,
        image: &Image,
        topic_id: Uuid,
        topic: &Arc<str>,
        index: i32,
        partition: &Partition,
    ) {
        if !partition.replicas.contains(&self.node_id) {
            return;
        }
        let name = TopicPartition::new(topic.clone(), index);
        let settings = topic_settings::of_topic(image, &self.fixed, topic);
        let made = match self.storage.create_partition(&name, topic_id, settings.log) {
            Ok(made) => {
                made.set_produce_settings(settings.produce);
                made
            }
            Err(error) => {
                error!(partition = %name, %error, "partition could not be made");
                if error.kind() == std::io::ErrorKind::StorageFull {
                    self.unmade().insert((topic_id, index));
                }
                return;
            }
        };
        let leadership = Leadership {
            leader: partition.leader,
            leader_epoch: partition.leader_epoch,
            partition_epoch: partition.partition_epoch,
            replicas: partition.replicas.to_vec(),
            isr: partition.isr.to_vec(),
        };
        if let Err(code) = made.become_as(leadership) {
            error!(partition = %name, error = code.name(), "partition cannot be led");
        }
    }

    fn has_unmade(&self) -> bool {
        !self.unmade().is_empty()
    }

    /// Tries again to make what the disk had no room for.
    fn make_unmade(&self, image: &Image) {
        let unmade = std::mem::take(&mut *self.unmade());
        for (topic_id, index) in unmade {
            let Some(topic) = image.topic_by_id(topic_id) else { continue };
            let Some(partition) = topic.partitions.get(&index) else { continue };
            self.become_as(image, topic_id, &topic.name, index, partition);
        }
    }

    fn unmade(&self) -> MutexGuard<'_, BTreeSet<(Uuid, i32)>> {
        self.unmade.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn configure(&self, image: &Image, touched: &Touched) {
        if touched.all_configs {
            let mut by_topic = BTreeMap::new();
            for partition in self.storage.partitions() {
                let topic = &partition.topic_partition().topic;
                let settings = by_topic
                    .entry(topic.clone())
                    .or_insert_with(|| topic_settings::of_topic(image, &self.fixed, topic));
                configure(&partition, settings);
            }
            return;
        }
        for topic in &touched.configs {
            let settings = topic_settings::of_topic(image, &self.fixed, topic);
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
    partition.set_config(settings.log.clone());
    partition.set_produce_settings(settings.produce);
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
