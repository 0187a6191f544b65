//! Metadata files that are not as they were left, or are of another program: a start says so, and
//! loses nothing that was committed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ottla_controller::{Image, Record};
use ottla_io::{Io, Open};
use ottla_raft::VoterSet;

use super::super::snapshot::{self, Front, SnapshotId};
use super::{Plane, in_world, node_settings, start, start_with, try_start};

const LOG: &str = "/data/__cluster_metadata-0/00000000000000000000.log";

/// Lives of a node, each of which creates a topic and stops; a snapshot in the middle of each.
async fn lives(io: &Io, count: usize) {
    for life in 0..count {
        let plane = start(io, |_| {}).await;
        plane.create(&format!("before-{life}"), 1).await;
        plane.metadata.snapshot().await;
        plane.create(&format!("behind-{life}"), 1).await;
        plane.stop().await;
    }
}

fn read(io: &Io, path: impl AsRef<Path>) -> Vec<u8> {
    io.disk().read(path, 1 << 30).unwrap()
}

fn write(io: &Io, path: impl AsRef<Path>, bytes: &[u8]) {
    let file = io.disk().open(path, Open::Create).unwrap();
    file.set_len(0).unwrap();
    file.write_at(0, bytes).unwrap();
}

/// Why the start fails; it must leave the log as it is.
async fn refusal(io: &Io) -> String {
    let before = read(io, LOG);
    let refused = try_start(io, node_settings()).await.map(|_| ());
    assert_eq!(read(io, LOG), before, "a start that is refused changes nothing");
    io.sleep(Duration::from_secs(1)).await;
    refused.expect_err("the start is refused")
}

fn checkpoints(io: &Io) -> Vec<PathBuf> {
    let dir = Path::new("/data/__cluster_metadata-0");
    let mut names: Vec<_> =
        io.disk().list(dir).unwrap().into_iter().map(|entry| entry.name).collect();
    names.sort();
    names.retain(|name| name.ends_with(".checkpoint"));
    names.iter().map(|name| dir.join(name)).collect()
}

/// Position of the last place where these bytes are.
fn last(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).rposition(|window| window == wanted).unwrap()
}

#[test]
fn a_log_damaged_before_a_later_leader_is_not_cut() {
    in_world(|io| async move {
        lives(&io, 2).await;
        let mut bytes = read(&io, LOG);
        // Behind the last snapshot of the first life; the second one's is then out of reach as well.
        let at = last(&bytes, b"behind-0");
        bytes[at] ^= 1;
        write(&io, LOG, &bytes);
        for checkpoint in checkpoints(&io).split_off(2) {
            io.disk().remove_file(checkpoint).unwrap();
        }
        let why = refusal(&io).await;
        assert!(why.contains("is damaged at position") && why.contains(LOG), "{why}");
        assert!(why.contains("truncate -s"), "says what to do: {why}");
        bytes[at] ^= 1;
        write(&io, LOG, &bytes);
        let plane = start(&io, |_| {}).await;
        assert_eq!(plane.topics().len(), 4);
    });
}

#[test]
fn a_log_damaged_within_what_a_snapshot_covers_keeps_what_is_behind() {
    in_world(|io| async move {
        lives(&io, 1).await;
        let mut bytes = read(&io, LOG);
        let at = last(&bytes, b"before-0");
        bytes[at] ^= 1;
        write(&io, LOG, &bytes);
        let why = refusal(&io).await;
        assert!(why.contains("behind the snapshot of offset"), "{why}");
        // Cut off in the same place, without a trace of damage.
        write(&io, LOG, &bytes[..at / 2]);
        let why = refusal(&io).await;
        assert!(why.contains("Restore"), "{why}");
    });
}

#[test]
fn a_torn_end_is_cut_off() {
    in_world(|io| async move {
        lives(&io, 1).await;
        let mut bytes = read(&io, LOG);
        let torn = bytes[..100].to_vec();
        bytes.extend(torn);
        write(&io, LOG, &bytes);
        let plane = start(&io, |_| {}).await;
        assert_eq!(plane.topics().len(), 2);
    });
}

#[test]
fn a_hole_in_what_may_not_have_been_synced_is_cut_off_but_kept() {
    in_world(|io| async move {
        lives(&io, 1).await;
        let mut bytes = read(&io, LOG);
        let at = last(&bytes, b"behind-0");
        bytes[at..at + 30].fill(0);
        write(&io, LOG, &bytes);
        let plane = start(&io, |_| {}).await;
        assert_eq!(plane.topics(), ["before-0"]);
        let names = io.disk().list("/data/__cluster_metadata-0").unwrap();
        let copy = names.iter().find(|entry| entry.name.contains(".log.cut-")).unwrap();
        assert!(copy.len > 30, "{copy:?}");
    });
}

