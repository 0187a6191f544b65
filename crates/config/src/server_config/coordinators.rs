//! Settings of the coordinators of groups and transactions, and of the topics they write to.

use super::Reader;
use alloc::string::String;
use alloc::vec::Vec;

/// How an internal topic is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InternalTopicConfig {
    /// Its partitions.
    pub partitions: i32,
    /// Its replication factor.
    pub replication_factor: i32,
    /// `segment.bytes` of it.
    pub segment_bytes: i32,
    /// `min.insync.replicas` of it, where there is a setting for that.
    pub min_insync_replicas: Option<i32>,
}

/// The transaction coordinator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionsConfig {
    /// `transaction.state.log.…`
    pub topic: InternalTopicConfig,
    /// `transaction.max.timeout.ms`.
    pub max_timeout_ms: i32,
    /// `transactional.id.expiration.ms`.
    pub id_expiration_ms: i32,
    /// `transaction.abort.timed.out.transaction.cleanup.interval.ms`.
    pub abort_interval_ms: i32,
    /// `transaction.remove.expired.transaction.cleanup.interval.ms`.
    pub expire_interval_ms: i32,
    /// `ottla.transactional.ids.max`.
    pub ids_max: i32,
    /// `transaction.two.phase.commit.enable`.
    pub two_phase_commit: bool,
    /// `transaction.partition.verification.enable`.
    pub verify_partitions: bool,
}

/// The group coordinator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupsConfig {
    /// `offsets.topic.…`
    pub topic: InternalTopicConfig,
    /// `offset.metadata.max.bytes`.
    pub offset_metadata_max_bytes: i32,
    /// `offsets.retention.minutes`.
    pub offsets_retention_minutes: i32,
    /// `offsets.retention.check.interval.ms`.
    pub offsets_retention_check_interval_ms: i64,
    /// `group.min.session.timeout.ms`.
    pub min_session_timeout_ms: i32,
    /// `group.max.session.timeout.ms`.
    pub max_session_timeout_ms: i32,
    /// `group.initial.rebalance.delay.ms`.
    pub initial_rebalance_delay_ms: i32,
    /// `group.max.size`.
    pub max_size: i32,
    /// `group.coordinator.rebalance.protocols`.
    pub rebalance_protocols: Vec<String>,
    /// `group.consumer.session.timeout.ms`.
    pub consumer_session_timeout_ms: i32,
    /// `group.consumer.heartbeat.interval.ms`.
    pub consumer_heartbeat_interval_ms: i32,
    /// `group.consumer.assignment.interval.ms`.
    pub consumer_assignment_interval_ms: i32,
    /// `group.consumer.{min,max}.session.timeout.ms`: what a group's own is held within.
    pub consumer_session_timeout_ms_range: (i32, i32),
    /// `group.consumer.{min,max}.heartbeat.interval.ms`.
    pub consumer_heartbeat_interval_ms_range: (i32, i32),
    /// `group.consumer.{min,max}.assignment.interval.ms`.
    pub consumer_assignment_interval_ms_range: (i32, i32),
    /// `ottla.group.pending.joins.max`.
    pub pending_joins_max: i32,
    /// `ottla.group.member.bytes.max`.
    pub member_bytes_max: i32,
    /// `group.consumer.max.size`.
    pub consumer_max_size: i32,
    /// `group.consumer.assignors`.
    pub consumer_assignors: Vec<String>,
    /// `group.consumer.migration.policy`.
    pub consumer_migration_policy: String,
    /// `group.consumer.regex.refresh.interval.ms`.
    pub consumer_regex_refresh_interval_ms: i32,
}

pub(super) fn transactions(reader: &Reader<'_>) -> TransactionsConfig {
    TransactionsConfig {
        topic: InternalTopicConfig {
            partitions: reader.int("transaction.state.log.num.partitions"),
            replication_factor: reader.int("transaction.state.log.replication.factor"),
            segment_bytes: reader.int("transaction.state.log.segment.bytes"),
            min_insync_replicas: Some(reader.int("transaction.state.log.min.isr")),
        },
        max_timeout_ms: reader.int("transaction.max.timeout.ms"),
        id_expiration_ms: reader.int("transactional.id.expiration.ms"),
        abort_interval_ms: reader
            .int("transaction.abort.timed.out.transaction.cleanup.interval.ms"),
        expire_interval_ms: reader
            .int("transaction.remove.expired.transaction.cleanup.interval.ms"),
        ids_max: reader.int("ottla.transactional.ids.max"),
        two_phase_commit: reader.flag("transaction.two.phase.commit.enable"),
        verify_partitions: reader.flag("transaction.partition.verification.enable"),
    }
}

pub(super) fn groups(reader: &Reader<'_>) -> GroupsConfig {
    GroupsConfig {
        topic: InternalTopicConfig {
            partitions: reader.int("offsets.topic.num.partitions"),
            replication_factor: reader.int("offsets.topic.replication.factor"),
            segment_bytes: reader.int("offsets.topic.segment.bytes"),
            min_insync_replicas: None,
        },
        offset_metadata_max_bytes: reader.int("offset.metadata.max.bytes"),
        offsets_retention_minutes: reader.int("offsets.retention.minutes"),
        offsets_retention_check_interval_ms: reader.long("offsets.retention.check.interval.ms"),
        min_session_timeout_ms: reader.int("group.min.session.timeout.ms"),
        max_session_timeout_ms: reader.int("group.max.session.timeout.ms"),
        initial_rebalance_delay_ms: reader.int("group.initial.rebalance.delay.ms"),
        max_size: reader.int("group.max.size"),
        rebalance_protocols: reader.list("group.coordinator.rebalance.protocols"),
        consumer_session_timeout_ms: reader.int("group.consumer.session.timeout.ms"),
        consumer_heartbeat_interval_ms: reader.int("group.consumer.heartbeat.interval.ms"),
        consumer_assignment_interval_ms: reader.int("group.consumer.assignment.interval.ms"),
        consumer_session_timeout_ms_range: (
            reader.int("group.consumer.min.session.timeout.ms"),
            reader.int("group.consumer.max.session.timeout.ms"),
        ),
        consumer_heartbeat_interval_ms_range: (
            reader.int("group.consumer.min.heartbeat.interval.ms"),
            reader.int("group.consumer.max.heartbeat.interval.ms"),
        ),
        consumer_assignment_interval_ms_range: (
            reader.int("group.consumer.min.assignment.interval.ms"),
            reader.int("group.consumer.max.assignment.interval.ms"),
        ),
        pending_joins_max: reader.int("ottla.group.pending.joins.max"),
        member_bytes_max: reader.int("ottla.group.member.bytes.max"),
        consumer_max_size: reader.int("group.consumer.max.size"),
        consumer_assignors: reader.list("group.consumer.assignors"),
        consumer_migration_policy: reader
            .text("group.consumer.migration.policy")
            .unwrap_or_default(),
        consumer_regex_refresh_interval_ms: reader.int("group.consumer.regex.refresh.interval.ms"),
    }
}
