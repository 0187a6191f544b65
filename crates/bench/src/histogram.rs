//! Latencies in buckets whose width grows with the value: 1.6 % exact from a microsecond to hours, in
//! a few kilobytes however many there are.

/// Buckets per doubling of the value.
const BUCKETS_PER_DOUBLING: u64 = 64;
const DOUBLING_BITS: u32 = BUCKETS_PER_DOUBLING.trailing_zeros();

/// Counts of latencies, in nanoseconds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
    max_ns: u64,
}

impl Histogram {
    /// Counts one latency.
    pub(crate) fn add(&mut self, ns: u64) {
        let bucket = bucket_of(ns);
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + 1, 0);
        }
        if let Some(count) = self.counts.get_mut(bucket) {
            *count += 1;
        }
        self.total += 1;
        self.max_ns = self.max_ns.max(ns);
    }

    /// Counts all that `other` has.
    pub(crate) fn merge(&mut self, other: &Histogram) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
        self.max_ns = self.max_ns.max(other.max_ns);
    }

    /// Latencies counted.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// The value that `share` (0 to 1) of all latencies do not exceed, in milliseconds.
    pub(crate) fn quantile_ms(&self, share: f64) -> f64 {
        let wanted = (share * self.total as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return upper_ns(bucket).min(self.max_ns) as f64 / 1e6;
            }
        }
        self.max_ms()
    }

    /// The longest, in milliseconds.
    pub(crate) fn max_ms(&self) -> f64 {
        self.max_ns as f64 / 1e6
    }

    /// Buckets that hold something: upper bound in milliseconds, and count.
    pub(crate) fn buckets(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let all = self.counts.iter().enumerate();
        all.filter(|(_, count)| **count > 0).map(|(b, count)| (upper_ns(b) as f64 / 1e6, *count))
    }
}

/// The first doubling is exact; behind it every doubling has [`BUCKETS_PER_DOUBLING`] buckets.
fn bucket_of(ns: u64) -> usize {
    if ns < BUCKETS_PER_DOUBLING {
        return ns as usize;
    }
    let shift = 63 - ns.leading_zeros() - DOUBLING_BITS;
    let doubling = u64::from(shift) + 1;
    (doubling * BUCKETS_PER_DOUBLING + (ns >> shift) - BUCKETS_PER_DOUBLING) as usize
}

/// The largest value in a bucket.
fn upper_ns(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let (doubling, step) = (bucket / BUCKETS_PER_DOUBLING, bucket % BUCKETS_PER_DOUBLING);
    if doubling == 0 {
        return step;
    }
    ((BUCKETS_PER_DOUBLING + step + 1) << (doubling - 1)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_its_values_and_no_others() {
        for ns in (0..5_000).chain([1 << 20, (1 << 20) - 1, 123_456_789, u64::from(u32::MAX)]) {
            let bucket = bucket_of(ns);
            assert!(upper_ns(bucket) >= ns, "{ns}");
            assert!(bucket == 0 || upper_ns(bucket - 1) < ns, "{ns}");
            assert!(upper_ns(bucket) - ns <= ns / BUCKETS_PER_DOUBLING, "{ns}");
        }
    }

    #[test]
    fn quantiles_are_those_of_the_values() {
        let mut histogram = Histogram::default();
        for us in 1..=1000 {
            histogram.add(us * 1000);
        }
        assert!((histogram.quantile_ms(0.5) - 0.5).abs() < 0.01);
        assert!((histogram.quantile_ms(0.999) - 0.999).abs() < 0.02);
        assert_eq!(histogram.quantile_ms(1.0), 1.0);
        let mut twice = histogram.clone();
        twice.merge(&histogram);
        assert_eq!((twice.total(), twice.max_ms()), (2000, 1.0));
    }
}
