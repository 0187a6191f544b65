//! What of a file the page cache has, and how it gets what it has not: by the system's own
//! read-ahead, which brings large folios and knows how deep to go, not by `fadvise(WILLNEED)`, which
//! brings single pages that cost twice the CPU when they are sent.

use std::fs::{File, OpenOptions};
use std::io::{self, IoSliceMut};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;

use rustix::io::{Errno, ReadWriteFlags};

/// Bytes read at once where nothing takes pages without a copy.
const COPY_BYTES: usize = 128 << 10;

/// Reads what the page cache has from `position` on, without waiting for the device: short where it
/// has no more, or where the file ends.
pub(super) fn read_cached(file: &File, position: u64, buf: &mut [u8]) -> io::Result<usize> {
    let mut parts = [IoSliceMut::new(buf)];
    match rustix::io::preadv2(file, &mut parts, position, ReadWriteFlags::NOWAIT) {
        Ok(count) => Ok(count),
        Err(Errno::AGAIN | Errno::INTR) => Ok(0),
        // A file system that cannot tell.
        Err(Errno::OPNOTSUPP) => file.read_at(buf, position),
        Err(error) => Err(error.into()),
    }
}

/// Whether sending `len` bytes from `position` on would not wait for the device; `true` where the
/// system cannot tell.
///
/// First the pages are counted: a read that may not wait fetches the one page that it misses, and
/// read-ahead then stops in front of it. A page that is on its way counts as there, so the last byte
/// is read as well.
pub(super) fn is_cached(file: &File, position: u64, len: u64) -> bool {
    let Some(last) = len.checked_sub(1).and_then(|rest| position.checked_add(rest)) else {
        return true;
    };
    let page = rustix::param::page_size() as u64;
    let pages = last / page - position / page + 1;
    if cached_pages(file, position, len).is_some_and(|cached| cached < pages) {
        return false;
    }
    let mut byte = [0];
    let mut parts = [IoSliceMut::new(&mut byte)];
    rustix::io::preadv2(file, &mut parts, last, ReadWriteFlags::NOWAIT) != Err(Errno::AGAIN)
}

/// Waits until the page cache has, or had, `len` bytes from `position` on.
pub(super) fn load(file: &File, position: u64, len: u64) -> io::Result<()> {
    let end = position.saturating_add(len);
    let mut at = position;
    while at < end {
        let left = usize::try_from(end - at).unwrap_or(usize::MAX);
        let count = match nowhere() {
            Some(nowhere) => send_nowhere(nowhere, file, at, left),
            None => file.read_at(&mut vec![0; left.min(COPY_BYTES)], at),
        };
        match count {
            Ok(0) => break,
            Ok(count) => at += count as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// `/dev/null`, which takes pages and drops them: a tenth of what copying them costs.
fn nowhere() -> Option<&'static File> {
    static NOWHERE: OnceLock<Option<File>> = OnceLock::new();
    NOWHERE.get_or_init(|| OpenOptions::new().write(true).open("/dev/null").ok()).as_ref()
}

fn send_nowhere(nowhere: &File, file: &File, position: u64, len: usize) -> io::Result<usize> {
    let mut offset = position;
    match rustix::fs::sendfile(nowhere, file, Some(&mut offset), len) {
        // A file system that cannot feed it.
        Err(Errno::INVAL | Errno::NOSYS) => {
            file.read_at(&mut vec![0; len.min(COPY_BYTES)], position)
        }
        result => Ok(result?),
    }
}

/// How many pages of a range the page cache has, being read or there: `cachestat` of Linux 6.5, which
/// no library wraps yet. `None` on older systems, and for files that it does not tell about.
fn cached_pages(file: &File, position: u64, len: u64) -> Option<u64> {
    /// The call's number, the same on every architecture but Alpha.
    const CACHESTAT: libc::c_long = 451;
    #[repr(C)]
    struct Range {
        offset: u64,
        len: u64,
    }
    #[repr(C)]
    #[derive(Default)]
    struct Found {
        cached: u64,
        dirty: u64,
        in_writeback: u64,
        evicted: u64,
        recently_evicted: u64,
    }
    let range = Range { offset: position, len };
    let mut found = Found::default();
    // SAFETY: the descriptor is open for as long as `file` is borrowed; both structs are laid out as
    // the system's `cachestat_range` and `cachestat`, live past the call, and nothing else refers to
    // the one that it writes. A system without the call answers ENOSYS and touches neither.
    #[allow(unsafe_code, reason = "a system call that no library wraps")]
    let result =
        unsafe { libc::syscall(CACHESTAT, file.as_raw_fd(), &raw const range, &raw mut found, 0) };
    (result == 0).then_some(found.cached)
}
