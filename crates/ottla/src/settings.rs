//! From the settings file, the environment and the command line to what a node is told.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ottla_broker::InternalTopic;
use ottla_broker::metadata::VoterEndpoint;
use ottla_broker::settings::{AdminSettings, ListenerSettings, NodeSettings};
use ottla_broker::storage::{Reserve, ScrubSettings};
use ottla_broker::topic_settings::FixedSettings;
use ottla_config::{
    Family, LogFormat, Resolved, ServerConfig, Source, SourceError, environment, resolve,
};
use ottla_io::{Disk, Open, SocketOptions};

use crate::{cli, logging};

/// Largest settings file that is read; Kafka's own has 5 KiB.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// What a start needs to know.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// What the node is told.
    pub(crate) node: NodeSettings,
    /// Threads that serve clients.
    pub(crate) threads: usize,
    /// How log lines look.
    pub(crate) log_format: logging::Format,
    /// What is logged.
    pub(crate) log_level: String,
    /// What the user may want to know.
    pub(crate) notes: Vec<String>,
    /// What is probably a mistake.
    pub(crate) warnings: Vec<String>,
}

/// Reads every source and puts them together.
///
/// # Errors
/// One sentence for each mistake, with what to write instead.
pub(crate) fn load(arguments: &cli::Serve) -> Result<Loaded, Vec<String>> {
    let disk = Disk::os();
    let sources =
        sources(arguments, &disk, variables()).map_err(|error| vec![error.to_string()])?;
    let resolved = resolve(&sources).map_err(sentences)?;
    let config = ServerConfig::new(&resolved).map_err(sentences)?;
    check_served(&config)?;
    logging::check(&config.log_level).map_err(|problem| vec![problem])?;
    let mut notes = resolved.notes.clone();
    notes.extend(resolved.given().map(|(name, text, origin)| {
        let sensitive = ottla_config::describe::setting_behind(name)
            .is_none_or(ottla_config::Setting::is_sensitive);
        let shown = if sensitive { "[hidden]" } else { text };
        format!("{name}={shown} ({})", origin.place)
    }));
    Ok(Loaded {
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        log_format: log_format(config.log_format),
        log_level: config.log_level.clone(),
        notes,
        warnings: resolved.warnings.clone(),
        node: node_settings(&resolved, &config, &machine_name(&disk)),
    })
}

/// What Kafka's settings may ask for and this node does not do yet, where going on would make
/// another cluster of it.
fn check_served(config: &ServerConfig) -> Result<(), Vec<String>> {
    if !(config.roles.broker && config.roles.controller) {
        return Err(vec![
            "process.roles asks for a broker or a controller alone, which ottla is not yet: on a \
             cluster of one node, write process.roles=broker,controller"
                .to_owned(),
        ]);
    }
    Ok(())
}

fn sentences(problems: Vec<ottla_config::Problem>) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

fn sources(
    arguments: &cli::Serve,
    disk: &Disk,
    variables: BTreeMap<String, String>,
) -> Result<Vec<Source>, SourceError> {
    let mut sources = Vec::new();
    if let Some(path) = &arguments.settings_file {
        sources.push(file(disk, path)?);
    }
    let variables = with_files(disk, variables)?;
    sources.extend(environment(variables.iter().map(|(name, text)| (&**name, &**text))));
    sources.push(Source::arguments(arguments.overrides.iter().map(String::as_str))?);
    Ok(sources)
}

fn file(disk: &Disk, path: &Path) -> Result<Source, SourceError> {
    let shown = path.display().to_string();
    let bytes = disk.read(path, FILE_BYTES_MAX).map_err(|error| {
        SourceError(format!("{error}; give the path of a server.properties, or none"))
    })?;
    // Java reads these files as Latin-1; text with an escape for everything else is both.
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| error.into_bytes().iter().map(|byte| char::from(*byte)).collect());
    Source::file(&shown, &text)
}

/// Variables that are text; the others cannot be settings.
#[expect(clippy::disallowed_methods, reason = "the binary is the one place that reads them")]
fn variables() -> BTreeMap<String, String> {
    let text = |(name, value): (OsString, OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).collect()
}

