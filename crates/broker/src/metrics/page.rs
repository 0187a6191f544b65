//! The `/metrics` page, from what `exposition.rs` declares.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use super::exposition::{OF_DIR, OF_NODE, OF_PARTITION};
use super::{OfKey, REQUEST_SECONDS};
use crate::node::Node;

/// Name, help and value of what is counted of an api key.
type CounterOfKey = (&'static str, &'static str, fn(&OfKey) -> u64);

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
        for metric in OF_NODE {
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
                encoder.encode_descriptor(metric.name, metric.help, None, MetricType::Gauge)?;
            for dir in self.0.storage.dirs() {
                let labels = [("dir", dir.name())];
                lines.encode_family(&labels)?.encode_gauge(&(metric.value)(dir))?;
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
