//! The settings a node starts with, typed, and checked against each other as Kafka checks them.

mod checks;
mod coordinators;
mod listeners;

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub use coordinators::{GroupsConfig, InternalTopicConfig, TransactionsConfig};

use crate::check::split_voter;
use crate::listener::{Endpoint, Listener, SecurityProtocol, parse_address};
use crate::resolve::{Problem, Resolved};
use crate::value::Value;

/// What a node does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// It keeps partitions and serves clients.
    pub broker: bool,
    /// It takes part in the metadata quorum.
    pub controller: bool,
}

/// A fixed member of the metadata quorum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voter {
    /// Its node id.
    pub id: i32,
    /// Its host.
    pub host: String,
    /// The port of its controller listener.
    pub port: u16,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Human on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// The address of metrics and health.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminListener {
    /// Host.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Whether somebody asked for it; a taken port is only an error then.
    pub asked_for: bool,
}

/// Settings of the metadata log and its snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataLogConfig {
    /// Directory of `__cluster_metadata-0`'s parent.
    pub dir: String,
    /// Size at which a segment is closed.
    pub segment_bytes: i32,
    /// Age at which a segment is closed.
    pub segment_ms: i64,
    /// Bytes of records after which a snapshot is written.
    pub max_record_bytes_between_snapshots: i64,
    /// Longest time between two snapshots; 0 for no limit.
    pub max_snapshot_interval_ms: i64,
    /// Size above which old snapshots and segments go.
    pub max_retention_bytes: i64,
    /// Age above which old snapshots and segments go.
    pub max_retention_ms: i64,
    /// Longest pause between two records; 0 lets the log rest.
    pub max_idle_interval_ms: i32,
}

/// When partition logs are looked after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogUpkeepConfig {
    /// `log.retention.check.interval.ms`.
    pub retention_check_interval_ms: i64,
    /// `log.flush.scheduler.interval.ms`.
    pub flush_scheduler_interval_ms: i64,
    /// `log.flush.offset.checkpoint.interval.ms`.
    pub flush_offset_checkpoint_interval_ms: i32,
    /// `log.flush.start.offset.checkpoint.interval.ms`.
    pub flush_start_offset_checkpoint_interval_ms: i32,
    /// `log.initial.task.delay.ms`.
    pub initial_task_delay_ms: i64,
    /// `replica.high.watermark.checkpoint.interval.ms`.
    pub high_watermark_checkpoint_interval_ms: i64,
    /// `producer.id.expiration.ms`.
    pub producer_id_expiration_ms: i32,
    /// `producer.id.expiration.check.interval.ms`.
    pub producer_id_expiration_check_interval_ms: i32,
    /// `log.segment.bytes`.
    pub segment_bytes: i32,
    /// `ottla.log.dir.reserve.percent`.
    pub reserve_percent: i32,
    /// `ottla.log.dir.reserve.bytes`; negative for the share.
    pub reserve_bytes: i64,
    /// `ottla.log.dir.stall.ms`; 0 for never.
    pub stall_ms: i64,
    /// `ottla.producer.state.bytes.max`; 0 for no bound.
    pub producer_state_bytes_max: i64,
    /// `ottla.log.flush.background.ms`; 0 for never.
    pub background_flush_ms: i64,
    /// `ottla.scrub.bytes.per.second`.
    pub scrub_bytes_per_second: i64,
    /// `ottla.scrub.interval.ms`.
    pub scrub_interval_ms: i64,
}

/// The patience of the metadata quorum, and of the controller with its brokers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuorumTimingConfig {
    /// `controller.quorum.election.timeout.ms`.
    pub election_timeout_ms: i32,
    /// `controller.quorum.election.backoff.max.ms`.
    pub election_backoff_max_ms: i32,
    /// `controller.quorum.fetch.timeout.ms`.
    pub fetch_timeout_ms: i32,
    /// `controller.quorum.append.linger.ms`.
    pub append_linger_ms: i32,
    /// `broker.heartbeat.interval.ms`.
    pub broker_heartbeat_interval_ms: i32,
    /// `broker.session.timeout.ms`.
    pub broker_session_timeout_ms: i32,
}

