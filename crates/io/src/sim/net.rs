//! The simulated network: connections as two queues of segments, and what happens to them on the
//! way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::task::Waker;

use super::state::{Event, State};

/// Connections that wait to be accepted before further ones are refused.
const BACKLOG_MAX: usize = 128;

/// Delay of a packet from a node to itself.
const LOOPBACK_NANOS: u64 = 20_000;

/// The first port that the system gives away by itself.
const EPHEMERAL_PORT_MIN: u16 = 32_768;

#[derive(Default)]
pub(super) struct Net {
    pub(super) connections: BTreeMap<u64, Connection>,
    next_connection: u64,
    pub(super) listeners: BTreeMap<(usize, u16), ListenerState>,
    next_port: BTreeMap<usize, u16>,
    /// (from, to) pairs between which nothing arrives.
    pub(super) cuts: BTreeSet<(usize, usize)>,
}

pub(super) struct ListenerState {
    /// Reachable from its own node only.
    pub(super) loopback: bool,
    pub(super) backlog: VecDeque<u64>,
    pub(super) acceptors: Vec<Waker>,
}

/// Two ends; 0 is the one that opened it.
pub(super) struct Connection {
    pub(super) ends: [End; 2],
    /// Whether the opening side knows that it is open.
    pub(super) established: bool,
    port: u16,
}

/// What one end has, and what it has sent that is not yet there.
pub(super) struct End {
    pub(super) node: usize,
    pub(super) life: u32,
    pub(super) address: SocketAddr,
    pub(super) received: VecDeque<u8>,
    /// The peer's end of stream has arrived.
    pub(super) ended: bool,
    pub(super) broken: Option<io::ErrorKind>,
    pub(super) reader: Option<Waker>,
    pub(super) writer: Option<Waker>,
    outgoing: VecDeque<Segment>,
    outgoing_bytes: usize,
    /// Whether the arrival of the first segment is planned.
    delivering: bool,
    pub(super) shut: bool,
    /// Its node lost power: nothing is sent again. (A killed process' system still does.)
    silenced: bool,
    reader_dropped: bool,
    writer_dropped: bool,
}

struct Segment {
    sent: u64,
    due: u64,
    tries: u32,
    /// `None` ends the stream.
    bytes: Option<Vec<u8>>,
}

/// Something on a wire.
pub(super) enum NetEvent {
    /// The request to open arrives.
    Open { connection: u64, sent: u64, tries: u32 },
    /// The answer to it arrives.
    Opened { connection: u64 },
    /// The first segment that `end` sent arrives.
    Deliver { connection: u64, end: usize },
    /// `end` learns that the connection is broken.
    Break { connection: u64, end: usize, kind: io::ErrorKind },
}

/// The address of a node.
pub(super) fn ip_of(node: usize) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 0, (node / 250) as u8, (node % 250 + 1) as u8))
}

impl State {
    /// The node that `host` means when `from` says it, and whether it is its own loopback.
    pub(super) fn resolve(&self, from: usize, host: &str) -> io::Result<(usize, bool)> {
        if host == "localhost" || host == "127.0.0.1" || host == "::1" {
            return Ok((from, true));
        }
        if host.is_empty() || host == "0.0.0.0" || host == "::" {
            return Ok((from, false));
        }
        let by_ip = host
            .parse()
            .ok()
            .and_then(|ip: IpAddr| (0..self.nodes.len()).find(|&node| ip_of(node) == ip));
        match by_ip.or_else(|| self.find_node(host)) {
            Some(node) => Ok((node, false)),
            None => Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address")),
        }
    }

    pub(super) fn free_port(&mut self, node: usize) -> u16 {
        let next = self.net.next_port.entry(node).or_insert(EPHEMERAL_PORT_MIN);
        loop {
            let port = *next;
            *next = next.checked_add(1).unwrap_or(EPHEMERAL_PORT_MIN);
            if !self.net.listeners.contains_key(&(node, port)) {
                return port;
            }
        }
    }

