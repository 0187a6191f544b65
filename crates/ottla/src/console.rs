//! Where lines go: data to stdout, talk to stderr. A reader that has gone away ends the output and
//! not the program; colours are for a terminal, and nothing is told by colour alone.

use std::fmt::Display;
use std::fs::File;
use std::io::{BufWriter, IsTerminal, Stdout, Write};
use std::os::fd::AsFd;

/// The outputs of one run.
pub(crate) struct Console {
    out: BufWriter<Stdout>,
    terminal: bool,
    colours: bool,
    deaf: bool,
    /// Whether stderr is a terminal, and whether a line of status stands there now.
    shows_status: bool,
    has_status: bool,
}

/// Begins the line anew, and forgets what stands there.
const ERASE: &str = "\r\u{1b}[K";

impl Console {
    /// The outputs of this process; `no_colour` is the environment's NO_COLOR (no-color.org).
    pub(crate) fn new(no_colour: bool) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let out = BufWriter::new(std::io::stdout());
        let colours = terminal && !no_colour;
        let shows_status = std::io::stderr().is_terminal();
        Self { out, terminal, colours, deaf: false, shows_status, has_status: false }
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
        self.make_room();
        if !self.deaf && write!(self.out, "{text}").is_err() {
            self.deaf = true;
        }
    }

    /// Data as it is.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.make_room();
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

    /// Whether stdout is a file, which takes what it is given and shows nobody anything.
    pub(crate) fn is_file(&self) -> bool {
        let stdout = std::io::stdout().as_fd().try_clone_to_owned();
        stdout.and_then(|fd| File::from(fd).metadata()).is_ok_and(|found| found.is_file())
    }

    /// Whether stdin is a terminal, where somebody types.
    pub(crate) fn is_typed(&self) -> bool {
        std::io::stdin().is_terminal()
    }

    /// Whether a line of status would be seen.
    pub(crate) fn shows_status(&self) -> bool {
        self.shows_status
    }

    /// Draws the line of status anew. Whatever is printed next takes its place.
    pub(crate) fn status(&mut self, line: impl Display) {
        if self.shows_status {
            self.has_status = write!(std::io::stderr(), "{ERASE}{line}").is_ok();
        }
    }

    fn erase_status(&mut self) {
        if std::mem::take(&mut self.has_status) {
            let _ = write!(std::io::stderr(), "{ERASE}");
        }
    }

    /// What is printed on the same terminal does not stand behind the line of status.
    fn make_room(&mut self) {
        if self.terminal {
            self.erase_status();
        }
    }

    /// A line of talk. What was printed before is seen before.
    pub(crate) fn talk(&mut self, line: impl Display) {
        self.erase_status();
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
        self.erase_status();
        self.flush();
    }
}
