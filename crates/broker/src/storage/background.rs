//! What is done to the log dirs on time: syncing sealed segments, checkpoints, retention, removal of
//! dirs. And recovery, while what needs none is served.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ottla_base::MonoTime;
use ottla_io::Io;
use tracing::{error, info};

use super::dirs::LogDir;
use super::open_files::OpenFiles;
use super::{Partition, Shared};

/// Before the first retention after a start (Kafka's `InitialTaskDelayMs`).
const RETENTION_DELAY: Duration = Duration::from_secs(30);

/// How often the log says how far recovery has come.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);

/// Opens the logs of dirs that were not stopped cleanly, which checks what lies behind their
/// recovery points. As many at a time and dir as `num.recovery.threads.per.data.dir` says. Ends
/// between two logs when the node stops.
pub(super) async fn recover(shared: Arc<Shared>) {
    let begun = shared.io.now().mono;
    let (_, found) = shared.recovery_progress();
    if found == 0 {
        return;
    }
    info!(
        logs = found,
        "the last stop was not clean: recovering logs, others are served meanwhile"
    );
    let mut workers = Vec::new();
    for dir in shared.dirs.iter().filter(|dir| !dir.was_clean()) {
        let inside: Arc<[_]> = shared.partitions_in(dir).into();
        let next = Arc::new(AtomicUsize::new(0));
        for _ in 0..shared.settings.recovery_threads_per_dir.max(1) {
            let worker = recover_some(Arc::clone(&shared), Arc::clone(&inside), Arc::clone(&next));
            workers.push(shared.io.spawn("recover", worker));
        }
    }
    let mut ended = pin!(async {
        for worker in workers {
            let _ = worker.join().await;
        }
    });
    while shared.io.timeout(PROGRESS_INTERVAL, ended.as_mut()).await.is_none() {
        let (done, found) = shared.recovery_progress();
        info!("recovering {done}/{found}");
    }
    let (done, found) = shared.recovery_progress();
    let took_ms = shared.io.now().mono.since(begun).as_millis() as u64;
    info!(logs = done, of = found, took_ms, "recovery ended");
}

/// Takes one log after the other, unless somebody wanted it earlier.
async fn recover_some(shared: Arc<Shared>, inside: Arc<[Arc<Partition>]>, next: Arc<AtomicUsize>) {
    while !shared.stopping.load(Ordering::Relaxed)
        && let Some(partition) = inside.get(next.fetch_add(1, Ordering::Relaxed))
    {
        if partition.is_recovering() && partition.claim_opening().0 {
            let partition = Arc::clone(partition);
            // A log that cannot be opened takes its dir offline, which is noted there.
            let _ = shared.io.blocking(move || partition.open_and_sync()).await;
        }
    }
}

/// Goes on until it is asked to stop; it then ends between two steps.
pub(super) async fn run(shared: Arc<Shared>, doomed: Vec<PathBuf>) {
    if !doomed.is_empty() {
        shared.io.spawn("remove partitions", remove_later(&shared, doomed));
    }
    let started = shared.io.now().mono;
    let settings = &shared.settings;
    let mut checkpoint_at = started + settings.high_watermark_checkpoint_interval;
    let mut retention_at = started + RETENTION_DELAY.min(settings.retention_check_interval);
    loop {
        tokio::select! {
            biased;
            () = shared.stop.notified() => return,
            () = shared.io.sleep_until(checkpoint_at.min(retention_at)) => {}
        }
        let now = shared.io.now().mono;
        if now >= checkpoint_at {
            flush_wanted(&shared);
            checkpoint(&shared).await;
            checkpoint_at = next(now, settings.high_watermark_checkpoint_interval);
        }
        if now >= retention_at {
            retain(&shared).await;
            retention_at = next(now, settings.retention_check_interval);
        }
    }
}

/// Closes, once they are synced, the files that make room for others.
pub(super) async fn close_retired(io: Io, open_files: Arc<OpenFiles>) {
    loop {
        open_files.has_retired().await;
        let closing = Arc::clone(&open_files);
        io.flushing(move || closing.close_retired()).await;
    }
}

fn next(now: MonoTime, interval: Duration) -> MonoTime {
    now + interval.max(Duration::from_millis(1))
}

/// What was sealed is flushed at once, and `flush.ms` has its own timer; this is for what they leave:
/// an end behind the recovery point. A log that nobody used since the last time wants nothing new.
fn flush_wanted(shared: &Arc<Shared>) {
    let now = shared.io.now().wall;
    for dir in &shared.dirs {
        let touched = dir.touched().clone();
        for partition in shared.found(&touched) {
            partition.flush_if_wanted(now);
            if partition.unflushed_since().is_some() {
                shared.behind().insert(partition.topic_partition().clone());
            }
        }
    }
}

async fn checkpoint(shared: &Arc<Shared>) {
    let checkpointing = Arc::clone(shared);
    let write = move || {
        for dir in checkpointing.dirs.iter().filter(|dir| !dir.is_offline()) {
            if let Err(error) = checkpointing.checkpoint_touched(dir) {
                checkpoint_failed(dir, &error);
            }
        }
    };
    shared.io.blocking(write).await;
}

fn checkpoint_failed(dir: &LogDir, error: &std::io::Error) {
    error!(dir = dir.name(), %error, "checkpoint could not be written");
    let is_for_want_of_room =
        error.kind() == std::io::ErrorKind::StorageFull || ottla_io::is_out_of_descriptors(error);
    if !is_for_want_of_room {
        dir.fail();
    }
}

async fn retain(shared: &Arc<Shared>) {
    let now = shared.io.now();
    let mut partitions: Vec<Arc<Partition>> = shared.lock().values().cloned().collect();
    partitions.retain(|partition| partition.wants_retention(now.wall));
    for partition in partitions {
        // A failure takes the log dir offline, which is noted there.
        let _ = shared.io.blocking(move || partition.retain(now)).await;
    }
}

/// Removes dirs once `file.delete.delay.ms` has passed. Holds on to nothing while it waits.
pub(super) fn remove_later(
    shared: &Shared,
    paths: Vec<PathBuf>,
) -> impl Future<Output = ()> + Send + use<> {
    let (io, disk) = (shared.io.clone(), shared.disk.clone());
    let delay = u64::try_from(shared.delete_delay_ms.load(Ordering::Relaxed)).unwrap_or(0);
    async move {
        io.sleep(Duration::from_millis(delay)).await;
        for path in paths {
            let disk = disk.clone();
            let (shown, work) = (path.clone(), move || disk.remove_dir_all(&path));
            if let Err(error) = io.blocking(work).await
                && error.kind() != std::io::ErrorKind::NotFound
            {
                error!(path = %shown.display(), %error, "dir could not be removed");
            }
        }
    }
}
