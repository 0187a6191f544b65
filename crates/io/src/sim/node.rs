//! One life of one simulated node, as the inside of an [`crate::Io`]: clock, tasks, randomness,
//! signals. Network and disk are in files of their own.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use ottla_base::{MonoTime, Now, WallTime};

use super::executor::{Ending, SimTask, TaskSlot, wait_with};
use super::state::{Event, GLANCES_MAX, Shared, WALL_START_MILLIS};
use crate::{ShutdownSignal, Task, TaskError};

/// A node from its start to its crash. After that every call fails or waits for ever.
#[derive(Clone)]
pub(crate) struct SimIo {
    pub(super) shared: Arc<Shared>,
    pub(super) node: usize,
    pub(super) life: u32,
}

impl SimIo {
    pub(crate) fn name(&self) -> String {
        self.shared.lock().nodes[self.node].name.clone()
    }

    pub(super) fn is_alive(&self) -> bool {
        self.shared.lock().is_alive(self.node, self.life)
    }

    pub(crate) fn now(&self) -> Now {
        let mut state = self.shared.lock();
        state.glances += 1;
        if state.glances > GLANCES_MAX {
            // What is dropped on the way out may look at the clock once more.
            state.glances = 0;
            panic!("a task asks for the time for ever and waits for nothing: it would spin");
        }
        let offset = state.nodes[self.node].wall_offset_millis;
        let millis = i64::try_from(state.now / 1_000_000).unwrap_or(i64::MAX);
        Now {
            mono: MonoTime { nanos: state.now },
            wall: WallTime { millis: WALL_START_MILLIS + millis + offset },
        }
    }

    pub(crate) async fn sleep_until(&self, at: MonoTime) {
        Sleep { shared: &self.shared, at: at.nanos, planned: None }.wait().await;
    }

    pub(crate) fn spawn(
        &self,
        name: &'static str,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> Task {
        let ending = Arc::<Ending>::default();
        let mut state = self.shared.lock();
        let id = state.next_task;
        state.next_task += 1;
        let task = SimTask { shared: self.shared.clone(), id, ending: ending.clone() };
        if !state.is_alive(self.node, self.life) {
            drop(state);
            // Dropped with the world unlocked: its parts may call back.
            drop(future);
            ending.set(Err(TaskError::Aborted));
            return Task::from_sim(task);
        }
        state.note(self.node, "spawn", name, &[id]);
        let waker = self.shared.ready.waker(id);
        waker.wake_by_ref();
        let future = Some(Box::pin(future) as _);
        state.tasks.insert(id, TaskSlot { node: self.node, name, future, waker, ending });
        Task::from_sim(task)
    }

    /// Runs `work` in a task of its own, in one turn, between two delays: the crash of the node may
    /// come before it, or after it and before anybody knows.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        name: &'static str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        let result = Arc::new(Mutex::new(None));
        let (io, place) = (self.clone(), result.clone());
        let task = self.spawn(name, async move {
            io.wait_for_thread(name).await;
            let (done, waiting) = io.work(work);
            io.wait_for_thread(name).await;
            drop(waiting);
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
        });
        let _ = task.join().await;
        let done = result.lock().unwrap_or_else(PoisonError::into_inner).take();
        match done {
            Some(done) => done,
            // The node went down.
            None => std::future::pending().await,
        }
    }

    async fn wait_for_thread(&self, name: &'static str) {
        let until = {
            let mut state = self.shared.lock();
            let faults = state.faults.clone();
            let (low, high) =
                if name == "flushing" { faults.flushing_us } else { faults.blocking_us };
            let micros = if state.disk_rng.chance(faults.stall_per_million, 1_000_000) {
                1000 * state.disk_rng.range(faults.stall_ms.0, faults.stall_ms.1)
            } else {
                state.disk_rng.range(low, high)
            };
            MonoTime { nanos: state.now } + Duration::from_micros(micros)
        };
        self.sleep_until(until).await;
    }

    pub(crate) fn random_bytes(&self, buf: &mut [u8]) {
        self.shared.lock().nodes[self.node].rng.fill(buf);
    }

    pub(crate) async fn shutdown_signal(&self) -> ShutdownSignal {
        std::future::poll_fn(|context| {
            let mut state = self.shared.lock();
            if !state.is_alive(self.node, self.life) {
                return Poll::Pending;
            }
            let node = &mut state.nodes[self.node];
            match node.signals.pop_front() {
                Some(signal) => Poll::Ready(signal),
                None => {
                    wait_with(&mut node.signal_waiters, context.waker());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

/// A timer; taken back when dropped.
struct Sleep<'a> {
    shared: &'a Shared,
    at: u64,
    planned: Option<((u64, u64), Waker)>,
}

impl Sleep<'_> {
    async fn wait(&mut self) {
        std::future::poll_fn(|context| {
            let mut state = self.shared.lock();
            if state.now >= self.at {
                return Poll::Ready(());
            }
            if let Some((key, waker)) = &self.planned {
                if waker.will_wake(context.waker()) && state.events.contains_key(key) {
                    return Poll::Pending;
                }
                state.events.remove(key);
            }
            if self.at != MonoTime::NEVER.nanos {
                let key = state.plan(self.at, Event::Wake(context.waker().clone()));
                self.planned = Some((key, context.waker().clone()));
            }
            Poll::Pending
        })
        .await;
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        if let Some((key, _)) = &self.planned {
            let removed = self.shared.lock().events.remove(key);
            drop(removed);
        }
    }
}
