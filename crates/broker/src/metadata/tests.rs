//! The metadata plane on the simulated disk.

mod crashes;
mod damage;
mod failed_dirs;
mod full;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ottla_controller::decide::NewTopic;
use ottla_io::Io;
use ottla_io::sim::World;
use ottla_model::TopicPartition;

use super::{Endpoint, MetadataHandle, MetadataSettings};
use crate::settings::NodeSettings;
use crate::storage::Storage;
use crate::topic_settings::FixedSettings;

const LIMIT: Duration = Duration::from_secs(3600);

/// A node's storage and metadata, without sockets.
struct Plane {
    storage: Arc<Storage>,
    metadata: MetadataHandle,
}

fn node_settings() -> NodeSettings {
    let fixed = FixedSettings {
        node_id: 1,
        texts: Default::default(),
        own_defaults: false,
        producer_id_expiration_ms: 86_400_000,
    };
    NodeSettings::new(fixed, vec![PathBuf::from("/data")])
}

async fn start(io: &Io, change: impl FnOnce(&mut MetadataSettings)) -> Plane {
    let mut settings = node_settings();
    change(&mut settings.metadata);
    start_with(io, settings).await
}

async fn start_with(io: &Io, settings: NodeSettings) -> Plane {
    try_start(io, settings).await.unwrap()
}

/// Starts, or says why not.
async fn try_start(io: &Io, settings: NodeSettings) -> Result<Plane, String> {
    let storage = Storage::open(io, settings.storage).await.map_err(|error| error.to_string())?;
    let storage = Arc::new(storage);
    let endpoint = Endpoint {
        listener: "PLAINTEXT".into(),
        host: "node".into(),
        port: 9092,
        security_protocol: 0,
    };
    let started = MetadataHandle::start(io, settings.metadata, &storage, vec![endpoint]).await;
    let metadata = started.map_err(|error| error.to_string())?;
    Ok(Plane { storage, metadata })
}

impl Plane {
    async fn create(&self, name: &str, partitions: i32) {
        let topic = NewTopic {
            name: name.into(),
            partitions,
            replication_factor: -1,
            ..NewTopic::default()
        };
        let created = self.metadata.create_topics(vec![topic], false).await.unwrap();
        assert!(created.iter().all(|(_, result)| result.is_ok()), "{created:?}");
    }

    async fn delete(&self, name: &str) {
        let id = self.metadata.image().topic(name).unwrap().id;
        let deleted = self.metadata.delete_topics(vec![id]).await.unwrap();
        assert!(deleted.iter().all(|(_, result)| result.is_ok()), "{deleted:?}");
    }

    async fn stop(self) {
        self.metadata.stop().await;
        self.storage.close_cleanly().await.unwrap();
    }

    fn topics(&self) -> Vec<String> {
        self.metadata.image().topics.iter().map(|topic| topic.name.to_string()).collect()
    }

    fn leads(&self, topic: &str, index: i32) -> bool {
        let image = self.metadata.image();
        let partition = self.storage.partition(&TopicPartition::new(topic, index));
        partition.zip(image.partition(topic, index)).is_some_and(|(found, state)| {
            state.leader == 1 && found.leader_epoch() == state.leader_epoch
        })
    }
}

/// Runs `work` in a world of one node.
fn in_world<F: Future<Output = ()>>(work: impl FnOnce(Io) -> F) {
    let world = World::new(1);
    let io = world.node("node");
    world.run(LIMIT, work(io)).unwrap();
}

#[test]
fn a_topic_can_be_produced_to_as_soon_as_its_creation_is_answered() {
    in_world(|io| async move {
        let plane = start(&io, |_| {}).await;
        plane.create("words", 3).await;
        assert!((0..3).all(|index| plane.leads("words", index)));
        plane.delete("words").await;
        assert!(plane.storage.partitions().is_empty());
        plane.stop().await;
    });
}

#[test]
fn the_metadata_says_in_which_log_dir_a_replica_is() {
    in_world(|io| async move {
        for life in 0..2 {
            let mut settings = node_settings();
            settings.storage.log_dirs = vec![PathBuf::from("/data"), PathBuf::from("/more")];
            let plane = start_with(&io, settings).await;
            if life == 0 {
                plane.create("words", 4).await;
            }
            io.sleep(Duration::from_millis(100)).await;
            let image = plane.metadata.image();
            for (index, partition) in &image.topic("words").unwrap().partitions {
                let found = plane.storage.partition(&TopicPartition::new("words", *index)).unwrap();
                assert_eq!(*partition.directories, [found.directory_id()]);
            }
            plane.stop().await;
        }
    });
}

