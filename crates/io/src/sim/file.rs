//! An open file of a simulated node.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::io::Errno;

use super::disk::Handle;
use super::node::SimIo;

#[derive(Clone)]
pub(crate) struct SimFile {
    handle: Arc<Handle>,
    path: Arc<PathBuf>,
    writable: bool,
}

impl SimFile {
    pub(super) fn new(io: &SimIo, inode: u64, path: &Path, writable: bool) -> Self {
        Self { handle: Handle::new(io, inode), path: Arc::new(path.to_owned()), writable }
    }

    pub(super) fn io(&self) -> &SimIo {
        &self.handle.io
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.handle) > 1
    }

    pub(crate) fn len(&self) -> io::Result<u64> {
        let Handle { io, inode } = &*self.handle;
        let state = io.shared.lock();
        state.check_alive(io.node, io.life)?;
        Ok(state.nodes[io.node].disk.file(*inode)?.cache.len())
    }

    pub(crate) fn read_at(&self, position: u64, buf: &mut [u8]) -> io::Result<usize> {
        let Handle { io, inode } = &*self.handle;
        let mut state = io.shared.lock();
        state.check_alive(io.node, io.life)?;
        let chance = state.faults.read_error_per_million;
        let unlucky = state.disk_rng.chance(chance, 1_000_000);
        let wanted = [*inode, position, buf.len() as u64];
        state.note(io.node, "file read", &self.path.to_string_lossy(), &wanted);
        let disk = &state.nodes[io.node].disk;
        if unlucky || disk.failing_reads {
            return Err(Errno::IO.into());
        }
        disk.read(*inode, position, buf)
    }

    /// All of it, or nothing: then it is not in memory.
    pub(crate) fn read_cached(&self, position: u64, buf: &mut [u8]) -> io::Result<usize> {
        if self.is_cached() { self.read_at(position, buf) } else { Ok(0) }
    }

    /// Three times of four, whatever is asked for.
    pub(crate) fn is_cached(&self) -> bool {
        self.handle.io.shared.lock().disk_rng.chance(3, 4)
    }

    /// Fails where a read would.
    pub(crate) fn load(&self, position: u64, _len: u64) -> io::Result<()> {
        self.read_at(position, &mut [0]).map(drop)
    }

    pub(crate) fn write_at(&self, position: u64, bytes: &[u8]) -> io::Result<()> {
        self.check_writable()?;
        let Handle { io, inode } = &*self.handle;
        let checksum = u64::from(ottla_base::crc32c(bytes));
        let numbers = [*inode, position, bytes.len() as u64, checksum];
        io.change("file write", &self.path, &numbers, |tree, now| {
            tree.write(*inode, position, bytes, now)
        })
    }

    /// One system call takes them all, so one power cut spares or cuts them as one write.
    pub(crate) fn write_all_vectored_at(&self, position: u64, parts: &[&[u8]]) -> io::Result<()> {
        self.write_at(position, &parts.concat())
    }

    pub(crate) fn set_len(&self, len: u64) -> io::Result<()> {
        self.check_writable()?;
        let Handle { io, inode } = &*self.handle;
        io.change("file set len", &self.path, &[*inode, len], |tree, now| {
            tree.set_len(*inode, len, now)
        })
    }

    pub(crate) fn sync_data(&self) -> io::Result<()> {
        let Handle { io, inode } = &*self.handle;
        let mut state = io.shared.lock();
        state.admit_change(io.node, io.life)?;
        state.note(io.node, "file sync", &self.path.to_string_lossy(), &[*inode]);
        let state = &mut *state;
        let disk = &mut state.nodes[io.node].disk;
        let unlucky = state.disk_rng.chance(state.faults.sync_error_per_million, 1_000_000);
        if unlucky || disk.failing_syncs > 0 {
            disk.failing_syncs = disk.failing_syncs.saturating_sub(1);
            disk.fail_sync(*inode, &mut state.disk_rng);
            return Err(Errno::IO.into());
        }
        disk.sync(*inode)
    }

    fn check_writable(&self) -> io::Result<()> {
        if self.writable { Ok(()) } else { Err(Errno::BADF.into()) }
    }
}

/// A held lock file.
pub(crate) struct SimLock {
    handle: Arc<Handle>,
}

impl SimLock {
    pub(super) fn new(io: &SimIo, inode: u64) -> Self {
        Self { handle: Handle::new(io, inode) }
    }
}

impl Drop for SimLock {
    fn drop(&mut self) {
        let Handle { io, inode } = &*self.handle;
        let mut state = io.shared.lock();
        if state.is_alive(io.node, io.life) {
            state.nodes[io.node].disk.locked.remove(inode);
        }
    }
}
