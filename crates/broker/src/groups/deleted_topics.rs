//! When a topic is gone, so is what groups have committed for it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ottla_controller::Image;
use tokio::sync::watch;

use crate::node::Node;

/// Changes of the metadata within this time are looked at together.
const PAUSE: Duration = Duration::from_millis(500);

/// Follows the metadata until the node stops.
pub(crate) async fn follow(node: Arc<Node>, mut stopping: watch::Receiver<bool>) {
    let mut applied = node.metadata.applied();
    let mut topics = node.metadata.image().topics.len();
    loop {
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stop| *stop) => return,
            changed = applied.changed() => if changed.is_err() { return },
        }
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stop| *stop) => return,
            () = node.io.sleep(PAUSE) => {}
        }
        applied.borrow_and_update();
        let image = node.metadata.image();
        let before = std::mem::replace(&mut topics, image.topics.len());
        // A deletion that a creation makes up for is noticed when the offsets expire, or with the
        // next deletion.
        if image.topics.len() < before {
            forget_deleted(&node, &image);
        }
    }
}

fn forget_deleted(node: &Arc<Node>, image: &Image) {
    let (shards, _) = node.groups.shards();
    for shard in shards {
        let committed: BTreeSet<Arc<str>> = shard.look(|state| state.committed_topics());
        let gone: BTreeSet<Arc<str>> =
            committed.into_iter().filter(|topic| image.topic(topic).is_none()).collect();
        if !gone.is_empty() {
            node.groups.tell(&shard, |state, _| state.topics_deleted(&gone));
        }
    }
}
