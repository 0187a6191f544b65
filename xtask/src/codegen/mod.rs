//! Turns `crates/wire/messages/**.msg` into `crates/wire/src/generated/**`.
//!
//! The notation is described in `crates/wire/messages/README.md`. The output is committed, so that
//! a build needs no generator and a change of the protocol can be read in review.

mod decode;
mod emit;
mod encode;
mod notation;
mod shapes;
mod tables;

use notation::File;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Generated files: path under `generated/`, text.
type Output = BTreeMap<PathBuf, String>;

/// Writes the generated files, and removes those that no notation asks for.
pub(crate) fn write() -> Result<(), String> {
    let wanted = generate()?;
    let root = generated_root();
    for (path, text) in &wanted {
        let path = root.join(path);
        if fs::read_to_string(&path).ok().as_ref() != Some(text) {
            fs::create_dir_all(path.parent().unwrap_or(&root)).map_err(|e| at(&path, e))?;
            fs::write(&path, text).map_err(|e| at(&path, e))?;
        }
    }
    for path in files_under(&root, "rs")? {
        if !wanted.contains_key(&path) {
            fs::remove_file(root.join(&path)).map_err(|e| at(&path, e))?;
        }
    }
    Ok(())
}

/// Fails, naming the files, when what is committed is not what the notation says.
pub(crate) fn check() -> Result<(), String> {
    let wanted = generate()?;
    let root = generated_root();
    let mut stale: Vec<String> = Vec::new();
    for (path, text) in &wanted {
        if fs::read_to_string(root.join(path)).ok().as_ref() != Some(text) {
            stale.push(path.display().to_string());
        }
    }
    for path in files_under(&root, "rs")? {
        if !wanted.contains_key(&path) {
            stale.push(format!("{} (no longer wanted)", path.display()));
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(format!("stale, run `cargo xtask codegen`:\n  {}", stale.join("\n  ")))
}

fn generate() -> Result<Output, String> {
    let root = wire_root().join("messages");
    let mut files: Vec<File> = Vec::new();
    for path in files_under(&root, "msg")? {
        let text = fs::read_to_string(root.join(&path)).map_err(|e| at(&path, e))?;
        let file = notation::parse(&path, &text).map_err(|e| format!("{}:{e}", path.display()))?;
        files.push(file);
    }
    let mut output = Output::new();
    for file in &files {
        let folder = if file.api.is_some() { "messages" } else { "records" };
        output.insert(Path::new(folder).join(format!("{}.rs", file.module)), emit::module(file));
    }
    tables::add(&files, &mut output);
    output.insert(PathBuf::from("shapes.rs"), shapes::module(&files));
    format(output)
}

/// Runs rustfmt over the texts, with the settings of the repository.
fn format(mut output: Output) -> Result<Output, String> {
    let scratch = std::env::temp_dir().join(format!("ottla-codegen-{}", std::process::id()));
    for (path, text) in &output {
        let path = scratch.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&scratch)).map_err(|e| at(&path, e))?;
        fs::write(&path, text).map_err(|e| at(&path, e))?;
    }
    let config = wire_root().join("../../rustfmt.toml");
    let status = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(&config)
        .arg(scratch.join("mod.rs"))
        .status()
        .map_err(|e| format!("rustfmt: {e}"))?;
    for (path, text) in &mut output {
        let path = scratch.join(path);
        *text = fs::read_to_string(&path).map_err(|e| at(&path, e))?;
    }
    let _ = fs::remove_dir_all(&scratch);
    if status.success() { Ok(output) } else { Err("rustfmt refused the generated code".to_owned()) }
}

fn wire_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/wire")
}

fn generated_root() -> PathBuf {
    wire_root().join("src/generated")
}

/// Files with this ending, relative to `root`, in the order of their paths.
fn files_under(root: &Path, ending: &str) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.map_err(|e| at(&folder, e))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == ending) {
                found.push(path.strip_prefix(root).unwrap_or(&path).to_path_buf());
            }
        }
    }
    found.sort();
    Ok(found)
}

fn at(path: &Path, error: std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    #[test]
    fn generated_code_is_what_the_notation_says() {
        super::check().unwrap();
    }
}
