//! Which entry of an offset index a reader begins at, in as few reads of the file as can be: one for
//! who reads at the end, two for who catches up.

use alloc::vec::Vec;
use core::ops::Range;

use ottla_model::Offset;

use crate::files::offset_index::{ENTRY_BYTES, OffsetEntry};
use crate::{LogError, SegmentBytes, SegmentFile};

/// Entries that are read at once: a page.
const ENTRIES_AT_ONCE: u64 = 4096 / ENTRY_BYTES;

/// The last of the first `entries` entries of an offset index that is at or before
/// `relative_offset`. Readers come for the end of a log most of the time, so that is where it looks
/// first; else where the entry is if offsets rise evenly, and if that was wrong in the middle of what is
/// left, in turn.
///
/// # Errors
/// What the device said.
pub(crate) fn offset_entry_floor<B: SegmentBytes>(
    base_offset: Offset,
    entries: u64,
    relative_offset: i64,
    bytes: &B,
) -> Result<Option<OffsetEntry>, LogError> {
    let is_floor = |entry: &OffsetEntry| i64::from(entry.relative_offset) <= relative_offset;
    let last_floor = |page: &[OffsetEntry]| {
        let count = page.partition_point(is_floor);
        page.get(count.checked_sub(1)?).copied()
    };
    let tail_from = entries.saturating_sub(ENTRIES_AT_ONCE);
    let tail = entries_at(base_offset, tail_from..entries, bytes)?;
    if tail_from == 0 || tail.first().is_some_and(is_floor) {
        return Ok(last_floor(&tail));
    }
    let mut left = Bounds { low: 0, low_offset: 0, high: tail_from, high_offset: None };
    left.high_offset = tail.first().map(|entry| i64::from(entry.relative_offset));
    let mut is_even = true;
    while left.high - left.low > ENTRIES_AT_ONCE {
        let from = left.guess(relative_offset, is_even);
        is_even = !is_even;
        let page = entries_at(base_offset, from..from + ENTRIES_AT_ONCE, bytes)?;
        let until = from + page.len() as u64;
        match (page.first(), page.last()) {
            (Some(first), Some(last)) if is_floor(first) => {
                // What is behind the page is known, or is not there.
                let is_all = until == left.high || until < from + ENTRIES_AT_ONCE;
                if is_all || !is_floor(last) {
                    return Ok(last_floor(&page));
                }
                left.low = until - 1;
                left.low_offset = i64::from(last.relative_offset);
            }
            _ if from == left.low => return Ok(None),
            (first, _) => {
                left.high = from;
                left.high_offset = first.map(|entry| i64::from(entry.relative_offset));
            }
        }
    }
    Ok(last_floor(&entries_at(base_offset, left.low..left.high, bytes)?))
}

/// The entries among which the wanted one is, if there is one.
struct Bounds {
    low: u64,
    /// No more than the offset of the entry at `low`.
    low_offset: i64,
    high: u64,
    /// The offset of the entry at `high`; `None` if the file has none there.
    high_offset: Option<i64>,
}

impl Bounds {
    /// From where on to look next: there are more than [`ENTRIES_AT_ONCE`] entries left, and the page is
    /// within them.
    fn guess(&self, wanted: i64, is_even: bool) -> u64 {
        let count = self.high - self.low;
        let even = self.high_offset.filter(|_| is_even).and_then(|high_offset| {
            let all = u64::try_from(high_offset - self.low_offset).ok()?;
            let below = u64::try_from(wanted - self.low_offset).unwrap_or(0);
            u64::try_from(u128::from(count) * u128::from(below) / u128::from(all.max(1))).ok()
        });
        let middle = self.low.saturating_add(even.unwrap_or(count / 2));
        middle.saturating_sub(ENTRIES_AT_ONCE / 2).clamp(self.low, self.high - ENTRIES_AT_ONCE)
    }
}

