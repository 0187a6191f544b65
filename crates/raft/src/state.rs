//! What a node must remember of the elections it took part in: the content of `quorum-state`.

use ottla_base::Uuid;
use ottla_model::{BrokerId, LeaderEpoch};

use crate::ReplicaKey;

/// The election this node knows of. Written before a vote or a leadership is made known, since a
/// node that forgets it could vote twice in one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QuorumState {
    /// The newest epoch seen; 0 before the first election.
    pub leader_epoch: LeaderEpoch,
    /// Its leader, once known.
    pub leader_id: Option<BrokerId>,
    /// Who got this node's vote in that epoch; the directory is zero if it was not given.
    pub voted: Option<ReplicaKey>,
}

impl QuorumState {
    /// `epoch` is led by `leader_id`. Leaders forget the vote, as in Kafka: nobody else can win
    /// the epoch any more.
    pub fn led_by(leader_id: BrokerId, epoch: LeaderEpoch) -> Self {
        Self { leader_epoch: epoch, leader_id: Some(leader_id), voted: None }
    }

    /// The state with neither vote nor leader, in `epoch`.
    pub fn unattached(epoch: LeaderEpoch) -> Self {
        Self { leader_epoch: epoch, leader_id: None, voted: None }
    }

    /// The id of the voted directory as `quorum-state` writes it: zero for none.
    pub fn voted_directory_id(&self) -> Uuid {
        self.voted.map_or(Uuid::ZERO, |key| key.directory_id)
    }
}
