//! Where settings are given: a file, the environment, the command line. Each becomes a list of
//! names and texts that remembers how they were written.

mod environment;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

pub(crate) use environment::is_meaningful;
pub use environment::{Family, environment};

use crate::properties::{PropertiesError, parse_properties};

/// A place that gives settings, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceKind {
    /// What a container image sets when nobody else does.
    Image,
    /// `server.properties`.
    File,
    /// Environment variables.
    Environment,
    /// `-X name=value`.
    CommandLine,
}

/// One setting as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The setting's name.
    pub name: String,
    /// The text.
    pub text: String,
    /// How a reader finds it: `server.properties:12`, `KAFKA_LOG_DIRS`, `-X log.dirs`.
    pub place: String,
}

/// All that one place gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Which place; a later kind overrides an earlier one.
    pub kind: SourceKind,
    /// What it gives, in order; of two with one name the later counts.
    pub given: Vec<Given>,
    /// What the user should know about what was left out or understood differently.
    pub notes: Vec<String>,
    /// What is probably a mistake.
    pub warnings: Vec<String>,
}

impl Source {
    /// A place that gives nothing yet.
    pub const fn new(kind: SourceKind) -> Source {
        Source { kind, given: Vec::new(), notes: Vec::new(), warnings: Vec::new() }
    }

    /// The settings of a file in Java's properties format. `path` is only used to speak about it.
    ///
    /// # Errors
    /// Where the text is not in that format.
    pub fn file(path: &str, text: &str) -> Result<Source, SourceError> {
        let mut source = Source::new(SourceKind::File);
        let properties = parse_properties(text).map_err(|error| {
            let PropertiesError { line, message } = error;
            SourceError(format!("{path}:{line}: {message}"))
        })?;
        for property in properties {
            let place = format!("{path}:{}", property.line);
            let earlier = source.given.iter().find(|given| given.name == property.key);
            if let Some(earlier) = earlier {
                let warning =
                    format!("{} is given twice: {place} replaces {}", property.key, earlier.place);
                source.warnings.push(warning);
            }
            source.given.push(Given { name: property.key, text: property.value, place });
        }
        Ok(source)
    }

    /// The settings of the command line: the `name=value` behind each `-X` or `--override`.
    ///
    /// # Errors
    /// What has no `=`.
    pub fn arguments<'a>(
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> Result<Source, SourceError> {
        let mut source = Source::new(SourceKind::CommandLine);
        for argument in arguments {
            let Some((name, text)) = argument.split_once('=') else {
                return Err(SourceError(format!("-X {argument}: write -X {argument}=value")));
            };
            let (name, text) = (name.trim().to_string(), text.to_string());
            if name.is_empty() {
                let text = format!("-X {argument} names no setting: write -X name=value");
                return Err(SourceError(text));
            }
            let place = format!("-X {name}");
            source.given.push(Given { name, text, place });
        }
        Ok(source)
    }

    pub(crate) fn give(&mut self, name: &str, text: &str, place: &str) {
        self.given.push(Given {
            name: name.to_string(),
            text: text.to_string(),
            place: place.to_string(),
        });
    }

    pub(crate) fn gives(&self, name: &str) -> bool {
        self.given.iter().any(|given| given.name == name)
    }
}

/// A source that cannot be read; one sentence that says where and what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError(pub String);

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for SourceError {}
