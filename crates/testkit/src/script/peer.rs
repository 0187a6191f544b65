//! Scripts against a running broker, to see what another implementation answers.

use std::sync::Arc;

use ottla_io::Io;
use tokio::runtime::Runtime;

use super::session::{Manner, Session};
use ottla_wire::messages::delete_topics::{DeleteTopicState, DeleteTopicsRequest};

/// A broker on the network.
#[derive(Clone)]
pub(super) struct Peer {
    pub(super) runtime: Arc<Runtime>,
    pub(super) io: Io,
    pub(super) host: String,
    pub(super) port: u16,
}

impl Peer {
    /// The broker at `address`, `host:port`.
    pub(super) fn at(address: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.unwrap_or_else(|error| panic!("no runtime: {error}"));
        let io = {
            let _inside = runtime.enter();
            Io::os()
        };
        let (host, port) = address.rsplit_once(':').unwrap_or(("127.0.0.1", address));
        let port = port.parse().unwrap_or_else(|_| panic!("{address} is no address"));
        Self { runtime: Arc::new(runtime), io, host: host.to_owned(), port }
    }
}

/// Deletes every topic of the peer, so that a script finds it empty.
pub(super) async fn clear(session: &mut Session) -> Result<(), String> {
    let topics = session
        .all_topics()
        .await?
        .into_iter()
        .map(|(_, topic_id)| DeleteTopicState { topic_id, ..DeleteTopicState::default() });
    let request = DeleteTopicsRequest {
        topics: topics.collect(),
        timeout_ms: 10_000,
        ..DeleteTopicsRequest::default()
    };
    if !request.topics.is_empty() {
        session.ask(Manner::of("clear", 6), request).await?;
        session.io().sleep(std::time::Duration::from_millis(500)).await;
    }
    Ok(())
}
