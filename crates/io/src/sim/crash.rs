//! What a power cut, a failed sync and time do to a disk.

use std::collections::BTreeMap;

use ottla_base::Rng;

use super::content::Content;
use super::tree::{Change, FileNode, Inode, Tree};

/// What a device writes whole or not at all.
const SECTOR_BYTES: u64 = 512;

/// How one power cut treats what was not synced.
#[derive(Clone, Copy)]
enum Mood {
    /// Nothing of it survives: what most missing syncs need to show.
    LoseAll,
    /// All of it survives, as when the cut came long after the last write.
    KeepAll,
    /// Every file and directory has a fate of its own.
    Mixed,
}

impl Tree {
    /// The power is gone: what was synced stays, the rest is kept, lost or torn.
    pub(super) fn lose_power(&mut self, rng: &mut Rng) {
        let mood = match rng.below(5) {
            0 => Mood::LoseAll,
            1 => Mood::KeepAll,
            _ => Mood::Mixed,
        };
        self.settle_names(mood, rng);
        for inode in self.inodes.values_mut() {
            if let Inode::File(file) = inode {
                settle_file(file, mood, rng);
                file.settle();
                file.cache = file.durable.clone();
            }
        }
        self.failing_syncs = 0;
        self.close_all();
    }

    /// All handles and locks of a process are gone with it; the page cache stays.
    pub(super) fn close_all(&mut self) {
        self.locked.clear();
        for inode in self.inodes.values_mut() {
            if let Inode::File(file) = inode {
                file.open = 0;
            }
        }
        self.forget_unreachable();
    }

    /// Of each directory's unsynced changes a prefix survives: file systems keep them in order.
    fn settle_names(&mut self, mood: Mood, rng: &mut Rng) {
        let mut limits = BTreeMap::new();
        for (&number, inode) in &self.inodes {
            let Inode::Dir(dir) = inode else { continue };
            let Some(last) = dir.pending.len().checked_sub(1) else { continue };
            let kept = match mood {
                Mood::LoseAll => None,
                Mood::KeepAll => Some(last),
                Mood::Mixed => rng.below(last as u64 + 2).checked_sub(1).map(|kept| kept as usize),
            };
            if let Some(kept) = kept {
                limits.insert(number, dir.pending[kept].number);
            }
        }
        self.commit_names(limits);
        self.joint.clear();
        for inode in self.inodes.values_mut() {
            if let Inode::Dir(dir) = inode {
                dir.pending.clear();
                dir.names = dir.durable.clone();
            }
        }
    }

    /// A sync of this file has failed: part of what it should have saved reached the platter, and
    /// the system has forgotten that the rest did not. It still shows in the cache.
    pub(super) fn fail_sync(&mut self, inode: u64, rng: &mut Rng) {
        if let Ok(file) = self.file_mut(inode) {
            settle_file(file, Mood::Mixed, rng);
            file.settle();
        }
    }

    /// Flips one bit of a file, in the cache and on the platter; returns its position.
    pub(super) fn rot(&mut self, inode: u64, rng: &mut Rng) -> Option<u64> {
        let file = self.file_mut(inode).ok()?;
        let len = file.cache.len();
        if len == 0 {
            return None;
        }
        let (position, bit) = (rng.below(len), rng.below(8) as u8);
        file.cache.flip(position, bit);
        file.durable.flip(position, bit);
        Some(position)
    }
}

fn settle_file(file: &mut FileNode, mood: Mood, rng: &mut Rng) {
    let count = file.pending.len() as u64;
    if count == 0 {
        return;
    }
    let wanted_len = file.cache.len();
    let FileNode { pending, durable, .. } = file;
    match (mood, rng.below(5)) {
        (Mood::LoseAll, _) | (Mood::Mixed, 0) => {}
        (Mood::KeepAll, _) | (Mood::Mixed, 1) => {
            pending.iter().for_each(|change| change.apply(durable));
        }
        // In order up to one that is torn.
        (Mood::Mixed, 2) => {
            let kept = rng.below(count) as usize;
            pending[..kept].iter().for_each(|change| change.apply(durable));
            tear(&pending[kept], durable, rng);
        }
        // The new length was saved, the bytes only in part: zeros in their place.
        (Mood::Mixed, 3) => {
            keep_some(pending, durable, rng);
            durable.set_len(wanted_len);
        }
        (Mood::Mixed, _) => keep_some(pending, durable, rng),
    }
}

/// Each change is kept, torn or lost on its own, later ones also without earlier ones.
fn keep_some(pending: &[Change], durable: &mut Content, rng: &mut Rng) {
    for change in pending {
        match (change, rng.below(4)) {
            (_, 0 | 1) => change.apply(durable),
            (Change::Write { .. }, 2) => tear(change, durable, rng),
            (Change::Write { .. }, _) => {}
            // A file is not cut in place: what was written after a cut that is lost went to
            // blocks that nobody finds.
            (Change::SetLen(len), _) if *len < durable.len() => return,
            (Change::SetLen(_), _) => {}
        }
    }
}

/// The head, the tail or the middle of a write, cut at any byte; or each sector kept or lost on its
/// own.
fn tear(change: &Change, durable: &mut Content, rng: &mut Rng) {
    let Change::Write { position, bytes } = change else { return };
    let len = bytes.len() as u64;
    if rng.chance(1, 4) {
        return tear_by_sector(*position, bytes, durable, rng);
    }
    let (a, b) = (rng.range(0, len), rng.range(0, len));
    let (from, to) = match rng.below(4) {
        0 | 1 => (0, a),
        2 => (a, len),
        _ => (a.min(b), a.max(b)),
    };
    durable.write(position + from, &bytes[from as usize..to as usize]);
}

/// A device writes whole sectors, in the order it likes.
fn tear_by_sector(position: u64, bytes: &[u8], durable: &mut Content, rng: &mut Rng) {
    let mut from = 0;
    while from < bytes.len() {
        let in_sector = (position + from as u64) % SECTOR_BYTES;
        let to = bytes.len().min(from + (SECTOR_BYTES - in_sector) as usize);
        if rng.chance(1, 2) {
            durable.write(position + from as u64, &bytes[from..to]);
        }
        from = to;
    }
}
