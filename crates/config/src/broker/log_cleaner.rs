//! Settings of a broker: log compaction.

use crate::setting::{Setting, boolean, double, int, long};

/// In Kafka's order of definition.
pub(crate) const SETTINGS: &[Setting] = &[
    int("log.cleaner.threads", 1).at_least(0.0).cluster_wide(),
    double("log.cleaner.io.max.bytes.per.second", f64::MAX).cluster_wide(),
    long("log.cleaner.dedupe.buffer.size", 134_217_728).cluster_wide(),
    int("log.cleaner.io.buffer.size", 524_288).at_least(0.0).cluster_wide(),
    double("log.cleaner.io.buffer.load.factor", 0.9).cluster_wide(),
    long("log.cleaner.backoff.ms", 15_000).at_least(0.0).cluster_wide(),
    double("log.cleaner.min.cleanable.ratio", 0.5).between(0.0, 1.0).cluster_wide(),
    boolean("log.cleaner.enable", true),
    long("log.cleaner.delete.retention.ms", 86_400_000).at_least(0.0).cluster_wide(),
    long("log.cleaner.min.compaction.lag.ms", 0).at_least(0.0).cluster_wide(),
    long("log.cleaner.max.compaction.lag.ms", i64::MAX).at_least(1.0).cluster_wide(),
];
