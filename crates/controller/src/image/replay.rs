//! How a record changes the image: the only way it changes.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use ottla_base::Uuid;
use ottla_model::BrokerId;

use super::{
    Broker, ConfigResource, Image, Partition, ProducerIds, QuotaEntity, ResourceType, Topic,
};
use crate::metadata_version::{METADATA_VERSION, MetadataVersion};
use crate::record::{BrokerChange, PartitionChange, Record};

/// A record that does not fit the image: the log is not what it was, or was written by a bug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayError(pub String);

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for ReplayError {}

/// What a record changed, for those who keep something of their own in step with the image.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "fields name what changed; the image has the new state")]
pub enum Change {
    /// Nothing that anybody can see.
    Nothing,
    /// The level of a feature.
    Feature { name: Arc<str> },
    /// The registration of a broker; gone if the image has none.
    Broker { id: BrokerId },
    /// The registration of a controller; gone if the image has none.
    Controller { id: BrokerId },
    /// A topic is new; its partitions follow.
    TopicCreated { topic_id: Uuid, name: Arc<str> },
    /// A topic is gone; this is what it was.
    TopicDeleted { topic: Arc<Topic> },
    /// A partition is new (none before) or changed.
    Partition { topic_id: Uuid, index: i32, before: Option<Partition> },
    /// The eligible leader replicas of a topic (none: of all) are gone.
    ElrCleared { topic: Option<Arc<str>> },
    /// A setting of a resource.
    Config { resource: ConfigResource, name: Arc<str> },
    /// A quota.
    ClientQuota { entity: QuotaEntity, key: Arc<str> },
    /// A SCRAM credential.
    Scram { user: Arc<str>, mechanism: i8 },
    /// A delegation token.
    DelegationToken { token_id: Arc<str> },
    /// An ACL.
    Acl { id: Uuid },
    /// The next producer id.
    ProducerIds,
}

/// An image that follows the log, with the state to go back to while a metadata transaction
/// (BeginTransaction … EndTransaction) is open.
#[derive(Debug, Clone, Default)]
pub struct Replayer {
    image: Image,
    before_transaction: Option<Image>,
}

impl Replayer {
    /// Goes on from `image`, outside any transaction.
    pub fn new(image: Image) -> Self {
        Self { image, before_transaction: None }
    }

    /// The image with everything replayed, also what an open transaction did.
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// What others may see: an open transaction is invisible.
    pub fn visible(&self) -> &Image {
        self.before_transaction.as_ref().unwrap_or(&self.image)
    }

    /// Whether a transaction is open.
    pub fn in_transaction(&self) -> bool {
        self.before_transaction.is_some()
    }

    /// Says that everything below `offset`, which was written in `epoch`, is replayed.
    pub fn advance_to(&mut self, offset: i64, epoch: i32, timestamp_ms: i64) {
        self.image.offset = offset;
        self.image.epoch = epoch;
        self.image.timestamp_ms = timestamp_ms;
    }

    /// Replays one record.
    ///
    /// # Errors
    /// When it does not fit; the image is then as it was.
    pub fn replay(&mut self, record: &Record) -> Result<Change, ReplayError> {
        match record {
            Record::BeginTransaction { .. } if self.in_transaction() => {
                error("a metadata transaction begins inside another")
            }
            Record::BeginTransaction { .. } => {
                self.before_transaction = Some(self.image.clone());
                Ok(Change::Nothing)
            }
            Record::EndTransaction | Record::AbortTransaction { .. } if !self.in_transaction() => {
                error("a metadata transaction ends that never began")
            }
            Record::EndTransaction => {
                self.before_transaction = None;
                Ok(Change::Nothing)
            }
            Record::AbortTransaction { .. } => {
                if let Some(before) = self.before_transaction.take() {
                    self.image = before;
                }
                Ok(Change::Nothing)
            }
            _ => self.image.replay(record),
        }
    }
}

