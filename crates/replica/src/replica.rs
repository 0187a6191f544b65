//! [`Replica`]: the state of one replica on this node.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use ottla_model::ids::NO_LEADER_EPOCH;
use ottla_model::{BrokerId, ErrorCode, LeaderEpoch, Offset};

/// What this node is for the partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Neither: no one has said yet, or its log dir has failed.
    Offline,
    /// It takes records.
    Leader,
    /// It copies them.
    Follower,
}

/// How many replicas a record has to reach before its producer hears of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acks {
    /// 0: the producer hears nothing.
    None,
    /// 1: the leader's log.
    Leader,
    /// -1: all replicas in sync.
    All,
}

impl Acks {
    /// The meaning of a Produce's `acks`.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequiredAcks`] for anything but -1, 0 and 1.
    pub fn from_wire(acks: i16) -> Result<Self, ErrorCode> {
        match acks {
            0 => Ok(Self::None),
            1 => Ok(Self::Leader),
            -1 => Ok(Self::All),
            _ => Err(ErrorCode::InvalidRequiredAcks),
        }
    }
}

/// What the cluster's metadata says of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leadership {
    /// Who leads; -1 for nobody.
    pub leader: BrokerId,
    /// How often leaders have changed.
    pub leader_epoch: LeaderEpoch,
    /// How often any of this has changed (KIP-497).
    pub partition_epoch: i32,
    /// All replicas.
    pub replicas: Vec<BrokerId>,
    /// Those in sync.
    pub isr: Vec<BrokerId>,
}

/// One replica, on this node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replica {
    node_id: BrokerId,
    role: Role,
    leadership: Leadership,
    high_watermark: Offset,
    /// Where each other replica's log ends, as far as its fetches have told.
    follower_ends: BTreeMap<BrokerId, Offset>,
}

impl Replica {
    /// A replica that nobody has said anything about; `high_watermark` is from the checkpoint.
    pub fn new(node_id: BrokerId, high_watermark: Offset) -> Self {
        let leadership = Leadership {
            leader: -1,
            leader_epoch: NO_LEADER_EPOCH,
            partition_epoch: -1,
            replicas: Vec::new(),
            isr: Vec::new(),
        };
        let follower_ends = BTreeMap::new();
        Self { node_id, role: Role::Offline, leadership, high_watermark, follower_ends }
    }

    /// Takes the role that metadata gives it; true if a new leader epoch begins here, which the log
    /// has to note. What is older than what is known is not taken.
    pub fn become_as(&mut self, leadership: Leadership, log_end_offset: Offset) -> bool {
        let known = &self.leadership;
        if (leadership.leader_epoch, leadership.partition_epoch)
            < (known.leader_epoch, known.partition_epoch)
        {
            return false;
        }
        let led = self.role == Role::Leader;
        let new_epoch = leadership.leader_epoch > known.leader_epoch;
        self.role = if leadership.leader == self.node_id {
            Role::Leader
        } else if leadership.replicas.contains(&self.node_id) {
            Role::Follower
        } else {
            Role::Offline
        };
        let leads = self.role == Role::Leader;
        if !leads || new_epoch {
            self.follower_ends.clear();
        }
        self.leadership = leadership;
        self.log_end_moved(log_end_offset);
        leads && (new_epoch || !led)
    }

    /// Leaves its role: its log dir failed, or the partition is removed.
    pub fn go_offline(&mut self) {
        self.role = Role::Offline;
    }

    /// Judges the leader epoch that a request names, and whether it is answered here at all.
    ///
    /// # Errors
    /// [`ErrorCode::FencedLeaderEpoch`] if the client knows an older epoch,
    /// [`ErrorCode::UnknownLeaderEpoch`] if a newer one (KIP-320); then, if a leader is needed,
    /// [`ErrorCode::NotLeaderOrFollower`].
    pub fn check_epoch(
        &self,
        epoch: Option<LeaderEpoch>,
        leader_needed: bool,
    ) -> Result<(), ErrorCode> {
        if self.role == Role::Offline {
            return Err(ErrorCode::NotLeaderOrFollower);
        }
        match epoch {
            Some(epoch) if epoch < self.leadership.leader_epoch => {
                Err(ErrorCode::FencedLeaderEpoch)
            }
            Some(epoch) if epoch > self.leadership.leader_epoch => {
                Err(ErrorCode::UnknownLeaderEpoch)
            }
            _ if leader_needed && self.role != Role::Leader => Err(ErrorCode::NotLeaderOrFollower),
            _ => Ok(()),
        }
    }

    /// Judges whether records may be appended here.
    ///
    /// # Errors
    /// [`ErrorCode::NotLeaderOrFollower`]; with [`Acks::All`], [`ErrorCode::NotEnoughReplicas`] if
    /// fewer than `min.insync.replicas` are in sync. More than there are replicas is never asked.
    pub fn check_append(&self, acks: Acks, min_insync_replicas: u32) -> Result<(), ErrorCode> {
        if self.role != Role::Leader {
            return Err(ErrorCode::NotLeaderOrFollower);
        }
        let replicas = u32::try_from(self.leadership.replicas.len()).unwrap_or(u32::MAX);
        let needed = min_insync_replicas.min(replicas.max(1));
        let in_sync = u32::try_from(self.leadership.isr.len()).unwrap_or(u32::MAX);
        if acks == Acks::All && in_sync < needed {
            return Err(ErrorCode::NotEnoughReplicas);
        }
        Ok(())
    }

    /// Notes where the own log ends now; true if the high watermark moved.
    pub fn log_end_moved(&mut self, log_end_offset: Offset) -> bool {
        if self.role != Role::Leader {
            return false;
        }
        let others = self.leadership.isr.iter().filter(|&&replica| replica != self.node_id);
        let ends = others.map(|replica| self.follower_ends.get(replica).copied().unwrap_or(0));
        let safe = ends.min().unwrap_or(log_end_offset).min(log_end_offset);
        let moved = safe > self.high_watermark;
        self.high_watermark = self.high_watermark.max(safe);
        moved
    }

    /// Notes how far a follower has come; true if the high watermark moved.
    pub fn follower_fetched(
        &mut self,
        follower: BrokerId,
        end_offset: Offset,
        log_end_offset: Offset,
    ) -> bool {
        if self.role == Role::Leader && self.leadership.replicas.contains(&follower) {
            self.follower_ends.insert(follower, end_offset);
        }
        self.log_end_moved(log_end_offset)
    }

    /// Takes the high watermark that the leader told, as far as the own log goes; true if it moved.
    pub fn leader_told(&mut self, high_watermark: Offset, log_end_offset: Offset) -> bool {
        let told = high_watermark.min(log_end_offset);
        let moved = self.role != Role::Leader && told > self.high_watermark;
        if moved {
            self.high_watermark = told;
        }
        moved
    }

    /// Keeps the high watermark within what the log holds: after opening, cutting, or moving the
    /// log start.
    pub fn log_bounds_moved(&mut self, log_start_offset: Offset, log_end_offset: Offset) {
        self.high_watermark = self.high_watermark.min(log_end_offset).max(log_start_offset);
    }

    /// What this node is for the partition.
    pub fn role(&self) -> Role {
        self.role
    }

    /// What metadata said last.
    pub fn leadership(&self) -> &Leadership {
        &self.leadership
    }

    /// The epoch records are appended in.
    pub fn leader_epoch(&self) -> LeaderEpoch {
        self.leadership.leader_epoch
    }

    /// Everything before this offset is on all replicas in sync.
    pub fn high_watermark(&self) -> Offset {
        self.high_watermark
    }
}
