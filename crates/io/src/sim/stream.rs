//! Listeners and streams of a simulated node: the handles that tasks hold.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::task::{Context, Poll};

use super::executor::wait_with;
use super::net::{ListenerState, ip_of};
use super::node::SimIo;

impl SimIo {
    pub(crate) async fn listen(&self, host: &str, port: u16) -> io::Result<SimListener> {
        let mut state = self.shared.lock();
        state.check_alive(self.node, self.life)?;
        let (node, loopback) = state.resolve(self.node, host)?;
        if node != self.node {
            return Err(rustix::io::Errno::ADDRNOTAVAIL.into());
        }
        let port = if port == 0 { state.free_port(node) } else { port };
        if state.net.listeners.contains_key(&(node, port)) {
            return Err(rustix::io::Errno::ADDRINUSE.into());
        }
        let listener =
            ListenerState { loopback, backlog: Default::default(), acceptors: Vec::new() };
        state.net.listeners.insert((node, port), listener);
        state.note(node, "listen", host, &[u64::from(port)]);
        let ip = match (loopback, host) {
            (true, _) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            (false, "" | "0.0.0.0" | "::") => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            _ => ip_of(node),
        };
        Ok(SimListener { io: self.clone(), port, address: SocketAddr::new(ip, port) })
    }

    pub(crate) async fn connect(&self, host: &str, port: u16) -> io::Result<SimStream> {
        let stream = {
            let mut state = self.shared.lock();
            state.check_alive(self.node, self.life)?;
            let (node, _) = state.resolve(self.node, host)?;
            let connection = state.open_connection((self.node, self.life), node, port);
            let wire = &state.net.connections[&connection];
            let (local, peer) = (wire.ends[0].address, wire.ends[1].address);
            drop(state);
            SimStream::new(self, connection, 0, local, peer)
        };
        std::future::poll_fn(|context| stream.poll_established(context)).await?;
        Ok(stream)
    }
}

pub(crate) struct SimListener {
    io: SimIo,
    port: u16,
    address: SocketAddr,
}

impl SimListener {
    pub(crate) fn local_addr(&self) -> SocketAddr {
        self.address
    }

    pub(crate) async fn accept(&self) -> io::Result<(SimStream, SocketAddr)> {
        std::future::poll_fn(|context| {
            let mut state = self.io.shared.lock();
            state.check_alive(self.io.node, self.io.life)?;
            let Some(listener) = state.net.listeners.get_mut(&(self.io.node, self.port)) else {
                return Poll::Ready(Err(io::Error::other("the listener is closed")));
            };
            let Some(id) = listener.backlog.pop_front() else {
                wait_with(&mut listener.acceptors, context.waker());
                return Poll::Pending;
            };
            state.note(self.io.node, "accept", "", &[id]);
            let Some(wire) = state.net.connections.get(&id) else {
                return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
            };
            let (peer, local) = (wire.ends[0].address, wire.ends[1].address);
            drop(state);
            Poll::Ready(Ok((SimStream::new(&self.io, id, 1, local, peer), peer)))
        })
        .await
    }
}

impl Drop for SimListener {
    fn drop(&mut self) {
        if !self.io.is_alive() {
            return;
        }
        let mut state = self.io.shared.lock();
        let Some(listener) = state.net.listeners.remove(&(self.io.node, self.port)) else { return };
        for connection in listener.backlog {
            state.drop_half(connection, 1, true);
            state.drop_half(connection, 1, false);
        }
    }
}

pub(crate) struct SimStream {
    read: SimReadHalf,
    write: SimWriteHalf,
    local: SocketAddr,
    peer: SocketAddr,
}

impl SimStream {
    fn new(io: &SimIo, connection: u64, end: usize, local: SocketAddr, peer: SocketAddr) -> Self {
        let half = || Half { io: io.clone(), connection, end };
        Self { read: SimReadHalf(half()), write: SimWriteHalf(half()), local, peer }
    }