    /// Starts to open a connection; its end 0 belongs to the caller.
    pub(super) fn open_connection(&mut self, from: (usize, u32), to: usize, port: u16) -> u64 {
        let id = self.net.next_connection;
        self.net.next_connection += 1;
        let own_port = self.free_port(from.0);
        let (from_ip, to_ip) =
            if from.0 == to { (ip_of(to), ip_of(to)) } else { (ip_of(from.0), ip_of(to)) };
        let ends = [
            End::new(from.0, from.1, SocketAddr::new(from_ip, own_port)),
            End::new(to, self.nodes[to].life, SocketAddr::new(to_ip, port)),
        ];
        self.net.connections.insert(id, Connection { ends, established: false, port });
        let subject = self.nodes[to].name.clone();
        self.note(from.0, "connect", &subject, &[id, u64::from(port)]);
        let at = self.now + self.latency(from.0, to);
        let event = NetEvent::Open { connection: id, sent: self.now, tries: 0 };
        self.plan(at, Event::Net(event));
        id
    }

    /// Puts as many of `bytes` on the wire as the window has room for; 0 = none, wait.
    pub(super) fn send(&mut self, connection: u64, end: usize, bytes: &[u8]) -> usize {
        let Some(wire) = self.net.connections.get(&connection) else { return bytes.len() };
        let unread = wire.ends[end].outgoing_bytes + wire.ends[1 - end].received.len();
        let room = (self.faults.window_bytes as usize).saturating_sub(unread);
        let count = bytes.len().min(room).min(self.faults.segment_bytes_max as usize);
        if count > 0 {
            let checksum = u64::from(ottla_base::crc32c(&bytes[..count]));
            let node = wire.ends[end].node;
            self.note(node, "send", "", &[connection, end as u64, count as u64, checksum]);
            self.put_on_wire(connection, end, Some(bytes[..count].to_vec()));
        }
        count
    }

    /// Ends the stream for the peer, behind what was sent.
    pub(super) fn shut(&mut self, connection: u64, end: usize) {
        let Some(wire) = self.net.connections.get_mut(&connection) else { return };
        let this = &mut wire.ends[end];
        if !this.shut && this.broken.is_none() {
            this.shut = true;
            self.put_on_wire(connection, end, None);
        }
    }

    fn put_on_wire(&mut self, connection: u64, end: usize, bytes: Option<Vec<u8>>) {
        let Some(wire) = self.net.connections.get(&connection) else { return };
        let (from, to) = (wire.ends[end].node, wire.ends[1 - end].node);
        let len = bytes.as_ref().map_or(0, Vec::len);
        let mut due = self.now + self.latency(from, to);
        due += 1000 * len as u64 / self.faults.bytes_per_us.max(1);
        if from != to && self.net_rng.chance(self.faults.retransmit_per_million, 1_000_000) {
            due += self.faults.retransmit_ms * 1_000_000;
        }
        let reset = from != to && self.net_rng.chance(self.faults.reset_per_million, 1_000_000);
        let sent = self.now;
        let Some(wire) = self.net.connections.get_mut(&connection) else { return };
        let this = &mut wire.ends[end];
        if let Some(last) = this.outgoing.back() {
            due = due.max(last.due);
        }
        this.outgoing_bytes += len;
        this.outgoing.push_back(Segment { sent, due, tries: 0, bytes });
        let plan_delivery = !std::mem::replace(&mut this.delivering, true);
        if plan_delivery {
            self.plan(due, Event::Net(NetEvent::Deliver { connection, end }));
        }
        if reset {
            self.break_both(connection, due);
        }
    }

    fn break_both(&mut self, connection: u64, at: u64) {
        for end in [0, 1] {
            let kind = io::ErrorKind::ConnectionReset;
            self.plan(at, Event::Net(NetEvent::Break { connection, end, kind }));
        }
    }

    pub(super) fn on_net_event(&mut self, event: NetEvent) {
        match event {
            NetEvent::Open { connection, sent, tries } => self.on_open(connection, sent, tries),
            NetEvent::Opened { connection } => self.on_opened(connection),
            NetEvent::Deliver { connection, end } => self.on_deliver(connection, end),
            NetEvent::Break { connection, end, kind } => self.on_break(connection, end, kind),
        }
    }

