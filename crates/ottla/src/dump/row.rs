//! One line of output: named values, as text like Kafka's or as a JSON object.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use ottla_wire::json::Quoted;

use super::Failure;

/// A value of a line.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    /// A number.
    Int(i64),
    /// True or false.
    Bool(bool),
    /// A number that may be missing, which Kafka's tool shows as Java's optionals look.
    Optional(Option<i64>),
    /// Text.
    Text(String),
    /// Texts.
    List(Vec<String>),
    /// JSON text, as it stands.
    Json(String),
}

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Option<i64>> for Cell {
    fn from(value: Option<i64>) -> Self {
        Self::Optional(value)
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Cell {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

/// A line being made.
#[derive(Debug)]
pub(crate) struct Row {
    /// What the line is about, for JSON.
    kind: &'static str,
    text: String,
    json: String,
}

impl Row {
    /// A line without anything.
    pub(crate) fn new(kind: &'static str) -> Self {
        Self { kind, text: String::new(), json: String::new() }
    }

    /// A line that text opens with `|`, as those of records do.
    pub(crate) fn indented(kind: &'static str) -> Self {
        Self { kind, text: "|".to_owned(), json: String::new() }
    }

    /// Adds `name: value`.
    pub(crate) fn add(&mut self, name: &str, value: impl Into<Cell>) -> &mut Self {
        self.add_as(name, ": ", &value.into())
    }

    /// Adds `name: value` if there is a value.
    pub(crate) fn add_some(&mut self, name: &str, value: Option<impl Into<Cell>>) -> &mut Self {
        match value {
            Some(value) => self.add(name, value),
            None => self,
        }
    }

    /// Adds `name value`, without a colon.
    pub(crate) fn add_bare(&mut self, name: &str, value: impl Into<Cell>) -> &mut Self {
        self.add_as(name, " ", &value.into())
    }

    fn add_as(&mut self, name: &str, colon: &str, value: &Cell) -> &mut Self {
        let space = if self.text.is_empty() { "" } else { " " };
        let _ = write!(self.text, "{space}{name}{colon}");
        let _ = write!(self.json, ",{}:", Quoted(name));
        match value {
            Cell::Int(number) => {
                let _ = write!(self.text, "{number}");
                let _ = write!(self.json, "{number}");
            }
            Cell::Bool(value) => {
                let _ = write!(self.text, "{value}");
                let _ = write!(self.json, "{value}");
            }
            Cell::Optional(Some(number)) => {
                let _ = write!(self.text, "OptionalLong[{number}]");
                let _ = write!(self.json, "{number}");
            }
            Cell::Optional(None) => {
                self.text.push_str("OptionalLong.empty");
                self.json.push_str("null");
            }
            Cell::Text(text) => {
                self.text.push_str(text);
                let _ = write!(self.json, "{}", Quoted(text));
            }
            Cell::List(texts) => {
                let quoted: Vec<_> = texts.iter().map(|text| Quoted(text).to_string()).collect();
                let _ = write!(self.text, "[{}]", texts.join(","));
                let _ = write!(self.json, "[{}]", quoted.join(","));
            }
            Cell::Json(json) => {
                self.text.push_str(json);
                self.json.push_str(json);
            }
        }
        self
    }
}

/// Where lines go.
pub(crate) struct Output<'a> {
    out: &'a mut dyn Write,
    json: bool,
    file: String,
    /// A line has been begun and not ended.
    is_within: bool,
}

impl<'a> Output<'a> {
    /// Output to `out`, as JSON or as text.
    pub(crate) fn new(out: &'a mut dyn Write, json: bool) -> Self {
        Self { out, json, file: String::new(), is_within: false }
    }

    /// What follows is of this file.
    pub(crate) fn begin_file(&mut self, path: &Path) -> Result<(), Failure> {
        self.file = path.display().to_string();
        let line = format!("Dumping {}", self.file);
        self.text(&line)
    }

    /// Prints a line that only text has.
    pub(crate) fn text(&mut self, line: &str) -> Result<(), Failure> {
        if self.json {
            return Ok(());
        }
        writeln!(self.out, "{line}").map_err(|_| Failure::Output)
    }

    /// Prints a line, which JSON calls a `note`.
    pub(crate) fn note(&mut self, line: &str) -> Result<(), Failure> {
        if !self.json {
            return self.text(line);
        }
        let mut row = Row::new("note");
        row.add("note", line);
        self.row(&row)
    }

    /// Prints a line of values.
    pub(crate) fn row(&mut self, row: &Row) -> Result<(), Failure> {
        let printed = if self.json {
            let file = Quoted(&self.file);
            writeln!(self.out, "{{\"file\":{file},\"kind\":\"{}\"{}}}", row.kind, row.json)
        } else {
            writeln!(self.out, "{}", row.text)
        };
        printed.map_err(|_| Failure::Output)
    }

    /// Prints as much of a line as could be told before an error, which ends it.
    pub(crate) fn broken_row(&mut self, row: &Row) -> Result<(), Failure> {
        if self.json {
            return self.row(row);
        }
        self.is_within = true;
        write!(self.out, "{}", row.text).map_err(|_| Failure::Output)
    }

    /// Ends a line that was begun.
    pub(crate) fn end_line(&mut self) -> Result<(), Failure> {
        if std::mem::take(&mut self.is_within) {
            writeln!(self.out).map_err(|_| Failure::Output)?;
        }
        Ok(())
    }

    /// Gives out what is held back.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(|_| Failure::Output)
    }
}
