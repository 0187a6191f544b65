//! Accepts connections on a listener, within the limits on their number.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use ottla_io::Listener;
use tracing::warn;

use crate::connection::{self, Peer};
use crate::node::{ACCEPT_RETRY, Node};

/// Connections open now, in all and by address.
#[derive(Debug, Default)]
pub(crate) struct Places {
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    total: usize,
    by_ip: BTreeMap<IpAddr, usize>,
}

/// The right to be connected; given back when dropped.
struct Place {
    node: Arc<Node>,
    ip: IpAddr,
}

impl Place {
    fn take(node: &Arc<Node>, ip: IpAddr) -> Result<Self, &'static str> {
        let mut taken = node.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.total >= node.settings.connections_max {
            return Err("max.connections");
        }
        let of_ip = taken.by_ip.entry(ip).or_insert(0);
        if *of_ip >= node.settings.connections_per_ip_max {
            return Err("max.connections.per.ip");
        }
        *of_ip += 1;
        taken.total += 1;
        drop(taken);
        Ok(Self { node: Arc::clone(node), ip })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.node.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.total -= 1;
        if let Some(of_ip) = taken.by_ip.get_mut(&self.ip) {
            *of_ip -= 1;
            if *of_ip == 0 {
                taken.by_ip.remove(&self.ip);
            }
        }
        self.node.connection_ended.notify_waiters();
    }
}

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
        match Place::take(&node, address.ip()) {
            Ok(place) => {
                let peer = Peer { listener: Arc::clone(&name), address };
                let served = Arc::clone(&node);
                node.io.spawn("connection", async move {
                    connection::serve(served, stream, peer).await;
                    drop(place);
                });
            }
            Err(limit) => {
                warn!(listener = %name, peer = %address, "connection refused: {limit} is reached");
            }
        }
    }
}

impl Places {
    /// Connections open now.
    pub(crate) fn taken(&self) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).total
    }
}
