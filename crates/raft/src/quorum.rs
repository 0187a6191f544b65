//! The quorum's state and its one verb, `step`.
//!
//! ```text
//!   Unattached --Start, only voter--> Candidate --own vote is all votes--> Leader --Resign--> Resigned
//! ```
//! Candidate lasts no longer than the step it is entered in while this node is the only voter, so
//! its state is not written: `leaderId = me` in the same epoch implies the vote.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use ottla_base::always;
use ottla_model::{LeaderEpoch, Offset};

use crate::{Batch, ControlRecord, Effect, Event, QuorumState, ReplicaKey, VoterSet};

/// What a node is in its epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Knows neither a leader nor a vote of its own.
    Unattached,
    /// Has voted for itself.
    Candidate,
    /// Leads.
    Leader {
        /// Offset of the LeaderChange record. Nothing is committed before it is.
        start_offset: Offset,
    },
    /// Led until it wished to stop.
    Resigned,
}

/// Where the log stood when it was opened; all of it is on stable storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogEnds {
    /// First offset that is in the log; what lies before is in a snapshot.
    pub start_offset: Offset,
    /// Offset of the next record.
    pub end_offset: Offset,
    /// Epoch of the last record or snapshot; 0 if there is none.
    pub last_epoch: LeaderEpoch,
}

