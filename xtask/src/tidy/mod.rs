//! Holds the rules of the house that no compiler knows: arrows between floors, purity of words and
//! cores, names, lengths, the list of crates.
//!
//! Every check is a function of the [`House`], the sources in memory, and returns findings; reading
//! and writing files happens here and in [`House::read`] alone.

mod api_files;
mod arrows;
mod attributes;
mod crate_list;
mod doors;
mod house;
mod lengths;
mod manifest;
mod mask;
mod naming;
mod purity;
mod unfinished;

use house::House;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// Path from the root of the repository.
    path: String,
    /// Counted from one.
    line: usize,
    /// What is wrong, and what to do instead.
    what: String,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Finding {
        Finding { path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Every rule, in no particular order: findings are sorted by place.
const CHECKS: [fn(&House) -> Vec<Finding>; 10] = [
    api_files::check,
    arrows::check,
    attributes::check,
    crate_list::check,
    doors::check,
    lengths::check,
    manifest::check,
    naming::check,
    purity::check,
    unfinished::check,
];

/// Fails with one line for each finding. Writes nothing.
pub(crate) fn check() -> Result<(), String> {
    let found = findings(&House::read(&root())?);
    if found.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = found.iter().map(Finding::to_string).collect();
    Err(lines.join("\n"))
}

/// Rewrites what is generated and lowers what may only shrink, then checks.
pub(crate) fn write() -> Result<(), String> {
    let house = House::read(&root())?;
    for (path, text) in
        [crate_list::rewritten(&house), lengths::rewritten(&house)].into_iter().flatten()
    {
        if house.text(path) != Some(text.as_str()) {
            let path = root().join(path);
            fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
        }
    }
    check()
}

fn findings(house: &House) -> Vec<Finding> {
    let mut found: Vec<Finding> = CHECKS.iter().flat_map(|check| check(house)).collect();
    found.sort();
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs one check over sources given as `(path, text)` and compares what it prints.
#[cfg(test)]
fn expect(check: fn(&House) -> Vec<Finding>, files: &[(&str, &str)], expected: &[&str]) {
    let mut found = check(&House::of(
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())),
    ));
    found.sort();
    let lines: Vec<String> = found.iter().map(Finding::to_string).collect();
    assert_eq!(lines, expected);
}
