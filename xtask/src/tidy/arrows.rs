//! Dependencies point down: words know words, cores know words and cores, each shell knows the shells
//! below it, the proof may open all and ships in nothing.

use super::Finding;
use super::house::House;
use super::manifest::{Crate, Dependency, Floor, crates, package_of};

/// The shells, from the outside door up.
const SHELLS: [&str; 4] = ["io", "client", "broker", "ottla"];

/// Pairs that the floors would allow and the house does not.
const STRANGERS: [(&str, &str, &str); 3] = [
    ("controller", "raft", "the controller does not know how its records are agreed on"),
    ("raft", "controller", "the quorum does not know what records mean"),
    ("raft", "wire", "the quorum does not know what records mean"),
];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let crates = crates(house);
    let mut found = Vec::new();
    for from in &crates {
        if from.floor == Some(Floor::Shells) && !SHELLS.contains(&from.folder.as_str()) {
            let what = "a shell without a place: add it to SHELLS in xtask/src/tidy/arrows.rs";
            found.push(Finding::new(&from.path, 1, what));
        }
        for dependency in &from.dependencies {
            let Some(to) = crates.iter().find(|c| package_of(&c.folder) == dependency.package)
            else {
                continue;
            };
            if let Some(why) = forbidden(from, to, dependency) {
                let what = format!("`{}` must not depend on `{}`: {why}", from.folder, to.folder);
                found.push(Finding::new(&from.path, dependency.line, what));
            }
        }
    }
    found
}

fn forbidden(from: &Crate, to: &Crate, dependency: &Dependency) -> Option<String> {
    let (above, below) = (from.floor?, to.floor?);
    if above == Floor::Proof {
        return None;
    }
    if below == Floor::Proof {
        return Some("proof ships in nothing; make it a dev-dependency".to_owned());
    }
    if dependency.value.contains("\"sim\"") {
        return Some(
            "the simulated world ships in nothing; ask for `sim` in dev-dependencies".to_owned(),
        );
    }
    if below > above {
        return Some(format!(
            "{} know nothing of {}; pass the value in, or move the rule down",
            above.name(),
            below.name()
        ));
    }
    let place = |c: &Crate| SHELLS.iter().position(|shell| *shell == c.folder);
    if above == Floor::Shells && below == Floor::Shells && place(from) <= place(to) {
        return Some(format!("among shells the order is {}", SHELLS.join(" < ")));
    }
    let stranger = STRANGERS.iter().find(|(a, b, _)| *a == from.folder && *b == to.folder);
    stranger.map(|(_, _, why)| (*why).to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::expect;

    /// Checks a house of all floors in which `from` has one more line among its dependencies.
    #[track_caller]
    fn check(from: &str, line: &str, expected: &[&str]) {
        let rooms = [
            ("base", "words"),
            ("wire", "words"),
            ("log", "cores"),
            ("raft", "cores"),
            ("controller", "cores"),
            ("io", "shells"),
            ("broker", "shells"),
            ("ottla", "shells"),
            ("sim", "proof"),
        ];
        let files: Vec<(String, String)> = rooms
            .iter()
            .map(|(folder, floor)| {
                let line = if *folder == from { line } else { "" };
                let text = format!(
                    "[package.metadata.ottla]\nfloor = \"{floor}\"\n[dependencies]\n{line}\n"
                );
                (format!("crates/{folder}/Cargo.toml"), text)
            })
            .collect();
        let files: Vec<(&str, &str)> =
            files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
        expect(super::check, &files, expected);
    }

    #[test]
    fn down_is_allowed() {
        check("wire", "ottla-base = { workspace = true }", &[]);
        check("log", "ottla-wire.workspace = true", &[]);
        check("controller", "ottla-log = { workspace = true }", &[]);
        check("io", "ottla-log = { workspace = true }", &[]);
        check("ottla", "ottla-io = { workspace = true }", &[]);
        check("sim", "ottla = { workspace = true, features = [\"sim\"] }", &[]);
    }

    #[test]
    fn up_is_not() {
        check(
            "wire",
            "ottla-log = { workspace = true }",
            &[
                "crates/wire/Cargo.toml:4: `wire` must not depend on `log`: words know nothing of cores; \
               pass the value in, or move the rule down",
            ],
        );
        check(
            "log",
            "ottla-io.workspace = true",
            &[
                "crates/log/Cargo.toml:4: `log` must not depend on `io`: cores know nothing of shells; \
               pass the value in, or move the rule down",
            ],
        );
        check(
            "io",
            "ottla-broker = { workspace = true }",
            &[
                "crates/io/Cargo.toml:4: `io` must not depend on `broker`: among shells the order is \
               io < client < broker < ottla",
            ],
        );
    }

    #[test]
    fn proof_and_its_world_are_for_tests() {
        check(
            "broker",
            "ottla-sim = { workspace = true }",
            &[
                "crates/broker/Cargo.toml:4: `broker` must not depend on `sim`: proof ships in nothing; \
               make it a dev-dependency",
            ],
        );
        check(
            "broker",
            "ottla-io = { workspace = true, features = [\"sim\"] }",
            &[
                "crates/broker/Cargo.toml:4: `broker` must not depend on `io`: the simulated world ships in \
               nothing; ask for `sim` in dev-dependencies",
            ],
        );
        check("broker", "[dev-dependencies]\nottla-sim = { workspace = true }", &[]);
    }

    #[test]
    fn strangers_stay_strangers() {
        check(
            "controller",
            "ottla-raft = { workspace = true }",
            &[
                "crates/controller/Cargo.toml:4: `controller` must not depend on `raft`: the controller does \
               not know how its records are agreed on",
            ],
        );
    }

    #[test]
    fn a_new_shell_takes_a_place() {
        expect(
            super::check,
            &[("crates/lag/Cargo.toml", "[package.metadata.ottla]\nfloor = \"shells\"\n")],
            &[
                "crates/lag/Cargo.toml:1: a shell without a place: add it to SHELLS in xtask/src/tidy/arrows.rs",
            ],
        );
    }
}
