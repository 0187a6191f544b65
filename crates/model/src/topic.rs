//! Topic names, and which of them are legal.

use alloc::sync::Arc;
use core::fmt;

/// Characters of the longest legal topic name; a partition directory is `name-number`, and a file
/// name holds 255 bytes.
pub const TOPIC_NAME_LEN_MAX: usize = 249;

/// Topics that only the coordinators write to.
pub const INTERNAL_TOPICS: [&str; 3] =
    ["__consumer_offsets", "__transaction_state", "__share_group_state"];

/// The topic whose one partition is the metadata log. It is the quorum's: nobody creates, deletes or
/// writes it as a topic.
pub const METADATA_TOPIC: &str = "__cluster_metadata";

/// Whether `name` is a topic of the coordinators: clients may read it, and not write to it.
pub fn is_internal_topic(name: &str) -> bool {
    INTERNAL_TOPICS.contains(&name)
}

/// One partition of a topic, by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    /// The topic's name.
    pub topic: Arc<str>,
    /// Number of the partition within the topic, from 0.
    pub partition: i32,
}

impl TopicPartition {
    /// The partition `partition` of `topic`.
    pub fn new(topic: impl Into<Arc<str>>, partition: i32) -> Self {
        Self { topic: topic.into(), partition }
    }
}

impl fmt::Display for TopicPartition {
    /// `topic-partition`, which is also the name of its directory.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// Why a name cannot be a topic's. The words are those of Apache Kafka, which clients show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidTopicName {
    /// No characters at all.
    Empty,
    /// `.` or `..`.
    Dots,
    /// More than [`TOPIC_NAME_LEN_MAX`] characters.
    TooLong,
    /// A character other than ASCII letters, digits, `.`, `_` and `-`.
    Character,
}

impl InvalidTopicName {
    /// The sentence Apache Kafka 4.4 answers for `name`, which failed with this.
    pub fn sentence(self, name: &str) -> alloc::string::String {
        match self {
            Self::Empty => "Topic name is invalid: the empty string is not allowed".into(),
            Self::Dots => alloc::format!("Topic name is invalid: '{name}' is not allowed"),
            Self::TooLong => alloc::format!(
                "Topic name is invalid: the length of '{name}' is longer than the max allowed length {TOPIC_NAME_LEN_MAX}"
            ),
            Self::Character => alloc::format!(
                "Topic name is invalid: '{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
            ),
        }
    }
}

/// Checks that `name` may be a topic's (and so a directory's) name.
///
/// # Errors
/// The first rule it breaks, in the order in which Apache Kafka checks them.
pub fn check_topic_name(name: &str) -> Result<(), InvalidTopicName> {
    if name.is_empty() {
        return Err(InvalidTopicName::Empty);
    }
    if name == "." || name == ".." {
        return Err(InvalidTopicName::Dots);
    }
    if name.chars().count() > TOPIC_NAME_LEN_MAX {
        return Err(InvalidTopicName::TooLong);
    }
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')) {
        return Err(InvalidTopicName::Character);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_safe_directory_names_are_legal() {
        for name in ["a", "A.b_c-9", "...", "__consumer_offsets", &"x".repeat(249)] {
            assert_eq!(check_topic_name(name), Ok(()), "{name}");
        }
        assert_eq!(check_topic_name(""), Err(InvalidTopicName::Empty));
        assert_eq!(check_topic_name(".."), Err(InvalidTopicName::Dots));
        assert_eq!(check_topic_name(&"x".repeat(250)), Err(InvalidTopicName::TooLong));
        for name in ["a/b", "a b", "a\0", "é", "../etc"] {
            assert_eq!(check_topic_name(name), Err(InvalidTopicName::Character), "{name}");
        }
    }
}
