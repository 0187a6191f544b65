//! Everybody wants the same topics: each gets the same number of partitions, or one more, and keeps of
//! what it has as much as that allows. Then the rest is dealt out, near ones first.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::owners::Owned;
use super::racks::Racks;
use super::{Field, Partition};

/// What each member gets, and what of that another gave up or both claimed.
pub(super) fn assign(
    field: &Field<'_>,
    racks: &Racks<'_>,
    owned: &Owned,
) -> (Vec<Vec<Partition>>, BTreeMap<Partition, usize>) {
    let mut quotas = Quotas::new(field, racks, owned);
    quotas.keep();
    let mut left = quotas.left();
    quotas.below.sort_unstable();
    quotas.at_least.sort_unstable();
    racks.sort_by_need(&mut left);
    if racks.matter() {
        left = quotas.deal_near(left);
    }
    quotas.deal(left);
    (quotas.assigned, quotas.moving)
}

struct Quotas<'a> {
    field: &'a Field<'a>,
    racks: &'a Racks<'a>,
    owned: &'a Owned,
    /// What everybody gets; `most` is that or one more.
    least: usize,
    most: usize,
    /// How many shall, and do, get one more.
    extras: usize,
    extras_given: usize,
    /// Members with less than `least`, and with exactly that who may get one more.
    below: Vec<usize>,
    at_least: Vec<usize>,
    assigned: Vec<Vec<Partition>>,
    /// What a member has and did not keep.
    given_up: BTreeMap<Partition, usize>,
    moving: BTreeMap<Partition, usize>,
}

impl<'a> Quotas<'a> {
    fn new(field: &'a Field<'a>, racks: &'a Racks<'a>, owned: &'a Owned) -> Self {
        let (total, members) = (field.partition_count(), field.members.len().max(1));
        Self {
            field,
            racks,
            owned,
            least: total / members,
            most: total.div_ceil(members),
            extras: total % members,
            extras_given: 0,
            below: Vec::new(),
            at_least: Vec::new(),
            assigned: field.members.iter().map(|_| Vec::new()).collect(),
            given_up: BTreeMap::new(),
            moving: BTreeMap::new(),
        }
    }

    /// Each keeps what it has, up to its quota.
    fn keep(&mut self) {
        for &member in &self.field.java_order {
            let mut has = Vec::new();
            for &partition in &self.owned.by_member[member] {
                if self.racks.mismatch(member, partition) {
                    self.given_up.insert(partition, member);
                } else if !self.owned.disputed.contains(&partition) {
                    has.push(partition);
                }
            }
            has.sort_unstable_by_key(|(topic, number)| (*number, *topic));
            let kept = if has.len() < self.least {
                self.below.push(member);
                has.len()
            } else if has.len() >= self.most && self.extras_given < self.extras {
                self.extra_given();
                self.most
            } else {
                if self.extras_given < self.extras {
                    self.at_least.push(member);
                }
                self.least
            };
            let kept = kept.min(has.len());
            self.given_up.extend(has.split_off(kept).into_iter().map(|it| (it, member)));
            self.assigned[member] = has;
        }
    }

    fn extra_given(&mut self) {
        self.extras_given += 1;
        if self.extras_given == self.extras {
            self.at_least.clear();
        }
    }

    /// What nobody keeps, in order of topic and number.
    fn left(&self) -> Vec<Partition> {
        let mut kept: Vec<Partition> = self.assigned.iter().flatten().copied().collect();
        kept.sort_unstable();
        let all = (0..self.field.topics.len()).flat_map(|topic| self.field.partitions_of(topic));
        all.filter(|it| kept.binary_search(it).is_err()).collect()
    }

    /// Deals to members that are near; returns what found none.
    fn deal_near(&mut self, left: Vec<Partition>) -> Vec<Partition> {
        let mut next = 0;
        let mut far = Vec::new();
        for partition in left {
            if let Some(at) = self.racks.next_near(partition, &self.below, next) {
                let member = self.below[at];
                next = at + 1;
                let count = self.assigned[member].len() + 1;
                if count >= self.least {
                    self.below.remove(at);
                    next = at;
                    if count < self.most && self.extras_given < self.extras {
                        self.at_least.push(member);
                    }
                }
                next = next.checked_rem(self.below.len()).unwrap_or(0);
                self.give(partition, member);
            } else if let Some(at) = self.racks.next_near(partition, &self.at_least, 0) {
                let member = self.at_least[at];
                if self.assigned[member].len() + 1 == self.most {
                    self.at_least.remove(at);
                    self.extra_given();
                }
                self.give(partition, member);
            } else {
                far.push(partition);
            }
        }
        far
    }

    /// Deals in turn to members below the quota, then one more to those at it.
    fn deal(&mut self, left: Vec<Partition>) {
        let mut next = 0;
        for partition in left {
            if next >= self.below.len() {
                next = 0;
            }
            if let Some(&member) = self.below.get(next) {
                next += 1;
                if self.give(partition, member) == self.least {
                    next -= 1;
                    self.below.remove(next);
                    self.at_least.push(member);
                }
                continue;
            }
            let member = match self.at_least.is_empty() {
                false => self.at_least.remove(0),
                // The quotas add up to the partitions; should they not, nothing stays unread.
                true => self.least_loaded(),
            };
            self.give(partition, member);
            self.extras_given += 1;
        }
    }

    fn least_loaded(&self) -> usize {
        (0..self.assigned.len()).min_by_key(|&it| self.assigned[it].len()).unwrap_or(0)
    }

    fn give(&mut self, partition: Partition, member: usize) -> usize {
        let given_up = self.given_up.get(&partition).is_some_and(|owner| *owner != member);
        if given_up || self.owned.disputed.contains(&partition) {
            self.moving.insert(partition, member);
        }
        self.assigned[member].push(partition);
        self.assigned[member].len()
    }
}
