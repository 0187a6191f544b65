//! One batch in a slice, and the walk over a slice of many.

use ottla_base::crc32c;

use crate::header::{ATTRIBUTES_AT, LENGTH_AT, LOG_OVERHEAD, MAGIC_AT, MAGIC_V2};
use crate::{BatchError, BatchHeader};

/// The bytes of exactly one batch, with its header parsed. The header's shape has been checked
/// (format, length); checksum and records have not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchView<'a> {
    header: BatchHeader,
    bytes: &'a [u8],
}

impl<'a> BatchView<'a> {
    /// The batch at the front of `bytes`; more may follow it.
    ///
    /// # Errors
    /// [`BatchError::Truncated`], [`BatchError::UnsupportedMagic`] or [`BatchError::BadLength`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, BatchError> {
        let header = match bytes.len() {
            len if len < BatchHeader::LEN => return Err(shape_of_short(bytes)),
            _ => BatchHeader::parse(bytes)?,
        };
        let needed = header.size_in_bytes();
        let Some(bytes) = bytes.get(..needed) else {
            let available = bytes.len() as u64;
            return Err(BatchError::Truncated { needed: needed as u64, available });
        };
        Ok(Self { header, bytes })
    }

    /// Its header.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// The whole batch.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The record block, compressed as the codec says.
    pub fn body(&self) -> &'a [u8] {
        &self.bytes[BatchHeader::LEN..]
    }

    /// Checks the checksum over the whole batch.
    ///
    /// # Errors
    /// [`BatchError::BadCrc`].
    pub fn check_crc(&self) -> Result<(), BatchError> {
        let computed = crc32c(&self.bytes[ATTRIBUTES_AT..]);
        let stored = self.header.crc;
        if stored == computed { Ok(()) } else { Err(BatchError::BadCrc { stored, computed }) }
    }
}

/// What is wrong with bytes that are shorter than a header: a length or format that no further
/// byte can mend, or else only that they are short.
fn shape_of_short(bytes: &[u8]) -> BatchError {
    let available = bytes.len() as u64;
    let length = bytes.get(LENGTH_AT..).and_then(|rest| rest.first_chunk()).copied();
    let length = length.map(i32::from_be_bytes);
    match (length, bytes.get(MAGIC_AT)) {
        (_, Some(&magic)) if magic as i8 != MAGIC_V2 => {
            BatchError::UnsupportedMagic { magic: magic as i8 }
        }
        (Some(length), _) if (length as i64) < (BatchHeader::LEN - LOG_OVERHEAD) as i64 => {
            BatchError::BadLength { length }
        }
        (Some(length), _) => {
            BatchError::Truncated { needed: LOG_OVERHEAD as u64 + length as u64, available }
        }
        (None, _) => BatchError::Truncated { needed: BatchHeader::LEN as u64, available },
    }
}

/// Walks the batches in `bytes`, one after the other. The first error ends the walk; a batch cut
/// off at the end is such an error ([`BatchError::Truncated`]), and [`Batches::position`] then says
/// where it starts.
pub fn split_batches(bytes: &[u8]) -> Batches<'_> {
    Batches { bytes, position: 0, failed: false }
}

/// The iterator of [`split_batches`].
#[derive(Debug, Clone)]
pub struct Batches<'a> {
    bytes: &'a [u8],
    position: usize,
    failed: bool,
}

impl Batches<'_> {
    /// Bytes of the batches given out so far.
    pub fn position(&self) -> usize {
        self.position
    }
}

impl<'a> Iterator for Batches<'a> {
    type Item = Result<BatchView<'a>, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.position..).filter(|rest| !rest.is_empty())?;
        if self.failed {
            return None;
        }
        let batch = BatchView::parse(rest);
        match &batch {
            Ok(view) => self.position += view.bytes().len(),
            Err(_) => self.failed = true,
        }
        Some(batch)
    }
}