#[test]
fn an_earlier_snapshot_takes_the_place_of_a_damaged_one() {
    in_world(|io| async move {
        lives(&io, 2).await;
        let newest = checkpoints(&io).pop().unwrap();
        let mut bytes = read(&io, &newest);
        let at = last(&bytes, b"before-1");
        bytes[at] ^= 1;
        write(&io, &newest, &bytes);
        let plane = start(&io, |_| {}).await;
        assert_eq!(plane.topics().len(), 4);
        assert!(io.disk().exists(newest.with_extension("checkpoint.damaged")).unwrap());
        plane.stop().await;
    });
}

#[test]
fn records_of_a_newer_kafka_are_refused_with_what_to_do() {
    in_world(|io| async move {
        lives(&io, 1).await;
        let front = Front {
            kraft_version: 0,
            voters: VoterSet::default(),
            last_timestamp_ms: 0,
            now_ms: 0,
        };
        let id = SnapshotId { end_offset: 1, epoch: 1 };
        let topic = Record::Topic { name: "words".into(), topic_id: ottla_base::Uuid::from_low(9) };
        let bytes = snapshot::build(id, &front, &Image::empty(), &[topic]).unwrap();
        // The type of the record, in an otherwise sound batch.
        let at = last(&bytes, b"words") - 3;
        assert_eq!(bytes[at..at + 2], [2, 0], "type and version");
        let mut newer = bytes.clone();
        newer[at] = 99;
        let batch = ottla_record::split_batches(&newer).nth(1).unwrap().unwrap().bytes().to_vec();
        let position = newer.windows(batch.len()).position(|window| window == batch).unwrap();
        let crc = ottla_base::crc32c(&batch[21..]).to_be_bytes();
        newer[position + 17..position + 21].copy_from_slice(&crc);
        let newest = checkpoints(&io).pop().unwrap();
        write(&io, &newest, &newer);
        let why = refusal(&io).await;
        assert!(why.contains("type 99 (version 0) is unknown: a newer Kafka wrote it"), "{why}");
        assert!(why.contains("kafka-features"), "{why}");
        assert!(io.disk().exists(newest).unwrap(), "it is not damaged");
    });
}

#[test]
fn a_node_does_not_take_another_identity_when_its_own_is_lost() {
    in_world(|io| async move {
        lives(&io, 1).await;
        let meta = "/data/meta.properties";
        let kept = read(&io, meta);
        write(&io, meta, b"\0\0\0\0\0\0");
        let why = refusal(&io).await;
        assert!(why.contains("meta.properties") && why.contains("version is missing"), "{why}");
        io.disk().remove_file(meta).unwrap();
        let why = refusal(&io).await;
        assert!(why.contains("no meta.properties") && why.contains("cluster.id="), "{why}");
        write(&io, meta, &kept);
        assert_eq!(start(&io, |_| {}).await.topics().len(), 2);
    });
}

#[test]
fn a_node_among_other_voters_does_not_lead_alone() {
    in_world(|io| async move {
        let mut settings = node_settings();
        settings.metadata.static_voters = vec![1, 2, 3];
        let why = try_start(&io, settings).await.map(|_| ()).unwrap_err();
        assert!(why.contains("several voters") && why.contains("1, 2, 3"), "{why}");
    });
}

#[test]
fn a_dir_that_an_older_kafka_formatted_keeps_its_level() {
    in_world(|io| async move {
        let level = 21;
        let front = Front {
            kraft_version: 0,
            voters: VoterSet::default(),
            last_timestamp_ms: 0,
            now_ms: 0,
        };
        let records = [Record::FeatureLevel { name: "metadata.version".into(), level }];
        let bytes =
            snapshot::build(SnapshotId::default(), &front, &Image::empty(), &records).unwrap();
        io.disk().create_dir_all("/data").unwrap();
        write(&io, "/data/bootstrap.checkpoint", &bytes);
        let identity = b"version=1\ncluster.id=MkU3OEVBNTcwNTJENDM2Qg\nnode.id=1\n";
        write(&io, "/data/meta.properties", identity);
        for _ in 0..2 {
            let mut settings = node_settings();
            settings.metadata.static_voters = vec![1];
            let plane: Plane = start_with(&io, settings).await;
            assert_eq!(plane.metadata.image().metadata_version().name(), "3.9-IV0");
            assert_eq!(plane.metadata.image().features.size(), 1);
            assert_eq!(plane.metadata.quorum().kraft_version, 0);
            plane.stop().await;
        }
    });
}
