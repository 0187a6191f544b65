//! Records that failed for good are kept with the reason, and are sent again as they were.

use std::time::Duration;

use ottla_client::producer::{DeadLetters, replay_file, replay_topic};
use ottla_client::settings::ConsumerSettings;
use ottla_client::{Consumer, ErrorKind, Producer, ProducerRecord};
use ottla_io::Io;
use ottla_sim::World;

use crate::producer::settings;
use crate::read_back::{read_all, values};
use crate::room::{BOOTSTRAP, beside_a_node, client, create_topic};

/// Gives up after two seconds.
const HASTY: [(&str, &str); 3] =
    [("request.timeout.ms", "1000"), ("delivery.timeout.ms", "2000"), ("linger.ms", "0")];

fn numbered(number: usize) -> ProducerRecord {
    let record = ProducerRecord::new("t", number.to_string()).key("k").partition(0);
    record.header("h", number.to_string()).timestamp(1_000_000 + number as i64)
}

/// A producer with `letters` fails with records 0 to 4, and then with one that is too large.
async fn fail_with_five(world: &World, io: &Io, letters: &DeadLetters) {
    let producer = Producer::builder(settings(&HASTY)).dead_letters(letters.clone());
    let producer = producer.build(io.clone()).unwrap();
    // The topic is known before the network is gone.
    producer.send(ProducerRecord::new("t", "first").partition(0)).await.unwrap().await.unwrap();
    world.partition("client", "broker");
    let mut sent = Vec::new();
    for number in 0..5 {
        sent.push(producer.send(numbered(number)).await.unwrap());
    }
    for delivery in sent {
        assert_eq!(delivery.await.unwrap_err().kind(), ErrorKind::TimedOut);
    }
    world.heal_network();
    let large = ProducerRecord::new("t", vec![b'x'; 2 << 20]);
    assert_eq!(producer.send(large).await.unwrap_err().kind(), ErrorKind::InvalidRecord);
    letters.flush().await;
    assert_eq!(letters.lost(), 0);
    let metrics = producer.metrics();
    assert_eq!((metrics.record_send_total, metrics.record_error_total), (1, 5));
}

#[test]
fn a_file_keeps_letters_over_a_crash_and_gives_them_back_in_order() {
    beside_a_node(async |world, io| {
        create_topic(&client(&io), "t", 1).await;
        let letters = DeadLetters::to_file(&io, "letters").unwrap();
        fail_with_five(&world, &io, &letters).await;
        drop(letters);
        // A letter that a crash cut off is gone; those before it are not.
        let file = io.disk().open("letters", ottla_io::disk::Open::Write).unwrap();
        let whole = file.len().unwrap();
        file.set_len(whole - 1).unwrap();
        let producer = Producer::new(io.clone(), settings(&[])).unwrap();
        let count = replay_file(&io, "letters", &producer).await.unwrap();
        assert_eq!(count, 5);
        let read = read_all(producer.client(), "t", 0).await;
        assert_eq!(values(&read), ["first", "0", "1", "2", "3", "4"]);
        assert_eq!(read[2].headers, ["h=1"]);
        // The next letter stands where the cut one stood.
        let letters = DeadLetters::to_file(&io, "letters").unwrap();
        letters.flush().await;
        assert!(file.len().unwrap() < whole - (2 << 20));
        assert_eq!(replay_file(&io, "letters", &producer).await.unwrap(), 5);
    });
}

#[test]
fn a_topic_keeps_letters_and_they_are_sent_again_from_there() {
    beside_a_node(async |world, io| {
        create_topic(&client(&io), "t", 1).await;
        create_topic(&client(&io), "dead", 1).await;
        // What carries letters must take what others must not.
        let wide = settings(&[("max.request.size", "4194304"), ("buffer.memory", "8388608")]);
        let aside = Producer::new(world.node("aside"), wide).unwrap();
        let letters = DeadLetters::to_topic(aside.clone(), "dead");
        let narrow = Producer::builder(settings(&[("max.request.size", "200")]));
        let narrow = narrow.dead_letters(letters.clone()).build(io.clone()).unwrap();
        narrow.send(ProducerRecord::new("t", "first").partition(0)).await.unwrap().await.unwrap();
        let large = ProducerRecord { value: Some("7".repeat(200).into()), ..numbered(7) };
        let refused = narrow.send(large).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidRecord);
        letters.flush().await;
        let kept = read_all(aside.client(), "dead", 0).await;
        let headers = &kept[0].headers;
        assert_eq!(
            headers[..4],
            ["h=7", "ottla.dead.topic=t", "ottla.dead.partition=0", "ottla.dead.timestamp=1000007"]
        );
        assert!(
            headers[4].starts_with("ottla.dead.error=") && headers[4].contains("max.request.size")
        );
        let reading = ConsumerSettings::from_properties([
            ("bootstrap.servers", BOOTSTRAP),
            ("group.id", "replay"),
            ("auto.offset.reset", "earliest"),
            ("enable.auto.commit", "false"),
        ]);
        let mut consumer = Consumer::new(io.clone(), reading.unwrap()).unwrap();
        consumer.subscribe(["dead"]).unwrap();
        let quiet = Duration::from_secs(20);
        assert_eq!(replay_topic(&mut consumer, &aside, quiet).await.unwrap(), 1);
        assert_eq!(values(&read_all(aside.client(), "t", 0).await), ["first", &*"7".repeat(200)]);
        // What was sent again is committed: a second replay finds nothing.
        assert_eq!(replay_topic(&mut consumer, &aside, quiet).await.unwrap(), 0);
    });
}
