//! Whom a log dir belongs to, and what a stop leaves in it.

use ottla_io::Open;
use ottla_io::sim::World;
use ottla_log::AppendAs;
use ottla_log::producers::Origin;

use super::super::{LogFiles, OpenLog, Storage, StorageSettings};
use super::{TempDir, batch, led, name, on_disk, read_all, settings};
use crate::storage::Acks;

#[track_caller]
fn refused(settings: StorageSettings, complaint: &str) {
    let error = on_disk(|io| async move { Storage::open(&io, settings).await.unwrap_err() });
    assert!(error.to_string().contains(complaint), "{error}");
}

#[test]
fn a_new_dir_is_formatted_and_recognized_again() {
    let dir = TempDir::new();
    let open = || {
        let path = dir.0.clone();
        on_disk(|io| async move {
            let storage = Storage::open(&io, settings(&[path])).await.unwrap();
            let found = (storage.cluster_id().to_owned(), storage.dirs()[0].id());
            storage.close_cleanly().await.unwrap();
            found
        })
    };
    let first = open();
    assert_eq!(first.0.len(), 22);
    assert_eq!(first, open());
}

#[test]
fn a_dir_of_another_node_or_cluster_is_refused_in_one_sentence() {
    let dir = TempDir::new();
    let new = settings(std::slice::from_ref(&dir.0));
    on_disk(|io| async move {
        Storage::open(&io, new).await.unwrap();
    });
    let mut other = settings(std::slice::from_ref(&dir.0));
    other.node_id = 2;
    refused(other, "belongs to node 1, this is node 2: set node.id=1, or give");
    let mut other = settings(std::slice::from_ref(&dir.0));
    other.cluster_id = Some("another".into());
    refused(other, "not to another: every log dir of a node has to be of one cluster");
}

#[test]
fn a_dir_in_use_is_refused() {
    let dir = TempDir::new();
    let (one, two) =
        (settings(std::slice::from_ref(&dir.0)), settings(std::slice::from_ref(&dir.0)));
    on_disk(|io| async move {
        let _held = Storage::open(&io, one).await.unwrap();
        let error = Storage::open(&io, two).await.unwrap_err();
        assert!(error.to_string().contains("is in use by another process: stop"), "{error}");
    });
}

#[test]
fn a_clean_stop_leaves_the_mark_and_checkpoints_and_a_start_takes_the_mark() {
    let dir = TempDir::new();
    let path = dir.0.clone();
    on_disk(|io| async move {
        let storage = Storage::open(&io, settings(std::slice::from_ref(&path))).await.unwrap();
        assert_eq!(storage.previous_broker_epoch(), -1);
        let partition = led(&storage, 3);
        partition.append(io.now(), &batch(0, 3, 10, io.now().wall.millis), Acks::All).unwrap();
        storage.set_broker_epoch(57);
        storage.close_cleanly().await.unwrap();
        let text = |name: &str| {
            String::from_utf8(io.disk().read(path.join(name), 1 << 20).unwrap()).unwrap()
        };
        assert_eq!(text(".kafka_cleanshutdown"), "{\"version\":0,\"brokerEpoch\":57}");
        assert_eq!(text("recovery-point-offset-checkpoint"), "0\n1\nwords 0 3\n");
        assert_eq!(text("replication-offset-checkpoint"), "0\n1\nwords 0 3\n");
        assert_eq!(text("words-0/leader-epoch-checkpoint"), "0\n1\n3 0\n");
        let id = "version: 0\ntopic_id: BwcHBwcHBwcHBwcHBwcHBw";
        assert_eq!(text("words-0/partition.metadata"), id);
    });
    let path = dir.0.clone();
    on_disk(|io| async move {
        let storage = Storage::open(&io, settings(std::slice::from_ref(&path))).await.unwrap();
        assert_eq!(storage.previous_broker_epoch(), 57);
        assert_eq!(storage.recovery_progress(), (0, 0));
        assert!(!io.disk().exists(path.join(".kafka_cleanshutdown")).unwrap());
        let partition = storage.partition(&name()).unwrap();
        assert_eq!(partition.topic_id(), super::topic_id());
        assert_eq!(read_all(&partition).len(), 1);
    });
    let path = dir.0.clone();
    on_disk(|io| async move {
        let storage = Storage::open(&io, settings(&[path])).await.unwrap();
        assert_eq!(storage.recovery_progress(), (0, 1), "the last stop was none");
        storage.recover();
        storage.recovered().await;
        assert_eq!(storage.recovery_progress(), (1, 1));
    });
}

