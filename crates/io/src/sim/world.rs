//! [`World`]: the simulated machine room and who runs it.

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use ottla_base::MonoTime;

use super::executor::{MAIN, TaskSlot};
use super::faults::Faults;
use super::node::SimIo;
use super::state::{Shared, State};
use crate::{Io, ShutdownSignal, TaskError};

/// A simulated world: nodes, the network between them, and one thread that runs everything.
///
/// Its owner drives it with [`World::run`], [`World::run_for`] or [`World::run_until`]; code inside
/// sees only [`Io`]. Clones are the same world, so that a scenario can crash nodes and cut cables
/// from inside the future that it runs.
#[derive(Clone)]
pub struct World {
    shared: Arc<Shared>,
    _owner: Arc<Owner>,
    seed: u64,
}

/// Why [`World::run`] gave up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stuck {
    /// The time was up. Names the tasks that were alive.
    TimeUp(String),
    /// Nothing will ever happen any more: every task waits for another. Names them.
    Deadlock(String),
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimeUp(tasks) => write!(f, "not done in time; alive: {tasks}"),
            Self::Deadlock(tasks) => write!(f, "everybody waits for ever; alive: {tasks}"),
        }
    }
}

impl std::error::Error for Stuck {}

/// Ends the tasks with the last handle of the world: they hold handles of their nodes, which would
/// otherwise keep the world and themselves alive.
struct Owner(Arc<Shared>);

impl Drop for Owner {
    fn drop(&mut self) {
        let tasks = {
            let mut state = self.0.lock();
            for node in &mut state.nodes {
                node.powered = false;
            }
            std::mem::take(&mut state.tasks)
        };
        drop(tasks);
    }
}

/// What the world does next.
enum Turn {
    Poll(u64),
    TimeUp,
    Idle,
}

impl World {
    /// A world whose whole future follows from `seed`, with delays but no failures.
    pub fn new(seed: u64) -> Self {
        Self::with_faults(seed, Faults::default())
    }

    /// A world whose whole future follows from `seed` and `faults`.
    pub fn with_faults(seed: u64, faults: Faults) -> Self {
        let shared = Arc::new(Shared::new(seed, faults));
        Self { _owner: Arc::new(Owner(shared.clone())), shared, seed }
    }

    /// The seed it was made from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The node of this name, made and powered if it is new. Its name is also its host name.
    pub fn node(&self, name: &str) -> Io {
        let mut state = self.shared.lock();
        let node = state.node(name);
        self.handle(&state, node)
    }

    fn handle(&self, state: &State, node: usize) -> Io {
        Io::sim(SimIo { shared: self.shared.clone(), node, life: state.nodes[node].life })
    }

    /// Runs the world until `main` is done.
    ///
    /// # Errors
    /// It was not done within `limit` of virtual time, or never will be.
    ///
    /// # Panics
    /// Passes on the panic of any task, except on a node that is losing its power.
    pub fn run<T>(&self, limit: Duration, main: impl Future<Output = T>) -> Result<T, Stuck> {
        let mut main = pin!(main);
        let waker = self.shared.ready.waker(MAIN);
        waker.wake_by_ref();
        let until = self.after(limit);
        loop {
            match self.next_turn(until) {
                Turn::Poll(MAIN) => match self.poll(main.as_mut(), &waker, || "main") {
                    Some(Poll::Ready(result)) => return Ok(result),
                    Some(Poll::Pending) => {}
                    None => panic!("main panicked as a node it works on lost its power"),
                },
                Turn::Poll(task) => self.poll_task(task),
                Turn::TimeUp => return Err(Stuck::TimeUp(self.tasks())),
                Turn::Idle => return Err(Stuck::Deadlock(self.tasks())),
            }
        }
    }

    /// Runs the world until `condition` holds, which is asked after every turn of a task; `false`
    /// if it did not within `limit` of virtual time, or never will.
    pub fn run_until(&self, limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
        let until = self.after(limit);
        loop {
            if condition() {
                return true;
            }
            match self.next_turn(until) {
                Turn::Poll(task) => self.poll_task(task),
                Turn::TimeUp | Turn::Idle => return condition(),
            }
        }
    }

    /// Runs the world for this long.
    pub fn run_for(&self, duration: Duration) {
        let until = self.after(duration);
        while let Turn::Poll(task) = self.next_turn(until) {
            self.poll_task(task);
        }
        let mut state = self.shared.lock();
        state.now = state.now.max(until);
    }

    fn after(&self, duration: Duration) -> u64 {
        (MonoTime { nanos: self.shared.lock().now } + duration).nanos
    }

