//! What goes into a quorum and what comes out of it. Both enums are closed.

use alloc::vec::Vec;

use ottla_model::{BrokerId, LeaderEpoch, Offset};

use crate::{QuorumState, VoterSet};

/// What happened to the node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The node has opened its log and wants to take part. The first event, once.
    Start,
    /// The state machine above wants these records committed, as one batch, or not at all. Only a
    /// leader is asked, in the epoch it leads.
    Append {
        /// The epoch in which the records were decided.
        epoch: LeaderEpoch,
        /// The records' values, opaque here. Not empty.
        records: Vec<Vec<u8>>,
    },
    /// The log is on stable storage up to here (exclusive): the answer to [`Effect::Sync`].
    Synced {
        /// End of what is stable.
        end_offset: Offset,
    },
    /// The node is going away on purpose. Nothing is appended any more.
    Resign,
}

/// What the shell must do, in the order given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Write `quorum-state` and make it durable. **Everything after it in the list waits for it**:
    /// an epoch that others could see must not be forgotten.
    PersistState(QuorumState),
    /// This node leads `epoch`, whose first record will get `start_offset`. Waits for the state to
    /// be durable. The state machine above may decide records as soon as it has replayed
    /// everything before `start_offset`.
    BecomeLeader {
        /// The new epoch.
        epoch: LeaderEpoch,
        /// Offset of its LeaderChange record.
        start_offset: Offset,
    },
    /// Append one batch at the end of the log. Waits for nothing but the appends before it; the
    /// page cache will do.
    Append {
        /// Offset of the batch's first record: the end of the log until now.
        base_offset: Offset,
        /// The epoch to stamp on it.
        epoch: LeaderEpoch,
        /// Its records.
        batch: Batch,
    },
    /// Make the log durable at least up to `end_offset` and answer [`Event::Synced`]. Waits for
    /// the appends before it. The next one is only asked for when this one was answered.
    Sync {
        /// End of what must be stable.
        end_offset: Offset,
    },
    /// Everything below `offset` is committed: publish it, answer whoever waits for it. Waits for
    /// the sync that was answered last (which is what brought it here).
    HighWatermark {
        /// End of what is committed.
        offset: Offset,
    },
    /// This node leads no more; what it appended above the high watermark may be lost.
    Resigned {
        /// The epoch it led.
        epoch: LeaderEpoch,
    },
}

/// The records of one batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Batch {
    /// Records of the quorum itself; marked as control records in the log.
    Control(Vec<ControlRecord>),
    /// Record values of the state machine above.
    Data(Vec<Vec<u8>>),
}

impl Batch {
    /// Number of its records, each of which takes one offset.
    pub fn len(&self) -> usize {
        match self {
            Self::Control(records) => records.len(),
            Self::Data(records) => records.len(),
        }
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A record of the quorum itself (control record types 2, 5 and 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlRecord {
    /// First record of every epoch.
    LeaderChange {
        /// The leader.
        leader_id: BrokerId,
        /// Ids of the voters.
        voters: Vec<BrokerId>,
        /// Ids of those who voted for the leader.
        granting_voters: Vec<BrokerId>,
    },
    /// The level at which the quorum works.
    KRaftVersion(i16),
    /// Who votes from here on.
    Voters(VoterSet),
}