    fn poll_established(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let half = &self.read.0;
        let mut state = half.io.shared.lock();
        state.check_alive(half.io.node, half.io.life)?;
        let Some(wire) = state.net.connections.get_mut(&half.connection) else {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        };
        if let Some(kind) = wire.ends[half.end].broken {
            return Poll::Ready(Err(kind.into()));
        }
        if wire.established {
            return Poll::Ready(Ok(()));
        }
        wire.ends[half.end].reader = Some(context.waker().clone());
        Poll::Pending
    }

    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    pub(crate) fn peer(&self) -> SocketAddr {
        self.peer
    }

    pub(crate) fn split(self) -> (SimReadHalf, SimWriteHalf) {
        (self.read, self.write)
    }
}

/// One direction of one end of a connection.
struct Half {
    io: SimIo,
    connection: u64,
    end: usize,
}

impl Half {
    fn drop_as(&self, writer: bool) {
        if self.io.is_alive() {
            self.io.shared.lock().drop_half(self.connection, self.end, writer);
        }
    }
}

pub(crate) struct SimReadHalf(Half);

impl SimReadHalf {
    pub(crate) fn poll_read(
        &self,
        context: &mut Context<'_>,
        into: &mut Vec<u8>,
        count: usize,
    ) -> Poll<io::Result<usize>> {
        let Half { io, connection, end } = &self.0;
        let mut state = io.shared.lock();
        state.check_alive(io.node, io.life)?;
        let short = state.faults.short_read_per_million;
        let is_short = short > 0 && state.net_rng.chance(short, 1_000_000);
        let Some(wire) = state.net.connections.get_mut(connection) else {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        };
        let this = &mut wire.ends[*end];
        if let Some(kind) = this.broken {
            return Poll::Ready(Err(kind.into()));
        }
        let available = this.received.len().min(count);
        if available == 0 {
            if this.ended {
                return Poll::Ready(Ok(0));
            }
            this.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        let taken =
            if is_short { state.net_rng.range(1, available as u64) as usize } else { available };
        let Some(wire) = state.net.connections.get_mut(connection) else {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        };
        into.extend(wire.ends[*end].received.drain(..taken));
        if let Some(writer) = wire.ends[1 - *end].writer.take() {
            writer.wake();
        }
        state.note(io.node, "read", "", &[*connection, *end as u64, taken as u64]);
        Poll::Ready(Ok(taken))
    }
}

impl Drop for SimReadHalf {
    fn drop(&mut self) {
        self.0.drop_as(false);
    }
}

pub(crate) struct SimWriteHalf(Half);

impl SimWriteHalf {
    pub(crate) async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let count = std::future::poll_fn(|context| self.poll_write(context, rest)).await?;
            rest = rest.get(count..).unwrap_or_default();
        }
        Ok(())
    }

    fn poll_write(&self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let Half { io, connection, end } = &self.0;
        let mut state = io.shared.lock();
        self.check_open(&state)?;
        let count = state.send(*connection, *end, bytes);
        if count > 0 {
            return Poll::Ready(Ok(count));
        }
        if let Some(wire) = state.net.connections.get_mut(connection) {
            wire.ends[*end].writer = Some(context.waker().clone());
        }
        Poll::Pending
    }

    pub(crate) fn shutdown(&mut self) -> io::Result<()> {
        let Half { io, connection, end } = &self.0;
        let mut state = io.shared.lock();
        match self.check_open(&state) {
            // Ended already: once more does nothing, as on the operating system.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            checked => checked?,
        }
        state.shut(*connection, *end);
        Ok(())
    }

    fn check_open(&self, state: &super::state::State) -> io::Result<()> {
        let Half { io, connection, end } = &self.0;
        state.check_alive(io.node, io.life)?;
        let Some(wire) = state.net.connections.get(connection) else {
            return Err(io::ErrorKind::ConnectionReset.into());
        };
        match wire.ends[*end].broken {
            Some(kind) => Err(kind.into()),
            None if wire.ends[*end].shut => Err(io::ErrorKind::BrokenPipe.into()),
            None => Ok(()),
        }
    }
}

impl Drop for SimWriteHalf {
    fn drop(&mut self) {
        self.0.drop_as(true);
    }
}
