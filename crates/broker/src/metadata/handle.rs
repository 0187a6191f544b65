//! What the rest of the node sees of the metadata plane.

use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use ottla_base::{Now, Rng, Uuid};
use ottla_controller::decide::{self, ConfigRules, Decision, Fault, Settings};
use ottla_controller::{Change, Image, Record};
use ottla_io::{Io, Task};
use ottla_model::{BrokerId, ErrorCode, LeaderEpoch, Offset};
use ottla_raft::VoterSet;
use tokio::sync::{mpsc, oneshot, watch};

use super::{Endpoint, MetadataSettings, start};
use crate::storage::Storage;

/// Changes that may wait for their turn; whoever comes later waits to get in.
pub(super) const COMMANDS_WAITING_MAX: usize = 1024;

/// Why a change was not made, or is not known to have been made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetadataError {
    /// The node is stopping.
    Stopped,
    /// The metadata log failed; the node has to be restarted. The text is the device's.
    Storage(String),
    /// The disk is full: nothing was changed, and the next try may succeed.
    Full(String),
    /// A record cannot be written as it is.
    Record(String),
    /// The controller refuses.
    Refused(Fault),
}

impl MetadataError {
    /// What a client is told.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Stopped => Fault::bare(ErrorCode::NotController),
            Self::Storage(_) => Fault::bare(ErrorCode::UnknownServerError),
            Self::Full(text) => Fault::new(ErrorCode::KafkaStorageError, text.clone()),
            Self::Record(text) => Fault::new(ErrorCode::InvalidRequest, text.clone()),
            Self::Refused(fault) => fault.clone(),
        }
    }
}

impl fmt::Display for MetadataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => f.write_str("the node is stopping"),
            Self::Storage(text) => write!(f, "the metadata log failed: {text}"),
            Self::Full(text) | Self::Record(text) => f.write_str(text),
            Self::Refused(fault) => {
                f.write_str(fault.message.as_deref().unwrap_or(fault.code.name()))
            }
        }
    }
}

impl std::error::Error for MetadataError {}

/// What a decision is made with.
pub struct DecideContext<'a> {
    /// Everything recorded so far, committed or not.
    pub image: &'a Image,
    /// The controller's settings.
    pub settings: &'a Settings,
    /// Rules for settings that clients want to change.
    pub config_rules: &'a dyn ConfigRules,
    /// Random numbers.
    pub rng: &'a mut Rng,
    /// Offset of the first record that is decided here.
    pub next_offset: Offset,
    /// The time.
    pub now: Now,
    /// The level of the quorum.
    pub kraft_version: i16,
}

/// Tells the one who asked.
pub(super) type Answer = Box<dyn FnOnce(Result<(), MetadataError>) + Send>;
/// Decides; then the records are committed and the answer is called.
pub(super) type Decide = Box<dyn FnOnce(&mut DecideContext<'_>) -> (Vec<Record>, Answer) + Send>;

/// What the service is asked for.
pub(super) enum Command {
    /// Make a change.
    Change(Decide),
    /// Write a snapshot now.
    Snapshot(oneshot::Sender<()>),
    /// Finish what is under way, and end.
    Stop(oneshot::Sender<()>),
}

/// What a group of committed records changed.
#[derive(Debug, Clone)]
pub struct Delta {
    /// The image before them.
    pub before: Arc<Image>,
    /// The image after them.
    pub after: Arc<Image>,
    /// Their changes, in order.
    pub changes: Vec<Change>,
}

/// How the quorum stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuorumView {
    /// Who leads.
    pub leader_id: BrokerId,
    /// In which epoch.
    pub leader_epoch: LeaderEpoch,
    /// End of what is committed.
    pub high_watermark: Offset,
    /// End of the leader's log.
    pub log_end_offset: Offset,
    /// When a record was last known to be committed, in milliseconds.
    pub caught_up_timestamp_ms: i64,
    /// Who votes.
    pub voters: VoterSet,
    /// The level of the quorum.
    pub kraft_version: i16,
}

pub(super) struct Shared {
    pub(super) image: ArcSwap<Image>,
    /// Told each time `image` was replaced.
    pub(super) applied: watch::Sender<()>,
    pub(super) quorum: ArcSwap<QuorumView>,
    pub(super) broker_epoch: AtomicI64,
    pub(super) failed: watch::Sender<Option<String>>,
    pub(super) settings: MetadataSettings,
    pub(super) tasks: Mutex<Vec<Task>>,
}

/// The metadata plane of a running node.
#[derive(Clone)]
pub struct MetadataHandle {
    pub(super) shared: Arc<Shared>,
    pub(super) commands: mpsc::Sender<Command>,
}

impl fmt::Debug for MetadataHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetadataHandle").finish_non_exhaustive()
    }
}

impl MetadataHandle {
    /// Opens (or formats) the metadata log, becomes leader of its quorum, brings the partitions of
    /// this node in step with the image, registers the node with these `endpoints` and lets it
    /// lead. Returns when clients may come.
    ///
    /// # Errors
    /// What stands in the way, with what to do about it.
    pub async fn start(
        io: &Io,
        settings: MetadataSettings,
        storage: &Arc<Storage>,
        endpoints: Vec<Endpoint>,
    ) -> Result<Self, MetadataError> {
        start::start(io, settings, storage, endpoints).await
    }

