//! Members want different topics: everybody keeps what is still right, what is left goes to whoever has
//! least, and then single partitions move for as long as that makes it more even.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::movements::Movements;
use super::owners::{GENERATION_NONE, Owned};
use super::racks::Racks;
use super::{Field, Partition};

/// What each member gets.
pub(super) fn assign(field: &Field<'_>, racks: &Racks<'_>, owned: &Owned) -> Vec<Vec<Partition>> {
    let mut balance = Balance::new(field, racks, owned);
    let left = balance.keep();
    balance.level(left);
    balance.has.into_iter().map(|it| it.into_iter().collect()).collect()
}

struct Balance<'a> {
    field: &'a Field<'a>,
    racks: &'a Racks<'a>,
    /// Who could read each topic.
    readers: Vec<Vec<usize>>,
    has: Vec<BTreeSet<Partition>>,
    reader: BTreeMap<Partition, usize>,
    /// Who had what in an older generation.
    before: BTreeMap<Partition, usize>,
    /// Members that can gain or lose, by what they have and then by id.
    open: BTreeSet<(usize, usize)>,
    /// All partitions, those of topics with the fewest readers first.
    sorted: Vec<Partition>,
    revoked: bool,
    movements: Movements,
}

impl<'a> Balance<'a> {
    fn new(field: &'a Field<'a>, racks: &'a Racks<'a>, owned: &Owned) -> Self {
        let wants = |topic: usize, member: usize| field.wants[member].contains(&topic);
        let readers: Vec<Vec<usize>> = (0..field.topics.len())
            .map(|topic| (0..field.members.len()).filter(|it| wants(topic, *it)).collect())
            .collect();
        let mut topics: Vec<usize> = (0..field.topics.len()).collect();
        topics.sort_by_key(|&topic| readers[topic].len());
        let mut reader = BTreeMap::new();
        for &member in &field.java_order {
            reader.extend(owned.by_member[member].iter().map(|it| (*it, member)));
        }
        Self {
            field,
            racks,
            sorted: topics.iter().flat_map(|&topic| field.partitions_of(topic)).collect(),
            has: owned.by_member.iter().map(|it| it.iter().copied().collect()).collect(),
            reader,
            before: older_owners(field, owned),
            readers,
            open: BTreeSet::new(),
            revoked: false,
            movements: Movements::default(),
        }
    }

    /// Takes away what is no longer right; returns what nobody has.
    fn keep(&mut self) -> Vec<Partition> {
        for member in 0..self.has.len() {
            for partition in self.has[member].clone() {
                let wanted = self.field.wants[member].contains(&partition.0);
                if !wanted || self.racks.mismatch(member, partition) {
                    self.has[member].remove(&partition);
                    self.revoked = true;
                }
            }
        }
        self.open = self.has.iter().enumerate().map(|(it, has)| (has.len(), it)).collect();
        let kept: BTreeSet<Partition> = self.has.iter().flatten().copied().collect();
        self.sorted.iter().copied().filter(|it| !kept.contains(it)).collect()
    }

    fn level(&mut self, mut left: Vec<Partition>) {
        let from_nothing = self.open.last().is_none_or(|(count, _)| *count == 0);
        if self.racks.matter() {
            let mut far = left.clone();
            far.retain(|it| !self.give(*it, true));
            far.iter().for_each(|it| _ = self.give(*it, false));
        } else {
            left.iter().for_each(|it| _ = self.give(*it, false));
        }
        left.retain(|(topic, _)| self.readers[*topic].len() >= 2);
        let readers = &self.readers;
        self.sorted.retain(|(topic, _)| readers[*topic].len() >= 2);
        for member in 0..self.has.len() {
            if !self.is_open(member) {
                self.open.remove(&(self.has[member].len(), member));
            }
        }
        let before = (self.has.clone(), self.reader.clone());
        if !self.revoked {
            self.improve(&left);
        }
        let sorted = self.sorted.clone();
        if self.improve(&sorted) && !from_nothing && self.score(&self.has) >= self.score(&before.0)
        {
            (self.has, self.reader) = before;
        }
    }

