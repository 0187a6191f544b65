//! Scripts against a real node in a simulated world: commands, `----`, and what they answer.
//!
//! ```text
//! # A comment.
//! create-topics t partitions=2
//! produce t-0 : a=1
//! ----
//! name=t ...
//! ```
//!
//! Commands are requests under Kafka's names ([`verbs`]), with raw wire bytes between them and the
//! node, and what happens to the node ([`world`]). An answer without anything to tell is `ok`.
//! Answers are shown by [`show`]; what is random has a name (`ID1`, `S1`, `id(t)` for the id of
//! topic `t`). Every request takes `version=`: a number, `all`, or a range `3..8`, where versions
//! that answer alike share a paragraph and `{v}` in a word is the version; the default is the
//! newest. `client=b` sends on another connection. Before a request, `later NAME` does not wait for
//! its answer: `await NAME` shows it with the time it took, `peek NAME` whether it is there.
//!
//! `UPDATE=1` writes the answers into the files instead of comparing them.

mod batches;
mod session;
mod show;
mod verbs;
mod words;
mod world;

use std::fs;
use std::path::{Path, PathBuf};

use session::Session;

/// Runs the script in `path`, and compares.
///
/// # Panics
/// When an answer is another one, or a command is not understood.
#[track_caller]
pub fn check(path: &Path) {
    #[allow(clippy::disallowed_methods, reason = "scripts are files of this repository")]
    let wanted = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let got = played(path, &wanted);
    if std::env::var_os("UPDATE").is_some() {
        #[allow(clippy::disallowed_methods, reason = "scripts are files of this repository")]
        fs::write(path, got).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    } else if got != wanted {
        panic!("{}:{}\nUPDATE=1 writes what is answered now", path.display(), differing(&wanted, &got));
    }
}

/// Runs every script in the folder `dir`.
///
/// # Panics
/// As [`check`] does; when there is none.
#[track_caller]
pub fn check_all(dir: &Path) {
    #[allow(clippy::disallowed_methods, reason = "scripts are files of this repository")]
    let entries = fs::read_dir(dir).unwrap_or_else(|error| panic!("{dir:?}: {error}"));
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    assert!(!paths.is_empty(), "no script in {dir:?}");
    let failed: Vec<_> = paths
        .iter()
        .filter(|path| std::panic::catch_unwind(|| check(path)).is_err())
        .collect();
    assert!(failed.is_empty(), "{} of {} scripts failed", failed.len(), paths.len());
}

/// The script with the answers of now.
fn played(path: &Path, script: &str) -> String {
    let mut session = Session::new();
    let mut got = String::new();
    let mut lines = script.lines().enumerate().peekable();
    let mut answers = String::new();
    while let Some((index, line)) = lines.next() {
        if line == "----" {
            got += "----\n";
            got += if answers.is_empty() { "ok\n" } else { &answers };
            answers.clear();
            while lines.next_if(|(_, line)| !line.is_empty()).is_some() {}
            continue;
        }
        got += line;
        got.push('\n');
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match session.run(line) {
            Ok(answer) if answer == "ok\n" => {}
            Ok(answer) => answers += &answer,
            Err(error) => panic!("{}:{}: {line}: {error}", path.display(), index + 1),
        }
    }
    assert!(answers.is_empty(), "{}: the last commands have no ----", path.display());
    got
}

/// The first line that differs, and both texts from there on.
fn differing(wanted: &str, got: &str) -> String {
    let same = wanted.lines().zip(got.lines()).take_while(|(a, b)| a == b).count();
    let from = |text: &str| text.lines().skip(same).take(8).collect::<Vec<_>>().join("\n  ");
    format!("{}:\nwanted\n  {}\ngot\n  {}", same + 1, from(wanted), from(got))
}
