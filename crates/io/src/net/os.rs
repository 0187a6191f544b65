//! TCP of the operating system, on tokio's readiness with direct system calls.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::task::{Context, Poll, ready};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use rustix::net::SendFlags;
use tokio::io::Interest;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::{SEND_FILE_CHUNK_BYTES, SocketOptions, ended_early, read_chunk};
use crate::disk::File;
use crate::disk::memory::is_unsendable;

/// Connections that wait to be accepted when nothing is said.
const DEFAULT_BACKLOG: u32 = 1024;

/// Slices per `writev`; the system takes no more than 1024.
const VECTORED_MAX: usize = 1024;

pub(crate) async fn listen(
    host: &str,
    port: u16,
    options: SocketOptions,
) -> io::Result<OsListener> {
    let host = if host.is_empty() { "0.0.0.0" } else { host };
    let mut last_error = None;
    for address in tokio::net::lookup_host((host, port)).await? {
        match listen_on(address, options) {
            Ok(listener) => return Ok(OsListener { listener }),
            Err(error) => last_error = Some(error),
        }
    }
    Err(last_error.unwrap_or_else(no_address))
}

fn listen_on(address: SocketAddr, options: SocketOptions) -> io::Result<TcpListener> {
    let socket = new_socket(address, options)?;
    // A restarted node must get its port back while old connections linger in TIME_WAIT.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(options.backlog.unwrap_or(DEFAULT_BACKLOG))
}

pub(crate) async fn connect(host: &str, port: u16, options: SocketOptions) -> io::Result<OsStream> {
    let mut last_error = None;
    for address in tokio::net::lookup_host((host, port)).await? {
        match new_socket(address, options)?.connect(address).await {
            Ok(stream) => return OsStream::new(stream),
            Err(error) => last_error = Some(error),
        }
    }
    Err(last_error.unwrap_or_else(no_address))
}

fn new_socket(address: SocketAddr, options: SocketOptions) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Set before listening or connecting: accepted sockets inherit them, and the window scale is
    // agreed on in the handshake.
    if let Some(bytes) = options.send_buffer_bytes {
        socket.set_send_buffer_size(bytes)?;
    }
    if let Some(bytes) = options.receive_buffer_bytes {
        socket.set_recv_buffer_size(bytes)?;
    }
    Ok(socket)
}

fn no_address() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "the name has no address")
}

pub(crate) struct OsListener {
    listener: TcpListener,
}

impl OsListener {
    pub(crate) async fn accept(&self) -> io::Result<(OsStream, SocketAddr)> {
        let (stream, peer) = self.listener.accept().await?;
        Ok((OsStream::new(stream)?, peer))
    }

    pub(crate) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

pub(crate) struct OsStream {
    pub(crate) read: OsReadHalf,
    pub(crate) write: OsWriteHalf,
    pub(crate) peer: SocketAddr,
    pub(crate) local: SocketAddr,
}

impl OsStream {
    fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let (peer, local) = (stream.peer_addr()?, stream.local_addr()?);
        let (read, write) = stream.into_split();
        Ok(Self {
            read: OsReadHalf { half: read },
            write: OsWriteHalf { half: write },
            peer,
            local,
        })
    }
}

pub(crate) struct OsReadHalf {
    half: OwnedReadHalf,
}

impl OsReadHalf {
    pub(crate) fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        into: &mut Vec<u8>,
        count: usize,
    ) -> Poll<io::Result<usize>> {
        let socket: &TcpStream = self.half.as_ref();
        loop {
            // This way the one reader there is keeps nothing but its waker.
            ready!(socket.poll_read_ready(context))?;
            let mut drained = None;
            let read = socket.try_io(Interest::READABLE, || {
                let read = read_into(socket, into, count)?;
                if read > 0 && read < count {
                    // Nothing is left. Said as "would block", it is waited for what comes next without
                    // asking the socket again; what came in between has been noted and counts.
                    drained = Some(read);
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                Ok(read)
            });
            match (drained, read) {
                (Some(read), _) => return Poll::Ready(Ok(read)),
                (None, Err(error)) if error.kind() == io::ErrorKind::WouldBlock => {}
                (None, read) => return Poll::Ready(read),
            }
        }
    }
}

