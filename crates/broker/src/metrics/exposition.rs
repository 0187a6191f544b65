//! The `/metrics` page: every metric declared once, with its name, its help and where it comes from.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use ottla_controller::{Image, image};

use super::of_groups::OF_GROUPS;
use super::of_transactions::OF_TRANSACTIONS;
use super::{OfKey, REQUEST_SECONDS};
use crate::node::Node;
use crate::storage::{LogDir, LogSummary, Partition};

/// A number of the whole node.
pub(super) struct OfNode {
    name: &'static str,
    help: &'static str,
    kind: MetricType,
    value: fn(&Node) -> i64,
}

/// A number of one partition, labelled `topic` and `partition`. No log is opened to be measured.
struct OfPartition {
    name: &'static str,
    help: &'static str,
    value: fn(&Partition, &LogSummary) -> i64,
}

/// A number of one log dir, labelled `dir`.
struct OfDir {
    name: &'static str,
    help: &'static str,
    kind: MetricType,
    value: fn(&LogDir) -> i64,
}

/// Name, help and value of what is counted of an api key.
type CounterOfKey = (&'static str, &'static str, fn(&OfKey) -> u64);

const OF_NODE: &[OfNode] = &[
    counter(
        "kafka_server_brokertopicmetrics_messagesin",
        "Records appended for clients.",
        |node| node.metrics.messages_in.get() as i64,
    ),
    counter(
        "kafka_server_brokertopicmetrics_bytesin",
        "Batch bytes appended for clients.",
        |node| node.metrics.bytes_in.get() as i64,
    ),
    counter("kafka_server_brokertopicmetrics_bytesout", "Batch bytes sent to clients.", |node| {
        node.metrics.bytes_out.get() as i64
    }),
    counter(
        "kafka_server_brokertopicmetrics_totalproducerequests",
        "Partitions that Produce requests asked to write to.",
        |node| node.metrics.produce_requests.get() as i64,
    ),
    counter(
        "kafka_server_brokertopicmetrics_failedproducerequests",
        "Partitions that a Produce was refused for.",
        |node| node.metrics.produce_failures.get() as i64,
    ),
    counter(
        "kafka_server_brokertopicmetrics_totalfetchrequests",
        "Partitions that Fetch requests asked to read.",
        |node| node.metrics.fetch_requests.get() as i64,
    ),
    counter(
        "kafka_server_brokertopicmetrics_failedfetchrequests",
        "Partitions that a Fetch was refused for.",
        |node| node.metrics.fetch_failures.get() as i64,
    ),
    gauge(
        "kafka_server_socketservermetrics_connection_count",
        "Client connections open.",
        |node| node.metrics.connections.get(),
    ),
    gauge(
        "kafka_server_fetchsessioncache_numincrementalfetchsessions",
        "Fetch sessions open.",
        |node| node.fetch_sessions().len() as i64,
    ),
    gauge(
        "kafka_server_fetchsessioncache_numincrementalfetchpartitionscached",
        "Partitions in all fetch sessions.",
        |node| node.fetch_sessions().partitions() as i64,
    ),
    gauge("kafka_server_replicamanager_partitioncount", "Replicas on this node.", |node| {
        node.storage.partition_count() as i64
    }),
    gauge("kafka_server_replicamanager_leadercount", "Partitions led by this node.", |node| {
        node.storage.partition_count() as i64
    }),
    gauge(
        "kafka_server_replicamanager_offlinereplicacount",
        "Replicas whose log dir has failed.",
        |node| node.storage.offline_partition_count() as i64,
    ),
    gauge(
        "kafka_server_replicamanager_underreplicatedpartitions",
        "Partitions led by this node with a replica that is not in sync.",
        |node| {
            partitions_that(&node.metadata.image(), |one| {
                one.leader == node.settings.node_id && one.isr.len() < one.replicas.len()
            })
        },
    ),
    gauge(
        "kafka_controller_kafkacontroller_offlinepartitionscount",
        "Partitions in the cluster that nobody leads.",
        |node| partitions_that(&node.metadata.image(), |partition| partition.leader < 0),
    ),
    gauge(
        "kafka_controller_kafkacontroller_activebrokercount",
        "Brokers in the cluster that serve clients.",
        |node| brokers_that(&node.metadata.image(), |broker| !broker.fenced),
    ),
    gauge(
        "kafka_controller_kafkacontroller_fencedbrokercount",
        "Brokers in the cluster that are fenced.",
        |node| brokers_that(&node.metadata.image(), |broker| broker.fenced),
    ),
    gauge(
        "kafka_controller_kafkacontroller_activecontrollercount",
        "1 on the active controller.",
        |node| i64::from(node.metadata.is_active()),
    ),
    gauge("kafka_controller_kafkacontroller_globaltopiccount", "Topics in the cluster.", |node| {
        node.metadata.image().topics.len() as i64
    }),
    gauge(
        "kafka_controller_kafkacontroller_globalpartitioncount",
        "Partitions in the cluster.",
        |node| partition_count(&node.metadata.image()),
    ),
    gauge("ottla_damaged_batches", "Damaged stretches of logs that are known.", |node| {
        node.storage.damage_count() as i64
    }),
    gauge(
        "kafka_log_logcleanermanager_max_dirty_percent",
        "How dirty the dirtiest compacted log is.",
        |node| node.storage.cleaner_status().max_dirty_percent,
    ),
    gauge(
        "kafka_log_logcleanermanager_time_since_last_run_ms",
        "Milliseconds since the cleaner last looked at the logs.",
        |node| node.storage.cleaner_status().since_last_run_ms,
    ),
    gauge(
        "kafka_log_logcleanermanager_uncleanable_partitions_count",
        "Logs that could not be compacted; they are tried again.",
        |node| node.storage.cleaner_status().uncleanable_partitions,
    ),
    gauge(
        "kafka_log_logcleanermanager_uncleanable_bytes",
        "Dirty bytes in logs that could not be compacted.",
        |node| node.storage.cleaner_status().uncleanable_bytes,
    ),
    gauge(
        "kafka_log_logcleaner_max_compaction_delay_secs",
        "Seconds that a log waits beyond its max.compaction.lag.ms.",
        |node| node.storage.cleaner_status().max_compaction_delay_secs,
    ),
    gauge(
        "kafka_log_logcleaner_max_buffer_utilization_percent",
        "How full the cleaner's memory for keys was in the last round.",
        |node| node.storage.cleaner_status().buffer_utilization_percent,
    ),
    gauge(
        "kafka_log_logcleaner_cleaner_recopy_percent",
        "The part of the last compacted log that stayed.",
        |node| node.storage.cleaner_status().recopy_percent,
    ),
    gauge(
        "kafka_log_logcleaner_max_clean_time_secs",
        "Seconds that the last compaction took.",
        |node| node.storage.cleaner_status().clean_time_secs,
    ),
    gauge(
        "kafka_log_logcleaner_deadthreadcount",
        "Cleaner threads that have ended although nobody stopped them.",
        |node| node.storage.cleaner_status().dead_threads,
    ),
    counter("ottla_cleaner_rounds", "Compactions that ended well.", |node| {
        node.storage.cleaner_status().rounds
    }),
    counter("ottla_cleaner_removed_bytes", "Bytes that compaction has removed.", |node| {
        node.storage.cleaner_status().removed_bytes
    }),
    gauge(
        "kafka_log_logmanager_remaininglogstorecover",
        "Logs that the start has yet to recover.",
        |node| {
            let (done, found) = node.storage.recovery_progress();
            found.saturating_sub(done) as i64
        },
    ),
    gauge("ottla_logs_to_recover", "Logs that the start found to be recovered.", |node| {
        node.storage.recovery_progress().1 as i64
    }),
    gauge("ottla_open_logs", "Logs that have been opened since the start.", |node| {
        node.storage.open_log_count() as i64
    }),
    gauge("ottla_log_open_files", "Segment files that are open.", |node| {
        node.storage.open_file_count() as i64
    }),
    gauge("ottla_producers", "Producers that open logs know, one for each log.", |node| {
        as_gauge(node.storage.producer_count())
    }),
    gauge("ottla_producers_bytes", "Memory that these producers take.", |node| {
        as_gauge(node.storage.producer_bytes())
    }),
    counter(
        "ottla_log_syncs",
        "Syncs of partitions, each for all appends since the last.",
        |node| node.storage.sync_count() as i64,
    ),
    counter("ottla_scrub_bytes", "Bytes of segments read in search of damage.", |node| {
        node.storage.scrub_progress().bytes as i64
    }),
    counter(
        "ottla_scrub_damages",
        "Damaged stretches of logs that this search has found.",
        |node| node.storage.scrub_progress().found as i64,
    ),
    gauge(
        "ottla_scrub_last_pass_ended_seconds",
        "When the last search through all segments ended, in seconds since 1970; 0 for none yet.",
        |node| node.storage.scrub_progress().last_pass_ended_ms.unwrap_or(0) / 1000,
    ),
    gauge("ottla_metadata_offset", "Last metadata record this node has applied.", |node| {
        node.metadata.image().offset - 1
    }),
];