    fn on_open(&mut self, connection: u64, sent: u64, tries: u32) {
        let Some(wire) = self.net.connections.get(&connection) else { return };
        let (from, to, port) = (wire.ends[0].node, wire.ends[1].node, wire.port);
        if !self.arrives(from, to) {
            if self.now - sent > self.faults.give_up_ms * 1_000_000 {
                return self.on_break(connection, 0, io::ErrorKind::TimedOut);
            }
            let at = self.now + self.backoff(tries);
            let event = NetEvent::Open { connection, sent, tries: tries + 1 };
            self.plan(at, Event::Net(event));
            return;
        }
        let back = self.now + self.latency(to, from);
        let life = self.nodes[to].life;
        let event = match self.net.listeners.get_mut(&(to, port)) {
            Some(listener)
                if (from == to || !listener.loopback) && listener.backlog.len() < BACKLOG_MAX =>
            {
                listener.backlog.push_back(connection);
                listener.acceptors.drain(..).for_each(Waker::wake);
                NetEvent::Opened { connection }
            }
            _ => NetEvent::Break { connection, end: 0, kind: io::ErrorKind::ConnectionRefused },
        };
        if let Some(wire) = self.net.connections.get_mut(&connection) {
            wire.ends[1].life = life;
        }
        self.plan(back, Event::Net(event));
    }

    fn on_opened(&mut self, connection: u64) {
        if let Some(wire) = self.net.connections.get_mut(&connection) {
            wire.established = true;
            wire.ends[0].wake();
        }
    }

    fn on_deliver(&mut self, connection: u64, end: usize) {
        let now = self.now;
        let Some(wire) = self.net.connections.get_mut(&connection) else { return };
        wire.ends[end].delivering = false;
        let (from, to) = (wire.ends[end].node, wire.ends[1 - end].node);
        let to_life = wire.ends[1 - end].life;
        let Some(segment) = wire.ends[end].outgoing.front_mut() else { return };
        if segment.due > now {
            let due = segment.due;
            return self.plan_delivery(connection, end, due);
        }
        let (sent, tries) = (segment.sent, segment.tries);
        segment.tries += 1;
        // What was lost comes only if somebody sends it again.
        let resent_by_nobody = tries > 0 && wire.ends[end].silenced;
        if resent_by_nobody || !self.arrives(from, to) {
            return self.on_lost(connection, end, sent, tries);
        }
        let gone = self.nodes[to].life != to_life;
        let Some(wire) = self.net.connections.get_mut(&connection) else { return };
        if gone || wire.ends[1 - end].is_closed() {
            return self.answer_with_reset(connection, end);
        }
        self.take_in(connection, end);
    }

    /// The first segment that `end` sent was lost: it is sent again, if there is still somebody who
    /// does.
    fn on_lost(&mut self, connection: u64, end: usize, sent: u64, tries: u32) {
        let Some(wire) = self.net.connections.get_mut(&connection) else { return };
        let sender = &mut wire.ends[end];
        if sender.silenced {
            sender.drop_outgoing();
            return self.forget_if_over(connection);
        }
        if self.now - sent > self.faults.give_up_ms * 1_000_000 {
            return self.on_break(connection, end, io::ErrorKind::TimedOut);
        }
        let at = self.now + self.backoff(tries);
        self.plan_delivery(connection, end, at);
    }

    /// The first segment that `end` sent has arrived.
    fn take_in(&mut self, connection: u64, end: usize) {
        let Some(wire) = self.net.connections.get_mut(&connection) else { return };
        let Some(segment) = wire.ends[end].outgoing.pop_front() else { return };
        let next_due = wire.ends[end].outgoing.front().map(|next| next.due);
        let peer = &mut wire.ends[1 - end];
        let node = peer.node;
        let len = segment.bytes.as_ref().map_or(0, Vec::len);
        match segment.bytes {
            Some(bytes) => peer.received.extend(bytes),
            None => peer.ended = true,
        }
        if let Some(waker) = peer.reader.take() {
            waker.wake();
        }
        wire.ends[end].outgoing_bytes -= len;
        if let Some(due) = next_due {
            self.plan_delivery(connection, end, due);
        }
        self.note(node, "arrive", "", &[connection, end as u64, len as u64]);
        self.forget_if_over(connection);
    }

    fn plan_delivery(&mut self, connection: u64, end: usize, at: u64) {
        if let Some(wire) = self.net.connections.get_mut(&connection) {
            wire.ends[end].delivering = true;
            self.plan(at, Event::Net(NetEvent::Deliver { connection, end }));
        }
    }

    /// Nobody is there any more for what `end` sent.
    fn answer_with_reset(&mut self, connection: u64, end: usize) {
        let Some(wire) = self.net.connections.get_mut(&connection) else { return };
        wire.ends[end].drop_outgoing();
        let (from, to) = (wire.ends[end].node, wire.ends[1 - end].node);
        let at = self.now + self.latency(to, from);
        let kind = io::ErrorKind::ConnectionReset;
        self.plan(at, Event::Net(NetEvent::Break { connection, end, kind }));
    }

