//! The topics that coordinators write to: made when somebody first needs one.

use ottla_controller::decide::NewTopic;
use ottla_model::ErrorCode;
use tracing::{info, warn};

use crate::metadata::MetadataHandle;

/// Where groups and their offsets are kept.
pub(crate) const CONSUMER_OFFSETS: &str = "__consumer_offsets";
/// Where transactions are kept.
pub(crate) const TRANSACTION_STATE: &str = "__transaction_state";

/// How an internal topic is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InternalTopic {
    /// Its partitions.
    pub partitions: i32,
    /// Its replication factor.
    pub replication_factor: i16,
    /// Its settings.
    pub configs: Vec<(String, String)>,
}

impl InternalTopic {
    /// `offsets.topic.…` as Kafka has them, for one node.
    pub fn consumer_offsets() -> Self {
        Self {
            partitions: 50,
            replication_factor: 1,
            configs: settings(&[
                ("cleanup.policy", "compact"),
                ("compression.type", "producer"),
                ("segment.bytes", "104857600"),
            ]),
        }
    }

    /// `transaction.state.log.…` as Kafka has them, for one node.
    pub fn transaction_state() -> Self {
        Self {
            partitions: 50,
            replication_factor: 1,
            configs: settings(&[
                ("cleanup.policy", "compact"),
                ("compression.type", "uncompressed"),
                ("min.insync.replicas", "1"),
                ("segment.bytes", "104857600"),
                ("unclean.leader.election.enable", "false"),
            ]),
        }
    }

    /// Replaces one of its settings.
    pub fn set(&mut self, name: &str, value: impl ToString) {
        self.configs.retain(|(known, _)| known != name);
        self.configs.push((name.to_owned(), value.to_string()));
    }
}

fn settings(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Makes an internal topic, unless it exists.
///
/// # Errors
/// [`ErrorCode::CoordinatorNotAvailable`] if it cannot be made now; who asked tries again.
pub(crate) async fn ensure(
    metadata: &MetadataHandle,
    name: &str,
    topic: &InternalTopic,
) -> Result<(), ErrorCode> {
    if metadata.image().topic(name).is_some() {
        return Ok(());
    }
    let new = NewTopic {
        name: name.to_owned(),
        partitions: topic.partitions,
        replication_factor: topic.replication_factor,
        configs: topic.configs.iter().map(|(k, v)| (k.clone(), Some(v.clone()))).collect(),
        ..NewTopic::default()
    };
    let unavailable = ErrorCode::CoordinatorNotAvailable;
    let created = metadata.create_topics(vec![new], false).await.map_err(|_| unavailable)?;
    match created.into_iter().next() {
        Some((_, Ok(created))) => {
            info!(topic = name, partitions = created.partitions, "internal topic created");
            Ok(())
        }
        Some((_, Err(fault))) if fault.code == ErrorCode::TopicAlreadyExists => Ok(()),
        Some((_, Err(fault))) => {
            let why = fault.message.as_deref().unwrap_or(fault.code.name());
            warn!(topic = name, why, "internal topic could not be created");
            Err(unavailable)
        }
        None => Err(unavailable),
    }
}
