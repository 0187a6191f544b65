//! From stored messages to plain records.

use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_wire::records::{
    access_control_entry_record::AccessControlEntryRecord,
    broker_registration_change_record::BrokerRegistrationChangeRecord,
    client_quota_record::ClientQuotaRecord, config_record::ConfigRecord,
    delegation_token_record::DelegationTokenRecord, partition_change_record::PartitionChangeRecord,
    partition_record::PartitionRecord, register_broker_record::RegisterBrokerRecord,
    register_controller_record::RegisterControllerRecord,
    user_scram_credential_record::UserScramCredentialRecord,
};
use ottla_wire::{MetadataRecord, Str};

use super::RecordError;
use crate::image::{
    Acl, Broker, ConfigResource, Controller, DIRECTORY_MIGRATING, DelegationToken, Endpoint,
    FeatureRange, Map, Partition, ResourceType, ScramCredential,
};
use crate::record::{BrokerChange, PartitionChange, Record};

/// In a PartitionChangeRecord: the leader stays, and so does its epoch.
pub(super) const NO_LEADER_CHANGE: i32 = -2;
/// In a PartitionChangeRecord: the recovery state stays.
pub(super) const NO_RECOVERY_CHANGE: i8 = -1;

pub(super) fn from_wire(message: MetadataRecord) -> Result<Record, RecordError> {
    use MetadataRecord as M;
    Ok(match message {
        M::RegisterBroker(m) => Record::RegisterBroker(broker(&m)),
        M::UnregisterBroker(m) => {
            Record::UnregisterBroker { id: m.broker_id, epoch: m.broker_epoch }
        }
        M::Topic(m) => Record::Topic { name: text(&m.name), topic_id: m.topic_id },
        M::Partition(m) => Record::Partition {
            topic_id: m.topic_id,
            index: m.partition_id,
            partition: partition(&m),
        },
        M::Config(m) => config(&m)?,
        M::PartitionChange(m) => Record::PartitionChange {
            topic_id: m.topic_id,
            index: m.partition_id,
            change: partition_change(&m),
        },
        M::FenceBroker(m) => Record::FenceBroker { id: m.id, epoch: m.epoch },
        M::UnfenceBroker(m) => Record::UnfenceBroker { id: m.id, epoch: m.epoch },
        M::RemoveTopic(m) => Record::RemoveTopic { topic_id: m.topic_id },
        M::FeatureLevel(m) => Record::FeatureLevel { name: text(&m.name), level: m.feature_level },
        M::ProducerIds(m) => Record::ProducerIds {
            broker_id: m.broker_id,
            broker_epoch: m.broker_epoch,
            next_producer_id: m.next_producer_id,
        },
        M::BrokerRegistrationChange(m) => broker_change(&m)?,
        M::NoOp(_) => Record::NoOp,
        M::ZkMigrationState(m) => Record::ZkMigrationState { state: m.zk_migration_state },
        M::BeginTransaction(m) => Record::BeginTransaction { name: optional(&m.name) },
        M::EndTransaction(_) => Record::EndTransaction,
        M::AbortTransaction(m) => Record::AbortTransaction { reason: optional(&m.reason) },
        M::RegisterController(m) => Record::RegisterController(controller(&m)),
        M::ClearElr(m) => Record::ClearElr { topic: text(&m.topic_name) },
        M::UnregisterController(m) => Record::UnregisterController { id: m.controller_id },
        other => security(other)?,
    })
}

fn security(message: MetadataRecord) -> Result<Record, RecordError> {
    use MetadataRecord as M;
    Ok(match message {
        M::DelegationToken(m) => Record::DelegationToken(token(&m)),
        M::RemoveDelegationToken(m) => {
            Record::RemoveDelegationToken { token_id: text(&m.token_id) }
        }
        M::UserScramCredential(m) => scram(&m),
        M::RemoveUserScramCredential(m) => {
            Record::RemoveUserScramCredential { user: text(&m.name), mechanism: m.mechanism }
        }
        M::ClientQuota(m) => quota(&m),
        M::AccessControlEntry(m) => Record::AccessControlEntry { id: m.id, acl: acl(&m) },
        M::RemoveAccessControlEntry(m) => Record::RemoveAccessControlEntry { id: m.id },
        other => return Err(RecordError(format!("{} has no meaning here", other.name()))),
    })
}

fn broker(m: &RegisterBrokerRecord) -> Broker {
    let endpoints = m.end_points.iter().map(|endpoint| Endpoint {
        name: text(&endpoint.name),
        host: text(&endpoint.host),
        port: endpoint.port,
        security_protocol: endpoint.security_protocol,
    });
    let mut features = Map::default();
    for feature in &m.features {
        let range =
            FeatureRange { min: feature.min_supported_version, max: feature.max_supported_version };
        features.insert_mut(text(&feature.name), range);
    }
    let mut directories = m.log_dirs.clone();
    directories.sort_unstable();
    Broker {
        id: m.broker_id,
        epoch: m.broker_epoch,
        incarnation_id: m.incarnation_id,
        endpoints: endpoints.collect(),
        features,
        rack: optional(&m.rack),
        fenced: m.fenced,
        in_controlled_shutdown: m.in_controlled_shutdown,
        directories: directories.into(),
        cordoned_directories: m.cordoned_log_dirs.as_deref().map(Arc::from),
        is_migrating_zk_broker: m.is_migrating_zk_broker,
    }
}

