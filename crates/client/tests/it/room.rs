//! A quiet simulated world with one node in it, and a client beside it.

use std::time::Duration;

use ottla_client::settings::CommonSettings;
use ottla_client::{Client, Route};
use ottla_io::Io;
use ottla_sim::{World, node};
use ottla_wire::Str;
use ottla_wire::messages::create_topics::{CreatableTopic, CreateTopicsRequest};

/// Virtual time that a test may take.
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// Where the node listens.
pub(crate) const BOOTSTRAP: &str = "broker:9092";

/// Starts the node; it runs until the world ends or it is crashed.
pub(crate) fn start_node(io: &Io) {
    start_node_with(io, &[]);
}

/// The same with settings.
pub(crate) fn start_node_with(io: &Io, texts: &'static [(&'static str, &'static str)]) {
    let io = io.clone();
    io.clone().spawn("broker", async move {
        let running = ottla_broker::start(io, node::settings_with(1, 9092, texts)).await.unwrap();
        running.failure().await;
    });
}

/// Runs `test` on a node beside a broker.
pub(crate) fn beside_a_node<T>(test: impl AsyncFnOnce(World, Io) -> T) -> T {
    let world = World::new(1);
    start_node(&world.node("broker"));
    let io = world.node("client");
    let main = Box::pin(test(world.clone(), io));
    world.run(HOUR, main).unwrap_or_else(|stuck| panic!("{stuck}"))
}

/// A client with the defaults.
pub(crate) fn client(io: &Io) -> Client {
    Client::new(io.clone(), CommonSettings::new(BOOTSTRAP)).unwrap()
}

/// Creates a topic, as soon as the node is there.
pub(crate) async fn create_topic(client: &Client, name: &str, num_partitions: i32) {
    let mut retry = client.retry(HOUR);
    loop {
        let topic = CreatableTopic {
            name: Str::from(name),
            num_partitions,
            replication_factor: 1,
            ..Default::default()
        };
        let request = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
        match client.call(&Route::controller(), request).await {
            Ok(answer) => {
                // An answer that was lost is no failure: the topic is there.
                let was_there = retry.failures() > 0 && answer.topics[0].error_code == 36;
                assert!(was_there || answer.topics[0].error_code == 0, "{answer:?}");
                return;
            }
            Err(error) => retry.after(error).await.unwrap(),
        }
    }
}
