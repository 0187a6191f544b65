//! When a topic is gone, so is what groups have committed for it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ottla_base::Uuid;
use ottla_controller::Image;
use tokio::sync::watch;

use crate::node::Node;

/// Changes of the metadata within this time are looked at together.
const PAUSE: Duration = Duration::from_millis(500);

/// Follows the metadata until the node stops.
pub(crate) async fn follow(node: Arc<Node>, mut stopping: watch::Receiver<bool>) {
    let mut applied = node.metadata.applied();
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
        forget_deleted(&node, &node.metadata.image());
    }
}

fn forget_deleted(node: &Arc<Node>, image: &Image) {
    let (shards, _) = node.groups.shards();
    // Another topic of the same name has another id.
    let is_gone = |(name, id): &&(Arc<str>, Uuid)| {
        image.topic(name).is_none_or(|topic| !id.is_zero() && topic.id != *id)
    };
    for shard in shards {
        let gone: BTreeSet<(Arc<str>, Uuid)> =
            shard.look(|state| state.committed_topics().filter(is_gone).cloned().collect());
        if !gone.is_empty() {
            node.groups.tell(&shard, |state, _| state.topics_deleted(&gone));
        }
    }
}
