//! Words and cores have no clock, thread, socket, file, environment, randomness or unordered map: what
//! they decide follows from their arguments, so that one seed gives one trace.

use super::Finding;
use super::house::{House, Source};
use super::manifest::{Crate, Floor, crates};
use super::mask::{find_word, line_of, matching};

/// Words that do not stand in a pure crate, and what stands there instead.
const BANNED: [(&str, &str); 16] = [
    ("async", "return what is to be done; a shell awaits it"),
    ("await", "return what is to be done; a shell awaits it"),
    ("Instant", "take `ottla_base::MonoTime` as an argument"),
    ("SystemTime", "take `ottla_base::WallTime` as an argument"),
    ("HashMap", "`BTreeMap`, whose order is the same in every run"),
    ("HashSet", "`BTreeSet`, whose order is the same in every run"),
    ("std::thread", "tasks belong to `ottla-io`"),
    ("std::net", "sockets belong to `ottla-io`"),
    ("std::fs", "files belong to `ottla-io`; read through `ottla_base::ByteSource`"),
    ("std::env", "settings reach a crate as typed values"),
    ("std::process", "processes belong to shells"),
    ("tokio", "return what is to be done; a shell awaits it"),
    ("ottla_io", "return what is to be done; a shell does it"),
    ("rand", "take a seed: `ottla_base::Rng`"),
    ("getrandom", "take a seed: `ottla_base::Rng`"),
    ("rustix", "system calls belong to `ottla-io`"),
];

/// Pure crates that cannot be without the standard library.
const WITH_STD: [(&str, &str); 1] =
    [("record", "the codecs of compression are written against std::io")];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    for one in crates(house) {
        if !matches!(one.floor, Some(Floor::Words | Floor::Cores)) {
            continue;
        }
        for source in house.sources.iter().filter(|s| s.crate_folder() == Some(&one.folder)) {
            banned_words(source, &mut found);
            banned_groups(source, &mut found);
            standard_library(&one, source, &mut found);
        }
    }
    found
}

fn banned_words(source: &Source, found: &mut Vec<Finding>) {
    for (word, instead) in BANNED {
        for at in find_word(&source.shipped, word) {
            let what = format!("`{word}` in words or cores: {instead}");
            found.push(Finding::new(&source.path, line_of(&source.shipped, at), what));
        }
    }
}

/// `use std::{fs, …}`, which spells the banned paths apart.
fn banned_groups(source: &Source, found: &mut Vec<Finding>) {
    for (at, opening) in source.shipped.match_indices("std::{") {
        let end = matching(&source.shipped, at + opening.len() - 1);
        let group = &source.shipped[at + opening.len()..end];
        for (word, instead) in BANNED {
            let Some(part) = word.strip_prefix("std::") else { continue };
            if find_word(group, part).next().is_some() {
                let what = format!("`{word}` in words or cores: {instead}");
                found.push(Finding::new(&source.path, line_of(&source.shipped, at), what));
            }
        }
    }
}

fn standard_library(one: &Crate, source: &Source, found: &mut Vec<Finding>) {
    let reason = WITH_STD.iter().find(|(folder, _)| *folder == one.folder).map(|(_, why)| why);
    if source.path == format!("crates/{}/src/lib.rs", one.folder) {
        match (source.code.contains("#![no_std]"), reason) {
            (false, None) => found.push(Finding::new(
                &source.path,
                1,
                "a pure crate with the standard library: `#![no_std]` and `extern crate alloc`",
            )),
            (true, Some(why)) => found.push(Finding::new(
                &source.path,
                1,
                format!("is excused from `no_std` ({why}) and is not in need: take it out of WITH_STD in xtask/src/tidy/purity.rs"),
            )),
            _ => {}
        }
    }
    if reason.is_none() {
        for (at, _) in source.shipped.match_indices("extern crate std") {
            let line = line_of(&source.shipped, at);
            found.push(Finding::new(
                &source.path,
                line,
                "`extern crate std` in a pure crate: `alloc` is enough",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::expect;

    const CORE: (&str, &str) =
        ("crates/log/Cargo.toml", "[package.metadata.ottla]\nfloor = \"cores\"\n");

    /// Checks one line of a core.
    #[track_caller]
    fn check(line: &str, expected: &[&str]) {
        expect(super::check, &[CORE, ("crates/log/src/x.rs", line)], expected);
    }

    #[test]
    fn the_world_is_not_named() {
        check(
            "pub async fn f() {}",
            &[
                "crates/log/src/x.rs:1: `async` in words or cores: return what is to be done; a shell awaits it",
            ],
        );
        check(
            "\nuse alloc::vec; type M = hashbrown::HashMap<u8, u8>;",
            &[
                "crates/log/src/x.rs:2: `HashMap` in words or cores: `BTreeMap`, whose order is the same in every run",
            ],
        );
        check(
            "use std::{collections::BTreeMap, fs::File};",
            &[
                "crates/log/src/x.rs:1: `std::fs` in words or cores: files belong to `ottla-io`; read through \
               `ottla_base::ByteSource`",
            ],
        );
    }

    #[test]
    fn comments_strings_longer_names_and_tests_may() {
        check("//! An instant is an Instant. \nconst S: &str = \"std::fs\";", &[]);
        check("struct Asynchronous; fn rand_limit() {}", &[]);
        check("#[cfg(test)]\nmod tests {\n fn f() { std::fs::read(\"\"); }\n}", &[]);
        expect(super::check, &[CORE, ("crates/log/tests/it/main.rs", "use std::fs;")], &[]);
    }

    #[test]
    fn shells_may() {
        let shell = ("crates/io/Cargo.toml", "[package.metadata.ottla]\nfloor = \"shells\"\n");
        expect(super::check, &[shell, ("crates/io/src/lib.rs", "use std::fs;")], &[]);
    }

    #[test]
    fn the_standard_library_needs_a_reason() {
        let lib = "crates/log/src/lib.rs";
        expect(super::check, &[CORE, (lib, "#![no_std]\nextern crate alloc;")], &[]);
        expect(
            super::check,
            &[CORE, (lib, "//! #![no_std]\nextern crate std;")],
            &[
                "crates/log/src/lib.rs:1: a pure crate with the standard library: `#![no_std]` and `extern crate alloc`",
                "crates/log/src/lib.rs:2: `extern crate std` in a pure crate: `alloc` is enough",
            ],
        );
        let record = ("crates/record/Cargo.toml", "[package.metadata.ottla]\nfloor = \"words\"\n");
        expect(super::check, &[record, ("crates/record/src/lib.rs", "")], &[]);
    }
}
