//! CreatePartitions (37): topics grow, never shrink.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use ottla_base::{Rng, Uuid};
use ottla_model::{BrokerId, ErrorCode};

use super::place::{check_manual, fresh_partition, place};
use super::{
    Decision, Fault, PARTITIONS_PER_REQUEST_MAX, RECORDS_PER_REQUEST_MAX, too_many_records,
};
use crate::image::{Image, Partition, Topic};
use crate::record::Record;

/// A topic that somebody wants to have more partitions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MorePartitions {
    /// Its name.
    pub name: String,
    /// How many it shall have in all.
    pub count: i32,
    /// Replicas of each new partition, if the client chose them.
    pub assignments: Option<Vec<Vec<BrokerId>>>,
}

/// The answer for every topic, in the order of the request.
pub type CreatePartitionsResponse = Vec<(String, Result<(), Fault>)>;

/// Decides which of `topics` grow.
///
/// # Errors
/// When the request as a whole asks for too much; then nothing is created.
pub fn create_partitions(
    image: &Image,
    rng: &mut Rng,
    topics: &[MorePartitions],
    validate_only: bool,
) -> Result<Decision<CreatePartitionsResponse>, Fault> {
    let mut records = Vec::new();
    let mut response = Vec::with_capacity(topics.len());
    let mut total = 0usize;
    for topic in topics {
        let existing = image.topic(&topic.name).map_or(0, |found| found.partitions.size());
        let more = usize::try_from(topic.count).unwrap_or(0).saturating_sub(existing);
        total = total.saturating_add(more);
    }
    if total > PARTITIONS_PER_REQUEST_MAX {
        return Err(Fault::new(
            ErrorCode::PolicyViolation,
            "Excessively large number of additional partitions per request.",
        ));
    }
    for topic in topics {
        let grown = grow(image, rng, topic).map(|(topic_id, start, partitions)| {
            records.extend((start..).zip(partitions).map(|(index, partition)| Record::Partition {
                topic_id,
                index,
                partition,
            }));
        });
        response.push((topic.name.clone(), grown));
    }
    if records.len() > RECORDS_PER_REQUEST_MAX {
        return Err(too_many_records());
    }
    if validate_only {
        records.clear();
    }
    Ok(Decision { records, response })
}

fn grow(
    image: &Image,
    rng: &mut Rng,
    topic: &MorePartitions,
) -> Result<(Uuid, i32, Vec<Partition>), Fault> {
    let Some(found) = image.topic(&topic.name) else {
        return Err(Fault::bare(ErrorCode::UnknownTopicOrPartition));
    };
    let start = found.partitions.size() as i32;
    let additional = check_count(found, topic, start)?;
    let factor = found.partitions.values().next().map_or(0, |p| p.replicas.len());
    let partitions = match &topic.assignments {
        Some(assignments) => {
            let assigned = assignments.iter().zip(start..);
            assigned.map(|(replicas, index)| manual(image, replicas, factor, index)).collect()
        }
        None => placed(image, rng, additional, factor as i16),
    }?;
    Ok((found.id, start, partitions))
}

fn check_count(found: &Topic, topic: &MorePartitions, has: i32) -> Result<usize, Fault> {
    let invalid = |text| Err(Fault::new(ErrorCode::InvalidPartitions, text));
    if topic.count == has {
        return invalid(format!("Topic already has {has} partition(s)."));
    }
    if topic.count < has {
        return invalid(format!(
            "The topic {} currently has {has} partition(s); {} would not be an increase.",
            found.name, topic.count
        ));
    }
    let additional = (topic.count - has) as usize;
    match &topic.assignments {
        Some(assignments) if assignments.len() != additional => Err(Fault::new(
            ErrorCode::InvalidReplicaAssignment,
            format!(
                "Attempted to add {additional} additional partition(s), but only {} assignment(s) \
                 were specified.",
                assignments.len()
            ),
        )),
        _ => Ok(additional),
    }
}

fn manual(
    image: &Image,
    replicas: &[BrokerId],
    factor: usize,
    index: i32,
) -> Result<Partition, Fault> {
    check_manual(image, replicas, Some(factor))?;
    fresh_partition(image, replicas).ok_or_else(|| {
        Fault::new(
            ErrorCode::InvalidReplicaAssignment,
            format!(
                "All brokers specified in the manual partition assignment for partition {index} \
                 are fenced or in controlled shutdown."
            ),
        )
    })
}

fn placed(
    image: &Image,
    rng: &mut Rng,
    additional: usize,
    factor: i16,
) -> Result<Vec<Partition>, Fault> {
    let placed = place(image, rng, additional, factor)?;
    let partitions = placed.iter().map(|replicas| fresh_partition(image, replicas));
    partitions.collect::<Option<Vec<_>>>().ok_or_else(|| {
        Fault::new(
            ErrorCode::InvalidReplicationFactor,
            format!(
                "Unable to replicate the partition {factor} time(s): All brokers are currently \
                 fenced or in controlled shutdown."
            ),
        )
    })
}
