//! A node: everything that serves clients, tied together, from start to stop.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ottla_base::Uuid;
use ottla_io::{Io, Listener, Task};
use ottla_model::{ErrorCode, TopicPartition};
use tokio::sync::{Notify, watch};
use tracing::{info, warn};

use crate::acceptor::{self, Places};
use crate::admin;
use crate::codec_spaces::CodecSpaces;
use crate::fetch_session::Sessions;
use crate::metadata::{Endpoint, MetadataHandle};
use crate::metrics::Metrics;
use crate::producer_ids::ProducerIds;
use crate::settings::{AdminSettings, ListenerSettings, NodeSettings};
use crate::storage::{Partition, Storage};

/// How long to wait before accepting again after the system refused to.
pub(crate) const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// What every handler can reach.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) io: Io,
    pub(crate) settings: NodeSettings,
    pub(crate) cluster_id: Arc<str>,
    pub(crate) storage: Arc<Storage>,
    pub(crate) metadata: MetadataHandle,
    pub(crate) metrics: Metrics,
    pub(crate) producer_ids: ProducerIds,
    pub(crate) codec_spaces: CodecSpaces,
    pub(crate) places: Places,
    /// Told whenever a connection has ended.
    pub(crate) connection_ended: Notify,
    /// True once the node is asked to stop.
    pub(crate) stopping: watch::Receiver<bool>,
    fetch_sessions: Mutex<Sessions>,
}

impl Node {
    /// The fetch sessions; held only to look, never across a wait.
    pub(crate) fn fetch_sessions(&self) -> MutexGuard<'_, Sessions> {
        self.fetch_sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The replica of `topic`-`partition` on this node.
    ///
    /// # Errors
    /// What a client is told when it is not here.
    pub(crate) fn partition_by_name(
        &self,
        topic: &str,
        partition: i32,
    ) -> Result<Arc<Partition>, ErrorCode> {
        let name = TopicPartition::new(topic, partition);
        self.storage.partition(&name).ok_or_else(|| {
            let exists = self.metadata.image().partition(topic, partition).is_some();
            let elsewhere = ErrorCode::NotLeaderOrFollower;
            if exists { elsewhere } else { ErrorCode::UnknownTopicOrPartition }
        })
    }

    /// The replica of a partition on this node, by topic id.
    ///
    /// # Errors
    /// What a client is told when it is not here.
    pub(crate) fn partition_by_id(
        &self,
        topic_id: Uuid,
        partition: i32,
    ) -> Result<Arc<Partition>, ErrorCode> {
        let image = self.metadata.image();
        let topic = image.topic_by_id(topic_id).ok_or(ErrorCode::UnknownTopicId)?;
        let found = self.partition_by_name(&topic.name, partition)?;
        if found.topic_id() == topic_id { Ok(found) } else { Err(ErrorCode::InconsistentTopicId) }
    }

    /// Whether clients should be sent here; the reason if not.
    pub(crate) fn readiness(&self) -> Result<(), String> {
        if *self.stopping.borrow() {
            return Err("stopping".to_owned());
        }
        Ok(())
    }
}

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
    let (stop, stopping) = watch::channel(false);
    let bound = bind_all(&io, &settings).await?;
    let storage = Storage::open(&io, settings.storage.clone()).await.map_err(refused)?;
    let storage = Arc::new(storage);
    let endpoints = bound.iter().map(|(listener, address, _)| advertised(listener, *address));
    let metadata =
        MetadataHandle::start(&io, settings.metadata.clone(), &storage, endpoints.collect())
            .await
            .map_err(refused)?;
    let node = Arc::new(Node {
        cluster_id: storage.cluster_id().into(),
        storage,
        metadata,
        metrics: Metrics::new(),
        producer_ids: ProducerIds::default(),
        codec_spaces: CodecSpaces::default(),
        places: Places::default(),
        connection_ended: Notify::new(),
        stopping,
        fetch_sessions: Mutex::new(Sessions::new(settings.fetch_sessions_max)),
        settings,
        io,
    });
    let mut running =
        RunningNode { node, stop, tasks: Vec::new(), listeners: Vec::new(), admin: None };
    running.open_admin().await?;
    running.open_listeners(bound)?;
    Ok(running)
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

    /// Resolves, with the reason, when the node cannot go on: its metadata log has failed.
    pub fn failure(&self) -> impl Future<Output = String> + Send + 'static {
        let mut failure = self.node.metadata.failure();
        async move {
            let failed = failure.wait_for(Option::is_some).await.map(|reason| reason.clone());
            match failed {
                Ok(reason) => reason.unwrap_or_default(),
                // Stopped in order.
                Err(_) => std::future::pending().await,
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
        let drained = node.io.timeout(node.settings.shutdown_grace, drain(&node)).await;
        if drained.is_none() {
            warn!(connections = node.places.taken(), "connections were still busy at the stop");
        }
        node.metadata.stop().await;
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

async fn drain(node: &Node) {
    loop {
        let ended = node.connection_ended.notified();
        if node.places.taken() == 0 {
            return;
        }
        ended.await;
    }
}
