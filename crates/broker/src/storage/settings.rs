//! What the log dirs are told at a start.

use std::path::PathBuf;
use std::time::Duration;

use ottla_io::Io;
use ottla_log::LogConfig;
use tracing::warn;

use super::scrub::ScrubSettings;
use super::space::Reserve;

/// Where a node keeps its logs, and how.
#[derive(Debug, Clone)]
pub struct StorageSettings {
    /// `log.dirs`.
    pub log_dirs: Vec<PathBuf>,
    /// `metadata.log.dir`; `None` for the first log dir.
    pub metadata_log_dir: Option<PathBuf>,
    /// `node.id`.
    pub node_id: i32,
    /// The cluster that new log dirs are formatted for; `None` for the one that others name, or
    /// else a new one.
    pub cluster_id: Option<String>,
    /// Settings of logs whose topic's settings are not known yet.
    pub log: LogConfig,
    /// `ottla.log.open.files.max`; `None` leaves it to the limit of the process.
    pub open_files_max: Option<usize>,
    /// `ottla.producer.state.bytes.max`; `None` for no bound.
    pub producer_bytes_max: Option<u64>,
    /// `ottla.log.flush.background.ms`: what has waited longer is flushed; `None` for never.
    pub background_flush_age: Option<Duration>,
    /// `num.recovery.threads.per.data.dir`.
    pub recovery_threads_per_dir: usize,
    /// `log.retention.check.interval.ms`.
    pub retention_check_interval: Duration,
    /// `ottla.log.dir.reserve.*`: what is kept free on each volume.
    pub reserve: Reserve,
    /// `ottla.log.dir.stall.ms`; 0 for not to look for stalled calls.
    pub stall_limit_ms: i64,
    /// `log.flush.offset.checkpoint.interval.ms`: recovery points and log starts.
    pub checkpoint_interval: Duration,
    /// `replica.high.watermark.checkpoint.interval.ms`; also how often `flush.ms` is looked at.
    pub high_watermark_checkpoint_interval: Duration,
    /// How much is read in search of damage.
    pub scrub: ScrubSettings,
}

impl StorageSettings {
    /// Kafka's defaults, for node `node_id` with these log dirs.
    pub fn new(node_id: i32, log_dirs: Vec<PathBuf>) -> Self {
        Self {
            log_dirs,
            metadata_log_dir: None,
            node_id,
            cluster_id: None,
            log: LogConfig::default(),
            open_files_max: None,
            producer_bytes_max: Some(256 << 20),
            background_flush_age: Some(Duration::from_secs(60)),
            recovery_threads_per_dir: 2,
            retention_check_interval: Duration::from_secs(300),
            reserve: Reserve::default(),
            stall_limit_ms: 10_000,
            checkpoint_interval: Duration::from_secs(60),
            high_watermark_checkpoint_interval: Duration::from_secs(5),
            scrub: ScrubSettings::default(),
        }
    }

    /// How many segment files may be open: as many as asked for, but always fewer than descriptors,
    /// of which connections need some as well.
    pub(super) fn open_files_within(&self, io: &Io) -> usize {
        let descriptors = io.descriptors_max();
        let own = descriptors / 3 * 2;
        match self.open_files_max {
            Some(asked) if asked > own => {
                warn!(
                    asked,
                    descriptors,
                    open_files_max = own,
                    "ottla.log.open.files.max leaves too few descriptors for connections"
                );
                own
            }
            asked => asked.unwrap_or(own),
        }
    }
}
