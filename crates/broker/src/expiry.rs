//! Ends connections that nobody uses any more, and all of them when the node stops.
//!
//! One list and one task for all connections: each has an entry that says when it has to look up, and
//! a timer of its own would take four times as much memory. A connection that was used meanwhile
//! moves its time on when it is woken, not with each request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use ottla_base::MonoTime;

use crate::node::Node;

/// A connection ends at most this part of `connections.max.idle.ms` late; the list is not looked
/// through more often than that, nor than once in [`PAUSE_MIN`].
const LATE_PART: u32 = 64;
/// The shortest pause between two looks through the list.
const PAUSE_MIN: Duration = Duration::from_millis(1);

/// Why a connection ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expired {
    /// It was idle for `connections.max.idle.ms`.
    Idle,
    /// The node stops.
    Stopping,
}

/// All connections that wait.
#[derive(Debug)]
pub(crate) struct Expiry {
    idle_max: Duration,
    is_stopping: AtomicBool,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    /// By number; `None` is free.
    all: Vec<Option<Entry>>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Entry {
    waker: Waker,
    /// When it is woken next.
    due: MonoTime,
}

impl Expiry {
    /// None yet. Each may be idle for so long.
    pub(crate) fn new(idle_max: Duration) -> Arc<Self> {
        let is_stopping = AtomicBool::new(false);
        Arc::new(Self { idle_max, is_stopping, entries: Mutex::default() })
    }

    /// For one connection, which has an entry from the first time on that it waits.
    pub(crate) fn watch(self: &Arc<Self>) -> Watch {
        Watch {
            expiry: Arc::clone(self),
            number: None,
            due: MonoTime::default(),
            since: MonoTime::NEVER,
        }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes all that are due, and says when to look again.
    fn wake_due(&self, now: MonoTime) -> MonoTime {
        let mut due = Vec::new();
        let mut next = now + self.idle_max;
        for entry in self.entries().all.iter_mut().flatten() {
            if entry.due <= now {
                entry.due = MonoTime::NEVER;
                due.push(entry.waker.clone());
            }
            next = next.min(entry.due);
        }
        if !due.is_empty() {
            // Who was used meanwhile says when it is due again, which may be soon.
            next = now;
        }
        due.into_iter().for_each(Waker::wake);
        next.max(now + PAUSE_MIN.max(self.idle_max / LATE_PART))
    }

    /// Every connection ends that waits, or begins to.
    fn stop(&self) {
        let entries = self.entries();
        // Within the lock: who enters behind this sees it, who entered before is woken.
        self.is_stopping.store(true, Ordering::Release);
        let wakers: Vec<_> =
            entries.all.iter().flatten().map(|entry| entry.waker.clone()).collect();
        drop(entries);
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// Wakes connections in time until the node stops, and all of them then.
pub(crate) async fn run(node: Arc<Node>) {
    let mut stopping = node.stopping.clone();
    loop {
        let next = node.expiry.wake_due(node.io.now().mono);
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stop| *stop) => return node.expiry.stop(),
            () = node.io.sleep_until(next) => {}
        }
    }
}

/// What a connection has to do with [`Expiry`]; its entry goes when this is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    expiry: Arc<Expiry>,
    number: Option<u32>,
    /// Until then it is woken by nobody.
    due: MonoTime,
    /// When it began to wait; never if it does not.
    since: MonoTime,
}

impl Watch {
    /// The connection is in use: what comes next is a wait of its own.
    pub(crate) fn used(&mut self) {
        self.since = MonoTime::NEVER;
    }

    /// Whether everything ends. Cheap: for who has something to do.
    pub(crate) fn is_stopping(&self) -> bool {
        self.expiry.is_stopping.load(Ordering::Acquire)
    }

