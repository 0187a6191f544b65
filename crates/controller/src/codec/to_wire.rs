//! From plain records to the messages that are stored. Fields that a version does not have are
//! left at their defaults: at that `metadata.version` nobody has given them a meaning yet.

use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::Uuid;
use ottla_wire::records::{
    abort_transaction_record::AbortTransactionRecord,
    access_control_entry_record::AccessControlEntryRecord,
    begin_transaction_record::BeginTransactionRecord,
    broker_registration_change_record::BrokerRegistrationChangeRecord,
    clear_elr_record::ClearElrRecord,
    client_quota_record::{ClientQuotaRecord, EntityData},
    config_record::ConfigRecord,
    delegation_token_record::DelegationTokenRecord,
    end_transaction_record::EndTransactionRecord,
    feature_level_record::FeatureLevelRecord,
    fence_broker_record::FenceBrokerRecord,
    no_op_record::NoOpRecord,
    partition_change_record::PartitionChangeRecord,
    partition_record::PartitionRecord,
    producer_ids_record::ProducerIdsRecord,
    register_broker_record::{BrokerEndpoint, BrokerFeature, RegisterBrokerRecord},
    register_controller_record::{ControllerEndpoint, ControllerFeature, RegisterControllerRecord},
    remove_access_control_entry_record::RemoveAccessControlEntryRecord,
    remove_delegation_token_record::RemoveDelegationTokenRecord,
    remove_topic_record::RemoveTopicRecord,
    remove_user_scram_credential_record::RemoveUserScramCredentialRecord,
    topic_record::TopicRecord,
    unfence_broker_record::UnfenceBrokerRecord,
    unregister_broker_record::UnregisterBrokerRecord,
    unregister_controller_record::UnregisterControllerRecord,
    user_scram_credential_record::UserScramCredentialRecord,
    zk_migration_state_record::ZkMigrationStateRecord,
};
use ottla_wire::{MetadataRecord, Str};

use crate::image::{Broker, Controller, DelegationToken, Partition, ScramCredential};
use crate::metadata_version::MetadataVersion;
use crate::record::{BrokerChange, PartitionChange, Record};

/// The message of `record`, and the version to write it in.
pub(super) fn to_wire(record: &Record, at: MetadataVersion) -> (MetadataRecord, i16) {
    match record {
        Record::RegisterBroker(broker) => {
            let version = at.register_broker_version();
            (register_broker(broker, version).into(), version)
        }
        Record::Partition { topic_id, index, partition: state } => {
            let version = at.partition_version();
            (partition(*topic_id, *index, state, version).into(), version)
        }
        Record::PartitionChange { topic_id, index, change } => {
            let version = at.partition_version();
            (partition_change(*topic_id, *index, change, version).into(), version)
        }
        Record::BrokerRegistrationChange { id, epoch, change } => {
            let (message, version) = broker_change(*id, *epoch, change);
            (message.into(), version)
        }
        other => (unversioned(other), 0),
    }
}

/// Records of which there is one version.
fn unversioned(record: &Record) -> MetadataRecord {
    match record {
        Record::UnregisterBroker { id, epoch } => {
            UnregisterBrokerRecord { broker_id: *id, broker_epoch: *epoch }.into()
        }
        Record::Topic { name, topic_id } => {
            TopicRecord { name: text(name), topic_id: *topic_id }.into()
        }
        Record::RemoveTopic { topic_id } => RemoveTopicRecord { topic_id: *topic_id }.into(),
        Record::Config { resource, name, value } => ConfigRecord {
            resource_type: resource.kind.code(),
            resource_name: text(&resource.name),
            name: text(name),
            value: optional(value),
        }
        .into(),
        Record::FenceBroker { id, epoch } => FenceBrokerRecord { id: *id, epoch: *epoch }.into(),
        Record::UnfenceBroker { id, epoch } => {
            UnfenceBrokerRecord { id: *id, epoch: *epoch }.into()
        }
        Record::FeatureLevel { name, level } => {
            FeatureLevelRecord { name: text(name), feature_level: *level }.into()
        }
        Record::ProducerIds { broker_id, broker_epoch, next_producer_id } => ProducerIdsRecord {
            broker_id: *broker_id,
            broker_epoch: *broker_epoch,
            next_producer_id: *next_producer_id,
        }
        .into(),
        Record::BeginTransaction { name } => BeginTransactionRecord { name: optional(name) }.into(),
        Record::EndTransaction => EndTransactionRecord {}.into(),
        Record::AbortTransaction { reason } => {
            AbortTransactionRecord { reason: optional(reason) }.into()
        }
        Record::RegisterController(controller) => register_controller(controller).into(),
        Record::UnregisterController { id } => {
            UnregisterControllerRecord { controller_id: *id }.into()
        }
        Record::ClearElr { topic } => ClearElrRecord { topic_name: text(topic) }.into(),
        Record::ZkMigrationState { state } => {
            ZkMigrationStateRecord { zk_migration_state: *state }.into()
        }
        other => security(other),
    }
}

