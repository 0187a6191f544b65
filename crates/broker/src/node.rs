//! What every handler of a node can reach.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ottla_base::Uuid;
use ottla_io::Io;
use ottla_model::{ErrorCode, TopicPartition};
use tokio::sync::watch;

use crate::codec_spaces::CodecSpaces;
use crate::expiry::Expiry;
use crate::fetch_session::Sessions;
use crate::groups::GroupCoordinators;
use crate::metadata::MetadataHandle;
use crate::metrics::Metrics;
use crate::places::Places;
use crate::producer_ids::ProducerIds;
use crate::settings::NodeSettings;
use crate::storage::{Partition, Storage};
use crate::transactions::TransactionCoordinators;

/// How long to wait before accepting again after the system refused to.
pub(crate) const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// What every handler can reach.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) io: Io,
    pub(crate) settings: NodeSettings,
    pub(crate) cluster_id: Arc<str>,
    pub(crate) storage: Arc<Storage>,
    pub(crate) metadata: MetadataHandle,
    pub(crate) metrics: Metrics,
    pub(crate) producer_ids: ProducerIds,
    pub(crate) transactions: Arc<TransactionCoordinators>,
    pub(crate) groups: Arc<GroupCoordinators>,
    pub(crate) codec_spaces: CodecSpaces,
    pub(crate) places: Arc<Places>,
    pub(crate) expiry: Arc<Expiry>,
    /// True once the node is asked to stop.
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) sessions: Mutex<Sessions>,
}

impl Node {
    /// The fetch sessions; held only to look, never across a wait.
    pub(crate) fn fetch_sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The replica of `topic`-`partition` on this node.
    ///
    /// # Errors
    /// What a client is told when it is not here.
    pub(crate) fn partition_by_name(
        &self,
        topic: &str,
        partition: i32,
    ) -> Result<Arc<Partition>, ErrorCode> {
        let name = TopicPartition::new(topic, partition);
        self.storage.partition(&name).ok_or_else(|| {
            let exists = self.metadata.image().partition(topic, partition).is_some();
            let elsewhere = ErrorCode::NotLeaderOrFollower;
            if exists { elsewhere } else { ErrorCode::UnknownTopicOrPartition }
        })
    }

    /// The replica of a partition on this node, by topic id.
    ///
    /// # Errors
    /// What a client is told when it is not here.
    pub(crate) fn partition_by_id(
        &self,
        topic_id: Uuid,
        partition: i32,
    ) -> Result<Arc<Partition>, ErrorCode> {
        let image = self.metadata.image();
        let topic = image.topic_by_id(topic_id).ok_or(ErrorCode::UnknownTopicId)?;
        let found = self.partition_by_name(&topic.name, partition)?;
        if found.topic_id() == topic_id { Ok(found) } else { Err(ErrorCode::InconsistentTopicId) }
    }

    /// What whoever asks for readiness should know although it does not keep clients away.
    pub(crate) fn concerns(&self) -> Vec<String> {
        let stalled = self.storage.dirs().iter().filter(|dir| dir.stalled_calls() > 0);
        let concern = |dir: &Arc<crate::storage::LogDir>| {
            let (name, count, ms) = (dir.name(), dir.stalled_calls(), dir.longest_call_ms());
            format!("{count} calls to log dir {name} have stalled, the longest for {ms} ms")
        };
        stalled.map(concern).collect()
    }

    /// Whether clients should be sent here; the reason if not.
    pub(crate) fn readiness(&self) -> Result<(), String> {
        if *self.stopping.borrow() {
            return Err("stopping".to_owned());
        }
        let (done, found) = self.storage.recovery_progress();
        if done < found {
            return Err(format!("recovering {done}/{found}"));
        }
        Ok(())
    }
}
