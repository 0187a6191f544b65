//! `kafka-consumer-groups.sh --validate-regex`: RE2's judgement of an expression, in its words. Pure.
//!
//! What Rust's expressions allow and RE2's do not (`a**`, `[[:foo:]]`) is called valid: ottla's brokers
//! match by the former.

use regex::Regex;

/// What Rust's parser complains of, and what RE2 calls it; the first that is found counts.
const NAMES: [(&str, &str); 12] = [
    ("look-around", "invalid or unsupported Perl syntax"),
    ("flag", "invalid or unsupported Perl syntax"),
    ("unclosed character class", "missing closing ]"),
    ("unclosed group", "missing closing )"),
    ("unopened group", "regexp/syntax: internal error"),
    ("duplicate capture group", "duplicate capture group name"),
    ("capture group", "invalid named capture"),
    ("repetition operator missing", "missing argument to repetition operator"),
    ("incomplete escape", "trailing backslash at end of expression"),
    ("escape sequence", "invalid escape sequence"),
    ("backreference", "invalid escape sequence"),
    ("repetition", "invalid repeat count"),
];
/// What RE2 calls the rest: ranges the wrong way round, classes that there are not.
const OTHERS: &str = "invalid character class range";

/// The line that the tool prints.
pub(super) fn judgement(text: &str) -> String {
    match Regex::new(text) {
        Ok(_) => format!("The regular expression `{text}` is valid."),
        Err(why) => {
            let why = why.to_string();
            // The last line says why; those before it show where.
            let why = why.lines().last().unwrap_or_default();
            let name = NAMES.iter().find(|(ours, _)| why.contains(ours));
            let name = name.map_or(OTHERS, |(_, theirs)| theirs);
            format!("The regular expression `{text}` is invalid: {name}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded of Kafka 4.3.1.
    #[test]
    fn complaints_are_those_of_the_tool() {
        for (text, expected) in [
            ("a[", "missing closing ]"),
            ("a(", "missing closing )"),
            ("a)", "regexp/syntax: internal error"),
            ("*a", "missing argument to repetition operator"),
            ("[z-a]", "invalid character class range"),
            ("\\", "trailing backslash at end of expression"),
            ("(?P<n", "invalid named capture"),
            ("(?=x)", "invalid or unsupported Perl syntax"),
            ("\\pX", "invalid character class range"),
            ("a{2,1}", "invalid repeat count"),
            ("\\8", "invalid escape sequence"),
            ("(?P<n>a)(?P<n>b)", "duplicate capture group name"),
        ] {
            let line = format!("The regular expression `{text}` is invalid: {expected}.");
            assert_eq!(judgement(text), line);
        }
        assert_eq!(judgement("(?i)a.*"), "The regular expression `(?i)a.*` is valid.");
    }
}
