//! Parked requests: a Fetch that waits for more bytes, a Produce that waits for the high watermark.
//!
//! A request makes one [`Waiter`], registers it with every partition it waits for, looks at them
//! once more, and then sleeps until one of them moves or its deadline passes. Registering before
//! looking means that no movement is missed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// One request that sleeps.
#[derive(Debug, Clone, Default)]
pub struct Waiter(Arc<Notify>);

impl Waiter {
    /// Sleeps until something it was registered with moved since the last time.
    pub async fn moved(&self) {
        self.0.notified().await;
    }
}

/// Those who wait for one thing to move.
#[derive(Debug, Default)]
pub struct Watchers {
    /// Length of `waiting`, so that a mover with nobody to wake takes no lock.
    count: AtomicUsize,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    next_id: u64,
    by_id: BTreeMap<u64, Waiter>,
}

impl Watchers {
    /// Registers `waiter` until the watch is dropped.
    pub fn watch(self: &Arc<Self>, waiter: &Waiter) -> Watch {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let id = waiting.next_id;
        waiting.next_id += 1;
        waiting.by_id.insert(id, waiter.clone());
        self.count.store(waiting.by_id.len(), Ordering::SeqCst);
        Watch { watchers: Arc::clone(self), id }
    }

    /// Wakes everyone. Call it after the movement can be seen.
    pub fn wake(&self) {
        if self.count.load(Ordering::SeqCst) == 0 {
            return;
        }
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for waiter in waiting.by_id.values() {
            waiter.0.notify_one();
        }
    }
}

/// A registration; ends when it is dropped.
#[derive(Debug)]
pub struct Watch {
    watchers: Arc<Watchers>,
    id: u64,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut waiting = self.watchers.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.by_id.remove(&self.id);
        self.watchers.count.store(waiting.by_id.len(), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    fn is_awake(waiter: &Waiter) -> bool {
        let future = pin!(waiter.moved());
        matches!(future.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(()))
    }

    #[test]
    fn a_movement_between_registering_and_sleeping_is_not_missed() {
        let watchers = Arc::new(Watchers::default());
        let waiter = Waiter::default();
        let watch = watchers.watch(&waiter);
        assert!(!is_awake(&waiter));
        watchers.wake();
        watchers.wake();
        assert!(is_awake(&waiter));
        assert!(!is_awake(&waiter), "two movements wake once");
        drop(watch);
        watchers.wake();
        assert!(!is_awake(&waiter), "nobody is registered any more");
    }
}
