//! Starts: what is read and opened, what a manifest is believed for, and recovery beside serving.

use std::fmt::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ottla_base::Uuid;
use ottla_io::sim::World;
use ottla_io::{Io, Open};
use ottla_model::{ErrorCode, TopicPartition};
use tracing::field::{Field, Visit};
use tracing::span;

use super::super::{Acks, Leadership, Partition, Storage};
use super::{batch, leading, read_all, settings, small, topic_id};

const LIMIT: Duration = Duration::from_secs(600);
const DIR: &str = "/d";

/// Collects what is logged from level `info` on, one line each.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

impl tracing::Subscriber for Lines {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() <= tracing::Level::INFO
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut text = Text(event.metadata().level().to_string());
        event.record(&mut text);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// What was logged while `work` ran.
fn logged<T>(work: impl FnOnce() -> T) -> (T, Vec<String>) {
    let lines = Lines::default();
    let result = tracing::subscriber::with_default(lines.clone(), work);
    let lines = std::mem::take(&mut *lines.0.lock().unwrap_or_else(PoisonError::into_inner));
    (result, lines)
}

/// One node of the simulated world, started and stopped by hand.
struct Node {
    world: World,
    io: Io,
}

impl Node {
    fn new(seed: u64) -> Self {
        let world = World::new(seed);
        let io = world.node("node");
        Self { world, io }
    }

    fn start(&self) -> Storage {
        self.world.run(LIMIT, Storage::open(&self.io, settings(&[DIR.into()]))).unwrap().unwrap()
    }

    fn stop(&self, storage: Storage) {
        self.world.run(LIMIT, storage.close_cleanly()).unwrap().unwrap();
    }

    /// The process dies; what it wrote is in the page cache.
    fn kill(&mut self) {
        self.world.kill("node");
        self.io = self.world.node("node");
    }

