//! Tells the controller of this node's log dirs (KIP-858), as Kafka's broker does: in which of them it
//! keeps its replicas (AssignReplicasToDirs), after they were made and after they moved, and which have
//! failed (BrokerHeartbeat), so that what is in them gets another leader or none.

use std::sync::{Arc, Weak};
use std::time::Duration;

use ottla_base::Uuid;
use ottla_controller::Image;
use ottla_controller::decide;
use ottla_controller::image::ConfigResource;
use ottla_io::Io;
use ottla_model::TopicPartition;
use tracing::{info, warn};

use super::MetadataHandle;
use crate::storage::Storage;
use crate::topic_settings;

/// Bounds moves between log dirs.
const MOVE_RATE: &str = "replica.alter.log.dirs.io.max.bytes.per.second";
/// How often it is looked whether a dir has failed, and how long to wait after a refusal.
const INTERVAL: Duration = Duration::from_secs(1);
/// Replicas told of at a time, as many as Kafka's broker puts into a request.
const ASSIGNMENTS_MAX: usize = 2250;

/// Goes on until the metadata plane or the storage is gone.
pub(super) async fn run(io: Io, handle: MetadataHandle, storage: Weak<Storage>) {
    let Some(placed) = storage.upgrade().map(|storage| storage.placed()) else { return };
    loop {
        tokio::select! {
            biased;
            () = placed.notified() => {}
            () = io.sleep(INTERVAL) => {}
        }
        let Some(storage) = storage.upgrade() else { return };
        if !handle.is_active() {
            return;
        }
        storage.set_move_rate(move_rate(&handle.image(), handle.shared.settings.node_id()));
        if !tell_of_failed(&handle, &storage).await || !tell_of_placed(&handle, &storage).await {
            io.sleep(INTERVAL).await;
        }
    }
}

/// Tells which log dirs have failed since they were registered; false if that has to be tried again.
async fn tell_of_failed(handle: &MetadataHandle, storage: &Storage) -> bool {
    let failed: Vec<Uuid> =
        storage.dirs().iter().filter(|dir| dir.is_offline()).map(|dir| dir.id()).collect();
    if failed.is_empty() || failed.len() == storage.dirs().len() {
        // Without any the node does not go on.
        return true;
    }
    let (node_id, epoch) = (handle.shared.settings.node_id(), handle.broker_epoch());
    let image = handle.image();
    let registered = image.brokers.get(&node_id).map(|broker| Arc::clone(&broker.directories));
    if !registered.is_some_and(|known| failed.iter().any(|id| known.contains(id))) {
        return true;
    }
    let told = handle.try_change(move |context| {
        let (image, settings) = (context.image, context.settings);
        decide::directories_offline(image, settings, node_id, epoch, &failed)
    });
    match told.await {
        Ok(()) => info!("told the controller which log dirs have failed"),
        Err(error) => {
            warn!(%error, "the controller does not know which log dirs have failed");
            return false;
        }
    }
    true
}

/// Tells in which log dirs replicas are; false if that has to be tried again.
async fn tell_of_placed(handle: &MetadataHandle, storage: &Storage) -> bool {
    let names = storage.take_placed(ASSIGNMENTS_MAX);
    let (node_id, epoch) = (handle.shared.settings.node_id(), handle.broker_epoch());
    let wanted = misplaced(storage, &handle.image(), node_id, &names);
    if wanted.is_empty() {
        return true;
    }
    let is_more = names.len() == ASSIGNMENTS_MAX;
    let count = wanted.len();
    let told = handle.try_change(move |context| {
        let (image, settings) = (context.image, context.settings);
        decide::assign_directories(image, settings, node_id, epoch, &wanted)
    });
    match told.await {
        Ok(_) => info!(replicas = count, "told the controller which log dirs they are in"),
        Err(error) => {
            warn!(%error, "the controller does not know which log dirs replicas are in");
            storage.note_placed(names);
            return false;
        }
    }
    if is_more {
        storage.note_placed([]);
    }
    true
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

/// Those of these replicas that are in another log dir than the metadata says, and in which.
fn misplaced(
    storage: &Storage,
    image: &Image,
    node_id: i32,
    names: &[TopicPartition],
) -> Vec<(Uuid, i32, Uuid)> {
    let mut found = Vec::new();
    for name in names {
        // Also in a dir that has failed: nobody else can tell that it is there.
        let Some(partition) = storage.partition(name) else { continue };
        let Some(topic) = image.topic(&name.topic).filter(|t| t.id == partition.topic_id()) else {
            continue;
        };
        let told = topic.partitions.get(&name.partition);
        let directory = told.and_then(|told| told.directory_of(node_id));
        if directory.is_some_and(|directory| directory != partition.directory_id()) {
            found.push((topic.id, name.partition, partition.directory_id()));
        }
    }
    found
}
