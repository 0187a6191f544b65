//! A command's words.
//!
//! `verb thing option=value flag : record record , thing option=value : record`: commas (alone)
//! separate the things a request is about, a colon (alone) comes before a thing's records. Options
//! of the whole request may stand anywhere. Double quotes hold spaces together; `null` is none.

use std::str::FromStr;

/// The words behind a verb.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    pub(super) things: Vec<Thing>,
}

/// One thing that a request is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Thing {
    /// Words without `=`: first its name, then flags.
    pub(super) plain: Vec<String>,
    /// Words with `=`, in their order.
    pub(super) options: Vec<(String, String)>,
    /// What is behind the colon.
    records: Vec<String>,
    has_records: bool,
}

impl Words {
    /// Reads what is behind the verb.
    pub(super) fn parse(text: &str) -> Self {
        let mut things = vec![Thing::default()];
        for (word, is_quoted) in split(text) {
            let Some(thing) = things.last_mut() else { continue };
            match word.as_str() {
                "," => things.push(Thing::default()),
                ":" => thing.has_records = true,
                _ if thing.has_records => thing.records.push(word),
                _ => match word.split_once('=').filter(|_| !is_quoted) {
                    Some((name, value)) => thing.options.push((name.into(), value.into())),
                    None => thing.plain.push(word),
                },
            }
        }
        Self { things }
    }

    /// Takes the option `name` of the whole request, or gives `default`.
    pub(super) fn take<T: FromStr>(&mut self, name: &str, default: T) -> Result<T, String> {
        Ok(self.optional(name)?.unwrap_or(default))
    }

    /// Takes the option `name` of the whole request, if it is there.
    pub(super) fn optional<T: FromStr>(&mut self, name: &str) -> Result<Option<T>, String> {
        for thing in &mut self.things {
            if let Some(value) = thing.optional(name)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// Takes the word `name` of the whole request; whether it was there.
    pub(super) fn flag(&mut self, name: &str) -> bool {
        self.things.iter_mut().any(|thing| thing.flag(name))
    }

    /// The things with a name, or with anything else left.
    pub(super) fn things(self) -> Vec<Thing> {
        self.things.into_iter().filter(|thing| !thing.is_empty()).collect()
    }

    /// For verbs that take no things.
    pub(super) fn finish(self) -> Result<(), String> {
        self.things().into_iter().try_for_each(Thing::finish)
    }
}

impl Thing {
    /// Takes the first word without `=`.
    pub(super) fn name(&mut self) -> Result<String, String> {
        if self.plain.is_empty() {
            return Err("a name is missing".to_owned());
        }
        Ok(self.plain.remove(0))
    }

    /// Takes a partition, `topic-3`.
    pub(super) fn partition(&mut self) -> Result<(String, i32), String> {
        partition(&self.name()?)
    }

    /// Takes an option, or gives `default`.
    pub(super) fn take<T: FromStr>(&mut self, name: &str, default: T) -> Result<T, String> {
        Ok(self.optional(name)?.unwrap_or(default))
    }

    /// Takes an option, if it is there.
    pub(super) fn optional<T: FromStr>(&mut self, name: &str) -> Result<Option<T>, String> {
        let Some(at) = self.options.iter().position(|(option, _)| option == name) else {
            return Ok(None);
        };
        let (_, value) = self.options.remove(at);
        let read = value.parse().map_err(|_| format!("{name}={value} cannot be read"))?;
        Ok(Some(read))
    }

    /// Takes what is behind the colon.
    pub(super) fn take_records(&mut self) -> Vec<String> {
        self.has_records = false;
        std::mem::take(&mut self.records)
    }

    /// Takes a word without `=`; whether it was there.
    pub(super) fn flag(&mut self, name: &str) -> bool {
        let at = self.plain.iter().position(|word| word == name);
        at.map(|at| self.plain.remove(at)).is_some()
    }

    /// Nothing may be left, or a word was misspelled.
    pub(super) fn finish(self) -> Result<(), String> {
        if self.is_empty() { Ok(()) } else { Err(format!("not understood: {self:?}")) }
    }

    fn is_empty(&self) -> bool {
        self.plain.is_empty() && self.options.is_empty() && !self.has_records
    }
}

/// `topic-3` as topic and number.
pub(super) fn partition(text: &str) -> Result<(String, i32), String> {
    // A number may be negative: `t--1`.
    let cut = text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let cut = if text[..cut].ends_with("--") { cut - 1 } else { cut };
    let topic = text[..cut.min(text.len())].strip_suffix('-');
    let index = text[cut..].parse::<i32>();
    match (topic, index) {
        (Some(topic), Ok(index)) => Ok((topic.to_owned(), index)),
        _ => Err(format!("{text} is no partition, like topic-0")),
    }
}

/// A text, or none for `null`.
pub(super) fn nullable(text: &str) -> Option<ottla_wire::Str> {
    (text != "null").then(|| ottla_wire::Str::from(text))
}

/// Comma-separated numbers.
pub(super) fn numbers<T: FromStr>(text: &str) -> Result<Vec<T>, String> {
    let parts = text.split(',').filter(|part| !part.is_empty());
    parts.map(|part| part.parse().map_err(|_| format!("{part} is no number"))).collect()
}

/// Words and whether they began with a quote.
fn split(text: &str) -> Vec<(String, bool)> {
    let mut words = Vec::new();
    let mut word: Option<(String, bool)> = None;
    let mut inside = false;
    for c in text.chars() {
        match c {
            '"' => {
                inside = !inside;
                word.get_or_insert_with(|| (String::new(), true));
            }
            c if c.is_whitespace() && !inside => words.extend(word.take()),
            c => word.get_or_insert_with(|| (String::new(), false)).0.push(c),
        }
    }
    words.extend(word);
    words
}
