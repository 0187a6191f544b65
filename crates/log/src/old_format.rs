//! Messages of the formats before v2 (Kafka 0.11), which this log does not hold and does not take for
//! damage: a log with such messages in it is left as it is, and not opened.
//!
//! ```text
//! 0 offset i64    8 length i32    12 crc u32    16 magic i8    17 …
//! ```
//! The checksum is CRC-32 of what follows it.

use alloc::vec;

use ottla_base::Crc32;
use ottla_model::Offset;

use crate::scan::SWEEP_WINDOW_BYTES;
use crate::{LogError, SegmentBytes, SegmentFile};

/// Bytes of offset and length, which the length leaves out.
const OVERHEAD: u64 = 12;
/// Position of the length.
const LENGTH_AT: usize = 8;
/// Position of the checksum.
const CRC_AT: usize = 12;
/// Position of the format number, and of the first byte that the checksum covers.
const MAGIC_AT: usize = 16;
/// Messages that are looked at for one that is sound.
const MESSAGES_MAX: usize = 64;
/// What follows the length of a message of format 0 without key and value; format 1 has a timestamp
/// beside that. There is no other old format.
const LENGTH_MIN: [u64; 2] = [14, 22];

/// Refuses a log whose first message is of an old format: formats only grow with a log's age.
pub(crate) fn refuse_if_oldest<B: SegmentBytes>(
    segments: impl Iterator<Item = (Offset, u64)>,
    bytes: &B,
) -> Result<(), LogError> {
    let mut written = segments.filter(|(_, size)| *size > 0);
    let Some((base_offset, len)) = written.next() else { return Ok(()) };
    refuse_at(base_offset, 0, len, bytes)
}

/// Refuses a log that has messages of an old format at `position` of a segment of `len` bytes: one
/// of those that follow each other there has a matching checksum.
///
/// # Errors
/// [`LogError::OldFormat`], or what the device said.
pub(crate) fn refuse_at<B: SegmentBytes>(
    base_offset: Offset,
    position: u64,
    len: u64,
    bytes: &B,
) -> Result<(), LogError> {
    let mut at = position;
    for _ in 0..MESSAGES_MAX {
        let Some(message) = message_at(base_offset, at, len, bytes)? else { return Ok(()) };
        let from = at + MAGIC_AT as u64;
        if checksum(base_offset, from, message.end, bytes)? == Some(message.crc) {
            let magic = message.magic;
            return Err(LogError::OldFormat { base_offset, position, magic });
        }
        at = message.end;
    }
    Ok(())
}

/// What may be a message of an old format.
struct Message {
    magic: u8,
    crc: u32,
    end: u64,
}

fn message_at<B: SegmentBytes>(
    base_offset: Offset,
    position: u64,
    len: u64,
    bytes: &B,
) -> Result<Option<Message>, LogError> {
    let mut head = [0; MAGIC_AT + 1];
    let count = bytes.read_at(base_offset, SegmentFile::Log, position, &mut head)?;
    let magic = head[MAGIC_AT];
    let Some(length_min) = LENGTH_MIN.get(usize::from(magic)) else { return Ok(None) };
    let field = |at: usize| head[at..].first_chunk().map_or(0, |four| u32::from_be_bytes(*four));
    let length = u64::from(field(LENGTH_AT));
    let end = position.saturating_add(OVERHEAD).saturating_add(length);
    let is_one = count == head.len() && length >= *length_min && end <= len;
    Ok(is_one.then(|| Message { magic, crc: field(CRC_AT), end }))
}

/// The checksum of a stretch; `None` if the file ends within it.
fn checksum<B: SegmentBytes>(
    base_offset: Offset,
    from: u64,
    end: u64,
    bytes: &B,
) -> Result<Option<u32>, LogError> {
    let mut buffer = vec![0; SWEEP_WINDOW_BYTES.min(usize::try_from(end - from).unwrap_or(0))];
    let (mut crc, mut at) = (Crc32::new(), from);
    while at < end {
        let wanted = buffer.len().min(usize::try_from(end - at).unwrap_or(usize::MAX));
        let count = bytes.read_at(base_offset, SegmentFile::Log, at, &mut buffer[..wanted])?;
        if count == 0 {
            return Ok(None);
        }
        crc.update(&buffer[..count]);
        at += count as u64;
    }
    Ok(Some(crc.value()))
}
