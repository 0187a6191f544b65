//! When a partition is made durable: one sync at a time, and the next one, which begins when that
//! ends, covers everything that came in between (group commit).
//!
//! One at a time is not only cheaper. Linux tells of a failed write-back once to each open
//! descriptor; of two syncs of one file that run side by side, the one that is not told would vouch
//! for bytes that are gone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ottla_base::{Now, WallTime};
use ottla_model::{ErrorCode, Offset};
use ottla_replica::Acks;
use tokio::sync::Notify;

use super::answers::Appended;
use super::log_files::Covers;
use super::partition::Partition;

/// The syncs of one partition.
#[derive(Debug, Default)]
pub(super) struct Syncing {
    turns: Mutex<Turns>,
    /// Told when nobody works them off any more.
    idle: Notify,
}

#[derive(Debug, Default)]
struct Turns {
    /// A task works them off.
    running: bool,
    records_wanted: bool,
    all_wanted: bool,
    /// The last turn was for records alone; the next may be the other's.
    had_records: bool,
    /// When the next look at `flush.ms` is due.
    timer: Option<WallTime>,
}

impl Syncing {
    /// Notes what is wanted; true if nobody works it off yet.
    fn want(&self, covers: Covers) -> bool {
        let mut turns = self.lock();
        match covers {
            Covers::Records => turns.records_wanted = true,
            Covers::Everything => turns.all_wanted = true,
        }
        !std::mem::replace(&mut turns.running, true)
    }

    /// Whether nothing more is wanted; who asks then works no further.
    fn is_done(&self) -> bool {
        let mut turns = self.lock();
        turns.running = turns.records_wanted || turns.all_wanted;
        if !turns.running {
            self.idle.notify_waiters();
        }
        !turns.running
    }

    /// Returns when nobody works them off.
    async fn idle(&self) {
        loop {
            let idle = self.idle.notified();
            if !self.lock().running {
                return;
            }
            idle.await;
        }
    }

    /// The next turn. Records go first, since somebody waits for them; but not for ever.
    fn take(&self) -> Covers {
        let mut turns = self.lock();
        let records_first = turns.records_wanted && !(turns.all_wanted && turns.had_records);
        turns.had_records = records_first;
        turns.records_wanted = false;
        if records_first {
            return Covers::Records;
        }
        turns.all_wanted = false;
        Covers::Everything
    }

    fn lock(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Partition {
    /// Sees to it that what has been appended so far is synced soon: by a sync that begins now, or
    /// when the one under way has ended. Never waits.
    pub(super) fn sync_soon(self: &Arc<Self>, covers: Covers) {
        if self.syncing.want(covers) {
            let partition = Arc::clone(self);
            self.io.spawn("sync", async move { partition.sync_in_turn().await });
        }
    }

    async fn sync_in_turn(self: Arc<Self>) {
        while !self.syncing.is_done() {
            // Never closed, so acquiring cannot fail.
            let dir = self.dir();
            let _permit = dir.syncs().acquire().await;
            let (partition, covers) = (Arc::clone(&self), self.syncing.take());
            // A failure takes the log dir offline, which is noted there, and wakes who waits.
            let _ = self.io.flushing(move || partition.sync(covers)).await;
            self.watch_flush_ms();
        }
    }

    /// Returns when no sync is under way or waits for its turn; of a closed partition, for good.
    pub(super) async fn syncs_ended(&self) {
        self.syncing.idle().await;
    }

    /// Returns when everything appended so far is on the device. Appends and reads go on meanwhile.
    ///
    /// # Errors
    /// [`ErrorCode::KafkaStorageError`]; the log dir is not used any more then.
    pub fn flush(&self) -> Result<(), ErrorCode> {
        self.sync(Covers::Everything)
    }

    fn sync(&self, covers: Covers) -> Result<(), ErrorCode> {
        let result = self.sync_now(covers);
        // Also who is told of the failure.
        self.watchers().wake();
        result
    }

    fn sync_now(&self, covers: Covers) -> Result<(), ErrorCode> {
        let _turn = self.flushing.lock().unwrap_or_else(PoisonError::into_inner);
        let flush = self
            .with_log(|log, _| log.begin_flush_of(covers))?
            .map_err(|error| self.failed("flush", &error))?;
        let result = flush.run();
        self.dir().count_sync();
        self.with_log(|log, replica| {
            log.end_flush(flush, &result);
            if replica.log_end_moved(log.log().vouched_offset()) {
                log.high_watermark_moved(replica.high_watermark());
            }
        })?;
        result.map_err(|error| self.failed("flush", &error))
    }

    /// Whether the producer of these records may hear of them.
    ///
    /// # Errors
    /// They cannot become as safe any more as `acks` and the topic's settings ask; the producer is
    /// told this instead.
    pub fn is_acknowledged(&self, appended: &Appended, acks: Acks) -> Result<bool, ErrorCode> {
        let last_offset = appended.last_offset;
        self.with_log(|log, replica| {
            let is_synced = !appended.sync_first || log.log().synced_offset() > last_offset;
            is_synced && (acks != Acks::All || replica.high_watermark() > last_offset)
        })
    }

    /// Whether an acknowledged record is on the device (`ottla.ack.durability`, or
    /// `flush.messages=1`).
    pub fn syncs_before_ack(&self) -> bool {
        self.lock().config.syncs_before_ack()
    }

    /// Everything before is on the device; 0 while the log cannot be used.
    pub fn synced_offset(&self) -> Offset {
        self.ask(|log, _| log.log().synced_offset(), |known, _| known.log_end_offset)
    }

    /// Begins a flush if a segment was sealed, or the settings ask for one.
    pub(super) fn flush_if_wanted(self: &Arc<Self>, now: WallTime) {
        let wanted = self
            .with_open_log(|log, _| log.wants_flush_after_roll() || log.wants_flush(now))
            .unwrap_or(false);
        if wanted {
            self.sync_soon(Covers::Everything);
        }
    }

    /// Wakes up when `flush.ms` asks for a flush of what is not flushed yet.
    pub(super) fn watch_flush_ms(self: &Arc<Self>) {
        let due = self.with_open_log(|log, _| log.log().flush_due()).flatten();
        if let Some(due) = due {
            self.wake_to_flush(due, self.io.now());
        }
    }

    pub(super) fn wake_to_flush(self: &Arc<Self>, due: WallTime, now: Now) {
        {
            let mut turns = self.syncing.lock();
            if turns.timer.is_some_and(|timer| timer <= due) {
                return;
            }
            turns.timer = Some(due);
        }
        let wait = u64::try_from(due.millis.saturating_sub(now.wall.millis)).unwrap_or(0);
        let (io, partition) = (self.io.clone(), Arc::downgrade(self));
        self.io.spawn("flush.ms", async move {
            io.sleep(Duration::from_millis(wait)).await;
            let Some(partition) = partition.upgrade() else { return };
            {
                let mut turns = partition.syncing.lock();
                turns.timer = turns.timer.filter(|timer| *timer != due);
            }
            partition.flush_if_wanted(io.now().wall);
            partition.watch_flush_ms();
        });
    }
}