    /// The committed metadata that this node's partitions are in step with.
    pub fn image(&self) -> Arc<Image> {
        self.shared.image.load_full()
    }

    /// Changes each time [`Self::image`] does.
    pub fn applied(&self) -> watch::Receiver<()> {
        self.shared.applied.subscribe()
    }

    /// How the quorum stands.
    pub fn quorum(&self) -> Arc<QuorumView> {
        self.shared.quorum.load_full()
    }

    /// What the metadata plane was told.
    pub fn settings(&self) -> &MetadataSettings {
        &self.shared.settings
    }

    /// Whether this node leads the quorum, and so answers changes itself.
    pub fn is_active(&self) -> bool {
        self.shared.failed.borrow().is_none() && !self.commands.is_closed()
    }

    /// The epoch of this node's registration.
    pub fn broker_epoch(&self) -> i64 {
        self.shared.broker_epoch.load(Ordering::Acquire)
    }

    /// Turns to the reason when the metadata log fails; the node has to stop then.
    pub fn failure(&self) -> watch::Receiver<Option<String>> {
        self.shared.failed.subscribe()
    }

    /// Makes a change: `decide` sees everything recorded so far; its response is given once its
    /// records (and those it could see) are committed and this node follows them.
    ///
    /// # Errors
    /// [`MetadataError::Stopped`] or [`MetadataError::Storage`]: whether the change was made is
    /// then not known.
    pub async fn change<R: Send + 'static>(
        &self,
        decide: impl FnOnce(&mut DecideContext<'_>) -> Decision<R> + Send + 'static,
    ) -> Result<R, MetadataError> {
        let (answer, answered) = oneshot::channel();
        let decide: Decide = Box::new(move |context| {
            let Decision { records, response } = decide(context);
            let answer: Answer = Box::new(move |result| {
                // Whoever asked may have gone; the change stands.
                let _ = answer.send(result.map(|()| response));
            });
            (records, answer)
        });
        let stopped = || self.stopped();
        self.commands.send(Command::Change(decide)).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    /// Like [`Self::change`], for a decision that may be a refusal.
    ///
    /// # Errors
    /// Also [`MetadataError::Refused`].
    pub async fn try_change<R: Send + 'static>(
        &self,
        decide: impl FnOnce(&mut DecideContext<'_>) -> Result<Decision<R>, Fault> + Send + 'static,
    ) -> Result<R, MetadataError> {
        let decided = self.change(move |context| match decide(context) {
            Ok(Decision { records, response }) => Decision { records, response: Ok(response) },
            Err(fault) => Decision::answer(Err(fault)),
        });
        decided.await?.map_err(MetadataError::Refused)
    }

    /// A block of producer ids for this node.
    ///
    /// # Errors
    /// What a client is told.
    pub async fn allocate_producer_ids(&self) -> Result<Range<i64>, ErrorCode> {
        let (id, epoch) = (self.shared.settings.node_id(), self.broker_epoch());
        let block = self
            .try_change(move |context| decide::allocate_producer_ids(context.image, id, epoch))
            .await
            .map_err(|error| error.fault().code)?;
        Ok(block.first..block.first + i64::from(block.len))
    }

    /// Writes a snapshot of what is committed; returns when it is on the device.
    pub async fn snapshot(&self) {
        let (done, finished) = oneshot::channel();
        if self.commands.send(Command::Snapshot(done)).await.is_ok() {
            let _ = finished.await;
        }
    }

    /// Leaves the cluster in order: others (if there are any) lead in this node's place, the log
    /// is synced and closed. Later calls do nothing.
    pub async fn stop(&self) {
        self.leave().await;
        let (done, finished) = oneshot::channel();
        if self.commands.send(Command::Stop(done)).await.is_ok() {
            let _ = finished.await;
        }
        let tasks: Vec<Task> = {
            let mut tasks = self.shared.tasks.lock().unwrap_or_else(PoisonError::into_inner);
            tasks.drain(..).collect()
        };
        for task in tasks {
            let _ = task.join().await;
        }
    }

    /// Hands leadership to others and is fenced; alone, it is only fenced.
    async fn leave(&self) {
        let (id, epoch) = (self.shared.settings.node_id(), self.broker_epoch());
        let suspended = self.try_change(move |context| {
            let suspended = decide::suspend_broker(context.image, context.settings, id, epoch)?;
            let is_alone = suspended.is_some();
            let records = suspended.map_or_else(Vec::new, |decision| decision.records);
            Ok(Decision { records, response: is_alone })
        });
        if suspended.await != Ok(false) {
            return;
        }
        let leaving = self.try_change(move |context| {
            decide::begin_controlled_shutdown(context.image, context.settings, id, epoch)
        });
        if leaving.await.is_ok() {
            // A node that is gone is fenced by the others in any case.
            let _ = self
                .try_change(move |context| {
                    decide::fence_broker(context.image, context.settings, id, epoch)
                })
                .await;
        }
    }

    fn stopped(&self) -> MetadataError {
        match &*self.shared.failed.borrow() {
            Some(text) => MetadataError::Storage(text.clone()),
            None => MetadataError::Stopped,
        }
    }
}

/// The ids of this node's log dirs, as it registers them.
pub(super) fn directory_ids(storage: &Storage) -> Vec<Uuid> {
    storage.dirs().iter().filter(|dir| !dir.is_offline()).map(|dir| dir.id()).collect()
}
