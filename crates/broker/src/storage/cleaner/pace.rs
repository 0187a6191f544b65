//! How fast the cleaner may read and write: every byte takes its time, and who has taken more than
//! was there waits.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ottla_base::MonoTime;

/// The longest that one piece of work waits.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// A bandwidth that all rounds share.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// What has been read and written is paid for from then on.
    free_at: Mutex<Option<MonoTime>>,
}

impl Pace {
    /// Takes note of `bytes` at `bytes_per_second`; says until when to wait.
    pub(super) fn took(&self, bytes: u64, bytes_per_second: f64, now: MonoTime) -> MonoTime {
        let seconds = bytes as f64 / bytes_per_second.max(1.0);
        let takes = Duration::try_from_secs_f64(seconds).unwrap_or(WAIT_MAX).min(WAIT_MAX);
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let begins = free_at.unwrap_or(now).max(now);
        let ends = begins + takes;
        *free_at = Some(ends);
        ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_take_their_time_and_idle_time_is_not_saved_up() {
        let at = |millis| MonoTime::default() + Duration::from_millis(millis);
        let pace = Pace::default();
        for (now, bytes, until) in [(0, 100, 100), (0, 100, 200), (150, 50, 250), (900, 10, 910)] {
            assert_eq!(pace.took(bytes, 1000.0, at(now)), at(until), "{bytes} bytes at {now}");
        }
        assert_eq!(pace.took(1 << 40, f64::MAX, at(2000)), at(2000));
    }
}
