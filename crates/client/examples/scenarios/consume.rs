//! Reading: alone and in groups of both protocols, from anywhere, with commits.

use std::collections::BTreeMap;
use std::time::Duration;

use ottla_client::consumer::OffsetAndMetadata;
use ottla_client::{ErrorKind, ProducerRecord, Route};

use crate::{Outcome, Room, Tally, at, check, numbers, take, values};

pub(crate) async fn all(room: &Room, tally: &mut Tally) {
    tally.run("seek to any place", seek(room)).await;
    tally.run("offsets for times, beginnings, ends and lag", places(room)).await;
    tally.run("pause and resume", pause(room)).await;
    for protocol in ["classic", "consumer"] {
        tally.run(&format!("subscribe, {protocol}"), subscribe(room, protocol)).await;
        tally.run(&format!("subscribe by pattern, {protocol}"), pattern(room, protocol)).await;
        tally.run(&format!("two members share, {protocol}"), share(room, protocol)).await;
        tally
            .run(&format!("commits are where the next begins, {protocol}"), commits(room, protocol))
            .await;
    }
    for (reset, expected) in [
        ("earliest", Some("0")),
        ("latest", Some("new")),
        ("by_duration:PT1H", Some("recent")),
        ("none", None),
    ] {
        let name = format!("auto.offset.reset={reset}");
        tally.run(&name, offset_reset(room, reset, expected)).await;
    }
    tally.run("an offset that is out of range is reset", out_of_range(room)).await;
}

async fn seek(room: &Room) -> Outcome {
    let topic = room.topic("seek", 1).await?;
    room.fill(&topic, 0, 0..50).await?;
    let partition = at(&topic, 0);
    let mut consumer = room.consumer(&[("auto.offset.reset", "earliest")])?;
    let handle = consumer.handle();
    handle.assign([partition.clone()])?;
    let read = values(&take(room, &mut consumer, 50).await?);
    check!(read == numbers(0..50), "{read:?}");
    for (to, expected) in [(40, 40..50), (3, 3..13)] {
        handle.seek(&partition, to)?;
        let read = values(&take(room, &mut consumer, 10).await?);
        check!(read == numbers(expected.clone()), "{read:?} instead of {expected:?}");
        let position = handle.position(&partition).await?;
        check!(position == expected.end, "at {position}");
    }
    handle.seek_to_beginning(std::slice::from_ref(&partition))?;
    check!(values(&take(room, &mut consumer, 1).await?) == ["0"], "not the beginning");
    handle.seek_to_end(std::slice::from_ref(&partition))?;
    check!(handle.position(&partition).await? == 50, "not the end");
    room.fill(&topic, 0, 50..51).await?;
    check!(values(&take(room, &mut consumer, 1).await?) == ["50"], "not what came then");
    Ok(())
}

async fn places(room: &Room) -> Outcome {
    let topic = room.topic("places", 2).await?;
    room.fill(&topic, 0, 0..10).await?;
    let consumer = room.consumer(&[])?;
    let both = [at(&topic, 0), at(&topic, 1)];
    let ends = consumer.end_offsets(&both).await?;
    check!(ends.values().eq(&[10, 0]), "{ends:?}");
    let beginnings = consumer.beginning_offsets(&both).await?;
    check!(beginnings.values().eq(&[0, 0]), "{beginnings:?}");
    let times = BTreeMap::from([(at(&topic, 0), room.begun + 4), (at(&topic, 1), 0)]);
    let found = consumer.offsets_for_times(&times).await?;
    let first = found[&at(&topic, 0)].as_ref().map(|it| (it.offset, it.timestamp));
    check!(first == Some((4, room.begun + 4)), "{found:?}");
    check!(found[&at(&topic, 1)].is_none(), "{found:?}");
    check!(consumer.partitions_for(&topic).await?.partitions.len() == 2, "partitions");
    Ok(())
}

async fn pause(room: &Room) -> Outcome {
    let topic = room.topic("pause", 2).await?;
    let mut consumer = room.consumer(&[("auto.offset.reset", "earliest")])?;
    let handle = consumer.handle();
    handle.assign([at(&topic, 0), at(&topic, 1)])?;
    handle.pause(&[at(&topic, 0)])?;
    room.fill(&topic, 0, 0..5).await?;
    room.fill(&topic, 1, 0..5).await?;
    let read = take(room, &mut consumer, 5).await?;
    check!(read.iter().all(|record| record.partition == 1), "{read:?}");
    handle.resume(&[at(&topic, 0)])?;
    let read = take(room, &mut consumer, 5).await?;
    check!(read.iter().all(|record| record.partition == 0), "{read:?}");
    Ok(())
}

