//! Partitions that are in another log dir than the metadata says, for somebody to tell the controller.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ottla_model::TopicPartition;
use tokio::sync::Notify;

use super::{Shared, Storage};

/// What the controller has yet to be told of.
#[derive(Debug, Default)]
pub(super) struct Placed {
    untold: Mutex<BTreeSet<TopicPartition>>,
    noted: Arc<Notify>,
}

impl Placed {
    fn lock(&self) -> MutexGuard<'_, BTreeSet<TopicPartition>> {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Notes that the controller may not know in which log dirs these partitions are.
    pub(super) fn note_placed(&self, names: impl IntoIterator<Item = TopicPartition>) {
        self.placed.lock().extend(names);
        self.placed.noted.notify_one();
    }
}

impl Storage {
    /// Notes that the controller may not know in which log dirs these partitions are.
    pub fn note_placed(&self, names: impl IntoIterator<Item = TopicPartition>) {
        self.shared.note_placed(names);
    }

    /// Takes up to `count_max` of those that were noted.
    pub fn take_placed(&self, count_max: usize) -> Vec<TopicPartition> {
        let mut untold = self.shared.placed.lock();
        let taken: Vec<_> = untold.iter().take(count_max).cloned().collect();
        taken.iter().for_each(|name| _ = untold.remove(name));
        taken
    }

    /// Told when some are noted.
    pub fn placed(&self) -> Arc<Notify> {
        Arc::clone(&self.shared.placed.noted)
    }
}
