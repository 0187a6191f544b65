//! Looks for calls to the disks that do not come back. It runs on a thread of its own: appends write
//! on the threads that serve clients, and when a device hangs, these hang in it, timers and all.
//!
//! One line tells that a call has been under way for too long, one that it came back. How long is
//! counted from the first look that saw the call, so it is told short by one pause at most.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use ottla_base::MonoTime;
use ottla_io::{CallId, Disk, Io, Lookout, OutstandingCall};
use tracing::warn;

use super::LogDir;

/// The longest pause between two looks, which is also how soon a changed limit is seen.
const PAUSE_MAX: Duration = Duration::from_secs(1);
/// Looks in the time after which a call has stalled, at the least.
const LOOKS_PER_LIMIT: u32 = 4;
/// The shortest pause.
const PAUSE_MIN: Duration = Duration::from_millis(20);

/// `ottla.log.dir.stall.ms`, as it is now.
#[derive(Debug)]
pub(super) struct StallLimit(AtomicI64);

impl StallLimit {
    pub(super) fn new(ms: i64) -> Self {
        Self(AtomicI64::new(ms))
    }

    /// In milliseconds; 0 or less for none.
    pub(super) fn set(&self, ms: i64) {
        self.0.store(ms, Ordering::Relaxed);
    }

    fn get(&self) -> Option<Duration> {
        let ms = u64::try_from(self.0.load(Ordering::Relaxed)).ok()?;
        Some(Duration::from_millis(ms)).filter(|limit| !limit.is_zero())
    }
}

/// What is known of the stalled calls of one log dir.
#[derive(Debug, Default)]
pub(super) struct StallCounts {
    now: AtomicUsize,
    total: AtomicU64,
    longest_ms: AtomicU64,
}

impl LogDir {
    /// Calls that have been under way for longer than `ottla.log.dir.stall.ms`.
    pub fn stalled_calls(&self) -> usize {
        self.stalls().now.load(Ordering::Relaxed)
    }

    /// How many calls have been, since the start.
    pub fn stalls_total(&self) -> u64 {
        self.stalls().total.load(Ordering::Relaxed)
    }

    /// For how long the oldest call of now has been under way, in milliseconds.
    pub fn longest_call_ms(&self) -> u64 {
        self.stalls().longest_ms.load(Ordering::Relaxed)
    }
}

/// What is looked at. None of it keeps a log dir locked.
struct Watched {
    io: Io,
    disk: Disk,
    limit: Arc<StallLimit>,
    dirs: Vec<WatchedDir>,
}

struct WatchedDir {
    path: PathBuf,
    name: Arc<str>,
    counts: Arc<StallCounts>,
}

/// Begins to look, until the returned value is dropped.
pub(super) fn watch(io: &Io, limit: &Arc<StallLimit>, dirs: &[Arc<LogDir>]) -> Lookout {
    let watched_dir = |dir: &Arc<LogDir>| WatchedDir {
        path: dir.path().to_owned(),
        name: Arc::clone(dir.name_shared()),
        counts: Arc::clone(dir.stalls()),
    };
    let dirs = dirs.iter().map(watched_dir).collect();
    let watched = Watched { io: io.clone(), disk: io.disk(), limit: Arc::clone(limit), dirs };
    let mut seen = Seen::default();
    io.look_out("ottla-disk-stalls", move || watched.look(&mut seen))
}

impl Watched {
    /// Looks once; says when to look again.
    fn look(&self, seen: &mut Seen) -> Duration {
        let (now, limit) = (self.io.now().mono, self.limit.get());
        let calls = if limit.is_some() { self.disk.outstanding_calls() } else { Vec::new() };
        let dir_of = |path: &Path| self.dirs.iter().position(|dir| path.starts_with(&dir.path));
        let news = seen.look(now, limit.unwrap_or(Duration::MAX), calls, dir_of);
        for (index, dir) in self.dirs.iter().enumerate() {
            let (stalled, longest_ms) = seen.of_dir(index, now);
            dir.counts.now.store(stalled, Ordering::Relaxed);
            dir.counts.longest_ms.store(longest_ms, Ordering::Relaxed);
        }
        for news in &news {
            if let Some(dir) = self.dirs.get(news.dir) {
                news.tell(dir);
            }
        }
        limit.map_or(PAUSE_MAX, |limit| (limit / LOOKS_PER_LIMIT).clamp(PAUSE_MIN, PAUSE_MAX))
    }
}

/// The calls that the last look found.
#[derive(Debug, Default)]
struct Seen(BTreeMap<CallId, SeenCall>);

