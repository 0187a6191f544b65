//! Sockets: listening, connecting, reading and writing streams of bytes.
//!
//! A [`Stream`] is split into a [`ReadHalf`] and a [`WriteHalf`], which may live in different
//! tasks. Reading is safe to cancel; a cancelled write leaves the stream at an unknown byte, and
//! the connection must then be closed.

pub mod frame;
pub(crate) mod os;
mod tls;

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll};

pub use tls::{TlsPeer, TlsSession};

use crate::disk::File;

/// Bytes that one [`ReadHalf::read`] asks memory for when the caller's buffer has less room.
pub const READ_CHUNK_BYTES: usize = 256 << 10;

/// Bytes of a file that one system call of [`WriteHalf::send_file`] moves before other tasks get
/// their turn: with pages not in memory, calls of a megabyte were seen to hold a thread for 4–11 ms.
/// A socket with Kafka's send buffer takes about this much.
pub const SEND_FILE_CHUNK_BYTES: u64 = 256 << 10;

/// How a socket is set up. `None` leaves the system's default (Kafka's -1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SocketOptions {
    /// Connections that wait to be accepted (`socket.listen.backlog.size`); 1024 if `None`.
    pub backlog: Option<u32>,
    /// SO_SNDBUF in bytes (`socket.send.buffer.bytes`).
    pub send_buffer_bytes: Option<u32>,
    /// SO_RCVBUF in bytes (`socket.receive.buffer.bytes`).
    pub receive_buffer_bytes: Option<u32>,
}

/// A socket that accepts connections. Dropping it stops listening.
pub struct Listener {
    kind: ListenerKind,
}

enum ListenerKind {
    Os(os::OsListener),
    #[cfg(feature = "sim")]
    Sim(crate::sim::SimListener),
}

impl Listener {
    pub(crate) fn from_os(listener: os::OsListener) -> Self {
        Self { kind: ListenerKind::Os(listener) }
    }

    #[cfg(feature = "sim")]
    pub(crate) fn from_sim(listener: crate::sim::SimListener) -> Self {
        Self { kind: ListenerKind::Sim(listener) }
    }

    /// The next connection, and who opened it. Safe to cancel.
    ///
    /// # Errors
    /// Usually passing ones (the peer gave up, no descriptors left): log, wait a little, go on.
    pub async fn accept(&self) -> io::Result<(Stream, SocketAddr)> {
        match &self.kind {
            ListenerKind::Os(listener) => {
                let (stream, peer) = listener.accept().await?;
                Ok((Stream::from_os(stream), peer))
            }
            #[cfg(feature = "sim")]
            ListenerKind::Sim(listener) => {
                let (stream, peer) = listener.accept().await?;
                Ok((Stream::from_sim(stream), peer))
            }
        }
    }

    /// The address it listens on, with the real port.
    ///
    /// # Errors
    /// What the system said.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        match &self.kind {
            ListenerKind::Os(listener) => listener.local_addr(),
            #[cfg(feature = "sim")]
            ListenerKind::Sim(listener) => Ok(listener.local_addr()),
        }
    }
}

/// A connection.
pub struct Stream {
    read: ReadHalf,
    write: WriteHalf,
    peer: SocketAddr,
    local: SocketAddr,
}

impl Stream {
    pub(crate) fn from_os(stream: os::OsStream) -> Self {
        let os::OsStream { read, write, peer, local } = stream;
        Self {
            read: ReadHalf { kind: ReadKind::Os(read) },
            write: WriteHalf { kind: WriteKind::Os(write) },
            peer,
            local,
        }
    }

    #[cfg(feature = "sim")]
    pub(crate) fn from_sim(stream: crate::sim::SimStream) -> Self {
        let (peer, local) = (stream.peer(), stream.local());
        let (read, write) = stream.split();
        Self {
            read: ReadHalf { kind: ReadKind::Sim(read) },
            write: WriteHalf { kind: WriteKind::Sim(write) },
            peer,
            local,
        }
    }

    /// Its two directions. When the write half is dropped the peer sees the end of the stream;
    /// when both are, the connection is closed.
    pub fn split(self) -> (ReadHalf, WriteHalf) {
        (self.read, self.write)
    }

    /// Both directions at once, still in one value.
    pub fn halves(&mut self) -> (&mut ReadHalf, &mut WriteHalf) {
        (&mut self.read, &mut self.write)
    }

    /// The same connection under TLS, once both sides have agreed; [`TlsSession`] says on what. There
    /// is no time limit here: see [`crate::Io::timeout`].
    ///
    /// # Errors
    /// The connection broke, or the handshake failed: the [`rustls::Error`] is inside.
    pub async fn over_tls(self, peer: TlsPeer) -> io::Result<(Self, TlsSession)> {
        let Self { read, write, peer: peer_addr, local } = self;
        let (read, write, session) = tls::handshake(read, write, peer).await?;
        let read = ReadHalf { kind: ReadKind::Tls(Box::new(read)) };
        let write = WriteHalf { kind: WriteKind::Tls(Box::new(write)) };
        Ok((Self { read, write, peer: peer_addr, local }, session))
    }

    /// Who is at the other end.
    pub fn peer_addr(&self) -> SocketAddr {
        self.peer
    }

    /// The address at this end.
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }
}

/// The direction from the peer.
pub struct ReadHalf {
    kind: ReadKind,
}

enum ReadKind {
    Os(os::OsReadHalf),
    Tls(Box<tls::TlsReadHalf>),
    #[cfg(feature = "sim")]
    Sim(crate::sim::SimReadHalf),
}

