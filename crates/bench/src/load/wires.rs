//! The connections of the load generator: frames go out as they were encoded, frames come in with the
//! time at which their request was due. One thread serves all of them, so that nothing of the
//! generator waits for a lock.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::net::RecvFlags;

/// Bytes asked of a socket when the size of the next frame is not known.
const READ_BYTES: usize = 64 * 1024;
/// A frame longer than this gives its buffer back for the next one.
const REUSED_BYTES_MIN: usize = 64 * 1024;
/// Bytes that are thrown away in one call.
const SKIPPED_BYTES: usize = 256 * 1024;
/// How long a connection may take to be made.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Nanoseconds since the generator began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock(Instant);

impl Clock {
    /// One that begins now.
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Nanoseconds since then.
    pub(crate) fn now(self) -> u64 {
        self.0.elapsed().as_nanos() as u64
    }
}

/// A response that arrived.
pub(crate) struct Answer {
    /// The connection it came on.
    pub(crate) wire: usize,
    /// When its request was to be sent, which may be before it could be: waiting counts.
    pub(crate) due: u64,
    /// When it was read.
    pub(crate) at: u64,
    /// Without its length.
    pub(crate) frame: Bytes,
}

/// All connections, by number.
pub(crate) struct Wires {
    wires: Vec<Wire>,
    clock: Clock,
    spare: Vec<Vec<u8>>,
    skims: bool,
}

struct Wire {
    stream: TcpStream,
    /// What the socket has not taken yet.
    sending: VecDeque<Bytes>,
    arrived: Vec<u8>,
    /// Due times of what was asked and not answered; answers come in the order of requests.
    asked: VecDeque<u64>,
}

impl Wires {
    /// `count` connections to `address`.
    pub(crate) fn connect(address: SocketAddr, count: usize, clock: Clock) -> io::Result<Self> {
        let wires = (0..count).map(|_| Wire::connect(address)).collect::<io::Result<_>>()?;
        Ok(Self { wires, clock, spare: Vec::new(), skims: false })
    }

    /// The same, of whose frames only the first [`READ_BYTES`] are looked at: zeros stand for the rest,
    /// which the system throws away as it comes. A consumer's own work is not what is measured, and
    /// copying what was just read from a device may take it longer than the device and the server took.
    pub(crate) fn skimming(self) -> Self {
        Self { skims: true, ..self }
    }

    /// Sends a request on a connection; what the socket does not take follows by itself.
    pub(crate) fn send(&mut self, wire: usize, frame: Bytes, due: u64) -> io::Result<()> {
        let Some(wire) = self.wires.get_mut(wire) else { return Ok(()) };
        wire.asked.push_back(due);
        wire.sending.push_back(frame);
        if wire.sending.len() == 1 { wire.flush() } else { Ok(()) }
    }

    /// Waits until something arrives, at the latest until `until`, and collects the answers.
    pub(crate) fn turn(&mut self, until: u64, answers: &mut Vec<Answer>) -> io::Result<()> {
        let left = until.saturating_sub(self.clock.now());
        let timeout = Timespec {
            tv_sec: (left / 1_000_000_000) as i64,
            tv_nsec: (left % 1_000_000_000) as i64,
        };
        let mut ready: Vec<PollFd<'_>> = self.wires.iter().map(Wire::interest).collect();
        match rustix::event::poll(&mut ready, Some(&timeout)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let ready: Vec<PollFlags> = ready.iter().map(PollFd::revents).collect();
        for (number, flags) in ready.into_iter().enumerate().filter(|(_, f)| !f.is_empty()) {
            let Some(wire) = self.wires.get_mut(number) else { continue };
            if flags.contains(PollFlags::OUT) {
                wire.flush()?;
            }
            if flags.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR) {
                if self.skims {
                    wire.skim()?
                } else {
                    wire.read()?
                }
                let at = self.clock.now();
                wire.take_frames(number, at, &mut self.spare, answers);
            }
        }
        Ok(())
    }