    fn write(&self, name: &str, at: u64, bytes: &[u8]) {
        let file = self.io.disk().open(path(name), Open::Create).unwrap();
        file.write_at(at, bytes).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        self.io.disk().read(path(name), 1 << 20).unwrap()
    }
}

fn path(name: &str) -> std::path::PathBuf {
    Path::new(DIR).join(name)
}

fn words(number: i32) -> TopicPartition {
    TopicPartition::new("words", number)
}

/// `words-<number>`, led by this node.
fn led(storage: &Storage, number: i32) -> Arc<Partition> {
    let partition = storage.create_partition(&words(number), topic_id(), small()).unwrap();
    partition.become_as(leading(0)).unwrap();
    partition
}

fn append(io: &Io, partition: &Arc<Partition>, sequence: i32) {
    let now = io.now();
    partition.append(now, &batch(sequence, 2, 100, now.wall.millis), Acks::All).unwrap();
}

/// Three partitions, with 0, 2 and 20 records, cleanly stopped.
fn stopped(seed: u64) -> Node {
    let node = Node::new(seed);
    let storage = node.start();
    led(&storage, 0);
    append(&node.io, &led(&storage, 1), 0);
    let third = led(&storage, 2);
    for round in 0..10 {
        append(&node.io, &third, 2 * round);
    }
    assert!(third.segment_count() > 1);
    drop(third);
    node.stop(storage);
    node
}

#[test]
fn a_clean_start_opens_no_log_and_knows_their_ends() {
    let node = stopped(1);
    for _ in 0..2 {
        let storage = node.start();
        for (number, end, segments) in [(0, 0, 1), (1, 2, 1), (2, 20, 4)] {
            let partition = led(&storage, number);
            assert_eq!(partition.topic_id(), topic_id());
            assert_eq!(partition.log_end_offset(), end);
            assert_eq!(partition.high_watermark(), end);
            assert_eq!(partition.segment_count(), segments, "of {number}");
            assert_eq!(partition.start_leader_epoch(), if end > 0 { 0 } else { -1 });
        }
        node.world.run(LIMIT, node.io.sleep(Duration::from_secs(400))).unwrap();
        assert_eq!(storage.open_log_count(), 0, "also after retention and checkpoints");
        assert_eq!(storage.open_file_count(), 0);
        node.stop(storage);
    }
    let storage = node.start();
    let partition = led(&storage, 2);
    append(&node.io, &partition, 20);
    assert_eq!((partition.log_end_offset(), read_all(&partition).len()), (22, 11));
    assert_eq!(storage.open_log_count(), 1);
}

/// A start after `change` was made to a stopped node's dir: what is logged, and of how many
/// partitions something is known.
#[track_caller]
fn manifest(change: impl FnOnce(&Node), expected: &str) {
    let node = stopped(2);
    change(&node);
    let (storage, lines) = logged(|| node.start());
    let mut text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let known = storage.partitions().iter().filter(|one| one.summary().is_some()).count();
    let ids = storage.partitions().iter().filter(|one| one.topic_id() == topic_id()).count();
    let _ = write!(text, "known {known} of {}, topic ids {ids}", storage.partition_count());
    assert_eq!(text, expected);
    let known = storage.partition(&words(1)).map(|_| led(&storage, 1).log_end_offset());
    assert!(known.is_none_or(|end| end == 2), "{known:?}");
}

#[test]
fn a_manifest_is_believed_for_the_very_state_it_was_written_for() {
    const OTHER: &str = "INFO the log dir was used or copied since its manifest was written: each \
                         partition is looked at path=/d/ottla-manifest\n";
    manifest(|_| (), "known 3 of 3, topic ids 3");
    manifest(
        |node| node.io.disk().remove_file(path("words-0/partition.metadata")).unwrap(),
        "known 3 of 3, topic ids 3",
    );
    // Apache Kafka took the mark, ran, and left one with the same content.
    manifest(
        |node| {
            let mark = node.read(".kafka_cleanshutdown");
            node.io.disk().remove_file(path(".kafka_cleanshutdown")).unwrap();
            node.write(".kafka_cleanshutdown", 0, &mark);
        },
        &format!("{OTHER}known 0 of 3, topic ids 3"),
    );
    manifest(
        |node| {
            let same = node.read("recovery-point-offset-checkpoint");
            node.write("recovery-point-offset-checkpoint", 0, &same);
        },
        "known 3 of 3, topic ids 3",
    );
    manifest(
        |node| node.write("replication-offset-checkpoint", 0, b"0\n2\nwords 1 1"),
        &format!("{OTHER}known 0 of 3, topic ids 3"),
    );
    manifest(
        |node| node.write("cleaner-offset-checkpoint", 0, b"0\n0\n"),
        &format!("{OTHER}known 0 of 3, topic ids 3"),
    );
    manifest(
        |node| node.io.disk().remove_file(path("ottla-manifest")).unwrap(),
        "known 0 of 3, topic ids 3",
    );
    manifest(
        |node| node.io.disk().remove_dir_all(path("words-0")).unwrap(),
        "INFO the manifest tells of other partitions than there are dir=\"/d\"\n\
         known 0 of 2, topic ids 2",
    );
    manifest(
        |node| node.io.disk().create_dir_all(path("words-7")).unwrap(),
        "INFO the manifest tells of other partitions than there are dir=\"/d\"\n\
         known 0 of 4, topic ids 3",
    );
    manifest(
        |node| node.write("ottla-manifest", 8, &[0, 2]),
        "WARN manifest left out: each partition is looked at path=/d/ottla-manifest error=version 2 \
         is not known\nknown 0 of 3, topic ids 3",
    );
}

#[test]
fn files_that_are_not_as_the_manifest_says_are_taken_as_they_are() {
    let node = stopped(3);
    let last = ["log", "index", "timeindex"].map(|end| format!("words-2/{:020}.{end}", 18));
    last.iter().for_each(|name| node.io.disk().remove_file(path(name)).unwrap());
    let storage = node.start();
    let partition = led(&storage, 2);
    assert_eq!(partition.log_end_offset(), 20, "as the manifest says");
    let (batches, lines) = logged(|| read_all(&partition).len());
    let warnings: Vec<_> = lines.iter().filter(|line| !line.starts_with("INFO")).collect();
    assert!(warnings[0].contains("are not as the last stop left them"), "{lines:?}");
    assert_eq!((batches, partition.log_end_offset(), warnings.len()), (9, 18, 1), "{lines:?}");
    append(&node.io, &partition, 18);
    assert_eq!(read_all(&partition).len(), 10);
}

#[test]
fn a_partition_that_is_not_recovered_is_served_once_somebody_asks_for_it() {
    let mut node = stopped(4);
    let storage = node.start();
    append(&node.io, &led(&storage, 1), 2);
    drop(storage);
    node.kill();
    let storage = node.start();
    assert_eq!(storage.recovery_progress(), (0, 3));
    let partition = led(&storage, 1);
    assert!(partition.is_recovering());
    let at_once = node.io.now().mono;
    let refused = node.world.run(LIMIT, partition.opened(at_once)).unwrap();
    assert_eq!(refused, Err(ErrorCode::NotLeaderOrFollower), "tried again by every client");
    let later = node.io.now().mono + LIMIT;
    assert_eq!(node.world.run(LIMIT, partition.opened(later)).unwrap(), Ok(()));
    assert_eq!((partition.log_end_offset(), read_all(&partition).len()), (4, 2));
    assert_eq!(storage.recovery_progress(), (1, 3));
    // A stop leaves the others to the next start.
    drop(partition);
    node.stop(storage);
    assert!(!node.io.disk().exists(path(".kafka_cleanshutdown")).unwrap());
    let storage = node.start();
    storage.recover();
    node.world.run(LIMIT, storage.recovered()).unwrap();
    assert_eq!((storage.recovery_progress(), storage.open_log_count()), ((3, 3), 3));
    node.stop(storage);
    assert_eq!(node.start().recovery_progress(), (0, 0));
}

#[test]
fn a_partition_that_is_removed_before_its_turn_counts_as_recovered() {
    let mut node = stopped(5);
    drop(node.start());
    node.kill();
    let storage = node.start();
    storage.delete_partition(&words(2)).unwrap();
    assert_eq!(storage.recovery_progress(), (1, 3));
    storage.recover();
    node.world.run(LIMIT, storage.recovered()).unwrap();
    assert_eq!(storage.recovery_progress(), (3, 3));
}

/// The node died between making the dir and writing the file; or the file was lost.
#[test]
fn a_partition_without_topic_id_gets_it_from_the_metadata() {
    let mut node = stopped(6);
    drop(node.start());
    node.kill();
    node.io.disk().create_dir_all(path("words-9")).unwrap();
    node.io.disk().remove_file(path("words-1/partition.metadata")).unwrap();
    node.write("words-2/partition.metadata", 0, b"nonsense");
    let (storage, _) = logged(|| node.start());
    let (_, lines) = logged(|| [1, 2, 9].map(|number| led(&storage, number)));
    assert_eq!(lines.len(), 3, "{lines:?}");
    node.stop(storage);
    let storage = node.start();
    for number in [0, 1, 2, 9] {
        let partition = storage.partition(&words(number)).unwrap();
        assert_eq!(partition.topic_id(), topic_id(), "{number}");
    }
    assert_ne!(topic_id(), Uuid::ZERO);
    assert_eq!(read_all(&led(&storage, 2)).len(), 10);
}

/// Leadership that is taken before the log is open is that of the log once it is.
#[test]
fn a_leader_epoch_begins_at_the_log_end_also_if_the_log_is_opened_later() {
    let node = stopped(7);
    let storage = node.start();
    let partition = led(&storage, 1);
    let leadership = Leadership { leader: 1, leader_epoch: 5, ..leading(5) };
    partition.become_as(leadership).unwrap();
    assert_eq!(storage.open_log_count(), 0);
    let end = partition.end_offset_for_leader_epoch(4).unwrap();
    assert_eq!((end.leader_epoch, end.end_offset), (0, 2));
    append(&node.io, &partition, 2);
    assert_eq!((partition.leader_epoch_at(1), partition.leader_epoch_at(2)), (0, 5));
}

/// Opens `words-2` of a dir that `change` was made to, after a clean stop or a process that died:
/// what was logged above `info`. Nothing is lost, and the next start finds everything in order.
#[track_caller]
fn rebuilt(clean: bool, change: impl FnOnce(&Node), expected: &[&str]) {
    let mut node = stopped(8);
    if !clean {
        drop(node.start());
        node.kill();
    }
    change(&node);
    for expected in [expected, &[]] {
        let (storage, mut lines) = logged(|| node.start());
        let (partition, more) = logged(|| {
            storage.recover();
            node.world.run(LIMIT, storage.recovered()).unwrap();
            let partition = led(&storage, 2);
            assert_eq!(read_all(&partition).len(), 10);
            partition
        });
        lines.extend(more);
        lines.retain(|line| !line.starts_with("INFO"));
        assert_eq!(lines, expected);
        assert_eq!((partition.log_end_offset(), partition.leader_epoch_at(0)), (20, 0));
        assert_eq!(partition.producers()[0].last_sequence, 19);
        assert!(partition.offset_of_max_timestamp().unwrap().is_some());
        drop(partition);
        node.stop(storage);
    }
}

#[test]
fn a_file_that_is_missing_or_damaged_is_made_anew_with_one_warning() {
    let remove =
        |name: &'static str| move |node: &Node| node.io.disk().remove_file(path(name)).unwrap();
    let grow = |name: &'static str| move |node: &Node| node.write(name, 1000, b"x");
    let garble = |name: &'static str| move |node: &Node| node.write(name, 0, &[0xff; 12]);
    const INDEX: &str = "words-2/00000000000000000006.index";
    const TIMES: &str = "words-2/00000000000000000006.timeindex";
    const ACTIVE: &str = "words-2/00000000000000000018.index";
    const TXNS: &str = "words-2/00000000000000000006.txnindex";
    const FIRST_TIMES: &str = "words-2/00000000000000000000.timeindex";
    const FIRST_TXNS: &str = "words-2/00000000000000000000.txnindex";
    const ACTIVE_TXNS: &str = "words-2/00000000000000000018.txnindex";
    const EPOCHS: &str = "words-2/leader-epoch-checkpoint";
    const SNAPSHOT: &str = "words-2/00000000000000000020.snapshot";
    let anew =
        |name: &str, why: &str| format!("WARN made anew from the log path=/d/{name} why={why}");
    let missing = |name: &str| anew(name, "it is missing");
    let no_txn = "it holds something that is no aborted transaction";
    for clean in [true, false] {
        rebuilt(clean, |_| (), &[]);
        rebuilt(clean, remove(INDEX), &[&missing(INDEX)]);
        rebuilt(clean, remove(TIMES), &[&missing(TIMES)]);
        rebuilt(clean, remove(ACTIVE), &[&missing(ACTIVE)]);
        rebuilt(clean, grow(INDEX), &[&anew(INDEX, "its 1001 bytes are no whole entries")]);
        rebuilt(
            clean,
            |node| node.write(TXNS, 0, b"x"),
            &[&anew(TXNS, "its 1 bytes are no whole entries")],
        );
        // As long as before, and full of what it never held.
        let fill = |name: &'static str| {
            move |node: &Node| {
                let len = node.io.disk().read(path(name), 1 << 20).unwrap().len();
                node.write(name, 0, &vec![0x7f; len]);
            }
        };
        rebuilt(
            clean,
            fill(FIRST_TIMES),
            &[&anew(FIRST_TIMES, "its last entry is of no record of the segment")],
        );
        rebuilt(clean, |node| node.write(FIRST_TXNS, 0, &[0x7f; 34]), &[&anew(FIRST_TXNS, no_txn)]);
        rebuilt(
            clean,
            |node| node.write(ACTIVE_TXNS, 0, &[0x7f; 34]),
            &[&anew(ACTIVE_TXNS, no_txn)],
        );
        let epochs = anew(EPOCHS, "it is missing, or cannot be read");
        rebuilt(clean, remove(EPOCHS), &[&epochs]);
        rebuilt(clean, garble(EPOCHS), &[&epochs]);
        let snapshot = anew(SNAPSHOT, "it cannot be read");
        rebuilt(clean, garble(SNAPSHOT), &[&snapshot]);
        // Whether there was one is not known.
        rebuilt(clean, remove(SNAPSHOT), &[]);
    }
}