#[derive(Debug)]
struct SeenCall {
    dir: usize,
    operation: &'static str,
    path: Arc<Path>,
    since: MonoTime,
    has_stalled: bool,
}

/// Something to be told.
#[derive(Debug)]
struct News {
    dir: usize,
    operation: &'static str,
    path: Arc<Path>,
    age: Duration,
    has_ended: bool,
}

impl Seen {
    /// Takes the calls that are under way now; what has become too old with this look, and what was
    /// and has ended. `dir_of` tells which log dir a path is in.
    fn look(
        &mut self,
        now: MonoTime,
        limit: Duration,
        calls: Vec<OutstandingCall>,
        dir_of: impl Fn(&Path) -> Option<usize>,
    ) -> Vec<News> {
        let mut before = std::mem::take(&mut self.0);
        let mut news = Vec::new();
        for OutstandingCall { id, operation, path } in calls {
            let mut call = match before.remove(&id) {
                Some(call) => call,
                None => {
                    let Some(dir) = dir_of(&path) else { continue };
                    SeenCall { dir, operation, path, since: now, has_stalled: false }
                }
            };
            if !call.has_stalled && now.since(call.since) >= limit {
                call.has_stalled = true;
                news.push(call.news(now, false));
            }
            self.0.insert(id, call);
        }
        let ended = before.into_values().filter(|call| call.has_stalled);
        news.extend(ended.map(|call| call.news(now, true)));
        news
    }

    /// How many calls of a dir have stalled, and the age of its oldest call in milliseconds.
    fn of_dir(&self, dir: usize, now: MonoTime) -> (usize, u64) {
        let inside = || self.0.values().filter(|call| call.dir == dir);
        let oldest = inside().map(|call| millis_of(now.since(call.since))).max().unwrap_or(0);
        (inside().filter(|call| call.has_stalled).count(), oldest)
    }
}

impl SeenCall {
    fn news(&self, now: MonoTime, has_ended: bool) -> News {
        let (operation, path) = (self.operation, Arc::clone(&self.path));
        News { dir: self.dir, operation, path, age: now.since(self.since), has_ended }
    }
}

impl News {
    fn tell(&self, dir: &WatchedDir) {
        let file = self.path.strip_prefix(&dir.path).unwrap_or(&self.path).display();
        let (dir_name, operation, age_ms) = (&*dir.name, self.operation, millis_of(self.age));
        if self.has_ended {
            warn!(dir = dir_name, %file, operation, age_ms, "a stalled call to the disk came back");
        } else {
            dir.counts.total.fetch_add(1, Ordering::Relaxed);
            warn!(dir = dir_name, %file, operation, age_ms, "a call to the disk has stalled");
        }
    }
}

/// The age of a call in whole milliseconds.
fn millis_of(age: Duration) -> u64 {
    u64::try_from(age.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks at the given milliseconds, each with the paths of the calls that are under way; what is
    /// told.
    fn check(looks: &[(u64, &[&str])], expected: &[&str]) {
        let mut seen = Seen::default();
        let mut told = Vec::new();
        for (at, paths) in looks {
            let now = MonoTime { nanos: at * 1_000_000 };
            let call = |path: &&str| {
                let number = path.bytes().map(u64::from).sum();
                let id = CallId::new(0, number);
                OutstandingCall { id, operation: "sync", path: Arc::from(Path::new(path)) }
            };
            let calls = paths.iter().map(call).collect();
            let in_a = |path: &Path| path.starts_with("/a").then_some(0);
            for news in seen.look(now, Duration::from_millis(100), calls, in_a) {
                let what = if news.has_ended { "ended" } else { "stalled" };
                let age = millis_of(news.age);
                told.push(format!("{at}: {} {what} after {age}", news.path.display()));
            }
        }
        assert_eq!(told, expected);
    }

    #[test]
    fn a_stall_is_told_once_when_it_begins_and_once_when_it_ends() {
        let both: &[&str] = &["/a/1", "/a/2"];
        check(
            &[
                (0, both),
                (50, both),
                (100, &["/a/1"]),
                (150, &["/a/1"]),
                (900, &["/a/1"]),
                (950, &[]),
            ],
            &["100: /a/1 stalled after 100", "950: /a/1 ended after 950"],
        );
    }

    #[test]
    fn calls_outside_the_log_dirs_are_nobodys_concern() {
        check(&[(0, &["/b/1"]), (500, &["/b/1"]), (600, &[])], &[]);
    }
}
