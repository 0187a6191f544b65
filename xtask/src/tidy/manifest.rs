//! Every crate says what it is, on which floor it stands, and inherits the rest from the workspace.
//!
//! Reads as much of TOML as manifests use: tables, and one `key = value` a line.

use super::Finding;
use super::house::House;

/// What a floor may know follows from its place; see `arrows.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Floor {
    Words,
    Cores,
    Shells,
    Proof,
}

impl Floor {
    const ALL: [Floor; 4] = [Floor::Words, Floor::Cores, Floor::Shells, Floor::Proof];

    /// As manifests write it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Floor::Words => "words",
            Floor::Cores => "cores",
            Floor::Shells => "shells",
            Floor::Proof => "proof",
        }
    }
}

/// A crate under `crates/`.
pub(super) struct Crate {
    /// The name of its folder.
    pub(super) folder: String,
    /// Where its manifest is.
    pub(super) path: String,
    pub(super) description: String,
    /// None when the manifest names none of the floors.
    pub(super) floor: Option<Floor>,
    /// What it is built from, on any target; not what its tests use.
    pub(super) dependencies: Vec<Dependency>,
}

/// A dependency as a manifest states it.
pub(super) struct Dependency {
    /// The package, not the name it is given here.
    pub(super) package: String,
    pub(super) line: usize,
    /// What stands behind the equals sign.
    pub(super) value: String,
}

/// The package a folder under `crates/` holds.
pub(super) fn package_of(folder: &str) -> String {
    if folder == "ottla" { folder.to_owned() } else { format!("ottla-{folder}") }
}

/// Every crate under `crates/`, by folder.
pub(super) fn crates(house: &House) -> Vec<Crate> {
    manifests(house)
        .into_iter()
        .filter(|(path, _)| path.starts_with("crates/"))
        .map(|(path, entries)| {
            let value = |table: &str, key: &str| unquoted(find(&entries, table, key)).to_owned();
            let floor = value("package.metadata.ottla", "floor");
            Crate {
                folder: folder_of(path).to_owned(),
                path: path.to_owned(),
                description: value("package", "description"),
                floor: Floor::ALL.into_iter().find(|f| f.name() == floor),
                dependencies: dependencies(&entries),
            }
        })
        .collect()
}

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    for one in crates(house) {
        if one.floor.is_none() {
            found.push(Finding::new(
                &one.path,
                1,
                "no floor: add `floor = \"words\"`, cores, shells or proof under [package.metadata.ottla]",
            ));
        }
    }
    for (path, entries) in manifests(house) {
        let name = find(&entries, "package", "name");
        let expected = if path.starts_with("crates/") {
            package_of(folder_of(path))
        } else {
            "xtask".to_owned()
        };
        if unquoted(name) != expected {
            let line = name.map_or(1, |entry| entry.line);
            found.push(Finding::new(
                path,
                line,
                format!("folder and name differ: call the package `{expected}`"),
            ));
        }
        if unquoted(find(&entries, "package", "description")).is_empty() {
            found.push(Finding::new(path, 1, "no description: say in one line what happens there"));
        }
        for (table, key) in [
            ("package", "edition"),
            ("package", "rust-version"),
            ("package", "license"),
            ("lints", ""),
        ] {
            let full =
                if key.is_empty() { "workspace".to_owned() } else { format!("{key}.workspace") };
            if find(&entries, table, &full).is_none_or(|entry| entry.value != "true") {
                let what = format!("not inherited: write `{full} = true` under [{table}]");
                found.push(Finding::new(path, 1, what));
            }
        }
    }
    found
}

struct Entry {
    table: String,
    key: String,
    value: String,
    line: usize,
}

/// The manifests of the workspace's members with what they say.
fn manifests(house: &House) -> Vec<(&str, Vec<Entry>)> {
    house
        .paths()
        .filter(|path| {
            let crates =
                path.strip_prefix("crates/").and_then(|rest| rest.strip_suffix("/Cargo.toml"));
            *path == "xtask/Cargo.toml" || crates.is_some_and(|folder| !folder.contains('/'))
        })
        .map(|path| (path, entries(house.text(path).unwrap_or_default())))
        .collect()
}