    /// Requests that nobody answered yet, by the time they were due.
    pub(crate) fn unanswered(&self) -> impl Iterator<Item = u64> + '_ {
        self.wires.iter().flat_map(|wire| wire.asked.iter().copied())
    }

    /// Takes back the buffer of a frame that was looked at.
    pub(crate) fn reuse(&mut self, mut frame: Bytes) {
        if frame.len() >= REUSED_BYTES_MIN && frame.is_unique() {
            frame.truncate(0);
            self.spare.push(Vec::from(frame));
        }
    }
}

impl Wire {
    fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, CONNECT_LIMIT)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream, sending: VecDeque::new(), arrived: Vec::new(), asked: VecDeque::new() })
    }

    fn interest(&self) -> PollFd<'_> {
        let out = if self.sending.is_empty() { PollFlags::empty() } else { PollFlags::OUT };
        PollFd::new(&self.stream, PollFlags::IN | out)
    }

    fn flush(&mut self) -> io::Result<()> {
        while let Some(frame) = self.sending.front_mut() {
            match self.stream.write(frame) {
                Ok(count) if count == frame.len() => drop(self.sending.pop_front()),
                Ok(count) => drop(frame.split_to(count)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// What is missing of the first frame, as far as that is known.
    fn missing(&self) -> usize {
        match self.arrived.first_chunk() {
            Some(length) => frame_bytes(length).saturating_sub(self.arrived.len()),
            None => 0,
        }
    }

    /// One read of what is there.
    fn read(&mut self) -> io::Result<()> {
        self.arrived.reserve(self.missing().max(READ_BYTES));
        brought(rustix::io::read(&self.stream, spare_capacity(&mut self.arrived))).map(drop)
    }

    /// One read of what is there, of the first [`READ_BYTES`] of a frame; zeros for the others.
    fn skim(&mut self) -> io::Result<()> {
        let from = self.arrived.len();
        let (count, flags) = match from {
            0..READ_BYTES => (READ_BYTES - from, RecvFlags::empty()),
            _ => (self.missing().min(SKIPPED_BYTES), RecvFlags::TRUNC),
        };
        self.arrived.resize(from + count, 0);
        let room = self.arrived.get_mut(from..).unwrap_or_default();
        let count = rustix::net::recv(&self.stream, room, flags).map(|(_, count)| count);
        let count = brought(count);
        self.arrived.truncate(from + count.as_ref().map_or(0, |count| *count));
        count.map(drop)
    }

    fn take_frames(
        &mut self,
        wire: usize,
        at: u64,
        spare: &mut Vec<Vec<u8>>,
        answers: &mut Vec<Answer>,
    ) {
        let whole = |bytes: &[u8]| {
            bytes.first_chunk().map(frame_bytes).filter(|length| *length <= bytes.len())
        };
        if whole(&self.arrived).is_none() {
            return;
        }
        let mut arrived = Bytes::from(std::mem::take(&mut self.arrived));
        while let Some(length) = whole(&arrived) {
            let frame = arrived.split_to(length).slice(4..);
            let due = self.asked.pop_front().unwrap_or(at);
            answers.push(Answer { wire, due, at, frame });
        }
        if let Some(buffer) = spare.pop() {
            self.arrived = buffer;
        }
        self.arrived.extend_from_slice(&arrived);
    }
}

/// How much a read brought: nothing if nothing was there.
fn brought(result: rustix::io::Result<usize>) -> io::Result<usize> {
    match result {
        Ok(0) => Err(io::Error::new(ErrorKind::UnexpectedEof, "the server closed")),
        Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => Ok(0),
        result => Ok(result?),
    }
}

/// Bytes of a frame, its length included.
fn frame_bytes(length: &[u8; 4]) -> usize {
    4 + u32::from_be_bytes(*length) as usize
}
