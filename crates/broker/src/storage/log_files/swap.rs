//! Putting a cleaned segment in the place of those it was made from.
//!
//! ```text
//! .cleaned, synced, names synced        a crash: they are removed, nothing has happened
//! begin_swap   renamed to .swap         a crash: as long as one is still .cleaned, they are removed
//!              names synced             from here on a crash completes the swap at the next start
//! commit_swap  the log reads the .swap files; the old ones become .deleted
//!              names synced             nothing of the old can come back any more
//! end_swap     .log, .index, .timeindex get their final names; names synced
//! end_swap     .txnindex does; names synced
//! ```
//! The names are synced between the steps without the partition's lock, so that no append waits for
//! it. The last two are apart because the next start takes a `.txnindex` beside a `.log.swap` for an
//! old one. What cuts the log before `commit_swap` takes the swap back first; who removes segments waits
//! (`Partition::removing`).

use std::io;

use ottla_base::always;
use ottla_log::SegmentFile;
use ottla_log::compact::{CleanedSegment, SourceSegment};
use ottla_log::files::names;
use ottla_model::Offset;

use super::{LogFiles, remove_if_there};
use crate::storage::segment_files::append_to_name;

/// A swap under way.
#[derive(Debug)]
pub(super) struct Swap {
    sources: Vec<SourceSegment>,
    cleaned: CleanedSegment,
    committed: bool,
}

impl LogFiles {
    /// How often the log has been cut: what was seen of it before a cut means nothing after it.
    pub(in crate::storage) fn cuts(&self) -> u64 {
        self.cuts
    }

    /// Whether the log still has what was cleaned, as it was `cuts` ago.
    pub(in crate::storage) fn is_unchanged(&self, sources: &[SourceSegment], cuts: u64) -> bool {
        !self.broken && self.cuts == cuts && self.log.still_has(sources)
    }

    /// Gives the complete and synced `.cleaned` files their `.swap` names. False if the log has
    /// changed meanwhile: the files are of no use then, and still there.
    ///
    /// # Errors
    /// What the device said; nothing has happened then.
    pub(in crate::storage) fn begin_swap(
        &mut self,
        sources: Vec<SourceSegment>,
        cleaned: CleanedSegment,
        cuts: u64,
    ) -> io::Result<bool> {
        let Some(first) = sources.first() else { return Ok(false) };
        if !self.is_unchanged(&sources, cuts) || self.swap.is_some() {
            return Ok(false);
        }
        let base_offset = first.base_offset;
        for file in SegmentFile::ALL {
            let path = self.files.dir().join(file.name(base_offset));
            let from = append_to_name(&path, names::CLEANED_SUFFIX);
            let renamed =
                self.files.disk().rename(&from, append_to_name(&path, names::SWAP_SUFFIX));
            match renamed {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    self.remove_swap_files(base_offset)?;
                    return Err(error);
                }
                Ok(()) => {}
            }
        }
        self.swap = Some(Swap { sources, cleaned, committed: false });
        Ok(true)
    }

    /// Lets the log go on with the cleaned segment, and sets the old ones aside. The names of the
    /// `.swap` files are synced. False if the swap was taken back meanwhile.
    ///
    /// # Errors
    /// What the device said; the log is broken then.
    pub(in crate::storage) fn commit_swap(&mut self) -> io::Result<bool> {
        let Some(swap) = self.swap.take_if(|swap| !swap.committed) else { return Ok(false) };
        self.check_sound()?;
        always!(self.log.still_has(&swap.sources), "a swap is taken back when the log is cut");
        let base_offset = swap.sources.first().map_or(0, |first| first.base_offset);
        for source in &swap.sources {
            let aside = self.set_aside(source.base_offset);
            self.broken |= aside.is_err();
            aside?;
        }
        self.log.commit_cleaned(&swap.sources, &swap.cleaned);
        self.files.begin_swap(base_offset);
        let gone: Vec<Offset> = swap.sources.iter().skip(1).map(|s| s.base_offset).collect();
        let newest = self.snapshots.last().copied();
        // A snapshot belongs to the segment that begins at it; the newest saves the next start work.
        let dropped = self.drop_snapshots(|at| gone.contains(&at) && Some(at) != newest);
        self.broken |= dropped.is_err();
        dropped?;
        self.swap = Some(Swap { committed: true, ..swap });
        Ok(true)
    }

    /// Gives files of the cleaned segment their final names; the old names are gone for good.
    ///
    /// # Errors
    /// What the device said; the log is broken then.
    pub(in crate::storage) fn end_swap(&mut self, files: &[SegmentFile]) -> io::Result<()> {
        let Some(swap) = self.swap.as_ref().filter(|swap| swap.committed) else { return Ok(()) };
        let base_offset = swap.sources.first().map_or(0, |first| first.base_offset);
        let ended = files.iter().try_for_each(|file| self.files.end_swap(base_offset, *file));
        self.broken |= ended.is_err();
        if files.contains(&SegmentFile::TxnIndex) {
            self.swap = None;
        }
        ended
    }

    /// Takes a swap back that no reader has seen. What does so syncs the names afterwards.
    pub(super) fn cancel_swap(&mut self) -> io::Result<()> {
        match self.swap.take_if(|swap| !swap.committed) {
            Some(swap) => {
                // Also if nothing else of the cut changes a name: a power cut would complete the swap.
                self.names_changed();
                self.remove_swap_files(swap.sources.first().map_or(0, |first| first.base_offset))
            }
            None => Ok(()),
        }
    }

    /// As [`Self::cancel_swap`], for who cannot go on with it; durable at the next sync of names.
    pub(in crate::storage) fn take_swap_back(&mut self) {
        self.broken |= self.cancel_swap().is_err();
        self.names_changed();
    }

    fn remove_swap_files(&self, base_offset: Offset) -> io::Result<()> {
        for file in SegmentFile::ALL {
            let path = self.files.dir().join(file.name(base_offset));
            for suffix in [names::CLEANED_SUFFIX, names::SWAP_SUFFIX] {
                remove_if_there(self.files.disk(), &append_to_name(&path, suffix))?;
            }
        }
        Ok(())
    }
}