fn member<'a>(group: &'a str, protocol: &'a str) -> [(&'a str, &'a str); 3] {
    [("group.id", group), ("group.protocol", protocol), ("auto.offset.reset", "earliest")]
}

/// Says with `Unsupported` that a broker has no groups of KIP-848.
async fn has_protocol(room: &Room, protocol: &str) -> Outcome {
    if protocol == "consumer" {
        let versions = room.admin.client().versions(&Route::any()).await?;
        versions.choose(ottla_wire::ApiKey::ConsumerGroupHeartbeat, &(0..=i16::MAX))?;
    }
    Ok(())
}

async fn subscribe(room: &Room, protocol: &str) -> Outcome {
    has_protocol(room, protocol).await?;
    let topic = room.topic(&format!("subscribe-{protocol}"), 3).await?;
    let group = room.name(&format!("subscribe-{protocol}"));
    let mut consumer = room.consumer(&member(&group, protocol))?;
    consumer.subscribe([&topic])?;
    for partition in 0..3 {
        room.fill(&topic, partition, 0..10).await?;
    }
    let read = take(room, &mut consumer, 30).await?;
    check!(consumer.assignment().len() == 3, "{:?}", consumer.assignment());
    for partition in 0..3 {
        let of: Vec<_> = read.iter().filter(|it| it.partition == partition).cloned().collect();
        check!(values(&of) == numbers(0..10), "{partition}: {of:?}");
    }
    let described = room.admin.describe_groups(&[&group]).await;
    let described = described[&group].as_ref().map_err(Clone::clone)?;
    check!(described.members.len() == 1 && described.state == "Stable", "{described:?}");
    consumer.close(crate::PATIENCE).await;
    Ok(())
}

async fn pattern(room: &Room, protocol: &str) -> Outcome {
    has_protocol(room, protocol).await?;
    let prefix = room.name(&format!("pattern-{protocol}"));
    let first = room.topic(&format!("pattern-{protocol}"), 1).await?;
    room.fill(&first, 0, 0..5).await?;
    let settings = [("metadata.max.age.ms", "500")];
    let group = room.name(&format!("by-pattern-{protocol}"));
    let more: Vec<_> = member(&group, protocol).into_iter().chain(settings).collect();
    let mut consumer = room.consumer(&more)?;
    consumer.subscribe_matching(&format!("^{prefix}.*"))?;
    check!(values(&take(room, &mut consumer, 5).await?) == numbers(0..5), "the first topic");
    // One that comes later matches, too.
    let later = format!("{prefix}-later");
    let producer = room.producer(&[])?;
    producer.send(ProducerRecord::new(&*later, "later")).await?.await?;
    check!(values(&take(room, &mut consumer, 1).await?) == ["later"], "the second topic");
    consumer.close(crate::PATIENCE).await;
    Ok(())
}

async fn share(room: &Room, protocol: &str) -> Outcome {
    has_protocol(room, protocol).await?;
    let topic = room.topic(&format!("share-{protocol}"), 4).await?;
    let group = room.name(&format!("share-{protocol}"));
    let mut one = room.consumer(&member(&group, protocol))?;
    one.subscribe([&topic])?;
    let mut two = room.consumer(&member(&group, protocol))?;
    two.subscribe([&topic])?;
    let end = room.io.now().mono + crate::PATIENCE;
    while (one.assignment().len(), two.assignment().len()) != (2, 2) {
        check!(room.io.now().mono < end, "{:?} {:?}", one.assignment(), two.assignment());
        one.poll(Duration::from_millis(50)).await?;
        two.poll(Duration::from_millis(50)).await?;
    }
    for partition in 0..4 {
        room.fill(&topic, partition, 0..5).await?;
    }
    check!(
        take(room, &mut one, 10).await?.len() + take(room, &mut two, 10).await?.len() == 20,
        "not all"
    );
    two.close(crate::PATIENCE).await;
    while one.assignment().len() != 4 {
        check!(room.io.now().mono < end, "{:?}", one.assignment());
        one.poll(Duration::from_millis(50)).await?;
    }
    one.close(crate::PATIENCE).await;
    Ok(())
}

