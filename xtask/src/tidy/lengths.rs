//! A file that is past 500 lines asks to be two: a ratchet.
//!
//! `long_files.txt` holds those that were longer when the rule came, each with its length. The list
//! only gets shorter: a file on it may not grow, and leaves it when it fits.

use std::collections::BTreeMap;

use super::Complaint;
use super::tree::{Tree, is_generated};

/// More lines than this are not read from top to bottom.
const LINES_MAX: usize = 500;
const LIST: &str = "xtask/src/tidy/long_files.txt";

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let (listed, long) = (listed(tree), long(tree));
    let mut all = Vec::new();
    for (path, lines) in &long {
        match listed.get(path) {
            None => all.push(Complaint::new(
                path,
                0,
                format!("{lines} lines, {LINES_MAX} at most: it asks to be two"),
            )),
            Some(before) if lines > before => {
                all.push(Complaint::new(
                    path,
                    0,
                    format!("grew from {before} to {lines} lines: a long file only shrinks"),
                ));
            }
            Some(_) => {}
        }
    }
    for (path, before) in &listed {
        if long.get(path).is_none_or(|lines| lines < before) {
            let what =
                format!("{path} is shorter now: `cargo xtask tidy --write` lets the list shrink");
            all.push(Complaint::new(LIST, 0, what));
        }
    }
    all
}

/// The list with what became shorter; nothing is ever added to it.
pub(super) fn renewed(tree: &Tree) -> Option<(String, String)> {
    let (listed, long) = (listed(tree), long(tree));
    let kept =
        listed.iter().filter_map(|(path, before)| Some((path, *long.get(path)?.min(before))));
    let text: String = kept.map(|(path, lines)| format!("{lines} {path}\n")).collect();
    (tree.text(LIST)? != text).then(|| (LIST.to_owned(), text))
}

fn listed(tree: &Tree) -> BTreeMap<String, usize> {
    let entry = |line: &str| {
        line.split_once(' ').and_then(|(n, path)| Some((path.to_owned(), n.parse().ok()?)))
    };
    tree.text(LIST).unwrap_or_default().lines().filter_map(entry).collect()
}

fn long(tree: &Tree) -> BTreeMap<String, usize> {
    let is_source =
        |path: &str| [".rs", ".py", ".sh", ".java"].iter().any(|end| path.ends_with(end));
    let sources = tree.files().filter(|(path, _)| is_source(path) && !is_generated(path));
    let counted = sources.map(|(path, text)| (path.to_owned(), text.lines().count()));
    counted.filter(|(_, lines)| *lines > LINES_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::super::said;
    use super::*;

    #[test]
    fn a_new_file_fits() {
        let (fits, long) = ("x\n".repeat(500), "x\n".repeat(501));
        assert_eq!(
            said(check, &[("a.rs", &fits), ("b/generated/c.rs", &long), ("d.md", &long)]),
            [""; 0]
        );
        assert_eq!(
            said(check, &[("a.rs", &long)]),
            ["a.rs:0: 501 lines, 500 at most: it asks to be two"]
        );
    }

    #[test]
    fn a_listed_file_only_shrinks() {
        let with =
            |lines: usize| said(check, &[("a.rs", &"x\n".repeat(lines)), (LIST, "600 a.rs\n")]);
        assert_eq!(with(600), [""; 0]);
        assert_eq!(with(601), ["a.rs:0: grew from 600 to 601 lines: a long file only shrinks"]);
        assert_eq!(with(599).len(), 1);
        assert_eq!(with(400).len(), 1);
        assert_eq!(said(check, &[(LIST, "600 gone.rs\n")]).len(), 1);
    }

    #[test]
    fn renewing_shrinks_the_list_and_never_adds() {
        let after = |lines: usize| {
            let (a, b) = ("x\n".repeat(lines), "x\n".repeat(700));
            renewed(&Tree::of(&[("a.rs", &a), ("b.rs", &b), (LIST, "600 a.rs\n")]))
                .map(|(_, text)| text)
        };
        assert_eq!(after(550).as_deref(), Some("550 a.rs\n"));
        assert_eq!(after(400).as_deref(), Some(""));
        assert_eq!(after(650), None);
    }
}
