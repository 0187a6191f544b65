//! Whether the transaction indexes of a log hold what its batches tell. The file of a segment without
//! aborted transactions is missing, so a missing one looks like nothing: only the batches know.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use ottla_model::{Offset, ProducerId};

use crate::files::txn_index::{AbortedTxn, ENTRY_BYTES};
use crate::recover::marker_at;
use crate::scan::{HeaderScan, SWEEP_WINDOW_BYTES};
use crate::{Log, LogError, SegmentBytes, SegmentFile};

/// A walk over a log's batches, oldest first, that follows its transactions.
#[derive(Debug, Default)]
pub struct TxnWalk {
    /// First offset of each transaction that is open where the walk is.
    open: BTreeMap<ProducerId, Offset>,
}

impl TxnWalk {
    /// Goes through a segment, as far as its batches end before `stable_before`; the transactions that
    /// its markers abort. One whose records are not in the log any more is left out: there is nothing
    /// of it to be hidden.
    ///
    /// # Errors
    /// What the device said, or what is no sound batch.
    pub fn segment<B: SegmentBytes>(
        &mut self,
        log: &Log,
        base_offset: Offset,
        stable_before: Offset,
        bytes: &B,
    ) -> Result<Vec<AbortedTxn>, LogError> {
        let mut aborted = Vec::new();
        let Some(segment) = log.segment(base_offset) else { return Ok(aborted) };
        let mut scan = HeaderScan::new(bytes, base_offset, 0, segment.size, SWEEP_WINDOW_BYTES)
            .stepping_over(&segment.damaged);
        while let Some((position, header)) = scan.next()? {
            if header.last_offset() >= stable_before {
                break;
            }
            if !header.has_producer_id() || !header.is_transactional() {
                continue;
            }
            let producer_id = header.producer_id;
            if !header.is_control() {
                self.open.entry(producer_id).or_insert(header.base_offset);
                continue;
            }
            let Some(marker) = marker_at(base_offset, position, &header, bytes)? else { continue };
            let Some(first_offset) = self.open.remove(&producer_id) else { continue };
            if marker.abort {
                let last_offset = header.last_offset();
                let undecided = self.open.values().min().copied();
                let last_stable_offset = undecided.unwrap_or(last_offset + 1);
                aborted.push(AbortedTxn {
                    producer_id,
                    first_offset,
                    last_offset,
                    last_stable_offset,
                });
            }
        }
        Ok(aborted)
    }
}

/// What the transaction index of a segment has to hold so that none of `aborted` is missing; `None`
/// if none is. What it holds beside them stays, as far as it can be read.
///
/// # Errors
/// What the device said.
pub fn completed<B: SegmentBytes>(
    base_offset: Offset,
    aborted: &[AbortedTxn],
    bytes: &B,
) -> Result<Option<Vec<u8>>, LogError> {
    let len = bytes.len(base_offset, SegmentFile::TxnIndex)?;
    let mut content = vec![0; usize::try_from(len).unwrap_or(0)];
    let count = bytes.read_at(base_offset, SegmentFile::TxnIndex, 0, &mut content)?;
    content.truncate(count);
    let entries = content.chunks_exact(ENTRY_BYTES as usize).filter_map(AbortedTxn::from_bytes);
    // One marker, one entry.
    let mut by_marker: BTreeMap<Offset, AbortedTxn> =
        entries.map(|txn| (txn.last_offset, txn)).collect();
    let mut is_whole = true;
    for txn in aborted {
        let hides = |found: &AbortedTxn| {
            found.producer_id == txn.producer_id && found.first_offset <= txn.first_offset
        };
        if !by_marker.get(&txn.last_offset).is_some_and(hides) {
            is_whole = false;
            by_marker.insert(txn.last_offset, *txn);
        }
    }
    let content = || by_marker.values().flat_map(|txn| txn.to_bytes()).collect();
    Ok((!is_whole).then(content))
}