async fn commits(room: &Room, protocol: &str) -> Outcome {
    has_protocol(room, protocol).await?;
    let topic = room.topic(&format!("commits-{protocol}"), 1).await?;
    room.fill(&topic, 0, 0..30).await?;
    let partition = at(&topic, 0);
    let group = room.name(&format!("commits-{protocol}"));
    let manual = ("enable.auto.commit", "false");
    let settings: Vec<_> = member(&group, protocol).into_iter().chain([manual]).collect();
    let mut consumer = room.consumer(&settings)?;
    consumer.subscribe([&topic])?;
    take(room, &mut consumer, 10).await?;
    consumer.commit().await?;
    let committed = consumer.committed(std::slice::from_ref(&partition)).await?;
    check!(committed.get(&partition).map(|it| it.offset) == Some(10), "{committed:?}");
    take(room, &mut consumer, 5).await?;
    let noted = OffsetAndMetadata { metadata: "note".to_owned(), ..OffsetAndMetadata::new(12) };
    consumer.commit_offsets(BTreeMap::from([(partition.clone(), noted.clone())])).await?;
    let committed = consumer.committed(std::slice::from_ref(&partition)).await?;
    check!(committed.get(&partition).map(|it| &*it.metadata) == Some("note"), "{committed:?}");
    consumer.close(crate::PATIENCE).await;
    // Automatic commits take over, and are made at the latest when the member leaves.
    let mut consumer = room.consumer(&member(&group, protocol))?;
    consumer.subscribe([&topic])?;
    check!(values(&take(room, &mut consumer, 8).await?) == numbers(12..20), "not from 12 on");
    consumer.close(crate::PATIENCE).await;
    let mut consumer = room.consumer(&settings)?;
    consumer.subscribe([&topic])?;
    check!(values(&take(room, &mut consumer, 1).await?) == ["20"], "not from 20 on");
    consumer.close(crate::PATIENCE).await;
    Ok(())
}

async fn offset_reset(room: &Room, reset: &str, expected: Option<&str>) -> Outcome {
    let topic = room.topic(&format!("reset-{}", &reset[..4]), 1).await?;
    let producer = room.producer(&[])?;
    let now = room.io.now().wall.millis;
    for (value, hours_ago) in [("0", 5), ("1", 3), ("recent", 0)] {
        let record = ProducerRecord::new(&*topic, value).timestamp(now - hours_ago * 3_600_000);
        producer.send(record).await?.await?;
    }
    let group = room.name(&format!("reset-{}", &reset[..4]));
    let mut consumer = room.consumer(&[("auto.offset.reset", reset), ("group.id", &group)])?;
    consumer.handle().assign([at(&topic, 0)])?;
    let Some(expected) = expected else {
        let error = match consumer.poll(crate::PATIENCE).await {
            Ok(records) => return Err(format!("{} records came", records.len()).into()),
            Err(error) => error,
        };
        check!(error.kind() == ErrorKind::NoOffset, "{error}");
        return Ok(());
    };
    // Latest is wherever the end is when it is asked for.
    consumer.position(&at(&topic, 0)).await?;
    producer.send(ProducerRecord::new(&*topic, "new")).await?.await?;
    let read = values(&take(room, &mut consumer, 1).await?);
    check!(read == [expected], "{read:?}");
    Ok(())
}

async fn out_of_range(room: &Room) -> Outcome {
    let topic = room.topic("range", 1).await?;
    room.fill(&topic, 0, 0..10).await?;
    let mut consumer = room.consumer(&[("auto.offset.reset", "earliest")])?;
    consumer.handle().assign([at(&topic, 0)])?;
    consumer.handle().seek(&at(&topic, 0), 5000)?;
    check!(
        values(&take(room, &mut consumer, 10).await?) == numbers(0..10),
        "not from the beginning"
    );
    let mut strict = room.consumer(&[("auto.offset.reset", "none")])?;
    strict.handle().assign([at(&topic, 0)])?;
    strict.handle().seek(&at(&topic, 0), 5000)?;
    let refused = strict.poll(crate::PATIENCE).await.err();
    check!(refused.is_some(), "nothing was said about it");
    Ok(())
}
