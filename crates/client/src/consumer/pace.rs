//! How much one answer may bring: as little as keeps a reader busy, because an answer is held as a
//! whole from its first byte until the last of its records is given out. Pure.

use std::time::Duration;

const MIB: usize = 1024 * 1024;

/// An answer never has to be smaller. With what stands around records it is less than 1 MiB.
const BYTES_MIN: usize = MIB - 32 * 1024;
/// Nor may it grow further, whatever `fetch.max.bytes` says.
const BYTES_MAX: usize = 64 * MIB;
/// If a mebibyte takes longer, it may be that the way there and back is long: more at once is asked for.
const SLOW: Duration = Duration::from_millis(4);
/// If it takes less, half as much at once will do. More than half of [`SLOW`] would have it swing.
const QUICK: Duration = Duration::from_millis(2);

/// So many slow answers, one after the other, are not chance: a machine that is busy has a quick one
/// among them.
const SLOW_COUNT: u32 = 4;

/// How much is asked of one node at once.
#[derive(Debug)]
pub(crate) struct Pace {
    bytes: usize,
    /// Slow answers since the last that was not.
    slow: u32,
    /// The node begins with partitions that had nothing yet. Only sessions do (KIP-227): without one
    /// a full answer would hold the same partitions each time.
    is_fair: bool,
}

impl Default for Pace {
    fn default() -> Self {
        Self { bytes: BYTES_MIN, slow: 0, is_fair: true }
    }
}

impl Pace {
    /// Bytes of the next answer.
    pub(crate) fn bytes(&self) -> usize {
        if self.is_fair { self.bytes } else { usize::MAX }
    }

    /// The node remembers what was fetched, or does not.
    pub(crate) fn note_session(&mut self, is_kept: bool) {
        self.is_fair = is_kept;
    }

    /// An answer brought `bytes` that were there already, in the time `took`; `was_awaited`: the user
    /// had nothing else to read.
    pub(crate) fn answered(&mut self, bytes: usize, took: Duration, was_awaited: bool) {
        if bytes < self.bytes / 4 * 3 {
            // Something else was the limit.
            return;
        }
        let mebibytes = u32::try_from(bytes.div_ceil(MIB)).unwrap_or(u32::MAX);
        let is_slow = was_awaited && took > SLOW.saturating_mul(mebibytes);
        self.slow = if is_slow { self.slow + 1 } else { 0 };
        if self.slow >= SLOW_COUNT {
            self.slow = 0;
            self.bytes = self.bytes.saturating_mul(2).min(BYTES_MAX);
        } else if took < QUICK.saturating_mul(mebibytes) {
            self.bytes = (self.bytes / 2).max(BYTES_MIN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers that are full, each after the `round_trip` and with `per_mib` for its bytes; mebibytes
    /// of the last one.
    #[track_caller]
    fn check(round_trip: u64, per_mib: u64, was_awaited: bool, expected: usize) {
        let mut pace = Pace::default();
        for _ in 0..50 {
            let bytes = pace.bytes();
            let took = round_trip * 1000 + per_mib * 1000 * bytes as u64 / MIB as u64;
            pace.answered(bytes, Duration::from_micros(took), was_awaited);
        }
        assert_eq!(pace.bytes().div_ceil(MIB), expected);
    }

    #[test]
    fn as_much_is_asked_for_as_the_way_is_long() {
        check(0, 1, true, 1);
        check(5, 0, true, 2);
        check(10, 1, true, 4);
        check(100, 0, true, 31);
        check(1000, 0, true, 64);
    }

    #[test]
    fn a_user_who_is_slower_than_the_node_does_not_need_more() {
        check(1000, 10, false, 1);
    }

    #[test]
    fn a_slow_answer_among_quick_ones_changes_nothing() {
        let mut pace = Pace::default();
        for number in 0..40 {
            let took = Duration::from_millis(if number % 4 == 0 { 1 } else { 30 });
            pace.answered(pace.bytes(), took, true);
        }
        assert_eq!(pace.bytes(), BYTES_MIN);
    }

    #[test]
    fn an_answer_that_was_not_full_says_nothing() {
        let mut pace = Pace::default();
        pace.answered(BYTES_MIN / 2, Duration::from_secs(1), true);
        assert_eq!(pace.bytes(), BYTES_MIN);
    }

    #[test]
    fn a_node_that_forgets_what_it_sent_is_asked_for_everything() {
        let mut pace = Pace::default();
        pace.note_session(false);
        assert_eq!(pace.bytes(), usize::MAX);
        pace.note_session(true);
        assert_eq!(pace.bytes(), BYTES_MIN);
    }
}