fn security(record: &Record) -> MetadataRecord {
    match record {
        Record::ClientQuota { entity, key, value } => ClientQuotaRecord {
            entity: entity
                .iter()
                .map(|(kind, name)| EntityData {
                    entity_type: text(kind),
                    entity_name: optional(name),
                })
                .collect(),
            key: text(key),
            value: value.unwrap_or(0.0),
            remove: value.is_none(),
        }
        .into(),
        Record::UserScramCredential { user, mechanism, credential } => {
            scram(user, *mechanism, credential).into()
        }
        Record::RemoveUserScramCredential { user, mechanism } => {
            RemoveUserScramCredentialRecord { name: text(user), mechanism: *mechanism }.into()
        }
        Record::DelegationToken(record) => token(record).into(),
        Record::RemoveDelegationToken { token_id } => {
            RemoveDelegationTokenRecord { token_id: text(token_id) }.into()
        }
        Record::AccessControlEntry { id, acl } => AccessControlEntryRecord {
            id: *id,
            resource_type: acl.resource_type,
            resource_name: text(&acl.resource_name),
            pattern_type: acl.pattern_type,
            principal: text(&acl.principal),
            host: text(&acl.host),
            operation: acl.operation,
            permission_type: acl.permission_type,
        }
        .into(),
        Record::RemoveAccessControlEntry { id } => {
            RemoveAccessControlEntryRecord { id: *id }.into()
        }
        _ => NoOpRecord {}.into(),
    }
}

fn register_broker(broker: &Broker, version: i16) -> RegisterBrokerRecord {
    let endpoints = broker.endpoints.iter().map(|endpoint| BrokerEndpoint {
        name: text(&endpoint.name),
        host: text(&endpoint.host),
        port: endpoint.port,
        security_protocol: endpoint.security_protocol,
    });
    let features = broker.features.iter().map(|(name, range)| BrokerFeature {
        name: text(name),
        min_supported_version: range.min,
        max_supported_version: range.max,
    });
    let cordoned = broker.cordoned_directories.as_ref().filter(|_| version >= 4);
    RegisterBrokerRecord {
        broker_id: broker.id,
        is_migrating_zk_broker: version >= 2 && broker.is_migrating_zk_broker,
        incarnation_id: broker.incarnation_id,
        broker_epoch: broker.epoch,
        end_points: endpoints.collect(),
        features: features.collect(),
        rack: optional(&broker.rack),
        fenced: broker.fenced,
        in_controlled_shutdown: version >= 1 && broker.in_controlled_shutdown,
        log_dirs: if version >= 3 { broker.directories.to_vec() } else { Vec::new() },
        cordoned_log_dirs: cordoned.map(|ids| ids.to_vec()),
    }
}

fn register_controller(controller: &Controller) -> RegisterControllerRecord {
    let endpoints = controller.endpoints.iter().map(|endpoint| ControllerEndpoint {
        name: text(&endpoint.name),
        host: text(&endpoint.host),
        port: endpoint.port,
        security_protocol: endpoint.security_protocol,
    });
    let features = controller.features.iter().map(|(name, range)| ControllerFeature {
        name: text(name),
        min_supported_version: range.min,
        max_supported_version: range.max,
    });
    RegisterControllerRecord {
        controller_id: controller.id,
        incarnation_id: controller.incarnation_id,
        zk_migration_ready: controller.zk_migration_ready,
        end_points: endpoints.collect(),
        features: features.collect(),
    }
}

