//! Recovery points follow the log ends, so that little has to be checked after a kill.
//!
//! A log that is written slowly seals no segment for a long time; its recovery point would stay where
//! the segment begins. What has waited longer than `ottla.log.flush.background.ms` is flushed here:
//! the oldest first, one log at a time, with a pause as long as the flush took, so that the device is
//! busy with it for half of the time at most. Nobody waits for it, and it promises nothing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ottla_base::WallTime;
use ottla_model::TopicPartition;

use super::{Partition, Shared};

/// Least pause between two flushes.
const PAUSE: Duration = Duration::from_millis(5);
/// How often the logs that wait are looked at.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);

/// Logs that were used and had something to flush when they were last looked at.
pub(super) type Behind = BTreeSet<TopicPartition>;

/// Goes on until it is aborted.
pub(super) async fn run(shared: Arc<Shared>) {
    let Some(age_max) = shared.settings.background_flush_age else { return };
    loop {
        shared.io.sleep(LOOK_INTERVAL.min(age_max)).await;
        for partition in due(&shared, age_max) {
            let begun = shared.io.now().mono;
            let dir = partition.dir();
            // Never closed, so acquiring cannot fail.
            let permit = dir.syncs().acquire().await;
            // A failure takes the log dir offline, which is noted there.
            let _ = shared.io.flushing(move || partition.flush()).await;
            drop(permit);
            let took = shared.io.now().mono.since(begun);
            shared.io.sleep(took.max(PAUSE)).await;
        }
    }
}

/// The logs that have waited for too long, the oldest first. Those that wait for nothing any more are
/// forgotten.
fn due(shared: &Shared, age_max: Duration) -> Vec<Arc<Partition>> {
    let now = shared.io.now().wall;
    let age_max = i64::try_from(age_max.as_millis()).unwrap_or(i64::MAX);
    // What is noted meanwhile is looked at next time.
    let noted = std::mem::take(&mut *shared.behind());
    let names: Vec<TopicPartition> = noted.into_iter().collect();
    let (mut due, mut behind) = (Vec::new(), Behind::new());
    for partition in shared.found(&names) {
        let Some(since) = partition.unflushed_since() else { continue };
        behind.insert(partition.topic_partition().clone());
        if now.millis.saturating_sub(since.millis) >= age_max {
            due.push((since.millis, partition));
        }
    }
    shared.behind().extend(behind);
    due.sort_by_key(|(since, _)| *since);
    due.into_iter().map(|(_, partition)| partition).collect()
}

impl Partition {
    /// Since when something waits for a flush of everything.
    pub(super) fn unflushed_since(&self) -> Option<WallTime> {
        self.with_open_log(|log, _| log.log().unflushed_since()).flatten()
    }
}
