//! The operating system's clocks, and the signals that ask for a stop.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ottla_base::{MonoTime, Now, WallTime};

/// Which signal asked the process to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShutdownSignal {
    /// SIGTERM: a supervisor.
    Terminate,
    /// SIGINT: Ctrl-C.
    Interrupt,
}

impl std::fmt::Display for ShutdownSignal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Terminate => "SIGTERM",
            Self::Interrupt => "SIGINT",
        })
    }
}

/// The zero of [`MonoTime`] in this process: shortly before the first question, so that small
/// durations can be subtracted from any instant.
fn zero() -> Instant {
    static ZERO: OnceLock<Instant> = OnceLock::new();
    *ZERO.get_or_init(|| {
        let now = Instant::now();
        now.checked_sub(Duration::from_secs(1)).unwrap_or(now)
    })
}

pub(crate) fn now() -> Now {
    let mono = Instant::now().saturating_duration_since(zero());
    let wall = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    };
    Now {
        mono: MonoTime { nanos: u64::try_from(mono.as_nanos()).unwrap_or(u64::MAX) },
        wall: WallTime { millis: wall },
    }
}

/// Waits until then; none for never. To be called within the runtime.
pub(crate) fn sleep_until(at: MonoTime) -> Option<tokio::time::Sleep> {
    let instant = zero().checked_add(Duration::from_nanos(at.nanos))?;
    (at != MonoTime::NEVER)
        .then(|| tokio::time::sleep_until(tokio::time::Instant::from_std(instant)))
}
