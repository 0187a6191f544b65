//! [`Client`]: requests to the right broker of a cluster. What producer, admin and consumer are
//! built on, and the way to send a request that none of them has.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ottla_io::{Io, SocketOptions};
use ottla_model::{BrokerId, ErrorCode};
use ottla_wire::{Request, Str};
use tokio::sync::watch;

use crate::address::Address;
use crate::backoff::Backoff;
use crate::connection::{ConnectOptions, Connection};
use crate::image::{ClusterImage, Leader, NodeInfo};
use crate::metadata::Metadata;
use crate::pool::{Lane, Peer, Pool};
use crate::retry::Retry;
use crate::route::{CoordinatorKind, Route, To};
use crate::security::Security;
use crate::settings::{CommonSettings, RecoveryStrategy};
use crate::versions::PeerVersions;
use crate::{Error, ErrorKind, Result};

/// A client of one cluster. Clones share its connections; when the last is dropped they are closed
/// and its tasks end. Nothing here blocks a thread.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) io: Io,
    pub(crate) settings: CommonSettings,
    pub(crate) pool: Pool,
    pub(crate) metadata: Metadata,
    seeds: Vec<Address>,
    coordinators: Mutex<BTreeMap<(CoordinatorKind, Arc<str>), BrokerId>>,
}

impl Client {
    /// A client over `io`. Opens no connection; reads the files that the settings of TLS name.
    ///
    /// # Errors
    /// A bootstrap server that is no address, or settings of TLS or SASL that cannot be used.
    pub fn new(io: Io, settings: CommonSettings) -> Result<Self> {
        let settings = settings.checked()?;
        let seeds = settings.bootstrap_servers.iter().map(|text| Address::parse(text));
        let seeds = seeds.collect::<Result<Vec<_>>>()?;
        let setup = Backoff { initial: settings.setup_timeout, max: settings.setup_timeout_max };
        let pool =
            Pool::new(io.clone(), connect_options(&io, &settings)?, settings.reconnect(), setup);
        let inner = Inner {
            metadata: Metadata::default(),
            coordinators: Mutex::new(BTreeMap::new()),
            io,
            settings,
            pool,
            seeds,
        };
        let client = Self { inner: Arc::new(inner) };
        crate::metadata::keep_fresh(&client);
        Ok(client)
    }

    /// The world it runs in.
    pub fn io(&self) -> &Io {
        &self.inner.io
    }

    /// What it was made with.
    pub fn settings(&self) -> &CommonSettings {
        &self.inner.settings
    }

    /// Closes all connections at once; what waits for an answer fails. Waits for nothing.
    pub fn close(&self) {
        self.inner.pool.close();
        self.inner.metadata.poke();
    }

    /// Sends a request at the newest version that both sides speak, and waits for its answer, at
    /// most `request.timeout.ms`. Sent once: see [`Client::retry`].
    ///
    /// # Errors
    /// There is no answer. What the answer says is not looked at.
    pub async fn call<R: Request>(&self, route: &Route, request: R) -> Result<R::Response> {
        self.call_within(route, request, self.inner.settings.request_timeout).await
    }