/// What a node starts with.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerConfig {
    /// `node.id`.
    pub node_id: i32,
    /// `process.roles`.
    pub roles: Roles,
    /// `broker.rack`.
    pub rack: Option<String>,
    /// `ottla.cluster.id`: the id for a new data directory.
    pub cluster_id: Option<String>,
    /// Listeners for clients and brokers.
    pub listeners: Vec<Listener>,
    /// Listeners for controllers alone.
    pub controller_listeners: Vec<Listener>,
    /// What clients are told, one for each of [`Self::listeners`] that is advertised. A missing
    /// host stands for the machine's own name.
    pub advertised_listeners: Vec<Endpoint>,
    /// `inter.broker.listener.name`, or the name of the inter-broker security protocol.
    pub inter_broker_listener_name: String,
    /// `controller.quorum.voters`.
    pub quorum_voters: Vec<Voter>,
    /// `controller.quorum.bootstrap.servers`, host and port.
    pub quorum_bootstrap_servers: Vec<(String, u16)>,
    /// `log.dirs`, or `log.dir`.
    pub log_dirs: Vec<String>,
    /// `ottla.log.open.files.max`; none leaves it to the limit of the process.
    pub open_files_max: Option<u32>,
    /// `ottla.log.dirs.lost`.
    pub log_dirs_lost: Vec<String>,
    /// `num.recovery.threads.per.data.dir`.
    pub num_recovery_threads_per_data_dir: i32,
    /// The metadata log.
    pub metadata_log: MetadataLogConfig,
    /// `num.partitions`.
    pub num_partitions: i32,
    /// `default.replication.factor`.
    pub default_replication_factor: i32,
    /// `min.insync.replicas`.
    pub min_insync_replicas: i32,
    /// `unclean.leader.election.enable`.
    pub unclean_leader_election_enable: bool,
    /// `auto.create.topics.enable`.
    pub auto_create_topics_enable: bool,
    /// `delete.topic.enable`.
    pub delete_topic_enable: bool,
    /// `max.request.partition.size.limit`.
    pub max_request_partition_size_limit: i32,
    /// `message.max.bytes`.
    pub message_max_bytes: i32,
    /// `socket.request.max.bytes`.
    pub socket_request_max_bytes: i32,
    /// `socket.listen.backlog.size`, where somebody gave one; Kafka's default of 50 is small.
    pub socket_listen_backlog_size: Option<u32>,
    /// `socket.send.buffer.bytes`; none for -1, which leaves it to the system.
    pub socket_send_buffer_bytes: Option<u32>,
    /// `socket.receive.buffer.bytes`; none for -1, which leaves it to the system.
    pub socket_receive_buffer_bytes: Option<u32>,
    /// `queued.max.requests`.
    pub queued_max_requests: i32,
    /// `connections.max.idle.ms`; negative for never.
    pub connections_max_idle_ms: i64,
    /// `max.connections`.
    pub max_connections: i32,
    /// `max.connections.per.ip`.
    pub max_connections_per_ip: i32,
    /// `fetch.max.bytes`.
    pub fetch_max_bytes: i32,
    /// `max.incremental.fetch.session.cache.slots`.
    pub max_incremental_fetch_session_cache_slots: i32,
    /// `request.timeout.ms`.
    pub request_timeout_ms: i32,
    /// When logs are looked after.
    pub log_upkeep: LogUpkeepConfig,
    /// The patience of the quorum.
    pub quorum_timing: QuorumTimingConfig,
    /// The group coordinator.
    pub groups: GroupsConfig,
    /// The transaction coordinator.
    pub transactions: TransactionsConfig,
    /// `controlled.shutdown.enable`.
    pub controlled_shutdown_enable: bool,
    /// `ottla.admin.listener`; none when it is off.
    pub admin_listener: Option<AdminListener>,
    /// `ottla.log.format`.
    pub log_format: LogFormat,
    /// `ottla.log.level`.
    pub log_level: String,
}

impl ServerConfig {
    /// The typed view of what was resolved.
    ///
    /// # Errors
    /// Settings that contradict each other, each with what to write instead.
    pub fn new(resolved: &Resolved) -> Result<ServerConfig, Vec<Problem>> {
        let mut problems = checks::check(resolved);
        let listeners = match listeners::read(resolved) {
            Ok(listeners) => Some(listeners),
            Err(more) => {
                problems.extend(more);
                None
            }
        };
        let admin = admin_listener(resolved).map_err(|problem| problems.push(problem));
        match (listeners, admin) {
            (Some(listeners), Ok(admin)) if problems.is_empty() => {
                Ok(build(&Reader(resolved), listeners, admin))
            }
            _ => Err(problems),
        }
    }
}

/// Values by name, with the type the tables promise.
struct Reader<'a>(&'a Resolved);

