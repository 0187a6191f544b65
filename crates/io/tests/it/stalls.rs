//! Calls that do not come back are seen from outside, on both worlds.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ottla_io::sim::{Faults, World};
use ottla_io::{Open, OutstandingCall, run_os};

use crate::temp_dir::TempDir;

/// Operation and file name.
fn named(call: &OutstandingCall) -> String {
    format!("{} {}", call.operation, call.path.file_name().unwrap().to_string_lossy())
}

#[test]
fn a_lookout_sees_the_calls_in_which_every_thread_of_the_runtime_is_stuck() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let dir = TempDir::new();
    let names = ["a", "b"];
    for name in names {
        mknodat(CWD, dir.path(name), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    }
    let (root, paths) = (dir.dir().to_owned(), names.map(|name| dir.path(name)));
    let stuck = run_os(1, |io| async move {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (disk, found) = (io.disk(), Arc::clone(&seen));
        // A pipe is opened when somebody has its other end.
        let others = paths.clone();
        let lookout = io.look_out("lookout", move || {
            let mut calls = disk.outstanding_calls();
            calls.retain(|call| call.path.starts_with(&root));
            let mut seen = found.lock().unwrap();
            if calls.len() == 2 && seen.is_empty() {
                *seen = calls.iter().map(named).collect();
                seen.sort();
                for path in &others {
                    std::fs::OpenOptions::new().write(true).open(path).unwrap();
                }
            }
            Duration::from_millis(5)
        });
        let [here, there] = paths;
        let disk = io.disk();
        let task = io.spawn("stuck", async move {
            disk.open(there, Open::Read).unwrap();
        });
        io.disk().open(here, Open::Read).unwrap();
        task.join().await.unwrap();
        drop(lookout);
        let seen = seen.lock().unwrap().clone();
        (seen, io.disk().outstanding_calls())
    });
    assert_eq!(stuck.0, ["open a", "open b"]);
    assert!(stuck.1.iter().all(|call| !call.path.starts_with(dir.dir())), "{:?}", stuck.1);
}

#[test]
fn a_simulated_sync_that_stalls_has_not_ended_before_its_result_is_seen() {
    let stall_ms = (2000, 2000);
    let faults = Faults { stall_per_million: 1_000_000, stall_ms, ..Faults::default() };
    let world = World::with_faults(1, faults);
    let io = world.node("node");
    let file = io.disk().open("f", Open::Create).unwrap();
    io.clone().spawn("sync", async move {
        let work = io.flushing(move || {
            file.write_at(0, b"x").unwrap();
            file.sync_data().unwrap();
            file.len().unwrap()
        });
        assert_eq!(work.await, 1);
    });
    let mut seen: Vec<Vec<String>> = Vec::new();
    for _ in 0..5 {
        world.run_for(Duration::from_secs(1));
        seen.push(world.node("node").disk().outstanding_calls().iter().map(named).collect());
    }
    let (none, sync) = (Vec::new(), vec!["sync f".to_owned()]);
    // It waits for a thread for the first two seconds.
    assert_eq!(seen, [none.clone(), none.clone(), sync.clone(), sync, none]);
}
