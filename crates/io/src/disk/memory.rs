//! What of a file the page cache has, and how it gets what it has not: by the system's own
//! read-ahead, which brings large folios and knows how deep to go, not by `fadvise(WILLNEED)`, which
//! brings single pages that cost half as much CPU again when they are sent.

use std::fs::{File, OpenOptions};
use std::io::{self, IoSliceMut};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;

use rustix::io::{Errno, ReadWriteFlags};

/// Bytes read at once where nothing takes pages without a copy.
const COPY_BYTES: usize = 128 << 10;

/// Reads what the page cache has from `position` on: short where it has no more, or where the file ends.
///
/// # Errors
/// `AGAIN` if it has nothing there; others where the system or the file cannot tell.
pub(super) fn read_cached(file: &File, position: u64, buf: &mut [u8]) -> rustix::io::Result<usize> {
    let mut parts = [IoSliceMut::new(buf)];
    rustix::io::preadv2(file, &mut parts, position, ReadWriteFlags::NOWAIT)
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
    read_cached(file, last, &mut [0]) != Err(Errno::AGAIN)
}

/// Waits until the page cache has, or had, `len` bytes from `position` on.
pub(super) fn load(file: &File, position: u64, len: u64) -> io::Result<()> {
    let end = position.saturating_add(len);
    let mut at = position;
    while at < end {
        let left = usize::try_from(end - at).unwrap_or(usize::MAX);
        match load_some(file, at, left) {
            Ok(0) => break,
            Ok(count) => at += count as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn load_some(file: &File, position: u64, len: usize) -> io::Result<usize> {
    let sent = match nowhere() {
        Some(nowhere) => rustix::fs::sendfile(nowhere, file, Some(&mut { position }), len),
        None => Err(Errno::NOSYS),
    };
    match sent {
        Err(error) if is_unsendable(error) => {
            file.read_at(&mut vec![0; len.min(COPY_BYTES)], position)
        }
        result => Ok(result?),
    }
}

/// `/dev/null`, which takes pages and drops them: a tenth of what copying them costs.
fn nowhere() -> Option<&'static File> {
    static NOWHERE: OnceLock<Option<File>> = OnceLock::new();
    NOWHERE.get_or_init(|| OpenOptions::new().write(true).open("/dev/null").ok()).as_ref()
}

/// Whether `sendfile` failed because the file system cannot feed it.
pub(crate) fn is_unsendable(error: Errno) -> bool {
    matches!(error, Errno::INVAL | Errno::NOSYS)
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
