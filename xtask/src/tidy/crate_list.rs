//! The list of crates in ARCHITECTURE.md, written from their manifests.

use super::Finding;
use super::house::{ARCHITECTURE, House};
use super::manifest::{Crate, crates, package_of};
use super::mask::line_of;
use std::collections::BTreeMap;

const BEGIN: &str = "<!-- crates:begin -->\n";
const END: &str = "<!-- crates:end -->";

pub(super) fn check(house: &House) -> Vec<Finding> {
    let Some(text) = house.text(ARCHITECTURE) else {
        return vec![Finding::new(
            ARCHITECTURE,
            1,
            "is missing: the map of the house, with the list of crates",
        )];
    };
    let Some((_, rewritten)) = rewritten(house) else {
        let what = format!("no list of crates: add the lines {} and {END}", BEGIN.trim_end());
        return vec![Finding::new(ARCHITECTURE, 1, what)];
    };
    if text == rewritten {
        return Vec::new();
    }
    let line = line_of(text, text.find(BEGIN).unwrap_or(0));
    vec![Finding::new(
        ARCHITECTURE,
        line,
        "the list of crates is stale: run `cargo xtask tidy --write`",
    )]
}

/// The map with the list as it should be; none when there is no place for it.
pub(super) fn rewritten(house: &House) -> Option<(&'static str, String)> {
    let text = house.text(ARCHITECTURE)?;
    let start = text.find(BEGIN)? + BEGIN.len();
    let end = start + text[start..].find(END)?;
    Some((ARCHITECTURE, format!("{}{}{}", &text[..start], table(&crates(house)), &text[end..])))
}

/// In an order in which each crate knows only those above it.
fn table(crates: &[Crate]) -> String {
    let mut rows: Vec<&Crate> = crates.iter().filter(|c| c.floor.is_some()).collect();
    let depths = depths(crates);
    rows.sort_by_key(|c| (c.floor, depths.get(c.folder.as_str()), c.folder.as_str()));
    let mut text = "| crate | floor | what happens there |\n|---|---|---|\n".to_owned();
    for c in rows {
        let floor = c.floor.map_or("", |floor| floor.name());
        text += &format!("| [`{0}`](crates/{0}) | {floor} | {1} |\n", c.folder, c.description);
    }
    text
}

/// The longest way down from each crate. Cargo allows no circles.
fn depths(crates: &[Crate]) -> BTreeMap<&str, usize> {
    let mut depths: BTreeMap<&str, usize> = crates.iter().map(|c| (c.folder.as_str(), 0)).collect();
    for _ in crates {
        for from in crates {
            let below = crates
                .iter()
                .filter(|to| from.dependencies.iter().any(|d| d.package == package_of(&to.folder)))
                .filter_map(|to| depths.get(to.folder.as_str()))
                .max();
            let depth = below.map_or(0, |below| below + 1);
            depths.insert(&from.folder, depth);
        }
    }
    depths
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::super::house::House;
    use super::{check, rewritten};

    const ZEBRA: &str =
        "[package]\ndescription = \"Base.\"\n[package.metadata.ottla]\nfloor = \"words\"\n";
    const ANT: &str = "[package]\ndescription = \"Uses it.\"\n[package.metadata.ottla]\nfloor = \"words\"\n\
        [dependencies]\nottla-zebra = { workspace = true }\n";
    const IO: &str =
        "[package]\ndescription = \"Door.\"\n[package.metadata.ottla]\nfloor = \"shells\"\n";
    const LIST: &str = "a\n<!-- crates:begin -->\n| crate | floor | what happens there |\n|---|---|---|\n\
        | [`zebra`](crates/zebra) | words | Base. |\n| [`ant`](crates/ant) | words | Uses it. |\n\
        | [`io`](crates/io) | shells | Door. |\n<!-- crates:end -->\nb\n";

    fn house(map: &'static str) -> [(&'static str, &'static str); 4] {
        [
            ("ARCHITECTURE.md", map),
            ("crates/ant/Cargo.toml", ANT),
            ("crates/io/Cargo.toml", IO),
            ("crates/zebra/Cargo.toml", ZEBRA),
        ]
    }

    #[test]
    fn the_list_is_in_order_of_dependency() {
        let files = house("a\n<!-- crates:begin -->\nold\n<!-- crates:end -->\nb\n");
        let house = House::of(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
        assert_eq!(rewritten(&house), Some(("ARCHITECTURE.md", LIST.to_owned())));
    }

    #[test]
    fn a_list_that_is_stale_or_missing_is_found() {
        expect(check, &house(LIST), &[]);
        expect(
            check,
            &house("a\n<!-- crates:begin -->\n<!-- crates:end -->\n"),
            &["ARCHITECTURE.md:2: the list of crates is stale: run `cargo xtask tidy --write`"],
        );
        expect(
            check,
            &house("a\n"),
            &[
                "ARCHITECTURE.md:1: no list of crates: add the lines <!-- crates:begin --> and <!-- crates:end -->",
            ],
        );
    }
}
