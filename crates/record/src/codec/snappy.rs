//! Snappy as Kafka writes it: the stream format of snappy-java ("xerial"), which is a header of 16
//! bytes (`82 "SNAPPY" 00`, version, oldest compatible version, both i32 big endian) and then
//! blocks, each an i32 length and that many bytes of raw snappy. Streams may be concatenated: a
//! header may stand where a block length is expected. Some clients send one raw block without any
//! of it; that is read too.

use snap::raw::{Decoder, Encoder, decompress_len};

use super::decode::Chunk;

const MAGIC: [u8; 8] = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0];
const HEADER_LEN: usize = 16;
const VERSION: i32 = 1;
/// Plain bytes per block that snappy-java writes by default.
const BLOCK_BYTES: usize = 32 << 10;
/// No element of a snappy block yields more than 64 bytes, and none takes less than 2 for a copy
/// (a literal yields no more than it takes), so an honest block never claims more than this many
/// times its size. A larger claim is refused before memory is taken for it.
const EXPANSION_MAX: usize = 64;

/// Appends `plain` to `out` as a stream of blocks.
pub(super) fn compress(plain: &[u8], out: &mut Vec<u8>, block: &mut Vec<u8>) {
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&VERSION.to_be_bytes());
    out.extend_from_slice(&VERSION.to_be_bytes());
    let mut encoder = Encoder::new();
    block.resize(snap::raw::max_compress_len(BLOCK_BYTES), 0);
    for piece in plain.chunks(BLOCK_BYTES) {
        // Fails only for pieces beyond 4 GiB or a buffer below max_compress_len.
        let len = encoder.compress(piece, block).unwrap_or(0);
        out.extend_from_slice(&(len as u32).to_be_bytes());
        out.extend_from_slice(&block[..len]);
    }
}

/// The blocks of a stream, one at a time.
pub(super) struct SnappyBlocks<'a> {
    rest: &'a [u8],
    framed: bool,
}

impl<'a> SnappyBlocks<'a> {
    pub(super) fn open(stream: &'a [u8]) -> Self {
        Self { rest: stream, framed: stream.starts_with(&MAGIC) }
    }

    /// Plain bytes that the next block claims to hold, if it starts here.
    pub(super) fn next_len(&self) -> Option<usize> {
        let mut ahead = Self { rest: self.rest, framed: self.framed };
        while !ahead.rest.is_empty() {
            if let Some(block) = ahead.next_block()? {
                return decompress_len(block).ok();
            }
        }
        None
    }

    /// Unpacks the next block into `out`.
    pub(super) fn next<'b>(&mut self, out: &'b mut Vec<u8>) -> Chunk<'b> {
        loop {
            if self.rest.is_empty() {
                return Some(None);
            }
            let block = self.next_block()?;
            let Some(block) = block else { continue };
            let len = decompress_len(block).ok()?;
            if len / EXPANSION_MAX > block.len() {
                return None;
            }
            out.resize(len, 0);
            let len = Decoder::new().decompress(block, out).ok()?;
            if len > 0 {
                return Some(out.get(..len));
            }
        }
    }

    /// The bytes of the next block; `Some(None)` if a header stood there.
    fn next_block(&mut self) -> Option<Option<&'a [u8]>> {
        if !self.framed {
            return Some(Some(core::mem::take(&mut self.rest)));
        }
        if self.rest.starts_with(&MAGIC) {
            self.rest = self.rest.get(HEADER_LEN..)?;
            return Some(None);
        }
        let (len, rest) = self.rest.split_first_chunk::<4>()?;
        let len = usize::try_from(i32::from_be_bytes(*len)).ok()?;
        let (block, rest) = rest.split_at_checked(len)?;
        self.rest = rest;
        Some(Some(block))
    }
}
