//! No committed offset goes back or is lost: what is found is what was acknowledged last, or what was
//! on its way. A commit that nobody was told the end of may still arrive, until its member is
//! fenced or the node's process ends.

use std::collections::{BTreeMap, BTreeSet};

use super::Invariant;
use crate::{Deed, GroupPartition};

/// Follows what may be committed.
pub struct CommitsStay {
    outlives_power: bool,
    /// Counts deeds.
    now: u64,
    commits: BTreeMap<u64, Commit>,
    /// Commits by what they are of.
    of: BTreeMap<GroupPartition, BTreeSet<u64>>,
    /// When who asked for what.
    asked: BTreeMap<(String, GroupPartition), u64>,
    /// When power was cut last, if that may have taken something.
    cut: Option<u64>,
}

struct Commit {
    of: GroupPartition,
    offset: i64,
    by: String,
    is_transactional: bool,
    sent: u64,
    /// When it was certain that it had happened, if it did.
    over: Option<u64>,
    /// When it was certain that it did.
    acknowledged: Option<u64>,
}

impl CommitsStay {
    /// Nothing committed yet.
    pub fn new(outlives_power: bool) -> Self {
        Self {
            outlives_power,
            now: 0,
            commits: BTreeMap::new(),
            of: BTreeMap::new(),
            asked: BTreeMap::new(),
            cut: None,
        }
    }

    fn on_committed(&mut self, number: u64) {
        let now = self.now;
        let Some(commit) = self.commits.get_mut(&number) else { return };
        commit.over.get_or_insert(now);
        commit.acknowledged = Some(now);
        let (of, by) = (commit.of.clone(), commit.by.clone());
        // Whoever else was to commit this has been fenced.
        for number in self.of.get(&of).into_iter().flatten() {
            if let Some(other) = self.commits.get_mut(number)
                && other.by != by
            {
                other.over.get_or_insert(now);
            }
        }
    }

    /// What was on its way has happened before or never will; but a transaction lives on.
    fn on_node_ended(&mut self) {
        for commit in self.commits.values_mut().filter(|commit| !commit.is_transactional) {
            commit.over.get_or_insert(self.now);
        }
    }

    fn settle(&mut self, number: u64) {
        let now = self.now;
        if let Some(commit) = self.commits.get_mut(&number) {
            commit.over.get_or_insert(now);
        }
    }

    fn on_found(&self, of: &GroupPartition, asked: u64, offset: Option<i64>) -> Result<(), String> {
        let known = || self.of.get(of).into_iter().flatten().filter_map(|n| self.commits.get(n));
        // Of what was acknowledged before the question, the last that began.
        let is_safe = |commit: &&Commit| self.cut.is_none_or(|cut| commit.sent > cut);
        let last = known()
            .filter(|commit| commit.acknowledged.is_some_and(|at| at < asked))
            .filter(is_safe)
            .max_by_key(|commit| commit.sent);
        let Some(found) = offset else {
            return match last {
                Some(last) => {
                    Err(format!("{} was acknowledged, and nothing is there", last.offset))
                }
                None => Ok(()),
            };
        };
        let not_before = last.map_or(0, |last| last.sent);
        let may_be = |commit: &Commit| {
            commit.offset == found && commit.over.is_none_or(|over| over > not_before)
        };
        if known().any(may_be) {
            return Ok(());
        }
        let last = last.map(|last| last.offset);
        Err(format!("{found} is there; acknowledged last was {last:?}"))
    }
}

impl Invariant<Deed> for CommitsStay {
    fn name(&self) -> &'static str {
        "no committed offset goes back or is lost"
    }

    fn observe(&mut self, deed: &Deed) -> Result<(), String> {
        self.now += 1;
        match deed {
            Deed::CommitSent { commit, of, offset, by, is_transactional } => {
                self.of.entry(of.clone()).or_default().insert(*commit);
                let new = Commit {
                    of: of.clone(),
                    offset: *offset,
                    by: by.clone(),
                    is_transactional: *is_transactional,
                    sent: self.now,
                    over: None,
                    acknowledged: None,
                };
                self.commits.insert(*commit, new);
            }
            Deed::Committed { commit } => self.on_committed(*commit),
            Deed::CommitSettled { commit } => self.settle(*commit),
            Deed::CommitRefused { commit } => {
                if let Some(gone) = self.commits.remove(commit)
                    && let Some(others) = self.of.get_mut(&gone.of)
                {
                    others.remove(commit);
                }
            }
            Deed::OffsetAsked { asker, of } => {
                self.asked.insert((asker.clone(), of.clone()), self.now);
            }
            Deed::OffsetFound { asker, of, offset } => {
                let asked = self.asked.get(&(asker.clone(), of.clone())).copied();
                return self.on_found(of, asked.unwrap_or(0), *offset);
            }
            Deed::NodeEnded => self.on_node_ended(),
            Deed::PowerCut if !self.outlives_power => self.cut = Some(self.now),
            _ => {}
        }
        Ok(())
    }
}
