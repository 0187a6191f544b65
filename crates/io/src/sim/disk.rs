//! Paths of a simulated node: each call is admitted, noted in the trace, and done on the tree.

use std::io;
use std::path::Path;
use std::sync::Arc;

use ottla_base::WallTime;

use super::file::{SimFile, SimLock};
use super::node::SimIo;
use super::state::State;
use super::tree::Tree;
use crate::{Entry, FileIdentity, Open};

impl SimIo {
    pub(crate) fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        self.change("mkdir", path, &[], |tree, _| tree.create_dir_all(path))
    }

    pub(crate) fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        self.look("list", path, |tree| tree.list(path))
    }

    pub(crate) fn list_dirs(&self, path: &Path) -> io::Result<Vec<String>> {
        let entries = self.look("list dirs", path, |tree| tree.list(path))?;
        Ok(entries.into_iter().filter(|entry| entry.is_dir).map(|entry| entry.name).collect())
    }

    pub(crate) fn identity(&self, path: &Path) -> io::Result<FileIdentity> {
        self.look("look at", path, |tree| tree.identity(path))
    }

    pub(crate) fn open(&self, path: &Path, how: Open) -> io::Result<SimFile> {
        let inode =
            self.change("open", path, &[how as u64], |tree, now| tree.open(path, how, now))?;
        Ok(SimFile::new(self, inode, path, how != Open::Read))
    }

    pub(crate) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change("rename from", from, &[], |_, _| Ok(()))?;
        self.change("rename to", to, &[], |tree, _| tree.rename(from, to))
    }

    pub(crate) fn symlink(&self, _target: &Path, _link: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.change("remove", path, &[], |tree, _| tree.remove_file(path))
    }

    pub(crate) fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        self.change("remove all", path, &[], |tree, _| tree.remove_dir_all(path))
    }

    pub(crate) fn exists(&self, path: &Path) -> io::Result<bool> {
        self.look("exists", path, |tree| tree.exists(path))
    }

    pub(crate) fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.change("sync dir", path, &[], |tree, _| tree.sync_dir(path))
    }

    pub(crate) fn lock(&self, path: &Path) -> io::Result<SimLock> {
        let inode = self.change("lock", path, &[], |tree, now| {
            let inode = tree.open(path, Open::Create, now)?;
            if !tree.locked.insert(inode) {
                tree.close(inode);
                let held = io::ErrorKind::WouldBlock;
                return Err(io::Error::new(held, "another process holds it"));
            }
            Ok(inode)
        })?;
        Ok(SimLock::new(self, inode))
    }

    pub(crate) fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        self.look("free bytes", path, |tree| {
            tree.find(path)?;
            Ok(tree.capacity_bytes.saturating_sub(tree.used_bytes()))
        })
    }

    pub(crate) fn total_bytes(&self, path: &Path) -> io::Result<u64> {
        self.look("total bytes", path, |tree| {
            tree.find(path)?;
            Ok(tree.capacity_bytes)
        })
    }

    /// A call that changes nothing.
    pub(super) fn look<T>(
        &self,
        what: &'static str,
        path: &Path,
        call: impl FnOnce(&Tree) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut state = self.shared.lock();
        state.check_alive(self.node, self.life)?;
        state.note(self.node, what, &path.to_string_lossy(), &[]);
        call(&state.nodes[self.node].disk)
    }

    /// A call that changes the disk: the power may go just before it.
    pub(super) fn change<T>(
        &self,
        what: &'static str,
        path: &Path,
        numbers: &[u64],
        call: impl FnOnce(&mut Tree, WallTime) -> io::Result<T>,
    ) -> io::Result<T> {
        let now = self.now().wall;
        let mut state = self.shared.lock();
        state.admit_change(self.node, self.life)?;
        state.note(self.node, what, &path.to_string_lossy(), numbers);
        call(&mut state.nodes[self.node].disk, now)
    }
}

impl State {
    /// Counts down to a planned power cut.
    pub(super) fn admit_change(&mut self, node: usize, life: u32) -> io::Result<()> {
        self.check_alive(node, life)?;
        match &mut self.nodes[node].writes_before_crash {
            Some(0) => {
                self.nodes[node].doomed = true;
                self.check_alive(node, life)
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// Shared by the handles of one open file.
pub(super) struct Handle {
    pub(super) io: SimIo,
    pub(super) inode: u64,
}

impl Handle {
    pub(super) fn new(io: &SimIo, inode: u64) -> Arc<Self> {
        Arc::new(Self { io: io.clone(), inode })
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let mut state = self.io.shared.lock();
        if state.is_alive(self.io.node, self.io.life) {
            state.nodes[self.io.node].disk.close(self.inode);
        }
    }
}
