//! Kafka's nouns as plain types: topic, partition, offset, leader epoch, producer id, error code.
//!
//! Words that every room speaks and no room owns. Stays small.
#![no_std]

extern crate alloc;

pub mod acl;
pub mod error;
mod error_sentence;
pub mod ids;
pub mod topic;

pub use acl::AclOperation;
pub use error::ErrorCode;
pub use ids::{BrokerId, LeaderEpoch, Offset, ProducerEpoch, ProducerId};
pub use ottla_base::Uuid;
pub use topic::{
    InvalidTopicName, METADATA_TOPIC, TopicPartition, check_topic_name, is_internal_topic,
};
