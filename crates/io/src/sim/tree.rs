//! The file tree of a simulated disk, twice: as its node sees it (the page cache) and as it is on
//! the platter, with the list of changes that lie between.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path};

use ottla_base::WallTime;
use rustix::io::Errno;

use super::content::{Content, PAGE_BYTES};
use crate::{Entry, FileIdentity, Open};

/// The inode of `/`.
pub(super) const ROOT: u64 = 0;

/// Unsynced bytes of one file after which the system starts to write the oldest back by itself.
const WRITE_BACK_BYTES: u64 = 8 << 20;

/// Inodes that are made before those that nothing leads to are looked for.
const FORGET_AT: usize = 64;

/// The disk of one node.
pub(super) struct Tree {
    pub(super) inodes: BTreeMap<u64, Inode>,
    next_inode: u64,
    next_change: u64,
    /// Changes of names in two directories at once, which come to the platter together.
    pub(super) joint: BTreeMap<u64, (u64, u64)>,
    pub(super) capacity_bytes: u64,
    pages_used: u64,
    /// How many inodes make it worth while to look for those that nothing leads to.
    forget_at: usize,
    pub(super) locked: BTreeSet<u64>,
    /// Syncs that will fail, whatever the dice say.
    pub(super) failing_syncs: u32,
    /// Whether every write to a file fails.
    pub(super) failing_writes: bool,
    /// Whether every read fails.
    pub(super) failing_reads: bool,
}

pub(super) enum Inode {
    Dir(Dir),
    File(FileNode),
}

#[derive(Default)]
pub(super) struct Dir {
    pub(super) names: BTreeMap<String, u64>,
    pub(super) durable: BTreeMap<String, u64>,
    pub(super) pending: Vec<NameChange>,
}

/// One unsynced change of a directory. Several with one number happen together or not at all.
pub(super) struct NameChange {
    pub(super) number: u64,
    name: String,
    /// `None` removes the name.
    to: Option<u64>,
}

#[derive(Default)]
pub(super) struct FileNode {
    pub(super) cache: Content,
    pub(super) durable: Content,
    pub(super) pending: Vec<Change>,
    pending_bytes: u64,
    pub(super) modified: WallTime,
    pub(super) open: u32,
}

/// One unsynced change of a file.
pub(super) enum Change {
    Write { position: u64, bytes: Vec<u8> },
    SetLen(u64),
}

impl Change {
    pub(super) fn apply(&self, to: &mut Content) {
        match self {
            Self::Write { position, bytes } => to.write(*position, bytes),
            Self::SetLen(len) => to.set_len(*len),
        }
    }
}

impl Dir {
    /// Brings the changes up to `number` to the platter.
    pub(super) fn commit(&mut self, number: u64) {
        let count = self.pending.partition_point(|change| change.number <= number);
        for change in self.pending.drain(..count) {
            match change.to {
                Some(inode) => self.durable.insert(change.name, inode),
                None => self.durable.remove(&change.name),
            };
        }
    }
}

impl Tree {
    pub(super) fn new(capacity_bytes: u64) -> Self {
        Self {
            inodes: BTreeMap::from([(ROOT, Inode::Dir(Dir::default()))]),
            next_inode: ROOT + 1,
            next_change: 0,
            joint: BTreeMap::new(),
            capacity_bytes,
            pages_used: 0,
            forget_at: FORGET_AT,
            locked: BTreeSet::new(),
            failing_syncs: 0,
            failing_writes: false,
            failing_reads: false,
        }
    }

    pub(super) fn create_dir_all(&mut self, path: &Path) -> io::Result<()> {
        let mut at = ROOT;
        for name in names_of(path)? {
            at = match self.dir(at)?.names.get(name) {
                Some(&inode) => inode,
                None => {
                    let inode = self.add_inode(Inode::Dir(Dir::default()));
                    let number = self.new_change();
                    self.set_name(at, name, Some(inode), number)?;
                    inode
                }
            };
        }
        self.dir(at).map(|_| ())
    }