#[test]
fn every_start_leads_in_a_new_epoch_and_keeps_what_was_there() {
    in_world(|io| async move {
        for epoch in 1..5 {
            let plane = start(&io, |_| {}).await;
            assert_eq!(plane.metadata.quorum().leader_epoch, epoch);
            assert!((1..epoch).all(|earlier| plane.leads(&format!("t{earlier}"), 0)));
            plane.create(&format!("t{epoch}"), 1).await;
            plane.stop().await;
        }
    });
}

#[test]
fn a_snapshot_takes_the_place_of_the_log_before_it() {
    in_world(|io| async move {
        let tight = |settings: &mut MetadataSettings| {
            settings.segment_bytes = 2000;
            settings.retention_bytes = 6000;
        };
        let plane = start(&io, tight).await;
        for round in 0..40 {
            plane.create(&format!("t{round}"), 1).await;
            if round % 5 == 4 {
                plane.metadata.snapshot().await;
            }
            if round % 3 == 2 {
                plane.delete(&format!("t{round}")).await;
            }
        }
        let (before, offset) = (plane.topics(), plane.metadata.quorum().high_watermark);
        let dir = plane.storage.metadata_dir();
        let names = io.disk().list(&dir).unwrap().into_iter().map(|entry| entry.name);
        let logs: Vec<_> = names.filter(|name| name.ends_with(".log")).collect();
        assert!(!logs.contains(&"00000000000000000000.log".into()), "{logs:?}");
        plane.stop().await;
        // What removes the deleted partitions' files still holds the log dir.
        io.sleep(Duration::from_secs(600)).await;
        let plane = start(&io, tight).await;
        assert_eq!(plane.topics(), before);
        assert!(plane.metadata.quorum().high_watermark > offset);
        plane.stop().await;
    });
}

#[test]
fn changes_that_come_together_share_a_sync() {
    in_world(|io| async move {
        let plane = Arc::new(start(&io, |_| {}).await);
        let tasks: Vec<_> = (0..50)
            .map(|number| {
                let plane = Arc::clone(&plane);
                io.spawn("create", async move { plane.create(&format!("t{number}"), 1).await })
            })
            .collect();
        for task in tasks {
            task.join().await.unwrap();
        }
        assert_eq!(plane.topics().len(), 50);
    });
}

#[test]
fn a_quiet_log_says_that_it_lives_as_often_as_asked() {
    in_world(|io| async move {
        let every = |millis| {
            move |settings: &mut MetadataSettings| {
                settings.idle_interval = Duration::from_millis(millis);
            }
        };
        let plane = start(&io, every(500)).await;
        let before = plane.metadata.quorum().high_watermark;
        io.sleep(Duration::from_secs(10)).await;
        let records = plane.metadata.quorum().high_watermark - before;
        assert!((19..=20).contains(&records), "{records} records in ten seconds");
        plane.stop().await;
        let plane = start(&io, every(0)).await;
        let before = plane.metadata.quorum().high_watermark;
        io.sleep(Duration::from_secs(10)).await;
        assert_eq!(plane.metadata.quorum().high_watermark, before);
    });
}

#[test]
fn partitions_that_the_metadata_does_not_know_are_kept_under_another_name() {
    in_world(|io| async move {
        let plane = start(&io, |_| {}).await;
        plane.create("words", 1).await;
        let dir = plane.storage.metadata_dir();
        plane.stop().await;
        io.disk().remove_dir_all(&dir).unwrap();
        let plane = start(&io, |_| {}).await;
        assert!(plane.topics().is_empty());
        plane.create("words", 1).await;
        assert!(plane.leads("words", 0));
        let names = io.disk().list("/data").unwrap().into_iter().map(|entry| entry.name);
        assert_eq!(names.filter(|name| name.ends_with("-stray")).count(), 1);
    });
}

#[test]
fn a_failing_disk_ends_the_metadata_plane_with_a_reason() {
    let world = World::new(1);
    let io = world.node("node");
    let plane = world.run(LIMIT, start(&io, |_| {})).unwrap();
    world.fail_syncs("node", 1);
    let topic = NewTopic { name: "t".into(), partitions: 1, ..NewTopic::default() };
    let topics = vec![NewTopic { replication_factor: 1, ..topic }];
    let created = world.run(LIMIT, plane.metadata.create_topics(topics, false)).unwrap();
    assert!(created.is_err(), "{created:?}");
    assert!(plane.metadata.failure().borrow().is_some());
    assert!(!plane.metadata.is_active());
    assert!(plane.topics().is_empty());
}
