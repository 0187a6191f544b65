//! Topics that come and go under the same few names, while the node is killed or loses its power: a
//! topic holds what was sent to it and nothing of its predecessors, and what is deleted stays so.

use std::time::Duration;

use ottla_base::Rng;
use ottla_sim::workload::{Churn, Target, topic_names};
use ottla_sim::{Faults, World, run_seeds};

use crate::room::{Broker, HOUR, NEVER};

const CLIENTS: u64 = 3;
const ROUNDS: u64 = 12;

fn run(seed: u64, with_power_cuts: bool) {
    let world = World::with_faults(seed, Faults::from_seed(seed));
    let target =
        Target { host: "broker".to_owned(), port: 9092, topic: String::new(), partition: 0 };
    let broker = Broker::Node(NEVER);
    broker.start(&world);
    let main = async {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let io = world.node(&format!("client-{client}"));
                let target = target.clone();
                io.clone().spawn("churn", async move {
                    Churn::new(io, target, client).run(ROUNDS).await;
                })
            })
            .collect();
        let io = world.node("chaos");
        let mut rng = Rng::new(seed ^ 0xc4a5);
        for _ in 0..rng.range(1, 4) {
            io.sleep(Duration::from_millis(rng.range(1, 2000))).await;
            if with_power_cuts {
                world.crash("broker");
                world.restart("broker");
            } else {
                world.kill("broker");
            }
            broker.start(&world);
        }
        world.set_faults(Faults::default());
        for client in clients {
            client.join().await.unwrap();
        }
        let before = topic_names(&io, &target).await;
        world.kill("broker");
        broker.start(&world);
        assert_eq!(topic_names(&io, &target).await, before, "topics before and after a restart");
        // Longer than file.delete.delay.ms.
        io.sleep(Duration::from_secs(120)).await;
        assert_eq!(partitions_on_disk(&world), before, "directories and topics");
    };
    world.run(HOUR, main).unwrap_or_else(|stuck| panic!("{stuck}"));
}

/// Topics of the directories that hold partitions; all have one.
fn partitions_on_disk(world: &World) -> Vec<String> {
    let entries = world.node("broker").disk().list("/data").unwrap();
    let names = entries.into_iter().filter(|entry| entry.is_dir).map(|entry| entry.name);
    let topics = names.filter_map(|name| name.strip_suffix("-0").map(str::to_owned));
    topics.filter(|topic| topic != "__cluster_metadata").collect()
}

#[test]
fn topics_come_and_go_while_the_node_is_killed() {
    run_seeds(0..10, |seed| run(seed, false));
}

#[test]
fn topics_come_and_go_while_the_power_does() {
    run_seeds(0..10, |seed| run(seed, true));
}