impl Reader<'_> {
    fn int(&self, name: &str) -> i32 {
        self.0.value(name).as_i64().and_then(|value| value.try_into().ok()).unwrap_or_default()
    }

    /// None when nobody gave it, and for the negative numbers that leave it to the system.
    fn given_size(&self, name: &str) -> Option<u32> {
        if self.0.is_given(name) { self.size(name) } else { None }
    }

    /// None for the negative numbers that leave it to the system.
    fn size(&self, name: &str) -> Option<u32> {
        self.0.value(name).as_i64()?.try_into().ok()
    }

    fn long(&self, name: &str) -> i64 {
        self.0.value(name).as_i64().unwrap_or_default()
    }

    fn flag(&self, name: &str) -> bool {
        self.0.value(name).as_bool().unwrap_or_default()
    }

    fn text(&self, name: &str) -> Option<String> {
        self.0.value(name).as_str().map(ToString::to_string)
    }

    fn list(&self, name: &str) -> Vec<String> {
        self.0.value(name).as_list().map(<[String]>::to_vec).unwrap_or_default()
    }
}

fn build(
    reader: &Reader<'_>,
    listeners: listeners::Listeners,
    admin_listener: Option<AdminListener>,
) -> ServerConfig {
    let log_dirs = log_dirs(reader.0);
    ServerConfig {
        node_id: reader.int("node.id"),
        roles: roles(reader.0),
        rack: reader.text("broker.rack"),
        // A compose file may pass an empty one on: then none is asked for.
        cluster_id: reader.text("ottla.cluster.id").filter(|id| !id.trim().is_empty()),
        listeners: listeners.broker,
        controller_listeners: listeners.controller,
        advertised_listeners: listeners.advertised,
        inter_broker_listener_name: listeners.inter_broker_name,
        quorum_voters: voters(reader.0),
        quorum_bootstrap_servers: bootstrap_servers(reader),
        open_files_max: reader.given_size("ottla.log.open.files.max"),
        log_dirs_lost: reader.list("ottla.log.dirs.lost"),
        num_recovery_threads_per_data_dir: reader.int("num.recovery.threads.per.data.dir"),
        metadata_log: metadata_log(reader, &log_dirs),
        log_dirs,
        num_partitions: reader.int("num.partitions"),
        default_replication_factor: reader.int("default.replication.factor"),
        min_insync_replicas: reader.int("min.insync.replicas"),
        unclean_leader_election_enable: reader.flag("unclean.leader.election.enable"),
        auto_create_topics_enable: reader.flag("auto.create.topics.enable"),
        delete_topic_enable: reader.flag("delete.topic.enable"),
        max_request_partition_size_limit: reader.int("max.request.partition.size.limit"),
        message_max_bytes: reader.int("message.max.bytes"),
        socket_request_max_bytes: reader.int("socket.request.max.bytes"),
        socket_listen_backlog_size: reader.given_size("socket.listen.backlog.size"),
        socket_send_buffer_bytes: reader.size("socket.send.buffer.bytes"),
        socket_receive_buffer_bytes: reader.size("socket.receive.buffer.bytes"),
        queued_max_requests: reader.int("queued.max.requests"),
        connections_max_idle_ms: reader.long("connections.max.idle.ms"),
        max_connections: reader.int("max.connections"),
        max_connections_per_ip: reader.int("max.connections.per.ip"),
        fetch_max_bytes: reader.int("fetch.max.bytes"),
        max_incremental_fetch_session_cache_slots: reader
            .int("max.incremental.fetch.session.cache.slots"),
        request_timeout_ms: reader.int("request.timeout.ms"),
        log_upkeep: log_upkeep(reader),
        quorum_timing: quorum_timing(reader),
        groups: coordinators::groups(reader),
        transactions: coordinators::transactions(reader),
        controlled_shutdown_enable: reader.flag("controlled.shutdown.enable"),
        admin_listener,
        log_format: log_format(reader),
        log_level: reader.text("ottla.log.level").unwrap_or_default(),
    }
}

fn log_format(reader: &Reader<'_>) -> LogFormat {
    match reader.text("ottla.log.format").as_deref() {
        Some("human") => LogFormat::Human,
        Some("json") => LogFormat::Json,
        _ => LogFormat::Auto,
    }
}

fn log_upkeep(reader: &Reader<'_>) -> LogUpkeepConfig {
    LogUpkeepConfig {
        retention_check_interval_ms: reader.long("log.retention.check.interval.ms"),
        flush_scheduler_interval_ms: reader.long("log.flush.scheduler.interval.ms"),
        flush_offset_checkpoint_interval_ms: reader.int("log.flush.offset.checkpoint.interval.ms"),
        flush_start_offset_checkpoint_interval_ms: reader
            .int("log.flush.start.offset.checkpoint.interval.ms"),
        initial_task_delay_ms: reader.long("log.initial.task.delay.ms"),
        high_watermark_checkpoint_interval_ms: reader
            .long("replica.high.watermark.checkpoint.interval.ms"),
        producer_id_expiration_ms: reader.int("producer.id.expiration.ms"),
        producer_id_expiration_check_interval_ms: reader
            .int("producer.id.expiration.check.interval.ms"),
        segment_bytes: reader.int("log.segment.bytes"),
        reserve_percent: reader.int("ottla.log.dir.reserve.percent"),
        reserve_bytes: reader.long("ottla.log.dir.reserve.bytes"),
        stall_ms: reader.long("ottla.log.dir.stall.ms"),
        producer_state_bytes_max: reader.long("ottla.producer.state.bytes.max"),
        background_flush_ms: reader.long("ottla.log.flush.background.ms"),
        scrub_bytes_per_second: reader.long("ottla.scrub.bytes.per.second"),
        scrub_interval_ms: reader.long("ottla.scrub.interval.ms"),
    }
}