    pub(super) fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let dir = self.dir(self.find(path)?)?;
        let entries = dir.names.iter().filter_map(|(name, inode)| {
            let (is_dir, len, modified) = match self.inodes.get(inode)? {
                Inode::Dir(_) => (true, 0, WallTime::default()),
                Inode::File(file) => (false, file.cache.len(), file.modified),
            };
            Some(Entry { name: name.clone(), is_dir, len, modified })
        });
        Ok(entries.collect())
    }

    pub(super) fn identity(&self, path: &Path) -> io::Result<FileIdentity> {
        let inode = self.find(path)?;
        let file = self.file(inode)?;
        let modified_ms = u64::try_from(file.modified.millis).unwrap_or(0);
        Ok(FileIdentity { inode, modified_ns: modified_ms * 1_000_000, len: file.cache.len() })
    }

    pub(super) fn exists(&self, path: &Path) -> io::Result<bool> {
        match self.find(path) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Opens a file and counts the handle.
    pub(super) fn open(&mut self, path: &Path, how: Open, now: WallTime) -> io::Result<u64> {
        let (dir, name) = self.parent(path)?;
        let inode = match self.dir(dir)?.names.get(name) {
            Some(_) if how == Open::CreateNew => return Err(Errno::EXIST.into()),
            Some(&inode) => inode,
            None if matches!(how, Open::Read | Open::Write) => return Err(Errno::NOENT.into()),
            None => {
                let inode =
                    self.add_inode(Inode::File(FileNode { modified: now, ..FileNode::default() }));
                let number = self.new_change();
                self.set_name(dir, name, Some(inode), number)?;
                inode
            }
        };
        self.file_mut(inode)?.open += 1;
        Ok(inode)
    }

    /// A handle was dropped.
    pub(super) fn close(&mut self, inode: u64) {
        if let Ok(file) = self.file_mut(inode) {
            file.open = file.open.saturating_sub(1);
            if file.open == 0 {
                self.forget_in_time();
            }
        }
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let (from_dir, from_name) = self.parent(from)?;
        let (to_dir, to_name) = self.parent(to)?;
        let inode = *self.dir(from_dir)?.names.get(from_name).ok_or(Errno::NOENT)?;
        if let Some(&target) = self.dir(to_dir)?.names.get(to_name) {
            if target == inode {
                return Ok(());
            }
            match (&self.inodes[&inode], &self.inodes[&target]) {
                (Inode::Dir(_), Inode::Dir(dir)) if dir.names.is_empty() => {}
                (Inode::Dir(_), Inode::Dir(_)) => return Err(Errno::NOTEMPTY.into()),
                (Inode::Dir(_), Inode::File(_)) => return Err(Errno::NOTDIR.into()),
                (Inode::File(_), Inode::Dir(_)) => return Err(Errno::ISDIR.into()),
                (Inode::File(_), Inode::File(_)) => {}
            }
        }
        let number = self.new_change();
        self.set_name(from_dir, from_name, None, number)?;
        self.set_name(to_dir, to_name, Some(inode), number)?;
        if from_dir != to_dir {
            self.joint.insert(number, (from_dir, to_dir));
        }
        Ok(())
    }

    pub(super) fn remove_file(&mut self, path: &Path) -> io::Result<()> {
        let (dir, name) = self.parent(path)?;
        let inode = *self.dir(dir)?.names.get(name).ok_or(Errno::NOENT)?;
        self.file(inode)?;
        let number = self.new_change();
        self.set_name(dir, name, None, number)
    }

    pub(super) fn remove_dir_all(&mut self, path: &Path) -> io::Result<()> {
        let inode = self.find(path)?;
        let names: Vec<String> = self.dir(inode)?.names.keys().cloned().collect();
        for name in names {
            let child = path.join(name);
            match self.inodes[&self.find(&child)?] {
                Inode::Dir(_) => self.remove_dir_all(&child)?,
                Inode::File(_) => self.remove_file(&child)?,
            }
        }
        let (parent, name) = self.parent(path)?;
        let number = self.new_change();
        self.set_name(parent, name, None, number)
    }

    pub(super) fn sync_dir(&mut self, path: &Path) -> io::Result<()> {
        let inode = self.find(path)?;
        self.dir(inode)?;
        self.commit_names(BTreeMap::from([(inode, u64::MAX)]));
        self.forget_in_time();
        Ok(())
    }

    /// Brings the changes of these directories, up to a number each, to the platter, and those
    /// that cannot come without the other directory's.
    pub(super) fn commit_names(&mut self, mut limits: BTreeMap<u64, u64>) {
        loop {
            let lagging = self.joint.iter().find_map(|(&number, &(a, b))| {
                let reached = |dir| limits.get(dir).is_some_and(|&limit| limit >= number);
                match (reached(&a), reached(&b)) {
                    (true, false) => Some((b, number)),
                    (false, true) => Some((a, number)),
                    _ => None,
                }
            });
            let Some((dir, number)) = lagging else { break };
            limits.insert(dir, number);
        }
        self.joint.retain(|&number, (a, _)| limits.get(a).is_none_or(|&limit| limit < number));
        for (inode, limit) in limits {
            if let Some(Inode::Dir(dir)) = self.inodes.get_mut(&inode) {
                dir.commit(limit);
            }
        }
    }

    pub(super) fn read(&self, inode: u64, position: u64, buf: &mut [u8]) -> io::Result<usize> {
        Ok(self.file(inode)?.cache.read(position, buf))
    }

    pub(super) fn write(
        &mut self,
        inode: u64,
        position: u64,
        bytes: &[u8],
        now: WallTime,
    ) -> io::Result<()> {
        if self.failing_writes {
            return Err(Errno::IO.into());
        }
        let free = (self.capacity_bytes / PAGE_BYTES).saturating_sub(self.pages_used);
        let file = self.file_mut(inode)?;
        let before = file.cache.page_count();
        let count = file.cache.fitting(position, bytes.len(), free);
        let written = &bytes[..count];
        file.cache.write(position, written);
        file.modified = now;
        if count > 0 {
            file.pending.push(Change::Write { position, bytes: written.to_vec() });
            file.pending_bytes += count as u64;
        }
        file.write_back();
        let grown = file.cache.page_count() - before;
        self.pages_used += grown;
        if count < bytes.len() { Err(Errno::NOSPC.into()) } else { Ok(()) }
    }

    pub(super) fn set_len(&mut self, inode: u64, len: u64, now: WallTime) -> io::Result<()> {
        let file = self.file_mut(inode)?;
        let before = file.cache.page_count();
        file.cache.set_len(len);
        file.modified = now;
        file.pending.push(Change::SetLen(len));
        let freed = before - file.cache.page_count();
        self.pages_used = self.pages_used.saturating_sub(freed);
        Ok(())
    }

    pub(super) fn sync(&mut self, inode: u64) -> io::Result<()> {
        let file = self.file_mut(inode)?;
        for change in std::mem::take(&mut file.pending) {
            change.apply(&mut file.durable);
        }
        file.pending_bytes = 0;
        Ok(())
    }

    pub(super) fn used_bytes(&self) -> u64 {
        self.pages_used * PAGE_BYTES
    }

    /// As [`Self::forget_unreachable`], which looks at everything; on a disk without a limit only when
    /// as much again has come.
    fn forget_in_time(&mut self) {
        if self.capacity_bytes != u64::MAX || self.inodes.len() >= self.forget_at {
            self.forget_unreachable();
        }
    }

    /// Drops what neither a name, seen or durable, nor a handle leads to.
    pub(super) fn forget_unreachable(&mut self) {
        let mut reached = BTreeSet::from([ROOT]);
        let mut queue = vec![ROOT];
        while let Some(inode) = queue.pop() {
            let Some(Inode::Dir(dir)) = self.inodes.get(&inode) else { continue };
            let pending = dir.pending.iter().filter_map(|change| change.to.as_ref());
            for &child in dir.names.values().chain(dir.durable.values()).chain(pending) {
                if reached.insert(child) {
                    queue.push(child);
                }
            }
        }
        self.inodes.retain(|inode, node| match node {
            Inode::File(file) => file.open > 0 || reached.contains(inode),
            Inode::Dir(_) => reached.contains(inode),
        });
        let files = self.inodes.values().filter_map(|inode| match inode {
            Inode::File(file) => Some(file.cache.page_count()),
            Inode::Dir(_) => None,
        });
        self.pages_used = files.sum();
        self.forget_at = 2 * self.inodes.len() + FORGET_AT;
    }

    pub(super) fn find(&self, path: &Path) -> io::Result<u64> {
        names_of(path)?
            .into_iter()
            .try_fold(ROOT, |at, name| Ok(*self.dir(at)?.names.get(name).ok_or(Errno::NOENT)?))
    }

    fn parent<'p>(&self, path: &'p Path) -> io::Result<(u64, &'p str)> {
        let mut names = names_of(path)?;
        let last = names.pop().ok_or(Errno::INVAL)?;
        let dir = names.into_iter().try_fold(ROOT, |at, name| -> io::Result<u64> {
            Ok(*self.dir(at)?.names.get(name).ok_or(Errno::NOENT)?)
        })?;
        Ok((dir, last))
    }

    fn dir(&self, inode: u64) -> io::Result<&Dir> {
        match self.inodes.get(&inode) {
            Some(Inode::Dir(dir)) => Ok(dir),
            Some(Inode::File(_)) => Err(Errno::NOTDIR.into()),
            None => Err(Errno::NOENT.into()),
        }
    }

    pub(super) fn file(&self, inode: u64) -> io::Result<&FileNode> {
        match self.inodes.get(&inode) {
            Some(Inode::File(file)) => Ok(file),
            Some(Inode::Dir(_)) => Err(Errno::ISDIR.into()),
            None => Err(Errno::NOENT.into()),
        }
    }

    pub(super) fn file_mut(&mut self, inode: u64) -> io::Result<&mut FileNode> {
        match self.inodes.get_mut(&inode) {
            Some(Inode::File(file)) => Ok(file),
            Some(Inode::Dir(_)) => Err(Errno::ISDIR.into()),
            None => Err(Errno::NOENT.into()),
        }
    }

    fn set_name(&mut self, dir: u64, name: &str, to: Option<u64>, number: u64) -> io::Result<()> {
        let Some(Inode::Dir(dir)) = self.inodes.get_mut(&dir) else {
            return Err(Errno::NOTDIR.into());
        };
        match to {
            Some(inode) => dir.names.insert(name.to_owned(), inode),
            None => dir.names.remove(name),
        };
        dir.pending.push(NameChange { number, name: name.to_owned(), to });
        Ok(())
    }

    fn add_inode(&mut self, inode: Inode) -> u64 {
        let number = self.next_inode;
        self.next_inode += 1;
        self.inodes.insert(number, inode);
        number
    }

    fn new_change(&mut self) -> u64 {
        self.next_change += 1;
        self.next_change
    }
}

impl FileNode {
    /// Brings the older half to the platter when too much lies unsynced.
    fn write_back(&mut self) {
        if self.pending_bytes < WRITE_BACK_BYTES {
            return;
        }
        let mut written = 0;
        let count = self.pending.iter().take_while(|change| {
            let fits = written < WRITE_BACK_BYTES / 2;
            if let Change::Write { bytes, .. } = change {
                written += bytes.len() as u64;
            }
            fits
        });
        let count = count.count();
        let mut saved = 0;
        for change in self.pending.drain(..count) {
            if let Change::Write { bytes, .. } = &change {
                saved += bytes.len() as u64;
            }
            change.apply(&mut self.durable);
        }
        self.pending_bytes -= saved;
    }

    /// Forgets what was unsynced, after it was decided what becomes of it.
    pub(super) fn settle(&mut self) {
        self.pending.clear();
        self.pending_bytes = 0;
    }
}

/// The names along a path. Relative paths start at `/`, which is every node's working directory.
fn names_of(path: &Path) -> io::Result<Vec<&str>> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names.push(name.to_str().ok_or(Errno::ILSEQ)?),
            Component::ParentDir => drop(names.pop()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    Ok(names)
}
