//! What must hold when quiet has returned.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ottla_client::settings::IsolationLevel;
use ottla_client::{Admin, TopicPartition};

use super::chaos::Room;
use super::plan::Work;
use crate::read_back::{Read, read_all, read_isolated};
use crate::room::client;

/// How long the group may take to reach the end of everything, once there is quiet.
const CATCH_UP_MAX: Duration = Duration::from_secs(600);

/// Waits until the group has committed everything, and looks at everything.
pub(super) async fn check(room: &Room) {
    let client = client(&room.io());
    let mut written: Vec<Vec<Read>> = Vec::new();
    for partition in 0..room.plan.partitions {
        written.push(read_all(&client, "in", partition).await);
    }
    check_source(room, &written);
    wait_for_commits(room, &written).await;
    room.send_home().await;
    if room.plan.work == Work::Read {
        let board = room.board.lock().unwrap();
        for (partition, records) in written.iter().enumerate() {
            for record in records {
                let seen = board.seen.get(&(partition as i32, record.offset));
                assert_eq!(seen, Some(&record.value), "lost: {partition}-{}", record.offset);
            }
        }
        return;
    }
    for partition in 0..room.plan.partitions {
        let made = read_isolated(&client, "out", partition, IsolationLevel::ReadCommitted).await;
        let made: Vec<&str> = made.iter().map(|it| it.value.as_str()).collect();
        let wanted: Vec<&str> =
            written[partition as usize].iter().map(|it| it.value.as_str()).collect();
        assert_eq!(made, wanted, "output of partition {partition}\n{:#?}", room.plan);
    }
}

/// The producer's side: what was acknowledged is there, nothing is there twice, order is kept.
fn check_source(room: &Room, written: &[Vec<Read>]) {
    let mut all = BTreeSet::new();
    for records in written {
        let numbers: Vec<u64> = records.iter().map(|it| it.value.parse().unwrap()).collect();
        assert!(numbers.is_sorted_by(|one, next| one < next), "out of order: {numbers:?}");
        all.extend(records.iter().map(|it| it.value.clone()));
    }
    let board = room.board.lock().unwrap();
    let lost: Vec<&String> = board.acknowledged.iter().filter(|it| !all.contains(*it)).collect();
    assert!(lost.is_empty(), "acknowledged and not there: {lost:?}");
    assert!(!all.is_empty());
}

async fn wait_for_commits(room: &Room, written: &[Vec<Read>]) {
    let admin = Admin::over(client(&room.io()));
    let end = |records: &Vec<Read>| records.last().map_or(0, |it| it.offset + 1);
    let ends: BTreeMap<TopicPartition, i64> = (0..)
        .zip(written)
        .filter(|(_, records)| !records.is_empty())
        .map(|(partition, records)| (TopicPartition::new("in", partition), end(records)))
        .collect();
    let until = room.io().now().mono + CATCH_UP_MAX;
    loop {
        let listed = admin.list_group_offsets("g", None, true).await.unwrap_or_default();
        let committed: BTreeMap<TopicPartition, i64> =
            listed.into_iter().map(|(it, told)| (it, told.offset)).collect();
        if ends.iter().all(|(it, end)| committed.get(it) == Some(end)) {
            return;
        }
        assert!(
            room.io().now().mono < until,
            "liveness: committed {committed:?} of {ends:?}\n{:?}\n{:#?}",
            room.board.lock().unwrap(),
            room.plan
        );
        room.io().sleep(Duration::from_millis(500)).await;
    }
}
