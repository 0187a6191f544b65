//! `leader-epoch-checkpoint`: which offset each leader epoch began at. Text: a line `0` (version),
//! a line with the number of entries, then one line `epoch startOffset` each.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use ottla_model::{LeaderEpoch, Offset};

use super::BadFile;

/// Its name in a partition dir.
pub const FILE_NAME: &str = "leader-epoch-checkpoint";

/// The offset an epoch began at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochEntry {
    /// The epoch.
    pub epoch: LeaderEpoch,
    /// Offset of its first record (where the log ended when it began).
    pub start_offset: Offset,
}

/// The file that holds these entries.
pub fn format(entries: &[EpochEntry]) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "0\n{}", entries.len());
    for entry in entries {
        let _ = writeln!(out, "{} {}", entry.epoch, entry.start_offset);
    }
    out
}

/// The entries of a file.
///
/// # Errors
/// The line that is not of the format.
pub fn parse(text: &str) -> Result<Vec<EpochEntry>, BadFile> {
    super::offset_checkpoint::parse_lines(text, |line| {
        let (epoch, start_offset) = line.split_once(' ')?;
        Some(EpochEntry {
            epoch: epoch.parse().ok().filter(|&epoch| epoch >= 0)?,
            start_offset: start_offset.trim_end().parse().ok().filter(|&offset| offset >= 0)?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_that_of_kafka() {
        let entries =
            [EpochEntry { epoch: 0, start_offset: 0 }, EpochEntry { epoch: 3, start_offset: 1200 }];
        assert_eq!(format(&entries), "0\n2\n0 0\n3 1200\n");
        assert_eq!(parse("0\n2\n0 0\n3 1200\n").unwrap(), entries);
        assert_eq!(parse("0\n0\n").unwrap(), []);
    }

    #[test]
    fn broken_texts_name_the_line() {
        for (text, complaint) in [
            ("1\n0\n", "line 1 should be the version 0, it is \"1\""),
            ("0\n", "line 2 should be the number of entries, it is missing"),
            ("0\n2\n0 0\n", "the file says 2 entries and holds 1"),
            ("0\n1\n0 x\n", "line 3 is not an entry: \"0 x\""),
            ("0\n1\n-1 4\n", "line 3 is not an entry: \"-1 4\""),
        ] {
            assert_eq!(parse(text).unwrap_err().0, complaint);
        }
    }
}