    /// Ready when the connection has to end; otherwise its task is woken when that may be so. For who
    /// has nothing else to do.
    pub(crate) fn poll_expired(&mut self, context: &Context<'_>, now: MonoTime) -> Poll<Expired> {
        self.since = self.since.min(now);
        if now < self.due {
            return Poll::Pending;
        }
        let due = self.since + self.expiry.idle_max;
        if due <= now {
            return Poll::Ready(Expired::Idle);
        }
        let mut entries = self.expiry.entries();
        if self.is_stopping() {
            return Poll::Ready(Expired::Stopping);
        }
        let entry = Entry { waker: context.waker().clone(), due };
        self.number = entries.put(self.number, entry);
        self.due = due;
        Poll::Pending
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        let entry = self.expiry.entries().take(number);
        // Behind the lock: it may be the last that holds a task.
        drop(entry);
    }
}

impl Entries {
    /// Replaces the entry of that number, or finds a number for it. `None`, and nobody wakes it, if all
    /// numbers are taken: a system has fewer descriptors than there are of those.
    fn put(&mut self, number: Option<u32>, entry: Entry) -> Option<u32> {
        let number = match number.or_else(|| self.free.pop()) {
            Some(number) => number,
            None => {
                let number = u32::try_from(self.all.len()).ok()?;
                self.all.push(None);
                number
            }
        };
        *self.all.get_mut(number as usize)? = Some(entry);
        Some(number)
    }

    fn take(&mut self, number: u32) -> Option<Entry> {
        let entry = self.all.get_mut(number as usize)?.take()?;
        self.free.push(number);
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn at(ms: u64) -> MonoTime {
        MonoTime::default() + Duration::from_millis(ms)
    }

    /// A connection that waits, and how often it was woken.
    struct Waiting {
        watch: Watch,
        woken: Arc<Count>,
    }

    impl Waiting {
        fn new(expiry: &Arc<Expiry>) -> Self {
            Self { watch: expiry.watch(), woken: Arc::default() }
        }

        fn look(&mut self, ms: u64) -> Poll<Expired> {
            let waker = Arc::clone(&self.woken).into();
            self.watch.poll_expired(&Context::from_waker(&waker), at(ms))
        }

        fn woken(&self) -> usize {
            self.woken.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn who_is_idle_for_too_long_is_woken_and_ends() {
        let expiry = Expiry::new(Duration::from_millis(640));
        let (mut one, mut other) = (Waiting::new(&expiry), Waiting::new(&expiry));
        assert_eq!((one.look(0), other.look(100)), (Poll::Pending, Poll::Pending));
        assert_eq!((expiry.wake_due(at(639)), one.woken()), (at(649), 0));
        assert_eq!((expiry.wake_due(at(649)), one.woken(), other.woken()), (at(659), 1, 0));
        assert_eq!(one.look(650), Poll::Ready(Expired::Idle));
        assert_eq!(other.look(650), Poll::Pending);
    }

    #[test]
    fn who_was_used_is_woken_once_and_waits_on() {
        let expiry = Expiry::new(Duration::from_millis(640));
        let mut one = Waiting::new(&expiry);
        assert_eq!(one.look(0), Poll::Pending);
        for ms in [200, 500] {
            one.watch.used();
            assert_eq!(one.look(ms), Poll::Pending);
        }
        assert_eq!(expiry.wake_due(at(640)), at(650));
        assert_eq!((one.look(640), one.woken()), (Poll::Pending, 1));
        assert_eq!((expiry.wake_due(at(650)), one.woken()), (at(1_140), 1));
        assert_eq!(one.look(1_140), Poll::Ready(Expired::Idle));
    }

    #[test]
    fn who_may_not_be_idle_at_all_ends_and_the_list_is_still_looked_through_in_turns() {
        let expiry = Expiry::new(Duration::ZERO);
        assert_eq!(Waiting::new(&expiry).look(5), Poll::Ready(Expired::Idle));
        assert_eq!(expiry.wake_due(at(5)), at(6));
    }

    #[test]
    fn at_a_stop_who_waits_is_woken_and_who_comes_later_does_not_wait() {
        let expiry = Expiry::new(Duration::MAX);
        let (mut one, mut late) = (Waiting::new(&expiry), Waiting::new(&expiry));
        assert_eq!(one.look(0), Poll::Pending);
        expiry.stop();
        assert_eq!((one.woken(), one.watch.is_stopping()), (1, true));
        assert_eq!(late.look(0), Poll::Ready(Expired::Stopping));
    }

    #[test]
    fn who_goes_leaves_its_entry_to_the_next() {
        let expiry = Expiry::new(Duration::from_millis(640));
        let mut one = Waiting::new(&expiry);
        assert_eq!(one.look(0), Poll::Pending);
        drop(one);
        let mut other = Waiting::new(&expiry);
        assert_eq!(other.look(1), Poll::Pending);
        assert_eq!(other.watch.number, Some(0));
        assert_eq!(expiry.entries().all.len(), 1);
    }
}
