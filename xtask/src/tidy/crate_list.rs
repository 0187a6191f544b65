//! The list of crates in ARCHITECTURE.md, written from their manifests between two markers.

use super::Complaint;
use super::tree::Tree;

const PAGE: &str = "ARCHITECTURE.md";
const BEGIN: &str = "<!-- crates: written by `cargo xtask tidy --write` -->\n";
const END: &str = "<!-- end of crates -->";

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let complaint = |what: &str| vec![Complaint::new(PAGE, 0, what)];
    match tree.text(PAGE) {
        None => complaint("is not there"),
        Some(page) if parts(page).is_none() => complaint("has lost the markers of its crate list"),
        Some(_) if renewed(tree).is_some() => {
            complaint("its crate list is old: `cargo xtask tidy --write`")
        }
        Some(_) => Vec::new(),
    }
}

/// The page with the list of today, when it has another.
pub(super) fn renewed(tree: &Tree) -> Option<(String, String)> {
    let page = tree.text(PAGE)?;
    let (before, after) = parts(page)?;
    let text = format!("{before}{BEGIN}{}{END}{after}", table(tree));
    (text != page).then(|| (PAGE.to_owned(), text))
}

fn parts(page: &str) -> Option<(&str, &str)> {
    let (before, rest) = page.split_once(BEGIN)?;
    Some((before, rest.split_once(END)?.1))
}

/// By floor, from the street up; within one, by name.
fn table(tree: &Tree) -> String {
    let crates = tree.crates();
    let mut text = "| floor | crate | what happens there |\n| --- | --- | --- |\n".to_owned();
    for floor in ["shells", "cores", "words", "proof", "automation"] {
        for one in crates.iter().filter(|one| one.floor() == Some(floor)) {
            let description = one.manifest.get("package", "description").unwrap_or_default();
            let link = one.path.trim_end_matches("Cargo.toml");
            text.push_str(&format!("| {floor} | [{}]({link}) | {description} |\n", one.folder));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::said;
    use super::*;

    const LOG: (&str, &str) = (
        "crates/log/Cargo.toml",
        "[package]\ndescription = \"A log.\"\n[package.metadata.ottla]\nfloor = \"cores\"\n",
    );

    #[test]
    fn a_list_that_is_old_is_told_and_renewed() {
        let old = format!("# Ideas\n{BEGIN}nothing\n{END}\nmore\n");
        assert_eq!(said(check, &[LOG, (PAGE, &old)]).len(), 1);
        let (_, new) = renewed(&Tree::of(&[LOG, (PAGE, &old)])).unwrap();
        assert!(new.contains("| cores | [log](crates/log/) | A log. |\n"), "{new}");
        assert!(new.starts_with("# Ideas\n") && new.ends_with("\nmore\n"), "{new}");
        assert_eq!(said(check, &[LOG, (PAGE, &new)]), [""; 0]);
    }

    #[test]
    fn a_page_without_markers_is_told() {
        assert_eq!(said(check, &[LOG, (PAGE, "# Ideas\n")]).len(), 1);
        assert_eq!(said(check, &[LOG]).len(), 1);
    }
}
