//! The offset checkpoints of a log dir: one offset per partition. Text: a line `0` (version), a
//! line with the number of entries, then one line `topic partition offset` each. Written to a
//! temporary file, synced and renamed.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use ottla_model::{Offset, TopicPartition};

use super::BadFile;

/// First offset of each partition that is not known to be on the device.
pub const RECOVERY_POINT: &str = "recovery-point-offset-checkpoint";
/// Log start offset of each partition, where it is larger than the first segment's base offset.
pub const LOG_START: &str = "log-start-offset-checkpoint";
/// High watermark of each partition.
pub const REPLICATION: &str = "replication-offset-checkpoint";
/// First offset of each compacted partition that the cleaner has not been over.
pub const CLEANER: &str = "cleaner-offset-checkpoint";

/// The file that holds these offsets.
pub fn format(offsets: &BTreeMap<TopicPartition, Offset>) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "0\n{}", offsets.len());
    for (partition, offset) in offsets {
        let _ = writeln!(out, "{} {} {offset}", partition.topic, partition.partition);
    }
    out
}

/// The offsets of a file.
///
/// # Errors
/// The line that is not of the format.
pub fn parse(text: &str) -> Result<BTreeMap<TopicPartition, Offset>, BadFile> {
    let entries = parse_lines(text, |line| {
        let mut words = line.split_ascii_whitespace();
        let (topic, partition, offset) = (words.next()?, words.next()?, words.next()?);
        if words.next().is_some() {
            return None;
        }
        let partition = TopicPartition {
            topic: topic.into(),
            partition: partition.parse().ok().filter(|&partition| partition >= 0)?,
        };
        Some((partition, offset.parse().ok()?))
    })?;
    Ok(entries.into_iter().collect())
}

/// Reads version, count and entries of a checkpoint, `entry` reading one line.
pub(super) fn parse_lines<T>(
    text: &str,
    entry: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, BadFile> {
    let mut lines = text.lines();
    match lines.next() {
        Some("0") => {}
        Some(other) => {
            return Err(BadFile(format!("line 1 should be the version 0, it is {other:?}")));
        }
        // Made, and never written: Kafka leaves its checkpoints like that, and so may a crash.
        None => return Ok(Vec::new()),
    }
    let count: usize = lines.next().and_then(|line| line.parse().ok()).ok_or_else(|| {
        BadFile("line 2 should be the number of entries, it is missing".to_string())
    })?;
    let mut entries = Vec::new();
    for (index, line) in lines.enumerate() {
        let read = entry(line)
            .ok_or_else(|| BadFile(format!("line {} is not an entry: {line:?}", index + 3)))?;
        entries.push(read);
    }
    if entries.len() != count {
        let held = entries.len();
        return Err(BadFile(format!("the file says {count} entries and holds {held}")));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_that_of_kafka() {
        let text = "0\n2\n__consumer_offsets 49 7\norders 0 12\n";
        let offsets = parse(text).unwrap();
        assert_eq!(offsets.len(), 2);
        assert_eq!(format(&offsets), text);
        assert_eq!(format(&BTreeMap::new()), "0\n0\n");
        assert_eq!(parse("").unwrap(), BTreeMap::new());
    }

    #[test]
    fn a_line_with_a_word_too_many_or_too_few_is_refused() {
        for line in ["orders 0", "orders 0 12 1", "orders -1 12", "orders 0 twelve"] {
            assert!(parse(&alloc::format!("0\n1\n{line}\n")).is_err(), "{line}");
        }
    }
}