#[test]
fn partitions_are_spread_over_the_dirs() {
    let (one, two) = (TempDir::new(), TempDir::new());
    let paths = [one.0.clone(), two.0.clone()];
    on_disk(|io| async move {
        let storage = Storage::open(&io, settings(&paths)).await.unwrap();
        for number in 0..4 {
            let name = ottla_model::TopicPartition::new("words", number);
            storage.create_partition(&name, super::topic_id(), super::small()).unwrap();
        }
        for dir in storage.dirs() {
            let inside =
                storage.partitions().iter().filter(|p| *p.log_dir() == *dir.name()).count();
            assert_eq!(inside, 2);
        }
    });
}

#[test]
fn a_dir_that_fails_while_nobody_uses_it_is_found_out() {
    let world = World::new(3);
    let io = world.node("node");
    let limit = std::time::Duration::from_secs(60);
    let dirs = ["/one".into(), "/two".into()];
    let storage = world.run(limit, Storage::open(&io, settings(&dirs))).unwrap().unwrap();
    world.run_for(limit);
    let failed = || storage.dirs().iter().map(|dir| dir.is_offline()).collect::<Vec<_>>();
    assert_eq!(failed(), [false, false]);
    io.disk().rename("/two", "/away").unwrap();
    io.disk().open("/two", Open::CreateNew).unwrap();
    world.run_for(std::time::Duration::from_secs(6));
    assert_eq!(failed(), [false, true]);
}

#[test]
fn a_dir_that_failed_is_not_marked_as_cleanly_stopped() {
    let world = World::new(3);
    let io = world.node("node");
    let limit = std::time::Duration::from_secs(60);
    let open = |io: &ottla_io::Io| {
        world.run(limit, Storage::open(io, settings(&["/d".into()]))).unwrap().unwrap()
    };
    let storage = open(&io);
    let partition = led(&storage, 0);
    partition.append(io.now(), &batch(0, 1, 10, 1), Acks::All).unwrap();
    partition.flush().unwrap();
    world.crash("node");
    let io = world.restart("node");
    // Opens the dir itself, but the only log in it cannot be recovered.
    let rotten = io.disk();
    rotten.create_dir_all("/d/words-0/leader-epoch-checkpoint.d").unwrap();
    rotten.remove_file("/d/words-0/leader-epoch-checkpoint").unwrap();
    rotten
        .rename("/d/words-0/leader-epoch-checkpoint.d", "/d/words-0/leader-epoch-checkpoint")
        .unwrap();
    let storage = open(&io);
    storage.recover();
    world.run(limit, storage.recovered()).unwrap();
    assert_eq!(storage.offline_partition_count(), 1);
    world.run(limit, storage.close_cleanly()).unwrap().unwrap();
    assert!(!io.disk().exists("/d/.kafka_cleanshutdown").unwrap());
}

#[test]
fn records_of_a_partition_made_again_survive_the_log_start_of_its_predecessor() {
    let dir = TempDir::new();
    let path = dir.0.clone();
    on_disk(|io| async move {
        let storage = Storage::open(&io, settings(&[path])).await.unwrap();
        let first = led(&storage, 0);
        for sequence in 0..5 {
            let now = io.now();
            first.append(now, &batch(sequence, 1, 10, now.wall.millis), Acks::All).unwrap();
        }
        assert_eq!(first.delete_records(io.now(), 4), Ok(4));
        storage.delete_partition(&name()).unwrap();
        let second = led(&storage, 0);
        let now = io.now();
        second.append(now, &batch(0, 1, 10, now.wall.millis), Acks::All).unwrap();
        second.flush().unwrap();
        // No clean stop: the process dies here.
    });
    let path = dir.0.clone();
    on_disk(|io| async move {
        let storage = Storage::open(&io, settings(&[path])).await.unwrap();
        let partition = led(&storage, 1);
        assert_eq!((partition.log_start_offset(), partition.log_end_offset()), (0, 1));
        assert_eq!(read_all(&partition).len(), 1);
    });
}

