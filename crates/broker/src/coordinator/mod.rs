//! Coordinators of this node: one for each partition of an internal topic that it leads.
//!
//! A coordinator is a pure value ([`ottla_coordinator::Coordinator`]). Here it is given its partition:
//! loaded when this node begins to lead it, asked by handlers, appended for, woken when something is
//! due, and dropped when leadership ends.
//!
//! ```text
//! mod.rs        Coordinators: find the shard, ask it            load.rs    a partition's records → a state
//! shard.rs      Shard: decide, append, replay, commit, effects  follow.rs  load and unload with leadership
//! ```

mod follow;
mod load;
mod shard;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ottla_base::Now;
use ottla_coordinator::{Coordinator, Decision, Producer, Token, partition_for};
use ottla_io::Io;
use ottla_model::{ErrorCode, LeaderEpoch};
use tokio::sync::oneshot;

use crate::metadata::MetadataHandle;
use crate::storage::Storage;

pub(crate) use shard::Shard;

/// What a kind of coordinator needs to know of the world.
pub(crate) trait Kind:
    Coordinator<Record: Send, Effect: Send + 'static> + Send + 'static
{
    /// What requests are answered with.
    type Answer: Send + 'static;

    /// The internal topic its records are in.
    const TOPIC: &'static str;

    /// Bytes that one decision's records may take.
    fn batch_bytes_max(&self) -> usize;
}

/// Performs the effects of decisions once they are committed. Runs on whatever task found that they
/// are; must not wait.
pub(crate) type Perform<C> =
    dyn Fn(&Arc<Coordinators<C>>, &Arc<Shard<C>>, <C as Coordinator>::Effect) + Send + Sync;

/// Makes the state that a partition's records are replayed into.
pub(crate) type Make<C> = dyn Fn(i32) -> C + Send + Sync;

/// The coordinators of one kind.
pub(crate) struct Coordinators<C: Kind> {
    pub(super) io: Io,
    pub(super) storage: Arc<Storage>,
    pub(super) metadata: MetadataHandle,
    pub(super) make: Box<Make<C>>,
    pub(super) perform: Box<Perform<C>>,
    slots: Mutex<BTreeMap<i32, Slot<C>>>,
    next_token: AtomicU64,
}

/// What there is of the coordinator of one partition.
pub(super) struct Slot<C: Kind> {
    /// The leader epoch it belongs to.
    pub(super) leader_epoch: LeaderEpoch,
    /// `None` while it is being loaded.
    pub(super) shard: Option<Arc<Shard<C>>>,
}

impl<C: Kind> std::fmt::Debug for Coordinators<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Coordinators").field("topic", &C::TOPIC).finish_non_exhaustive()
    }
}

impl<C: Kind> Coordinators<C> {
    /// Coordinators that begin to follow the node's leadership with [`Self::follow`].
    pub(crate) fn new(
        io: &Io,
        storage: &Arc<Storage>,
        metadata: &MetadataHandle,
        make: Box<Make<C>>,
        perform: Box<Perform<C>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            io: io.clone(),
            storage: Arc::clone(storage),
            metadata: metadata.clone(),
            make,
            perform,
            slots: Mutex::default(),
            next_token: AtomicU64::new(1),
        })
    }

    /// The coordinator that is responsible for `key`.
    ///
    /// # Errors
    /// [`ErrorCode::CoordinatorLoadInProgress`] while it is loaded;
    /// [`ErrorCode::CoordinatorNotAvailable`] while the internal topic does not exist;
    /// [`ErrorCode::NotCoordinator`] if another node is.
    pub(crate) fn shard(&self, key: &str) -> Result<Arc<Shard<C>>, ErrorCode> {
        let image = self.metadata.image();
        let topic = image.topic(C::TOPIC).ok_or(ErrorCode::NotCoordinator)?;
        let count = i32::try_from(topic.partitions.size()).unwrap_or(i32::MAX);
        self.shard_of_partition(partition_for(key, count))
    }

    /// The coordinator that owns a partition of the internal topic.
    ///
    /// # Errors
    /// As [`Self::shard`].
    pub(crate) fn shard_of_partition(&self, partition: i32) -> Result<Arc<Shard<C>>, ErrorCode> {
        match self.slots().get(&partition) {
            None => Err(ErrorCode::NotCoordinator),
            Some(Slot { shard: None, .. }) => Err(ErrorCode::CoordinatorLoadInProgress),
            Some(Slot { shard: Some(shard), .. }) => Ok(Arc::clone(shard)),
        }
    }

    /// All coordinators that are loaded, and whether some are being loaded.
    pub(crate) fn shards(&self) -> (Vec<Arc<Shard<C>>>, bool) {
        let slots = self.slots();
        let loaded = slots.values().filter_map(|slot| slot.shard.clone()).collect();
        (loaded, slots.values().any(|slot| slot.shard.is_none()))
    }

    /// Asks the coordinator that is responsible for `key`: `decide` is given the state, the time and
    /// the token that an effect has to answer, at once or later.
    ///
    /// # Errors
    /// As [`Self::shard`]; [`ErrorCode::NotCoordinator`] if this node stops being it meanwhile.
    pub(crate) async fn ask(
        self: &Arc<Self>,
        key: &str,
        decide: impl FnOnce(&mut C, Now, Token) -> Decision<C::Record, C::Effect> + Send,
    ) -> Result<C::Answer, ErrorCode> {
        let shard = self.shard(key)?;
        self.ask_shard(&shard, decide).await
    }

    /// As [`Self::ask`], for a coordinator at hand.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub(crate) async fn ask_shard(
        self: &Arc<Self>,
        shard: &Arc<Shard<C>>,
        decide: impl FnOnce(&mut C, Now, Token) -> Decision<C::Record, C::Effect> + Send,
    ) -> Result<C::Answer, ErrorCode> {
        let answered = self.begin(shard, decide)?;
        answered.await.map_err(|_| ErrorCode::NotCoordinator)
    }

    fn begin(
        self: &Arc<Self>,
        shard: &Arc<Shard<C>>,
        decide: impl FnOnce(&mut C, Now, Token) -> Decision<C::Record, C::Effect>,
    ) -> Result<oneshot::Receiver<C::Answer>, ErrorCode> {
        let token = Token(self.next_token.fetch_add(1, Ordering::Relaxed));
        let answered = shard.expect_answer(token)?;
        shard.step(self, |state, now| vec![decide(state, now, token)]);
        Ok(answered)
    }

    /// Changes the state of a coordinator for no request.
    pub(crate) fn tell(
        self: &Arc<Self>,
        shard: &Arc<Shard<C>>,
        decide: impl FnOnce(&mut C, Now) -> Vec<Decision<C::Record, C::Effect>>,
    ) {
        shard.step(self, decide);
    }

    /// Ends a transaction in a coordinator's partition: writes the marker, and lets the state follow.
    /// Returns once the marker is committed.
    ///
    /// # Errors
    /// What the coordinator of the transaction is told.
    pub(crate) async fn end_transaction(
        self: &Arc<Self>,
        partition: i32,
        producer: Producer,
        committed: bool,
        coordinator_epoch: i32,
    ) -> Result<(), ErrorCode> {
        let shard = self.shard_of_partition(partition)?;
        shard.write_marker(self, producer, committed, coordinator_epoch).await
    }

    pub(super) fn slots(&self) -> MutexGuard<'_, BTreeMap<i32, Slot<C>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