/// At most [`ENTRIES_AT_ONCE`] entries of an offset index, as far as the file has them.
fn entries_at<B: SegmentBytes>(
    base_offset: Offset,
    range: Range<u64>,
    bytes: &B,
) -> Result<Vec<OffsetEntry>, LogError> {
    let mut page = [0; (ENTRIES_AT_ONCE * ENTRY_BYTES) as usize];
    let wanted = ((range.end - range.start) * ENTRY_BYTES) as usize;
    let page = page.get_mut(..wanted).unwrap_or_default();
    let position = range.start * ENTRY_BYTES;
    let count = bytes.read_at(base_offset, SegmentFile::OffsetIndex, position, page)?;
    let (entries, _cut_off) = page.get(..count).unwrap_or_default().as_chunks();
    Ok(entries.iter().map(|entry| OffsetEntry::from_bytes(*entry)).collect())
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;

    use ottla_base::SourceError;

    use super::*;

    /// An index of these relative offsets, which counts how often it is read.
    struct Index {
        content: Vec<u8>,
        reads: Cell<usize>,
    }

    impl Index {
        fn of(offsets: impl Iterator<Item = u32>) -> Self {
            let entry = |(at, relative_offset): (usize, u32)| {
                OffsetEntry { relative_offset, position: at as u32 * 4096 }.to_bytes()
            };
            let content = offsets.enumerate().flat_map(entry).collect();
            Self { content, reads: Cell::new(0) }
        }

        fn entries(&self) -> u64 {
            self.content.len() as u64 / ENTRY_BYTES
        }

        /// The floor of `wanted`, as its place in the index, and the reads that took.
        fn floor(&self, wanted: i64) -> (Option<u64>, usize) {
            self.reads.set(0);
            let found = offset_entry_floor(0, self.entries(), wanted, self).unwrap();
            (found.map(|entry| u64::from(entry.position) / 4096), self.reads.get())
        }
    }

    impl SegmentBytes for Index {
        fn len(&self, _: Offset, _: SegmentFile) -> Result<u64, SourceError> {
            Ok(self.content.len() as u64)
        }

        fn read_at(
            &self,
            _: Offset,
            _: SegmentFile,
            position: u64,
            buf: &mut [u8],
        ) -> Result<usize, SourceError> {
            self.reads.set(self.reads.get() + 1);
            let rest = self.content.get(position as usize..).unwrap_or_default();
            let count = rest.len().min(buf.len());
            buf[..count].copy_from_slice(&rest[..count]);
            Ok(count)
        }

        fn snapshot(&self, _: Offset) -> Result<Option<Vec<u8>>, SourceError> {
            Ok(None)
        }
    }

    /// Looks for every offset around the entries; the most reads that one of them took.
    fn check(offsets: &[u32]) -> usize {
        let index = Index::of(offsets.iter().copied());
        let around = offsets.iter().step_by(97).map(|at| i64::from(*at));
        let around = around.flat_map(|at| [at - 1, at, at + 1]);
        let mut reads_max = 0;
        for wanted in around.chain([-1, 0, i64::from(i32::MAX)]) {
            let count = offsets.partition_point(|offset| i64::from(*offset) <= wanted);
            let (found, reads) = index.floor(wanted);
            assert_eq!(found, (count as u64).checked_sub(1), "{wanted} of {}", offsets.len());
            reads_max = reads_max.max(reads);
        }
        reads_max
    }

    #[test]
    fn offsets_that_rise_evenly_take_two_reads_and_those_at_the_end_one() {
        let even: Vec<u32> = (0..100_000).map(|at| 30 + at * 31 + at % 5).collect();
        assert_eq!(check(&even), 2);
        let index = Index::of(even.iter().copied());
        let reads = |wanted| index.floor(wanted).1;
        assert_eq!([0, 1_000, 1_234_567, 3_000_000, 3_099_000].map(reads), [2, 2, 2, 2, 1]);
        for few in [0, 1, 2, 511, 512] {
            assert_eq!(check(&even[..few]), 1, "{few}");
        }
        assert_eq!(check(&even[..513]), 2);
        assert_eq!(check(&even[..1_500]), 2);
    }

    #[test]
    fn offsets_that_rise_unevenly_take_about_as_many_reads_as_halving() {
        let steep: Vec<u32> =
            (0..100_000).map(|at| if at < 99_000 { at } else { (at - 98_000) * 2_000 }).collect();
        assert!(check(&steep) <= 18, "{}", check(&steep));
        let flat: Vec<u32> =
            (0..100_000).map(|at| if at == 0 { 0 } else { 1_000_000_000 + at }).collect();
        assert!(check(&flat) <= 18, "{}", check(&flat));
    }

    #[test]
    fn an_index_that_is_shorter_than_believed_has_its_last_entry() {
        let index = Index::of((0..2_000).map(|at| at * 10));
        let floor = |entries| offset_entry_floor(0, entries, 1 << 30, &index).unwrap();
        assert_eq!(floor(2_000).map(|entry| entry.relative_offset), Some(19_990));
        assert_eq!(floor(90_000).map(|entry| entry.relative_offset), Some(19_990));
    }
}
