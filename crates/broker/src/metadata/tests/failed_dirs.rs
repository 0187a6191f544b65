//! A log dir of several fails, while the node runs or before it starts; what is in it has no leader
//! until it is back, and nothing of it is made anew in another dir.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ottla_io::{Io, Open};

use super::{Plane, in_world, node_settings, start_with, try_start};

fn two_dirs() -> crate::settings::NodeSettings {
    let mut settings = node_settings();
    settings.storage.log_dirs = vec![PathBuf::from("/data"), PathBuf::from("/more")];
    settings
}

/// Leader and dir of each partition of `words`, as the metadata has them.
fn shown(plane: &Plane) -> String {
    let image = plane.metadata.image();
    let dirs = plane.storage.dirs();
    let one = |index: i32| {
        let partition = image.partition("words", index).unwrap();
        let dir = dirs.iter().position(|dir| Some(dir.id()) == partition.directory_of(1));
        format!("{}@{} isr {:?}", partition.leader, dir.map_or(-1, |at| at as i32), partition.isr)
    };
    (0..2).map(one).collect::<Vec<_>>().join(", ")
}

async fn settled(io: &Io, plane: &Plane) -> String {
    io.sleep(Duration::from_secs(3)).await;
    shown(plane)
}

fn put_away(io: &Io, dir: &str) {
    io.disk().rename(dir, "/away").unwrap();
    io.disk().open(dir, Open::CreateNew).unwrap();
}

fn bring_back(io: &Io, dir: &str) {
    io.disk().remove_file(dir).unwrap();
    io.disk().rename("/away", dir).unwrap();
}

#[test]
fn what_is_in_a_failed_dir_has_no_leader_until_the_dir_is_back() {
    in_world(|io| async move {
        let plane = start_with(&io, two_dirs()).await;
        plane.create("words", 2).await;
        assert_eq!(settled(&io, &plane).await, "1@0 isr [1], 1@1 isr [1]");
        plane.storage.dirs()[1].fail();
        assert_eq!(settled(&io, &plane).await, "1@0 isr [1], -1@1 isr []");
        plane.stop().await;

        put_away(&io, "/more");
        let plane = start_with(&io, two_dirs()).await;
        // Nobody knows which dir it is.
        assert_eq!(settled(&io, &plane).await, "1@0 isr [1], -1@-1 isr []");
        assert!(!io.disk().exists(Path::new("/data/words-1")).unwrap());
        plane.create("others", 2).await;
        assert!(plane.leads("others", 0) && plane.leads("others", 1));
        plane.stop().await;

        bring_back(&io, "/more");
        let plane = start_with(&io, two_dirs()).await;
        assert_eq!(settled(&io, &plane).await, "1@0 isr [1], 1@1 isr [1]");
        assert!(plane.leads("words", 0) && plane.leads("words", 1));
        plane.stop().await;
    });
}

#[test]
fn a_dir_that_fails_before_the_controller_knows_what_is_in_it_takes_the_lead_from_that_too() {
    in_world(|io| async move {
        let plane = start_with(&io, two_dirs()).await;
        plane.create("words", 2).await;
        plane.storage.dirs()[1].fail();
        assert_eq!(settled(&io, &plane).await, "1@0 isr [1], -1@1 isr []");
        plane.stop().await;
    });
}

#[test]
fn without_the_dir_of_the_metadata_log_nothing_starts() {
    in_world(|io| async move {
        start_with(&io, two_dirs()).await.stop().await;
        put_away(&io, "/data");
        let why = try_start(&io, two_dirs()).await.err().unwrap();
        assert!(why.contains("create directory /data"), "{why}");
        bring_back(&io, "/data");
        start_with(&io, two_dirs()).await.stop().await;
    });
}