#[test]
fn a_checkpoint_that_is_lost_is_made_anew_with_one_warning() {
    const POINTS: &str = "recovery-point-offset-checkpoint";
    const MARKS: &str = "replication-offset-checkpoint";
    let garbled = |name: &str| {
        format!(
            "WARN checkpoint could not be read path=/d/{name} why=line 1 should be the version 0, it is \"x\""
        )
    };
    let garble = |name: &'static str| move |node: &Node| node.write(name, 0, b"x");
    let remove =
        |name: &'static str| move |node: &Node| node.io.disk().remove_file(path(name)).unwrap();
    let lost = format!("WARN recovery points are lost: all segments are checked path=/d/{POINTS}");
    rebuilt(true, remove(POINTS), &[]);
    rebuilt(true, garble(POINTS), &[&garbled(POINTS)]);
    rebuilt(false, remove(POINTS), &[&lost]);
    rebuilt(true, garble(MARKS), &[&garbled(MARKS)]);
    rebuilt(false, garble(MARKS), &[&garbled(MARKS)]);
    rebuilt(false, remove(MARKS), &[]);
}

/// What compaction leaves is no end that a power cut took, also if nobody can tell any more.
#[test]
fn a_log_with_gaps_goes_on_behind_them_when_all_checkpoints_are_lost() {
    let mut node = stopped(9);
    drop(node.start());
    node.kill();
    for end in ["log", "index", "timeindex", "snapshot"] {
        node.io.disk().remove_file(path(&format!("words-2/{:020}.{end}", 6))).unwrap();
    }
    node.io.disk().remove_file(path("recovery-point-offset-checkpoint")).unwrap();
    let storage = node.start();
    let partition = led(&storage, 2);
    assert_eq!((partition.log_end_offset(), read_all(&partition).len()), (20, 7));
}

#[test]
fn the_recovery_point_follows_a_log_that_seals_no_segment() {
    let mut node = Node::new(31);
    let storage = node.start();
    let partition = led(&storage, 0);
    append(&node.io, &partition, 0);
    node.world.run_for(Duration::from_secs(30));
    assert_eq!(partition.synced_offset(), 0);
    node.world.run_for(Duration::from_secs(45));
    assert_eq!(partition.synced_offset(), 2);
    drop((partition, storage));
    node.kill();
    let points = node.read("recovery-point-offset-checkpoint");
    assert!(String::from_utf8_lossy(&points).contains("words 0 2"), "{points:?}");
}
