//! What happened in one world or in many, in numbers: a run that did nothing is seen.

use std::collections::BTreeMap;
use std::fmt;

use super::Trouble;

/// Counts. Those of several worlds add up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often each kind of trouble came.
    pub trouble: BTreeMap<Trouble, u64>,
    /// Records that were acknowledged.
    pub acknowledged: u64,
    /// Of them, those acknowledged as synced.
    pub acknowledged_synced: u64,
    /// Records that readers saw, each as often as it was seen.
    pub read: u64,
    /// DeleteRecords that were acknowledged.
    pub deletions: u64,
    /// Offsets that groups committed, as they were told.
    pub commits: u64,
    /// Assignments that members were given.
    pub assignments: u64,
    /// Transactions that were committed, as their clients were told, and that were aborted.
    pub transactions: (u64, u64),
    /// Ends of clients in the middle of their work.
    pub clients_ended: u64,
    /// Starts of a node.
    pub starts: u64,
    /// Starts that did not come to serve before the next trouble.
    pub starts_cut_short: u64,
    /// Ends of a node that were its own decision: a device failed it.
    pub gave_up: u64,
    /// Changes of disks that a power cut decided about.
    pub events: u64,
    /// Milliseconds of virtual time.
    pub virtual_ms: u64,
    /// A number that follows from everything that happened.
    pub trace_hash: u64,
}

impl Tally {
    /// Adds what happened in another world.
    pub fn add(&mut self, other: &Self) {
        for (kind, count) in &other.trouble {
            *self.trouble.entry(*kind).or_default() += count;
        }
        self.acknowledged += other.acknowledged;
        self.acknowledged_synced += other.acknowledged_synced;
        self.read += other.read;
        self.deletions += other.deletions;
        self.commits += other.commits;
        self.assignments += other.assignments;
        self.transactions.0 += other.transactions.0;
        self.transactions.1 += other.transactions.1;
        self.clients_ended += other.clients_ended;
        self.starts += other.starts;
        self.starts_cut_short += other.starts_cut_short;
        self.gave_up += other.gave_up;
        self.events += other.events;
        self.virtual_ms += other.virtual_ms;
        self.trace_hash ^= other.trace_hash;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { acknowledged, acknowledged_synced, read, deletions, .. } = self;
        writeln!(
            f,
            "records     {acknowledged} acknowledged, {acknowledged_synced} of them as synced; \
             {read} read; {deletions} DeleteRecords"
        )?;
        let Self { commits, assignments, transactions, clients_ended, .. } = self;
        writeln!(
            f,
            "groups      {commits} commits, {assignments} assignments; transactions {} committed, \
             {} aborted; {clients_ended} clients ended",
            transactions.0, transactions.1
        )?;
        let Self { starts, starts_cut_short, gave_up, .. } = self;
        writeln!(
            f,
            "nodes       {starts} starts, {starts_cut_short} cut short, {gave_up} gave up"
        )?;
        writeln!(f, "time        {} s virtual, {} events", self.virtual_ms / 1000, self.events)?;
        write!(f, "trouble    ")?;
        for (kind, count) in &self.trouble {
            write!(f, " {kind:?} {count}")?;
        }
        writeln!(f)?;
        write!(f, "trace       {:016x}", self.trace_hash)
    }
}
