//! Which segments become one: neighbours that fit one segment file together.

use alloc::vec::Vec;
use core::ops::Range;

use ottla_base::WallTime;
use ottla_model::Offset;

use crate::LogConfig;

/// A segment that is cleaned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceSegment {
    /// Its base offset.
    pub base_offset: Offset,
    /// Base offset of the next segment.
    pub end_offset: Offset,
    /// Bytes of batches.
    pub size: u64,
    /// When it was made or last changed.
    pub created: WallTime,
    /// Bytes of its offset index.
    pub offset_index_bytes: u64,
    /// Bytes of its time index.
    pub time_index_bytes: u64,
}

/// Divides the segments that begin before `end_offset` into groups, each to become one segment. The
/// cleaned log, its indexes and its offsets relative to the base have to fit.
pub(crate) fn group(
    segments: &[SourceSegment],
    end_offset: Offset,
    first_uncleanable_offset: Offset,
    config: &LogConfig,
) -> Vec<Range<usize>> {
    let count = segments.partition_point(|segment| segment.base_offset < end_offset);
    let segments = &segments[..count];
    let (size_max, index_max) =
        (u64::from(config.segment_bytes), u64::from(config.segment_index_bytes));
    let mut groups: Vec<Range<usize>> = Vec::new();
    let (mut size, mut offsets, mut times) = (0, 0, 0);
    for (at, segment) in segments.iter().enumerate() {
        let last_offset = match segments.get(at + 1) {
            Some(next) => next.base_offset - 1,
            None => first_uncleanable_offset - 1,
        };
        let fits = |group: &Range<usize>| {
            let base_offset = segments[group.start].base_offset;
            size + segment.size <= size_max
                && offsets + segment.offset_index_bytes <= index_max
                && times + segment.time_index_bytes <= index_max
                && (segment.size == 0 || last_offset - base_offset <= i64::from(i32::MAX))
        };
        match groups.last_mut() {
            Some(group) if fits(group) => group.end = at + 1,
            _ => {
                (size, offsets, times) = (0, 0, 0);
                groups.push(at..at + 1);
            }
        }
        size += segment.size;
        offsets += segment.offset_index_bytes;
        times += segment.time_index_bytes;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;

    /// Segments given as `(base offset, size, index bytes)`, of a log that may be cleaned up to
    /// `end`, in segments of 100 bytes with indexes of 40.
    fn check(segments: &[(Offset, u64, u64)], end: Offset, expected: &str) {
        let config =
            LogConfig { segment_bytes: 100, segment_index_bytes: 40, ..LogConfig::default() };
        let ends = segments.iter().skip(1).map(|s| s.0).chain([end]);
        let segments: Vec<_> = segments
            .iter()
            .zip(ends)
            .map(|(&(base_offset, size, offset_index_bytes), end_offset)| SourceSegment {
                base_offset,
                end_offset,
                size,
                created: WallTime { millis: 0 },
                offset_index_bytes,
                time_index_bytes: 0,
            })
            .collect();
        let groups = group(&segments, end, end, &config);
        let text: String = groups.iter().map(|g| format!("{}..{} ", g.start, g.end)).collect();
        assert_eq!(text, expected, "{segments:?}");
    }

    #[test]
    fn neighbours_are_joined_as_long_as_they_fit() {
        check(&[(0, 50, 8), (10, 50, 8), (20, 1, 8)], 30, "0..2 2..3 ");
        check(&[(0, 10, 8), (10, 10, 8), (20, 90, 8), (30, 10, 8)], 40, "0..2 2..4 ");
        check(&[(0, 10, 24), (10, 10, 24), (20, 10, 16)], 30, "0..1 1..3 ");
        check(&[(0, 200, 8), (10, 10, 8)], 20, "0..1 1..2 ");
        check(&[], 20, "");
    }

    #[test]
    fn offsets_have_to_fit_32_bits_unless_the_segment_is_empty() {
        let far = i64::from(i32::MAX);
        check(&[(0, 10, 8), (10, 10, 8)], far + 1, "0..2 ");
        check(&[(0, 10, 8), (10, 10, 8)], far + 2, "0..1 1..2 ");
        check(&[(0, 10, 8), (10, 0, 0)], far + 2, "0..2 ");
    }
}
