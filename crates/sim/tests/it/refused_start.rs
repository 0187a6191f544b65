//! A start that is refused late leaves the log dirs as cleanly stopped as it found them.

use std::time::Duration;

use ottla_sim::{World, node};

const HOUR: Duration = Duration::from_secs(3600);
const MARK: &str = "/data/.kafka_cleanshutdown";

#[test]
fn a_refused_start_gives_the_mark_of_the_clean_stop_back() {
    let world = World::new(1);
    let io = world.node("broker");
    let start = || ottla_broker::start(io.clone(), node::settings(1, 9092));
    let running = world.run(HOUR, start()).unwrap().unwrap();
    world.run(HOUR, running.stop()).unwrap().unwrap();
    let mark = io.disk().read(MARK, 1000).unwrap();
    let quorum_state = "/data/__cluster_metadata-0/quorum-state";
    let sound = io.disk().read(quorum_state, 1000).unwrap();
    io.disk().write_atomic(quorum_state, b"{").unwrap();
    let refused = world.run(HOUR, start()).unwrap().unwrap_err();
    assert!(refused.0.contains("quorum-state cannot be read"), "{refused}");
    assert_eq!(io.disk().read(MARK, 1000).unwrap(), mark);
    io.disk().write_atomic(quorum_state, &sound).unwrap();
    let running = world.run(HOUR, start()).unwrap().unwrap();
    world.run(HOUR, running.stop()).unwrap().unwrap();
}
