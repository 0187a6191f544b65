//! The image as records, for a snapshot: replaying them into an empty image gives it back.

use alloc::vec::Vec;

use super::Image;
use crate::metadata_version::METADATA_VERSION;
use crate::record::Record;

impl Image {
    /// Every record of a snapshot of this image, in the order in which Kafka 4.4 writes them:
    /// `metadata.version` first, since it decides how the others are read.
    pub fn to_records(&self) -> Vec<Record> {
        let mut records = Vec::new();
        self.feature_records(&mut records);
        records
            .extend(self.brokers.values().map(|broker| Record::RegisterBroker((**broker).clone())));
        if self.metadata_version().has_controller_registration() {
            let controllers = self.controllers.values();
            records.extend(controllers.map(|node| Record::RegisterController((**node).clone())));
        }
        self.topic_records(&mut records);
        for (resource, settings) in self.configs.iter() {
            records.extend(settings.iter().map(|(name, value)| Record::Config {
                resource: resource.clone(),
                name: name.clone(),
                value: Some(value.clone()),
            }));
        }
        for (entity, quotas) in &self.client_quotas {
            records.extend(quotas.iter().map(|(key, value)| Record::ClientQuota {
                entity: entity.clone(),
                key: key.clone(),
                value: Some(*value),
            }));
        }
        if self.producer_ids.next >= 0 {
            records.push(Record::ProducerIds {
                broker_id: self.producer_ids.broker_id,
                broker_epoch: self.producer_ids.broker_epoch,
                next_producer_id: self.producer_ids.next,
            });
        }
        self.security_records(&mut records);
        records
    }

    fn feature_records(&self, records: &mut Vec<Record>) {
        let level = |(name, level): (&alloc::sync::Arc<str>, &i16)| Record::FeatureLevel {
            name: name.clone(),
            level: *level,
        };
        let is_version = |name: &str| name == METADATA_VERSION;
        records.extend(self.features.iter().filter(|(name, _)| is_version(name)).map(level));
        records.extend(self.features.iter().filter(|(name, _)| !is_version(name)).map(level));
        records.extend(self.zk_migration_state.map(|state| Record::ZkMigrationState { state }));
    }

    fn topic_records(&self, records: &mut Vec<Record>) {
        for topic in self.topics.iter() {
            records.push(Record::Topic { name: topic.name.clone(), topic_id: topic.id });
            records.extend(topic.partitions.iter().map(|(index, partition)| Record::Partition {
                topic_id: topic.id,
                index: *index,
                partition: partition.clone(),
            }));
        }
    }

    fn security_records(&self, records: &mut Vec<Record>) {
        let acls = self.acls.iter();
        records
            .extend(acls.map(|(id, acl)| Record::AccessControlEntry { id: *id, acl: acl.clone() }));
        records.extend(self.scram.iter().map(|((mechanism, user), credential)| {
            Record::UserScramCredential {
                user: user.clone(),
                mechanism: *mechanism,
                credential: credential.clone(),
            }
        }));
        records.extend(self.delegation_tokens.values().cloned().map(Record::DelegationToken));
    }
}
