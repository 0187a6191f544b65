//! The LZ4 frame format over raw blocks: written as Kafka's Java client does (64 KiB independent
//! blocks, no checksums but the header's), read in every variant (block and content checksum,
//! content size, blocks up to 4 MiB, linked blocks). Dictionaries and the legacy format are refused.

use lz4_flex::block::get_maximum_output_size;
use lz4_flex::block::{compress_into, decompress_into, decompress_into_with_dict};

use super::decode::Chunk;
use super::xxh32::xxh32;

const MAGIC: u32 = 0x184d_2204;
/// Version 1, independent blocks.
const FLAGS_WRITTEN: u8 = 0x60;
/// Blocks of 64 KiB.
const BLOCK_DESCRIPTOR_WRITTEN: u8 = 0x40;
const BLOCK_BYTES: usize = 64 << 10;
/// How far back a linked block may refer.
const DICTIONARY_BYTES: usize = 64 << 10;
const UNCOMPRESSED: u32 = 1 << 31;

/// Appends `plain` to `out` as one frame.
pub(super) fn compress(plain: &[u8], out: &mut Vec<u8>, block: &mut Vec<u8>) {
    out.extend_from_slice(&MAGIC.to_le_bytes());
    let descriptor = [FLAGS_WRITTEN, BLOCK_DESCRIPTOR_WRITTEN];
    out.extend_from_slice(&descriptor);
    out.push(header_checksum(&descriptor));
    block.resize(get_maximum_output_size(BLOCK_BYTES), 0);
    for piece in plain.chunks(BLOCK_BYTES) {
        match compress_into(piece, block) {
            Ok(len) if len < piece.len() => {
                out.extend_from_slice(&(len as u32).to_le_bytes());
                out.extend_from_slice(&block[..len]);
            }
            _ => {
                out.extend_from_slice(&(piece.len() as u32 | UNCOMPRESSED).to_le_bytes());
                out.extend_from_slice(piece);
            }
        }
    }
    out.extend_from_slice(&0u32.to_le_bytes());
}

/// Whether the frame at the front of `block` has linked blocks, which Kafka's Java code refuses.
pub(crate) fn has_linked_blocks(block: &[u8]) -> bool {
    block.get(4).is_some_and(|flags| flags & 0x20 == 0)
}

/// The blocks of a frame, one at a time. As in Kafka's own reader, what follows the frame's end
/// mark is not looked at, and a frame without end mark is broken.
pub(super) struct Lz4Frames<'a> {
    rest: &'a [u8],
    frame: Option<Frame>,
    done: bool,
}

#[derive(Clone, Copy)]
struct Frame {
    linked: bool,
    block_checksums: bool,
    block_bytes_max: usize,
    /// Bytes at the front of the buffer that a linked block may refer to.
    dictionary_len: usize,
    /// Bytes of the last block given out, behind the dictionary.
    last_len: usize,
}

impl<'a> Lz4Frames<'a> {
    pub(super) fn open(stream: &'a [u8]) -> Self {
        Self { rest: stream, frame: None, done: false }
    }

    /// Unpacks the next block into `out`.
    pub(super) fn next<'b>(&mut self, out: &'b mut Vec<u8>) -> Chunk<'b> {
        if self.done {
            return Some(None);
        }
        let mut frame = match self.frame {
            Some(frame) => frame,
            None => self.read_header()?,
        };
        let chunk = loop {
            let size = u32::from_le_bytes(self.take()?);
            let (len, stored) = ((size & !UNCOMPRESSED) as usize, size & UNCOMPRESSED != 0);
            if len == 0 {
                self.done = true;
                return Some(None);
            }
            if len > frame.block_bytes_max {
                return None;
            }
            let (block, rest) = self.rest.split_at_checked(len)?;
            self.rest = rest;
            if frame.block_checksums && xxh32(block) != u32::from_le_bytes(self.take()?) {
                return None;
            }
            frame.keep_dictionary(out);
            let written = frame.unpack(block, stored, out)?;
            frame.last_len = written;
            if written > 0 {
                break frame.dictionary_len..frame.dictionary_len + written;
            }
        };
        self.frame = Some(frame);
        Some(out.get(chunk))
    }

    fn read_header(&mut self) -> Option<Frame> {
        if u32::from_le_bytes(self.take()?) != MAGIC {
            return None;
        }
        let descriptor = self.rest;
        let [flags, sizes] = self.take()?;
        let has_content_size = flags & 0x08 != 0;
        // Version 1, no reserved bit, no dictionary.
        if flags >> 6 != 1 || flags & 0x03 != 0 || sizes & 0x8f != 0 {
            return None;
        }
        let block_bytes_max = match sizes >> 4 {
            id @ 4..=7 => 1 << (2 * id + 8),
            _ => return None,
        };
        if has_content_size {
            let _: [u8; 8] = self.take()?;
        }
        let descriptor = &descriptor[..descriptor.len() - self.rest.len()];
        let [checksum] = self.take()?;
        if checksum != header_checksum(descriptor) {
            return None;
        }
        let linked = flags & 0x20 == 0;
        let block_checksums = flags & 0x10 != 0;
        Some(Frame { linked, block_checksums, block_bytes_max, dictionary_len: 0, last_len: 0 })
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*bytes)
    }
}

impl Frame {
    /// Moves the last bytes given out to the front of the buffer, for a linked block to refer to.
    fn keep_dictionary(&mut self, out: &mut [u8]) {
        if !self.linked {
            return;
        }
        let end = (self.dictionary_len + self.last_len).min(out.len());
        let start = end.saturating_sub(DICTIONARY_BYTES);
        out.copy_within(start..end, 0);
        self.dictionary_len = end - start;
    }

    fn unpack(&self, block: &[u8], stored: bool, out: &mut Vec<u8>) -> Option<usize> {
        // A byte of input yields at most 255 of output.
        let room = self.block_bytes_max.min(block.len().saturating_mul(255).saturating_add(64));
        let needed = self.dictionary_len + room;
        if out.len() < needed {
            out.resize(needed, 0);
        }
        let (dictionary, target) = out.split_at_mut(self.dictionary_len);
        let target = target.get_mut(..room)?;
        if stored {
            target.get_mut(..block.len())?.copy_from_slice(block);
            return Some(block.len());
        }
        if dictionary.is_empty() {
            return decompress_into(block, target).ok();
        }
        decompress_into_with_dict(block, target, dictionary).ok()
    }
}

fn header_checksum(descriptor: &[u8]) -> u8 {
    (xxh32(descriptor) >> 8) as u8
}
