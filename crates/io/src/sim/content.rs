//! The bytes of a simulated file, in pages, so that holes cost nothing.

use std::collections::BTreeMap;

pub(super) const PAGE_BYTES: u64 = 4096;

type Page = Box<[u8; PAGE_BYTES as usize]>;

/// Bytes at positions; what was never written reads as zero.
#[derive(Clone, Default)]
pub(super) struct Content {
    pages: BTreeMap<u64, Page>,
    len: u64,
}

impl Content {
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Pages that hold something.
    pub(super) fn page_count(&self) -> u64 {
        self.pages.len() as u64
    }

    /// Fills as much of `buf` as there is from `position` on.
    pub(super) fn read(&self, position: u64, buf: &mut [u8]) -> usize {
        let count = self.len.saturating_sub(position).min(buf.len() as u64) as usize;
        for (number, within, range) in pieces(position, count) {
            let part = &mut buf[range];
            match self.pages.get(&number) {
                Some(page) => part.copy_from_slice(&page[within..within + part.len()]),
                None => part.fill(0),
            }
        }
        count
    }

    pub(super) fn write(&mut self, position: u64, bytes: &[u8]) {
        for (number, within, range) in pieces(position, bytes.len()) {
            let part = &bytes[range];
            let page = self.pages.entry(number).or_insert_with(empty_page);
            page[within..within + part.len()].copy_from_slice(part);
        }
        if !bytes.is_empty() {
            self.len = self.len.max(position + bytes.len() as u64);
        }
    }

    pub(super) fn set_len(&mut self, len: u64) {
        if len < self.len {
            self.pages.split_off(&len.div_ceil(PAGE_BYTES));
            if let Some(page) = self.pages.get_mut(&(len / PAGE_BYTES)) {
                page[(len % PAGE_BYTES) as usize..].fill(0);
            }
        }
        self.len = len;
    }

    /// How many of `count` bytes at `position` can be written with `pages_free` more pages.
    pub(super) fn fitting(&self, position: u64, count: usize, pages_free: u64) -> usize {
        let mut free = pages_free;
        for (number, _, range) in pieces(position, count) {
            if !self.pages.contains_key(&number) {
                if free == 0 {
                    return range.start;
                }
                free -= 1;
            }
        }
        count
    }

    /// Flips one bit, if the byte exists.
    pub(super) fn flip(&mut self, position: u64, bit: u8) {
        if position < self.len {
            let page = self.pages.entry(position / PAGE_BYTES).or_insert_with(empty_page);
            page[(position % PAGE_BYTES) as usize] ^= 1 << (bit % 8);
        }
    }
}

fn empty_page() -> Page {
    Box::new([0; PAGE_BYTES as usize])
}

/// `count` bytes at `position`, page by page: page number, offset in the page, range of the bytes.
fn pieces(
    position: u64,
    count: usize,
) -> impl Iterator<Item = (u64, usize, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        if done == count {
            return None;
        }
        let at = position + done as u64;
        let within = (at % PAGE_BYTES) as usize;
        let len = (count - done).min(PAGE_BYTES as usize - within);
        let range = done..done + len;
        done += len;
        Some((at / PAGE_BYTES, within, range))
    })
}
