//! The machine's floor: what the bytes alone cost here. Produce is socket, CRC-32C, page cache;
//! fetch is segment, `sendfile`, socket. Nothing is decoded, looked up, counted or kept in order.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::net::sockopt;

/// Bytes of a batch before what its checksum covers.
const CRC_END: usize = 21;
/// Where in a batch the checksum is.
const CRC_AT: usize = 17;
/// Send and receive buffer of a socket, as both brokers have them by default.
const SOCKET_BUFFER_BYTES: usize = 102_400;
/// Longest request taken.
const REQUEST_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Runs until it is killed: `ADDRESS DIR produce AT LEN ANSWER` or `ADDRESS DIR fetch STRETCH HEAD
/// TAIL`, answers in hexadecimal.
pub(crate) fn run(args: &[&str]) -> Result<(), String> {
    let (address, dir, answering) = match args {
        [address, dir, "produce", at, len, answer] => {
            let answering =
                Answering::Produce { at: number(at)?, len: number(len)?, answer: unhex(answer)? };
            (*address, *dir, answering)
        }
        [address, dir, "fetch", stretch, head, tail] => {
            let (head, tail) = (unhex(head)?, unhex(tail)?);
            (*address, *dir, Answering::Fetch { stretch: number(stretch)?, head, tail })
        }
        _ => return Err("floor ADDRESS DIR produce AT LEN ANSWER | fetch STRETCH HEAD TAIL".into()),
    };
    let address: SocketAddr = address.parse().map_err(|_| "no address".to_owned())?;
    serve(address, Path::new(dir), &answering).map_err(|error| format!("{address}: {error}"))
}

enum Answering {
    /// The batch of each request lies at the same place.
    Produce { at: usize, len: usize, answer: Vec<u8> },
    /// Each request gets the next stretch of the connection's segment.
    Fetch { stretch: usize, head: Vec<u8>, tail: Vec<u8> },
}

fn serve(address: SocketAddr, dir: &Path, answering: &Answering) -> io::Result<()> {
    let listener = TcpListener::bind(address)?;
    // What it accepts inherits them.
    sockopt::set_socket_send_buffer_size(&listener, SOCKET_BUFFER_BYTES)?;
    sockopt::set_socket_recv_buffer_size(&listener, SOCKET_BUFFER_BYTES)?;
    let served = &AtomicUsize::new(0);
    std::thread::scope(|scope| {
        loop {
            let (stream, _) = listener.accept()?;
            scope.spawn(move || {
                let mut requests = Requests { stream, buffer: vec![0; 64 * 1024], from: 0, to: 0 };
                // Whoever only looks whether the port is open takes no segment.
                if requests.stream.peek(&mut [0]).is_ok_and(|count| count > 0) {
                    let number = served.fetch_add(1, Ordering::Relaxed);
                    return answer_all(
                        &mut requests,
                        &dir.join(format!("{number}.log")),
                        answering,
                    );
                }
                Ok(())
            });
        }
    })
}

fn answer_all(requests: &mut Requests, path: &Path, answering: &Answering) -> io::Result<()> {
    requests.stream.set_nodelay(true)?;
    match answering {
        Answering::Produce { at, len, answer } => {
            let mut file = OpenOptions::new().append(true).create(true).open(path)?;
            while let Some(request) = requests.next()? {
                let batch = request.get(*at..at + len).ok_or(io::ErrorKind::InvalidData)?;
                check_crc(batch)?;
                file.write_all(batch)?;
                requests.stream.write_all(answer)?;
            }
        }
        Answering::Fetch { stretch, head, tail } => {
            let file = File::open(path)?;
            let end = file.metadata()?.len();
            let mut at = 0;
            while requests.next()?.is_some() {
                if at + *stretch as u64 > end {
                    at = 0;
                }
                rustix::net::send(&requests.stream, head, rustix::net::SendFlags::MORE)?;
                let until = at + *stretch as u64;
                while at < until {
                    let left = (until - at) as usize;
                    rustix::fs::sendfile(&requests.stream, &file, Some(&mut at), left)?;
                }
                requests.stream.write_all(tail)?;
            }
        }
    }
    Ok(())
}

/// A connection's requests, read as they come: one call for a small one.
struct Requests {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// What was read and not given out.
    from: usize,
    to: usize,
}

impl Requests {
    /// The next whole request with its length; `None` when the peer closed.
    fn next(&mut self) -> io::Result<Option<&[u8]>> {
        loop {
            let there = self.buffer.get(self.from..self.to).unwrap_or_default();
            let length = there.first_chunk().map(|length| u32::from_be_bytes(*length) as usize);
            let needed = 4 + length.unwrap_or(0);
            if needed > REQUEST_BYTES_MAX {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if length.is_some() && there.len() >= needed {
                let from = self.from;
                self.from += needed;
                return Ok(self.buffer.get(from..from + needed));
            }
            self.buffer.copy_within(self.from..self.to, 0);
            (self.from, self.to) = (0, self.to - self.from);
            self.buffer.resize(self.buffer.len().max(needed), 0);
            match self.stream.read(self.buffer.get_mut(self.to..).unwrap_or_default())? {
                0 => return Ok(None),
                count => self.to += count,
            }
        }
    }
}

fn check_crc(batch: &[u8]) -> io::Result<()> {
    let stored = batch.get(CRC_AT..CRC_END).and_then(|bytes| bytes.first_chunk());
    let computed = ottla_base::crc32c(batch.get(CRC_END..).unwrap_or_default());
    if stored.map(|crc| u32::from_be_bytes(*crc)) == Some(computed) {
        return Ok(());
    }
    Err(io::ErrorKind::InvalidData.into())
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

/// Bytes as an argument.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Result<Vec<u8>, String> {
    let pair = |at: usize| text.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    (0..text.len())
        .step_by(2)
        .map(|at| pair(at).ok_or_else(|| format!("`{text}` is not hexadecimal")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_from_an_argument() {
        assert_eq!(unhex(&hex(&[0, 1, 0xab, 0xff])), Ok(vec![0, 1, 0xab, 0xff]));
        assert!(unhex("0").is_err() && unhex("zz").is_err());
    }
}
