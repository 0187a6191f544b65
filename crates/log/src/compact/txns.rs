//! Which batches belong to aborted transactions, while a compaction walks over a log; and which
//! transaction markers nobody needs any more (KIP-98, KIP-534).

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use ottla_model::{Offset, ProducerId};
use ottla_record::{BatchHeader, ControlType};

use crate::files::txn_index::{AbortedTxn, ENTRY_BYTES};
use crate::{LogError, SegmentBytes, SegmentFile};

/// Entries of a transaction index that are read at once.
const ENTRIES_AT_ONCE: usize = 128;

/// The transactions that a walk has met.
#[derive(Debug, Default)]
pub(crate) struct WalkedTxns {
    /// Aborted transactions whose beginning lies ahead, by where it is.
    ahead: BTreeSet<(Offset, Offset, ProducerId, Offset)>,
    aborted: BTreeMap<ProducerId, OpenAborted>,
    committed: BTreeSet<ProducerId>,
}

#[derive(Debug)]
struct OpenAborted {
    txn: AbortedTxn,
    /// A batch of it is still in the log.
    has_batches: bool,
}

/// What a control batch means to a compaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marked {
    /// Nothing of its transaction is left, so that the marker may go in time.
    pub(crate) is_spent: bool,
    /// The entry that the transaction index of the cleaned segment needs.
    pub(crate) aborted: Option<AbortedTxn>,
}

impl WalkedTxns {
    /// Adds aborted transactions that the walk is going to meet.
    pub(crate) fn add(&mut self, found: impl IntoIterator<Item = AbortedTxn>) {
        let order = |txn: AbortedTxn| {
            (txn.first_offset, txn.last_offset, txn.producer_id, txn.last_stable_offset)
        };
        self.ahead.extend(found.into_iter().map(order));
    }

    /// Takes note of a batch that is no control batch; says whether its transaction was aborted.
    pub(crate) fn batch(&mut self, header: &BatchHeader) -> bool {
        self.walk_to(header.last_offset());
        if !header.is_transactional() {
            return false;
        }
        match self.aborted.get_mut(&header.producer_id) {
            Some(open) => {
                open.has_batches = true;
                true
            }
            None => {
                self.committed.insert(header.producer_id);
                false
            }
        }
    }

    /// Takes note of a control batch. `marker` is the type of its first record, `None` if it has
    /// none.
    pub(crate) fn marker(&mut self, header: &BatchHeader, marker: Option<ControlType>) -> Marked {
        self.walk_to(header.last_offset());
        let producer_id = header.producer_id;
        let (is_spent, aborted) = match marker {
            Some(ControlType::Abort) => match self.aborted.remove(&producer_id) {
                Some(open) if open.has_batches => (false, Some(open.txn)),
                _ => (true, None),
            },
            Some(ControlType::Commit) => (!self.committed.remove(&producer_id), None),
            Some(_) => (false, None),
            None => (true, None),
        };
        Marked { is_spent, aborted }
    }

    fn walk_to(&mut self, offset: Offset) {
        while let Some(&(first_offset, last_offset, producer_id, last_stable_offset)) =
            self.ahead.first()
            && first_offset <= offset
        {
            self.ahead.pop_first();
            let txn = AbortedTxn { producer_id, first_offset, last_offset, last_stable_offset };
            let open = OpenAborted { txn, has_batches: false };
            self.aborted.entry(producer_id).or_insert(open);
        }
    }
}

/// The aborted transactions that begin before `to` and whose marker is not before `from`, from the
/// transaction indexes of the segments in `indexed` (base offset and number of entries, oldest first).
pub(crate) fn aborted_between<B: SegmentBytes>(
    from: Offset,
    to: Offset,
    indexed: &[(Offset, u64)],
    bytes: &B,
) -> Result<Vec<AbortedTxn>, LogError> {
    let mut found = Vec::new();
    // Markers lie behind what they decide.
    let first = indexed.partition_point(|(base, _)| *base <= from).saturating_sub(1);
    let mut buffer = [0; ENTRIES_AT_ONCE * ENTRY_BYTES as usize];
    for &(base_offset, entries) in &indexed[first..] {
        let (mut position, end) = (0, entries * ENTRY_BYTES);
        while position < end {
            let wanted = (end - position).min(buffer.len() as u64) as usize;
            let file = SegmentFile::TxnIndex;
            let count = bytes.read_at(base_offset, file, position, &mut buffer[..wanted])?;
            let (whole, _) = buffer[..count].as_chunks::<{ ENTRY_BYTES as usize }>();
            if whole.is_empty() {
                break;
            }
            for entry in whole {
                let Some(txn) = AbortedTxn::from_bytes(entry) else { continue };
                if txn.last_offset >= from && txn.first_offset < to {
                    found.push(txn);
                }
                if txn.last_stable_offset >= to {
                    return Ok(found);
                }
            }
            position += whole.len() as u64 * ENTRY_BYTES;
        }
    }
    Ok(found)
}