impl Image {
    /// Replays one record. Records that frame a transaction do nothing here: see [`Replayer`].
    ///
    /// # Errors
    /// When the record does not fit; the image is then as it was.
    pub fn replay(&mut self, record: &Record) -> Result<Change, ReplayError> {
        match record {
            Record::RegisterBroker(broker) => {
                self.brokers.insert_mut(broker.id, Arc::new(broker.clone()));
                Ok(Change::Broker { id: broker.id })
            }
            Record::UnregisterBroker { id, epoch } => {
                self.registered(*id, *epoch)?;
                self.brokers.remove_mut(id);
                Ok(Change::Broker { id: *id })
            }
            Record::FenceBroker { id, epoch } => self.fence(*id, *epoch, true),
            Record::UnfenceBroker { id, epoch } => self.fence(*id, *epoch, false),
            Record::BrokerRegistrationChange { id, epoch, change } => {
                self.change_broker(*id, *epoch, change)
            }
            Record::RegisterController(controller) => {
                self.controllers.insert_mut(controller.id, Arc::new(controller.clone()));
                Ok(Change::Controller { id: controller.id })
            }
            Record::UnregisterController { id } => {
                self.controllers.remove_mut(id);
                Ok(Change::Controller { id: *id })
            }
            Record::Topic { name, topic_id } => self.create_topic(name, *topic_id),
            Record::RemoveTopic { topic_id } => self.remove_topic(*topic_id),
            Record::Partition { topic_id, index, partition } => {
                self.put_partition(*topic_id, *index, partition.clone())
            }
            Record::PartitionChange { topic_id, index, change } => {
                self.change_partition(*topic_id, *index, change)
            }
            Record::ClearElr { topic } => self.clear_elr(topic),
            Record::Config { resource, name, value } => {
                self.configs.set(resource, name, value.as_ref());
                Ok(Change::Config { resource: resource.clone(), name: name.clone() })
            }
            Record::FeatureLevel { name, level } => self.set_feature(name, *level),
            Record::ProducerIds { broker_id, broker_epoch, next_producer_id } => {
                self.producer_ids = ProducerIds {
                    broker_id: *broker_id,
                    broker_epoch: *broker_epoch,
                    next: *next_producer_id,
                };
                Ok(Change::ProducerIds)
            }
            Record::BeginTransaction { .. }
            | Record::EndTransaction
            | Record::AbortTransaction { .. }
            | Record::NoOp => Ok(Change::Nothing),
            Record::ZkMigrationState { state } => {
                self.zk_migration_state = Some(*state);
                Ok(Change::Nothing)
            }
            _ => Ok(self.replay_security(record)),
        }
    }

    fn replay_security(&mut self, record: &Record) -> Change {
        match record {
            Record::ClientQuota { entity, key, value } => {
                let mut quotas = self.client_quotas.get(entity).cloned().unwrap_or_default();
                match value {
                    Some(value) => quotas.insert_mut(key.clone(), *value),
                    None => {
                        quotas.remove_mut(key);
                    }
                }
                if quotas.is_empty() {
                    self.client_quotas.remove_mut(entity);
                } else {
                    self.client_quotas.insert_mut(entity.clone(), quotas);
                }
                Change::ClientQuota { entity: entity.clone(), key: key.clone() }
            }
            Record::UserScramCredential { user, mechanism, credential } => {
                self.scram.insert_mut((*mechanism, user.clone()), credential.clone());
                Change::Scram { user: user.clone(), mechanism: *mechanism }
            }
            Record::RemoveUserScramCredential { user, mechanism } => {
                self.scram.remove_mut(&(*mechanism, user.clone()));
                Change::Scram { user: user.clone(), mechanism: *mechanism }
            }
            Record::DelegationToken(token) => {
                self.delegation_tokens.insert_mut(token.token_id.clone(), token.clone());
                Change::DelegationToken { token_id: token.token_id.clone() }
            }
            Record::RemoveDelegationToken { token_id } => {
                self.delegation_tokens.remove_mut(token_id);
                Change::DelegationToken { token_id: token_id.clone() }
            }
            Record::AccessControlEntry { id, acl } => {
                self.acls.insert_mut(*id, acl.clone());
                Change::Acl { id: *id }
            }
            Record::RemoveAccessControlEntry { id } => {
                self.acls.remove_mut(id);
                Change::Acl { id: *id }
            }
            _ => Change::Nothing,
        }
    }

    fn registered(&self, id: BrokerId, epoch: i64) -> Result<&Arc<Broker>, ReplayError> {
        match self.brokers.get(&id) {
            Some(broker) if broker.epoch == epoch => Ok(broker),
            Some(broker) => Err(ReplayError(format!(
                "a record is about broker {id} at epoch {epoch}, but that is at {}",
                broker.epoch
            ))),
            None => error(format!("a record is about broker {id}, which is not registered")),
        }
    }

    fn fence(&mut self, id: BrokerId, epoch: i64, fenced: bool) -> Result<Change, ReplayError> {
        self.change_broker(
            id,
            epoch,
            &BrokerChange { fenced: Some(fenced), ..BrokerChange::default() },
        )
    }

