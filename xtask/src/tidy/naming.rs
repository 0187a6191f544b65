//! Files say what they are for in their first line, and none has a name that fits anything.

use super::Finding;
use super::house::House;
use super::mask::{find_word, in_name, line_of};

/// Names that say nothing about what is inside.
const EMPTY: [&str; 7] = ["utils", "util", "common", "misc", "helpers", "helper", "impls"];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in &house.sources {
        if !source.text.starts_with("//!") {
            found.push(Finding::new(
                &source.path,
                1,
                "no first line `//!`: say what the file is for",
            ));
        }
        let stem = source.path.strip_suffix(".rs").unwrap_or(&source.path);
        for part in stem.split('/').filter(|part| EMPTY.contains(part)) {
            found.push(Finding::new(&source.path, 1, empty_name(part)));
        }
        for at in find_word(&source.code, "mod") {
            let name: String =
                source.code[at + 3..].trim_start().chars().take_while(|&c| in_name(c)).collect();
            if EMPTY.contains(&name.as_str()) {
                found.push(Finding::new(
                    &source.path,
                    line_of(&source.code, at),
                    empty_name(&name),
                ));
            }
        }
    }
    found
}

fn empty_name(name: &str) -> String {
    format!("`{name}` fits anything: name it after what is inside")
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::check;

    #[test]
    fn files_open_with_their_purpose() {
        expect(
            check,
            &[("crates/a/src/x.rs", "//! X.\n"), ("crates/a/src/y.rs", "// Y.\nuse x;")],
            &["crates/a/src/y.rs:1: no first line `//!`: say what the file is for"],
        );
    }

    #[test]
    fn names_say_what_is_inside() {
        expect(
            check,
            &[
                ("crates/a/src/utils.rs", "//! X."),
                ("crates/a/src/misc/y.rs", "//! X."),
                ("crates/a/src/z.rs", "//! X.\npub(crate) mod helpers {}\nmod utils_of_io;"),
            ],
            &[
                "crates/a/src/misc/y.rs:1: `misc` fits anything: name it after what is inside",
                "crates/a/src/utils.rs:1: `utils` fits anything: name it after what is inside",
                "crates/a/src/z.rs:2: `helpers` fits anything: name it after what is inside",
            ],
        );
    }
}