/// One `read` of at most `count` bytes behind what `into` holds.
fn read_into(socket: &TcpStream, into: &mut Vec<u8>, count: usize) -> io::Result<usize> {
    into.reserve(count);
    let room = &mut into.spare_capacity_mut()[..count];
    let read = match retry_interrupted(|| {
        rustix::io::read(socket, &mut *room).map(|(fresh, _rest)| fresh.len())
    }) {
        Ok(read) => read,
        Err(error) => {
            // The caller will wait, maybe for minutes: a silent peer shall cost no buffer.
            if into.is_empty() {
                *into = Vec::new();
            }
            return Err(error.into());
        }
    };
    let len = into.len() + read;
    // SAFETY: `read` bytes right behind the old length were just initialised by the system call,
    // and they lie within the capacity reserved above.
    #[allow(unsafe_code, reason = "reading without first zeroing the buffer")]
    unsafe {
        into.set_len(len);
    }
    Ok(read)
}

pub(crate) struct OsWriteHalf {
    half: OwnedWriteHalf,
}

impl OsWriteHalf {
    pub(crate) async fn write_all(&mut self, bytes: &[u8], more: bool) -> io::Result<()> {
        let socket: &TcpStream = self.half.as_ref();
        let flags = if more { SendFlags::MORE | SendFlags::NOSIGNAL } else { SendFlags::NOSIGNAL };
        let mut rest = bytes;
        while !rest.is_empty() {
            let count = socket
                .async_io(Interest::WRITABLE, || {
                    Ok(retry_interrupted(|| rustix::net::send(socket, rest, flags))?)
                })
                .await?;
            rest = rest.get(count..).unwrap_or_default();
        }
        Ok(())
    }

    pub(crate) async fn write_all_vectored(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        let mut slices: Vec<IoSlice<'_>> =
            parts.iter().filter(|part| !part.is_empty()).map(|part| IoSlice::new(part)).collect();
        let mut rest = slices.as_mut_slice();
        let socket: &TcpStream = self.half.as_ref();
        while !rest.is_empty() {
            socket.writable().await?;
            match socket.try_write_vectored(&rest[..rest.len().min(VECTORED_MAX)]) {
                Ok(count) => IoSlice::advance_slices(&mut rest, count),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub(crate) async fn send_file(
        &mut self,
        file: &File,
        position: u64,
        len: u64,
    ) -> io::Result<()> {
        let end = position.saturating_add(len);
        let mut at = position;
        let mut may_be_full = false;
        while at < end {
            let chunk = (end - at).min(SEND_FILE_CHUNK_BYTES) as usize;
            let count = match self.send_file_once(file, at, chunk, may_be_full).await {
                Ok(0) => return Err(ended_early(file, at)),
                Ok(count) => count,
                Err(error) if Errno::from_io_error(&error).is_some_and(is_unsendable) => {
                    let copy = read_chunk(file, at, end - at)?;
                    self.write_all(&copy, false).await?;
                    copy.len()
                }
                Err(error) => return Err(error),
            };
            at += count as u64;
            may_be_full = count < chunk;
            if at < end && !may_be_full {
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    /// One `sendfile`. If the socket `may_be_full` it is asked first: `sendfile` looks up pages before it
    /// finds that there is no room for them.
    async fn send_file_once(
        &self,
        file: &File,
        position: u64,
        count: usize,
        mut may_be_full: bool,
    ) -> io::Result<usize> {
        let socket: &TcpStream = self.half.as_ref();
        let Some((file, path)) = file.as_os() else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        socket
            .async_io(Interest::WRITABLE, || {
                // Once it had no room, the system tells when it has: this need not be asked again.
                if std::mem::take(&mut may_be_full) && !is_writable(socket)? {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                let mut offset = position;
                // The socket does not block, the file may.
                let _began = crate::disk::outstanding::begin("send", path);
                Ok(retry_interrupted(|| {
                    rustix::fs::sendfile(socket, file, Some(&mut offset), count)
                })?)
            })
            .await
    }

    pub(crate) fn shutdown(&mut self) -> io::Result<()> {
        let socket: &TcpStream = self.half.as_ref();
        Ok(rustix::net::shutdown(socket, rustix::net::Shutdown::Write)?)
    }
}

/// Whether a socket has room now. If it has none, asking makes the system tell when it has again.
fn is_writable(socket: &TcpStream) -> io::Result<bool> {
    let mut asked = [PollFd::new(socket, PollFlags::OUT)];
    Ok(retry_interrupted(|| rustix::event::poll(&mut asked, Some(&Timespec::default())))? > 0)
}

fn retry_interrupted<T>(mut call: impl FnMut() -> rustix::io::Result<T>) -> rustix::io::Result<T> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            result => return result,
        }
    }
}
