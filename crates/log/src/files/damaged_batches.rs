//! `ottla-damaged-batches` in a log dir: stretches of its segments that are known to be damaged, so
//! that they are not sent after a restart either. Ours alone; Apache Kafka does not look at it. Text,
//! as the offset checkpoints: a line `0`, a line with the number of entries, then one line each:
//! `topic partition segment position end-position offset next-offset found-by reason`.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use ottla_model::{Offset, TopicPartition};

use super::BadFile;
use super::offset_checkpoint::parse_lines;
use crate::DamagedRange;

/// Its name in a log dir.
pub const FILE_NAME: &str = "ottla-damaged-batches";

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedBatches {
    /// The partition.
    pub partition: TopicPartition,
    /// Base offset of the segment.
    pub base_offset: Offset,
    /// The stretch.
    pub range: DamagedRange,
    /// Who found it, in one word.
    pub found_by: String,
    /// What is wrong; the rest of the line.
    pub reason: String,
}

/// The file that holds these entries.
pub fn format<'a>(entries: impl ExactSizeIterator<Item = &'a DamagedBatches>) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "0\n{}", entries.len());
    for DamagedBatches { partition, base_offset, range, found_by, reason } in entries {
        let DamagedRange { position, end_position, offset, next_offset } = range;
        let reason = reason.replace('\n', " ");
        let (topic, number) = (&partition.topic, partition.partition);
        let _ = writeln!(
            out,
            "{topic} {number} {base_offset} {position} {end_position} {offset} {next_offset} \
             {found_by} {reason}"
        );
    }
    out
}

/// The entries of a file.
///
/// # Errors
/// The line that is not of the format.
pub fn parse(text: &str) -> Result<Vec<DamagedBatches>, BadFile> {
    parse_lines(text, |line| {
        let mut words = line.splitn(9, ' ');
        let partition = TopicPartition {
            topic: words.next()?.into(),
            partition: words.next()?.parse().ok().filter(|&partition| partition >= 0)?,
        };
        let base_offset = words.next()?.parse().ok()?;
        let range = DamagedRange {
            position: words.next()?.parse().ok()?,
            end_position: words.next()?.parse().ok()?,
            offset: words.next()?.parse().ok()?,
            next_offset: words.next()?.parse().ok()?,
        };
        let found_by = words.next()?.to_string();
        let reason = words.next().unwrap_or_default().to_string();
        Some(DamagedBatches { partition, base_offset, range, found_by, reason })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_a_short_line_refused() {
        let range = DamagedRange { position: 70, end_position: 140, offset: 1, next_offset: 2 };
        let entry = DamagedBatches {
            partition: TopicPartition::new("words", 3),
            base_offset: 0,
            range,
            found_by: "scrub".into(),
            reason: "the checksum does not match".into(),
        };
        let text = format([&entry].into_iter());
        assert_eq!(text, "0\n1\nwords 3 0 70 140 1 2 scrub the checksum does not match\n");
        assert_eq!(parse(&text).unwrap(), [entry]);
        assert!(parse("0\n1\nwords 3 0 70 140 1\n").is_err());
    }
}
