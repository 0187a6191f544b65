//! A full disk under the metadata log: changes are refused, and the node goes on.

use ottla_controller::decide::NewTopic;
use ottla_io::sim::World;
use ottla_model::ErrorCode;

use super::{LIMIT, start};

#[test]
fn a_change_that_a_full_disk_has_no_room_for_is_refused_and_the_next_one_made() {
    let world = World::new(3);
    let io = world.node("node");
    let inside = world.clone();
    let work = async move {
        let plane = start(&io, |_| {}).await;
        let used = io.disk().total_bytes("/data").unwrap() - io.disk().free_bytes("/data").unwrap();
        inside.set_disk_capacity("node", used + (64 << 10));
        let create = |number: usize| {
            let (name, partitions) = (format!("topic-{number}"), 4);
            let topic =
                NewTopic { name, partitions, replication_factor: -1, ..NewTopic::default() };
            plane.metadata.create_topics(vec![topic], false)
        };
        let mut made = 0;
        let refused = loop {
            assert!(made < 1000, "a disk of that size was never full");
            match create(made).await {
                Ok(created) => assert!(created.iter().all(|(_, result)| result.is_ok())),
                Err(fault) => break fault,
            }
            made += 1;
        };
        assert_eq!(refused.code, ErrorCode::KafkaStorageError, "{:?}", refused.message);
        assert_eq!(plane.topics().len(), made, "a topic that was refused is not there");
        io.sleep(std::time::Duration::from_secs(5)).await;
        assert!(plane.metadata.failure().borrow().is_none());
        inside.set_disk_capacity("node", u64::MAX);
        create(made).await.unwrap();
        io.sleep(std::time::Duration::from_secs(2)).await;
        let all_led = (0..=made).all(|number| plane.leads(&format!("topic-{number}"), 3));
        assert!(all_led, "partitions that had no room have been made");
        plane.stop().await;
        let plane = start(&io, |_| {}).await;
        assert_eq!(plane.topics().len(), made + 1);
        plane.stop().await;
    };
    world.run(LIMIT, work).unwrap();
}
