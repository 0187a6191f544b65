//! [`Volume`]: how much room a log dir has, and the reserve that keeps a full disk from being the end.
//!
//! Below the reserve only clients' batches are refused: with KAFKA_STORAGE_ERROR, which the Java
//! client and librdkafka take for "ask for metadata, wait, send again" until the delivery timeout,
//! without calling the topic or the record bad. What makes room (retention, deletes, compaction,
//! DeleteRecords), what keeps the cluster going (metadata, the coordinators' topics) and what reads
//! goes on, in the reserve. Writing resumes by itself once there is an eighth more than the reserve
//! again, so that a disk at its limit does not change its mind with every batch.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use ottla_io::Disk;
use tracing::{info, warn};

/// A segment's worth of reserve never takes more of a small volume than this many times what the
/// percentage says.
const SEGMENT_SHARE_MAX: u64 = 10;
/// How much more than the reserve has to be free before writing resumes: reserve / this.
const RESUME_MARGIN: u64 = 8;
/// Which part of what is free may be written before the device is asked again: free / this,
const HEADROOM_PART: i64 = 8;
/// but at least this many bytes, so that it is not asked for every batch.
const HEADROOM_PART_BYTES_MIN: i64 = 64 << 10;

/// How much of a volume is kept free: `ottla.log.dir.reserve.*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reserve {
    /// Share of the volume, in percent; 0 for no reserve.
    pub percent: u8,
    /// Bytes, in place of a share.
    pub bytes: Option<u64>,
    /// `log.segment.bytes`: a reserve by share has room for one more segment, unless that is more
    /// than ten times the share.
    pub segment_bytes: u64,
}

impl Default for Reserve {
    fn default() -> Self {
        Self { percent: 1, bytes: None, segment_bytes: 1 << 30 }
    }
}

impl Reserve {
    /// The reserve on a volume of this size, in bytes.
    pub fn on(&self, total_bytes: u64) -> u64 {
        if let Some(bytes) = self.bytes {
            return bytes;
        }
        let share = (u128::from(total_bytes) * u128::from(self.percent) / 100) as u64;
        share.max(self.segment_bytes.min(share.saturating_mul(SEGMENT_SHARE_MAX)))
    }
}

/// The volume of one log dir.
#[derive(Debug)]
pub struct Volume {
    disk: Disk,
    path: PathBuf,
    reserve: Reserve,
    /// Bytes that clients may write before the device has to be asked again.
    headroom: AtomicI64,
    is_full: AtomicBool,
    total: AtomicU64,
    free: AtomicU64,
    reserved: AtomicU64,
}

impl Volume {
    /// The volume that `path` is on, not asked yet.
    pub(super) fn new(disk: &Disk, path: PathBuf, reserve: Reserve) -> Self {
        Self {
            disk: disk.clone(),
            path,
            reserve,
            headroom: AtomicI64::new(0),
            is_full: AtomicBool::new(false),
            total: AtomicU64::new(0),
            free: AtomicU64::new(0),
            reserved: AtomicU64::new(0),
        }
    }

    /// Whether a client may write this much. Asks the device only when what was free at the last
    /// time has been written.
    pub(super) fn admits(&self, bytes: u64) -> bool {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        let before = self.headroom.fetch_sub(bytes, Ordering::Relaxed);
        if before.saturating_sub(bytes) >= 0 && !self.is_full() {
            return true;
        }
        self.measure();
        !self.is_full()
    }

    /// Asks the device. Says once when the volume became full, and once when it no longer is.
    pub(super) fn measure(&self) {
        let (Ok(total), Ok(free)) =
            (self.disk.total_bytes(&self.path), self.disk.free_bytes(&self.path))
        else {
            return;
        };
        let reserve = self.reserve.on(total);
        self.total.store(total, Ordering::Relaxed);
        self.free.store(free, Ordering::Relaxed);
        self.reserved.store(reserve, Ordering::Relaxed);
        // Batches take more room than their bytes, and others write too: only a part is given out.
        let headroom = i64::try_from(free.saturating_sub(reserve)).unwrap_or(i64::MAX);
        let part = headroom.min((headroom / HEADROOM_PART).max(HEADROOM_PART_BYTES_MIN));
        self.headroom.store(part, Ordering::Relaxed);
        let was_full = self.is_full();
        let margin = if was_full { reserve / RESUME_MARGIN } else { 0 };
        self.turn(free < reserve.saturating_add(margin), was_full);
    }

    fn turn(&self, is_full: bool, was_full: bool) {
        let turned =
            self.is_full.compare_exchange(was_full, is_full, Ordering::Relaxed, Ordering::Relaxed);
        if is_full == was_full || turned.is_err() {
            return;
        }
        let (dir, free, reserve) = (self.path.display(), self.free_bytes(), self.reserved_bytes());
        if is_full {
            warn!(
                %dir, free, reserve,
                "the disk is full: Produce to this log dir is refused until there is room; reading, \
                 deleting and metadata go on"
            );
        } else {
            info!(%dir, free, reserve, "the disk has room again: Produce goes on");
        }
    }

    /// Whether clients' batches are refused.
    pub fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// Bytes of the volume when it was last asked; 0 before.
    pub fn total_bytes(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Bytes that were free when it was last asked; 0 before.
    pub fn free_bytes(&self) -> u64 {
        self.free.load(Ordering::Relaxed)
    }

    /// Bytes that are kept free.
    pub fn reserved_bytes(&self) -> u64 {
        self.reserved.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn the_reserve_is_a_share_but_at_least_a_segment_as_far_as_that_makes_sense() {
        let check = |percent, bytes, total: u64, expected: u64| {
            let reserve = Reserve { percent, bytes, segment_bytes: GIB };
            assert_eq!(reserve.on(total), expected, "{percent} % of {total}");
        };
        check(1, None, 1000 * GIB, 10 * GIB);
        check(1, None, 50 * GIB, GIB);
        check(1, None, 5 * GIB, GIB / 2 - 2);
        check(1, None, 0, 0);
        check(0, None, 1000 * GIB, 0);
        check(1, Some(7), 1000 * GIB, 7);
    }

    #[test]
    fn a_volume_fills_and_resumes_with_a_margin() {
        let world = ottla_io::sim::World::new(1);
        let disk = world.node("node").disk();
        disk.create_dir_all("/d").unwrap();
        let reserve = Reserve { percent: 1, bytes: Some(80 << 10), segment_bytes: GIB };
        let volume = Volume::new(&disk, "/d".into(), reserve);
        world.set_disk_capacity("node", 160 << 10);
        let file = disk.open("/d/file", ottla_io::Open::Create).unwrap();
        assert!(volume.admits(1000) && volume.admits(79_000));
        assert_eq!(volume.free_bytes(), 160 << 10);
        file.write_at(0, &vec![1; 88 << 10]).unwrap();
        assert!(!volume.admits(70_000), "what was free has been used up, and is asked for again");
        file.set_len(80 << 10).unwrap();
        assert!(!volume.admits(1), "as much as the reserve is free, and no more");
        file.set_len(68 << 10).unwrap();
        assert!(volume.admits(1));
    }
}
