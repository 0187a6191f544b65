//! When the next token is asked for, and when one that was not given is asked for again: Java's
//! rules, with the time as an argument.

use std::time::Duration;

use super::jwt::Lifetime;
use crate::backoff::doubled;

/// How long after a refresh that failed, or that brought a token whose time is over, the next one
/// comes.
pub(super) const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// The shortest time between refreshes, whatever the settings and the tokens say.
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// The longest, for tokens that are good for ever.
const PAUSE_MAX: Duration = Duration::from_secs(30 * 24 * 3600);

/// `sasl.login.refresh.*`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RefreshWindow {
    /// Which part of a token's time goes by first.
    pub(super) factor: f64,
    /// At most so much more of it, by chance.
    pub(super) jitter: f64,
    pub(super) min_period: Duration,
    /// What should be left of a token's time.
    pub(super) buffer: Duration,
}

impl RefreshWindow {
    /// The pause after a token that is given at `now` (milliseconds since the epoch); `chance` is
    /// between 0 and 1.
    pub(super) fn pause(self, token: Lifetime, now: i64, chance: f64) -> Duration {
        let end = token.expires_at;
        if now > end {
            return AGAIN_AFTER;
        }
        let part = self.factor + self.jitter * chance;
        let part_of =
            |from: i64| from.saturating_add((end.saturating_sub(from) as f64 * part) as i64);
        let (min_period, buffer) = (millis(self.min_period), millis(self.buffer));
        let at = if now.saturating_add(min_period + buffer) > end {
            // Too short for both: the part of what is left.
            part_of(now)
        } else {
            let latest = end.saturating_sub(buffer);
            let earliest = now.saturating_add(min_period);
            part_of(token.issued_at.unwrap_or(now)).min(latest).max(earliest)
        };
        let pause = u64::try_from(at.saturating_sub(now)).unwrap_or_default();
        Duration::from_millis(pause).clamp(PAUSE_MIN, PAUSE_MAX)
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

/// `sasl.login.retry.backoff.*`. As in Java the second limits all attempts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attempts {
    pub(super) backoff: Duration,
    pub(super) all_max: Duration,
}

impl Attempts {
    /// The wait after `failures` in a row (at least one), `elapsed` after the first attempt began;
    /// `None` to give up.
    pub(super) fn wait(self, failures: u32, elapsed: Duration) -> Option<Duration> {
        let wait = doubled(self.backoff, failures).min(self.all_max.checked_sub(elapsed)?);
        (wait > Duration::ZERO).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULT: RefreshWindow = RefreshWindow {
        factor: 0.8,
        jitter: 0.05,
        min_period: Duration::from_secs(60),
        buffer: Duration::from_secs(300),
    };

    /// Seconds from now to the refresh of a token that was given `age` seconds ago and is good for
    /// `left` more.
    #[track_caller]
    fn check(window: RefreshWindow, age: Option<i64>, left: i64, chance: f64, expected: f64) {
        let now = 1_800_000_000_000;
        let issued_at = age.map(|age| now - age * 1000);
        let token =
            Lifetime { issued_at, expires_at: now.saturating_add(left.saturating_mul(1000)) };
        let pause = window.pause(token, now, chance).as_secs_f64();
        assert!((pause - expected).abs() < 0.01, "{age:?} {left}: {pause}, not {expected}");
    }

    #[test]
    fn a_token_is_refreshed_within_the_window() {
        check(DEFAULT, None, 3600, 0.0, 2880.0);
        check(DEFAULT, None, 3600, 1.0, 3060.0);
        check(DEFAULT, Some(0), 3600, 1.0, 3060.0);
        // Four minutes before the end is within the buffer.
        check(DEFAULT, None, 1200, 0.0, 900.0);
        // Most of its time is over already.
        check(DEFAULT, Some(36_000), 3600, 0.0, 60.0);
        // Too short for the buffers.
        check(DEFAULT, None, 300, 0.0, 240.0);
        check(DEFAULT, Some(1000), 10, 1.0, 8.5);
        let bare = RefreshWindow { min_period: Duration::ZERO, buffer: Duration::ZERO, ..DEFAULT };
        check(bare, Some(100), 10, 0.0, 1.0);
        check(bare, None, 10, 0.0, 8.0);
    }

    #[test]
    fn no_token_makes_refreshes_too_many_or_too_few() {
        check(DEFAULT, None, 0, 0.0, 1.0);
        check(DEFAULT, None, -1, 0.0, 10.0);
        check(DEFAULT, None, i64::MAX, 1.0, 30.0 * 24.0 * 3600.0);
        check(DEFAULT, Some(-1_000_000), 3600, 0.0, 3300.0);
    }

    #[test]
    fn attempts_double_their_waits_within_the_time_for_all() {
        let attempts =
            Attempts { backoff: Duration::from_millis(100), all_max: Duration::from_secs(10) };
        for (failures, elapsed, expected) in [
            (1, 0, Some(100)),
            (2, 100, Some(200)),
            (7, 6300, Some(3700)),
            (1, 9_950, Some(50)),
            (8, 10_000, None),
            (99, 0, Some(10_000)),
            (1, 20_000, None),
        ] {
            let wait = attempts.wait(failures, Duration::from_millis(elapsed));
            assert_eq!(wait, expected.map(Duration::from_millis), "{failures} {elapsed}");
        }
        let never = Attempts { backoff: Duration::ZERO, ..attempts };
        assert_eq!(never.wait(1, Duration::ZERO), None);
    }
}
