//! The state of the simulated world, all of it, under one lock.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use ottla_base::Rng;

use super::calls::Calls;
use super::executor::{ReadyTasks, TaskSlot};
use super::faults::Faults;
use super::net::{Net, NetEvent};
use super::trace::Trace;
use super::tree::Tree;
use crate::ShutdownSignal;

/// Where every clock of the world starts: not zero, so that durations can be subtracted.
const MONO_START_NANOS: u64 = 1_000_000_000;

/// Wall time when the world starts: 2026-01-01T00:00Z.
pub(super) const WALL_START_MILLIS: i64 = 1_767_225_600_000;

/// How often a task may ask for the time in one turn. The clock stands still meanwhile, and a loop
/// that waits for what is there already never gives its turn back: such a world would hang for good,
/// with nobody to say who it was.
pub(super) const GLANCES_MAX: u32 = 1_000_000;

/// What [`super::World`] and every handle of its nodes share.
pub(super) struct Shared {
    state: Mutex<State>,
    pub(super) ready: Arc<ReadyTasks>,
}

impl Shared {
    pub(super) fn new(seed: u64, faults: Faults) -> Self {
        Self { state: Mutex::new(State::new(seed, faults)), ready: Arc::default() }
    }

    /// Never held while a task is polled or dropped.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct State {
    /// The monotonic clock of all nodes, in nanoseconds.
    pub(super) now: u64,
    /// How often the task whose turn it is has asked for the time.
    pub(super) glances: u32,
    /// What will happen: (when, in which order) to what.
    pub(super) events: BTreeMap<(u64, u64), Event>,
    next_event: u64,
    pub(super) tasks: BTreeMap<u64, TaskSlot>,
    pub(super) next_task: u64,
    pub(super) nodes: Vec<NodeState>,
    pub(super) net: Net,
    pub(super) faults: Faults,
    pub(super) trace: Trace,
    /// One source of randomness per concern, so that a change in one keeps the others' choices.
    pub(super) schedule: Rng,
    pub(super) net_rng: Rng,
    pub(super) disk_rng: Rng,
    pub(super) node_rng: Rng,
}

/// Something that happens at a time.
pub(super) enum Event {
    /// A timer.
    Wake(Waker),
    /// Something on a wire.
    Net(NetEvent),
}

pub(super) struct NodeState {
    pub(super) name: String,
    /// Counts the lives of the node: a handle of an earlier life is dead.
    pub(super) life: u32,
    pub(super) powered: bool,
    pub(super) rng: Rng,
    pub(super) wall_offset_millis: i64,
    pub(super) disk: Tree,
    pub(super) signals: VecDeque<ShutdownSignal>,
    pub(super) signal_waiters: Vec<Waker>,
    /// Changes to the disk that still succeed before the power goes.
    pub(super) writes_before_crash: Option<u64>,
    pub(super) calls: Calls,
    /// The power is gone, and the task that was running does not know yet.
    pub(super) doomed: bool,
}

impl State {
    fn new(seed: u64, faults: Faults) -> Self {
        let mut rng = Rng::new(seed);
        Self {
            now: MONO_START_NANOS,
            glances: 0,
            events: BTreeMap::new(),
            next_event: 0,
            tasks: BTreeMap::new(),
            next_task: 1,
            nodes: Vec::new(),
            net: Net::default(),
            faults,
            trace: Trace::new(seed),
            schedule: rng.fork(),
            net_rng: rng.fork(),
            disk_rng: rng.fork(),
            node_rng: rng.fork(),
        }
    }

    /// The node of this name, made if it is new.
    pub(super) fn node(&mut self, name: &str) -> usize {
        if let Some(index) = self.find_node(name) {
            return index;
        }
        let mut rng = self.node_rng.fork();
        let skew = self.faults.wall_skew_ms;
        let wall_offset_millis = rng.range(0, 2 * skew) as i64 - skew as i64;
        self.nodes.push(NodeState {
            name: name.to_owned(),
            life: 1,
            powered: true,
            rng,
            wall_offset_millis,
            disk: Tree::new(self.faults.disk_capacity_bytes),
            signals: VecDeque::new(),
            signal_waiters: Vec::new(),
            writes_before_crash: None,
            calls: Calls::default(),
            doomed: false,
        });
        self.nodes.len() - 1
    }

    pub(super) fn find_node(&self, name: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.name == name)
    }

    /// Whether this life of the node still runs.
    pub(super) fn is_alive(&self, node: usize, life: u32) -> bool {
        let node = &self.nodes[node];
        node.powered && !node.doomed && node.life == life
    }

    pub(super) fn check_alive(&self, node: usize, life: u32) -> io::Result<()> {
        if self.is_alive(node, life) { Ok(()) } else { Err(io::Error::other("the node is down")) }
    }

    /// Plans `event` for `at`; the key takes it back.
    pub(super) fn plan(&mut self, at: u64, event: Event) -> (u64, u64) {
        let key = (at.max(self.now), self.next_event);
        self.next_event += 1;
        self.events.insert(key, event);
        key
    }

    /// Lets everything happen whose time has come.
    pub(super) fn fire_due(&mut self) {
        while let Some(entry) = self.events.first_entry() {
            if entry.key().0 > self.now {
                return;
            }
            match entry.remove() {
                Event::Wake(waker) => waker.wake(),
                Event::Net(event) => self.on_net_event(event),
            }
        }
    }

    pub(super) fn note(&mut self, node: usize, what: &'static str, subject: &str, n: &[u64]) {
        self.trace.note(self.now, &self.nodes[node].name, what, subject, n);
    }

    /// Ends this life of a node: its tasks (returned, to be dropped with the world unlocked), its
    /// sockets, and with the power also what its disk had not saved.
    pub(super) fn stop_node(&mut self, node: usize, power: bool) -> Vec<TaskSlot> {
        self.note(node, if power { "power off" } else { "kill" }, "", &[]);
        let life = self.nodes[node].life;
        let state = &mut self.nodes[node];
        let was_running = state.powered;
        state.life += 1;
        state.doomed = false;
        state.writes_before_crash = None;
        state.signals.clear();
        state.signal_waiters.clear();
        if power {
            state.powered = false;
            if was_running {
                state.disk.lose_power(&mut self.disk_rng);
            }
        } else {
            state.disk.close_all();
        }
        self.close_sockets_of(node, life, power);
        let ids: Vec<u64> =
            self.tasks.iter().filter(|(_, task)| task.node == node).map(|(&id, _)| id).collect();
        ids.iter().filter_map(|id| self.tasks.remove(id)).collect()
    }
}