fn entries(text: &str) -> Vec<Entry> {
    let mut table = String::new();
    let mut entries = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            table = name.to_owned();
            if let Some((above, package)) =
                name.rsplit_once('.').filter(|(t, _)| t.ends_with("dependencies"))
            {
                let (table, key) = (above.to_owned(), package.to_owned());
                entries.push(Entry { table, key, value: String::new(), line: i + 1 });
            }
        } else if !line.starts_with('#')
            && let Some((key, value)) = line.split_once('=')
        {
            let (key, value) = (key.trim().to_owned(), value.trim().to_owned());
            entries.push(Entry { table: table.clone(), key, value, line: i + 1 });
        }
    }
    entries
}

fn find<'a>(entries: &'a [Entry], table: &str, key: &str) -> Option<&'a Entry> {
    entries.iter().find(|entry| entry.table == table && entry.key == key)
}

fn unquoted(entry: Option<&Entry>) -> &str {
    entry.map_or("", |entry| entry.value.trim_matches('"'))
}

fn dependencies(entries: &[Entry]) -> Vec<Dependency> {
    entries
        .iter()
        .filter(|entry| {
            let kind = entry.table.rsplit('.').next();
            matches!(kind, Some("dependencies" | "build-dependencies"))
        })
        .map(|entry| {
            let name = entry.key.split('.').next().unwrap_or(&entry.key);
            let renamed =
                entry.value.split_once("package = \"").and_then(|(_, rest)| rest.split('"').next());
            let package = renamed.unwrap_or(name).to_owned();
            Dependency { package, line: entry.line, value: entry.value.clone() }
        })
        .collect()
}

fn folder_of(path: &str) -> &str {
    path.trim_start_matches("crates/").trim_end_matches("/Cargo.toml")
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::super::house::House;
    use super::{check, crates};

    const GOOD: &str = "[package]\nname = \"ottla-log\"\ndescription = \"A log.\"\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\n[package.metadata.ottla]\nfloor = \"cores\"\n\
        [lints]\nworkspace = true\n";

    #[test]
    fn a_whole_manifest_is_fine() {
        expect(check, &[("crates/log/Cargo.toml", GOOD), ("crates/log/more/Cargo.toml", "")], &[]);
    }

    #[test]
    fn each_missing_part_is_named() {
        let path = "crates/log/Cargo.toml";
        let without = |part: &str| GOOD.replace(part, "");
        expect(
            check,
            &[(path, &without("floor = \"cores\""))],
            &[
                "crates/log/Cargo.toml:1: no floor: add `floor = \"words\"`, cores, shells or proof under \
               [package.metadata.ottla]",
            ],
        );
        expect(
            check,
            &[(path, &without("description = \"A log.\""))],
            &["crates/log/Cargo.toml:1: no description: say in one line what happens there"],
        );
        expect(
            check,
            &[(path, &GOOD.replace("edition.workspace = true", "edition = \"2021\""))],
            &[
                "crates/log/Cargo.toml:1: not inherited: write `edition.workspace = true` under [package]",
            ],
        );
        expect(
            check,
            &[("crates/tail/Cargo.toml", GOOD)],
            &["crates/tail/Cargo.toml:2: folder and name differ: call the package `ottla-tail`"],
        );
    }

    #[test]
    fn dependencies_are_found_in_every_spelling() {
        let text = "[dependencies]\na = { workspace = true }\nb.workspace = true\nc = { package = \"d\" }\n\
            [build-dependencies]\ne = \"1\"\n[target.'cfg(unix)'.dependencies]\nf = \"1\"\n\
            [dependencies.g]\nversion = \"1\"\n[dev-dependencies]\nh = \"1\"\n[dev-dependencies.i]\n";
        let house = House::of([("crates/x/Cargo.toml".to_owned(), text.to_owned())]);
        let packages: Vec<String> =
            crates(&house).remove(0).dependencies.into_iter().map(|d| d.package).collect();
        assert_eq!(packages, ["a", "b", "d", "e", "f", "g"]);
    }
}
