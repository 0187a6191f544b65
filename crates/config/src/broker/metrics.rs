//! Settings of a broker: metrics.

use crate::setting::{Setting, int, list, long, string};

/// In Kafka's order of definition.
pub(crate) const SETTINGS: &[Setting] = &[
    int("metrics.num.samples", 2).at_least(1.0).low(),
    long("metrics.sample.window.ms", 30_000).at_least(1.0).low(),
    list("metric.reporters", "org.apache.kafka.common.metrics.JmxReporter").low().cluster_wide(),
    string("metrics.recording.level", "INFO").low(),
    list("kafka.metrics.reporters", "").low(),
    int("kafka.metrics.polling.interval.secs", 10).at_least(1.0).low(),
    int("telemetry.max.bytes", 1_048_576).at_least(1.0).low(),
];