/// Bitnami's images take the value of any variable from the file that `<variable>_FILE` names.
fn with_files(
    disk: &Disk,
    mut variables: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, SourceError> {
    if Family::detect(variables.keys().map(String::as_str)) != Family::Bitnami {
        return Ok(variables);
    }
    let named: Vec<(String, String)> = variables
        .iter()
        .filter(|(name, _)| name.starts_with("KAFKA_"))
        .filter_map(|(name, path)| Some((name.strip_suffix("_FILE")?.to_owned(), path.clone())))
        .collect();
    for (name, path) in named {
        let bytes = disk
            .read(&path, FILE_BYTES_MAX)
            .map_err(|error| SourceError(format!("{name}_FILE: {error}")))?;
        let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        variables.remove(&format!("{name}_FILE"));
        variables.insert(name, text);
    }
    Ok(variables)
}

/// The name others may know this machine by, for listeners that name no host.
fn machine_name(disk: &Disk) -> String {
    let read = || {
        let file = disk.open("/proc/sys/kernel/hostname", Open::Read).ok()?;
        let mut bytes = [0; 256];
        let count = file.read_at(0, &mut bytes).ok()?;
        let name = std::str::from_utf8(bytes.get(..count)?).ok()?.trim().to_owned();
        (!name.is_empty()).then_some(name)
    };
    read().unwrap_or_else(|| "localhost".to_owned())
}

/// `auto` is human on a terminal.
fn log_format(wanted: LogFormat) -> logging::Format {
    match wanted {
        LogFormat::Human => logging::Format::Human,
        LogFormat::Json => logging::Format::Json,
        LogFormat::Auto if std::io::stderr().is_terminal() => logging::Format::Human,
        LogFormat::Auto => logging::Format::Json,
    }
}

fn node_settings(resolved: &Resolved, config: &ServerConfig, machine: &str) -> NodeSettings {
    let fixed = FixedSettings {
        node_id: config.node_id,
        texts: resolved.texts().clone(),
        own_defaults: resolved.own_defaults,
        producer_id_expiration_ms: config.log_upkeep.producer_id_expiration_ms.into(),
    };
    let log_dirs = config.log_dirs.iter().map(PathBuf::from).collect();
    let mut node = NodeSettings::new(fixed, log_dirs);
    node.listeners = listeners(config, machine);
    node.admin = config.admin_listener.as_ref().map(|admin| AdminSettings {
        host: admin.host.clone(),
        port: admin.port,
        is_asked_for: admin.asked_for,
    });
    node.sockets = SocketOptions {
        backlog: config.socket_listen_backlog_size,
        send_buffer_bytes: config.socket_send_buffer_bytes,
        receive_buffer_bytes: config.socket_receive_buffer_bytes,
    };
    node.request_bytes_max = count(config.socket_request_max_bytes);
    node.connection_idle_max = idle(config.connections_max_idle_ms);
    node.connections_max = count(config.max_connections);
    node.connections_per_ip_max = count(config.max_connections_per_ip);
    node.fetch_bytes_max = u64::try_from(config.fetch_max_bytes).unwrap_or_default();
    node.fetch_sessions_max = count(config.max_incremental_fetch_session_cache_slots);
    node.auto_create_topics = config.auto_create_topics_enable;
    node.delete_topics = config.delete_topic_enable;
    node.describe_partitions_max = count(config.max_request_partition_size_limit);
    storage(config, &mut node);
    metadata(config, machine, &mut node);
    transactions(config, &mut node);
    groups(config, &mut node);
    node
}

fn listeners(config: &ServerConfig, machine: &str) -> Vec<ListenerSettings> {
    let one = |listener: &ottla_config::Listener| {
        let told = config.advertised_listeners.iter().find(|told| told.name == listener.name);
        let everywhere = listener.host.is_none().then(|| machine.to_owned());
        ListenerSettings {
            name: listener.name.clone(),
            host: listener.host.clone().unwrap_or_default(),
            port: listener.port,
            advertised_host: told.and_then(|told| told.host.clone()).or(everywhere),
            // Port 0 is told as the one the system chose.
            advertised_port: told.map(|told| told.port).filter(|port| *port != 0),
            security_protocol: listener.protocol.id(),
        }
    };
    config.listeners.iter().map(one).collect()
}

fn storage(config: &ServerConfig, node: &mut NodeSettings) {
    let upkeep = &config.log_upkeep;
    let storage = &mut node.storage;
    storage.metadata_log_dir = Some(PathBuf::from(&config.metadata_log.dir));
    storage.cluster_id = config.cluster_id.clone();
    storage.log.producer_id_expiration_ms = upkeep.producer_id_expiration_ms.into();
    storage.open_files_max = config.open_files_max.map(|max| max as usize);
    storage.producer_bytes_max =
        u64::try_from(upkeep.producer_state_bytes_max).ok().filter(|&bytes| bytes > 0);
    storage.background_flush_age =
        Some(millis(upkeep.background_flush_ms)).filter(|age| !age.is_zero());
    storage.recovery_threads_per_dir = count(config.num_recovery_threads_per_data_dir);
    storage.reserve = Reserve {
        percent: upkeep.reserve_percent.try_into().unwrap_or_default(),
        bytes: upkeep.reserve_bytes.try_into().ok(),
        segment_bytes: upkeep.segment_bytes.try_into().unwrap_or_default(),
    };
    storage.stall_limit_ms = upkeep.stall_ms;
    storage.retention_check_interval = millis(upkeep.retention_check_interval_ms);
    storage.checkpoint_interval = millis(upkeep.flush_offset_checkpoint_interval_ms.into());
    storage.high_watermark_checkpoint_interval =
        millis(upkeep.high_watermark_checkpoint_interval_ms);
    storage.scrub = ScrubSettings {
        bytes_per_second: u64::try_from(upkeep.scrub_bytes_per_second).unwrap_or_default(),
        interval: millis(upkeep.scrub_interval_ms),
    };
}

fn metadata(config: &ServerConfig, machine: &str, node: &mut NodeSettings) {
    let log = &config.metadata_log;
    let metadata = &mut node.metadata;
    metadata.controller.default_partitions = config.num_partitions;
    metadata.controller.default_replication_factor =
        config.default_replication_factor.try_into().unwrap_or(i16::MAX);
    metadata.controller.min_insync_replicas = config.min_insync_replicas;
    metadata.controller.unclean_leader_election = config.unclean_leader_election_enable;
    metadata.lost_directories = config.log_dirs_lost.clone();
    metadata.rack = config.rack.clone();
    metadata.controller_endpoints = config
        .controller_listeners
        .iter()
        .map(|listener| VoterEndpoint {
            name: listener.name.clone(),
            host: listener.host.clone().unwrap_or_else(|| machine.to_owned()),
            port: listener.port,
        })
        .collect();
    metadata.static_voters = config.quorum_voters.iter().map(|voter| voter.id).collect();
    metadata.segment_bytes = log.segment_bytes.try_into().unwrap_or_default();
    metadata.segment_ms = log.segment_ms;
    metadata.snapshot_after_bytes =
        log.max_record_bytes_between_snapshots.try_into().unwrap_or_default();
    metadata.snapshot_interval = millis(log.max_snapshot_interval_ms);
    metadata.retention_bytes = log.max_retention_bytes;
    metadata.retention_ms = log.max_retention_ms;
    metadata.idle_interval = millis(log.max_idle_interval_ms.into());
}

fn transactions(config: &ServerConfig, node: &mut NodeSettings) {
    let from = &config.transactions;
    let to = &mut node.transactions;
    internal_topic(&from.topic, &mut to.topic);
    to.timeout_ms_max = from.max_timeout_ms;
    to.id_expiration_ms = from.id_expiration_ms.into();
    to.abort_interval = millis(from.abort_interval_ms.into());
    to.expire_interval = millis(from.expire_interval_ms.into());
    to.ids_max = count(from.ids_max);
    to.two_phase_commit = from.two_phase_commit;
    to.verify_partitions = from.verify_partitions;
}

fn groups(config: &ServerConfig, node: &mut NodeSettings) {
    let from = &config.groups;
    let to = &mut node.groups;
    internal_topic(&from.topic, &mut to.topic);
    to.serves_consumer = from.rebalance_protocols.iter().any(|name| name == "consumer");
    to.ranges.session_timeout_ms = from.consumer_session_timeout_ms_range;
    to.ranges.heartbeat_interval_ms = from.consumer_heartbeat_interval_ms_range;
    to.ranges.assignment_interval_ms = from.consumer_assignment_interval_ms_range;
    let to = &mut to.core;
    to.offset_metadata_units_max = count(from.offset_metadata_max_bytes);
    to.offsets_retention_ms = i64::from(from.offsets_retention_minutes) * 60_000;
    to.offsets_retention_check_interval = millis(from.offsets_retention_check_interval_ms);
    to.session_timeout_ms_min = from.min_session_timeout_ms;
    to.session_timeout_ms_max = from.max_session_timeout_ms;
    to.initial_rebalance_delay_ms = from.initial_rebalance_delay_ms;
    to.members_max = count(from.max_size);
    to.pending_joins_max = count(from.pending_joins_max);
    to.member_bytes_max = count(from.member_bytes_max);
    let to = &mut to.consumer;
    to.times.session_timeout_ms = from.consumer_session_timeout_ms;
    to.times.heartbeat_interval_ms = from.consumer_heartbeat_interval_ms;
    to.times.assignment_interval_ms = from.consumer_assignment_interval_ms;
    to.members_max = count(from.consumer_max_size);
    to.set_assignors(&from.consumer_assignors);
    to.set_migration(&from.consumer_migration_policy);
    to.regex_refresh_interval_ms = from.consumer_regex_refresh_interval_ms.into();
}

fn internal_topic(from: &ottla_config::InternalTopicConfig, to: &mut InternalTopic) {
    to.partitions = from.partitions;
    to.replication_factor = i16::try_from(from.replication_factor).unwrap_or(i16::MAX);
    to.set("segment.bytes", from.segment_bytes);
    if let Some(count) = from.min_insync_replicas {
        to.set("min.insync.replicas", count);
    }
}

fn count(value: i32) -> usize {
    usize::try_from(value).unwrap_or_default()
}

fn millis(value: i64) -> Duration {
    Duration::from_millis(u64::try_from(value).unwrap_or_default())
}

/// A negative time is for ever, or close enough: 136 years.
fn idle(value: i64) -> Duration {
    u64::try_from(value).map_or(Duration::from_secs(u32::MAX.into()), Duration::from_millis)
}
