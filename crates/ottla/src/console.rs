//! Where lines go: data to stdout, talk to stderr. A reader that has gone away ends the output and
//! not the program; colours are for a terminal, and nothing is told by colour alone.

use std::fmt::Display;
use std::io::{BufWriter, IsTerminal, Stdout, Write};

/// The outputs of one run.
pub(crate) struct Console {
    out: BufWriter<Stdout>,
    terminal: bool,
    colours: bool,
    deaf: bool,
}

impl Console {
    /// The outputs of this process; `no_colour` is the environment's NO_COLOR (no-color.org).
    pub(crate) fn new(no_colour: bool) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let out = BufWriter::new(std::io::stdout());
        Self { out, terminal, colours: terminal && !no_colour, deaf: false }
    }

    /// Whether lines may be coloured.
    pub(crate) fn has_colours(&self) -> bool {
        self.colours
    }

    /// A line of data.
    pub(crate) fn line(&mut self, line: impl Display) {
        self.text(format_args!("{line}\n"));
        if self.terminal {
            self.flush();
        }
    }

    /// Data without an end of line.
    pub(crate) fn text(&mut self, text: impl Display) {
        if !self.deaf && write!(self.out, "{text}").is_err() {
            self.deaf = true;
        }
    }

    /// Data as it is.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        if !self.deaf && self.out.write_all(bytes).is_err() {
            self.deaf = true;
        }
    }

    /// Whether stdout is a terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Whether nobody listens any more, as far as was noticed.
    pub(crate) fn is_deaf(&self) -> bool {
        self.deaf
    }

    /// A line of talk. What was printed before is seen before.
    pub(crate) fn talk(&mut self, line: impl Display) {
        self.flush();
        let _ = writeln!(std::io::stderr(), "{line}");
    }

    /// Everything so far is on its way.
    pub(crate) fn flush(&mut self) {
        if !self.deaf && self.out.flush().is_err() {
            self.deaf = true;
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.flush();
    }
}
