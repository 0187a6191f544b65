//! Instants as arguments: a core is told what time it is, it never asks.

use core::ops::{Add, Sub};
use core::time::Duration;

/// Nanoseconds on a clock that only goes forward; its zero is arbitrary. For timeouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MonoTime {
    /// Nanoseconds since this clock's zero.
    pub nanos: u64,
}

impl MonoTime {
    /// How long after `earlier` this is; zero if it is not after it.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.nanos.saturating_sub(earlier.nanos))
    }

    /// The instant that no timeout reaches.
    pub const NEVER: Self = Self { nanos: u64::MAX };
}

impl Add<Duration> for MonoTime {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Self { nanos: self.nanos.saturating_add(nanos) }
    }
}

impl Sub<Duration> for MonoTime {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Self { nanos: self.nanos.saturating_sub(nanos) }
    }
}

/// Milliseconds since 1970-01-01T00:00Z, as stamped on records. May jump either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct WallTime {
    /// Milliseconds since the epoch.
    pub millis: i64,
}

/// What time it is, on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Now {
    /// For timeouts and durations.
    pub mono: MonoTime,
    /// For timestamps that others will read.
    pub wall: WallTime,
}
