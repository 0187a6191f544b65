//! Memory that codecs work in, kept from one batch to the next.

use std::sync::{Mutex, PoisonError};

use ottla_record::CodecSpace;

/// Spaces kept at most; more are in use at once only when that many batches are checked at once.
const KEPT_MAX: usize = 16;

/// Spaces that are not in use.
#[derive(Debug, Default)]
pub(crate) struct CodecSpaces {
    free: Mutex<Vec<CodecSpace>>,
}

impl CodecSpaces {
    /// A space, used before or new.
    pub(crate) fn take(&self) -> CodecSpace {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Gives a space back for the next batch.
    pub(crate) fn put(&self, space: CodecSpace) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < KEPT_MAX {
            free.push(space);
        }
    }
}
