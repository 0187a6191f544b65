//! Flags as getopt reads them: letters, together or apart, values attached or behind.

use std::io::IsTerminal;

use ottla_io::Disk;

use super::settings::Settings;
use super::{Ended, Outcome, fatal, tell};
use crate::console::Console;
use crate::records::escapes::delimiter;
use crate::records::format::{Dialect, Format, Piece, Shape};
use crate::records::places::{Begin, Stop};
use crate::records::unpack::Pack;
use crate::target::FILE_BYTES_MAX;

/// Letters of flags that have a value.
const WITH_VALUE: &str = "GMtpbzoDKkHdFXcfsrm";
/// Letters of flags that have none.
const ALONE: &str = "PCLQeEOqvTuZlVhJ";

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Produce,
    Consume,
    Group,
    List,
    Query,
}

/// What was given.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) mode: Mode,
    pub(super) group: String,
    pub(super) topic: Option<String>,
    /// Topics, partitions and times of `-Q`.
    pub(super) queries: Vec<(String, i32, i64)>,
    pub(super) partition: Option<i32>,
    pub(super) settings: Settings,
    pub(super) begin: Option<Begin>,
    pub(super) stop: Option<Stop>,
    pub(super) exits_at_end: bool,
    pub(super) exits_on_error: bool,
    pub(super) is_json: bool,
    pub(super) format: Format,
    pub(super) delimiter: Vec<u8>,
    pub(super) key_delimiter: Option<Vec<u8>>,
    pub(super) key: Option<String>,
    pub(super) headers: Vec<String>,
    pub(super) count: Option<u64>,
    pub(super) timeout: std::time::Duration,
    pub(super) nulls: bool,
    pub(super) tees: bool,
    pub(super) reads_lines: bool,
    pub(super) verbosity: i32,
    /// Files or topics.
    pub(super) words: Vec<String>,
}

/// Flags in their order, and words.
type Read = (Vec<(char, String)>, Vec<String>);

fn getopt(line: &[String]) -> Outcome<Read> {
    let unknown = || Ended::Usage("unknown argument".to_owned());
    let (mut flags, mut words) = (Vec::new(), Vec::new());
    let mut line = line.iter();
    while let Some(word) = line.next() {
        if word == "--" {
            words.extend(line.cloned());
            break;
        }
        let Some(mut letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) else {
            words.push(word.clone());
            continue;
        };
        while let Some(letter) = letters.chars().next() {
            letters = letters.get(letter.len_utf8()..).unwrap_or_default();
            if ALONE.contains(letter) {
                flags.push((letter, String::new()));
            } else if WITH_VALUE.contains(letter) {
                let value = if letters.is_empty() {
                    line.next().cloned()
                } else {
                    Some(letters.to_owned())
                };
                flags.push((letter, value.ok_or_else(unknown)?));
                break;
            } else {
                return Err(unknown());
            }
        }
    }
    Ok((flags, words))
}

impl Options {
    pub(super) fn read(line: &[String], console: &mut Console) -> Outcome<Self> {
        // Images had kcat as entry point and as first word.
        let line = match line {
            [first, rest @ ..] if first == "kcat" || first == "kafkacat" => rest,
            line => line,
        };
        let (flags, words) = getopt(line)?;
        let mut building = Building::new();
        for (letter, value) in flags {
            building.take(letter, value)?;
        }
        building.finish(words, console)
    }
}

/// Options that are being put together.
struct Building {
    mode: Option<(char, Mode)>,
    options: Options,
    format: Option<String>,
    delimiter: String,
    key_delimiter: Option<String>,
    packs: [Option<Pack>; 2],
    files: Vec<String>,
    searches_files: bool,
}