impl ReadHalf {
    /// Appends what has arrived, at least one and at most `at_most` bytes, to `into` and returns
    /// how many; 0 means the peer has ended the stream (or `at_most` was 0). Safe to cancel.
    ///
    /// Memory follows what arrives, not what a peer announced: beyond the free room that `into`
    /// already has, one call asks for no more than [`READ_CHUNK_BYTES`].
    ///
    /// # Errors
    /// The connection broke.
    pub async fn read(&mut self, into: &mut Vec<u8>, at_most: usize) -> io::Result<usize> {
        poll_fn(|context| self.poll_read(context, into, at_most)).await
    }

    /// [`ReadHalf::read`] for who waits for other things beside it, with a future of its own: this
    /// one keeps nothing between two calls but the task that is to be woken.
    ///
    /// # Errors
    /// As [`ReadHalf::read`].
    pub fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        into: &mut Vec<u8>,
        at_most: usize,
    ) -> Poll<io::Result<usize>> {
        let room = into.capacity() - into.len();
        let count = at_most.min(room.max(READ_CHUNK_BYTES));
        if count == 0 {
            return Poll::Ready(Ok(0));
        }
        match &mut self.kind {
            ReadKind::Os(half) => half.poll_read(context, into, count),
            ReadKind::Tls(half) => half.poll_read(context, into, count),
            #[cfg(feature = "sim")]
            ReadKind::Sim(half) => half.poll_read(context, into, count),
        }
    }
}

/// The direction to the peer. Dropping it ends the stream for the peer.
pub struct WriteHalf {
    kind: WriteKind,
}

enum WriteKind {
    Os(os::OsWriteHalf),
    Tls(Box<tls::TlsWriteHalf>),
    #[cfg(feature = "sim")]
    Sim(crate::sim::SimWriteHalf),
}

impl WriteHalf {
    /// Sends all of `bytes`. `Ok` means the system took them, not that the peer has them.
    ///
    /// # Errors
    /// The connection broke; how much the peer got is unknown.
    pub async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.kind {
            WriteKind::Os(half) => half.write_all(bytes, false).await,
            WriteKind::Tls(half) => half.write_all(&[bytes]).await,
            #[cfg(feature = "sim")]
            WriteKind::Sim(half) => half.write_all(bytes).await,
        }
    }

    /// [`WriteHalf::write_all`], telling the system that more follows at once: the bytes may wait
    /// to share a packet with it. For what stands before [`WriteHalf::send_file`].
    ///
    /// # Errors
    /// As [`WriteHalf::write_all`].
    pub async fn write_all_with_more(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.kind {
            WriteKind::Os(half) => half.write_all(bytes, true).await,
            WriteKind::Tls(half) => half.write_all(&[bytes]).await,
            #[cfg(feature = "sim")]
            WriteKind::Sim(half) => half.write_all(bytes).await,
        }
    }

    /// Sends all `parts`, one behind the other, with as few system calls as possible.
    ///
    /// # Errors
    /// As [`WriteHalf::write_all`].
    pub async fn write_all_vectored(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        match &mut self.kind {
            WriteKind::Os(half) => half.write_all_vectored(parts).await,
            WriteKind::Tls(half) => half.write_all(parts).await,
            #[cfg(feature = "sim")]
            WriteKind::Sim(half) => {
                for part in parts {
                    half.write_all(part).await?;
                }
                Ok(())
            }
        }
    }

    /// Sends the `len` bytes of `file` from `position` on, without copying them through this
    /// process where the system can. The file must keep them until this returns.
    ///
    /// # Errors
    /// The connection broke, the disk refused, or the file ends before (`UnexpectedEof`): the
    /// stream is then at an unknown byte and must be closed.
    pub async fn send_file(&mut self, file: &File, position: u64, len: u64) -> io::Result<()> {
        match (&mut self.kind, file.as_os()) {
            (WriteKind::Os(half), Some(_)) => half.send_file(file, position, len).await,
            _ => self.copy_file(file, position, len).await,
        }
    }

    async fn copy_file(&mut self, file: &File, position: u64, len: u64) -> io::Result<()> {
        let mut sent = 0;
        while sent < len {
            let chunk = read_chunk(file, position + sent, len - sent)?;
            self.write_all(&chunk).await?;
            sent += chunk.len() as u64;
        }
        Ok(())
    }

    /// Ends the stream for the peer, after what has been written. Waits for nothing.
    ///
    /// # Errors
    /// The connection is already broken.
    pub async fn shutdown(&mut self) -> io::Result<()> {
        match &mut self.kind {
            WriteKind::Os(half) => half.shutdown(),
            WriteKind::Tls(half) => half.shutdown().await,
            #[cfg(feature = "sim")]
            WriteKind::Sim(half) => half.shutdown(),
        }
    }
}

/// The next bytes of `file`, at most [`SEND_FILE_CHUNK_BYTES`].
fn read_chunk(file: &File, position: u64, len: u64) -> io::Result<Vec<u8>> {
    let mut chunk = vec![0; len.min(SEND_FILE_CHUNK_BYTES) as usize];
    let count = file.read_at(position, &mut chunk)?;
    if count == 0 {
        return Err(ended_early(file, position));
    }
    chunk.truncate(count);
    Ok(chunk)
}

fn ended_early(file: &File, position: u64) -> io::Error {
    let path = file.path().display();
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        format!("send {path}: the file ends at {position}, inside the range to send"),
    )
}

pub(crate) fn with_address(what: &str, host: &str, port: u16, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what} {host}:{port}: {error}"))
}

macro_rules! opaque_debug {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}
opaque_debug!(Listener Stream ReadHalf WriteHalf);