    fn on_break(&mut self, connection: u64, end: usize, kind: io::ErrorKind) {
        let Some(wire) = self.net.connections.get_mut(&connection) else { return };
        let this = &mut wire.ends[end];
        let node = this.node;
        this.broken.get_or_insert(kind);
        this.drop_outgoing();
        this.wake();
        if matches!(kind, io::ErrorKind::ConnectionRefused) || !wire.established && end == 0 {
            // Nobody will ever hold the other end.
            (wire.ends[1].reader_dropped, wire.ends[1].writer_dropped) = (true, true);
        }
        self.note(node, "broken", &kind.to_string(), &[connection, end as u64]);
        self.forget_if_over(connection);
    }

    /// One half of `end` was dropped by its owner. The connection is closed with the second.
    pub(super) fn drop_half(&mut self, connection: u64, end: usize, writer: bool) {
        let Some(wire) = self.net.connections.get_mut(&connection) else { return };
        let this = &mut wire.ends[end];
        if writer {
            this.writer_dropped = true;
        } else {
            this.reader_dropped = true;
        }
        // Closing with unread bytes tells the peer that they were not read.
        if this.is_closed() && !this.received.is_empty() && this.broken.is_none() {
            let end_of_peer = 1 - end;
            this.drop_outgoing();
            this.broken = Some(io::ErrorKind::ConnectionReset);
            self.answer_with_reset(connection, end_of_peer);
        } else if writer {
            self.shut(connection, end);
        }
        self.forget_if_over(connection);
    }

    fn forget_if_over(&mut self, connection: u64) {
        let Some(wire) = self.net.connections.get(&connection) else { return };
        let over = wire.ends.iter().all(|end| {
            let alive = self.nodes[end.node].life == end.life;
            (end.is_closed() || !alive) && end.outgoing.is_empty()
        });
        if over {
            self.net.connections.remove(&connection);
        }
    }

    /// The sockets of a life that ends. A killed process is closed by its system; a node without
    /// power just falls silent, and what it sent last may still arrive.
    pub(super) fn close_sockets_of(&mut self, node: usize, life: u32, power: bool) {
        self.net.listeners.retain(|&(owner, _), _| owner != node);
        let ids: Vec<u64> = self.net.connections.keys().copied().collect();
        for id in ids {
            for end in [0, 1] {
                let Some(wire) = self.net.connections.get_mut(&id) else { continue };
                let this = &mut wire.ends[end];
                if this.node != node || this.life != life || this.is_closed() {
                    continue;
                }
                (this.reader, this.writer) = (None, None);
                if power {
                    let kept = self.net_rng.range(0, this.outgoing.len() as u64) as usize;
                    this.outgoing.truncate(kept);
                    (this.reader_dropped, this.writer_dropped) = (true, true);
                    this.silenced = true;
                } else {
                    self.drop_half(id, end, true);
                    self.drop_half(id, end, false);
                }
            }
            self.forget_if_over(id);
        }
    }

    /// Whether a packet gets from one node to the other now.
    fn arrives(&self, from: usize, to: usize) -> bool {
        from == to || (self.nodes[to].powered && !self.net.cuts.contains(&(from, to)))
    }

    fn latency(&mut self, from: usize, to: usize) -> u64 {
        if from == to {
            return LOOPBACK_NANOS;
        }
        let (low, high) = self.faults.latency_us;
        1000 * self.net_rng.range(low, high)
    }

    fn backoff(&mut self, tries: u32) -> u64 {
        let step = (self.faults.retransmit_ms * 1_000_000) << tries.min(4);
        step + self.net_rng.below(step / 4 + 1)
    }
}

impl End {
    fn new(node: usize, life: u32, address: SocketAddr) -> Self {
        Self {
            node,
            life,
            address,
            received: VecDeque::new(),
            ended: false,
            broken: None,
            reader: None,
            writer: None,
            outgoing: VecDeque::new(),
            outgoing_bytes: 0,
            delivering: false,
            shut: false,
            silenced: false,
            reader_dropped: false,
            writer_dropped: false,
        }
    }

    fn is_closed(&self) -> bool {
        self.reader_dropped && self.writer_dropped
    }

    fn wake(&mut self) {
        self.reader.take().into_iter().chain(self.writer.take()).for_each(Waker::wake);
    }

    fn drop_outgoing(&mut self) {
        self.outgoing.clear();
        self.outgoing_bytes = 0;
    }
}
