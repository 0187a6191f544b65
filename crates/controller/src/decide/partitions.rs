//! AlterPartition (56) and AssignReplicasToDirs (73): what leaders and brokers say about replicas.

use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::Uuid;
use ottla_model::{BrokerId, ErrorCode, LeaderEpoch};

use super::brokers::check_epoch;
use super::elect::{elected, with_isr};
use super::{Decision, Fault, Settings};
use crate::image::{Image, Partition};
use crate::record::{PartitionChange, Record};

/// What the leader of a partition wants it to be.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterPartition {
    /// The topic.
    pub topic_id: Uuid,
    /// The partition.
    pub index: i32,
    /// The epoch in which the sender leads.
    pub leader_epoch: LeaderEpoch,
    /// The state that the sender knows.
    pub partition_epoch: i32,
    /// The in-sync replicas it wants.
    pub isr: Vec<BrokerId>,
    /// 0 recovered, 1 recovering from an unclean election.
    pub leader_recovery_state: i8,
}

/// Decides on a new ISR, asked for by a leader. The answer is the partition as it will be.
///
/// # Errors
/// When the sender does not lead the partition as it is, or asks for replicas that may not be in
/// sync.
pub fn alter_partition(
    image: &Image,
    settings: &Settings,
    broker_id: BrokerId,
    broker_epoch: i64,
    request: &AlterPartition,
) -> Result<Decision<Partition>, Fault> {
    check_epoch(image, broker_id, broker_epoch)?;
    let topic = image
        .topic_by_id(request.topic_id)
        .ok_or_else(|| Fault::bare(ErrorCode::UnknownTopicId))?;
    let partition = topic
        .partitions
        .get(&request.index)
        .ok_or_else(|| Fault::bare(ErrorCode::UnknownTopicOrPartition))?;
    check_alter(image, broker_id, partition, request)?;
    let (topic_id, index) = (request.topic_id, request.index);
    let mut change = with_isr(image, settings, topic_id, index, request.isr.clone());
    if request.leader_recovery_state != partition.leader_recovery_state {
        change.leader_recovery_state = Some(request.leader_recovery_state);
    }
    if change.is_nothing() {
        return Ok(Decision::answer(partition.clone()));
    }
    let response = change.apply(partition);
    Ok(Decision { records: [Record::PartitionChange { topic_id, index, change }].into(), response })
}

fn check_alter(
    image: &Image,
    broker_id: BrokerId,
    partition: &Partition,
    request: &AlterPartition,
) -> Result<(), Fault> {
    let refuse = |code| Err(Fault::bare(code));
    if request.leader_epoch > partition.leader_epoch
        || request.partition_epoch > partition.partition_epoch
    {
        return refuse(ErrorCode::NotController);
    }
    if request.leader_epoch < partition.leader_epoch {
        return refuse(ErrorCode::FencedLeaderEpoch);
    }
    if broker_id != partition.leader {
        return refuse(ErrorCode::InvalidRequest);
    }
    if request.partition_epoch < partition.partition_epoch {
        return refuse(ErrorCode::InvalidUpdateVersion);
    }
    let is_replica = |id: &BrokerId| partition.replicas.contains(id);
    let recovering = request.leader_recovery_state == 1;
    if request.isr.is_empty()
        || !request.isr.iter().all(is_replica)
        || !request.isr.contains(&partition.leader)
        || (recovering && request.isr.len() > 1)
        || (recovering && partition.leader_recovery_state == 0)
    {
        return refuse(ErrorCode::InvalidRequest);
    }
    if !request.isr.iter().all(|id| image.is_active(*id)) {
        return refuse(ErrorCode::IneligibleReplica);
    }
    Ok(())
}

/// Records in which of its directories a broker keeps its replicas. What has no leader, as its
/// replica was thought to be in a directory that is gone, gets one; what turns out to be in one that is
/// offline leaves the ISR.
///
/// # Errors
/// When the broker is not registered at that epoch.
pub fn assign_directories(
    image: &Image,
    settings: &Settings,
    broker_id: BrokerId,
    broker_epoch: i64,
    assignments: &[(Uuid, i32, Uuid)],
) -> Result<Decision<Vec<Result<(), Fault>>>, Fault> {
    let broker = check_epoch(image, broker_id, broker_epoch)?;
    // Below 3.7-IV2 no record can say it.
    let keeps_directories = image.metadata_version().has_directories();
    let mut records = Vec::new();
    let mut assign = |(topic_id, index, directory): &(Uuid, i32, Uuid)| {
        let topic =
            image.topic_by_id(*topic_id).ok_or_else(|| Fault::bare(ErrorCode::UnknownTopicId))?;
        let partition = topic
            .partitions
            .get(index)
            .ok_or_else(|| Fault::bare(ErrorCode::UnknownTopicOrPartition))?;
        let place = partition.replicas.iter().position(|id| *id == broker_id);
        let Some(place) = place.filter(|place| *place < partition.directories.len()) else {
            return Err(Fault::bare(ErrorCode::NotLeaderOrFollower));
        };
        if keeps_directories && partition.directories[place] != *directory {
            let mut directories = partition.directories.to_vec();
            directories[place] = *directory;
            let directories: Arc<[Uuid]> = directories.into();
            let moved = Partition { directories: Arc::clone(&directories), ..partition.clone() };
            let is_online = broker.has_online(*directory);
            let elected = if is_online && moved.leader >= 0 {
                PartitionChange::default()
            } else {
                let stays = |id: &BrokerId| is_online || *id != broker_id;
                let isr = moved.isr.iter().copied().filter(stays).collect();
                elected(image, settings, topic, &moved, isr)
            };
            let change = PartitionChange { directories: Some(directories), ..elected };
            records.push(Record::PartitionChange { topic_id: *topic_id, index: *index, change });
        }
        Ok(())
    };
    let response = assignments.iter().map(&mut assign).collect();
    Ok(Decision { records, response })
}
