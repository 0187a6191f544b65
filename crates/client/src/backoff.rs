//! How long to wait before the next attempt (KIP-580): pure, the random part is an argument.

use std::time::Duration;

use ottla_base::Rng;

/// Exponential with jitter: `initial` × 2^attempts × 0.8..1.2, and never more than `max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure.
    pub initial: Duration,
    /// However many failures there were.
    pub max: Duration,
}

/// Jitter is a number of thousandths around 1000.
const JITTER_THOUSANDTHS: u64 = 200;

impl Backoff {
    /// The wait after `failures` failures in a row, of which there is at least one.
    pub fn after(self, failures: u32, rng: &mut Rng) -> Duration {
        let plain = doubled(self.initial, failures).min(self.max.max(self.initial));
        let thousandths = rng.range(1000 - JITTER_THOUSANDTHS, 1000 + JITTER_THOUSANDTHS);
        let nanos = plain.as_nanos().saturating_mul(u128::from(thousandths)) / 1000;
        let jittered = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        jittered.min(self.max.max(self.initial))
    }
}

/// `initial` × 2^attempts after `failures` failures in a row, of which there is at least one.
pub(crate) fn doubled(initial: Duration, failures: u32) -> Duration {
    let times = 1u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
    initial.saturating_mul(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_with_a_fifth_of_jitter_up_to_the_maximum() {
        let backoff =
            Backoff { initial: Duration::from_millis(100), max: Duration::from_millis(1000) };
        let mut rng = Rng::new(1);
        for _ in 0..100 {
            for (failures, low, high) in [
                (1, 80, 120),
                (2, 160, 240),
                (3, 320, 480),
                (4, 640, 960),
                (5, 800, 1000),
                (99, 800, 1000),
            ] {
                let wait = backoff.after(failures, &mut rng).as_millis();
                assert!((low..=high).contains(&wait), "{failures}: {wait}");
            }
        }
    }
}
