//! Requests that arrive late, on a connection that their client has given up, when it has long asked
//! again on another and gone on to its next transaction.
//!
//! With `transaction.version` 1 that transaction has the same producer epoch, and an EndTxn that was
//! meant for the one before ends it: some of it is committed and some aborted, or what was committed
//! is gone (Jepsen on Bufstream 0.1.0, KAFKA-17754). It is the protocol that permits it: Kafka does the
//! same. With `transaction.version` 2 each transaction has an epoch of its own, and what is late is
//! refused (KIP-890).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use ottla_io::Io;
use ottla_model::TopicPartition;
use ottla_sim::workload::{Caller, Target, TransactionalProducer, create_topic, fetch_committed};
use ottla_sim::{Deed, Faults, Ledger, World, run_seeds};

use crate::room::{Broker, HOUR, NEVER};

const TRANSACTIONS: u64 = 12;
const PARTITIONS: i32 = 2;
const READER: u64 = 1;

/// With `transaction.version` 1, what was committed in world 9 is gone; in others of these worlds, too,
/// should 9 not be the same any more after a change of the node.
const LOSING_SEEDS: std::ops::Range<u64> = 9..20;

/// A client waits so long before it asks again.
const ANSWER_MAX: Duration = Duration::from_millis(300);

/// One packet in twenty takes a second longer than others.
fn slow_at_times() -> Faults {
    Faults { retransmit_per_million: 50_000, retransmit_ms: 1000, ..Faults::default() }
}

/// Runs one world to its end: a producer that asks again whenever it hears nothing, or one that is
/// careful and begins anew where that is dangerous, and then somebody who reads what is committed.
fn run(seed: u64, transaction_version: i16, is_careful: bool) {
    let world = World::with_faults(seed, slow_at_times());
    let ledger = Ledger::new(false);
    let target = target();
    Broker::Node(NEVER).start(&world);
    let main = async {
        let admin = world.node("admin");
        create_topic(&admin, &target, &[]).await;
        if transaction_version < 2 {
            let mut admin = Caller::new(admin, &target);
            admin.lower_transaction_version(transaction_version).await;
        }
        let caller = Caller::new(world.node("producer"), &target).patient(ANSWER_MAX);
        let producer = TransactionalProducer::new(caller, ledger.clone(), "t", 60_000);
        let producer = if is_careful { producer } else { producer.careless() };
        write(world.node("producer"), producer).await;
        read_everything(&world, &ledger, &target).await;
    };
    world.run(HOUR, main).unwrap_or_else(|stuck| panic!("{stuck}"));
}

fn target() -> Target {
    let partition = PARTITIONS - 1;
    Target { host: "broker".to_owned(), port: 9092, topic: "t".to_owned(), partition }
}

/// Transactions of a record for each partition, every third of them aborted.
async fn write(io: Io, mut producer: TransactionalProducer) {
    producer.begin_anew().await;
    for number in 0..TRANSACTIONS {
        producer.begin();
        let mut is_sound = true;
        for partition in 0..PARTITIONS {
            let to = TopicPartition::new("t", partition);
            is_sound = is_sound && producer.send(&to, &[None]).await.is_ok();
            io.sleep(Duration::from_millis(io.random_u64() % 500)).await;
        }
        if !is_sound || producer.end(number % 3 != 2).await.is_err() {
            producer.begin_anew().await;
        }
    }
    producer.begin_anew().await;
}

async fn read_everything(world: &World, ledger: &Ledger, target: &Target) {
    let mut caller = Caller::new(world.node("reader"), target);
    for partition in 0..PARTITIONS {
        let at = TopicPartition::new("t", partition);
        let mut position = 0;
        loop {
            let Ok(found) = fetch_committed(&mut caller, &at, position, 1 << 20).await else {
                continue;
            };
            for (offset, record) in found.records {
                ledger.note(Deed::Seen { reader: READER, at: at.clone(), offset, record });
            }
            position = found.next_offset;
            if found.ends.is_some_and(|(stable, end)| stable == end && position == end) {
                break;
            }
        }
    }
    ledger.note(Deed::SeenAll { reader: READER });
}

/// What broke; `None` if nothing did.
fn broken(seed: u64, transaction_version: i16) -> Option<String> {
    let ran = catch_unwind(AssertUnwindSafe(|| run(seed, transaction_version, false)));
    ran.err().map(|panic| panic.downcast_ref::<String>().cloned().unwrap_or_default())
}

/// The whole story in one: a commit is held up on its way, asked for again on another way, and arrives
/// in the middle of the next transaction, which is then aborted. What a committed reader sees of that.
fn seen_of_the_aborted(transaction_version: i16) -> usize {
    let world = World::new(1);
    let ledger = Ledger::new(false);
    let target = target();
    Broker::Node(NEVER).start(&world);
    let main = async {
        let admin = world.node("admin");
        create_topic(&admin, &target, &[]).await;
        if transaction_version < 2 {
            let mut admin = Caller::new(admin, &target);
            admin.lower_transaction_version(transaction_version).await;
        }
        let by = |way: &str| Caller::new(world.node(way), &target);
        let (first, second) = (TopicPartition::new("t", 0), TopicPartition::new("t", 1));
        let slow = by("slow way");
        let mut producer = TransactionalProducer::new(slow, ledger.clone(), "t", 60_000).careless();
        producer.begin_anew().await;
        producer.begin();
        producer.send(&first, &[None]).await.unwrap();
        world.cut_one_way("slow way", "broker");
        let io = world.node("slow way");
        assert_eq!(io.timeout(Duration::from_secs(1), producer.end(true)).await, None);
        producer.go_by(by("quick way"));
        assert_eq!(producer.end(true).await, Ok(true));
        producer.begin();
        producer.send(&first, &[None]).await.unwrap();
        world.heal("slow way", "broker");
        io.sleep(Duration::from_secs(5)).await;
        producer.send(&second, &[None]).await.unwrap();
        assert_eq!(producer.end(false).await, Ok(false));
        let mut reader = by("reader");
        // The records of the first transaction, its marker, and what follows.
        fetch_committed(&mut reader, &first, 2, 1 << 20).await.unwrap().records.len()
    };
    world.run(HOUR, main).unwrap_or_else(|stuck| panic!("{stuck}"))
}

#[test]
fn a_late_commit_makes_part_of_an_aborted_transaction_seen_with_transaction_version_1_only() {
    assert_eq!((seen_of_the_aborted(1), seen_of_the_aborted(2)), (1, 0));
}

#[test]
fn late_requests_lose_what_was_committed_with_transaction_version_1_and_not_with_2() {
    let lost = |what: String| what.contains("which was committed") && what.contains("are gone");
    let red = LOSING_SEEDS.filter(|&seed| broken(seed, 1).is_some_and(lost)).count();
    assert!(red > 0, "the protocol does not permit any more what it permits in Kafka");
    run_seeds(LOSING_SEEDS, |seed| run(seed, 2, false));
}

#[test]
fn who_begins_anew_after_silence_is_safe_with_transaction_version_1_too() {
    run_seeds(LOSING_SEEDS, |seed| run(seed, 1, true));
}
