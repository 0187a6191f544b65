//! Tells the controller in which of its log dirs this node keeps its replicas (KIP-858), as Kafka's
//! broker does with AssignReplicasToDirs: after they were made, and after they moved.

use std::sync::{Arc, Weak};
use std::time::Duration;

use ottla_base::Uuid;
use ottla_controller::Image;
use ottla_controller::decide;
use ottla_controller::image::ConfigResource;
use ottla_io::Io;
use tracing::{info, warn};

use super::MetadataHandle;
use crate::storage::Storage;
use crate::topic_settings;

/// Bounds moves between log dirs.
const MOVE_RATE: &str = "replica.alter.log.dirs.io.max.bytes.per.second";
/// How often it is looked whether there is something to tell.
const INTERVAL: Duration = Duration::from_secs(1);
/// Replicas told of at a time, as many as Kafka's broker puts into a request.
const ASSIGNMENTS_MAX: usize = 2250;

/// Goes on until the metadata plane or the storage is gone.
pub(super) async fn run(io: Io, handle: MetadataHandle, storage: Weak<Storage>) {
    loop {
        io.sleep(INTERVAL).await;
        let Some(storage) = storage.upgrade() else { return };
        if !handle.is_active() {
            return;
        }
        let node_id = handle.shared.settings.node_id();
        storage.set_move_rate(move_rate(&handle.image(), node_id));
        if !storage.take_directories_changed() {
            continue;
        }
        let wanted = misplaced(&storage, &handle.image(), node_id);
        if wanted.is_empty() {
            continue;
        }
        if wanted.len() == ASSIGNMENTS_MAX {
            storage.note_directories_changed();
        }
        let (epoch, count) = (handle.broker_epoch(), wanted.len());
        let told = handle.try_change(move |context| {
            let answer = decide::assign_directories(context.image, node_id, epoch, &wanted)?;
            Ok(answer)
        });
        match told.await {
            Ok(_) => info!(replicas = count, "told the controller which log dirs they are in"),
            Err(error) => {
                warn!(%error, "the controller does not know which log dirs replicas are in");
                storage.note_directories_changed();
            }
        }
    }
}

/// What `replica.alter.log.dirs.io.max.bytes.per.second` says, which exists only as a change to a
/// running broker; 0 for nothing.
fn move_rate(image: &Image, node_id: i32) -> u64 {
    let of = |name: &str| {
        let changed = topic_settings::overrides(image, &ConfigResource::broker(name));
        changed.get(MOVE_RATE)?.parse::<u64>().ok()
    };
    of(&node_id.to_string()).or_else(|| of("")).filter(|&rate| rate < i64::MAX as u64).unwrap_or(0)
}

/// Replicas that are in another log dir than the metadata says, and in which.
fn misplaced(storage: &Arc<Storage>, image: &Image, node_id: i32) -> Vec<(Uuid, i32, Uuid)> {
    let mut found = Vec::new();
    for partition in storage.partitions().iter().filter(|partition| !partition.is_offline()) {
        let name = partition.topic_partition();
        let Some(topic) = image.topic(&name.topic).filter(|t| t.id == partition.topic_id()) else {
            continue;
        };
        let Some(told) = topic.partitions.get(&name.partition) else { continue };
        let place = told.replicas.iter().position(|id| *id == node_id);
        let directory = place.and_then(|place| told.directories.get(place));
        if directory.is_some_and(|directory| *directory != partition.directory_id()) {
            found.push((topic.id, name.partition, partition.directory_id()));
        }
        if found.len() == ASSIGNMENTS_MAX {
            break;
        }
    }
    found
}
