//! Which log is compacted next.

use std::cmp::Ordering;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use ottla_base::MonoTime;
use ottla_log::compact::{Cleanable, CleanableState};
use tracing::info;

use super::job::Job;
use super::{Cleaner, Failed, Looked};
use crate::storage::Shared;
use crate::storage::partition::Partition;

/// Dirs of logs that are not open which are looked at in one go.
const LOOKS_AT_ONCE: usize = 500;
/// Before the next go, while there are more.
const PAUSE: Duration = Duration::from_millis(100);

/// Goes on until it is asked to stop; it then waits for what is under way.
pub(in crate::storage) async fn run(shared: Arc<Shared>) {
    let _told = Told(Arc::clone(&shared));
    let cleaner = &shared.cleaner;
    loop {
        let settings = cleaner.settings();
        let running = cleaner.lock().running.len();
        if cleaner.is_stopping() {
            if running == 0 {
                return;
            }
            cleaner.woken.notified().await;
            continue;
        }
        let mut wait = settings.backoff;
        let free = settings.threads.saturating_sub(running);
        if settings.enable && free > 0 {
            let looking = Arc::clone(&shared);
            let found = shared.io.blocking(move || find(&looking)).await;
            if found.more {
                wait = wait.min(PAUSE);
            }
            for (partition, _) in found.due.into_iter().take(free) {
                begin(&shared, partition);
            }
        }
        let wake_at = shared.io.now().mono + wait.max(Duration::from_millis(1));
        tokio::select! {
            biased;
            () = cleaner.woken.notified() => {}
            () = shared.io.sleep_until(wake_at) => {}
        }
    }
}

/// Notes it if the work ends although nobody asked it to.
struct Told(Arc<Shared>);

impl Drop for Told {
    fn drop(&mut self) {
        let cleaner = &self.0.cleaner;
        cleaner.lock().ended = !cleaner.is_stopping();
    }
}

/// What a look at all logs found.
struct Found {
    /// The dirtiest first.
    due: Vec<(Arc<Partition>, Cleanable)>,
    /// Some dirs have not been looked at yet.
    more: bool,
}

fn find(shared: &Arc<Shared>) -> Found {
    let (cleaner, now) = (&shared.cleaner, shared.io.now());
    let partitions: Vec<Arc<Partition>> = shared.lock().values().cloned().collect();
    cleaner.forget_all_but(|name| shared.lock().contains_key(name));
    let (mut due, mut dirtiest, mut delay_ms, mut looks) = (Vec::new(), 0f64, 0, 0);
    for partition in partitions.into_iter().filter(|partition| partition.is_compacted()) {
        if cleaner.is_stopping() {
            break;
        }
        if cleaner.lock().is_held_back(partition.topic_partition(), now.mono) {
            continue;
        }
        let looked = partition.look(now.wall).and_then(|looked| match looked {
            Looked::Unknown if looks < LOOKS_AT_ONCE => {
                looks += 1;
                partition.look_into_dir(now.wall)
            }
            looked => Ok(looked),
        });
        match looked {
            Ok(Looked::Known(cleanable, state)) => {
                dirtiest = dirtiest.max(cleanable.ratio());
                delay_ms = delay_ms.max(cleanable.delay_ms);
                if state == CleanableState::Due {
                    due.push((partition, cleanable));
                }
            }
            Ok(_) => {}
            Err(error) => note_failed(cleaner, &partition, now.mono, error),
        }
    }
    due.sort_by(|(_, a), (_, b)| b.ratio().partial_cmp(&a.ratio()).unwrap_or(Ordering::Equal));
    let mut state = cleaner.lock();
    state.last_run = Some(now.mono);
    state.status.max_dirty_percent = (dirtiest * 100.0) as i64;
    state.status.max_compaction_delay_secs = delay_ms / 1000;
    Found { due, more: looks == LOOKS_AT_ONCE }
}

fn note_failed(cleaner: &Cleaner, partition: &Partition, now: MonoTime, error: io::Error) {
    let failed = Failed::Error { error, dirty_bytes: 0 };
    cleaner.ended(partition.topic_partition(), now, Err(failed));
}

/// Begins a round over a log.
fn begin(shared: &Arc<Shared>, partition: Arc<Partition>) {
    let name = partition.topic_partition().clone();
    shared.cleaner.lock().running.insert(name.clone());
    let own = Arc::clone(shared);
    shared.io.spawn("compact", async move {
        // A round that ends by a panic has failed like any other.
        let mut ends = Ends { shared: Arc::clone(&own), name: name.clone(), told: false };
        let result = Job::new(Arc::clone(&own), partition).run().await;
        if let Ok(done) = &result {
            let (stats, took) = (done.stats, done.took);
            let (from, to) = (done.first_dirty_offset, done.end_offset);
            info!(
                partition = %name, from, to, read = stats.read_bytes, written = stats.written_bytes,
                records_read = stats.read_records, records_kept = stats.written_records,
                without_key = stats.records_without_key, ?took, "log compacted"
            );
        }
        ends.told = true;
        own.cleaner.ended(&name, own.io.now().mono, result);
    });
}

struct Ends {
    shared: Arc<Shared>,
    name: ottla_model::TopicPartition,
    told: bool,
}

impl Drop for Ends {
    fn drop(&mut self) {
        if !self.told {
            let now = self.shared.io.now().mono;
            let error = io::Error::other("a round of compaction was broken off");
            let failed = Failed::Error { error, dirty_bytes: 0 };
            self.shared.cleaner.ended(&self.name, now, Err(failed));
        }
    }
}