    fn change_broker(
        &mut self,
        id: BrokerId,
        epoch: i64,
        change: &BrokerChange,
    ) -> Result<Change, ReplayError> {
        let changed = self.registered(id, epoch)?.with(change);
        self.brokers.insert_mut(id, Arc::new(changed));
        Ok(Change::Broker { id })
    }

    fn create_topic(&mut self, name: &Arc<str>, id: Uuid) -> Result<Change, ReplayError> {
        if let Some(existing) = self.topics.by_name(name) {
            return error(format!("topic {name} with id {id} exists with id {}", existing.id));
        }
        if let Some(existing) = self.topics.by_id(id) {
            return error(format!("topic {name} has the id {id} of topic {}", existing.name));
        }
        self.topics.insert(Arc::new(Topic {
            name: name.clone(),
            id,
            partitions: super::Map::default(),
        }));
        Ok(Change::TopicCreated { topic_id: id, name: name.clone() })
    }

    /// A topic takes its settings along.
    fn remove_topic(&mut self, id: Uuid) -> Result<Change, ReplayError> {
        let Some(topic) = self.topics.remove(id) else {
            return error(format!("no topic has the id {id} that is to be removed"));
        };
        self.configs
            .forget(&ConfigResource { kind: ResourceType::Topic, name: topic.name.clone() });
        Ok(Change::TopicDeleted { topic })
    }

    fn put_partition(
        &mut self,
        id: Uuid,
        index: i32,
        mut partition: Partition,
    ) -> Result<Change, ReplayError> {
        let mut before = None;
        let found = self.topics.update(id, |topic| {
            before = topic.partitions.get(&index).cloned();
            partition.share_arrays(topic.partitions.get(&(index - 1)));
            topic.partitions.insert_mut(index, partition);
        });
        match found {
            Some(()) => Ok(Change::Partition { topic_id: id, index, before }),
            None => error(format!("partition {index} is of topic {id}, which does not exist")),
        }
    }

    fn change_partition(
        &mut self,
        id: Uuid,
        index: i32,
        change: &PartitionChange,
    ) -> Result<Change, ReplayError> {
        let Some(before) = self.topics.by_id(id).and_then(|topic| topic.partitions.get(&index))
        else {
            return error(format!("partition {index} of topic {id} changed, but does not exist"));
        };
        let after = change.apply(before);
        self.put_partition(id, index, after)
    }

    fn clear_elr(&mut self, topic: &Arc<str>) -> Result<Change, ReplayError> {
        let all = topic.is_empty();
        let ids: alloc::vec::Vec<Uuid> = match self.topics.by_name(topic) {
            Some(found) => [found.id].into(),
            None if all => self.topics.iter().map(|topic| topic.id).collect(),
            None => return error(format!("topic {topic} does not exist; no ELR to clear")),
        };
        let none: Arc<[BrokerId]> = Arc::from([]);
        let change = PartitionChange {
            elr: Some(none.clone()),
            last_known_elr: Some(none),
            ..PartitionChange::default()
        };
        for id in ids {
            let affected: alloc::vec::Vec<i32> =
                self.topics.by_id(id).map_or_else(alloc::vec::Vec::new, |topic| {
                    let has_elr = |partition: &Partition| {
                        !partition.elr.is_empty() || !partition.last_known_elr.is_empty()
                    };
                    let partitions = topic.partitions.iter();
                    partitions.filter(|(_, p)| has_elr(p)).map(|(index, _)| *index).collect()
                });
            for index in affected {
                self.change_partition(id, index, &change)?;
            }
        }
        Ok(Change::ElrCleared { topic: (!all).then(|| topic.clone()) })
    }

    fn set_feature(&mut self, name: &Arc<str>, level: i16) -> Result<Change, ReplayError> {
        if &**name == METADATA_VERSION && MetadataVersion::from_level(level).is_none() {
            return error(format!(
                "metadata.version is {level}; this node can read {} to {}. Lower it with \
                 kafka-features where it was raised",
                MetadataVersion::MIN.level(),
                MetadataVersion::LATEST.level()
            ));
        }
        if level == 0 {
            self.features.remove_mut(name);
        } else {
            self.features.insert_mut(name.clone(), level);
        }
        Ok(Change::Feature { name: name.clone() })
    }
}

fn error<T>(text: impl Into<String>) -> Result<T, ReplayError> {
    Err(ReplayError(text.into()))
}