    /// Lets time pass until a task is ready, and chooses one.
    fn next_turn(&self, until: u64) -> Turn {
        let mut state = self.shared.lock();
        loop {
            state.fire_due();
            if state.now >= until {
                return Turn::TimeUp;
            }
            if let Some(task) = self.choose_ready(&mut state) {
                // A turn costs time, so that a task that never waits cannot stop the clock.
                state.now += state.schedule.range(1000, 5000);
                state.glances = 0;
                return Turn::Poll(task);
            }
            match state.events.first_key_value() {
                Some((&(at, _), _)) if at <= until => state.now = state.now.max(at),
                Some(_) => {
                    state.now = until;
                    return Turn::TimeUp;
                }
                None => return Turn::Idle,
            }
        }
    }

    fn choose_ready(&self, state: &mut State) -> Option<u64> {
        let mut ready = self.shared.ready.lock();
        ready.retain(|&task| task == MAIN || state.tasks.contains_key(&task));
        if ready.is_empty() {
            return None;
        }
        let index = state.schedule.below(ready.len() as u64) as usize;
        let task = ready.iter().nth(index).copied()?;
        ready.remove(&task);
        Some(task)
    }

    fn poll_task(&self, task: u64) {
        let taken = {
            let mut state = self.shared.lock();
            let Some(slot) = state.tasks.get_mut(&task) else { return };
            let (node, name, waker) = (slot.node, slot.name, slot.waker.clone());
            let future = slot.future.take();
            state.note(node, "turn", name, &[task]);
            future.map(|future| (future, waker, name))
        };
        let Some((mut future, waker, name)) = taken else { return };
        let poll = self.poll(future.as_mut(), &waker, || name);
        let mut state = self.shared.lock();
        match state.tasks.get_mut(&task) {
            Some(slot) if matches!(poll, Some(Poll::Pending)) => slot.future = Some(future),
            Some(_) => {
                let slot = state.tasks.remove(&task);
                drop(state);
                drop(future);
                if let Some(slot) = slot {
                    slot.ending.set(Ok(()));
                }
            }
            // Aborted, or its node stopped, during its own turn.
            None => {
                drop(state);
                drop(future);
            }
        }
    }

    /// Polls a future once and then ends the nodes whose power went during it. `None` if it
    /// panicked because of that: a process without power says nothing.
    fn poll<F: Future + ?Sized>(
        &self,
        future: Pin<&mut F>,
        waker: &Waker,
        name: impl FnOnce() -> &'static str,
    ) -> Option<Poll<F::Output>> {
        let mut context = Context::from_waker(waker);
        let poll = catch_unwind(AssertUnwindSafe(|| future.poll(&mut context)));
        let doomed: Vec<usize> = {
            let state = self.shared.lock();
            (0..state.nodes.len()).filter(|&node| state.nodes[node].doomed).collect()
        };
        for &node in &doomed {
            self.stop(node, true);
        }
        match poll {
            Ok(poll) => Some(poll),
            Err(_) if !doomed.is_empty() => None,
            Err(panic) => {
                let nanos = self.shared.lock().now;
                eprintln!("task {} panicked at {nanos} ns of seed {}", name(), self.seed);
                resume_unwind(panic)
            }
        }
    }

    fn tasks(&self) -> String {
        let state = self.shared.lock();
        let names: Vec<String> = state
            .tasks
            .values()
            .map(|task| format!("{}/{}", state.nodes[task.node].name, task.name))
            .collect();
        if names.is_empty() { "no task".to_owned() } else { names.join(", ") }
    }

    /// Cuts a node's power: its tasks end where they wait, its connections fall silent, and its
    /// disk keeps what was synced; of the rest the seed decides. Nothing answers until
    /// [`World::restart`].
    pub fn crash(&self, name: &str) {
        let node = self.shared.lock().node(name);
        self.stop(node, true);
    }

    /// Cuts a node's power just before its `count + 1`th change to its disk from now on, also in
    /// the middle of a synchronous function.
    pub fn crash_after_disk_writes(&self, name: &str, count: u64) {
        let mut state = self.shared.lock();
        let node = state.node(name);
        state.nodes[node].writes_before_crash = Some(count);
    }

    /// Ends a node's process as SIGKILL does: tasks end where they wait, the system closes its
    /// connections, the page cache stays. [`World::node`] gives the handle of its next life.
    pub fn kill(&self, name: &str) {
        let node = self.shared.lock().node(name);
        self.stop(node, false);
    }

    /// The next life of a node, powered; crashes it first if it runs.
    pub fn restart(&self, name: &str) -> Io {
        let (node, running) = {
            let mut state = self.shared.lock();
            let node = state.node(name);
            (node, state.nodes[node].powered)
        };
        if running {
            self.stop(node, true);
        }
        let mut state = self.shared.lock();
        state.nodes[node].powered = true;
        state.note(node, "power on", "", &[]);
        self.handle(&state, node)
    }

