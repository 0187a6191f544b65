//! Dependencies point down only, and every crate says on which floor it stands and what it is for.

use std::collections::BTreeMap;

use super::Complaint;
use super::toml::Kind;
use super::tree::{Crate, Tree};

/// Where the shells stand above each other; one may use those of a smaller number.
const SHELLS: &[(&str, u8)] = &[("io", 0), ("broker", 1), ("client", 1), ("ottla", 9)];

/// Floors that a crate may name.
const FLOORS: &[&str] = &["words", "cores", "shells", "proof", "automation"];

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let crates = tree.crates();
    let by_name: BTreeMap<String, &Crate> =
        crates.iter().map(|one| (package_name(&one.folder), one)).collect();
    let mut all = Vec::new();
    for one in &crates {
        let mut complain = |what: String| all.push(Complaint::new(&one.path, 0, what));
        let want = package_name(&one.folder);
        if one.manifest.get("package", "name") != Some(&want) {
            complain(format!("the folder is {}, so the package is {want}", one.folder));
        }
        if one.manifest.get("package", "description").is_none_or(str::is_empty) {
            complain("a crate says in one line what happens there: description".to_owned());
        }
        match one.floor() {
            Some(floor) if FLOORS.contains(&floor) => {}
            _ => {
                complain(format!("[package.metadata.ottla] floor is one of {}", FLOORS.join(", ")))
            }
        }
        for (name, kind) in one.manifest.dependencies() {
            if let Some(why) = by_name.get(name).and_then(|to| forbidden(one, to, kind)) {
                complain(format!("may not depend on {name}: {why}"));
            }
        }
    }
    all
}

/// `ottla-<folder>`; the binary and the automation have short names.
fn package_name(folder: &str) -> String {
    match folder {
        "ottla" | "xtask" => folder.to_owned(),
        _ => format!("ottla-{folder}"),
    }
}

/// Why one crate may not use another, if it may not.
fn forbidden(from: &Crate, to: &Crate, kind: Kind) -> Option<String> {
    // What tests use never ships; the automation is nobody's business.
    if kind == Kind::Dev && to.floor() != Some("automation") {
        return None;
    }
    let shell =
        |one: &Crate| SHELLS.iter().find(|(name, _)| *name == one.folder).map(|(_, rank)| *rank);
    match (from.floor()?, to.floor()?) {
        ("automation", _) | (_, "automation") => Some("automation stands apart".to_owned()),
        ("proof", _) => None,
        (_, "proof") => Some("nothing that ships opens the proof".to_owned()),
        ("words" | "cores" | "shells", "words") | ("shells", "cores") => None,
        ("cores", "cores") => Some("cores do not know each other".to_owned()),
        ("shells", "shells") => match (shell(from), shell(to)) {
            (Some(upper), Some(lower)) if upper > lower => None,
            (Some(_), Some(_)) => {
                Some("shells stand in the order io, broker and client, ottla".to_owned())
            }
            _ => Some("a new shell takes its place in SHELLS of xtask's tidy/arrows.rs".to_owned()),
        },
        (from, to) => Some(format!("{to} stand above {from}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::said;
    use super::*;

    fn manifest(name: &str, floor: &str, rest: &str) -> String {
        format!(
            "[package]\nname = \"{name}\"\ndescription = \"x\"\n[package.metadata.ottla]\nfloor = \"{floor}\"\n{rest}"
        )
    }

    /// What is said when `from` has these dependencies in a small house.
    fn with(from: &str, floor: &str, rest: &str) -> Vec<String> {
        let rooms = [("base", "words"), ("log", "cores"), ("raft", "cores"), ("io", "shells")];
        let more =
            [("broker", "shells"), ("ottla", "shells"), ("sim", "proof"), ("xtask", "automation")];
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        for (folder, floor) in rooms.into_iter().chain(more).chain([(from, floor)]) {
            let path = if folder == "xtask" {
                "xtask/Cargo.toml".to_owned()
            } else {
                format!("crates/{folder}/Cargo.toml")
            };
            let rest = if folder == from { rest } else { "" };
            files.insert(path, manifest(&package_name(folder), floor, rest));
        }
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        said(check, &files)
    }

    #[test]
    fn down_is_allowed() {
        assert_eq!(with("log", "cores", "[dependencies]\nottla-base = {}\n"), [""; 0]);
        assert_eq!(
            with("broker", "shells", "[dependencies]\nottla-io = {}\nottla-raft = {}\n"),
            [""; 0]
        );
        assert_eq!(with("sim", "proof", "[dependencies]\nottla-broker = {}\n"), [""; 0]);
        assert_eq!(with("base", "words", "[dev-dependencies]\nottla-sim = {}\n"), [""; 0]);
    }

    #[test]
    fn up_and_sideways_are_not() {
        let arrow =
            |from, floor, to: &str| with(from, floor, &format!("[dependencies]\n{to} = {{}}\n"));
        let said = |path: &str, to: &str, why: &str| {
            vec![format!("crates/{path}/Cargo.toml:0: may not depend on {to}: {why}")]
        };
        assert_eq!(
            arrow("base", "words", "ottla-log"),
            said("base", "ottla-log", "cores stand above words")
        );
        assert_eq!(
            arrow("log", "cores", "ottla-io"),
            said("log", "ottla-io", "shells stand above cores")
        );
        assert_eq!(
            arrow("log", "cores", "ottla-raft"),
            said("log", "ottla-raft", "cores do not know each other")
        );
        assert_eq!(
            arrow("broker", "shells", "ottla-sim"),
            said("broker", "ottla-sim", "nothing that ships opens the proof")
        );
        let order = "shells stand in the order io, broker and client, ottla";
        assert_eq!(arrow("io", "shells", "ottla-broker"), said("io", "ottla-broker", order));
        assert_eq!(arrow("broker", "shells", "ottla"), said("broker", "ottla", order));
    }

    #[test]
    fn a_crate_names_itself_its_purpose_and_its_floor() {
        let said = said(check, &[("crates/log/Cargo.toml", "[package]\nname = \"log\"\n")]);
        assert_eq!(said.len(), 3, "{said:?}");
        for want in ["the package is ottla-log", "description", "floor is one of"] {
            assert!(said.iter().any(|one| one.contains(want)), "{want}: {said:?}");
        }
    }
}
