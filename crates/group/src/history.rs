//! What groups went through: their last rebalances, who came and went, why, and how long it took. Kafka
//! forgets it; whoever looks for the cause of a lag wants it.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::time::Duration;

use ottla_base::{MonoTime, Now};

use crate::classic::Member;

/// Rebalances kept of a group.
pub const REBALANCES_MAX: usize = 16;
/// Changes kept of a rebalance; of more, only the number.
pub const CHANGES_MAX: usize = 16;
/// Bytes kept of a reason: clients send them.
const REASON_BYTES_MAX: usize = 256;
/// A group that rebalances this often within [`STORM_WINDOW`] does little else.
pub const STORM_REBALANCES: usize = 5;
/// See [`STORM_REBALANCES`].
pub const STORM_WINDOW: Duration = Duration::from_secs(600);

/// What happened to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It joined.
    Joined,
    /// It left.
    Left,
    /// It was silent for longer than its session.
    Expired,
    /// It did not join or sync in time.
    Late,
    /// A static member came back under this id.
    Replaced,
}

impl What {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::Left => "left",
            Self::Expired => "expired",
            Self::Late => "late",
            Self::Replaced => "replaced",
        }
    }
}

/// Somebody came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When, in milliseconds.
    pub at_ms: i64,
    /// Who.
    pub member_id: Arc<str>,
    /// `group.instance.id`.
    pub instance_id: Option<Arc<str>>,
    /// `client.id`.
    pub client_id: String,
    /// The client's address.
    pub client_host: String,
    /// What happened.
    pub what: What,
    /// Why.
    pub why: String,
}

/// A rebalance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebalance {
    /// When it began, in milliseconds.
    pub begun_ms: i64,
    /// What began it.
    pub why: String,
    /// How long members joined; `None` while they do.
    pub took: Option<Duration>,
    /// The generation, or group epoch, it led to.
    pub generation: i32,
    /// Members of that.
    pub members: usize,
    /// Who came and went since the rebalance before.
    pub changes: Vec<Change>,
    /// Changes that are not in [`Self::changes`].
    pub changes_left_out: usize,
    begun: MonoTime,
}

#[derive(Debug, Clone, Default)]
struct OfGroup {
    rebalances: VecDeque<Rebalance>,
    /// Changes that no rebalance has begun for yet.
    next: Vec<Change>,
    next_left_out: usize,
}

/// The last rebalances of each group of a coordinator. It is not in the log: a new coordinator begins
/// anew.
#[derive(Debug, Clone, Default)]
pub struct History {
    by_group: BTreeMap<Arc<str>, OfGroup>,
    begun: u64,
    completed: u64,
}

impl History {
    /// The last rebalances of a group, oldest first.
    pub fn of(&self, group: &str) -> impl Iterator<Item = &Rebalance> {
        self.by_group.get(group).into_iter().flat_map(|it| it.rebalances.iter())
    }

    /// The rebalances that have begun, ever.
    pub fn begun(&self) -> u64 {
        self.begun
    }

    /// The rebalances that are complete, ever.
    pub fn completed(&self) -> u64 {
        self.completed
    }

    /// The groups that do little else but rebalance.
    pub fn storms(&self, now: MonoTime) -> impl Iterator<Item = &Arc<str>> {
        self.by_group
            .iter()
            .filter(move |(_, it)| {
                let recent = it.rebalances.iter().rev().nth(STORM_REBALANCES - 1);
                recent.is_some_and(|first| now.since(first.begun) <= STORM_WINDOW)
            })
            .map(|(group, _)| group)
    }

    /// Somebody came or went.
    pub(crate) fn note(
        &mut self,
        now: Now,
        group: &Arc<str>,
        member_id: &Arc<str>,
        member: &Member,
        what: What,
        why: &str,
    ) {
        self.note_change(
            group,
            Change {
                at_ms: now.wall.millis,
                member_id: member_id.clone(),
                instance_id: member.instance_id.clone(),
                client_id: member.client_id.clone(),
                client_host: member.client_host.clone(),
                what,
                why: cut(why),
            },
        );
    }

    /// Somebody came or went: part of the rebalance that is going on, or else of the next.
    pub(crate) fn note_change(&mut self, group: &Arc<str>, change: Change) {
        let of_group = self.of_group(group);
        let (changes, left_out) = match of_group.rebalances.back_mut() {
            Some(rebalance) if rebalance.took.is_none() => {
                (&mut rebalance.changes, &mut rebalance.changes_left_out)
            }
            _ => (&mut of_group.next, &mut of_group.next_left_out),
        };
        match changes.len() < CHANGES_MAX {
            true => changes.push(change),
            false => *left_out += 1,
        }
    }

    /// The epoch of a consumer group rises: part of the rebalance that is going on, or a new one. It
    /// goes on until [`Self::complete`].
    pub(crate) fn begin_epoch(&mut self, now: Now, group: &Arc<str>, epoch: i32, why: &str) {
        if self.open_epoch(group).is_none() {
            self.begin(now, group, why);
        }
        if let Some(rebalance) = self.of_group(group).rebalances.back_mut() {
            rebalance.generation = epoch;
        }
    }

    /// The epoch that the rebalance leads to that is going on, if one is; -1 if that is not known yet.
    pub(crate) fn open_epoch(&self, group: &str) -> Option<i32> {
        let last = self.by_group.get(group)?.rebalances.back()?;
        last.took.is_none().then_some(last.generation)
    }

    /// A rebalance begins.
    pub(crate) fn begin(&mut self, now: Now, group: &Arc<str>, why: &str) {
        self.begun += 1;
        let of_group = self.of_group(group);
        // One that this one puts an end to, because the group changes its protocol.
        if let Some(last) = of_group.rebalances.back_mut() {
            last.took.get_or_insert(now.mono.since(last.begun));
        }
        if of_group.rebalances.len() >= REBALANCES_MAX {
            of_group.rebalances.pop_front();
        }
        of_group.rebalances.push_back(Rebalance {
            begun_ms: now.wall.millis,
            why: cut(why),
            took: None,
            generation: -1,
            members: 0,
            changes: core::mem::take(&mut of_group.next),
            changes_left_out: core::mem::take(&mut of_group.next_left_out),
            begun: now.mono,
        });
    }

    /// The rebalance is over.
    pub(crate) fn complete(&mut self, now: Now, group: &Arc<str>, generation: i32, members: usize) {
        self.completed += 1;
        let of_group = self.of_group(group);
        if let Some(rebalance) = of_group.rebalances.back_mut() {
            rebalance.took = Some(now.mono.since(rebalance.begun));
            rebalance.generation = generation;
            rebalance.members = members;
        }
    }

    /// A group is gone.
    pub(crate) fn forget(&mut self, group: &str) {
        self.by_group.remove(group);
    }

    fn of_group(&mut self, group: &Arc<str>) -> &mut OfGroup {
        self.by_group.entry(group.clone()).or_default()
    }
}

/// A reason of bounded length.
fn cut(why: &str) -> String {
    let end = why.char_indices().map(|(at, c)| at + c.len_utf8());
    let end = end.take_while(|end| *end <= REASON_BYTES_MAX).last().unwrap_or(0);
    why.get(..end).unwrap_or_default().into()
}
