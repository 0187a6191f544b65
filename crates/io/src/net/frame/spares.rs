//! Buffers of large frames that nobody holds any more, for those that come.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// Smaller buffers are not worth being kept: the allocator is as quick.
const BYTES_MIN: usize = 64 * 1024;
/// Larger ones are not kept.
const BYTES_MAX: usize = 2 * 1024 * 1024;
/// Buffers that are kept: one for what arrives while another is read.
const COUNT_MAX: usize = 2;
/// A frame that leaves more than this part of a buffer empty does not get it: who holds a frame for
/// long holds all of its buffer.
const WASTE_MAX: usize = 4;

/// Buffers that wait for a frame.
#[derive(Debug, Default)]
pub(super) struct Spares {
    free: Mutex<Vec<Vec<u8>>>,
}

impl Spares {
    /// An empty buffer for a frame that ends at `end`.
    pub(super) fn take(&self, end: usize) -> Option<Vec<u8>> {
        if end < BYTES_MIN {
            return None;
        }
        let fits =
            |spare: &Vec<u8>| (end..=end.saturating_mul(WASTE_MAX)).contains(&spare.capacity());
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let at = free.iter().rposition(fits)?;
        Some(free.remove(at))
    }

    fn put(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() >= COUNT_MAX {
            // The new one is of the size that frames have now.
            free.remove(0);
        }
        free.push(buffer);
    }
}

/// What arrived, in a buffer that comes back when the last slice of it is dropped.
pub(super) fn lend(spares: &Arc<Spares>, arrived: Vec<u8>) -> Bytes {
    if !(BYTES_MIN..=BYTES_MAX).contains(&arrived.capacity()) {
        return Bytes::from(arrived);
    }
    Bytes::from_owner(Lent { arrived, spares: spares.clone() })
}

struct Lent {
    arrived: Vec<u8>,
    spares: Arc<Spares>,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.arrived
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.spares.put(std::mem::take(&mut self.arrived));
    }
}
