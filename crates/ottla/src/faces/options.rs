//! Flags as the tools that use jopt-simple read them: Kafka's joptsimple tools forbid abbreviations,
//! take the next word as a value whatever it looks like, and complain only when a value is asked for.

use std::collections::BTreeMap;

/// What follows a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing.
    Nothing,
    /// The next word.
    Value,
    /// The next word, unless it looks like a flag.
    MaybeValue,
}

/// A flag of a tool.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flag {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    /// One line for the help; empty for flags that it leaves out.
    pub(super) about: &'static str,
}

/// A flag alone.
pub(super) const fn flag(name: &'static str, about: &'static str) -> Flag {
    Flag { name, takes: Takes::Nothing, about }
}

/// A flag with a value.
pub(super) const fn value(name: &'static str, about: &'static str) -> Flag {
    Flag { name, takes: Takes::Value, about }
}

/// A flag that may have a value.
pub(super) const fn maybe(name: &'static str, about: &'static str) -> Flag {
    Flag { name, takes: Takes::MaybeValue, about }
}

/// How a tool ends before it has done anything.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// A complaint and the usage on stderr; exit code 1.
    Usage(String),
    /// A complaint on stderr; exit code 1.
    Thrown(String),
    /// A complaint on stdout; exit code 1.
    Printed(String),
    /// All has been said; this exit code.
    Code(u8),
    /// The usage was asked for.
    Help,
    /// The version was asked for.
    Version,
}

/// What was given.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Given {
    /// Flags in the order in which they stood, with their values.
    pub(super) order: Vec<(&'static str, Option<String>)>,
    values: BTreeMap<&'static str, Vec<String>>,
    /// Words that belong to no flag.
    pub(super) words: Vec<String>,
}

/// Reads a command line.
///
/// # Errors
/// A flag that there is not, or a value that is not there.
pub(super) fn parse(flags: &'static [Flag], line: &[String]) -> Result<Given, Ending> {
    let mut given = Given::default();
    let mut words = line.iter().peekable();
    while let Some(word) = words.next() {
        if word == "--" {
            given.words.extend(words.cloned());
            break;
        }
        if word == "-" || !word.starts_with('-') {
            given.words.push(word.clone());
            continue;
        }
        let bare = word.strip_prefix("--").or_else(|| word.strip_prefix('-')).unwrap_or(word);
        let (name, attached) = match bare.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (bare, None),
        };
        let Some(flag) = flags.iter().find(|flag| flag.name == name) else {
            return Err(Ending::Thrown(format!("{} is not a recognized option", told(word, name))));
        };
        let value = match flag.takes {
            Takes::Nothing => None,
            Takes::Value => Some(attached.or_else(|| words.next().cloned()).ok_or_else(|| {
                Ending::Thrown(format!("Option {} requires an argument", flag.name))
            })?),
            Takes::MaybeValue => {
                let free = |next: &&String| !looks_like_a_flag(flags, next);
                attached.or_else(|| words.next_if(|next| free(next)).cloned())
            }
        };
        let values = given.values.entry(flag.name).or_default();
        values.extend(value.clone());
        given.order.push((flag.name, value));
    }
    Ok(given)
}

/// A line with the long names of flags that were given by a letter.
pub(super) fn spelled_out(line: &[String], letters: &[(&str, &str)]) -> Vec<String> {
    let long = |word: &String| {
        let found = letters.iter().find(|(short, _)| short == word);
        found.map_or(word.clone(), |(_, long)| (*long).to_owned())
    };
    line.iter().map(long).collect()
}

/// How a complaint names a flag: of a cluster of short ones, the first.
fn told<'a>(word: &str, name: &'a str) -> &'a str {
    if word.starts_with("--") { name } else { name.get(..1).unwrap_or(name) }
}

fn looks_like_a_flag(flags: &[Flag], word: &str) -> bool {
    word.starts_with("--")
        || (word.starts_with('-') && word != "-" && {
            let name = word.trim_start_matches('-').split('=').next().unwrap_or_default();
            !name.starts_with(|c: char| c.is_ascii_digit())
                || flags.iter().any(|flag| flag.name == name)
        })
}

