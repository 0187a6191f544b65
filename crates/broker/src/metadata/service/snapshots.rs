//! When the loop writes snapshots, and what of the log goes once they are written.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use tracing::{info, warn};

use super::Service;
use crate::metadata::snapshot::{self, Front, SnapshotId};

impl Service {
    /// Writes what is committed into a snapshot, beside the loop. Nothing happens if the newest
    /// snapshot has it all, or one is being written.
    pub(super) fn begin_snapshot(&mut self) {
        let image = Arc::clone(&self.committed);
        let id = SnapshotId { end_offset: image.offset, epoch: image.epoch };
        if self.snapshotting.is_some() {
            return;
        }
        if id.end_offset <= self.newest_snapshot.end_offset {
            self.snapshot_waiters.drain(..).for_each(|done| _ = done.send(()));
            return;
        }
        self.bytes_since_snapshot = 0;
        let front = Front {
            kraft_version: self.kraft_version,
            voters: self.quorum.voters().clone(),
            last_timestamp_ms: image.timestamp_ms,
            now_ms: self.io.now().wall.millis,
        };
        let (io, disk, path) = (self.io.clone(), self.io.disk(), id.path(&self.dir));
        self.snapshotting = Some(Box::pin(async move {
            let write = move || {
                let records = image.to_records();
                let bytes = snapshot::build(id, &front, &image, &records);
                let bytes = bytes.map_err(|why| why.to_string())?;
                disk.write_atomic(&path, &bytes).map_err(|why| why.to_string())?;
                Ok(bytes.len() as u64)
            };
            (id, io.blocking(write).await)
        }));
    }

    pub(super) fn snapshot_written(&mut self, id: SnapshotId, result: Result<u64, String>) {
        match result {
            Ok(bytes) => {
                info!(offset = id.end_offset, epoch = id.epoch, bytes, "metadata snapshot written");
                self.newest_snapshot = id;
                if let Err(why) = self.retire() {
                    warn!(error = %why, "old metadata snapshots could not be removed");
                }
            }
            // The log still has everything; the next trigger tries again.
            Err(why) => warn!(error = why, "metadata snapshot could not be written"),
        }
        self.snapshot_waiters.drain(..).for_each(|done| _ = done.send(()));
    }

    /// Removes the oldest snapshots, and the log before the oldest that is left, as far as
    /// `metadata.max.retention.bytes` and `.ms` ask for it.
    fn retire(&mut self) -> io::Result<()> {
        let (bytes_max, ms_max) =
            (self.shared.settings.retention_bytes, self.shared.settings.retention_ms);
        let now = self.io.now().wall;
        let disk = self.io.disk();
        let mut snapshots: VecDeque<_> = snapshot::list(&disk, &self.dir)?.into();
        while snapshots.len() > 1 {
            let log_bytes = self.log.log().size();
            let total = snapshots.iter().map(|(_, bytes)| bytes).sum::<u64>() + log_bytes;
            let too_large = u64::try_from(bytes_max).is_ok_and(|max| total > max);
            let Some(&(oldest, _)) = snapshots.front() else { break };
            let too_old = ms_max >= 0
                && oldest.end_offset > 0
                && snapshot::read(&disk, &self.dir, oldest)
                    .is_ok_and(|read| now.millis.saturating_sub(read.timestamp_ms) > ms_max);
            if !too_large && !too_old {
                break;
            }
            disk.remove_file(oldest.path(&self.dir))?;
            snapshots.pop_front();
            if let Some((next, _)) = snapshots.front() {
                self.log.advance_log_start(next.end_offset)?;
                self.log.retain(self.quorum.high_watermark(), now)?;
            }
        }
        Ok(())
    }
}
