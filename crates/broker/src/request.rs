//! A request as a handler is given it: everything but the body.

use std::net::SocketAddr;
use std::sync::Arc;

use ottla_base::MonoTime;
use ottla_wire::ApiKey;

/// What is known of a connection, for the handlers.
#[derive(Debug)]
pub(crate) struct Peer {
    /// Name of the listener it came in by.
    pub(crate) listener: Arc<str>,
    /// Where it comes from.
    pub(crate) address: SocketAddr,
}

/// A request that was read, without its body.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) key: ApiKey,
    pub(crate) version: i16,
    pub(crate) correlation_id: i32,
    pub(crate) client_id: Option<String>,
    pub(crate) peer: Arc<Peer>,
    pub(crate) received: MonoTime,
}