#[test]
fn the_metadata_log_is_no_partition_of_a_topic() {
    let dir = TempDir::new();
    let paths = [dir.0.clone()];
    on_disk(|io| async move {
        let storage = Storage::open(&io, settings(&paths)).await.unwrap();
        let name = ottla_model::TopicPartition::new(ottla_model::METADATA_TOPIC, 0);
        assert!(storage.create_partition(&name, super::topic_id(), super::small()).is_err());
        assert!(storage.partitions().is_empty());
    });
}

#[test]
fn a_roll_that_failed_half_way_leaves_no_segment_in_the_middle() {
    let dir = TempDir::new();
    let path = dir.0.clone();
    on_disk(|io| async move {
        let how = |clean| OpenLog {
            config: super::small(),
            clean,
            was_synced: clean,
            recovery_point: 0,
            recovery_point_lost: false,
            compacted_before: 0,
            log_start_offset: 0,
            now: io.now().wall,
            seed: 1,
        };
        let role = AppendAs::Leader { epoch: 0, origin: Origin::Client };
        let now = io.now().wall;
        let (mut log, _) = LogFiles::open(&io.disk(), &path, how(true)).unwrap();
        log.append(&batch(0, 1, 10, 1), role, now).unwrap();
        let in_the_way = path.join("00000000000000000001.index");
        io.disk().create_dir_all(&in_the_way).unwrap();
        log.roll(now).unwrap_err();
        log.append(&batch(1, 1, 10, 1), role, now).unwrap();
        log.close().unwrap();
        io.disk().remove_dir_all(&in_the_way).unwrap();
        let (log, _) = LogFiles::open(&io.disk(), &path, how(true)).unwrap();
        assert_eq!((log.log().segments().len(), log.log().log_end_offset()), (1, 2));
    });
}

#[test]
fn a_start_that_is_refused_takes_no_mark_of_a_clean_stop() {
    let (own, others) = (TempDir::new(), TempDir::new());
    let stop = |path: &std::path::Path, node_id| {
        let mut settings = settings(&[path.to_owned()]);
        settings.node_id = node_id;
        on_disk(|io| async move {
            Storage::open(&io, settings).await.unwrap().close_cleanly().await.unwrap();
        });
    };
    stop(&own.0, 1);
    stop(&others.0, 2);
    refused(settings(&[own.0.clone(), others.0.clone()]), "belongs to node 2, this is node 1");
    let mark = own.0.join(".kafka_cleanshutdown");
    assert!(on_disk(|io| async move { io.disk().exists(mark).unwrap() }));
}

/// Fails dirs of a node with two, the first of which holds the metadata log; expects what is told.
#[track_caller]
fn check_failure(fail: &[usize], expected: Option<&str>) {
    let world = World::new(1);
    let io = world.node("node");
    let work = async move {
        let storage = Storage::open(&io, settings(&["/one".into(), "/two".into()])).await.unwrap();
        let failure = storage.failure();
        fail.iter().for_each(|dir| storage.dirs()[*dir].fail());
        io.sleep(std::time::Duration::from_secs(3)).await;
        let told = failure.borrow().clone();
        assert_eq!(told.as_deref(), expected);
    };
    world.run(std::time::Duration::from_secs(60), work).unwrap();
}

#[test]
fn a_node_cannot_go_on_without_the_dir_of_the_metadata_log_but_without_another() {
    check_failure(&[], None);
    check_failure(&[1], None);
    let why = "the log dir /one, which holds the metadata log, has failed";
    check_failure(&[0], Some(why));
    check_failure(&[0, 1], Some(why));
}

#[test]
fn a_log_that_cannot_be_opened_leaves_the_others_of_its_dir_alone() {
    let dir = TempDir::new();
    let path = dir.0.clone();
    on_disk(|io| async move {
        let storage = Storage::open(&io, settings(std::slice::from_ref(&path))).await.unwrap();
        let other = ottla_model::TopicPartition::new("words", 1);
        led(&storage, 0);
        storage.create_partition(&other, super::topic_id(), super::small()).unwrap();
        let partition = storage.partition(&other).unwrap();
        partition.become_as(super::leading(0)).unwrap();
        let invalid = |kind| std::io::Error::new(kind, "made up");
        let code = partition.not_opened(&invalid(std::io::ErrorKind::InvalidData));
        assert_eq!(code, ottla_model::ErrorCode::KafkaStorageError);
        assert_eq!(storage.offline_partition_count(), 1);
        partition.not_opened(&invalid(std::io::ErrorKind::Other));
        assert_eq!(storage.offline_partition_count(), 2);
    });
}
