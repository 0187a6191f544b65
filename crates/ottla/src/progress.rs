//! How far a long verb is: a line of status on stderr, drawn again and again, on a terminal only.

use std::time::Duration;

use ottla_base::MonoTime;
use ottla_io::Io;

use crate::console::Console;

/// Verbs that are done before this has passed draw nothing.
const FIRST: Duration = Duration::from_secs(1);
/// How often the line is drawn.
const EVERY: Duration = Duration::from_millis(200);

/// The line of one run.
pub(crate) struct Progress {
    begin: MonoTime,
    /// When it is drawn next; `None` if nobody would see it.
    next: Option<MonoTime>,
}

impl Progress {
    /// Nothing is drawn yet, and never if it is not `wanted` or stderr is no terminal.
    pub(crate) fn new(io: &Io, wanted: bool, console: &Console) -> Self {
        let begin = io.now().mono;
        let next = (wanted && console.shows_status()).then(|| begin + FIRST);
        Self { begin, next }
    }

    /// Draws the line, if it is time: so many records are done, which are the share of all that `share`
    /// finds out, if it can.
    pub(crate) fn tell(
        &mut self,
        io: &Io,
        console: &mut Console,
        records: u64,
        share: impl FnOnce() -> Option<f64>,
    ) {
        let Some(next) = self.next else { return };
        let now = io.now().mono;
        if now >= next {
            console.status(line(records, share(), now.since(self.begin)));
            self.next = Some(now + EVERY);
        }
    }
}

/// The share that `done` of `all` is; none of nothing.
pub(crate) fn share(done: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| done as f64 / all as f64)
}

fn line(records: u64, share: Option<f64>, passed: Duration) -> String {
    let seconds = passed.as_secs_f64().max(1e-9);
    let mut line = format!("{records} records, {:.0} a second", records as f64 / seconds);
    if let Some(share) = share.filter(|share| *share > 0.0) {
        let left = (seconds / share.min(1.0) - seconds).ceil();
        line.push_str(&format!(", {:.0} %, {left} s left", (share * 100.0).min(100.0).floor()));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_much_and_how_long() {
        for (records, share, seconds, expected) in [
            (0, None, 0, "0 records, 0 a second"),
            (500, None, 2, "500 records, 250 a second"),
            (500, share(500, 2000), 2, "500 records, 250 a second, 25 %, 6 s left"),
            (500, share(500, 0), 2, "500 records, 250 a second"),
            (999, share(999, 1000), 1, "999 records, 999 a second, 99 %, 1 s left"),
            (1000, share(1100, 1000), 1, "1000 records, 1000 a second, 100 %, 0 s left"),
        ] {
            assert_eq!(line(records, share, Duration::from_secs(seconds)), expected);
        }
    }
}