    /// [`Client::call`] with another time limit.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn call_within<R: Request>(
        &self,
        route: &Route,
        request: R,
        limit: Duration,
    ) -> Result<R::Response> {
        let (_, response) = self.call_versioned(route, limit, 0..=i16::MAX, |_| request).await?;
        Ok(response)
    }

    /// [`Client::call`] with a request that depends on its version, which is one of `versions`.
    /// Gives the version too.
    ///
    /// # Errors
    /// As [`Client::call`]; [`ErrorKind::Unsupported`] when the broker speaks none of `versions`.
    pub async fn call_versioned<R: Request>(
        &self,
        route: &Route,
        limit: Duration,
        versions: RangeInclusive<i16>,
        build: impl FnOnce(i16) -> R,
    ) -> Result<(i16, R::Response)> {
        let connection = self.connection(route).await?;
        connection.call(limit, &versions, build).await
    }

    /// What the broker of a route speaks, and which features its cluster has.
    ///
    /// # Errors
    /// It cannot be reached.
    pub async fn versions(&self, route: &Route) -> Result<Arc<PeerVersions>> {
        Ok(self.connection(route).await?.versions())
    }

    /// Attempts until one succeeds, with back-off between (KIP-580), for at most `limit`:
    /// ```text
    /// let mut retry = client.retry(limit);
    /// let found = loop {
    ///     match attempt().await {
    ///         Ok(found) => break found,
    ///         Err(error) => retry.after(error).await?,
    ///     }
    /// };
    /// ```
    pub fn retry(&self, limit: Duration) -> Retry {
        Retry::new(self.clone(), self.inner.settings.retry(), limit)
    }

    /// The same with waits of its own.
    pub fn retry_with(&self, backoff: Backoff, limit: Duration) -> Retry {
        Retry::new(self.clone(), backoff, limit)
    }

    /// What is known of the cluster. Does not wait.
    pub fn image(&self) -> Arc<ClusterImage> {
        self.inner.metadata.image()
    }

    /// Changes with every new image; the value is [`ClusterImage::version`].
    pub fn metadata_changed(&self) -> watch::Receiver<u64> {
        self.inner.metadata.changed()
    }

    /// Notes a leader that a broker named in its refusal (KIP-951), with the nodes it named.
    pub fn note_leader(&self, topic: &str, partition: i32, leader: Leader, nodes: &[NodeInfo]) {
        self.inner.metadata.change(|image| image.hinted(topic, partition, leader, nodes));
    }

    /// The node of a coordinator, looked up if it is not known.
    ///
    /// # Errors
    /// No broker knows it, or may say.
    pub async fn coordinator(&self, kind: CoordinatorKind, key: &str) -> Result<BrokerId> {
        let known = self.lock_coordinators().get(&(kind, Arc::from(key))).copied();
        match known.filter(|node| self.image().node(*node).is_some()) {
            Some(node) => Ok(node),
            None => self.find_coordinator(kind, key).await,
        }
    }

    /// Has the coordinator looked up again with the next request for it.
    pub fn forget_coordinator(&self, kind: CoordinatorKind, key: &str) {
        self.lock_coordinators().remove(&(kind, Arc::from(key)));
    }

    /// Notes where a coordinator is.
    pub(crate) fn note_coordinator(&self, kind: CoordinatorKind, key: &str, node: NodeInfo) {
        self.lock_coordinators().insert((kind, Arc::from(key)), node.id);
        if self.image().node(node.id).is_none_or(|known| known.address != node.address) {
            self.inner.metadata.change(|image| Some(image.with_node(node.clone())));
        }
    }

    pub(crate) fn jittered(&self, backoff: Backoff, failures: u32) -> Duration {
        self.inner.pool.wait_after(backoff, failures)
    }

    /// The connection that a route leads to.
    pub(crate) async fn connection(&self, route: &Route) -> Result<Arc<Connection>> {
        let node = match &route.to {
            To::Any => return self.any_connection(route.lane).await,
            To::Node(node) => *node,
            To::Controller => self.controller().await?,
            To::Leader(topic, partition) => self.leader(topic, *partition).await?,
            To::Coordinator(kind, key) => self.coordinator(*kind, key).await?,
        };
        self.node_connection(node, route.lane).await
    }

    /// The connection to a broker in a lane.
    pub(crate) async fn node_connection(
        &self,
        node: BrokerId,
        lane: Lane,
    ) -> Result<Arc<Connection>> {
        if self.image().node(node).is_none() {
            self.refresh(self.inner.settings.request_timeout).await?;
        }
        let image = self.image();
        let Some(known) = image.node(node) else {
            let text = format!("node {node} is not one of the cluster's brokers");
            return Err(Error::broker(ErrorCode::ReplicaNotAvailable).context(text));
        };
        let opened = self.inner.pool.connection(Peer::Node(node), lane, &known.address).await;
        opened.inspect_err(|_| self.request_refresh())
    }

    /// A connection to whichever broker can be had: one that is open, one that is known, one of
    /// the bootstrap servers.
    pub(crate) async fn any_connection(&self, lane: Lane) -> Result<Arc<Connection>> {
        let pool = &self.inner.pool;
        let candidates = self.candidates();
        let open = candidates.iter().filter_map(|(peer, _)| pool.open_to(*peer));
        if let Some(open) = open.min_by_key(|connection| connection.waiting()) {
            return Ok(open);
        }
        let mut last = Error::new(ErrorKind::Unreachable, "no broker is known");
        for (peer, address) in candidates {
            match pool.connection(peer, lane, &address).await {
                Ok(connection) => return Ok(connection),
                Err(error) if error.kind() == ErrorKind::Closed => return Err(error),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Brokers to ask, the known ones first, each kind beginning at a random place. Bootstrap
    /// servers come in while nothing is known, or when recovery may begin anew with them.
    fn candidates(&self) -> Vec<(Peer, Address)> {
        let image = self.image();
        let mut nodes: Vec<_> =
            image.nodes().map(|node| (Peer::Node(node.id), node.address.clone())).collect();
        let start = self.inner.pool.random_below(nodes.len());
        nodes.rotate_left(start);
        if nodes.is_empty()
            || self.inner.settings.metadata_recovery == RecoveryStrategy::Rebootstrap
        {
            let seeds = self.inner.seeds.iter().cloned().enumerate();
            nodes.extend(seeds.map(|(at, address)| (Peer::Seed(at), address)));
        }
        nodes
    }

    async fn controller(&self) -> Result<BrokerId> {
        if self.image().controller().is_none() {
            self.refresh(self.inner.settings.request_timeout).await?;
        }
        self.image().controller().ok_or_else(|| {
            Error::broker(ErrorCode::NotController).context("the cluster has no controller now")
        })
    }

    async fn leader(&self, topic: &str, partition: i32) -> Result<BrokerId> {
        if self.image().leader(topic, partition).is_none() {
            self.refresh_topic(topic, self.inner.settings.request_timeout).await?;
        }
        if let Some(leader) = self.image().leader(topic, partition) {
            return Ok(leader.node);
        }
        let image = self.image();
        let topic_info = image.topic(topic);
        let code = match topic_info.and_then(|info| info.error) {
            Some(code) => code,
            None if topic_info.is_some_and(|info| info.partition(partition).is_some()) => {
                ErrorCode::LeaderNotAvailable
            }
            None => ErrorCode::UnknownTopicOrPartition,
        };
        Err(Error::broker(code).context(format!("{topic}-{partition}")))
    }

    fn lock_coordinators(
        &self,
    ) -> std::sync::MutexGuard<'_, BTreeMap<(CoordinatorKind, Arc<str>), BrokerId>> {
        self.inner.coordinators.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.pool.close();
        self.metadata.poke();
    }
}

fn connect_options(io: &Io, settings: &CommonSettings) -> Result<ConnectOptions> {
    Ok(ConnectOptions {
        client_id: Str::from(settings.client_id.as_str()),
        sockets: SocketOptions {
            backlog: None,
            send_buffer_bytes: settings.send_buffer_bytes,
            receive_buffer_bytes: settings.receive_buffer_bytes,
        },
        request_timeout: settings.request_timeout,
        idle_max: settings.connections_max_idle,
        response_bytes_max: settings.response_bytes_max,
        in_flight_max: settings.max_in_flight,
        security: Security::of(io, settings)?,
    })
}