/// Why a node cannot take part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenError {
    /// The voters do not include this replica.
    NotAVoter {
        /// This replica.
        local: ReplicaKey,
        /// Those who vote.
        voters: Vec<ReplicaKey>,
    },
    /// Other nodes vote too.
    OtherVoters {
        /// Those who vote.
        voters: Vec<ReplicaKey>,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, voters) = match self {
            Self::NotAVoter { local, voters } => {
                write!(f, "this node is {local}, ")?;
                ("which is not a voter of its metadata quorum; the voters are", voters)
            }
            Self::OtherVoters { voters } => {
                ("a metadata quorum of several voters cannot be joined; the voters are", voters)
            }
        };
        f.write_str(text)?;
        for (index, voter) in voters.iter().enumerate() {
            write!(f, "{} {voter}", if index == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl core::error::Error for OpenError {}

/// One node's share in the metadata quorum.
#[derive(Debug, Clone)]
pub struct Quorum {
    local: ReplicaKey,
    voters: VoterSet,
    /// Level to announce with the voters when this node writes the first record of an empty log.
    kraft_version: i16,
    state: QuorumState,
    role: Role,
    log_was_empty: bool,
    end_offset: Offset,
    synced_offset: Offset,
    high_watermark: Offset,
    /// End asked for by the sync that is under way.
    sync_under_way: Option<Offset>,
}

impl Quorum {
    /// The quorum as this node finds it: `voters` from the newest snapshot or log (or, at
    /// kraft.version 0, from the settings), `state` from `quorum-state` (none on a fresh disk),
    /// `log` as it was recovered.
    ///
    /// # Errors
    /// When the voters are not exactly this node.
    pub fn open(
        local: ReplicaKey,
        voters: VoterSet,
        kraft_version: i16,
        state: Option<QuorumState>,
        log: LogEnds,
    ) -> Result<Self, OpenError> {
        let keys = || voters.iter().map(|voter| voter.key).collect();
        if !voters.contains(&local) {
            return Err(OpenError::NotAVoter { local, voters: keys() });
        }
        if !voters.is_only(&local) {
            return Err(OpenError::OtherVoters { voters: keys() });
        }
        // The log may have seen an epoch that quorum-state lost (it was deleted, or the disk is a
        // copy): what is in the log counts.
        let mut state = state.unwrap_or_default();
        if state.leader_epoch < log.last_epoch {
            state = QuorumState::unattached(log.last_epoch);
        }
        always!(log.start_offset <= log.end_offset, "log ends before it starts: {log:?}");
        Ok(Self {
            local,
            voters,
            kraft_version,
            state,
            role: Role::Unattached,
            log_was_empty: log.end_offset == 0,
            end_offset: log.end_offset,
            synced_offset: log.end_offset,
            high_watermark: 0,
            sync_under_way: None,
        })
    }

    /// Takes one event; returns what follows from it, in order.
    pub fn step(&mut self, event: Event) -> Vec<Effect> {
        let before = (self.state.leader_epoch, self.end_offset, self.high_watermark);
        let mut effects = Vec::new();
        match event {
            Event::Start => self.start(&mut effects),
            Event::Append { epoch, records } => self.append(epoch, records, &mut effects),
            Event::Synced { end_offset } => self.synced(end_offset, &mut effects),
            Event::Resign => self.resign(&mut effects),
        }
        self.check(before);
        effects
    }

    /// This replica.
    pub fn local(&self) -> ReplicaKey {
        self.local
    }

    /// Who votes.
    pub fn voters(&self) -> &VoterSet {
        &self.voters
    }

    /// The newest epoch this node knows.
    pub fn epoch(&self) -> LeaderEpoch {
        self.state.leader_epoch
    }

    /// What this node is in it.
    pub fn role(&self) -> Role {
        self.role
    }

    /// End of the log.
    pub fn end_offset(&self) -> Offset {
        self.end_offset
    }

    /// End of what is committed.
    pub fn high_watermark(&self) -> Offset {
        self.high_watermark
    }

    fn start(&mut self, effects: &mut Vec<Effect>) {
        always!(self.role == Role::Unattached, "started twice, in role {:?}", self.role);
        self.become_candidate();
        if self.voters.is_only(&self.local) {
            self.become_leader(effects);
        }
    }

    fn become_candidate(&mut self) {
        let epoch = self.state.leader_epoch + 1;
        self.state = QuorumState { leader_epoch: epoch, leader_id: None, voted: Some(self.local) };
        self.role = Role::Candidate;
    }

    fn become_leader(&mut self, effects: &mut Vec<Effect>) {
        always!(self.state.voted == Some(self.local), "leads without its own vote");
        let epoch = self.state.leader_epoch;
        self.state = QuorumState::led_by(self.local.id, epoch);
        self.role = Role::Leader { start_offset: self.end_offset };
        effects.push(Effect::PersistState(self.state));
        effects.push(Effect::BecomeLeader { epoch, start_offset: self.end_offset });
        let batch = Batch::Control(self.first_records());
        self.place(batch, effects);
        self.sync(effects);
    }

    /// What opens an epoch. The first leader of a quorum with dynamic voters also repeats level
    /// and voters of the bootstrap snapshot in the log, as Kafka 4.4 does, so that they survive it.
    fn first_records(&self) -> Vec<ControlRecord> {
        let voters: Vec<_> = self.voters.iter().map(|voter| voter.key.id).collect();
        let mut records = vec![ControlRecord::LeaderChange {
            leader_id: self.local.id,
            voters,
            granting_voters: vec![self.local.id],
        }];
        if self.log_was_empty && self.kraft_version > 0 {
            records.push(ControlRecord::KRaftVersion(self.kraft_version));
            records.push(ControlRecord::Voters(self.voters.clone()));
        }
        records
    }

    fn append(&mut self, epoch: LeaderEpoch, records: Vec<Vec<u8>>, effects: &mut Vec<Effect>) {
        always!(matches!(self.role, Role::Leader { .. }), "appends in role {:?}", self.role);
        always!(epoch == self.state.leader_epoch, "appends in epoch {epoch}");
        always!(!records.is_empty(), "appends an empty batch");
        self.place(Batch::Data(records), effects);
        self.sync(effects);
    }

    fn place(&mut self, batch: Batch, effects: &mut Vec<Effect>) {
        let base_offset = self.end_offset;
        self.end_offset += batch.len() as Offset;
        effects.push(Effect::Append { base_offset, epoch: self.state.leader_epoch, batch });
    }

    /// Asks for a sync of the whole log unless one is under way: what comes in while a disk is
    /// busy is synced together by the next.
    fn sync(&mut self, effects: &mut Vec<Effect>) {
        if self.sync_under_way.is_none() && self.synced_offset < self.end_offset {
            self.sync_under_way = Some(self.end_offset);
            effects.push(Effect::Sync { end_offset: self.end_offset });
        }
    }

    fn synced(&mut self, end_offset: Offset, effects: &mut Vec<Effect>) {
        let asked = self.sync_under_way.take();
        always!(
            asked.is_some_and(|asked| asked <= end_offset) && end_offset <= self.end_offset,
            "synced to {end_offset}, asked for {asked:?}, log ends at {}",
            self.end_offset
        );
        self.synced_offset = end_offset;
        // Of one voter, the majority's end is its own. Records of earlier epochs are committed
        // by the first record of this one, which lies behind them.
        if matches!(self.role, Role::Leader { start_offset } if start_offset < end_offset)
            && end_offset > self.high_watermark
        {
            self.high_watermark = end_offset;
            effects.push(Effect::HighWatermark { offset: end_offset });
        }
        self.sync(effects);
    }

    fn resign(&mut self, effects: &mut Vec<Effect>) {
        if matches!(self.role, Role::Leader { .. }) {
            self.role = Role::Resigned;
            effects.push(Effect::Resigned { epoch: self.state.leader_epoch });
        }
    }

    /// What no event may break.
    fn check(&self, before: (LeaderEpoch, Offset, Offset)) {
        let (epoch, end_offset, high_watermark) = before;
        always!(self.state.leader_epoch >= epoch, "epoch went back from {epoch}");
        always!(self.end_offset >= end_offset, "a leader cut its log at {end_offset}");
        always!(self.high_watermark >= high_watermark, "uncommitted below {high_watermark}");
        always!(
            self.high_watermark <= self.synced_offset && self.synced_offset <= self.end_offset,
            "commits what is not stable: high watermark {} synced {} end {}",
            self.high_watermark,
            self.synced_offset,
            self.end_offset
        );
        if let Role::Leader { .. } = self.role {
            always!(self.state.leader_id == Some(self.local.id), "leads for {:?}", self.state);
        }
    }
}
