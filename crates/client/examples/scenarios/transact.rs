//! Transactions: seen whole or not at all, offsets included.

use std::collections::BTreeMap;

use ottla_client::admin::NewOffset;
use ottla_client::{ConsumerGroupMetadata, ErrorCode, ProducerRecord};

use crate::{Outcome, Room, Tally, at, check, numbers, take, values};

pub(crate) async fn all(room: &Room, tally: &mut Tally) {
    tally.run("what is committed is read, what is aborted is not", isolation(room)).await;
    tally.run("offsets come with their transaction or not at all", offsets(room)).await;
    tally.run("consume, transform, produce", pipeline(room)).await;
    tally.run("a producer that was replaced is fenced", fencing(room)).await;
}

async fn isolation(room: &Room) -> Outcome {
    let topic = room.topic("isolation", 1).await?;
    let id = room.name("isolation");
    let producer = room.producer(&[("transactional.id", &id)])?;
    producer.init_transactions().await?;
    for number in 0..6 {
        let transaction = producer.begin_transaction()?;
        let record = ProducerRecord::new(&*topic, number.to_string());
        transaction.send(record).await?.await?;
        if number % 2 == 0 { transaction.commit().await? } else { transaction.abort().await? }
    }
    let earliest = ("auto.offset.reset", "earliest");
    let mut committed = room.consumer(&[earliest, ("isolation.level", "read_committed")])?;
    committed.handle().assign([at(&topic, 0)])?;
    let read = values(&take(room, &mut committed, 3).await?);
    check!(read == ["0", "2", "4"], "{read:?}");
    let mut all = room.consumer(&[earliest])?;
    all.handle().assign([at(&topic, 0)])?;
    let read = values(&take(room, &mut all, 6).await?);
    check!(read == numbers(0..6), "{read:?}");
    Ok(())
}

async fn offsets(room: &Room) -> Outcome {
    let topic = room.topic("txn-offsets", 1).await?;
    let (id, group) = (room.name("txn-offsets"), room.name("txn-group"));
    let producer = room.producer(&[("transactional.id", &id)])?;
    producer.init_transactions().await?;
    let metadata = ConsumerGroupMetadata::without_membership(&group);
    for (offset, commits) in [(5, true), (9, false)] {
        let transaction = producer.begin_transaction()?;
        drop(transaction.send(ProducerRecord::new(&*topic, "out")).await?);
        let offsets = BTreeMap::from([(at(&topic, 0), NewOffset::from(offset))]);
        transaction.send_offsets(&offsets, &metadata).await?;
        if commits { transaction.commit().await? } else { transaction.abort().await? }
    }
    let listed = room.admin.list_group_offsets(&group, None, true).await?;
    check!(listed.get(&at(&topic, 0)).map(|it| it.offset) == Some(5), "{listed:?}");
    Ok(())
}

/// Every number in comes out once, doubled, though every third attempt is given up.
async fn pipeline(room: &Room) -> Outcome {
    const COUNT: usize = 60;
    let (from, to) = (room.topic("pipe-in", 2).await?, room.topic("pipe-out", 1).await?);
    room.fill(&from, 0, 0..30).await?;
    room.fill(&from, 1, 30..60).await?;
    let (id, group) = (room.name("pipe"), room.name("pipe"));
    let producer = room.producer(&[("transactional.id", &id)])?;
    producer.init_transactions().await?;
    let (mut done, mut attempts) = (0, 0);
    while done < COUNT {
        attempts += 1;
        let mut consumer = room.consumer(&[
            ("group.id", &group),
            ("auto.offset.reset", "earliest"),
            ("enable.auto.commit", "false"),
            ("max.poll.records", "7"),
            ("isolation.level", "read_committed"),
        ])?;
        consumer.subscribe([&from])?;
        let records = take(room, &mut consumer, 5).await;
        let records =
            records.map_err(|error| format!("{done} done, attempt {attempts}: {error}"))?;
        let transaction = producer.begin_transaction()?;
        let mut offsets = BTreeMap::new();
        for record in &records {
            let number: i64 = values(std::slice::from_ref(record))[0].parse()?;
            drop(transaction.send(ProducerRecord::new(&*to, (2 * number).to_string())).await?);
            offsets.insert(at(&from, record.partition), NewOffset::from(record.offset + 1));
        }
        let member = consumer.group_metadata()?;
        let metadata = ConsumerGroupMetadata {
            generation: member.generation.generation,
            member_id: member.generation.member_id.to_string(),
            group_instance_id: member.instance_id,
            ..ConsumerGroupMetadata::without_membership(&group)
        };
        transaction.send_offsets(&offsets, &metadata).await?;
        if attempts % 3 == 0 {
            transaction.abort().await?;
        } else {
            transaction.commit().await?;
            done += records.len();
        }
        consumer.close(crate::PATIENCE).await;
    }
    let reading = [("auto.offset.reset", "earliest"), ("isolation.level", "read_committed")];
    let mut consumer = room.consumer(&reading)?;
    consumer.handle().assign([at(&to, 0)])?;
    let mut read = Vec::new();
    for value in values(&take(room, &mut consumer, COUNT).await?) {
        read.push(value.parse::<i64>()?);
    }
    read.sort_unstable();
    check!(read.iter().copied().eq((0..60).map(|number| 2 * number)), "{read:?}");
    Ok(())
}

async fn fencing(room: &Room) -> Outcome {
    let topic = room.topic("fencing", 1).await?;
    let id = room.name("fencing");
    let old = room.producer(&[("transactional.id", &id)])?;
    old.init_transactions().await?;
    let open = old.begin_transaction()?;
    open.send(ProducerRecord::new(&*topic, "old")).await?.await?;
    let new = room.producer(&[("transactional.id", &id)])?;
    new.init_transactions().await?;
    let error = open.commit().await.err().ok_or("the old one committed")?;
    let fenced = [ErrorCode::ProducerFenced, ErrorCode::InvalidProducerEpoch];
    check!(error.code().is_some_and(|code| fenced.contains(&code)), "{error}");
    Ok(())
}
