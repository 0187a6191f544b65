//! Coordinators follow leadership: a partition of the internal topic that this node begins to lead is
//! loaded, one that it does not lead any more is forgotten.

use std::sync::Arc;
use std::time::Duration;

use ottla_model::{LeaderEpoch, TopicPartition};
use tokio::sync::watch;
use tracing::{info, warn};

use super::load::load;
use super::{Coordinators, Kind, Shard, Slot};

/// Before a partition that could not be read is tried again.
const LOAD_RETRY: Duration = Duration::from_secs(1);

impl<C: Kind> Coordinators<C> {
    /// Follows the metadata until the node stops, then ends all coordinators.
    pub(crate) async fn follow(self: Arc<Self>, mut stopping: watch::Receiver<bool>) {
        let mut applied = self.metadata.applied();
        loop {
            applied.borrow_and_update();
            self.follow_once();
            tokio::select! {
                biased;
                _ = stopping.wait_for(|stop| *stop) => break,
                changed = applied.changed() => if changed.is_err() { break },
            }
        }
        let slots = std::mem::take(&mut *self.slots());
        slots.into_values().filter_map(|slot| slot.shard).for_each(|shard| shard.end());
    }

    fn follow_once(self: &Arc<Self>) {
        let image = self.metadata.image();
        let node_id = self.metadata.settings().node_id();
        let led: Vec<(i32, LeaderEpoch)> = image
            .topic(C::TOPIC)
            .into_iter()
            .flat_map(|topic| topic.partitions.iter())
            .filter(|(_, partition)| partition.leader == node_id)
            .map(|(index, partition)| (*index, partition.leader_epoch))
            .collect();
        let mut slots = self.slots();
        let (mut kept, mut begun) = (std::collections::BTreeMap::new(), Vec::new());
        for (index, leader_epoch) in led {
            match slots.remove(&index) {
                Some(slot) if slot.leader_epoch == leader_epoch => {
                    kept.insert(index, slot);
                }
                earlier => {
                    if let Some(shard) = earlier.and_then(|slot| slot.shard) {
                        shard.end();
                    }
                    kept.insert(index, Slot { leader_epoch, shard: None });
                    begun.push((index, leader_epoch));
                }
            }
        }
        let gone = std::mem::replace(&mut *slots, kept);
        drop(slots);
        gone.into_values().filter_map(|slot| slot.shard).for_each(|shard| shard.end());
        for (index, leader_epoch) in begun {
            let loading = Arc::clone(self).load(index, leader_epoch);
            self.io.spawn("load coordinator", loading);
        }
    }

    /// Loads the coordinator of a partition, unless leadership has moved on meanwhile.
    async fn load(self: Arc<Self>, index: i32, leader_epoch: LeaderEpoch) {
        let name = TopicPartition::new(C::TOPIC, index);
        while self.is_wanted(index, leader_epoch) {
            let begun = self.io.now().mono;
            let Some(partition) = self.storage.partition(&name) else {
                self.io.sleep(LOAD_RETRY).await;
                continue;
            };
            let (loading, mut state) = (Arc::clone(&partition), (self.make)(index));
            let loaded = self
                .io
                .blocking(move || load(&loading, &mut state).map(|end_offset| (state, end_offset)))
                .await;
            match loaded {
                Ok((state, end_offset)) => {
                    let shard = Shard::new(partition, leader_epoch, state);
                    if end_offset > 0 {
                        let took_ms = self.io.now().mono.since(begun).as_millis() as u64;
                        info!(partition = %name, leader_epoch, end_offset, took_ms, "coordinator loaded");
                    }
                    self.begin_serving(index, leader_epoch, shard);
                    return;
                }
                Err(code) => {
                    let error = code.name();
                    warn!(partition = %name, error, "coordinator not loaded; trying again");
                    self.io.sleep(LOAD_RETRY).await;
                }
            }
        }
    }

    fn is_wanted(&self, index: i32, leader_epoch: LeaderEpoch) -> bool {
        let slots = self.slots();
        slots.get(&index).is_some_and(|s| s.leader_epoch == leader_epoch && s.shard.is_none())
    }

    fn begin_serving(
        self: &Arc<Self>,
        index: i32,
        leader_epoch: LeaderEpoch,
        shard: Arc<Shard<C>>,
    ) {
        // Before requests can find it.
        shard.step(self, |state, now| state.loaded(now));
        let mut slots = self.slots();
        match slots.get_mut(&index) {
            Some(slot) if slot.leader_epoch == leader_epoch => {
                slot.shard = Some(Arc::clone(&shard));
            }
            _ => return shard.end(),
        }
        drop(slots);
        self.io.spawn("coordinator", shard.keep_time(Arc::clone(self)));
    }
}
