//! The workspace as the checks see it: every file that git knows or would add, and each crate.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use super::toml::Manifest;

/// Files by path, relative to the workspace, with `/` between folders.
#[derive(Debug, Default)]
pub(super) struct Tree {
    files: BTreeMap<String, String>,
}

/// A package of the workspace.
#[derive(Debug)]
pub(super) struct Crate {
    /// The folder below `crates/`; `xtask` for the automation.
    pub(super) folder: String,
    /// Where its manifest is.
    pub(super) path: String,
    pub(super) manifest: Manifest,
}

impl Crate {
    pub(super) fn floor(&self) -> Option<&str> {
        self.manifest.get("package.metadata.ottla", "floor")
    }

    /// Held to purity: a word or a core.
    pub(super) fn is_pure(&self) -> bool {
        matches!(self.floor(), Some("words" | "cores"))
    }
}

impl Tree {
    /// Reads the files of the git work tree at `root`; what is not UTF-8 is left out.
    pub(super) fn read(root: &Path) -> Result<Tree, String> {
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root)
            .output()
            .map_err(|error| format!("git ls-files: {error}"))?;
        if !listed.status.success() {
            return Err(format!("git ls-files: {}", String::from_utf8_lossy(&listed.stderr)));
        }
        let mut files = BTreeMap::new();
        for path in String::from_utf8_lossy(&listed.stdout).split_terminator('\0') {
            // A file that is listed but gone was deleted and not yet committed.
            if let Ok(text) = std::fs::read_to_string(root.join(path)) {
                files.insert(path.to_owned(), text);
            }
        }
        Ok(Tree { files })
    }

    /// A tree out of a test.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Tree {
        let owned = |&(path, text): &(&str, &str)| (path.to_owned(), text.to_owned());
        Tree { files: files.iter().map(owned).collect() }
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Every file, by path.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Rust that was written by hand.
    pub(super) fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(|(path, _)| path.ends_with(".rs") && !is_generated(path))
    }

    /// The packages below `crates/`, by folder, and `xtask`.
    pub(super) fn crates(&self) -> Vec<Crate> {
        let manifest = |(path, text): (&str, &str)| {
            let folder = path.strip_suffix("/Cargo.toml")?;
            let folder = folder.strip_prefix("crates/").or((folder == "xtask").then_some(folder))?;
            (!folder.contains('/')).then(|| Crate {
                folder: folder.to_owned(),
                path: path.to_owned(),
                manifest: Manifest::parse(text),
            })
        };
        self.files().filter_map(manifest).collect()
    }
}

/// Written by `cargo xtask codegen`, and checked there.
pub(super) fn is_generated(path: &str) -> bool {
    path.contains("/generated/")
}

/// Tests may do what the code they test may not.
pub(super) fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs")
        || ["/tests/", "/examples/", "/benches/"].iter().any(|part| path.contains(part))
}

/// The lines of a source with their numbers, comments cut off, up to its `#[cfg(test)] mod`.
pub(super) fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    let is_tests = |at: &usize| {
        let next = lines.get(at + 1).map_or("", |line| line.trim_start());
        lines[*at].trim() == "#[cfg(test)]" && next.starts_with("mod ") && next.ends_with('{')
    };
    let end = (0..lines.len()).find(is_tests).unwrap_or(lines.len());
    let cut = |line: &'_ str| line.split("//").next().map_or(0, str::len);
    lines.into_iter().take(end).enumerate().map(move |(at, line)| (at + 1, &line[..cut(line)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_the_folders_below_crates_and_xtask() {
        let tree = Tree::of(&[
            ("Cargo.toml", ""),
            ("crates/log/Cargo.toml", "[package.metadata.ottla]\nfloor = \"cores\"\n"),
            ("crates/log/fuzz/Cargo.toml", ""),
            ("fuzz/Cargo.toml", ""),
            ("xtask/Cargo.toml", ""),
        ]);
        let crates = tree.crates();
        let folders: Vec<&str> = crates.iter().map(|one| one.folder.as_str()).collect();
        assert_eq!(folders, ["log", "xtask"]);
        assert!(crates[0].is_pure() && !crates[1].is_pure());
    }

    #[test]
    fn code_ends_at_the_tests_and_has_no_comments() {
        let text =
            "//! doc\nlet a = 1; // why\n#[cfg(test)]\nuse x;\n#[cfg(test)]\nmod tests {\nasync\n";
        let lines: Vec<_> = code_lines(text).collect();
        assert_eq!(lines, [(1, ""), (2, "let a = 1; "), (3, "#[cfg(test)]"), (4, "use x;")]);
    }
}