impl Building {
    fn new() -> Self {
        let options = Options {
            mode: Mode::Consume,
            group: String::new(),
            topic: None,
            queries: Vec::new(),
            partition: None,
            settings: Settings::default(),
            begin: None,
            stop: None,
            exits_at_end: false,
            exits_on_error: true,
            is_json: false,
            format: Format::default(),
            delimiter: Vec::new(),
            key_delimiter: None,
            key: None,
            headers: Vec::new(),
            count: None,
            timeout: std::time::Duration::from_secs(5),
            nulls: false,
            tees: false,
            reads_lines: false,
            verbosity: 1,
            words: Vec::new(),
        };
        Self {
            mode: None,
            options,
            format: None,
            delimiter: "\n".to_owned(),
            key_delimiter: None,
            packs: [None, None],
            files: Vec::new(),
            searches_files: true,
        }
    }

    fn take(&mut self, letter: char, value: String) -> Outcome {
        let options = &mut self.options;
        match letter {
            'P' | 'C' | 'L' | 'Q' | 'G' | 'M' => return self.set_mode(letter, value),
            't' if self.mode.is_some_and(|(letter, _)| letter == 'Q') => {
                options.queries.push(query(&value)?)
            }
            't' => options.topic = Some(value),
            'p' => {
                options.partition = Some(integer(&value) as i32).filter(|partition| *partition >= 0)
            }
            'b' => options.settings.set("metadata.broker.list", &value).map_err(Ended::Fatal)?,
            'z' => options.settings.set("compression.codec", &value).map_err(Ended::Fatal)?,
            'X' => return self.set_property(&value),
            'o' => self.set_place(&value),
            'e' => options.exits_at_end = true,
            'E' => options.exits_on_error = false,
            'f' => self.format = Some(value),
            'J' => options.is_json = true,
            's' => return self.set_pack(&value),
            'r' => return fatal("This build of kcat lacks Avro/Schema-Registry support"),
            'D' => self.delimiter = value,
            'K' => self.key_delimiter = Some(value),
            'k' => options.key = Some(value),
            'H' if value.is_empty() || value.starts_with('=') => {
                return fatal("Expected -H \"name=value..\" or -H \"name\"");
            }
            'H' => options.headers.push(value),
            'l' => options.reads_lines = true,
            'c' => options.count = u64::try_from(integer(&value)).ok().filter(|count| *count > 0),
            'm' => {
                let seconds = u64::try_from(integer(&value)).unwrap_or(0);
                options.timeout = std::time::Duration::from_secs(seconds);
            }
            'Z' => options.nulls = true,
            'q' => options.verbosity = 0,
            'v' => options.verbosity += 1,
            'T' => options.tees = true,
            'F' => {
                self.searches_files = false;
                if value != "-" && value != "none" {
                    self.files.push(value);
                }
            }
            'V' => return Err(Ended::Version),
            'h' => return Err(Ended::Help),
            // -O has no effect in kcat 1.7.1; -u: every batch is written at once; -d: no logs here.
            _ => {}
        }
        Ok(())
    }

    fn set_mode(&mut self, letter: char, value: String) -> Outcome {
        let mode = match letter {
            'P' => Mode::Produce,
            'C' => Mode::Consume,
            'L' => Mode::List,
            'Q' => Mode::Query,
            'G' => {
                self.options.group = value;
                Mode::Group
            }
            _ => return fatal("there is no mock cluster here: `ottla serve` is a whole one"),
        };
        self.mode = Some((letter, mode));
        Ok(())
    }

