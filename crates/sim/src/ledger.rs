//! What group members and transactional clients did and saw, in the order in which it happened, and
//! the invariants that watch.
//!
//! [`crate::History`] is about one partition; a ledger is about what several have in common: groups,
//! transactions, and what was made of what.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use ottla_model::TopicPartition;

use crate::invariants::{self, Invariant};

/// Something that a client did or saw. Records, transactions and commits have numbers that
/// [`Ledger::next_number`] gives; nobody uses one twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Somebody is about to send a record, once or as often as it takes.
    Sent {
        /// The number that is its value.
        record: u64,
        /// Where to.
        to: TopicPartition,
        /// The transaction that it belongs to.
        transaction: Option<u64>,
        /// The record that it was made of.
        from: Option<u64>,
    },
    /// A record that belongs to no transaction was acknowledged.
    Stored {
        /// Which.
        record: u64,
    },
    /// The client was told how a transaction ended. One of which this is never said ended in one way
    /// or the other.
    Ended {
        /// Which.
        transaction: u64,
        /// Whether it was committed; else it was aborted.
        committed: bool,
    },
    /// Somebody who reads committed records only met one.
    Seen {
        /// Who.
        reader: u64,
        /// Where.
        at: TopicPartition,
        /// At which offset.
        offset: i64,
        /// Which.
        record: u64,
    },
    /// A reader that began at the start of all partitions has come to their ends, with nobody else
    /// there any more, no transaction open, and everything transformed.
    SeenAll {
        /// Who.
        reader: u64,
    },
    /// A member is about to commit an offset. From here until it is settled it may happen.
    CommitSent {
        /// The commit.
        commit: u64,
        /// The group and the partition.
        of: GroupPartition,
        /// Next offset to read.
        offset: i64,
        /// The member, and the generation if it is one of those that an older one is fenced by.
        by: String,
        /// Whether it happens with a transaction.
        is_transactional: bool,
    },
    /// The commit was acknowledged.
    Committed {
        /// Which.
        commit: u64,
    },
    /// The commit was refused, or belongs to a transaction that was aborted.
    CommitRefused {
        /// Which.
        commit: u64,
    },
    /// Nobody was told how the commit ended; it has, by now.
    CommitSettled {
        /// Which.
        commit: u64,
    },
    /// Somebody asks what is committed, waiting for open transactions.
    OffsetAsked {
        /// Who.
        asker: String,
        /// Of what.
        of: GroupPartition,
    },
    /// It was told.
    OffsetFound {
        /// Who.
        asker: String,
        /// Of what.
        of: GroupPartition,
        /// The next offset to read; `None` if nothing is committed.
        offset: Option<i64>,
    },
    /// A member was told what it has.
    Assigned {
        /// The group.
        group: String,
        /// The generation, or the member's epoch.
        epoch: i32,
        /// The member's id.
        member: String,
        /// All that it has.
        partitions: BTreeSet<TopicPartition>,
    },
    /// The node's process has ended; what was under way to it has happened or will not.
    NodeEnded,
    /// The node's power was cut.
    PowerCut,
}

/// A group's place in a partition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupPartition {
    /// The group.
    pub group: String,
    /// The partition.
    pub partition: TopicPartition,
}

/// The deeds of all clients of a world, checked as they come. Clones are the same ledger.
#[derive(Clone)]
pub struct Ledger(Arc<Mutex<Inner>>);

struct Inner {
    deeds: Vec<Deed>,
    invariants: Vec<Box<dyn Invariant<Deed>>>,
    next_number: u64,
    outlives_power: bool,
}

impl Ledger {
    /// An empty ledger under all invariants. `outlives_power` is whether everything that is
    /// acknowledged is safe from a power cut.
    pub fn new(outlives_power: bool) -> Self {
        let invariants = invariants::of_clients(outlives_power);
        let deeds = Vec::new();
        Self(Arc::new(Mutex::new(Inner { deeds, invariants, next_number: 0, outlives_power })))
    }

    /// Whether everything that is acknowledged is safe from a power cut.
    pub fn outlives_power(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).outlives_power
    }

    /// A number for a record, a transaction or a commit.
    pub fn next_number(&self) -> u64 {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.next_number += 1;
        inner.next_number
    }

    /// Adds a deed.
    ///
    /// # Panics
    /// When it breaks an invariant.
    pub fn note(&self, deed: Deed) {
        if let Err(broken) = self.try_note(deed) {
            panic!("{broken}");
        }
    }

    /// Adds a deed.
    ///
    /// # Errors
    /// Which invariant it breaks, and how.
    pub fn try_note(&self, deed: Deed) -> Result<(), String> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tracing::trace!(?deed, "noted");
        inner.deeds.push(deed.clone());
        for invariant in &mut inner.invariants {
            if let Err(how) = invariant.observe(&deed) {
                return Err(format!("{}: {how} (at {deed:?})", invariant.name()));
            }
        }
        Ok(())
    }

    /// How many deeds there were that satisfy this.
    pub fn count(&self, is_meant: impl Fn(&Deed) -> bool) -> usize {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.deeds.iter().filter(|deed| is_meant(deed)).count()
    }

    /// All deeds so far.
    pub fn deeds(&self) -> Vec<Deed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).deeds.clone()
    }
}