fn controller(m: &RegisterControllerRecord) -> Controller {
    let endpoints = m.end_points.iter().map(|endpoint| Endpoint {
        name: text(&endpoint.name),
        host: text(&endpoint.host),
        port: endpoint.port,
        security_protocol: endpoint.security_protocol,
    });
    let mut features = Map::default();
    for feature in &m.features {
        let range =
            FeatureRange { min: feature.min_supported_version, max: feature.max_supported_version };
        features.insert_mut(text(&feature.name), range);
    }
    Controller {
        id: m.controller_id,
        incarnation_id: m.incarnation_id,
        endpoints: endpoints.collect(),
        features,
        zk_migration_ready: m.zk_migration_ready,
    }
}

/// Records of before directories had ids name none: all replicas are where they were.
fn partition(m: &PartitionRecord) -> Partition {
    let directories = if m.directories.len() == m.replicas.len() {
        m.directories.as_slice().into()
    } else {
        m.replicas.iter().map(|_| DIRECTORY_MIGRATING).collect()
    };
    Partition {
        replicas: m.replicas.as_slice().into(),
        directories,
        isr: m.isr.as_slice().into(),
        removing_replicas: m.removing_replicas.as_slice().into(),
        adding_replicas: m.adding_replicas.as_slice().into(),
        leader: m.leader,
        leader_recovery_state: m.leader_recovery_state,
        leader_epoch: m.leader_epoch,
        partition_epoch: m.partition_epoch,
        elr: m.eligible_leader_replicas.as_deref().unwrap_or_default().into(),
        last_known_elr: m.last_known_elr.as_deref().unwrap_or_default().into(),
    }
}

fn partition_change(m: &PartitionChangeRecord) -> PartitionChange {
    let list = |ids: &Option<Vec<i32>>| ids.as_deref().map(Arc::from);
    PartitionChange {
        isr: list(&m.isr),
        leader: (m.leader != NO_LEADER_CHANGE).then_some(m.leader),
        replicas: list(&m.replicas),
        removing_replicas: list(&m.removing_replicas),
        adding_replicas: list(&m.adding_replicas),
        leader_recovery_state: (m.leader_recovery_state != NO_RECOVERY_CHANGE)
            .then_some(m.leader_recovery_state),
        directories: m.directories.as_deref().map(Arc::from),
        elr: list(&m.eligible_leader_replicas),
        last_known_elr: list(&m.last_known_elr),
    }
}

fn broker_change(m: &BrokerRegistrationChangeRecord) -> Result<Record, RecordError> {
    let flag = |value: i8, field: &str| match value {
        0 => Ok(None),
        1 => Ok(Some(true)),
        -1 => Ok(Some(false)),
        other => Err(RecordError(format!("registration change has {field} {other}"))),
    };
    let change = BrokerChange {
        fenced: flag(m.fenced, "fenced")?,
        in_controlled_shutdown: flag(m.in_controlled_shutdown, "in controlled shutdown")?,
        directories: (!m.log_dirs.is_empty()).then(|| m.log_dirs.as_slice().into()),
        cordoned_directories: m.cordoned_log_dirs.as_deref().map(Arc::from),
    };
    Ok(Record::BrokerRegistrationChange { id: m.broker_id, epoch: m.broker_epoch, change })
}

fn config(m: &ConfigRecord) -> Result<Record, RecordError> {
    let Some(kind) = ResourceType::from_code(m.resource_type) else {
        return Err(RecordError(format!(
            "a setting belongs to a resource of the unknown type {}",
            m.resource_type
        )));
    };
    Ok(Record::Config {
        resource: ConfigResource { kind, name: text(&m.resource_name) },
        name: text(&m.name),
        value: optional(&m.value),
    })
}

fn quota(m: &ClientQuotaRecord) -> Record {
    let mut entity: Vec<_> = m
        .entity
        .iter()
        .map(|part| (text(&part.entity_type), optional(&part.entity_name)))
        .collect();
    entity.sort();
    Record::ClientQuota {
        entity: entity.into(),
        key: text(&m.key),
        value: (!m.remove).then_some(m.value),
    }
}

fn scram(m: &UserScramCredentialRecord) -> Record {
    Record::UserScramCredential {
        user: text(&m.name),
        mechanism: m.mechanism,
        credential: ScramCredential {
            salt: (*m.salt).into(),
            stored_key: (*m.stored_key).into(),
            server_key: (*m.server_key).into(),
            iterations: m.iterations,
        },
    }
}

fn token(m: &DelegationTokenRecord) -> DelegationToken {
    DelegationToken {
        owner: text(&m.owner),
        requester: text(&m.requester),
        renewers: m.renewers.iter().map(text).collect(),
        issue_timestamp_ms: m.issue_timestamp,
        max_timestamp_ms: m.max_timestamp,
        expiration_timestamp_ms: m.expiration_timestamp,
        token_id: text(&m.token_id),
    }
}

fn acl(m: &AccessControlEntryRecord) -> Acl {
    Acl {
        resource_type: m.resource_type,
        resource_name: text(&m.resource_name),
        pattern_type: m.pattern_type,
        principal: text(&m.principal),
        host: text(&m.host),
        operation: m.operation,
        permission_type: m.permission_type,
    }
}

fn text(text: &Str) -> Arc<str> {
    Arc::from(text.as_str())
}

fn optional(text: &Option<Str>) -> Option<Arc<str>> {
    text.as_ref().map(|text| Arc::from(text.as_str()))
}
