//! From what was named to the files that are printed.

use std::io;
use std::path::{Path, PathBuf};

use ottla_io::Disk;

use super::Manner;

/// Endings of files that only wait to be removed or to take their place.
const PASSING: [&str; 5] = [".deleted", ".cleaned", ".swap", ".tmp", ".part"];

/// The file itself, or the files in a dir: first its own, then those of the dirs in it.
pub(super) fn files_of(disk: &Disk, named: &Path, manner: Manner) -> io::Result<Vec<PathBuf>> {
    if manner == Manner::Kafka {
        return Ok(vec![named.to_owned()]);
    }
    let Ok(_) = disk.list(named) else {
        return Ok(vec![named.to_owned()]);
    };
    let mut files = Vec::new();
    let mut dirs = vec![named.to_owned()];
    while let Some(dir) = dirs.pop() {
        let entries = disk.list(&dir)?;
        let is_passing = |name: &str| PASSING.iter().any(|ending| name.ends_with(ending));
        let names = entries.iter().filter(|entry| !entry.is_dir && !is_passing(&entry.name));
        files.extend(names.map(|entry| dir.join(&entry.name)));
        let inner = entries.iter().rev().filter(|entry| entry.is_dir);
        dirs.extend(inner.map(|entry| dir.join(&entry.name)));
    }
    Ok(files)
}
