//! Writes the end of a log file again, as it is. After a failed sync the page cache shows what was
//! written, and the system takes it for saved: the next sync has nothing to do and succeeds. Once it is
//! written again that sync has to save it, or fail.

use std::io;

use ottla_log::SegmentFile;
use ottla_log::open::Unvouched;
use ottla_model::Offset;
use ottla_record::BatchHeader;

use super::segment_files::SegmentFiles;

/// Bytes written at a time.
const CHUNK_BYTES: usize = 1 << 20;
/// Zeros in the place of a batch that tell that nothing was written from there on.
const UNWRITTEN_BYTES: usize = 4096;

/// Writes again what a log file holds behind a position. Room that was taken ahead and not written
/// stays as it is.
///
/// # Errors
/// What the device said.
pub(super) fn rewrite(
    files: &SegmentFiles,
    from: Unvouched,
    recovery_point: Offset,
) -> io::Result<()> {
    let file = files.get_or_create(from.base_offset, SegmentFile::Log)?;
    let mut written = Written {
        len: file.len()?,
        position: from.position,
        offset: from.base_offset,
        recovery_point,
    };
    let len = usize::try_from(written.len).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
    let (mut buffer, mut done) = (vec![0; len], from.position);
    loop {
        let count = file.read_at(done, &mut buffer)?;
        let (part, is_end) = written.part_of(done, &buffer[..count]);
        file.write_at(done, &buffer[..part])?;
        done += part as u64;
        if is_end || count == 0 {
            return Ok(());
        }
    }
}

/// How far a log file was written: its batches tell.
struct Written {
    /// Bytes of the file.
    len: u64,
    /// Where the next batch begins, and the offset behind the one before.
    position: u64,
    offset: Offset,
    recovery_point: Offset,
}

impl Written {
    /// How many of these bytes at `start` were written, and whether that is the end. What cannot be
    /// told from them is left for the next time.
    fn part_of(&mut self, start: u64, bytes: &[u8]) -> (usize, bool) {
        let is_last = start + bytes.len() as u64 >= self.len;
        while let Ok(at) = usize::try_from(self.position - start)
            && at < bytes.len()
        {
            let front = &bytes[at..bytes.len().min(at + UNWRITTEN_BYTES)];
            if front.len() < UNWRITTEN_BYTES && !is_last && at > 0 {
                return (at, false);
            }
            match BatchHeader::parse(front) {
                Ok(header) => {
                    self.position += header.size_in_bytes() as u64;
                    self.offset = header.next_offset();
                }
                // Behind a hole before the recovery point the log goes on.
                Err(_) if self.offset >= self.recovery_point && front.iter().all(|&b| b == 0) => {
                    return (at, true);
                }
                Err(_) => self.position = self.len,
            }
        }
        (bytes.len(), is_last)
    }
}
