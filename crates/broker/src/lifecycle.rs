//! A node from its start to its stop.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, Weak};

use ottla_io::{Io, Listener, Task};
use tokio::sync::watch;
use tracing::{info, warn};

use crate::acceptor;
use crate::admin;
use crate::codec_spaces::CodecSpaces;
use crate::expiry::{self, Expiry};
use crate::fetch_session::Sessions;
use crate::groups::{self, GroupCoordinators};
use crate::metadata::{Endpoint, MetadataHandle};
use crate::metrics::Metrics;
use crate::node::Node;
use crate::places::Places;
use crate::producer_ids::ProducerIds;
use crate::settings::{AdminSettings, ListenerSettings, NodeSettings};
use crate::storage::Storage;
use crate::transactions::{self, TransactionCoordinators};

/// Number of the security protocol without security.
const PLAINTEXT: i16 = 0;

/// Why a node does not start. The text says what to do.
#[derive(Debug)]
pub struct StartError(pub String);

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

/// A node that serves clients, until [`RunningNode::stop`].
#[derive(Debug)]
pub struct RunningNode {
    node: Arc<Node>,
    stop: watch::Sender<bool>,
    tasks: Vec<Task>,
    listeners: Vec<(String, SocketAddr)>,
    admin: Option<SocketAddr>,
}

/// Opens the log dirs in `settings`, joins the metadata quorum, and serves clients.
///
/// # Errors
/// Another process holds a log dir, a dir belongs to another node or cluster, a port is taken, …
pub async fn start(io: Io, settings: NodeSettings) -> Result<RunningNode, StartError> {
    refuse_secured(&settings.listeners)?;
    let (stop, stopping) = watch::channel(false);
    let bound = bind_all(&io, &settings).await?;
    let storage = Storage::open(&io, settings.storage.clone()).await.map_err(refused)?;
    let storage = Arc::new(storage);
    let endpoints = bound.iter().map(|(listener, address, _)| advertised(listener, *address));
    let metadata =
        MetadataHandle::start(&io, settings.metadata.clone(), &storage, endpoints.collect()).await;
    let metadata = match metadata {
        Ok(metadata) => metadata,
        Err(error) => {
            give_back(&storage).await;
            return Err(refused(error));
        }
    };
    storage.recover();
    let storage_of = Arc::clone(&storage);
    let node = Arc::new_cyclic(|node| Node {
        transactions: transaction_coordinators(node, &io, &storage_of, &metadata, &settings),
        groups: group_coordinators(&io, &storage_of, &metadata, &settings),
        cluster_id: storage.cluster_id().into(),
        storage,
        metadata,
        metrics: Metrics::new(),
        producer_ids: ProducerIds::default(),
        codec_spaces: CodecSpaces::default(),
        places: Places::new(settings.connections_max, settings.connections_per_ip_max),
        expiry: Expiry::new(settings.connection_idle_max),
        stopping,
        sessions: Mutex::new(Sessions::new(settings.fetch_sessions_max)),
        settings,
        io,
    });
    let mut running =
        RunningNode { node, stop, tasks: Vec::new(), listeners: Vec::new(), admin: None };
    let following = Arc::clone(&running.node.transactions).follow(running.node.stopping.clone());
    running.tasks.push(running.node.io.spawn("transaction coordinators", following));
    let following = Arc::clone(&running.node.groups).follow(running.node.stopping.clone());
    running.tasks.push(running.node.io.spawn("group coordinators", following));
    let stopping = running.node.stopping.clone();
    let forgetting = groups::follow_deleted_topics(Arc::clone(&running.node), stopping);
    running.tasks.push(running.node.io.spawn("offsets of deleted topics", forgetting));
    let expiring = expiry::run(Arc::clone(&running.node));
    running.tasks.push(running.node.io.spawn("idle connections", expiring));
    let opened = match running.open_admin().await {
        Ok(()) => running.open_listeners(bound),
        refused => refused,
    };
    if let Err(error) = opened {
        let _ = running.stop().await;
        return Err(error);
    }
    Ok(running)
}

fn transaction_coordinators(
    node: &Weak<Node>,
    io: &Io,
    storage: &Arc<Storage>,
    metadata: &MetadataHandle,
    settings: &NodeSettings,
) -> Arc<TransactionCoordinators> {
    let (node, settings, image) = (node.clone(), settings.transactions.clone(), metadata.clone());
    let make = move |_| transactions::make(&settings, transactions::level(&image.image()));
    let perform = move |_: &_, shard: &_, effect| {
        if let Some(node) = node.upgrade() {
            transactions::perform(&node, shard, effect);
        }
    };
    TransactionCoordinators::new(io, storage, metadata, Box::new(make), Box::new(perform))
}

fn group_coordinators(
    io: &Io,
    storage: &Arc<Storage>,
    metadata: &MetadataHandle,
    settings: &NodeSettings,
) -> Arc<GroupCoordinators> {
    let (settings, of) = (settings.groups.clone(), io.clone());
    let make = move |_| groups::make(&of, &settings);
    let perform = |_: &_, shard: &_, effect| groups::perform(shard, effect);
    GroupCoordinators::new(io, storage, metadata, Box::new(make), Box::new(perform))
}

/// After a start that was refused: the log dirs are as cleanly stopped as before, also for the
/// other broker whose they may be.
async fn give_back(storage: &Storage) {
    storage.set_broker_epoch(storage.previous_broker_epoch());
    storage.leave_unclean();
    if let Err(error) = storage.close_cleanly().await {
        warn!(%error, "the log dirs will be recovered at the next start");
    }
}