const OF_PARTITION: &[OfPartition] = &[
    OfPartition {
        name: "kafka_log_log_logstartoffset",
        help: "First offset that can be read.",
        value: |_, log| log.log_start_offset,
    },
    OfPartition {
        name: "kafka_log_log_logendoffset",
        help: "Offset of the next record.",
        value: |_, log| log.log_end_offset,
    },
    OfPartition {
        name: "kafka_cluster_partition_laststableoffsetlag",
        help: "Records that readers of committed ones do not get yet.",
        value: |_, log| log.high_watermark - log.last_stable_offset,
    },
    OfPartition {
        name: "kafka_log_log_numlogsegments",
        help: "Segment files.",
        value: |_, log| i64::from(log.segments),
    },
    OfPartition {
        name: "kafka_log_log_size",
        help: "Bytes of record batches on disk.",
        value: |_, log| log.size as i64,
    },
    OfPartition {
        name: "ottla_log_ack_synced",
        help: "1 if records are acknowledged once they are on the device (ottla.ack.durability).",
        value: |partition, _| i64::from(partition.syncs_before_ack()),
    },
    OfPartition {
        name: "ottla_log_syncedoffset",
        help: "Every record before this offset is on the device.",
        value: |partition, _| partition.synced_offset(),
    },
];

