//! A log dir that is not there: its volume was not mounted, or it was left out of `log.dirs`. Its
//! replicas must not be made anew somewhere else, where they would be served empty.

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_base::Uuid;
use ottla_controller::Image;
use ottla_controller::decide::Fault;
use ottla_controller::image::{DIRECTORY_LOST, DIRECTORY_MIGRATING, DIRECTORY_UNASSIGNED};
use ottla_model::{ErrorCode, TopicPartition};

use super::{MetadataError, MetadataSettings};
use crate::storage::{LogDir, Storage};

/// Sees that every log dir which the metadata knows replicas of this node in is there, unless the
/// operator gave it up (`ottla.log.dirs.lost`).
///
/// # Errors
/// Which one is not, and what to do about it.
pub(super) fn check(
    image: &Image,
    settings: &MetadataSettings,
    storage: &Storage,
) -> Result<(), MetadataError> {
    let known: Vec<Uuid> = storage.dirs().iter().map(|dir| dir.id()).collect();
    let is_here = |name: &TopicPartition| storage.partition(name).is_some();
    let mut missing = missing(image, settings.node_id(), &known, is_here);
    missing.retain(|id, _| !settings.lost_directories.contains(&id.to_string()));
    // Of a dir that cannot be read it may not be known which it is.
    let is_unknown = |dir: &&Arc<LogDir>| dir.is_offline() && dir.id().is_zero();
    if missing.len() <= storage.dirs().iter().filter(is_unknown).count() {
        return Ok(());
    }
    let Some((id, (count, example))) = missing.into_iter().next() else { return Ok(()) };
    Err(MetadataError::Refused(Fault::new(
        ErrorCode::LogDirNotFound,
        format!(
            "{count} replicas of this node, such as {example}, are in the log dir with the id {id}, which \
         none of log.dirs is: mount it, or add it to log.dirs (a directory.id is in the dir's \
         meta.properties; an empty dir that was made in its place may be removed). If it is gone \
         for good, ottla.log.dirs.lost={id} lets the node start, with these replicas empty"
        ),
    )))
}

/// Dirs with replicas of the node that are neither known nor made up for by another: how many
/// replicas are in each, and one of them.
fn missing(
    image: &Image,
    node_id: i32,
    known: &[Uuid],
    is_here: impl Fn(&TopicPartition) -> bool,
) -> BTreeMap<Uuid, (usize, TopicPartition)> {
    let nowhere = [Uuid::ZERO, DIRECTORY_LOST, DIRECTORY_MIGRATING, DIRECTORY_UNASSIGNED];
    let mut missing: BTreeMap<Uuid, (usize, TopicPartition)> = BTreeMap::new();
    for topic in image.topics.iter() {
        for (index, partition) in &topic.partitions {
            let place = partition.replicas.iter().position(|id| *id == node_id);
            let Some(id) = place.and_then(|place| partition.directories.get(place)) else {
                continue;
            };
            if known.contains(id) || nowhere.contains(id) {
                continue;
            }
            let name = TopicPartition::new(topic.name.clone(), *index);
            if !is_here(&name) {
                missing.entry(*id).or_insert((0, name)).0 += 1;
            }
        }
    }
    missing
}
