//! CreateTopics (19): names, partitions, placement, settings.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::{Rng, Uuid};
use ottla_model::{BrokerId, ErrorCode, METADATA_TOPIC, check_topic_name};

use super::configs::{ConfigRules, topic_config_records};
use super::place::{check_manual, fresh_partition, place};
use super::{
    Decision, Fault, PARTITIONS_PER_REQUEST_MAX, RECORDS_PER_REQUEST_MAX, Settings,
    too_many_records,
};
use crate::image::{Image, Partition};
use crate::record::Record;

/// A topic somebody wants.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewTopic {
    /// Its name.
    pub name: String,
    /// Number of partitions; -1 for the default.
    pub partitions: i32,
    /// Replicas of each partition; -1 for the default.
    pub replication_factor: i16,
    /// Replicas by partition, if the client chose them; then the two above are -1.
    pub assignments: Vec<(i32, Vec<BrokerId>)>,
    /// Its settings.
    pub configs: Vec<(String, Option<String>)>,
}

/// A topic that was, or would be, created.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatedTopic {
    /// Its id; also made up when it was only to be validated.
    pub topic_id: Uuid,
    /// Number of partitions.
    pub partitions: i32,
    /// Replicas of each partition.
    pub replication_factor: i16,
    /// The settings it was given.
    pub configs: BTreeMap<String, String>,
}

/// The answer for every topic, in the order of the request.
pub type CreateTopicsResponse = Vec<(String, Result<CreatedTopic, Fault>)>;

/// Decides which of `topics` are created.
///
/// # Errors
/// When the request as a whole asks for too much; then nothing is created.
pub fn create_topics(
    image: &Image,
    settings: &Settings,
    rules: &dyn ConfigRules,
    rng: &mut Rng,
    topics: &[NewTopic],
    validate_only: bool,
) -> Result<Decision<CreateTopicsResponse>, Fault> {
    check_total(settings, topics)?;
    let mut creation = Creation { image, settings, rules, rng, folded_names: None };
    let mut records = Vec::new();
    let mut response = Vec::with_capacity(topics.len());
    for topic in topics {
        let created = creation.create(topic, &mut records);
        response.push((topic.name.clone(), created));
    }
    if records.len() > RECORDS_PER_REQUEST_MAX {
        return Err(too_many_records());
    }
    if validate_only {
        records.clear();
    }
    Ok(Decision { records, response })
}

fn check_total(settings: &Settings, topics: &[NewTopic]) -> Result<(), Fault> {
    let mut total = 0usize;
    for topic in topics {
        let wanted = match topic.partitions {
            _ if !topic.assignments.is_empty() => topic.assignments.len() as i32,
            -1 => settings.default_partitions,
            count => count,
        };
        total = total.saturating_add(usize::try_from(wanted).unwrap_or(0));
    }
    if total <= PARTITIONS_PER_REQUEST_MAX {
        return Ok(());
    }
    let text = "Excessively large number of partitions per request.";
    Err(Fault::new(ErrorCode::PolicyViolation, text))
}

struct Creation<'a> {
    image: &'a Image,
    settings: &'a Settings,
    rules: &'a dyn ConfigRules,
    rng: &'a mut Rng,
    /// Existing names with `.` written as `_`, made when a name needs the comparison.
    folded_names: Option<BTreeMap<String, BTreeSet<Arc<str>>>>,
}

