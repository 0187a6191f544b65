//! Words and cores have no clock, thread, socket, file, environment or unordered map.
//!
//! `#![no_std]` lets the compiler hold that; the words below are looked for as well, because a
//! crate that has to use `std` has only them and clippy's bans.

use super::Complaint;
use super::tree::{Tree, code_lines, is_generated, is_test};

/// What is not said in a pure crate, and what is said instead.
const BANNED: &[(&str, &str)] = &[
    ("async ", "glue is async, rules are not: take an event and return effects"),
    (".await", "glue is async, rules are not: take an event and return effects"),
    ("std::thread", "threads belong to ottla-io"),
    ("std::time::Instant", "time is an argument: ottla_base::Now"),
    ("SystemTime", "time is an argument: ottla_base::Now"),
    ("std::net", "sockets belong to ottla-io"),
    ("std::fs", "files belong to ottla-io; a core reads through ottla_base::ByteSource"),
    ("std::env", "settings arrive as typed values"),
    ("std::process", "only the binary ends the process"),
    ("HashMap", "its order differs from run to run: BTreeMap"),
    ("HashSet", "its order differs from run to run: BTreeSet"),
    ("tokio", "the runtime belongs to ottla-io"),
];

/// Pure crates that need `std`, and for what.
const WITH_STD: &[(&str, &str)] =
    &[("record", "its codecs (flate2, snap, lz4_flex, zstd) need it")];

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut all = Vec::new();
    for one in tree.crates().iter().filter(|one| one.is_pure()) {
        let lib = format!("crates/{}/src/lib.rs", one.folder);
        let no_std = tree.text(&lib).is_some_and(|text| text.contains("no_std"));
        match (no_std, WITH_STD.iter().find(|(folder, _)| *folder == one.folder)) {
            (false, None) => {
                all.push(Complaint::new(&lib, 0, "a word or a core opens with #![no_std]"))
            }
            (true, Some(_)) => all.push(Complaint::new(
                &lib,
                0,
                "needs no std any more: leave WITH_STD of tidy/purity.rs",
            )),
            _ => {}
        }
        let source = format!("crates/{}/src/", one.folder);
        let inside =
            |path: &str| path.starts_with(&source) && !is_test(path) && !is_generated(path);
        for (path, text) in tree.sources().filter(|(path, _)| inside(path)) {
            for (line, code) in code_lines(text) {
                for (word, instead) in BANNED.iter().filter(|(word, _)| says(code, word)) {
                    all.push(Complaint::new(
                        path,
                        line,
                        format!("`{}` in a pure crate: {instead}", word.trim()),
                    ));
                }
            }
        }
    }
    all
}

/// The word stands there by itself, not as the end of a longer one or inside a text.
fn says(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = &code[..at];
        let quotes = before.matches('"').count();
        !before.ends_with(|last: char| last.is_alphanumeric() || last == '_')
            && quotes.is_multiple_of(2)
    })
}

#[cfg(test)]
mod tests {
    use super::super::said;
    use super::*;

    fn in_log(lib: &str, more: &[(&str, &str)]) -> Vec<String> {
        let manifest = ("crates/log/Cargo.toml", "[package.metadata.ottla]\nfloor = \"cores\"\n");
        let mut files = vec![manifest, ("crates/log/src/lib.rs", lib)];
        files.extend_from_slice(more);
        said(check, &files)
    }

    #[test]
    fn a_pure_crate_is_no_std() {
        assert_eq!(in_log("#![no_std]\n", &[]), [""; 0]);
        assert_eq!(
            in_log("", &[]),
            ["crates/log/src/lib.rs:0: a word or a core opens with #![no_std]"]
        );
    }

    #[test]
    fn banned_words_are_found_in_code_only() {
        let said = in_log(
            "#![no_std]\n// std::fs\nconst A: &str = \"std::fs\";\nuse std::fs;\nlet x: MyHashMap;\nasync fn f() {}\n",
            &[("crates/log/src/tests.rs", "use std::fs;"), ("crates/io/src/a.rs", "use std::fs;")],
        );
        assert_eq!(
            said,
            [
                "crates/log/src/lib.rs:4: `std::fs` in a pure crate: files belong to ottla-io; a core reads through ottla_base::ByteSource",
                "crates/log/src/lib.rs:6: `async` in a pure crate: glue is async, rules are not: take an event and return effects",
            ]
        );
    }
}
