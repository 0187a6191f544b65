//! The buffers of full batches, used again: a record that is sent on one thread and a batch that is
//! done with on another would otherwise leave an allocator with `buffer.memory` for each of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use ottla_base::MonoTime;

/// How long a producer has nothing to do before it lets go of them.
const IDLE_MAX: Duration = Duration::from_secs(10);

/// Buffers of one size that wait for a batch.
#[derive(Debug)]
pub(super) struct Buffers {
    /// Bytes of each: `batch.size`.
    size: usize,
    /// How many are kept: `buffer.memory`.
    count_max: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The last that came back is the next that is taken: it is in the processor's caches.
    free: Vec<Vec<u8>>,
    idle_since: Option<MonoTime>,
}

impl Buffers {
    /// Buffers of `size` bytes, no more than come to `bytes_max`.
    pub(super) fn new(size: usize, bytes_max: usize) -> Arc<Self> {
        let count_max = bytes_max.checked_div(size).unwrap_or(0);
        Arc::new(Self { size, count_max, state: Mutex::default() })
    }

    /// Whether a batch that probably comes to this many bytes should have one.
    pub(super) fn fit(&self, bytes: usize) -> bool {
        bytes >= self.size && self.count_max > 0
    }

    /// An empty one.
    pub(super) fn take(&self) -> Vec<u8> {
        let spare = self.lock().free.pop();
        spare.unwrap_or_else(|| Vec::with_capacity(self.size))
    }

    /// Takes one back. One of another size is freed.
    pub(super) fn put(&self, mut buffer: Vec<u8>) {
        // The one record of a batch may have been larger.
        if !(self.size..=self.size.saturating_mul(2)).contains(&buffer.capacity()) {
            return;
        }
        buffer.clear();
        let mut state = self.lock();
        if state.free.len() < self.count_max {
            state.free.push(buffer);
        }
    }

    /// What was written into one of them; it comes back when the last slice is dropped.
    pub(super) fn lend(self: &Arc<Self>, batch: Vec<u8>) -> Bytes {
        Bytes::from_owner(Lent { batch, buffers: self.clone() })
    }

    /// Frees all if there has been nothing to do for long; when to look again otherwise.
    pub(super) fn let_go(&self, is_idle: bool, now: MonoTime) -> Option<MonoTime> {
        let mut state = self.lock();
        if !is_idle || state.free.is_empty() {
            state.idle_since = None;
            return None;
        }
        let due = *state.idle_since.get_or_insert(now) + IDLE_MAX;
        if now < due {
            return Some(due);
        }
        state.free = Vec::new();
        None
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Lent {
    batch: Vec<u8>,
    buffers: Arc<Buffers>,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.batch
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.buffers.put(std::mem::take(&mut self.batch));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(buffers: &Buffers, byte: u8) -> Vec<u8> {
        let mut buffer = buffers.take();
        buffer.resize(80, byte);
        buffer
    }

    #[test]
    fn a_buffer_is_used_again_when_nobody_holds_its_batch() {
        let buffers = Buffers::new(100, 1000);
        let batch = buffers.lend(written(&buffers, 1));
        let place = batch.as_ptr();
        let sent = batch.clone();
        drop(batch);
        let other = written(&buffers, 2);
        assert!(other.as_ptr() != place && sent.iter().all(|byte| *byte == 1));
        drop(sent);
        let again = buffers.take();
        assert_eq!((again.as_ptr(), again.len()), (place, 0));
    }

    #[test]
    fn no_more_are_kept_than_the_memory_of_the_producer() {
        let buffers = Buffers::new(100, 350);
        let taken: Vec<_> = (0..5).map(|_| buffers.lend(written(&buffers, 1))).collect();
        drop(taken);
        assert_eq!(buffers.lock().free.len(), 3);
        buffers.put(vec![0; 1000]);
        buffers.take();
        buffers.put(vec![0; 1000]);
        assert_eq!(buffers.lock().free.len(), 2, "what was larger is freed");
    }

    #[test]
    fn they_are_freed_when_there_has_been_nothing_to_do_for_long() {
        let buffers = Buffers::new(100, 1000);
        buffers.put(written(&buffers, 1));
        let start = MonoTime::default() + Duration::from_secs(5);
        let due = start + IDLE_MAX;
        assert_eq!(buffers.let_go(true, start), Some(due));
        assert_eq!(buffers.let_go(false, due), None);
        assert_eq!(buffers.let_go(true, due), Some(due + IDLE_MAX));
        assert_eq!(buffers.lock().free.len(), 1);
        assert_eq!(buffers.let_go(true, due + IDLE_MAX), None);
        assert!(buffers.lock().free.is_empty());
    }
}
