//! What must hold of groups and transactions when quiet has returned: every transaction ends, every
//! group settles and gets through, each within a bound; everything stands where it should; and a node
//! that is started anew goes on where it was, without a rebalance.

use std::collections::BTreeSet;
use std::sync::PoisonError;
use std::time::Duration;

use ottla_base::MonoTime;
use ottla_model::TopicPartition;

use super::chaos::start_anew;
use super::crowd::{Crowd, read_on};
use super::plan::target;
use super::room::Room;
use crate::Deed;
use crate::workload::{Caller, Identity, Place, fetch_committed, fetch_offset};

/// How long it may take after the last fault until each transaction that was open then has ended:
/// longer than transactions may take, and than a look for those that take longer.
const TRANSACTIONS_MAX: Duration = Duration::from_secs(60);

/// The same, until each group has one generation, and in it each partition one member: longer than
/// two sessions and two rebalances.
const GROUPS_MAX: Duration = Duration::from_secs(60);

/// The same, until everything is written, read and transformed.
const WORK_MAX: Duration = Duration::from_secs(300);

/// How long groups are watched before and after a start of the node: longer than a session.
const WATCH: Duration = Duration::from_secs(10);

/// Between two looks.
const LOOK: Duration = Duration::from_millis(100);

/// Who reads everything, before and after a start of the node.
const AUDITORS: [u64; 2] = [1, 2];

pub(super) async fn settle(room: &Room, crowd: &Crowd) {
    let begun = room.io().now().mono;
    let mut caller = Caller::new(room.io(), &target("", 0));
    end_of_transactions(room, crowd, &mut caller, begun).await;
    settled(room, crowd, begun + GROUPS_MAX).await;
    work(room, crowd, &mut caller, begun + WORK_MAX).await;
    read_everything(room, crowd, &mut caller, AUDITORS[0]).await;
    // Until the sessions of those are over that ended and had nothing.
    room.io().sleep(WATCH).await;
    let before = settled(room, crowd, room.io().now().mono).await;
    start_anew(room);
    room.io().sleep(WATCH).await;
    let after = settled(room, crowd, room.io().now().mono).await;
    assert_eq!(after, before, "groups after a start of the node, and before");
    for (group, partition) in committed_by(crowd) {
        offset_of(room, crowd, &mut caller, &group, &partition).await;
    }
    read_everything(room, crowd, &mut caller, AUDITORS[1]).await;
    crowd.send_home(room);
}

/// The last stable offset passes everything that is there now.
async fn end_of_transactions(room: &Room, crowd: &Crowd, caller: &mut Caller, begun: MonoTime) {
    for partition in crowd.partitions() {
        let (_, end) = ends(room, caller, &partition).await;
        loop {
            let (stable, _) = ends(room, caller, &partition).await;
            if stable >= end {
                break;
            }
            assert!(
                room.io().now().mono < begun + TRANSACTIONS_MAX,
                "liveness: the last stable offset of {partition} stands at {stable}, before {end}, \
                 {} s after the last fault",
                TRANSACTIONS_MAX.as_secs()
            );
            room.io().sleep(LOOK).await;
        }
    }
}

/// Waits until the members of each group are in one generation that shares all partitions out; what
/// they have then.
async fn settled(room: &Room, crowd: &Crowd, until: MonoTime) -> Vec<Vec<Place>> {
    let mut all = Vec::new();
    for (group, plan) in crowd.plan.groups.iter().enumerate() {
        loop {
            let places = places(crowd, group);
            if is_settled(&places, plan.of.partitions) {
                all.push(places);
                break;
            }
            assert!(
                room.io().now().mono < until,
                "liveness: {} is not settled: {places:?}",
                plan.of.group
            );
            room.io().sleep(LOOK).await;
        }
    }
    all
}

fn places(crowd: &Crowd, group: usize) -> Vec<Place> {
    let members = crowd.members.borrow();
    let of_group = members.iter().filter(|member| member.group == group);
    of_group
        .map(|member| member.board.lock().unwrap_or_else(PoisonError::into_inner).clone())
        .collect()
}

fn is_settled(places: &[Place], partitions: i32) -> bool {
    let Some(epoch) = places.first().and_then(|place| place.epoch) else { return false };
    let owned: BTreeSet<_> = places.iter().flat_map(|place| &place.owned).collect();
    let given: usize = places.iter().map(|place| place.owned.len()).sum();
    places.iter().all(|place| place.epoch == Some(epoch))
        && owned.len() == given
        && i32::try_from(given) == Ok(partitions)
}

/// Waits until everything is written, and each group has committed that it has read it.
async fn work(room: &Room, crowd: &Crowd, caller: &mut Caller, until: MonoTime) {
    let sources: Vec<_> = crowd.sources.borrow_mut().drain(..).collect();
    for source in sources {
        while !source.is_finished() {
            assert!(room.io().now().mono < until, "liveness: a source is not done");
            room.io().sleep(LOOK).await;
        }
    }
    for (group, partition) in committed_by(crowd) {
        loop {
            let (_, end) = ends(room, caller, &partition).await;
            let committed = offset_of(room, crowd, caller, &group, &partition).await;
            if committed == Some(end) {
                break;
            }
            assert!(
                room.io().now().mono < until,
                "liveness: {group} has committed {committed:?} of {partition}, which ends at {end}"
            );
            room.io().sleep(LOOK).await;
        }
    }
}

/// Groups and the partitions that they read.
fn committed_by(crowd: &Crowd) -> Vec<(String, TopicPartition)> {
    let mut all = Vec::new();
    for plan in &crowd.plan.groups {
        for index in 0..plan.of.partitions {
            let partition = TopicPartition::new(plan.of.topic.as_str(), index);
            all.push((plan.of.group.clone(), partition));
        }
    }
    all
}

/// What a group has committed; `None` if that cannot be told now.
async fn offset_of(
    room: &Room,
    crowd: &Crowd,
    caller: &mut Caller,
    group: &str,
    partition: &TopicPartition,
) -> Option<i64> {
    let nobody = Identity::nobody(group);
    match fetch_offset(caller, &crowd.ledger, "auditor", &nobody, partition).await {
        Ok(found) => found,
        Err(failure) => {
            failure.tolerate_network();
            room.io().sleep(LOOK).await;
            None
        }
    }
}

/// The last stable offset and the end of a partition, asked for until the node tells.
async fn ends(room: &Room, caller: &mut Caller, partition: &TopicPartition) -> (i64, i64) {
    loop {
        match fetch_committed(caller, partition, 0, 1).await {
            Ok(found) => {
                if let Some(ends) = found.ends {
                    return ends;
                }
            }
            Err(failure) => failure.tolerate_network(),
        }
        room.io().sleep(LOOK).await;
    }
}

/// Nobody writes any more: a reader from the start meets everything.
async fn read_everything(room: &Room, crowd: &Crowd, caller: &mut Caller, reader: u64) {
    for at in crowd.partitions() {
        let (stable, end) = ends(room, caller, &at).await;
        assert_eq!(stable, end, "last stable offset and end of {at}, with nobody at work");
        let mut position = 0;
        while position < end {
            position = read_on(caller, &crowd.ledger, reader, &at, position).await;
        }
    }
    crowd.ledger.note(Deed::SeenAll { reader });
}
