//! Unpacking in pieces: a block comes out chunk by chunk from buffers of bounded size, so that a
//! caller can stop at its limit long before a bomb has been unpacked.

use std::io::Read;

use flate2::bufread::GzDecoder;
use zstd::zstd_safe::{DCtx, InBuffer, OutBuffer, ResetDirective};

use super::lz4::Lz4Frames;
use super::snappy::SnappyBlocks;
use super::{Codec, CodecSpace};
use crate::BatchError;

/// Bytes that gzip and zstd unpack at a time.
const WINDOW_BYTES: usize = 64 << 10;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// A zstd context larger than this is given back after use: a frame may ask for a window of
/// 128 MiB (level 22 does), and one such batch shall not pin it.
const ZSTD_KEPT_BYTES_MAX: usize = 12 << 20;

/// Gives out the plain bytes of one block, in order.
pub(crate) struct BlockReader<'a, 's> {
    codec: Codec,
    source: Source<'a>,
    limit: u64,
    /// Bytes that may still come out.
    room: u64,
    space: &'s mut CodecSpace,
}

enum Source<'a> {
    Plain(Option<&'a [u8]>),
    Gzip(Box<GzDecoder<&'a [u8]>>),
    Snappy(SnappyBlocks<'a>),
    Lz4(Lz4Frames<'a>),
    Zstd { block: &'a [u8], position: usize, in_frame: bool },
}

impl<'a, 's> BlockReader<'a, 's> {
    /// Prepares to unpack `block`, of which no more than `limit` bytes may come out.
    pub(crate) fn open(
        codec: Codec,
        block: &'a [u8],
        limit: u64,
        space: &'s mut CodecSpace,
    ) -> Result<Self, BatchError> {
        let source = match codec {
            Codec::None => Source::Plain(Some(block)),
            Codec::Gzip => Source::Gzip(Box::new(GzDecoder::new(block))),
            Codec::Snappy => Source::Snappy(SnappyBlocks::open(block)),
            Codec::Lz4 => Source::Lz4(Lz4Frames::open(block)),
            Codec::Zstd => {
                let context = space.zstd_in.get_or_insert_with(DCtx::create);
                let reset = context.reset(ResetDirective::SessionOnly);
                reset.map_err(|_| BatchError::BadCompression { codec })?;
                Source::Zstd { block, position: 0, in_frame: false }
            }
        };
        Ok(Self { codec, source, limit, room: limit, space })
    }

    /// The next plain bytes, never empty; `None` at the end of the block.
    pub(crate) fn next_chunk(&mut self) -> Result<Option<&[u8]>, BatchError> {
        let Self { codec, source, limit, room, space } = self;
        let too_large = BatchError::DecompressedTooLarge { limit: *limit };
        let chunk = match source {
            Source::Plain(rest) => Some(rest.take().filter(|bytes| !bytes.is_empty())),
            Source::Gzip(decoder) => gzip_chunk(decoder, &mut space.window),
            Source::Snappy(blocks) => {
                if blocks.next_len().is_some_and(|len| len as u64 > *room) {
                    return Err(too_large);
                }
                blocks.next(&mut space.block)
            }
            Source::Lz4(frames) => frames.next(&mut space.block),
            Source::Zstd { block, position, in_frame } => match &mut space.zstd_in {
                Some(context) => zstd_chunk(context, block, position, in_frame, &mut space.window),
                None => None,
            },
        };
        let chunk = chunk.ok_or(BatchError::BadCompression { codec: *codec })?;
        let len = chunk.map_or(0, <[u8]>::len) as u64;
        *room = room.checked_sub(len).ok_or(too_large)?;
        Ok(chunk)
    }
}

impl Drop for BlockReader<'_, '_> {
    fn drop(&mut self) {
        let context = &mut self.space.zstd_in;
        if context.as_ref().is_some_and(|context| context.sizeof() > ZSTD_KEPT_BYTES_MAX) {
            *context = None;
        }
    }
}

/// A chunk, the end (`Some(None)`), or a broken block (`None`).
pub(super) type Chunk<'b> = Option<Option<&'b [u8]>>;

/// Members may follow each other; what follows the last and is none is not looked at, as Java does.
fn gzip_chunk<'b>(decoder: &mut GzDecoder<&[u8]>, window: &'b mut Vec<u8>) -> Chunk<'b> {
    window.resize(WINDOW_BYTES, 0);
    loop {
        let count = decoder.read(window).ok()?;
        if count > 0 {
            return Some(window.get(..count));
        }
        let rest: &[u8] = decoder.get_ref();
        if !rest.starts_with(&GZIP_MAGIC) {
            return Some(None);
        }
        *decoder = GzDecoder::new(rest);
    }
}

fn zstd_chunk<'b>(
    context: &mut DCtx<'static>,
    block: &[u8],
    position: &mut usize,
    in_frame: &mut bool,
    window: &'b mut Vec<u8>,
) -> Chunk<'b> {
    window.resize(WINDOW_BYTES, 0);
    loop {
        let mut input = InBuffer::around(block);
        input.set_pos(*position);
        if *position == block.len() && !*in_frame {
            return Some(None);
        }
        let mut output = OutBuffer::around(window.as_mut_slice());
        let hint = context.decompress_stream(&mut output, &mut input).ok()?;
        let (read, written) = (input.pos() - *position, output.pos());
        *position = input.pos();
        *in_frame = hint != 0;
        if written > 0 {
            return Some(window.get(..written));
        }
        if read == 0 {
            // Wants more input than there is: the frame is cut off.
            return None;
        }
    }
}
