//! Profiles: named sets of client settings in one file, so that a cluster is called by a name.
//!
//! The file is TOML of the simplest kind: `current = "name"`, then sections `[name]` with lines
//! `bootstrap.servers = "host:9092"`. Values are texts, numbers or truth values.

use std::collections::BTreeMap;

use ottla_config::nearest_name;

/// What the file says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Profiles {
    current: Option<String>,
    sections: BTreeMap<String, BTreeMap<String, String>>,
}

impl Profiles {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// The line that is none, and why.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut profiles = Self::default();
        let mut section: Option<String> = None;
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = |what: &str| format!("line {}: {what}: {line}", at + 1);
            if let Some(rest) = line.strip_prefix('[') {
                let (name, rest) =
                    rest.split_once(']').ok_or_else(|| wrong("no closing bracket"))?;
                if !is_ended(rest) {
                    return Err(wrong("something follows the bracket"));
                }
                let name = unquoted_name(name);
                profiles.sections.entry(name.clone()).or_default();
                section = Some(name);
                continue;
            }
            let (name, value) = line.split_once('=').ok_or_else(|| wrong("no = in it"))?;
            let (name, value) = (unquoted_name(name), read_value(value).map_err(wrong)?);
            match &section {
                Some(section) => {
                    profiles.sections.entry(section.clone()).or_default().insert(name, value);
                }
                None if name == "current" => profiles.current = Some(value),
                None => return Err(wrong("before the first section only `current` has a meaning")),
            }
        }
        Ok(profiles)
    }

    /// The settings of the profile that is asked for, or else of the current one; none when
    /// neither is there.
    ///
    /// # Errors
    /// There is no such profile.
    pub(crate) fn choose(&self, asked: Option<&str>) -> Result<BTreeMap<String, String>, String> {
        let Some(name) = asked.or(self.current.as_deref()) else { return Ok(BTreeMap::new()) };
        if let Some(found) = self.sections.get(name) {
            return Ok(found.clone());
        }
        let names = || self.sections.keys().map(String::as_str);
        let hint = match nearest_name(name, names()) {
            Some(nearest) => format!("; did you mean {nearest}?"),
            None if self.sections.is_empty() => "; the file has none".to_owned(),
            None => format!("; there are {}", names().collect::<Vec<_>>().join(", ")),
        };
        Err(format!("there is no profile {name}{hint}"))
    }

    /// The names of all.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.sections.keys().map(String::as_str)
    }
}

fn unquoted_name(name: &str) -> String {
    name.trim().trim_matches(['"', '\'']).to_owned()
}

fn read_value(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix('\'') {
        let (value, rest) = rest.split_once('\'').ok_or("no closing quote")?;
        return if is_ended(rest) {
            Ok(value.to_owned())
        } else {
            Err("something follows the quote")
        };
    }
    if let Some(rest) = text.strip_prefix('"') {
        return read_escaped(rest);
    }
    let bare = text.split('#').next().unwrap_or_default().trim();
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_');
    if bare.is_empty() || !bare.chars().all(is_bare) {
        return Err("texts stand in quotes");
    }
    Ok(bare.to_owned())
}

fn read_escaped(rest: &str) -> Result<String, &'static str> {
    let mut value = String::new();
    let mut letters = rest.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_ended(letters.as_str()) => return Ok(value),
            '"' => return Err("something follows the quote"),
            '\\' => value.push(match letters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some(same @ ('"' | '\\')) => same,
                _ => return Err("an escape that is none of \\n \\t \\\" \\\\"),
            }),
            other => value.push(other),
        }
    }
    Err("no closing quote")
}

/// Whether nothing but a comment is left of a line.
fn is_ended(rest: &str) -> bool {
    let rest = rest.trim();
    rest.is_empty() || rest.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# clusters\ncurrent = \"here\"\n\n[here]\nbootstrap.servers = \"127.0.0.1:9092\"\n\
        request.timeout.ms = 5000 # short\n['far away']\n\"bootstrap.servers\" = 'a:1,b:2'\nx = \"a\\\"b\\\\\"\n";

    fn check(asked: Option<&str>, expected: Result<&[(&str, &str)], &str>) {
        let found = Profiles::parse(FILE).unwrap().choose(asked);
        let expected = expected
            .map(|pairs| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect())
            .map_err(str::to_owned);
        assert_eq!(found, expected);
    }

    #[test]
    fn a_profile_is_chosen_by_name_or_is_the_current_one() {
        check(None, Ok(&[("bootstrap.servers", "127.0.0.1:9092"), ("request.timeout.ms", "5000")]));
        check(Some("far away"), Ok(&[("bootstrap.servers", "a:1,b:2"), ("x", "a\"b\\")]));
        check(Some("heer"), Err("there is no profile heer; did you mean here?"));
        check(Some("prod"), Err("there is no profile prod; there are far away, here"));
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        for (text, why) in [
            ("x = 1", "line 1: before the first section only `current` has a meaning: x = 1"),
            ("[a]\nb", "line 2: no = in it: b"),
            ("[a]\nb = c d", "line 2: texts stand in quotes: b = c d"),
            ("[a]\nb = \"c", "line 2: no closing quote: b = \"c"),
            ("[a] b", "line 1: something follows the bracket: [a] b"),
        ] {
            assert_eq!(Profiles::parse(text), Err(why.to_owned()), "{text}");
        }
    }
}
