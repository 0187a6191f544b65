//! A producer with several requests under way on one connection: those that wait for the device share
//! its syncs, every request is answered in its turn, and what is asked behind them sees them.

use std::time::Duration;

use ottla_record::{BatchBuilder, Codec, NewRecord};
use ottla_sim::workload::{Connection, LATEST, Target, create_topic};
use ottla_sim::{Faults, World, run_seeds};
use ottla_wire::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use ottla_wire::messages::produce::{PartitionProduceData, ProduceRequest, TopicProduceData};
use ottla_wire::{Records, Str};

use crate::room::{Broker, HOUR, NEVER};

const PRODUCE_VERSION: i16 = 9;
const LIST_OFFSETS_VERSION: i16 = 6;
/// More than a connection lets in at once.
const REQUESTS: i64 = 10;
/// A sync: on its way to a thread, and back.
const SYNC: Duration = Duration::from_millis(20);

/// Sends all requests and a question for the log end; how long the answers took.
fn run(seed: u64, configs: &[(&str, &str)]) -> Duration {
    let world = World::with_faults(seed, Faults { flushing_us: (10_000, 10_000), ..calm() });
    let target = target();
    Broker::Node(NEVER).start(&world);
    let mut took = Duration::ZERO;
    let main = async {
        let io = world.node("producer");
        create_topic(&io, &target, configs).await;
        let mut connection = Connection::open(&io, &target).await.unwrap();
        // The first batch also opens the log.
        connection.ask(&produce(0), PRODUCE_VERSION).await.unwrap();
        let began = io.now().mono;
        for number in 1..=REQUESTS {
            connection.tell(&produce(number), PRODUCE_VERSION).await.unwrap();
        }
        connection.tell(&end_of_log(), LIST_OFFSETS_VERSION).await.unwrap();
        connection.tell(&produce(REQUESTS + 1), PRODUCE_VERSION).await.unwrap();
        for number in 1..=REQUESTS {
            assert_eq!(offset(&mut connection).await, number);
        }
        let asked = connection.hear_answer::<ListOffsetsRequest>(LIST_OFFSETS_VERSION).await;
        assert_eq!(asked.unwrap().topics[0].partitions[0].offset, REQUESTS + 1);
        took = io.now().mono.since(began);
        assert_eq!(offset(&mut connection).await, REQUESTS + 1);
    };
    world.run(HOUR, main).unwrap_or_else(|stuck| panic!("{stuck}"));
    took
}

fn calm() -> Faults {
    Faults { latency_us: (50, 50), ..Faults::default() }
}

fn target() -> Target {
    Target { host: "broker".to_owned(), port: 9092, topic: "t".to_owned(), partition: 0 }
}

fn produce(number: i64) -> ProduceRequest {
    let mut batch = BatchBuilder::new(0, Codec::None);
    let value = number.to_be_bytes();
    let record = NewRecord { timestamp: number, key: None, value: Some(&value), headers: &[] };
    batch.append(&record).unwrap();
    let records = Records::Bytes(batch.build().into());
    let partition_data = vec![PartitionProduceData { index: 0, records }];
    let topic =
        TopicProduceData { name: Str::from("t"), partition_data, ..TopicProduceData::default() };
    ProduceRequest { acks: -1, timeout_ms: 3000, topic_data: vec![topic], ..Default::default() }
}

fn end_of_log() -> ListOffsetsRequest {
    let partition =
        ListOffsetsPartition { partition_index: 0, current_leader_epoch: -1, timestamp: LATEST };
    let topic = ListOffsetsTopic { name: Str::from("t"), partitions: vec![partition] };
    ListOffsetsRequest { replica_id: -1, topics: vec![topic], ..Default::default() }
}

async fn offset(connection: &mut Connection) -> i64 {
    let answer = connection.hear_answer::<ProduceRequest>(PRODUCE_VERSION).await.unwrap();
    let answer = &answer.responses[0].partition_responses[0];
    assert_eq!(answer.error_code, 0);
    answer.base_offset
}

#[test]
fn they_share_syncs_and_are_answered_in_their_order() {
    run_seeds(0..5, |seed| {
        let took = run(seed, &[("ottla.ack.durability", "synced")]);
        assert!(took >= SYNC, "nothing was synced: {took:?}");
        assert!(took < 5 * SYNC, "{REQUESTS} requests took {took:?}");
    });
}

#[test]
fn they_are_answered_in_their_order_where_nothing_waits() {
    run_seeds(0..5, |seed| {
        run(seed, &[]);
    });
}
