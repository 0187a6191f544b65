//! What a source says: it opens with what it is for, and nothing in it waits to be done.

use super::Complaint;
use super::tree::Tree;

/// Words that mean unfinished work, each in two halves so that this file does not hold them.
const UNFINISHED: &[(&str, &str)] = &[
    ("TO", "DO"),
    ("FIX", "ME"),
    ("XX", "X:"),
    ("to", "do!("),
    ("unimple", "mented!("),
    ("#[ign", "ore"),
];

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut all = Vec::new();
    for (path, text) in tree.sources() {
        if !opens_with_a_doc(text) {
            all.push(Complaint::new(path, 1, "a file opens with `//!` and what it is for"));
        }
        for (at, line) in text.lines().enumerate() {
            let says = |(a, b): &(&str, &str)| stands_alone(line, &format!("{a}{b}"));
            if let Some((a, b)) = UNFINISHED.iter().find(|halves| says(halves)) {
                all.push(Complaint::new(
                    path,
                    at + 1,
                    format!("{a}{b}: finish it, or write an issue"),
                ));
            }
            if line.contains("allow(unsafe_code") && !path.starts_with("crates/io/") {
                all.push(Complaint::new(path, at + 1, "unsafe code belongs to ottla-io"));
            }
        }
        for line in allows_without_a_reason(text) {
            all.push(Complaint::new(path, line, "an `allow` gives its `reason = \"…\"`"));
        }
    }
    all
}

/// A fuzz target opens with `#![no_main]`, which may not stand below the doc; nothing else may.
fn opens_with_a_doc(text: &str) -> bool {
    text.lines().find(|line| !line.starts_with("#!")).is_some_and(|line| line.starts_with("//!"))
}

fn stands_alone(line: &str, word: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let after = &line[at + word.len()..];
        let open = word.ends_with(|c: char| !is_word(c)) || word.starts_with('#');
        !line[..at].ends_with(is_word) && (open || !after.starts_with(is_word))
    })
}

/// Lines with an `#[allow(…)]` that says no reason before it closes.
fn allows_without_a_reason(text: &str) -> Vec<usize> {
    let opens = ["#[allow(", "#![allow("];
    let mut found = Vec::new();
    for (at, _) in opens.iter().flat_map(|open| text.match_indices(open)) {
        let starts_line =
            text[..at].rsplit('\n').next().is_some_and(|before| before.trim().is_empty());
        let inside = text[at..].split("]\n").next().unwrap_or_default();
        if starts_line && !inside.contains("reason") {
            found.push(text[..at].matches('\n').count() + 1);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::said;
    use super::*;

    #[test]
    fn a_file_says_what_it_is_for() {
        assert_eq!(said(check, &[("a.rs", "//! A.\n")]), [""; 0]);
        assert_eq!(said(check, &[("a.rs", "#![no_main]\n//! A.\n")]), [""; 0]);
        assert_eq!(
            said(check, &[("a.rs", "use x;\n")]),
            ["a.rs:1: a file opens with `//!` and what it is for"]
        );
        assert_eq!(said(check, &[("x/generated/a.rs", "use x;\n")]), [""; 0]);
    }

    #[test]
    fn nothing_is_left_to_do() {
        for (a, b) in UNFINISHED {
            let text = format!("//! A.\n// {a}{b} later\n");
            assert_eq!(said(check, &[("a.rs", &text)]).len(), 1, "{text}");
        }
        let fine = "//! A.\nlet todos = METHODO;\n// ignored\n";
        assert_eq!(said(check, &[("a.rs", fine)]), [""; 0]);
    }

    #[test]
    fn an_allow_has_a_reason_and_unsafe_has_one_room() {
        let text =
            "//! A.\n#[allow(dead_code)]\nfn a() {}\n#![allow(\n    x,\n    reason = \"r\"\n)]\n";
        assert_eq!(
            said(check, &[("a.rs", text)]),
            ["a.rs:2: an `allow` gives its `reason = \"…\"`"]
        );
        let text = "//! A.\n#![allow(unsafe_code, reason = \"r\")]\n";
        assert_eq!(said(check, &[("crates/io/src/a.rs", text)]), [""; 0]);
        assert_eq!(said(check, &[("crates/log/src/a.rs", text)]).len(), 1);
    }
}