    fn set_property(&mut self, pair: &str) -> Outcome {
        if pair == "list" || pair == "help" || pair == "dump" {
            self.options.settings.shows = true;
            return Ok(());
        }
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Ended::Fatal(format!(
                "Expected -X property=value, not {pair}, use -X list to display available properties"
            )));
        };
        self.options.settings.set(name, value).map_err(Ended::Fatal)
    }

    fn set_place(&mut self, text: &str) {
        let options = &mut self.options;
        options.begin = Some(match text {
            "end" => Begin::End,
            "beginning" => Begin::Beginning,
            "stored" => Begin::Stored,
            _ => {
                if let Some(time) = text.strip_prefix("s@") {
                    Begin::Time(integer(time))
                } else if let Some(time) = text.strip_prefix("e@") {
                    options.stop = Some(Stop::Time(integer(time)));
                    return;
                } else {
                    match integer(text) {
                        offset if offset < 0 => Begin::Tail(offset.saturating_neg()),
                        offset => Begin::Offset(offset),
                    }
                }
            }
        });
    }

    fn set_pack(&mut self, text: &str) -> Outcome {
        let (fields, pack) = match text.split_once('=') {
            Some(("key", pack)) => (&["key"][..], pack),
            Some(("value", pack)) => (&["value"][..], pack),
            _ => (&["key", "value"][..], text),
        };
        if pack == "avro" {
            return fatal("This build of kcat lacks Avro/Schema-Registry support");
        }
        for field in fields {
            let parsed = Pack::parse(field, pack).map_err(Ended::Fatal)?;
            self.packs[usize::from(*field == "value")] = Some(parsed);
        }
        Ok(())
    }

    fn finish(mut self, words: Vec<String>, console: &mut Console) -> Outcome<Options> {
        self.read_files(console)?;
        if self.options.settings.shows {
            self.options.settings.show(console);
            return Err(Ended::Code(0));
        }
        let options = &mut self.options;
        if !options.settings.has_brokers() {
            return Err(Ended::Usage("-b <broker,..> missing".to_owned()));
        }
        let is_terminal = std::io::stdin().is_terminal();
        options.mode = match self.mode {
            Some((_, mode)) => mode,
            None => {
                let (mode, name) = if is_terminal {
                    (Mode::Consume, "Consumer")
                } else {
                    (Mode::Produce, "Producer")
                };
                tell(
                    options,
                    1,
                    console,
                    format_args!("Auto-selecting {name} mode (use -P or -C to override)"),
                );
                mode
            }
        };
        let needs_topic = matches!(options.mode, Mode::Produce | Mode::Consume);
        if needs_topic && options.topic.is_none() {
            return Err(Ended::Usage("-t <topic> missing".to_owned()));
        }
        if options.mode == Mode::Query && options.queries.is_empty() {
            let why = "-t <topic>:<partition>:<offset_or_timestamp> missing";
            return Err(Ended::Usage(why.to_owned()));
        }
        let consumes = matches!(options.mode, Mode::Consume | Mode::Group);
        if self.packs.iter().any(Option::is_some) && !consumes {
            return fatal("-s serdes only available in the consumer");
        }
        options.delimiter = delimiter(&self.delimiter).map_err(Ended::Fatal)?;
        let key_delimiter = self.key_delimiter.as_deref().map(delimiter).transpose();
        options.key_delimiter = key_delimiter.map_err(Ended::Fatal)?;
        if consumes {
            options.format = format(self.format.as_deref(), options)?;
            let [key_pack, value_pack] = self.packs;
            options.format.key_pack = key_pack;
            options.format.value_pack = value_pack;
        }
        if options.mode == Mode::Produce && options.delimiter.is_empty() {
            return fatal("Message delimiter -D must not be empty when producing");
        }
        check_words(options, &words)?;
        self.options.words = words;
        Ok(self.options)
    }

    fn read_files(&mut self, console: &mut Console) -> Outcome {
        let environment = crate::environment::Environment::read();
        if self.files.is_empty() && self.searches_files {
            if let Some(path) = environment.kcat_settings_file {
                self.files.push(path);
            } else if let Some(path) = environment.kcat_home_file
                && let Ok(bytes) = Disk::os().read(&path, FILE_BYTES_MAX)
            {
                return self.set_all(&path, &String::from_utf8_lossy(&bytes));
            }
        }
        for path in std::mem::take(&mut self.files) {
            let bytes = Disk::os().read(&path, FILE_BYTES_MAX);
            let bytes = bytes.map_err(|_| {
                Ended::Fatal(format!("Failed to open {path}: No such file or directory"))
            })?;
            tell(&self.options, 1, console, format_args!("Reading configuration from file {path}"));
            self.set_all(&path, &String::from_utf8_lossy(&bytes))?;
        }
        Ok(())
    }

    fn set_all(&mut self, path: &str, text: &str) -> Outcome {
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let line = line.replace("\\:", ":").replace("\\=", "=");
            let at = at + 1;
            match line.split_once('=') {
                Some((name, value)) if !name.is_empty() => {
                    let set = self.options.settings.set_default(name, value);
                    set.map_err(|why| Ended::Fatal(format!("{path}:{at}: {why}\n")))?;
                }
                _ => return fatal(format!("{path}:{at}: expected property=value\n")),
            }
        }
        Ok(())
    }
}