    /// Whether the node has power.
    pub fn is_up(&self, name: &str) -> bool {
        let state = self.shared.lock();
        state.find_node(name).is_some_and(|node| state.nodes[node].powered)
    }

    fn stop(&self, node: usize, power: bool) {
        let tasks: Vec<TaskSlot> = self.shared.lock().stop_node(node, power);
        for slot in tasks {
            drop(slot.future);
            slot.ending.set(Err(TaskError::Aborted));
        }
    }

    /// Asks a node to stop, as a supervisor or Ctrl-C does.
    pub fn signal(&self, name: &str, signal: ShutdownSignal) {
        let mut state = self.shared.lock();
        let node = state.node(name);
        state.nodes[node].signals.push_back(signal);
        state.nodes[node].signal_waiters.drain(..).for_each(Waker::wake);
    }

    /// Moves a node's wall clock, either way.
    pub fn jump_wall_clock(&self, name: &str, millis: i64) {
        let mut state = self.shared.lock();
        let node = state.node(name);
        state.nodes[node].wall_offset_millis += millis;
    }

    /// Lets nothing through from `from` to `to`; the other direction stays.
    pub fn cut_one_way(&self, from: &str, to: &str) {
        let mut state = self.shared.lock();
        let pair = (state.node(from), state.node(to));
        state.net.cuts.insert(pair);
        state.note(pair.0, "cut", to, &[]);
    }

    /// Lets nothing through between two nodes.
    pub fn partition(&self, a: &str, b: &str) {
        self.cut_one_way(a, b);
        self.cut_one_way(b, a);
    }

    /// Lets everything through between two nodes again.
    pub fn heal(&self, a: &str, b: &str) {
        let mut state = self.shared.lock();
        let (a, b) = (state.node(a), state.node(b));
        state.net.cuts.retain(|&pair| pair != (a, b) && pair != (b, a));
    }

    /// Lets everything through between all nodes again.
    pub fn heal_network(&self) {
        self.shared.lock().net.cuts.clear();
    }

    /// The faults from now on. Capacity and clock skew concern nodes that appear later.
    pub fn set_faults(&self, faults: Faults) {
        self.shared.lock().faults = faults;
    }

    /// The faults in force.
    pub fn faults(&self) -> Faults {
        self.shared.lock().faults.clone()
    }

    /// Lets the next `count` file syncs of a node fail.
    pub fn fail_syncs(&self, name: &str, count: u32) {
        let mut state = self.shared.lock();
        let node = state.node(name);
        state.nodes[node].disk.failing_syncs = count;
    }

    /// Lets every write to a file of a node fail with EIO, or no longer.
    pub fn fail_writes(&self, name: &str, failing: bool) {
        let mut state = self.shared.lock();
        let node = state.node(name);
        state.nodes[node].disk.failing_writes = failing;
    }

    /// Lets every file read of a node fail, or no longer.
    pub fn fail_reads(&self, name: &str, failing: bool) {
        let mut state = self.shared.lock();
        let node = state.node(name);
        state.nodes[node].disk.failing_reads = failing;
    }

    /// Sets the size of a node's disk, in bytes.
    pub fn set_disk_capacity(&self, name: &str, bytes: u64) {
        let mut state = self.shared.lock();
        let node = state.node(name);
        let disk = &mut state.nodes[node].disk;
        disk.forget_unreachable();
        disk.capacity_bytes = bytes;
    }

    /// Bytes that a node's files take on its disk, in whole pages.
    pub fn disk_used(&self, name: &str) -> u64 {
        let mut state = self.shared.lock();
        let node = state.node(name);
        let disk = &mut state.nodes[node].disk;
        disk.forget_unreachable();
        disk.used_bytes()
    }

    /// Flips one bit of a file, where the seed says; the position, or `None` if the file is empty
    /// or missing.
    pub fn rot(&self, name: &str, path: impl AsRef<Path>) -> Option<u64> {
        let mut state = self.shared.lock();
        let node = state.node(name);
        let state = &mut *state;
        let disk = &mut state.nodes[node].disk;
        let inode = disk.find(path.as_ref()).ok()?;
        disk.rot(inode, &mut state.disk_rng)
    }

    /// A number that follows from everything that happened so far: equal for equal runs.
    pub fn trace_hash(&self) -> u64 {
        self.shared.lock().trace.hash()
    }

    /// How many events the hash covers.
    pub fn trace_events(&self) -> u64 {
        self.shared.lock().trace.events()
    }

    /// Keeps the last `lines_max` events as text from now on.
    pub fn keep_trace(&self, lines_max: usize) {
        self.shared.lock().trace.keep_lines(lines_max);
    }

    /// The kept events, one a line: time, node, what, subject, numbers.
    pub fn trace(&self) -> String {
        self.shared.lock().trace.text()
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "World(seed {})", self.seed)
    }
}
