//! Packing, as Kafka's Java client would.

use std::io::Write;

use flate2::write::GzEncoder;
use zstd::zstd_safe::{CCtx, CParameter, InBuffer, OutBuffer, ResetDirective};

use super::{Codec, CodecSpace, Compression, lz4, snappy};

/// `Deflater.DEFAULT_COMPRESSION` of Java is zlib's 6.
const GZIP_LEVEL_DEFAULT: u32 = 6;
const ZSTD_LEVEL_DEFAULT: i32 = 3;

/// Appends `plain` to `out` as one block of the codec.
pub(super) fn compress(
    compression: Compression,
    plain: &[u8],
    out: &mut Vec<u8>,
    space: &mut CodecSpace,
) {
    let levels = compression.codec.levels();
    let level = compression.level.zip(levels);
    let level = level.map(|(level, all)| level.clamp(*all.start(), *all.end()));
    match compression.codec {
        Codec::None => out.extend_from_slice(plain),
        Codec::Gzip => gzip(level, plain, out),
        Codec::Snappy => snappy::compress(plain, out, &mut space.block),
        Codec::Lz4 => lz4::compress(plain, out, &mut space.block),
        Codec::Zstd => zstd(level.unwrap_or(ZSTD_LEVEL_DEFAULT), plain, out, space),
    }
}

fn gzip(level: Option<i32>, plain: &[u8], out: &mut Vec<u8>) {
    let level = level.and_then(|level| u32::try_from(level).ok()).unwrap_or(GZIP_LEVEL_DEFAULT);
    let mut encoder = GzEncoder::new(out, flate2::Compression::new(level));
    let done = encoder.write_all(plain).and_then(|()| encoder.finish().map(|_| ()));
    ottla_base::always!(done.is_ok(), "writing to memory failed: {done:?}");
}

fn zstd(level: i32, plain: &[u8], out: &mut Vec<u8>, space: &mut CodecSpace) {
    let context = space.zstd_out.get_or_insert_with(CCtx::create);
    let result = zstd_into(context, level, plain, out);
    ottla_base::always!(result.is_some(), "zstd refused its own parameters");
}

/// Through the stream interface with the size pledged: the frame tells its content size, and the
/// window shrinks to it, so that a reader needs no more memory than the data.
fn zstd_into(
    context: &mut CCtx<'static>,
    level: i32,
    plain: &[u8],
    out: &mut Vec<u8>,
) -> Option<()> {
    context.reset(ResetDirective::SessionAndParameters).ok()?;
    context.set_parameter(CParameter::CompressionLevel(level)).ok()?;
    context.set_pledged_src_size(Some(plain.len() as u64)).ok()?;
    let start = out.len();
    out.resize(start + zstd::zstd_safe::compress_bound(plain.len()), 0);
    let mut input = InBuffer::around(plain);
    let mut output = OutBuffer::around(&mut out[start..]);
    let left = context
        .compress_stream2(
            &mut output,
            &mut input,
            zstd::zstd_safe::zstd_sys::ZSTD_EndDirective::ZSTD_e_end,
        )
        .ok()?;
    let written = output.pos();
    out.truncate(start + written);
    (left == 0).then_some(())
}
