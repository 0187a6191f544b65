//! Topics, their settings and offsets, groups, and what a broker speaks.

use std::collections::BTreeMap;

use ottla_client::admin::{
    AlterConfig, ConfigResource, NewOffset, NewPartitions, NewTopic, OffsetSpec,
};
use ottla_client::settings::IsolationLevel;
use ottla_client::{ErrorCode, ErrorKind, Route};
use ottla_wire::ApiKey;
use ottla_wire::messages::metadata::MetadataRequest;

use crate::{Outcome, PATIENCE, Room, Tally, at, check, is_code};

pub(crate) async fn all(room: &Room, tally: &mut Tally) {
    tally.run("versions are negotiated", versions(room)).await;
    tally.run("the cluster is described", cluster(room)).await;
    tally.run("topics are created, listed, described and deleted", topics(room)).await;
    tally.run("topics grow", grow(room)).await;
    tally.run("settings are described, altered and put back", configs(room)).await;
    tally.run("records are deleted, offsets listed", offsets(room)).await;
    tally.run("the newest record is found by its time", max_timestamp(room)).await;
    tally.run("offsets of groups are altered, listed and deleted", groups(room)).await;
    tally.run("log dirs are described", log_dirs(room)).await;
}

async fn versions(room: &Room) -> Outcome {
    let (client, any) = (room.admin.client(), Route::any());
    let versions = client.versions(&any).await?;
    let range = versions.range(ApiKey::Metadata).ok_or("no Metadata")?;
    let asked = client.call_versioned(&any, PATIENCE, 0..=i16::MAX, |_| MetadataRequest::default());
    let (version, answer) = asked.await?;
    check!(range.contains(&version), "version {version} is not in {range:?}");
    check!(answer.brokers.len() == 1, "{} brokers", answer.brokers.len());
    let beyond = range.end() + 1..=i16::MAX;
    let asked = client.call_versioned(&any, PATIENCE, beyond, |_| MetadataRequest::default());
    let refused = asked.await.map_err(|error| error.kind()).err();
    check!(refused == Some(ErrorKind::Unsupported), "{refused:?}");
    Ok(())
}

async fn cluster(room: &Room) -> Outcome {
    let cluster = room.admin.describe_cluster(false).await?;
    check!(cluster.nodes.len() == 1, "{cluster:?}");
    check!(!cluster.cluster_id.is_empty(), "{cluster:?}");
    Ok(())
}

async fn topics(room: &Room) -> Outcome {
    let name = room.topic("topics", 3).await?;
    let again = NewTopic::new(&name).partitions(1).replication_factor(1);
    let again = room
        .admin
        .create_topics(&[again, NewTopic::new("a b").partitions(1).replication_factor(1)])
        .await;
    check!(is_code(&again[&name], ErrorCode::TopicAlreadyExists), "{again:?}");
    check!(is_code(&again["a b"], ErrorCode::InvalidTopicException), "{again:?}");
    let listed = room.admin.list_topics().await?;
    check!(listed.iter().any(|topic| *topic.name == *name), "not listed");
    let missing = room.name("missing");
    let described = room.admin.describe_topics(&[&name, &missing]).await?;
    let topic = described[&name].as_ref().map_err(Clone::clone)?;
    check!(topic.partitions.len() == 3, "{topic:?}");
    check!(topic.partitions.iter().all(|it| it.leader.is_some() && it.isr.len() == 1), "{topic:?}");
    check!(is_code(&described[&missing], ErrorCode::UnknownTopicOrPartition), "{described:?}");
    let deleted = room.admin.delete_topics(&[&name, &missing]).await;
    deleted[&name].as_ref().map_err(Clone::clone)?;
    check!(is_code(&deleted[&missing], ErrorCode::UnknownTopicOrPartition), "{deleted:?}");
    for _ in 0..100 {
        let listed = room.admin.list_topics().await?;
        if !listed.iter().any(|topic| *topic.name == *name) {
            return Ok(());
        }
        room.io.sleep(std::time::Duration::from_millis(100)).await;
    }
    Err("still listed after it was deleted".into())
}

async fn grow(room: &Room) -> Outcome {
    let name = room.topic("grow", 1).await?;
    let to = |total| BTreeMap::from([(name.clone(), NewPartitions { total, assignments: vec![] })]);
    room.admin.create_partitions(&to(4), false).await[&name].as_ref().map_err(Clone::clone)?;
    let refused = room.admin.create_partitions(&to(2), false).await;
    check!(is_code(&refused[&name], ErrorCode::InvalidPartitions), "{refused:?}");
    for _ in 0..100 {
        let described = room.admin.describe_topics(&[&name]).await?;
        if described[&name].as_ref().is_ok_and(|topic| topic.partitions.len() == 4) {
            return Ok(());
        }
        room.io.sleep(std::time::Duration::from_millis(100)).await;
    }
    Err("it has not grown".into())
}