impl Creation<'_> {
    fn create(
        &mut self,
        topic: &NewTopic,
        records: &mut Vec<Record>,
    ) -> Result<CreatedTopic, Fault> {
        self.check_name(&topic.name)?;
        let configs = topic_config_records(self.image, self.rules, &topic.name, &topic.configs)?;
        let partitions = self.partitions(topic)?;
        let topic_id = random_topic_id(self.rng);
        let name: Arc<str> = topic.name.as_str().into();
        let replication_factor = partitions.first().map_or(0, |p| p.replicas.len() as i16);
        let created = CreatedTopic {
            topic_id,
            partitions: partitions.len() as i32,
            replication_factor,
            configs: topic
                .configs
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), value.clone()?)))
                .collect(),
        };
        records.push(Record::Topic { name, topic_id });
        records.extend(configs);
        records.extend(partitions.into_iter().enumerate().map(|(index, partition)| {
            Record::Partition { topic_id, index: index as i32, partition }
        }));
        Ok(created)
    }

    fn check_name(&mut self, name: &str) -> Result<(), Fault> {
        if name == METADATA_TOPIC {
            let text = format!("Creation of internal topic {METADATA_TOPIC} is prohibited.");
            return Err(Fault::new(ErrorCode::InvalidRequest, text));
        }
        let invalid = |text: String| Err(Fault::new(ErrorCode::InvalidTopicException, text));
        if let Err(reason) = check_topic_name(name) {
            return invalid(reason.sentence(name));
        }
        if name.contains(['.', '_'])
            && let Some(other) = self.colliding(name)
        {
            return invalid(format!("Topic '{name}' collides with existing topic: {other}"));
        }
        if self.image.topic(name).is_some() {
            return Err(Fault::new(
                ErrorCode::TopicAlreadyExists,
                format!("Topic '{name}' already exists."),
            ));
        }
        Ok(())
    }

    /// Metric names cannot tell `.` from `_`, so two topics must not differ in that alone.
    fn colliding(&mut self, name: &str) -> Option<Arc<str>> {
        let image = self.image;
        let folded = self.folded_names.get_or_insert_with(|| {
            let mut folded: BTreeMap<String, BTreeSet<Arc<str>>> = BTreeMap::new();
            for topic in image.topics.iter().filter(|topic| topic.name.contains(['.', '_'])) {
                folded.entry(fold(&topic.name)).or_default().insert(topic.name.clone());
            }
            folded
        });
        folded.get(&fold(name))?.iter().find(|other| &***other != name).cloned()
    }

    fn partitions(&mut self, topic: &NewTopic) -> Result<Vec<Partition>, Fault> {
        if !topic.assignments.is_empty() {
            return self.assigned_partitions(topic);
        }
        let replication_factor = match topic.replication_factor {
            -1 => self.settings.default_replication_factor,
            0 | ..-1 => {
                return Err(Fault::new(
                    ErrorCode::InvalidReplicationFactor,
                    "Replication factor must be larger than 0, or -1 to use the default value.",
                ));
            }
            factor => factor,
        };
        let count = match topic.partitions {
            -1 => self.settings.default_partitions,
            0 | ..-1 => {
                return Err(Fault::new(
                    ErrorCode::InvalidPartitions,
                    "Number of partitions was set to an invalid non-positive value.",
                ));
            }
            count => count,
        };
        let unable = |why: &str| {
            Fault::new(
                ErrorCode::InvalidReplicationFactor,
                format!("Unable to replicate the partition {replication_factor} time(s): {why}"),
            )
        };
        let placed = place(self.image, self.rng, count as usize, replication_factor)
            .map_err(|fault| unable(fault.message.as_deref().unwrap_or_default()))?;
        let partitions = placed.iter().map(|replicas| fresh_partition(self.image, replicas));
        partitions
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| unable("All brokers are currently fenced or in controlled shutdown."))
    }

    fn assigned_partitions(&self, topic: &NewTopic) -> Result<Vec<Partition>, Fault> {
        let invalid = |text: String| Fault::new(ErrorCode::InvalidReplicaAssignment, text);
        if topic.replication_factor != -1 {
            return Err(Fault::new(
                ErrorCode::InvalidRequest,
                "A manual partition assignment was specified, but replication factor was not set \
                 to -1.",
            ));
        }
        if topic.partitions != -1 {
            return Err(Fault::new(
                ErrorCode::InvalidRequest,
                "A manual partition assignment was specified, but numPartitions was not set to -1.",
            ));
        }
        let mut partitions = BTreeMap::new();
        let mut replica_count = None;
        for (index, replicas) in &topic.assignments {
            if partitions.contains_key(index) {
                return Err(invalid(format!(
                    "Found multiple manual partition assignments for partition {index}"
                )));
            }
            check_manual(self.image, replicas, replica_count)?;
            replica_count = Some(replicas.len());
            let partition = fresh_partition(self.image, replicas).ok_or_else(|| {
                invalid(format!(
                    "All brokers specified in the manual partition assignment for partition \
                     {index} are fenced or in controlled shutdown."
                ))
            })?;
            partitions.insert(*index, partition);
        }
        if partitions.keys().zip(0..).any(|(index, place)| *index != place) {
            return Err(invalid(
                "partitions should be a consecutive 0-based integer sequence".into(),
            ));
        }
        Ok(partitions.into_values().collect())
    }
}

fn fold(name: &str) -> String {
    name.replace('.', "_")
}

/// A random id that text can start with: Kafka avoids a leading dash, which shells take for a flag.
fn random_topic_id(rng: &mut Rng) -> Uuid {
    loop {
        let mut bits = [0; 16];
        rng.fill(&mut bits);
        let id = Uuid::from_random(bits);
        if bits[0] >> 2 != 62 {
            return id;
        }
    }
}
