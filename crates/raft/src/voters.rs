//! Who votes: nodes named by id and by the directory their log lives in (KIP-853), so that a node
//! which lost its disk is not mistaken for the voter it was.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use ottla_base::Uuid;
use ottla_model::BrokerId;

/// A replica of the metadata log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReplicaKey {
    /// `node.id`.
    pub id: BrokerId,
    /// `directory.id` of the directory that holds the log; zero in a quorum of kraft.version 0,
    /// which knows its voters by id only.
    pub directory_id: Uuid,
}

impl ReplicaKey {
    /// Whether both keys may mean the same replica: equal ids, and directories that are equal or
    /// not known.
    pub fn matches(&self, other: &Self) -> bool {
        self.id == other.id
            && (self.directory_id == other.directory_id
                || self.directory_id.is_zero()
                || other.directory_id.is_zero())
    }
}

impl fmt::Display for ReplicaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.directory_id.is_zero() {
            write!(f, "{}", self.id)
        } else {
            write!(f, "{}:{}", self.id, self.directory_id)
        }
    }
}

/// Where a voter listens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VoterEndpoint {
    /// Name of the listener.
    pub name: String,
    /// Host that the others connect to.
    pub host: String,
    /// Port that the others connect to.
    pub port: u16,
}

/// One voter, as a VotersRecord describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voter {
    /// The replica that votes.
    pub key: ReplicaKey,
    /// Its controller listeners.
    pub endpoints: Vec<VoterEndpoint>,
    /// Lowest kraft.version it speaks.
    pub kraft_version_min: i16,
    /// Highest kraft.version it speaks.
    pub kraft_version_max: i16,
}

/// The voters of an epoch, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VoterSet {
    voters: Vec<Voter>,
}

impl VoterSet {
    /// The set of these voters; of several with one id the first is kept.
    pub fn new(mut voters: Vec<Voter>) -> Self {
        voters.sort_by_key(|voter| voter.key.id);
        voters.dedup_by_key(|voter| voter.key.id);
        Self { voters }
    }

    /// The voters in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Voter> {
        self.voters.iter()
    }

    /// Number of voters.
    pub fn len(&self) -> usize {
        self.voters.len()
    }

    /// Whether nobody votes.
    pub fn is_empty(&self) -> bool {
        self.voters.is_empty()
    }

    /// Whether `key` names a voter.
    pub fn contains(&self, key: &ReplicaKey) -> bool {
        self.voters.iter().any(|voter| voter.key.matches(key))
    }

    /// Whether `key` is the one and only voter.
    pub fn is_only(&self, key: &ReplicaKey) -> bool {
        self.len() == 1 && self.contains(key)
    }
}
