//! Sessions of `testdata/cli/*.txt`: a line `$ command`, then what it prints, `! ` before what goes to
//! stderr, and `? code` if the exit code is not 0; `## ` begins a remark. A file that begins with
//! `## node` has a node of its own, empty and at OTTLA_BOOTSTRAP, with the settings that follow.
//! `OTTLA_REWRITE=1` writes what is printed now into the files.

#![allow(clippy::disallowed_methods, reason = "tests read files and run the program")]
#![allow(clippy::disallowed_types, reason = "a test finds a free port")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const OTTLA: &str = env!("CARGO_BIN_EXE_ottla");

#[test]
fn explanations_and_usage() {
    check("talk");
}

#[test]
fn faces_refuse_what_their_tools_refuse() {
    check("faces");
}

#[test]
fn topics() {
    check("topic");
}

#[test]
fn groups_and_settings() {
    check("group");
}

#[test]
fn groups_are_moved() {
    check("reset");
}

#[test]
fn replicas_are_moved() {
    check("move");
}

#[test]
fn transactions() {
    check("txn");
}

#[test]
fn rebalances_are_remembered() {
    check("history");
}

#[test]
fn what_is_wrong() {
    check("doctor");
}

#[test]
fn dirs_are_formatted() {
    check("storage");
}

#[test]
fn the_cluster() {
    check("cluster");
}

#[test]
fn records_are_sent_and_read() {
    check("records");
}

/// Runs a session and compares.
fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("testdata/cli/{name}.txt"));
    let expected = std::fs::read_to_string(&path).unwrap();
    let home = Home::new(name);
    let first = expected.lines().next().unwrap_or_default();
    let node = first.strip_prefix("## node").map(|settings| Node::start(&home, settings));
    let mut found = String::new();
    for line in expected.lines() {
        if line.starts_with("## ") {
            found.push_str(line);
            found.push('\n');
        } else if let Some(command) = line.strip_prefix("$ ") {
            found.push_str(&format!("{line}\n{}", home.run(command, node.as_ref())));
        }
    }
    if std::env::var_os("OTTLA_REWRITE").is_some() {
        std::fs::write(&path, found).unwrap();
    } else {
        assert_eq!(found, expected, "{}; OTTLA_REWRITE=1 writes it down", path.display());
    }
}

/// A home directory of its own, removed in the end.
struct Home(PathBuf);

impl Home {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ottla-cli-{}-{name}", std::process::id()));
        std::fs::create_dir_all(path.join("bin")).unwrap();
        std::os::unix::fs::symlink(OTTLA, path.join("bin/ottla")).unwrap();
        Self(path)
    }

    /// What a command of a session prints.
    fn run(&self, line: &str, node: Option<&Node>) -> String {
        let mut command = Command::new("sh");
        command.arg("-c").arg(line).current_dir(&self.0).stdin(Stdio::null());
        let path = format!("{}/bin:{}", self.0.display(), std::env::var("PATH").unwrap());
        command.env_clear().env("HOME", &self.0).env("PATH", path).env("TZ", "UTC");
        let address = node.map(|node| node.address());
        if let Some(address) = &address {
            command.env("OTTLA_BOOTSTRAP", address).env("B", address);
            command.env("ADMIN", node.map(Node::admin).unwrap_or_default());
        }
        let output = command.output().unwrap();
        let shown = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).replace(&*self.0.to_string_lossy(), "HOME");
            let text = node.map_or(text.clone(), |node| text.replace(&node.admin(), "ADMIN"));
            address.as_ref().map_or(text.clone(), |address| text.replace(address, "HOST:PORT"))
        };
        let mut text = shown(&output.stdout);
        if !text.is_empty() && !text.ends_with('\n') {
            text.push_str("(no end of line)\n");
        }
        shown(&output.stderr).lines().for_each(|line| text.push_str(&format!("! {line}\n")));
        match output.status.code() {
            Some(0) => {}
            code => text.push_str(&format!("? {}\n", code.unwrap_or(-1))),
        }
        text
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A node that is stopped in the end.
struct Node {
    child: Child,
    port: u16,
    admin_port: u16,
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Node {
    /// Another program may take the port between its choice and its use: then it is another one.
    fn start(home: &Home, more: &str) -> Self {
        (0..20).find_map(|_| Self::attempt(&home.0, more)).expect("no node could be started")
    }

    /// A node that listens; `None` if it ended.
    fn attempt(home: &Path, more: &str) -> Option<Self> {
        let dir = home.join("data");
        let _ = std::fs::remove_dir_all(&dir);
        let (port, admin_port) = (free_port(), free_port());
        let settings = [
            format!("listeners=PLAINTEXT://127.0.0.1:{port}"),
            format!("ottla.admin.listener=http://127.0.0.1:{admin_port}"),
            format!("log.dirs={}", dir.display()),
            "node.id=1".to_owned(),
            "offsets.topic.num.partitions=1".to_owned(),
            // Members learn of each other by heartbeats.
            "group.initial.rebalance.delay.ms=0".to_owned(),
            "group.consumer.min.heartbeat.interval.ms=100".to_owned(),
            "group.consumer.heartbeat.interval.ms=100".to_owned(),
        ];
        let mut command = Command::new(OTTLA);
        command.arg("serve").env_clear().stdout(Stdio::null()).stderr(Stdio::null());
        let more = more.split_whitespace().map(str::to_owned);
        for setting in settings.into_iter().chain(more) {
            command.args(["-X", &setting]);
        }
        command.current_dir(home);
        let mut node = Self { child: command.spawn().unwrap(), port, admin_port };
        loop {
            if node.child.try_wait().unwrap().is_some() {
                return None;
            }
            if std::net::TcpStream::connect(node.address()).is_ok() {
                return Some(node);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn admin(&self) -> String {
        format!("127.0.0.1:{}", self.admin_port)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
