//! [`Partition`]: batches are appended.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ottla_base::Now;
use ottla_log::AppendAs;
use ottla_log::producers::Origin;
use ottla_model::{ErrorCode, ProducerId};
use ottla_replica::Acks;

use super::answers::{AppendError, Appended};
use super::log_files::{AppendFailure, Covers, LogFiles};
use super::partition::Partition;

impl Partition {
    /// Appends a client's batches, which stand one behind the other in `batches` and have been
    /// validated, on the calling thread.
    ///
    /// # Errors
    /// What the producer is told. Nothing was appended then.
    pub fn append(
        self: &Arc<Self>,
        now: Now,
        batches: &[u8],
        acks: Acks,
    ) -> Result<Appended, AppendError> {
        self.append_from(now, batches, acks, Origin::Client)
    }

    /// As [`Self::append`], for batches of another origin.
    ///
    /// # Errors
    /// As [`Self::append`].
    pub fn append_from(
        self: &Arc<Self>,
        now: Now,
        batches: &[u8],
        acks: Acks,
        origin: Origin,
    ) -> Result<Appended, AppendError> {
        self.append_unless_marked(now, batches, acks, origin, None)
    }

    /// As [`Self::append_from`], unless a transaction marker was written since there were `markers` of
    /// them (see [`Self::open_transaction`]).
    ///
    /// # Errors
    /// As [`Self::append`]; [`ErrorCode::ConcurrentTransactions`] if one was.
    pub(crate) fn append_unless_marked(
        self: &Arc<Self>,
        now: Now,
        batches: &[u8],
        acks: Acks,
        origin: Origin,
        markers: Option<u64>,
    ) -> Result<Appended, AppendError> {
        let (appended, moved, rolled, flush_due) = self
            .with_log(|log, replica| {
                if markers.is_some_and(|seen| seen != self.markers.load(Ordering::Relaxed)) {
                    return Err(refusal(ErrorCode::ConcurrentTransactions));
                }
                if origin == Origin::Coordinator {
                    self.markers.fetch_add(1, Ordering::Relaxed);
                }
                let needed = log.log().config().min_insync_replicas;
                replica.check_append(acks, needed).map_err(refusal)?;
                if origin == Origin::Client && !self.dir().volume().admits(batches.len() as u64) {
                    return Err(refused_full());
                }
                let role = AppendAs::Leader { epoch: replica.leader_epoch(), origin };
                let done = log
                    .append(batches, role, now.wall)
                    .map_err(|failure| self.not_appended(log, failure))?;
                let moved = replica.log_end_moved(log.log().vouched_offset());
                let high_watermark = replica.high_watermark();
                if moved {
                    log.high_watermark_moved(high_watermark);
                }
                let appended = Appended {
                    first_offset: done.first_offset,
                    last_offset: done.last_offset,
                    append_time: done.append_time,
                    log_start_offset: log.log().log_start_offset(),
                    high_watermark,
                    duplicate: done.duplicate,
                    sync_first: log.log().syncs_first(done.last_offset),
                };
                Ok((appended, moved, log.wants_flush_after_roll(), log.log().flush_due()))
            })
            .map_err(refusal)??;
        if moved {
            self.watchers().wake();
        }
        if appended.sync_first {
            self.sync_soon(Covers::Records);
        }
        if rolled {
            self.sync_soon(Covers::Everything);
        }
        if let Some(due) = flush_due {
            self.wake_to_flush(due, now);
        }
        Ok(appended)
    }

    fn not_appended(&self, log: &LogFiles, failure: AppendFailure) -> AppendError {
        match failure {
            AppendFailure::Refused(error) => {
                AppendError { code: error.code(), message: error.to_string() }
            }
            AppendFailure::Storage(error) => {
                refusal(self.write_failed("append", log.is_broken(), &error))
            }
        }
    }

    /// Whether the producer has a transaction open here, in this epoch; and how many markers have been
    /// written, for [`Self::append_unless_marked`].
    pub(crate) fn open_transaction(&self, producer_id: ProducerId, epoch: i16) -> (bool, u64) {
        self.with_log(|log, _| {
            let entry = log.log().producers().get(producer_id);
            let is_open = entry.is_some_and(|entry| {
                entry.producer_epoch == epoch && entry.current_txn_first_offset.is_some()
            });
            (is_open, self.markers.load(Ordering::Relaxed))
        })
        .unwrap_or_default()
    }
}

fn refused_full() -> AppendError {
    AppendError { code: ErrorCode::KafkaStorageError, message: "the disk is full".into() }
}

fn refusal(code: ErrorCode) -> AppendError {
    let message = match code {
        ErrorCode::NotEnoughReplicas => "fewer replicas are in sync than min.insync.replicas asks",
        ErrorCode::NotLeaderOrFollower => "this node does not lead the partition",
        _ => "the log dir cannot be used",
    };
    AppendError { code, message: message.into() }
}
