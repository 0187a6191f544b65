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
//! `UPDATE=1` writes the answers into the files instead of comparing them. `OTTLA_PEER=HOST:PORT`
//! asks the broker there instead and writes its answers into the folder `OTTLA_PEER_OUT`, for a
//! diff; a script ends there with the first command that only the simulated world can obey.

mod batches;
mod peer;
mod session;
mod show;
mod verbs;
mod words;
mod world;

use std::fs;
use std::path::{Path, PathBuf};

use peer::Peer;
use session::Session;

/// Runs the script in `path`, and compares.
///
/// # Panics
/// When an answer is another one, or a command is not understood.
#[track_caller]
pub fn check(path: &Path) {
    #[allow(clippy::disallowed_methods, reason = "scripts are files of this repository")]
    let wanted = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    if let Some(peer) = told("OTTLA_PEER") {
        return play_to_peer(path, &wanted, &peer);
    }
    let got = played(Session::new(), &wanted).unwrap_or_else(|error| {
        panic!("{}:{error}", path.display());
    });
    if told("UPDATE").is_some() {
        #[allow(clippy::disallowed_methods, reason = "scripts are files of this repository")]
        fs::write(path, got).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    } else if got != wanted {
        panic!(
            "{}:{}\nUPDATE=1 writes what is answered now",
            path.display(),
            differing(&wanted, &got)
        );
    }
}

/// What the person who runs the scripts has to say.
#[expect(clippy::disallowed_methods, reason = "the way for a person to choose")]
fn told(name: &str) -> Option<String> {
    std::env::var(name).ok()
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
    let failed: Vec<_> =
        paths.iter().filter(|path| std::panic::catch_unwind(|| check(path)).is_err()).collect();
    assert!(failed.is_empty(), "{} of {} scripts failed", failed.len(), paths.len());
}

/// Writes what a running broker answers.
fn play_to_peer(path: &Path, script: &str, address: &str) {
    let peer = Peer::at(address);
    let runtime = peer.runtime.clone();
    let mut session = Session::with_peer(peer);
    let cleared = runtime.block_on(peer::clear(&mut session));
    cleared.unwrap_or_else(|error| panic!("{address}: {error}"));
    let got = played(session, script).unwrap_or_else(|error| error);
    let folder = told("OTTLA_PEER_OUT").unwrap_or_else(|| "peer".to_owned());
    let name = path.iter().rev().take(2).collect::<Vec<_>>();
    let out = name.iter().rev().fold(PathBuf::from(folder), |out, part| out.join(part));
    #[allow(clippy::disallowed_methods, reason = "for a person to look at")]
    let written =
        fs::create_dir_all(out.parent().unwrap_or(&out)).and_then(|()| fs::write(&out, got));
    written.unwrap_or_else(|error| panic!("{out:?}: {error}"));
}

/// The script with the answers of now; else what went wrong, behind what went well.
fn played(mut session: Session, script: &str) -> Result<String, String> {
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
            Ok(answer) => answers += &answer,
            Err(error) if session.peer.is_some() => {
                return Err(format!("{got}----\n{answers}{error}\n"));
            }
            Err(error) => return Err(format!("{}: {line}: {error}", index + 1)),
        }
    }
    if answers.is_empty() { Ok(got) } else { Err("the last commands have no ----".to_owned()) }
}

/// The first line that differs, and both texts from there on.
fn differing(wanted: &str, got: &str) -> String {
    let same = wanted.lines().zip(got.lines()).take_while(|(a, b)| a == b).count();
    let from = |text: &str| text.lines().skip(same).take(8).collect::<Vec<_>>().join("\n  ");
    format!("{}:\nwanted\n  {}\ngot\n  {}", same + 1, from(wanted), from(got))
}
