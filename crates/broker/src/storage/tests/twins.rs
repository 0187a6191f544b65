//! One partition in two log dirs: what a failed creation, or a dir that was out of use, leaves.

use std::path::PathBuf;
use std::time::Duration;

use ottla_base::Uuid;
use ottla_io::Io;
use ottla_io::sim::World;
use ottla_log::files::partition_metadata;

use super::super::{Acks, Storage};
use super::{batch, led, name, read_all, settings, topic_id};

const LIMIT: Duration = Duration::from_secs(60);

fn dirs() -> [PathBuf; 2] {
    ["/one".into(), "/two".into()]
}

async fn open(io: &Io) -> std::io::Result<Storage> {
    Storage::open(io, settings(&dirs())).await
}

/// `words-0` with one record in the first dir, closed.
async fn one_record(io: &Io) {
    let storage = open(io).await.unwrap();
    let partition = led(&storage, 0);
    partition.append(io.now(), &batch(0, 1, 10, 1), Acks::All).unwrap();
    assert_eq!(&*partition.log_dir(), "/one");
    storage.close_cleanly().await.unwrap();
}

/// Puts a dir of the same name into the other log dir.
fn twin(io: &Io, id: Option<Uuid>, has_records: bool) {
    let disk = io.disk();
    disk.create_dir_all("/two/words-0").unwrap();
    if has_records {
        let log = "00000000000000000000.log";
        let bytes = disk.read(format!("/one/words-0/{log}"), 1 << 20).unwrap();
        disk.write_atomic(format!("/two/words-0/{log}"), &bytes).unwrap();
    }
    if let Some(id) = id {
        let path = format!("/two/words-0/{}", partition_metadata::FILE_NAME);
        disk.write_atomic(path, partition_metadata::format(id).as_bytes()).unwrap();
    }
}

fn strays(io: &Io, dir: &str) -> usize {
    let names = io.disk().list_dirs(dir).unwrap();
    names.iter().filter(|name| name.ends_with("-stray")).count()
}

/// Starts with a twin in the second dir, where the metadata knows the topic by `known`; expects the
/// log dir that is used, if the start is not refused.
#[track_caller]
fn check(id: Option<Uuid>, has_records: bool, known: Uuid, used: Option<&str>) {
    let world = World::new(1);
    let io = world.node("node");
    let work = async move {
        one_record(&io).await;
        twin(&io, id, has_records);
        let opened = match open(&io).await {
            Ok(storage) => storage.settle_twins(|_| Some(known)).map(|()| storage),
            Err(error) => Err(error),
        };
        let storage = match opened {
            Ok(storage) => storage,
            Err(error) => {
                assert!(error.to_string().contains("words-0 is in two log dirs"), "{error}");
                return (None, strays(&io, "/one") + strays(&io, "/two"));
            }
        };
        storage.recover();
        storage.recovered().await;
        let (ended, found) = storage.recovery_progress();
        assert_eq!(ended, found, "nothing is left to be recovered");
        let partition = storage.partition(&name()).unwrap();
        assert_eq!(read_all(&partition).len(), usize::from(&*partition.log_dir() == "/one"));
        let other = if &*partition.log_dir() == "/one" { "/two" } else { "/one" };
        let used = partition.log_dir().to_string();
        let strays = strays(&io, other);
        storage.close_cleanly().await.unwrap();
        drop((storage, partition));
        // The next start finds nothing to decide.
        let storage = open(&io).await.unwrap();
        assert_eq!(*storage.partition(&name()).unwrap().log_dir(), *used);
        (Some(used), strays)
    };
    let found = world.run(LIMIT, work).unwrap();
    assert_eq!(found, (used.map(str::to_owned), usize::from(used.is_some())));
}

#[test]
fn what_a_failed_creation_left_is_set_aside_at_a_start() {
    check(None, false, topic_id(), Some("/one"));
    check(Some(topic_id()), false, topic_id(), Some("/one"));
}

#[test]
fn a_dir_of_an_earlier_topic_of_the_name_is_set_aside_at_a_start() {
    let other = Uuid([9; 16]);
    check(Some(other), true, topic_id(), Some("/one"));
    check(Some(other), false, topic_id(), Some("/one"));
    check(Some(other), false, other, Some("/two"));
}

#[test]
fn two_dirs_that_may_both_hold_records_of_the_topic_are_left_to_the_operator() {
    check(Some(topic_id()), true, topic_id(), None);
    check(None, true, topic_id(), None);
}

#[test]
fn a_creation_that_failed_takes_its_dir_away() {
    let world = World::new(1);
    let io = world.node("node");
    let work = async move {
        let storage = open(&io).await.unwrap();
        // What the checkpoint says of an earlier partition of the name cannot be taken out of it.
        let earlier = led(&storage, 0);
        earlier.append(io.now(), &batch(0, 1, 10, 1), Acks::All).unwrap();
        storage.close_cleanly().await.unwrap();
        drop((storage, earlier));
        let storage = open(&io).await.unwrap();
        let [disk, aside] = [io.disk(), io.disk()];
        storage.delete_partition(&name()).unwrap();
        aside.create_dir_all("/one/recovery-point-offset-checkpoint.tmp").unwrap();
        storage.create_partition(&name(), topic_id(), super::small()).unwrap_err();
        assert!(!disk.exists("/one/words-0").unwrap());
    };
    world.run(LIMIT, work).unwrap();
}
