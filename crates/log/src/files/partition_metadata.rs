//! `partition.metadata`: the id of the topic that a partition dir belongs to. Text of two lines,
//! `version: 0` and `topic_id: <id>`, written once when the dir is made.

use alloc::format;
use alloc::string::String;

use ottla_base::Uuid;

use super::BadFile;

/// Its name in a partition dir.
pub const FILE_NAME: &str = "partition.metadata";

/// The file for a partition of the topic with this id.
///
/// Kafka ends the file without a line break.
pub fn format(topic_id: Uuid) -> String {
    format!("version: 0\ntopic_id: {topic_id}")
}

/// The topic id of a file.
///
/// # Errors
/// What is wrong with the file.
pub fn parse(text: &str) -> Result<Uuid, BadFile> {
    let value = |line: Option<&str>, key: &str| {
        line.and_then(|line| line.strip_prefix(key)?.strip_prefix(": "))
            .map(str::trim)
            .map(String::from)
            .ok_or_else(|| BadFile(format!("a line \"{key}: …\" is missing")))
    };
    let mut lines = text.lines();
    let version = value(lines.next(), "version")?;
    if version != "0" {
        return Err(BadFile(format!("version {version} is not known")));
    }
    let id = value(lines.next(), "topic_id")?;
    let id: Uuid = id.parse().map_err(|_| BadFile(format!("{id:?} is not a topic id")))?;
    if id.is_zero() {
        return Err(BadFile(String::from("the topic id is zero")));
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_that_of_kafka() {
        let text = "version: 0\ntopic_id: MkU3OEVBNTcwNTJENDM2Qg";
        let id = parse(text).unwrap();
        assert_eq!(format(id), text);
        assert_eq!(parse("version: 0\ntopic_id: MkU3OEVBNTcwNTJENDM2Qg\n").unwrap(), id);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "version: 1\ntopic_id: x", "version: 0", "version: 0\ntopic_id: short"] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
