//! Transactions against a whole node, the way it keeps them now and the way it did before.

use std::collections::BTreeMap;
use std::time::Duration;

use ottla_client::admin::{FeatureUpdate, NewOffset, UpgradeType};
use ottla_client::settings::IsolationLevel;
use ottla_client::{
    Admin, ConsumerGroupMetadata, ErrorCode, ErrorKind, Producer, ProducerRecord, TopicPartition,
};
use ottla_io::Io;
use ottla_sim::World;

use crate::producer::settings;
use crate::read_back::{read_isolated, values};
use crate::room::{beside_a_node, client, create_topic};

/// Runs `test` with `transaction.version` 2, then 0.
fn in_both_ways(test: impl AsyncFn(World, Io)) {
    for level in [2, 0] {
        beside_a_node(async |world, io| {
            create_topic(&client(&io), "t", 2).await;
            if level < 2 {
                let admin = Admin::over(client(&io));
                let update = FeatureUpdate { level, upgrade_type: UpgradeType::SafeDowngrade };
                let updates = BTreeMap::from([("transaction.version".to_owned(), update)]);
                admin.update_features(&updates, false).await.unwrap();
            }
            test(world, io).await;
        });
    }
}

async fn producer(io: &Io) -> Producer {
    let more = [("transactional.id", "x"), ("linger.ms", "1")];
    let producer = Producer::new(io.clone(), settings(&more)).unwrap();
    producer.init_transactions().await.unwrap();
    producer
}

async fn committed(io: &Io, partition: i32) -> Vec<String> {
    let read = read_isolated(&client(io), "t", partition, IsolationLevel::ReadCommitted).await;
    values(&read).into_iter().map(str::to_owned).collect()
}

#[test]
fn what_is_committed_is_seen_and_what_is_aborted_is_not() {
    in_both_ways(async |_, io| {
        let producer = producer(&io).await;
        for (number, commits) in [(1, true), (2, false), (3, true), (4, false), (5, true)] {
            let transaction = producer.begin_transaction().unwrap();
            let mut sent = Vec::new();
            for partition in 0..2 {
                let record = ProducerRecord::new("t", number.to_string()).partition(partition);
                sent.push(transaction.send(record).await.unwrap());
            }
            if commits {
                transaction.commit().await.unwrap();
                for delivery in sent {
                    delivery.await.unwrap();
                }
            } else {
                producer.flush().await;
                transaction.abort().await.unwrap();
            }
        }
        io.sleep(Duration::from_secs(1)).await;
        for partition in 0..2 {
            assert_eq!(committed(&io, partition).await, ["1", "3", "5"]);
        }
        let empty = producer.begin_transaction().unwrap();
        empty.commit().await.unwrap();
    });
}

#[test]
fn offsets_of_a_group_come_with_the_transaction_or_not_at_all() {
    in_both_ways(async |_, io| {
        let producer = producer(&io).await;
        let admin = Admin::over(client(&io));
        let partition = TopicPartition::new("t", 0);
        let group = ConsumerGroupMetadata::without_membership("g");
        for (offset, commits) in [(5, true), (9, false)] {
            let transaction = producer.begin_transaction().unwrap();
            drop(transaction.send(ProducerRecord::new("t", "out")).await.unwrap());
            let offsets = BTreeMap::from([(partition.clone(), NewOffset::from(offset))]);
            transaction.send_offsets(&offsets, &group).await.unwrap();
            if commits {
                transaction.commit().await.unwrap();
            } else {
                transaction.abort().await.unwrap();
            }
        }
        let listed = admin.list_group_offsets("g", None, true).await.unwrap();
        assert_eq!(listed[&partition].offset, 5);
    });
}

#[test]
fn the_next_life_of_an_id_shuts_the_one_before_out() {
    in_both_ways(async |_, io| {
        let old = producer(&io).await;
        let open = old.begin_transaction().unwrap();
        open.send(ProducerRecord::new("t", "old").partition(0)).await.unwrap().await.unwrap();
        let new = producer(&io).await;
        let error = open.commit().await.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::ProducerFenced), "{error}");
        assert_eq!(old.begin_transaction().unwrap_err().code(), Some(ErrorCode::ProducerFenced));
        let transaction = new.begin_transaction().unwrap();
        drop(transaction.send(ProducerRecord::new("t", "new").partition(0)).await.unwrap());
        transaction.commit().await.unwrap();
        io.sleep(Duration::from_secs(1)).await;
        assert_eq!(committed(&io, 0).await, ["new"]);
    });
}

#[test]
fn after_a_failure_it_is_aborted_and_the_next_works() {
    in_both_ways(async |_, io| {
        let admin = Admin::over(client(&io));
        let small = ottla_client::admin::NewTopic::new("small").config("max.message.bytes", "200");
        admin.create_topics(&[small]).await["small"].as_ref().unwrap();
        let producer = producer(&io).await;
        let transaction = producer.begin_transaction().unwrap();
        drop(transaction.send(ProducerRecord::new("t", "lost").partition(0)).await.unwrap());
        let large = transaction.send(ProducerRecord::new("small", "x".repeat(900))).await.unwrap();
        assert_eq!(large.await.unwrap_err().code(), Some(ErrorCode::MessageTooLarge));
        let refused = transaction.send(ProducerRecord::new("t", "more")).await.unwrap_err();
        assert!(refused.message().contains("must be aborted"), "{refused}");
        assert!(producer.commit_transaction().await.is_err());
        producer.abort_transaction().await.unwrap();
        for topic in ["t", "small"] {
            let transaction = producer.begin_transaction().unwrap();
            let sent = transaction.send(ProducerRecord::new(topic, "kept").partition(0)).await;
            transaction.commit().await.unwrap();
            sent.unwrap().await.unwrap();
        }
        io.sleep(Duration::from_secs(1)).await;
        assert_eq!(committed(&io, 0).await, ["kept"]);
    });
}

#[test]
fn a_transaction_goes_on_when_the_broker_comes_back() {
    in_both_ways(async |world, io| {
        let producer = producer(&io).await;
        let transaction = producer.begin_transaction().unwrap();
        let first = transaction.send(ProducerRecord::new("t", "1").partition(0)).await.unwrap();
        first.await.unwrap();
        world.kill("broker");
        crate::room::start_node(&world.node("broker"));
        let second = transaction.send(ProducerRecord::new("t", "2").partition(0)).await.unwrap();
        transaction.commit().await.unwrap();
        second.await.unwrap();
        io.sleep(Duration::from_secs(1)).await;
        assert_eq!(committed(&io, 0).await, ["1", "2"]);
    });
}

#[test]
fn calls_out_of_order_say_so() {
    in_both_ways(async |_, io| {
        let plain = Producer::new(io.clone(), settings(&[])).unwrap();
        assert_eq!(plain.init_transactions().await.unwrap_err().kind(), ErrorKind::Usage);
        let early = Producer::new(io.clone(), settings(&[("transactional.id", "y")])).unwrap();
        assert_eq!(early.begin_transaction().unwrap_err().kind(), ErrorKind::Usage);
        let error = early.send(ProducerRecord::new("t", "1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert_eq!(early.commit_transaction().await.unwrap_err().kind(), ErrorKind::Usage);
    });
}
