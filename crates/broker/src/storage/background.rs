//! What is done to the log dirs on time: syncing sealed segments, checkpoints, retention, removal of
//! dirs. And recovery, before anything is served.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ottla_base::MonoTime;
use ottla_io::Io;
use tracing::{error, info};

use super::dirs::LogDir;
use super::open_files::OpenFiles;
use super::{Partition, Shared};

/// Before the first retention after a start (Kafka's `InitialTaskDelayMs`).
const RETENTION_DELAY: Duration = Duration::from_secs(30);

/// Opens the logs of dirs that were not stopped cleanly, which checks what lies behind their
/// recovery points. As many at a time as `num.recovery.threads.per.data.dir` says.
pub(super) async fn recover(shared: &Arc<Shared>) {
    let unclean = |name: &str| shared.dirs.iter().any(|d| d.name() == name && !d.was_clean());
    let mut todo: Vec<Arc<Partition>> = shared.lock().values().cloned().collect();
    todo.retain(|partition| unclean(partition.log_dir()));
    if todo.is_empty() {
        return;
    }
    info!(logs = todo.len(), "the last stop was not clean: recovering logs");
    shared.to_recover.store(todo.len(), Ordering::Relaxed);
    let workers = shared.settings.recovery_threads_per_dir.max(1) * shared.dirs.len().max(1);
    let share = todo.len().div_ceil(workers);
    let mut tasks = Vec::new();
    for share in todo.chunks(share.max(1)) {
        let (share, counted, io) = (share.to_vec(), Arc::clone(shared), shared.io.clone());
        tasks.push(shared.io.spawn("recover", async move {
            for partition in share {
                // A log that cannot be opened takes its dir offline, which is noted there.
                let _ = io.blocking(move || partition.with_log(|_, _| ())).await;
                counted.recovered.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    for task in tasks {
        let _ = task.join().await;
    }
}

/// Goes on until it is asked to stop; it then ends between two steps.
pub(super) async fn run(shared: Arc<Shared>, doomed: Vec<PathBuf>) {
    for path in doomed {
        shared.io.spawn("remove partition", remove_later(Arc::clone(&shared), path));
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
/// an end behind the recovery point.
fn flush_wanted(shared: &Arc<Shared>) {
    let partitions: Vec<Arc<Partition>> = shared.lock().values().cloned().collect();
    let now = shared.io.now().wall;
    for partition in partitions {
        partition.flush_if_wanted(now);
    }
}

async fn checkpoint(shared: &Arc<Shared>) {
    let checkpointing = Arc::clone(shared);
    let write = move || {
        for dir in checkpointing.dirs.iter().filter(|dir| !dir.is_offline()) {
            if let Err(error) = checkpointing.checkpoint_dir(dir) {
                checkpoint_failed(dir, &error);
            }
        }
    };
    shared.io.blocking(write).await;
}

fn checkpoint_failed(dir: &LogDir, error: &std::io::Error) {
    error!(dir = dir.name(), %error, "checkpoint could not be written");
    if error.kind() != std::io::ErrorKind::StorageFull {
        dir.fail();
    }
}

async fn retain(shared: &Arc<Shared>) {
    let partitions: Vec<Arc<Partition>> = shared.lock().values().cloned().collect();
    let now = shared.io.now().wall;
    for partition in partitions {
        // A failure takes the log dir offline, which is noted there.
        let _ = shared.io.blocking(move || partition.retain(now)).await;
    }
}

/// Removes a dir once `file.delete.delay.ms` has passed.
pub(super) async fn remove_later(shared: Arc<Shared>, path: PathBuf) {
    let delay = u64::try_from(shared.settings.log.file_delete_delay_ms).unwrap_or(0);
    shared.io.sleep(Duration::from_millis(delay)).await;
    let disk = shared.disk.clone();
    let (shown, work) = (path.clone(), move || disk.remove_dir_all(&path));
    if let Err(error) = shared.io.blocking(work).await
        && error.kind() != std::io::ErrorKind::NotFound
    {
        error!(path = %shown.display(), %error, "dir could not be removed");
    }
}