fn partition(topic_id: Uuid, index: i32, state: &Partition, version: i16) -> PartitionRecord {
    let some = |ids: &Arc<[i32]>| (version >= 2 && !ids.is_empty()).then(|| ids.to_vec());
    PartitionRecord {
        partition_id: index,
        topic_id,
        replicas: state.replicas.to_vec(),
        isr: state.isr.to_vec(),
        removing_replicas: state.removing_replicas.to_vec(),
        adding_replicas: state.adding_replicas.to_vec(),
        leader: state.leader,
        leader_recovery_state: state.leader_recovery_state,
        leader_epoch: state.leader_epoch,
        partition_epoch: state.partition_epoch,
        directories: if version >= 1 { state.directories.to_vec() } else { Vec::new() },
        eligible_leader_replicas: some(&state.elr),
        last_known_elr: some(&state.last_known_elr),
    }
}

fn partition_change(
    topic_id: Uuid,
    index: i32,
    change: &PartitionChange,
    version: i16,
) -> PartitionChangeRecord {
    let list = |ids: &Option<Arc<[i32]>>| ids.as_ref().map(|ids| ids.to_vec());
    let elr = |ids: &Option<Arc<[i32]>>| list(ids).filter(|_| version >= 2);
    PartitionChangeRecord {
        partition_id: index,
        topic_id,
        isr: list(&change.isr),
        leader: change.leader.unwrap_or(super::from_wire::NO_LEADER_CHANGE),
        replicas: list(&change.replicas),
        removing_replicas: list(&change.removing_replicas),
        adding_replicas: list(&change.adding_replicas),
        leader_recovery_state: change
            .leader_recovery_state
            .unwrap_or(super::from_wire::NO_RECOVERY_CHANGE),
        directories: change.directories.as_ref().filter(|_| version >= 1).map(|ids| ids.to_vec()),
        eligible_leader_replicas: elr(&change.elr),
        last_known_elr: elr(&change.last_known_elr),
    }
}

/// The oldest version that has what changes, as Kafka writes it.
fn broker_change(
    id: i32,
    epoch: i64,
    change: &BrokerChange,
) -> (BrokerRegistrationChangeRecord, i16) {
    let flag = |value: Option<bool>| value.map_or(0, |on| if on { 1 } else { -1 });
    let version = if change.cordoned_directories.is_some() {
        3
    } else if change.directories.is_some() {
        2
    } else {
        i16::from(change.in_controlled_shutdown.is_some())
    };
    let message = BrokerRegistrationChangeRecord {
        broker_id: id,
        broker_epoch: epoch,
        fenced: flag(change.fenced),
        in_controlled_shutdown: flag(change.in_controlled_shutdown),
        log_dirs: change.directories.as_deref().unwrap_or_default().to_vec(),
        cordoned_log_dirs: change.cordoned_directories.as_ref().map(|ids| ids.to_vec()),
    };
    (message, version)
}

fn scram(
    user: &Arc<str>,
    mechanism: i8,
    credential: &ScramCredential,
) -> UserScramCredentialRecord {
    UserScramCredentialRecord {
        name: text(user),
        mechanism,
        salt: credential.salt.to_vec().into(),
        stored_key: credential.stored_key.to_vec().into(),
        server_key: credential.server_key.to_vec().into(),
        iterations: credential.iterations,
    }
}

fn token(token: &DelegationToken) -> DelegationTokenRecord {
    DelegationTokenRecord {
        owner: text(&token.owner),
        requester: text(&token.requester),
        renewers: token.renewers.iter().map(text).collect(),
        issue_timestamp: token.issue_timestamp_ms,
        max_timestamp: token.max_timestamp_ms,
        expiration_timestamp: token.expiration_timestamp_ms,
        token_id: text(&token.token_id),
    }
}

fn text(text: &Arc<str>) -> Str {
    Str::from(&**text)
}

fn optional(text: &Option<Arc<str>>) -> Option<Str> {
    text.as_deref().map(Str::from)
}
