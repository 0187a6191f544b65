//! The tidy gate: what a reader is promised about this house, checked by machine.
//!
//! `cargo xtask tidy` only reads, prints one line per complaint and fails when there is one;
//! `--write` first renews what is generated (the crate list of ARCHITECTURE.md) and lets the list
//! of long files shrink. Each check is a function from the tree to complaints.

mod arrows;
mod crate_list;
mod lengths;
mod names;
mod purity;
mod toml;
mod tree;
mod words;

use std::path::Path;

use tree::Tree;

/// One thing that is not as it should be: where, and what to do about it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Complaint {
    path: String,
    /// Counted from 1; 0 when it is about the file as a whole.
    line: usize,
    what: String,
}

impl Complaint {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Complaint {
        Complaint { path: path.to_owned(), line, what: what.into() }
    }
}

/// Checks the workspace this program was built from.
///
/// # Errors
/// All complaints, one a line, with their count last.
pub(crate) fn check() -> Result<(), String> {
    report(complaints(&Tree::read(workspace())?))
}

/// Renews what is generated, then checks.
///
/// # Errors
/// As [`check`], and what could not be written.
pub(crate) fn write() -> Result<(), String> {
    let root = workspace();
    let tree = Tree::read(root)?;
    let renewed = [crate_list::renewed(&tree), lengths::renewed(&tree)];
    for (path, text) in renewed.into_iter().flatten() {
        let target = root.join(&path);
        std::fs::write(&target, text).map_err(|error| format!("{}: {error}", target.display()))?;
    }
    report(complaints(&Tree::read(root)?))
}

fn complaints(tree: &Tree) -> Vec<Complaint> {
    let checks = [
        arrows::check,
        crate_list::check,
        lengths::check,
        names::check,
        purity::check,
        words::check,
    ];
    let mut all: Vec<Complaint> = checks.iter().flat_map(|check| check(tree)).collect();
    all.sort();
    all
}

fn report(all: Vec<Complaint>) -> Result<(), String> {
    if all.is_empty() {
        return Ok(());
    }
    let count = all.len();
    let lines = all.into_iter().map(|Complaint { path, line, what }| match line {
        0 => format!("{path}: {what}\n"),
        _ => format!("{path}:{line}: {what}\n"),
    });
    Err(format!("{}tidy: {count} complaints", lines.collect::<String>()))
}

/// The folder above `xtask/`.
fn workspace() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// What a check says about a small tree, as text.
#[cfg(test)]
fn said(check: fn(&Tree) -> Vec<Complaint>, files: &[(&str, &str)]) -> Vec<String> {
    let mut all = check(&Tree::of(files));
    all.sort();
    all.into_iter().map(|Complaint { path, line, what }| format!("{path}:{line}: {what}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_listed_in_order_and_counted() {
        let all = vec![Complaint::new("a.rs", 3, "three"), Complaint::new("b.rs", 0, "whole")];
        assert_eq!(report(all), Err("a.rs:3: three\nb.rs: whole\ntidy: 2 complaints".to_owned()));
        assert_eq!(report(Vec::new()), Ok(()));
    }
}