impl Given {
    /// Whether a flag was given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// All values of a flag.
    pub(super) fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The one value of a flag, if there is one.
    ///
    /// # Errors
    /// There are several.
    pub(super) fn one(&self, name: &str) -> Result<Option<&str>, Ending> {
        match self.all(name) {
            [] => Ok(None),
            [value] => Ok(Some(value)),
            _ => Err(Ending::Thrown(format!(
                "Found multiple arguments for option {name}, but you asked for only one"
            ))),
        }
    }

    /// The one value of a flag, as a number or the like.
    ///
    /// # Errors
    /// There are several, or it is none.
    pub(super) fn parsed<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Ending> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let wrong = || Ending::Thrown(format!("Cannot parse argument '{text}' of option {name}"));
        // Java's numbers may begin with a plus, and so may Rust's.
        text.parse().map(Some).map_err(|_| wrong())
    }

    /// That a flag was given.
    ///
    /// # Errors
    /// It was not.
    pub(super) fn require(&self, names: &[&str]) -> Result<(), Ending> {
        match names.iter().find(|name| !self.has(name)) {
            Some(name) => Err(Ending::Usage(format!("Missing required argument \"[{name}]\""))),
            None => Ok(()),
        }
    }

    /// That, if `used` was given, none of `others` was.
    ///
    /// # Errors
    /// One was.
    pub(super) fn forbid(&self, used: &str, others: &[&str]) -> Result<(), Ending> {
        match others.iter().find(|other| self.has(used) && self.has(other)) {
            Some(other) => Err(Ending::Usage(format!(
                "Option \"[{used}]\" can't be used with option \"[{other}]\""
            ))),
            None => Ok(()),
        }
    }

    /// Help and version, when they are asked for.
    ///
    /// # Errors
    /// They are.
    pub(super) fn help_or_version(&self, line: &[String]) -> Result<(), Ending> {
        if line.is_empty() || self.has("help") {
            return Err(Ending::Help);
        }
        if self.has("version") { Err(Ending::Version) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: &[Flag] =
        &[flag("list", "list"), value("topic", "topic"), maybe("state", "state"), flag("help", "")];

    fn check(line: &str, expected: Result<&str, &str>) {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let shown =
            parse(FLAGS, &words).map(|given| format!("{:?} {:?}", given.order, given.words));
        let expected = expected.map(str::to_owned).map_err(|why| Ending::Thrown(why.to_owned()));
        assert_eq!(shown, expected, "{line}");
    }

    #[test]
    fn words_are_read_as_joptsimple_reads_them() {
        check("--list --topic a b", Ok(r#"[("list", None), ("topic", Some("a"))] ["b"]"#));
        check("--topic=a=b -list", Ok(r#"[("topic", Some("a=b")), ("list", None)] []"#));
        check("--topic --list", Ok(r#"[("topic", Some("--list"))] []"#));
        check("--state --list", Ok(r#"[("state", None), ("list", None)] []"#));
        check("--state Empty --state", Ok(r#"[("state", Some("Empty")), ("state", None)] []"#));
        check("-- --list", Ok(r#"[] ["--list"]"#));
        check("--topi a", Err("topi is not a recognized option"));
        check("-xyz", Err("x is not a recognized option"));
        check("--topic", Err("Option topic requires an argument"));
    }

    #[test]
    fn a_value_asked_for_once_may_stand_once() {
        let line: Vec<String> = ["--topic", "a", "--topic", "b"].map(str::to_owned).to_vec();
        let given = parse(FLAGS, &line).unwrap();
        let why = "Found multiple arguments for option topic, but you asked for only one";
        assert_eq!(given.one("topic"), Err(Ending::Thrown(why.to_owned())));
        assert_eq!(given.all("topic"), ["a", "b"]);
        assert_eq!(given.parsed::<i32>("state"), Ok(None));
    }
}
