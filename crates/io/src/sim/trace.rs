//! What happened, as a hash of everything and, on request, as text.

use std::collections::VecDeque;
use std::fmt::Write as _;

/// Every event goes through here. Two runs with equal hashes did the same.
pub(super) struct Trace {
    hash: u64,
    events: u64,
    lines: VecDeque<String>,
    lines_max: usize,
}

impl Trace {
    pub(super) fn new(seed: u64) -> Self {
        let mut trace = Self { hash: 0, events: 0, lines: VecDeque::new(), lines_max: 0 };
        trace.mix(seed);
        trace
    }

    /// `what` happened at `nanos` on `node`, to `subject`, with these numbers.
    pub(super) fn note(
        &mut self,
        nanos: u64,
        node: &str,
        what: &'static str,
        subject: &str,
        numbers: &[u64],
    ) {
        self.events += 1;
        self.mix(nanos);
        self.mix_text(node);
        self.mix_text(what);
        self.mix_text(subject);
        for &number in numbers {
            self.mix(number);
        }
        if self.lines_max == 0 {
            return;
        }
        let mut line =
            format!("{}.{:09} {node} {what}", nanos / 1_000_000_000, nanos % 1_000_000_000);
        if !subject.is_empty() {
            let _ = write!(line, " {subject}");
        }
        for number in numbers {
            let _ = write!(line, " {number}");
        }
        if self.lines.len() == self.lines_max {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    pub(super) fn keep_lines(&mut self, lines_max: usize) {
        self.lines_max = lines_max;
        while self.lines.len() > lines_max {
            self.lines.pop_front();
        }
    }

    pub(super) fn hash(&self) -> u64 {
        self.hash
    }

    pub(super) fn events(&self) -> u64 {
        self.events
    }

    pub(super) fn text(&self) -> String {
        self.lines.iter().fold(String::new(), |text, line| text + line + "\n")
    }

    fn mix_text(&mut self, text: &str) {
        for chunk in text.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(word));
        }
        self.mix(text.len() as u64);
    }

    fn mix(&mut self, word: u64) {
        let mixed = (self.hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.hash = mixed ^ (mixed >> 29);
    }
}