fn check_words(options: &Options, words: &[String]) -> Outcome {
    if words.is_empty() {
        return Ok(());
    }
    if !matches!(options.mode, Mode::Produce | Mode::Group) {
        let why = "file/topic list only allowed in producer(-P)/kafkaconsumer(-G) mode";
        return Err(Ended::Usage(why.to_owned()));
    }
    if options.reads_lines && words.len() > 1 {
        return fatal("Only one file allowed for line mode (-l)");
    }
    Ok(())
}

fn format(text: Option<&str>, options: &Options) -> Outcome<Format> {
    let mut format = match text {
        Some(text) => Format::parse(text, Dialect::Kcat).map_err(Ended::Fatal)?,
        None if options.is_json => Format::of(vec![Piece::Text(options.delimiter.clone())]),
        None => {
            let value = [Piece::Value(Shape::Plain), Piece::Text(options.delimiter.clone())];
            let key = options
                .key_delimiter
                .iter()
                .flat_map(|between| [Piece::Key(Shape::Plain), Piece::Text(between.clone())]);
            Format::of(key.chain(value).collect())
        }
    };
    if options.nulls {
        format.null = b"NULL".to_vec();
    }
    Ok(format)
}

/// The number that a text begins with, as `strtoll` reads it; 0 for none.
fn integer(text: &str) -> i64 {
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let number: i64 = digits.get(..end).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    sign * number
}

fn query(text: &str) -> Outcome<(String, i32, i64)> {
    let wrong = || Ended::Fatal("-t: expected \"topic:partition:offset_or_timestamp\"".to_owned());
    let mut parts = text.splitn(3, ':');
    let topic = parts.next().unwrap_or_default().to_owned();
    let mut number = || {
        let part = parts.next()?;
        let begins = part.trim_start().trim_start_matches(['-', '+']);
        begins.starts_with(|c: char| c.is_ascii_digit()).then(|| integer(part))
    };
    let partition = number().ok_or_else(wrong)?;
    let time = number().ok_or_else(wrong)?;
    Ok((topic, i32::try_from(partition).map_err(|_| wrong())?, time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_as_getopt_reads_them() {
        let words = |line: &str| -> Vec<String> { line.split(' ').map(str::to_owned).collect() };
        let (flags, rest) = getopt(&words("-Cet orders -o-3 file -- -x")).unwrap();
        let shown: Vec<_> =
            flags.iter().map(|(letter, value)| format!("{letter}{value}")).collect();
        assert_eq!(shown, ["C", "e", "torders", "o-3"]);
        assert_eq!(rest, ["file", "-x"]);
        assert_eq!(getopt(&words("-y")), Err(Ended::Usage("unknown argument".to_owned())));
        assert_eq!(getopt(&words("-t")), Err(Ended::Usage("unknown argument".to_owned())));
    }

    #[test]
    fn numbers_and_queries_are_what_they_begin_with() {
        assert_eq!([integer("12x"), integer("-3"), integer("x")], [12, -3, 0]);
        assert_eq!(query("t:0:5").unwrap(), ("t".to_owned(), 0, 5));
        assert_eq!(query("t:0:-2").unwrap().2, -2);
        assert!(query("t:0").is_err() && query("t:x:1").is_err());
    }
}
