//! Long files and functions: what is longer than the limits stands in a list that may only shrink.
//!
//! A line of `xtask/tidy-exceptions.txt` is `path lines` or `path fn name lines`. Of functions with
//! the same name in one file the longest counts.

use super::Finding;
use super::house::{EXCEPTIONS, House};
use super::mask::{find_word, in_name, line_of, matching};
use std::collections::BTreeMap;

/// Past this a file is asking to be two.
const FILE_LINES_MAX: usize = 500;
/// From its `fn` to its brace; what does not fit on a screen is not read at one go.
const FUNCTION_LINES_MAX: usize = 60;

pub(super) fn check(house: &House) -> Vec<Finding> {
    let (long, entries) = (too_long(house), entries(house));
    let mut found = Vec::new();
    for (what, place) in &long {
        let allowed = entries.get(what).map_or(place.limit, |entry| entry.lines);
        if place.lines > allowed {
            let text = format!(
                "{} lines where {allowed} are the limit: split {}",
                place.lines, place.kind
            );
            found.push(Finding::new(&place.path, place.line, text));
        }
    }
    for (what, entry) in &entries {
        let text = match long.get(what) {
            None => format!(
                "`{what}` is not too long any more: remove the entry (`cargo xtask tidy --write`)"
            ),
            Some(place) if place.lines < entry.lines => {
                format!(
                    "`{what}` has {} lines: lower the entry (`cargo xtask tidy --write`)",
                    place.lines
                )
            }
            Some(_) => continue,
        };
        found.push(Finding::new(EXCEPTIONS, entry.line, text));
    }
    found
}

/// The list with entries lowered and removed, never raised or added.
pub(super) fn rewritten(house: &House) -> Option<(&'static str, String)> {
    let long = too_long(house);
    let mut text = String::new();
    for line in house.text(EXCEPTIONS)?.lines() {
        match parse(line) {
            None => text += &format!("{line}\n"),
            Some((what, listed)) => {
                if let Some(place) = long.get(what) {
                    text += &format!("{what} {}\n", listed.min(place.lines));
                }
            }
        }
    }
    Some((EXCEPTIONS, text))
}

/// A file or function above its limit.
struct Place {
    kind: &'static str,
    path: String,
    line: usize,
    lines: usize,
    limit: usize,
}

struct Entry {
    line: usize,
    lines: usize,
}

/// By the words that stand in the list.
fn too_long(house: &House) -> BTreeMap<String, Place> {
    let mut long = BTreeMap::new();
    for source in house.sources.iter().filter(|source| !source.is_generated()) {
        let path = &source.path;
        let lines = source.text.lines().count();
        if lines > FILE_LINES_MAX {
            let place = Place {
                kind: "the file",
                path: path.clone(),
                line: 1,
                lines,
                limit: FILE_LINES_MAX,
            };
            long.insert(path.clone(), place);
        }
        for (name, line, lines) in functions(&source.code) {
            let what = format!("{path} fn {name}");
            if lines > long.get(&what).map_or(FUNCTION_LINES_MAX, |place: &Place| place.lines) {
                let limit = FUNCTION_LINES_MAX;
                long.insert(
                    what,
                    Place { kind: "the function", path: path.clone(), line, lines, limit },
                );
            }
        }
    }
    long
}

/// Name, first line and number of lines of each function with a body.
fn functions(code: &str) -> Vec<(&str, usize, usize)> {
    let mut all = Vec::new();
    for at in find_word(code, "fn") {
        let rest = code[at + 2..].trim_start();
        let name = rest.split(|c: char| !in_name(c)).next().unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        if let Some(open) = body(code, at) {
            let first = line_of(code, at);
            all.push((name, first, line_of(code, matching(code, open)) - first + 1));
        }
    }
    all
}

/// Where the body of the function at `at` opens; none when it only declares.
fn body(code: &str, at: usize) -> Option<usize> {
    let mut i = at;
    while i < code.len() {
        match code.as_bytes()[i] {
            b'(' | b'[' => i = matching(code, i),
            b'{' => return Some(i),
            b';' | b'}' => return None,
            _ => {}
        }
        i += 1;
    }
    None
}

fn entries(house: &House) -> BTreeMap<String, Entry> {
    let text = house.text(EXCEPTIONS).unwrap_or_default();
    text.lines()
        .enumerate()
        .filter_map(|(i, line)| {
            let (what, lines) = parse(line)?;
            Some((what.to_owned(), Entry { line: i + 1, lines }))
        })
        .collect()
}

/// None for a comment or an empty line.
fn parse(line: &str) -> Option<(&str, usize)> {
    let (what, lines) = line.trim().rsplit_once(' ')?;
    if what.starts_with('#') { None } else { Some((what, lines.parse().ok()?)) }
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::super::house::House;
    use super::{check, functions, rewritten};

    const LIST: &str = "xtask/tidy-exceptions.txt";

    fn file(lines: usize) -> String {
        "x\n".repeat(lines)
    }

    fn function(lines: usize) -> String {
        format!("\nfn f() {{\n{}}}\n", "x;\n".repeat(lines - 2))
    }

    #[test]
    fn limits_are_limits() {
        expect(check, &[("a.rs", &file(500)), ("b.rs", &function(60))], &[]);
        expect(
            check,
            &[("a.rs", &file(501)), ("b.rs", &function(61)), ("c/generated/d.rs", &file(501))],
            &[
                "a.rs:1: 501 lines where 500 are the limit: split the file",
                "b.rs:2: 61 lines where 60 are the limit: split the function",
            ],
        );
    }

    #[test]
    fn exceptions_may_only_shrink() {
        let list = (LIST, "# why\na.rs 510\nb.rs fn f 70\n");
        expect(check, &[list, ("a.rs", &file(510)), ("b.rs", &function(70))], &[]);
        expect(
            check,
            &[list, ("a.rs", &file(511)), ("b.rs", &function(65))],
            &[
                "a.rs:1: 511 lines where 510 are the limit: split the file",
                "xtask/tidy-exceptions.txt:3: `b.rs fn f` has 65 lines: lower the entry (`cargo xtask tidy --write`)",
            ],
        );
        expect(
            check,
            &[list, ("a.rs", &file(510))],
            &[
                "xtask/tidy-exceptions.txt:3: `b.rs fn f` is not too long any more: remove the entry \
               (`cargo xtask tidy --write`)",
            ],
        );
    }

    #[test]
    fn writing_lowers_and_removes_and_never_raises() {
        let texts = [
            (LIST, "# why\n\na.rs 510\nb.rs 520\nc.rs fn f 70\n".to_owned()),
            ("a.rs", file(511)),
            ("b.rs", file(505)),
            ("c.rs", function(60)),
        ];
        let house = House::of(texts.map(|(path, text)| (path.to_owned(), text)));
        assert_eq!(rewritten(&house), Some((LIST, "# why\n\na.rs 510\nb.rs 505\n".to_owned())));
    }

    #[test]
    fn functions_are_measured_by_their_braces() {
        let code = "type F = fn(u8);\ntrait T { fn declared(&self) -> [u8; 2]; }\n\
            fn one(x: [u8; 3]) where A: B { }\nasync fn two(\n  a: u8,\n) {\n  fn inner() {\n  }\n}\n";
        assert_eq!(functions(code), [("one", 3, 1), ("two", 4, 6), ("inner", 7, 2)]);
    }
}
