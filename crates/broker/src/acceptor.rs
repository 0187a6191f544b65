//! Accepts connections on a listener, within the limits on their number.

use std::sync::Arc;

use ottla_io::Listener;
use tracing::warn;

use crate::connection;
use crate::node::{ACCEPT_RETRY, Node};
use crate::places::TOTAL;
use crate::request::Peer;

/// Serves clients of `listener` until the node stops.
pub(crate) async fn accept(node: Arc<Node>, name: Arc<str>, listener: Listener) {
    let mut stopping = node.stopping.clone();
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stopping.wait_for(|stop| *stop) => return,
            accepted = listener.accept() => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, most likely: others must end before one can begin.
                warn!(listener = %name, %error, "a connection could not be accepted");
                node.io.sleep(ACCEPT_RETRY).await;
                continue;
            }
        };
        // As in Kafka, over `max.connections` a client waits until another one leaves.
        let taken = loop {
            let given_back = node.places.given_back();
            match node.places.take(address.ip()) {
                Err(limit @ TOTAL) => {
                    warn!(listener = %name, peer = %address, "connections wait: {limit} is reached");
                }
                taken => break taken,
            }
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stop| *stop) => return,
                () = given_back => {}
            }
        };
        match taken {
            Ok(place) => {
                let peer = Arc::new(Peer { listener: Arc::clone(&name), address });
                let served = connection::serve(Arc::clone(&node), stream, peer, place);
                node.io.spawn_unboxed("connection", served);
            }
            Err(limit) => {
                warn!(listener = %name, peer = %address, "connection refused: {limit} is reached");
            }
        }
    }
}
