//! Records written in every way, read back as they were.

use ottla_client::{Producer, ProducerRecord, RecordMetadata};

use crate::{Outcome, Room, Tally, at, check, take, text};

const RECORDS: usize = 500;

pub(crate) async fn all(room: &Room, tally: &mut Tally) {
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        let settings = [("compression.type", codec)];
        let done = round_trip(room, codec, &settings);
        tally.run(&format!("records come back, compression {codec}"), done).await;
    }
    let plain = [("enable.idempotence", "false")];
    tally.run("records come back, not idempotent", round_trip(room, "plain", &plain)).await;
    tally.run("records come back, acks 1", round_trip(room, "acks1", &[("acks", "1")])).await;
    tally.run("records come back, acks 0", round_trip(room, "acks0", &[("acks", "0")])).await;
    tally.run("what is too large is refused", too_large(room)).await;
    tally.run("topics are created by being written to", created(room)).await;
}

fn record(topic: &str, begun: i64, number: usize) -> ProducerRecord {
    let value = format!("value {number} {}", "x".repeat(number % 300));
    let record = ProducerRecord::new(topic, value).timestamp(begun + number as i64);
    match number % 7 {
        0 => ProducerRecord::tombstone(topic, format!("key {number}")),
        1 => record.header("a", "1").header("a", "2").header("ü", vec![0, 255]),
        _ => record.key(format!("key {}", number % 20)),
    }
}

async fn send_all(room: &Room, producer: &Producer, topic: &str) -> Outcome<Vec<RecordMetadata>> {
    let mut sent = Vec::new();
    for number in 0..RECORDS {
        sent.push(producer.send(record(topic, room.begun, number)).await?);
    }
    let mut all = Vec::new();
    for delivery in sent {
        all.push(delivery.await?);
    }
    Ok(all)
}

/// Every record is there once, with all that belongs to it, in the order of sending.
async fn round_trip(room: &Room, name: &str, settings: &[(&str, &str)]) -> Outcome {
    let topic = room.topic(name, 3).await?;
    let is_idempotent =
        settings.iter().all(|(name, _)| !["acks", "enable.idempotence"].contains(name));
    if !is_idempotent {
        // What a leader that is not there yet refuses is sent again, maybe behind what was taken
        // meanwhile, and without acknowledgements never.
        room.led(&topic, 3).await?;
    }
    let producer = room.producer(settings)?;
    let sent = send_all(room, &producer, &topic).await?;
    let mut consumer = room.consumer(&[("auto.offset.reset", "earliest")])?;
    consumer.handle().assign((0..3).map(|partition| at(&topic, partition)))?;
    let read = take(room, &mut consumer, RECORDS).await?;
    for partition in 0..3 {
        let of_partition = (0..RECORDS).filter(|&number| sent[number].partition == partition);
        let mut found = read.iter().filter(|record| record.partition == partition);
        for number in of_partition {
            let (expected, found) =
                (record(&topic, room.begun, number), found.next().ok_or("one is missing")?);
            let offset = sent[number].offset;
            check!(offset.is_none_or(|offset| offset == found.offset), "offset of {number}");
            check!(
                expected.key == found.key && expected.value == found.value,
                "{number}: {found:?}"
            );
            check!(expected.timestamp.is_none_or(|it| it == found.timestamp), "time of {number}");
            let headers: Vec<_> =
                found.headers.iter().map(|it| (text(Some(&it.key)), it.value.clone())).collect();
            check!(expected.headers == headers, "headers of {number}: {headers:?}");
        }
        check!(found.next().is_none(), "one is doubled");
    }
    Ok(())
}

async fn too_large(room: &Room) -> Outcome {
    let topic = room.topic("large", 1).await?;
    let producer = room.producer(&[("max.request.size", "9000000")])?;
    let refused = producer.send(ProducerRecord::new(&*topic, vec![1; 2_000_000])).await?.await;
    check!(refused.is_err(), "two megabytes were taken");
    let taken = producer.send(ProducerRecord::new(&*topic, vec![1; 900_000])).await?.await?;
    check!(taken.offset == Some(0), "{taken:?}");
    Ok(())
}

async fn created(room: &Room) -> Outcome {
    let topic = room.name("created");
    let producer = room.producer(&[])?;
    let sent = producer.send(ProducerRecord::new(&*topic, "first")).await?.await?;
    check!(sent.offset == Some(0), "{sent:?}");
    Ok(())
}
