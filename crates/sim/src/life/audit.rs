//! When quiet has returned: everything that was promised is there, the node takes new records within
//! a bound, and recovering once more changes nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use ottla_base::crc32c;

use super::chaos::start_anew;
use super::keeper::BROKER;
use super::room::{Room, Watched};
use super::settling;
use crate::Event;
use crate::workload::{EARLIEST, LATEST, Producer, Reader};

/// How long producers may take to get everything acknowledged once nothing goes wrong any more.
const CATCH_UP_MAX: Duration = Duration::from_secs(300);

/// How long a reader may take for a log of a few hundred records.
const READ_MAX: Duration = Duration::from_secs(120);

/// How long a producer may take for one record, from a start of the node on.
const PRODUCE_MAX: Duration = Duration::from_secs(30);

/// The first reader of an audit; each audit has its own.
const FIRST_AUDITOR: u64 = 100;

/// The producer that comes last.
const LAST_PRODUCER: u64 = 99;

/// Bytes of the largest file that is compared.
const FILE_BYTES_MAX: u64 = 64 << 20;

pub(super) async fn audit(room: &Room) {
    if let Some(crowd) = &room.crowd {
        settling::settle(room, crowd).await;
    }
    catch_up(room).await;
    room.others.borrow_mut().drain(..).for_each(|task| task.abort());
    for (index, watched) in room.watched.iter().enumerate() {
        read_everything(room, watched, FIRST_AUDITOR, index).await;
    }
    recover_again(room).await;
    for (index, watched) in room.watched.iter().enumerate() {
        if !watched.history.is_rotted() {
            produce_one(room, watched, index).await;
        }
        read_everything(room, watched, FIRST_AUDITOR + 1, index).await;
    }
}

async fn catch_up(room: &Room) {
    let io = room.io();
    let until = io.now().mono + CATCH_UP_MAX;
    let producers: Vec<_> = room.producers.borrow_mut().drain(..).collect();
    for (index, task) in producers {
        let watched = &room.watched[index];
        while !task.is_finished() && !watched.history.is_rotted() {
            assert!(
                io.now().mono < until,
                "liveness: a producer of {}-{} is not done {} s after the last fault",
                watched.target.topic,
                watched.target.partition,
                CATCH_UP_MAX.as_secs()
            );
            io.sleep(Duration::from_millis(50)).await;
        }
        task.abort();
    }
}

/// Every record that is there, from the log start to the log end, past all invariants.
async fn read_everything(room: &Room, watched: &Watched, auditor: u64, index: usize) {
    let target = &watched.target;
    let history = &watched.history;
    history.note(Event::Asked { reader: auditor });
    let start = room.offset_at(target, EARLIEST).await;
    history.note(Event::LogStart { reader: auditor, offset: start });
    history.note(Event::Asked { reader: auditor });
    let end = room.offset_at(target, LATEST).await;
    history.note(Event::LogEnd { reader: auditor, offset: end });
    history.note(Event::PassBegun { reader: auditor, from: start, to: end });
    let io = room.world.node(&format!("auditor-{index}"));
    let mut reader = Reader::new(io.clone(), target.clone(), history.clone(), auditor, start);
    let read = io.timeout(READ_MAX, reader.run_to(end)).await;
    if history.is_rotted() {
        return;
    }
    assert!(
        read.is_some(),
        "liveness: {}-{} could not be read from {start} to {end}, only to {}",
        target.topic,
        target.partition,
        reader.position()
    );
    history.note(Event::ReadToEnd { reader: auditor });
    check_once_each(room, watched, auditor, start, end);
}

/// An idempotent producer whose records nothing takes away: the log holds each once and no other.
fn check_once_each(room: &Room, watched: &Watched, auditor: u64, start: i64, end: i64) {
    let topic = room.topic_of(watched);
    let nothing_goes = !topic.rules.retention && !topic.deletes_records;
    if !topic.idempotent || !nothing_goes || auditor != FIRST_AUDITOR {
        return;
    }
    let sent = watched.history.count(|event| matches!(event, Event::Sent { .. })) as i64;
    assert_eq!((start, end), (0, sent), "log start and end; records that were sent");
}

async fn produce_one(room: &Room, watched: &Watched, index: usize) {
    let io = room.world.node(&format!("last-{index}"));
    let (target, history) = (watched.target.clone(), watched.history.clone());
    let mut producer = Producer::new(io.clone(), target, history, LAST_PRODUCER)
        .keyed(room.topic_of(watched).rules.compacted);
    let done = io.timeout(PRODUCE_MAX, producer.run(1)).await;
    assert!(
        done.is_some(),
        "liveness: no record could be produced to {}-{} within {} s",
        watched.target.topic,
        watched.target.partition,
        PRODUCE_MAX.as_secs()
    );
}

/// Kills the node twice and cuts its power once, with nobody there: what it recovers does not change
/// any more, neither what it says nor the bytes of its files.
async fn recover_again(room: &Room) {
    start_anew(room);
    let told = bounds(room).await;
    let files = fingerprint(room);
    start_anew(room);
    check_same(room, "killed and recovered", &told, &files).await;
    room.keeper.cut_power(Duration::from_millis(1)).await;
    room.keeper.start();
    check_same(room, "without power and recovered", &told, &files).await;
    room.keeper.ask_to_stop();
    assert!(room.keeper.wait_for_end().await, "liveness: the node did not stop");
    room.keeper.kill();
    room.keeper.start();
    check_same(room, "stopped in order", &told, &files).await;
}

type Bounds = Vec<(i64, i64)>;

async fn check_same(room: &Room, after: &str, told: &Bounds, files: &BTreeMap<String, u64>) {
    let now = bounds(room).await;
    for ((watched, before), now) in room.watched.iter().zip(told).zip(now) {
        if is_settled(room, watched) {
            let name = format!("{}-{}", watched.target.topic, watched.target.partition);
            assert_eq!(now, *before, "{name}: start and end of the log, {after}; before");
        }
    }
    let now = fingerprint(room);
    for (path, before) in files {
        assert_eq!(now.get(path), Some(before), "{path}: content, {after}; before");
    }
}

async fn bounds(room: &Room) -> Bounds {
    let mut bounds = Vec::new();
    for watched in &room.watched {
        let start = room.offset_at(&watched.target, EARLIEST).await;
        bounds.push((start, room.offset_at(&watched.target, LATEST).await));
    }
    bounds
}

/// Whether nothing changes it by itself.
fn is_settled(room: &Room, watched: &Watched) -> bool {
    let rules = room.topic_of(watched).rules;
    !rules.retention && !rules.compacted && !watched.history.is_rotted()
}

/// A number for the content of each log of the partitions that are settled.
fn fingerprint(room: &Room) -> BTreeMap<String, u64> {
    let disk = room.world.node(BROKER).disk();
    let mut found = BTreeMap::new();
    for watched in room.watched.iter().filter(|watched| is_settled(room, watched)) {
        for dir in &room.plan.dirs {
            let target = &watched.target;
            let dir = format!("{}/{}-{}", dir.display(), target.topic, target.partition);
            for entry in disk.list(&dir).unwrap_or_default() {
                if entry.name.ends_with(".log") {
                    let path = format!("{dir}/{}", entry.name);
                    let content = disk.read(&path, FILE_BYTES_MAX).unwrap_or_default();
                    found.insert(path, (content.len() as u64) << 32 | u64::from(crc32c(&content)));
                }
            }
        }
    }
    found
}