fn quorum_timing(reader: &Reader<'_>) -> QuorumTimingConfig {
    QuorumTimingConfig {
        election_timeout_ms: reader.int("controller.quorum.election.timeout.ms"),
        election_backoff_max_ms: reader.int("controller.quorum.election.backoff.max.ms"),
        fetch_timeout_ms: reader.int("controller.quorum.fetch.timeout.ms"),
        append_linger_ms: reader.int("controller.quorum.append.linger.ms"),
        broker_heartbeat_interval_ms: reader.int("broker.heartbeat.interval.ms"),
        broker_session_timeout_ms: reader.int("broker.session.timeout.ms"),
    }
}

fn metadata_log(reader: &Reader<'_>, log_dirs: &[String]) -> MetadataLogConfig {
    let first = || log_dirs.first().cloned().unwrap_or_default();
    MetadataLogConfig {
        dir: reader.text("metadata.log.dir").unwrap_or_else(first),
        segment_bytes: reader.int("metadata.log.segment.bytes"),
        segment_ms: reader.long("metadata.log.segment.ms"),
        max_record_bytes_between_snapshots: reader
            .long("metadata.log.max.record.bytes.between.snapshots"),
        max_snapshot_interval_ms: reader.long("metadata.log.max.snapshot.interval.ms"),
        max_retention_bytes: reader.long("metadata.max.retention.bytes"),
        max_retention_ms: reader.long("metadata.max.retention.ms"),
        max_idle_interval_ms: reader.int("metadata.max.idle.interval.ms"),
    }
}

fn roles(resolved: &Resolved) -> Roles {
    let names = resolved.value("process.roles");
    // A file written for ZooKeeper names no roles: the one node is both.
    let Some(names) = names.as_list() else { return Roles { broker: true, controller: true } };
    Roles {
        broker: names.iter().any(|name| name == "broker"),
        controller: names.iter().any(|name| name == "controller"),
    }
}

fn log_dirs(resolved: &Resolved) -> Vec<String> {
    let named = |name| resolved.value(name).as_list().map(<[String]>::to_vec);
    // log.dir was given by hand, log.dirs only by default.
    let dirs = match resolved.is_given("log.dir") && !resolved.is_given("log.dirs") {
        true => named("log.dir"),
        false => named("log.dirs").or_else(|| named("log.dir")),
    };
    dirs.unwrap_or_default()
}

fn voters(resolved: &Resolved) -> Vec<Voter> {
    let Value::List(entries) = resolved.value("controller.quorum.voters") else {
        return Vec::new();
    };
    let voter = |entry: &String| {
        let (id, address) = split_voter(entry)?;
        let (host, port) = parse_address(address)?;
        Some(Voter { id: id.parse().ok()?, host: host.to_string(), port })
    };
    entries.iter().filter_map(voter).collect()
}

fn bootstrap_servers(reader: &Reader<'_>) -> Vec<(String, u16)> {
    let entries = reader.list("controller.quorum.bootstrap.servers");
    let address =
        |entry: &String| parse_address(entry).map(|(host, port)| (host.to_string(), port));
    entries.iter().filter_map(address).collect()
}

fn admin_listener(resolved: &Resolved) -> Result<Option<AdminListener>, Problem> {
    let name = "ottla.admin.listener";
    let own = crate::broker_setting(name).map(|setting| setting.default_value(true));
    let value = match resolved.is_given(name) {
        true => resolved.value(name),
        false => own.unwrap_or(Value::Null),
    };
    let text = value.as_str().unwrap_or_default();
    if text.is_empty() {
        return Ok(None);
    }
    let Some((host, port)) = parse_address(text) else {
        return Err(resolved.problem(
            name,
            alloc::format!("`{text}` is no address: write host:port, or nothing to turn it off"),
        ));
    };
    let asked_for = resolved.is_given(name);
    Ok(Some(AdminListener { host: host.to_string(), port, asked_for }))
}

type ProtocolMap = BTreeMap<String, SecurityProtocol>;
