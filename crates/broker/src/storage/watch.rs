//! Looks after the disks: how full they are, and what makes room on a full one without waiting for
//! its turn.

use std::sync::{Arc, Weak};
use std::time::Duration;

use ottla_io::Io;

use super::{LogDir, Partition, Shared};

/// How often the volumes are asked for their free space.
const MEASURE_INTERVAL: Duration = Duration::from_secs(1);
/// How often retention runs while a volume is full.
const RELIEF_INTERVAL: Duration = Duration::from_secs(5);

/// Goes on until nobody has the storage any more.
pub(super) async fn run(io: Io, storage: Weak<Shared>) {
    let mut relief_at = io.now().mono;
    loop {
        io.sleep(MEASURE_INTERVAL).await;
        let Some(shared) = storage.upgrade() else { return };
        shared.tell_of_failure();
        let measuring = Arc::clone(&shared);
        // A volume of the network may let even this wait.
        let is_full = shared.io.blocking(move || measure(&measuring)).await;
        let now = shared.io.now().mono;
        if is_full && now >= relief_at {
            relief_at = now + RELIEF_INTERVAL;
            relieve(&shared).await;
        }
    }
}

impl Shared {
    /// Tells whoever waits for it, once, that the node cannot go on.
    fn tell_of_failure(&self) {
        let Some(why) = self.unusable() else { return };
        self.failed.send_if_modified(|told| {
            let is_new = told.is_none();
            told.get_or_insert(why);
            is_new
        });
    }

    /// Why the log dirs that have not failed are too few, as Kafka's broker judges: it halts without
    /// the dir of the metadata log, or without any.
    pub(super) fn unusable(&self) -> Option<String> {
        let metadata_dir = self.metadata_dir();
        let holds_metadata = |dir: &&Arc<LogDir>| metadata_dir.parent() == Some(dir.path());
        let mut failed = self.dirs.iter().filter(|dir| dir.is_offline());
        if let Some(dir) = failed.clone().find(holds_metadata) {
            let name = dir.name();
            return Some(format!("the log dir {name}, which holds the metadata log, has failed"));
        }
        if failed.clone().count() < self.dirs.len() {
            return None;
        }
        let first = failed.next()?.name();
        Some(format!("all log dirs have failed, {first} among them"))
    }
}

/// Whether any volume in use is full.
pub(super) fn measure(shared: &Shared) -> bool {
    let usable = || shared.dirs.iter().filter(|dir| !dir.is_offline());
    usable().for_each(|dir| dir.volume().measure());
    usable().any(|dir| dir.volume().is_full())
}

/// Retention now, and what it took away goes at once: readers keep the files they have open.
async fn relieve(shared: &Arc<Shared>) {
    let partitions: Vec<Arc<Partition>> = shared.lock().values().cloned().collect();
    let now = shared.io.now();
    for partition in partitions.into_iter().filter(|p| p.is_on_full_volume()) {
        let relief = move || {
            // A failure takes the log dir offline, which is noted there.
            let _ = partition.retain(now);
            partition.remove_set_aside_now();
        };
        shared.io.blocking(relief).await;
    }
}
