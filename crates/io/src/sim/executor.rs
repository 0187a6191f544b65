//! Tasks of the simulated world: who is ready, whose turn it is, who has ended.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Wake, Waker};

use super::state::Shared;
use crate::TaskError;

/// The future that [`super::World::run`] was given.
pub(super) const MAIN: u64 = 0;

pub(super) type BoxFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A spawned future.
pub(super) struct TaskSlot {
    pub(super) node: usize,
    pub(super) name: &'static str,
    /// Away while it is being polled.
    pub(super) future: Option<BoxFuture>,
    pub(super) waker: Waker,
    pub(super) ending: Arc<Ending>,
}

/// The tasks whose wakers were called, in no order: the seed chooses among them. A lock of its
/// own, because wakers are called while the world is locked.
#[derive(Default)]
pub(super) struct ReadyTasks(Mutex<BTreeSet<u64>>);

impl ReadyTasks {
    pub(super) fn lock(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn waker(self: &Arc<Self>, task: u64) -> Waker {
        Waker::from(Arc::new(TaskWaker { task, ready: self.clone() }))
    }
}

struct TaskWaker {
    task: u64,
    ready: Arc<ReadyTasks>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ready.lock().insert(self.task);
    }
}

/// How a task ended, for those who wait for it.
#[derive(Debug, Default)]
pub(super) struct Ending(Mutex<EndingState>);

#[derive(Debug, Default)]
struct EndingState {
    result: Option<Result<(), TaskError>>,
    waiting: Vec<Waker>,
}

impl Ending {
    pub(super) fn set(&self, result: Result<(), TaskError>) {
        let mut ending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ending.result.get_or_insert(result);
        for waker in ending.waiting.drain(..) {
            waker.wake();
        }
    }

    fn get(&self) -> Option<Result<(), TaskError>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).result
    }

    fn poll(&self, waker: &Waker) -> Poll<Result<(), TaskError>> {
        let mut ending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(result) = ending.result {
            return Poll::Ready(result);
        }
        wait_with(&mut ending.waiting, waker);
        Poll::Pending
    }
}

/// The handle of a spawned future.
pub(crate) struct SimTask {
    pub(super) shared: Arc<Shared>,
    pub(super) id: u64,
    pub(super) ending: Arc<Ending>,
}

impl SimTask {
    pub(crate) fn abort(&self) {
        let slot = self.shared.lock().tasks.remove(&self.id);
        if let Some(slot) = slot {
            // The future is dropped here, with the world unlocked: its parts may call back.
            drop(slot.future);
            slot.ending.set(Err(TaskError::Aborted));
        }
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.ending.get().is_some()
    }

    pub(crate) async fn join(self) -> Result<(), TaskError> {
        std::future::poll_fn(|context| self.ending.poll(context.waker())).await
    }
}

impl std::fmt::Debug for SimTask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SimTask({})", self.id)
    }
}

/// Adds a waker to those who wait, once: whoever sits in a `select!` asks again with every turn.
pub(super) fn wait_with(waiting: &mut Vec<Waker>, waker: &Waker) {
    if !waiting.iter().any(|other| other.will_wake(waker)) {
        waiting.push(waker.clone());
    }
}

/// Is ready the second time it is asked.
pub(crate) async fn yield_now() {
    let mut yielded = false;
    std::future::poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
