//! TLS over any stream of this crate: rustls decides, the halves below carry its bytes, so that it
//! runs in the simulated world too.
//!
//! Both halves share one session. Reading never writes: what a peer's key update asks to be sent
//! goes out with the next write.

use std::io::{self, BufRead, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use rustls::Connection;
use rustls::pki_types::ServerName;

use super::{ReadHalf, WriteHalf};

/// Bytes read from the stream below at once: four records of the longest kind.
const RAW_CHUNK_BYTES: usize = 64 << 10;

/// Who is expected at the other end, and how to talk to it.
#[derive(Debug, Clone)]
pub enum TlsPeer {
    /// A server of this name.
    Server(Arc<rustls::ClientConfig>, ServerName<'static>),
    /// Whichever client connected.
    Client(Arc<rustls::ServerConfig>),
}

/// What the two sides agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TlsSession {
    /// The version of the protocol.
    pub protocol: Option<rustls::ProtocolVersion>,
    /// The cipher suite.
    pub cipher_suite: Option<rustls::CipherSuite>,
}

type Shared = Arc<Mutex<Connection>>;

/// Speaks until both sides have agreed.
pub(super) async fn handshake(
    mut read: ReadHalf,
    mut write: WriteHalf,
    peer: TlsPeer,
) -> io::Result<(TlsReadHalf, TlsWriteHalf, TlsSession)> {
    let mut session = new_session(peer).map_err(refused)?;
    let mut raw = Vec::new();
    let mut taken = 0;
    let mut outgoing = Vec::new();
    loop {
        take_outgoing(&mut session, &mut outgoing)?;
        if !outgoing.is_empty() {
            Box::pin(write.write_all(&outgoing)).await?;
            outgoing.clear();
        }
        if !session.is_handshaking() {
            break;
        }
        if taken == raw.len() {
            raw.clear();
            taken = 0;
            if read.read(&mut raw, RAW_CHUNK_BYTES).await? == 0 {
                let text = "the peer ended the connection during the TLS handshake";
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, text));
            }
        }
        match feed(&mut session, raw.get(taken..).unwrap_or_default()) {
            Ok(count) => taken += count,
            Err(error) => {
                // The alert tells the peer why; that it may not arrive changes nothing.
                take_outgoing(&mut session, &mut outgoing)?;
                let _broken = Box::pin(write.write_all(&outgoing)).await;
                return Err(error);
            }
        }
    }
    let agreed = TlsSession {
        protocol: session.protocol_version(),
        cipher_suite: session.negotiated_cipher_suite().map(|suite| suite.suite()),
    };
    let session = Arc::new(Mutex::new(session));
    let read = TlsReadHalf { below: read, session: session.clone(), raw, taken };
    Ok((read, TlsWriteHalf { below: write, session, outgoing }, agreed))
}

fn new_session(peer: TlsPeer) -> Result<Connection, rustls::Error> {
    Ok(match peer {
        TlsPeer::Server(config, name) => {
            Connection::Client(rustls::ClientConnection::new(config, name)?)
        }
        TlsPeer::Client(config) => Connection::Server(rustls::ServerConnection::new(config)?),
    })
}

/// Hands received bytes to the session; how many it took.
fn feed(session: &mut Connection, mut raw: &[u8]) -> io::Result<usize> {
    let count = session.read_tls(&mut raw)?;
    session.process_new_packets().map_err(refused)?;
    Ok(count)
}

/// Appends what the session wants to be sent.
fn take_outgoing(session: &mut Connection, outgoing: &mut Vec<u8>) -> io::Result<()> {
    while session.wants_write() {
        session.write_tls(outgoing)?;
    }
    Ok(())
}

fn refused(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

fn lock(session: &Shared) -> MutexGuard<'_, Connection> {
    session.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The direction from the peer.
pub(super) struct TlsReadHalf {
    below: ReadHalf,
    session: Shared,
    /// As it arrived; the first `taken` bytes went into the session.
    raw: Vec<u8>,
    taken: usize,
}

impl TlsReadHalf {
    /// As [`ReadHalf::poll_read`]. A stream that ends without TLS's farewell ends like any other:
    /// what is read here carries its lengths.
    pub(super) fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        into: &mut Vec<u8>,
        count: usize,
    ) -> Poll<io::Result<usize>> {
        loop {
            let (read, has_ended) = self.decrypted(into, count)?;
            if read > 0 || has_ended {
                return Poll::Ready(Ok(read));
            }
            self.raw.clear();
            self.taken = 0;
            if ready!(self.below.poll_read(context, &mut self.raw, RAW_CHUNK_BYTES))? == 0 {
                return Poll::Ready(Ok(0));
            }
        }
    }

    /// Moves at most `count` bytes of what is here already; how many, and whether the peer said
    /// that no more will come.
    fn decrypted(&mut self, into: &mut Vec<u8>, count: usize) -> io::Result<(usize, bool)> {
        let mut session = lock(&self.session);
        let mut read = 0;
        loop {
            let mut plain = session.reader();
            match plain.fill_buf() {
                Ok([]) => return Ok((read, true)),
                Ok(bytes) => {
                    let fits = bytes.get(..count - read).unwrap_or(bytes);
                    into.extend_from_slice(fits);
                    let taken = fits.len();
                    plain.consume(taken);
                    read += taken;
                    if read == count {
                        return Ok((read, false));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let rest = self.raw.get(self.taken..).unwrap_or_default();
                    if rest.is_empty() {
                        return Ok((read, false));
                    }
                    self.taken += feed(&mut session, rest)?;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// The direction to the peer.
pub(super) struct TlsWriteHalf {
    below: WriteHalf,
    session: Shared,
    /// Encrypted and not sent: kept between writes for its memory.
    outgoing: Vec<u8>,
}

impl TlsWriteHalf {
    /// As [`WriteHalf::write_all_vectored`].
    pub(super) async fn write_all(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        for part in parts {
            let mut rest = *part;
            while !rest.is_empty() {
                let count = self.encrypt(rest)?;
                rest = rest.get(count..).unwrap_or_default();
                if self.outgoing.len() >= RAW_CHUNK_BYTES {
                    self.send().await?;
                }
            }
        }
        self.send().await
    }

    /// Encrypts as much of `plain` as the session takes at once.
    fn encrypt(&mut self, plain: &[u8]) -> io::Result<usize> {
        let mut session = lock(&self.session);
        let count = session.writer().write(plain)?;
        take_outgoing(&mut session, &mut self.outgoing)?;
        if count == 0 {
            return Err(io::Error::from(io::ErrorKind::WriteZero));
        }
        Ok(count)
    }

    async fn send(&mut self) -> io::Result<()> {
        let sent = Box::pin(self.below.write_all(&self.outgoing)).await;
        self.outgoing.clear();
        sent
    }

    /// As [`WriteHalf::shutdown`], with TLS's farewell if it can be sent.
    pub(super) async fn shutdown(&mut self) -> io::Result<()> {
        {
            let mut session = lock(&self.session);
            session.send_close_notify();
            take_outgoing(&mut session, &mut self.outgoing)?;
        }
        self.send().await?;
        Box::pin(self.below.shutdown()).await
    }
}
