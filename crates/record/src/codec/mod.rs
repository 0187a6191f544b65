//! The five codecs of the protocol, behind one enum, with every decompression bounded.

mod decode;
mod encode;
pub(crate) mod lz4;
mod snappy;
mod xxh32;

use core::fmt;
use core::str::FromStr;

use zstd::zstd_safe::{CCtx, DCtx};

use crate::BatchError;

pub(crate) use decode::BlockReader;

/// How the record block of a batch is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Codec {
    /// Not at all.
    #[default]
    None,
    /// RFC 1952.
    Gzip,
    /// Snappy blocks in the framing of snappy-java; raw snappy is read too.
    Snappy,
    /// The LZ4 frame format.
    Lz4,
    /// RFC 8878 (since Produce v7, KIP-110).
    Zstd,
}

impl Codec {
    /// All of them, in the order of their ids.
    pub const ALL: [Self; 5] = [Self::None, Self::Gzip, Self::Snappy, Self::Lz4, Self::Zstd];

    /// Its number in the attribute bits.
    pub fn id(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Gzip => 1,
            Self::Snappy => 2,
            Self::Lz4 => 3,
            Self::Zstd => 4,
        }
    }

    /// The codec with this number.
    pub fn from_id(id: u8) -> Option<Self> {
        Self::ALL.get(usize::from(id)).copied()
    }

    /// Its name in settings and tools.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }

    /// The levels that `compression.<codec>.level` accepts (KIP-390), if it has any. Gzip takes -1
    /// (the default, 6) beside 1 to 9.
    pub fn levels(self) -> Option<core::ops::RangeInclusive<i32>> {
        match self {
            Self::None | Self::Snappy => None,
            Self::Gzip => Some(-1..=9),
            Self::Lz4 => Some(1..=17),
            Self::Zstd => Some(-131_072..=22),
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Codec {
    type Err = ();

    /// The codec with this name; `uncompressed`, which topics use, is none.
    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "uncompressed" => Ok(Self::None),
            _ => Self::ALL.into_iter().find(|codec| codec.name() == name).ok_or(()),
        }
    }
}

/// A codec and how hard it shall try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compression {
    /// The codec.
    pub codec: Codec,
    /// Its level, clamped to [`Codec::levels`]; `None` for its default (gzip 6, lz4 9, zstd 3).
    /// LZ4 writes the same fast blocks at every level.
    pub level: Option<i32>,
}

impl From<Codec> for Compression {
    fn from(codec: Codec) -> Self {
        Self { codec, level: None }
    }
}

/// What codecs keep between batches, because building it anew costs more than a small batch.
/// Holds no data of earlier batches that could be seen through it.
#[derive(Default)]
pub struct CodecSpace {
    pub(crate) zstd_in: Option<DCtx<'static>>,
    pub(crate) zstd_out: Option<CCtx<'static>>,
    pub(crate) window: Vec<u8>,
    pub(crate) block: Vec<u8>,
}

impl CodecSpace {
    /// An empty one; allocates on first use.
    pub fn new() -> Self {
        Self::default()
    }
}

impl fmt::Debug for CodecSpace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodecSpace")
    }
}

/// Appends `plain` to `out` as one block of the codec.
pub fn compress(compression: Compression, plain: &[u8], out: &mut Vec<u8>, space: &mut CodecSpace) {
    encode::compress(compression, plain, out, space);
}

/// Unpacks a block, of which no more than `limit` bytes may come out.
///
/// # Errors
/// [`BatchError::BadCompression`], or [`BatchError::DecompressedTooLarge`]; by then no more than
/// `limit` and a constant has been allocated.
pub fn decompress(
    codec: Codec,
    block: &[u8],
    limit: usize,
    space: &mut CodecSpace,
) -> Result<Vec<u8>, BatchError> {
    let mut plain = Vec::new();
    decompress_into(codec, block, limit, &mut plain, space)?;
    Ok(plain)
}

/// As [`decompress`], behind what `plain` holds.
///
/// # Errors
/// As [`decompress`].
pub fn decompress_into(
    codec: Codec,
    block: &[u8],
    limit: usize,
    plain: &mut Vec<u8>,
    space: &mut CodecSpace,
) -> Result<(), BatchError> {
    let mut reader = BlockReader::open(codec, block, limit as u64, space)?;
    while let Some(chunk) = reader.next_chunk()? {
        plain.extend_from_slice(chunk);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