    /// Gives `partition` to the member with least that wants it, near ones only if asked.
    fn give(&mut self, partition: Partition, near: bool) -> bool {
        let fits = |member: usize| {
            self.field.wants[member].contains(&partition.0)
                && !(near && self.racks.mismatch(member, partition))
        };
        let Some(&(count, member)) = self.open.iter().find(|(_, member)| fits(*member)) else {
            return false;
        };
        self.open.remove(&(count, member));
        self.has[member].insert(partition);
        self.reader.insert(partition, member);
        self.open.insert((self.has[member].len(), member));
        true
    }

    /// Whether `member` lacks something it could have, or has something that others could.
    fn is_open(&self, member: usize) -> bool {
        self.has[member].len() < self.could_have(member)
            || self.has[member].iter().any(|(topic, _)| self.readers[*topic].len() >= 2)
    }

    fn could_have(&self, member: usize) -> usize {
        self.field.wants[member].iter().map(|&topic| self.field.partition_counts[topic]).sum()
    }

    /// Moves partitions until a round moves none; says whether any moved.
    fn improve(&mut self, partitions: &[Partition]) -> bool {
        let mut any = false;
        loop {
            let mut moved = false;
            for &partition in partitions {
                if self.is_level() {
                    break;
                }
                moved |= self.improve_one(partition);
            }
            any |= moved;
            if !moved {
                return any;
            }
        }
    }

    fn improve_one(&mut self, partition: Partition) -> bool {
        let Some(&reader) = self.reader.get(&partition) else { return false };
        let load = self.has[reader].len();
        if let Some(&before) = self.before.get(&partition)
            && load > self.has[before].len() + 1
        {
            self.hand_over(partition, before);
            return true;
        }
        // Whoever has less by two can take it; Kafka looks at those in the rack first, and then hands
        // it to whoever has least in either case.
        if self.readers[partition.0].iter().any(|&other| load > self.has[other].len() + 1) {
            let wants = |member: usize| self.field.wants[member].contains(&partition.0);
            let least = self.open.iter().find(|(_, member)| wants(*member));
            if let Some(&(_, least)) = least {
                self.hand_over(partition, least);
                return true;
            }
        }
        false
    }

    fn hand_over(&mut self, partition: Partition, to: usize) {
        let Some(&from) = self.reader.get(&partition) else { return };
        let partition = self.movements.instead_of(partition, from, to);
        let Some(&from) = self.reader.get(&partition) else { return };
        self.open.remove(&(self.has[from].len(), from));
        self.open.remove(&(self.has[to].len(), to));
        self.movements.note(self.field, partition, from, to);
        self.has[from].remove(&partition);
        self.has[to].insert(partition);
        self.reader.insert(partition, to);
        self.open.insert((self.has[to].len(), to));
        self.open.insert((self.has[from].len(), from));
    }

    /// Whether no single movement makes it more even.
    fn is_level(&self) -> bool {
        let (Some((least, _)), Some((most, _))) = (self.open.first(), self.open.last()) else {
            return true;
        };
        if least + 1 >= *most {
            return true;
        }
        self.open.iter().all(|&(count, member)| {
            count == self.could_have(member)
                || self.field.wants[member].iter().all(|&topic| {
                    let others = self
                        .field
                        .partitions_of(topic)
                        .filter_map(|it| self.reader.get(&it).filter(|reader| **reader != member));
                    others.into_iter().all(|other| count + 1 >= self.has[*other].len())
                })
        })
    }

    /// The sum of all differences between two members that can gain or lose.
    fn score(&self, has: &[BTreeSet<Partition>]) -> usize {
        let counts: Vec<usize> = self.open.iter().map(|(_, member)| has[*member].len()).collect();
        let pairs = counts.iter().enumerate();
        pairs.map(|(at, one)| counts[at..].iter().map(|it| it.abs_diff(*one)).sum::<usize>()).sum()
    }
}

/// Of what is claimed from older generations, the youngest owner.
fn older_owners(field: &Field<'_>, owned: &Owned) -> BTreeMap<Partition, usize> {
    let mut owners: BTreeMap<Partition, (usize, i32)> = BTreeMap::new();
    for &member in &field.java_order {
        let (claimed, generation) = &owned.claims[member];
        let generation = generation.unwrap_or(GENERATION_NONE);
        if generation >= owned.generation_max {
            continue;
        }
        for partition in claimed {
            let owner = owners.entry(*partition).or_insert((member, generation));
            if generation > owner.1 {
                *owner = (member, generation);
            }
        }
    }
    owners.into_iter().map(|(partition, (member, _))| (partition, member)).collect()
}