/// A listener that is to be encrypted or authenticated is never opened without that.
fn refuse_secured(listeners: &[ListenerSettings]) -> Result<(), StartError> {
    let secured = listeners.iter().find(|listener| listener.security_protocol != PLAINTEXT);
    secured.map_or(Ok(()), |listener| {
        Err(StartError(format!(
            "listeners: {} is to use TLS or SASL, which this version does not have: give it PLAINTEXT in \
             listener.security.protocol.map and keep it on a trusted network, or leave it out",
            listener.name
        )))
    })
}

type Bound = (ListenerSettings, SocketAddr, Listener);

async fn bind_all(io: &Io, settings: &NodeSettings) -> Result<Vec<Bound>, StartError> {
    let mut bound = Vec::with_capacity(settings.listeners.len());
    for listener in &settings.listeners {
        let socket = io
            .listen_with(&listener.host, listener.port, settings.sockets)
            .await
            .map_err(|error| port_refused("listeners", &listener.name, &error))?;
        let address = socket.local_addr().map_err(refused)?;
        bound.push((listener.clone(), address, socket));
    }
    Ok(bound)
}

fn advertised(listener: &ListenerSettings, bound: SocketAddr) -> Endpoint {
    let host = listener.advertised_host.clone().unwrap_or_else(|| bound.ip().to_string());
    Endpoint {
        listener: listener.name.clone(),
        host,
        port: listener.advertised_port.unwrap_or(bound.port()),
        security_protocol: listener.security_protocol,
    }
}

fn refused(error: impl std::fmt::Display) -> StartError {
    StartError(error.to_string())
}

fn port_refused(setting: &str, name: &str, error: &std::io::Error) -> StartError {
    let hint = if error.kind() == std::io::ErrorKind::AddrInUse {
        "; another process has that port: stop it, or choose another port"
    } else {
        ""
    };
    StartError(format!("{setting}: {name}: {error}{hint}"))
}

impl RunningNode {
    /// The cluster's id.
    pub fn cluster_id(&self) -> &str {
        &self.node.cluster_id
    }

    /// Listener names and the addresses they are bound to.
    pub fn listeners(&self) -> &[(String, SocketAddr)] {
        &self.listeners
    }

    /// Where the operator's page is, if it is anywhere.
    pub fn admin(&self) -> Option<SocketAddr> {
        self.admin
    }

    /// Resolves, with the reason, when the node cannot go on: its metadata log has failed, or the log
    /// dir that holds it, or all log dirs.
    pub fn failure(&self) -> impl Future<Output = String> + Send + 'static {
        let (metadata, dirs) = (self.node.metadata.failure(), self.node.storage.failure());
        async move {
            tokio::select! {
                biased;
                reason = told(metadata) => reason,
                reason = told(dirs) => reason,
            }
        }
    }

    /// Ends requests that wait, lets those in flight finish for at most `shutdown_grace`, syncs
    /// everything, and marks the log dirs as cleanly shut down.
    ///
    /// # Errors
    /// Something could not be synced or written; the next start will recover that log dir.
    pub async fn stop(self) -> Result<(), StartError> {
        let Self { node, stop, tasks, .. } = self;
        let _ = stop.send(true);
        for task in tasks {
            let _ = task.join().await;
        }
        let drained = node.io.timeout(node.settings.shutdown_grace, node.places.empty()).await;
        if drained.is_none() {
            warn!(connections = node.places.taken(), "connections were still busy at the stop");
        }
        node.metadata.stop().await;
        if node.metadata.failure().borrow().is_some() {
            node.storage.metadata_failed();
        }
        node.storage.close_cleanly().await.map_err(refused)
    }

    fn open_listeners(&mut self, bound: Vec<Bound>) -> Result<(), StartError> {
        for (listener, address, socket) in bound {
            info!(listener = %listener.name, %address, "listening");
            self.listeners.push((listener.name.clone(), address));
            let serving = acceptor::accept(Arc::clone(&self.node), listener.name.into(), socket);
            self.tasks.push(self.node.io.spawn("accept", serving));
        }
        Ok(())
    }

    async fn open_admin(&mut self) -> Result<(), StartError> {
        let Some(AdminSettings { host, port, is_asked_for }) = self.node.settings.admin.clone()
        else {
            return Ok(());
        };
        let opened = self.node.io.listen(&host, port).await;
        let listener = match opened {
            Ok(listener) => listener,
            Err(error) if is_asked_for => {
                return Err(port_refused("ottla.admin.listener", "admin", &error));
            }
            Err(error) => {
                warn!(
                    "metrics and health are off: {error}; set ottla.admin.listener to another address"
                );
                return Ok(());
            }
        };
        self.admin = listener.local_addr().ok();
        let serving = admin::serve(Arc::clone(&self.node), listener);
        self.tasks.push(self.node.io.spawn("admin", serving));
        Ok(())
    }
}

/// Resolves once there is a reason; never, if what would fail is stopped in order.
async fn told(mut failure: watch::Receiver<Option<String>>) -> String {
    let failed = failure.wait_for(Option::is_some).await.map(|reason| reason.clone());
    match failed {
        Ok(reason) => reason.unwrap_or_default(),
        Err(_) => std::future::pending().await,
    }
}
