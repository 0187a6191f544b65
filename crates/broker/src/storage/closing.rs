//! [`Storage`]: a clean stop, and what the checkpoints are told.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ottla_io::Task;
use tracing::{info, warn};

use super::{LogDir, Shared, Storage, held};

/// Threads that close partitions at a stop.
const CLOSING_AT_ONCE: usize = 8;

impl Storage {
    /// Stops the work beside it, makes all logs complete and durable, writes the checkpoints, and
    /// marks the log dirs as cleanly stopped.
    ///
    /// # Errors
    /// What the device said; the dir it happened in is recovered at the next start, the others are
    /// marked.
    pub async fn close_cleanly(&self) -> io::Result<()> {
        self.shared.stopping.store(true, Ordering::Relaxed);
        self.shared.moves.cancel_all();
        self.unhurried.iter().for_each(Task::abort);
        self.shared.cleaner.stop();
        let task = held(&self.cleaning).take();
        if let Some(task) = task {
            let _ = task.join().await;
        }
        let task = held(&self.background).take();
        if let Some(task) = task {
            self.shared.stop.notify_one();
            let _ = task.join().await;
        }
        let task = held(&self.watching).take();
        if let Some(watching) = task {
            watching.abort();
            let _ = watching.join().await;
        }
        self.recovered().await;
        self.close_partitions().await;
        let shared = Arc::clone(&self.shared);
        let result = self.shared.io.flushing(move || shared.close()).await;
        if matches!(result, Ok(0)) {
            info!(partitions = self.partition_count(), "log dirs closed cleanly");
        }
        result.map(drop)
    }

    /// Notes that the metadata log could not be written or synced: the dir that holds it is not marked
    /// as cleanly stopped.
    pub fn metadata_failed(&self) {
        let dir = self.metadata_dir();
        let holds = |d: &&Arc<LogDir>| dir.parent() == Some(d.path());
        self.shared.dirs.iter().filter(holds).for_each(|dir| dir.fail());
    }

    /// Sees to it that dirs that were not stopped cleanly before are not marked as if they had been.
    pub fn leave_unclean(&self) {
        self.shared.dirs.iter().filter(|dir| !dir.was_clean()).for_each(|dir| dir.fail());
    }

    /// Closes the partitions, several at a time: the device takes many syncs together in little more
    /// time than one. What fails here fails again, and is told, when the log dirs are closed.
    async fn close_partitions(&self) {
        let partitions = self.partitions();
        let share = partitions.len().div_ceil(CLOSING_AT_ONCE).max(1);
        let closing: Vec<Task> = partitions
            .chunks(share)
            .map(|some| {
                let (io, some) = (self.shared.io.clone(), some.to_vec());
                self.shared.io.spawn("close partitions", async move {
                    io.flushing(move || some.iter().for_each(|one| drop(one.close()))).await;
                })
            })
            .collect();
        for task in closing {
            let _ = task.join().await;
        }
        for partition in partitions {
            partition.syncs_ended().await;
        }
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        self.shared.cleaner.stop();
        self.shared.stopping.store(true, Ordering::Relaxed);
        for task in [&self.background, &self.recovering, &self.watching] {
            if let Some(task) = held(task).take() {
                task.abort();
            }
        }
        self.unhurried.iter().for_each(Task::abort);
        self.closing.abort();
    }
}

impl Shared {
    /// Closes what is open, and marks the dirs; how many logs are left for the next start to recover.
    fn close(&self) -> io::Result<usize> {
        let (mut failed, mut left) = (Ok(()), 0);
        for dir in &self.dirs {
            let inside = self.partitions_in(dir);
            let closed = inside.iter().try_for_each(|partition| partition.close());
            // What failed is recovered at the next start, also if no log was open to tell.
            if dir.is_offline() {
                continue;
            }
            let checkpointed = closed.and_then(|()| self.checkpoint_dir(dir));
            let unrecovered = inside.iter().filter(|one| one.is_unrecovered()).count();
            if unrecovered > 0 {
                warn!(
                    dir = dir.name(),
                    logs = unrecovered,
                    "logs are left for the next start to recover"
                );
                left += unrecovered;
                failed = failed.and(checkpointed);
                continue;
            }
            let broker_epoch = self.broker_epoch.load(Ordering::Relaxed);
            let told = inside.iter().map(|one| one.told()).collect();
            failed = failed.and(checkpointed.and_then(|()| dir.mark_clean(broker_epoch, told)));
        }
        failed.map(|()| left)
    }

    pub(super) fn checkpoint_dir(&self, dir: &LogDir) -> io::Result<()> {
        let _changing = self.changing();
        let inside = self.partitions_in(dir);
        let told =
            inside.iter().filter_map(|p| Some((p.topic_partition().clone(), p.checkpointed()?)));
        dir.checkpoint(told.collect())
    }

    /// The same for partitions whose logs were used since the last time. What a round costs follows
    /// what changed, not how many partitions there are.
    pub(super) fn checkpoint_touched(&self, dir: &LogDir) -> io::Result<()> {
        let _changing = self.changing();
        let touched = std::mem::take(&mut *dir.touched());
        let told = self.found(&touched).into_iter().filter_map(|partition| {
            // Before it is asked: who uses its log from now on notes it again.
            partition.is_touched.store(false, Ordering::Release);
            let is_inside = *partition.log_dir() == *dir.name();
            let told = partition.checkpointed().filter(|_| is_inside)?;
            Some((partition.topic_partition().clone(), told))
        });
        dir.checkpoint(told.collect())
    }
}