async fn configs(room: &Room) -> Outcome {
    let topic = ConfigResource::topic(room.topic("configs", 1).await?);
    for (change, expected) in [
        (Some(AlterConfig::set("retention.ms", "12345")), "12345"),
        (Some(AlterConfig::delete("retention.ms")), "604800000"),
    ] {
        let changes = BTreeMap::from([(topic.clone(), change.into_iter().collect())]);
        let changed = room.admin.incremental_alter_configs(&changes, false).await;
        changed[&topic].as_ref().map_err(Clone::clone)?;
        let mut found = None;
        for _ in 0..100 {
            let all = room.admin.describe_configs(std::slice::from_ref(&topic), false).await;
            let described = all[&topic].as_ref().map_err(Clone::clone)?;
            let config = described.iter().find(|config| config.name == "retention.ms");
            found = config.and_then(|config| config.value.clone());
            if found.as_deref() == Some(expected) {
                break;
            }
            room.io.sleep(std::time::Duration::from_millis(100)).await;
        }
        check!(found.as_deref() == Some(expected), "{found:?} instead of {expected}");
    }
    let wrong = BTreeMap::from([(topic.clone(), vec![AlterConfig::set("retention.ms", "x")])]);
    let refused = room.admin.incremental_alter_configs(&wrong, false).await;
    // Brokers before 3.x call it an invalid request.
    let codes = [ErrorCode::InvalidConfig, ErrorCode::InvalidRequest];
    check!(codes.iter().any(|&code| is_code(&refused[&topic], code)), "{refused:?}");
    Ok(())
}

async fn offsets(room: &Room) -> Outcome {
    let name = room.topic("offsets", 1).await?;
    room.fill(&name, 0, 0..20).await?;
    let partition = at(&name, 0);
    let find = async |spec| {
        let wanted = BTreeMap::from([(partition.clone(), spec)]);
        let found = room.admin.list_offsets(&wanted, IsolationLevel::ReadUncommitted).await;
        found[&partition].as_ref().map(|found| found.offset).map_err(Clone::clone)
    };
    check!(find(OffsetSpec::Latest).await? == 20, "latest");
    check!(find(OffsetSpec::Timestamp(room.begun + 7)).await? == 7, "by time");
    check!(find(OffsetSpec::Timestamp(room.begun + 99)).await? == -1, "later than all");
    let deleted = room.admin.delete_records(&BTreeMap::from([(partition.clone(), 5)])).await;
    check!(*deleted[&partition].as_ref().map_err(Clone::clone)? == 5, "{deleted:?}");
    check!(find(OffsetSpec::Earliest).await? == 5, "earliest");
    let beyond = room.admin.delete_records(&BTreeMap::from([(partition.clone(), 99)])).await;
    check!(is_code(&beyond[&partition], ErrorCode::OffsetOutOfRange), "{beyond:?}");
    Ok(())
}

async fn max_timestamp(room: &Room) -> Outcome {
    let name = room.topic("newest", 1).await?;
    room.fill(&name, 0, 0..5).await?;
    let wanted = BTreeMap::from([(at(&name, 0), OffsetSpec::MaxTimestamp)]);
    let found = room.admin.list_offsets(&wanted, IsolationLevel::ReadUncommitted).await;
    let found = found[&at(&name, 0)].as_ref().map_err(Clone::clone)?;
    check!((found.offset, found.timestamp) == (4, room.begun + 4), "{found:?}");
    Ok(())
}

async fn groups(room: &Room) -> Outcome {
    let (group, topic) = (room.name("altered"), room.topic("altered", 1).await?);
    room.fill(&topic, 0, 0..10).await?;
    let partition = at(&topic, 0);
    let offsets = BTreeMap::from([(partition.clone(), NewOffset::from(7))]);
    let altered = room.admin.alter_group_offsets(&group, &offsets).await?;
    altered[&partition].as_ref().map_err(Clone::clone)?;
    let listed = room.admin.list_group_offsets(&group, None, true).await?;
    check!(listed.get(&partition).map(|it| it.offset) == Some(7), "{listed:?}");
    let groups = room.admin.list_groups(&[], &[]).await?;
    check!(groups.iter().any(|it| it.group_id == group), "{groups:?}");
    let described = room.admin.describe_groups(&[&group]).await;
    let described = described[&group].as_ref().map_err(Clone::clone)?;
    check!(described.state == "Empty", "{described:?}");
    let deleted = room.admin.delete_group_offsets(&group, std::slice::from_ref(&partition)).await?;
    deleted[&partition].as_ref().map_err(Clone::clone)?;
    let listed = room.admin.list_group_offsets(&group, None, true).await;
    check!(listed.as_ref().is_ok_and(BTreeMap::is_empty) || listed.is_err(), "{listed:?}");
    room.admin.alter_group_offsets(&group, &offsets).await?;
    room.admin.delete_groups(&[&group]).await[&group].as_ref().map_err(Clone::clone)?;
    let gone = room.admin.delete_groups(&[&group]).await;
    check!(is_code(&gone[&group], ErrorCode::GroupIdNotFound), "{gone:?}");
    Ok(())
}

async fn log_dirs(room: &Room) -> Outcome {
    let name = room.topic("dirs", 1).await?;
    let node = room.admin.describe_cluster(false).await?.nodes[0].id;
    // The topic may be known before its directory is there.
    for _ in 0..100 {
        let dirs = room.admin.describe_log_dirs(&[node], None).await;
        let dirs = dirs[&node].as_ref().map_err(Clone::clone)?;
        if dirs.values().any(|dir| dir.replicas.contains_key(&at(&name, 0))) {
            return Ok(());
        }
        room.io.sleep(std::time::Duration::from_millis(100)).await;
    }
    Err("the new topic is in no log dir".into())
}
