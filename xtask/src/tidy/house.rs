//! The sources of the repository in memory, read once for all checks.

use super::mask::{mask, without_tests};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The map whose list of crates is generated.
pub(super) const ARCHITECTURE: &str = "ARCHITECTURE.md";
/// The lengths above the limits, which may only shrink.
pub(super) const EXCEPTIONS: &str = "xtask/tidy-exceptions.txt";

/// Every file a check looks at.
pub(super) struct House {
    files: BTreeMap<String, String>,
    pub(super) sources: Vec<Source>,
}

/// One Rust file.
pub(super) struct Source {
    /// From the root of the repository, with `/`.
    pub(super) path: String,
    pub(super) text: String,
    /// Comments and the insides of literals blanked.
    pub(super) code: String,
    /// All but comments blanked.
    pub(super) comments: String,
    /// `code` with what is compiled for tests or examples blanked.
    pub(super) shipped: String,
}

impl Source {
    /// The folder under `crates/`, if it lies there.
    pub(super) fn crate_folder(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// Whether a generator wrote it.
    pub(super) fn is_generated(&self) -> bool {
        self.path.contains("/generated/")
    }
}

impl House {
    /// Reads the Rust sources, manifests and message names under `root`.
    pub(super) fn read(root: &Path) -> Result<House, String> {
        let mut files = Vec::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            let here = root.join(&folder);
            for entry in fs::read_dir(&here).map_err(|e| format!("{}: {e}", here.display()))? {
                let entry = entry.map_err(|e| format!("{}: {e}", here.display()))?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let path =
                    if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
                let kind = entry.file_type().map_err(|e| format!("{path}: {e}"))?;
                if kind.is_dir() && !name.starts_with('.') && name != "target" {
                    folders.push(path);
                } else if kind.is_file() && is_looked_at(&path) {
                    let text =
                        fs::read_to_string(entry.path()).map_err(|e| format!("{path}: {e}"))?;
                    files.push((path, text));
                }
            }
        }
        Ok(House::of(files))
    }

    /// A house of files given as path and text.
    pub(super) fn of(files: impl IntoIterator<Item = (String, String)>) -> House {
        let files: BTreeMap<String, String> = files.into_iter().collect();
        let mut sources = Vec::new();
        let mut for_tests = Vec::new();
        for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
            let masked = mask(text);
            let (shipped, modules) = without_tests(&masked.code);
            for_tests.extend(modules.iter().map(|name| format!("{}/{name}", children_of(path))));
            sources.push(Source {
                path: path.clone(),
                text: text.clone(),
                code: masked.code,
                comments: masked.comments,
                shipped,
            });
        }
        for source in &mut sources {
            if is_for_tests(&source.path, &for_tests) {
                source.shipped = source.shipped.lines().map(|_| "\n").collect();
            }
        }
        House { files, sources }
    }

    /// The text of a file, if there is one.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// The paths of all files, in order.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}

fn is_looked_at(path: &str) -> bool {
    path.ends_with(".rs")
        || path.ends_with("/Cargo.toml")
        || path.ends_with(".msg")
        || path == ARCHITECTURE
        || path == EXCEPTIONS
}

/// The folder in which the modules that a file declares have their files.
fn children_of(path: &str) -> &str {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "mod.rs" | "lib.rs" | "main.rs" => folder,
        _ => path.strip_suffix(".rs").unwrap_or(path),
    }
}

fn is_for_tests(path: &str, modules: &[String]) -> bool {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    stem.split('/').any(|part| matches!(part, "tests" | "examples" | "benches"))
        || modules.iter().any(|m| {
            stem == m || stem.strip_prefix(m.as_str()).is_some_and(|rest| rest.starts_with('/'))
        })
}

#[cfg(test)]
mod tests {
    use super::House;

    #[test]
    fn files_of_test_modules_ship_nothing() {
        let files = [
            ("crates/log/src/lib.rs", "#[cfg(test)]\nmod model;\nmod open;"),
            ("crates/log/src/model.rs", "x"),
            ("crates/log/src/model/deep.rs", "x"),
            ("crates/log/src/models.rs", "x"),
            ("crates/log/src/open.rs", "#[cfg(test)]\nmod cases;"),
            ("crates/log/src/open/cases.rs", "x"),
            ("crates/log/tests/it/main.rs", "x"),
        ];
        let house = House::of(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
        let shipping: Vec<&str> = house
            .sources
            .iter()
            .filter(|source| !source.shipped.trim().is_empty())
            .map(|source| source.path.as_str())
            .collect();
        assert_eq!(shipping, ["crates/log/src/lib.rs", "crates/log/src/models.rs"]);
    }
}