const OF_DIR: &[OfDir] = &[
    OfDir {
        name: "kafka_log_logmanager_logdirectoryoffline",
        help: "1 if the log dir has failed.",
        kind: MetricType::Gauge,
        value: |dir| i64::from(dir.is_offline()),
    },
    OfDir {
        name: "ottla_log_dir_free_bytes",
        help: "Bytes free on the volume of the log dir.",
        kind: MetricType::Gauge,
        value: |dir| as_gauge(dir.volume().free_bytes()),
    },
    OfDir {
        name: "ottla_log_dir_reserve_bytes",
        help: "Bytes of them that Produce leaves alone.",
        kind: MetricType::Gauge,
        value: |dir| as_gauge(dir.volume().reserved_bytes()),
    },
    OfDir {
        name: "ottla_log_dir_full",
        help: "1 while Produce to the log dir is refused because its volume is full.",
        kind: MetricType::Gauge,
        value: |dir| i64::from(dir.volume().is_full()),
    },
    OfDir {
        name: "ottla_log_dir_stalled_calls",
        help: "Writes, syncs and reads that have been under way for longer than ottla.log.dir.stall.ms.",
        kind: MetricType::Gauge,
        value: |dir| as_gauge(dir.stalled_calls() as u64),
    },
    OfDir {
        name: "ottla_log_dir_stalls",
        help: "How many have been, since the start.",
        kind: MetricType::Counter,
        value: |dir| as_gauge(dir.stalls_total()),
    },
    OfDir {
        name: "ottla_log_dir_longest_call_ms",
        help: "For how long the oldest call of now has been under way, in milliseconds.",
        kind: MetricType::Gauge,
        value: |dir| as_gauge(dir.longest_call_ms()),
    },
];

fn as_gauge(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn partition_count(image: &Image) -> i64 {
    image.topics.iter().map(|topic| topic.partitions.size() as i64).sum()
}

fn partitions_that(image: &Image, is_meant: impl Fn(&image::Partition) -> bool) -> i64 {
    let partitions = image.topics.iter().flat_map(|topic| topic.partitions.iter());
    partitions.filter(|(_, partition)| is_meant(partition)).count() as i64
}

fn brokers_that(image: &Image, is_meant: impl Fn(&image::Broker) -> bool) -> i64 {
    image.brokers.values().filter(|broker| is_meant(broker)).count() as i64
}

pub(super) const fn counter(
    name: &'static str,
    help: &'static str,
    value: fn(&Node) -> i64,
) -> OfNode {
    OfNode { name, help, kind: MetricType::Counter, value }
}

pub(super) const fn gauge(
    name: &'static str,
    help: &'static str,
    value: fn(&Node) -> i64,
) -> OfNode {
    OfNode { name, help, kind: MetricType::Gauge, value }
}

/// The page, in the text format of Prometheus.
///
/// # Errors
/// Never in practice: formatting into memory does not fail.
pub(crate) fn page(node: &Arc<Node>) -> Result<String, fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Scrape(Arc::clone(node))));
    let mut page = String::new();
    prometheus_client::encoding::text::encode(&mut page, &registry)?;
    Ok(page)
}

struct Scrape(Arc<Node>);

impl fmt::Debug for Scrape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scrape")
    }
}

impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        for metric in OF_NODE.iter().chain(OF_GROUPS).chain(OF_TRANSACTIONS) {
            let value = (metric.value)(&self.0);
            let mut line =
                encoder.encode_descriptor(metric.name, metric.help, None, metric.kind)?;
            put(&mut line, metric.kind, value)?;
        }
        self.encode_dirs(&mut encoder)?;
        self.encode_partitions(&mut encoder)?;
        self.encode_requests(&mut encoder)
    }
}

impl Scrape {
    fn encode_dirs(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        for metric in OF_DIR {
            let mut lines =
                encoder.encode_descriptor(metric.name, metric.help, None, metric.kind)?;
            for dir in self.0.storage.dirs() {
                let labels = [("dir", dir.name())];
                put(&mut lines.encode_family(&labels)?, metric.kind, (metric.value)(dir))?;
            }
        }
        Ok(())
    }

    fn encode_partitions(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let partitions = self.0.storage.partitions();
        let known: Vec<_> =
            partitions.iter().filter_map(|one| Some((&**one, one.summary()?))).collect();
        for metric in OF_PARTITION {
            let mut lines =
                encoder.encode_descriptor(metric.name, metric.help, None, MetricType::Gauge)?;
            for (partition, log) in &known {
                let name = partition.topic_partition();
                let number = name.partition.to_string();
                let labels = [("topic", &*name.topic), ("partition", number.as_str())];
                lines.encode_family(&labels)?.encode_gauge(&(metric.value)(partition, log))?;
            }
        }
        Ok(())
    }

    fn encode_requests(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let metrics = &self.0.metrics;
        let counters: [CounterOfKey; 3] = [
            ("kafka_network_requestmetrics_requests", "Requests answered.", |k| k.requests.get()),
            ("ottla_request_bytes", "Bytes of those requests.", |k| k.request_bytes.get()),
            ("ottla_response_bytes", "Bytes of their responses.", |k| k.response_bytes.get()),
        ];
        for (name, help, value) in counters {
            let mut lines = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            for (key, of_key) in metrics.keys_seen() {
                let labels = [("request", key.name())];
                put(&mut lines.encode_family(&labels)?, MetricType::Counter, value(of_key) as i64)?;
            }
        }
        let help = "Seconds from the arrival of a request to the end of its response.";
        let name = "ottla_request_seconds";
        let mut lines = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
        for (key, of_key) in metrics.keys_seen() {
            let labels = [("request", key.name())];
            put_histogram(&mut lines.encode_family(&labels)?, of_key)?;
        }
        Ok(())
    }
}

fn put(line: &mut MetricEncoder<'_>, kind: MetricType, value: i64) -> Result<(), fmt::Error> {
    match kind {
        MetricType::Counter => {
            line.encode_counter::<NoLabelSet, u64, u64>(&value.unsigned_abs(), None)
        }
        _ => line.encode_gauge(&value),
    }
}

fn put_histogram(line: &mut MetricEncoder<'_>, of_key: &OfKey) -> Result<(), fmt::Error> {
    let bounds = REQUEST_SECONDS.iter().copied().chain([f64::INFINITY]);
    let buckets: Vec<(f64, u64)> =
        bounds.zip(&of_key.buckets).map(|(bound, count)| (bound, count.get())).collect();
    let seconds = of_key.nanos.get() as f64 / 1e9;
    line.encode_histogram::<NoLabelSet>(seconds, of_key.requests.get(), &buckets, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    use ottla_wire::ApiKey;

    use crate::metrics::Metrics;

    #[derive(Debug)]
    struct Histogram(Metrics);

    impl Collector for Histogram {
        fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
            let mut lines = encoder.encode_descriptor("h", "x", None, MetricType::Histogram)?;
            for (_, of_key) in self.0.keys_seen() {
                put_histogram(&mut lines.encode_family(&[("k", "v")])?, of_key)?;
            }
            Ok(())
        }
    }

    /// Prometheus refuses the page without it.
    #[test]
    fn the_last_bucket_of_a_histogram_is_infinite_and_holds_everything() {
        let metrics = Metrics::new();
        metrics.request(ApiKey::Fetch, Duration::from_micros(1), 0, 0);
        metrics.request(ApiKey::Fetch, Duration::from_secs(3600), 0, 0);
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Histogram(metrics)));
        let mut page = String::new();
        prometheus_client::encoding::text::encode(&mut page, &registry).unwrap();
        let last = page.lines().rfind(|line| line.starts_with("h_bucket")).unwrap();
        assert!(last.contains("le=\"+Inf\"") && last.ends_with(" 2"), "{page}");
        assert!(page.contains("h_count{k=\"v\"} 2"), "{page}");
    }
}
