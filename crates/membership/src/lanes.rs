//! Records that are worked on beside each other: which may begin, and up to where everything is done.
//!
//! Records of one lane are worked on one after the other, in the order in which they were read; lanes
//! run beside each other. A lane is a key, a partition, or a single record: see [`Order`]. Whatever the
//! order of their ends, the place that may be committed is before the first record of a partition that
//! is not done.
//!
//! ```text
//!  admit ──▶ waiting ──start──▶ running ──done──▶ done ──(all before it done)──▶ may be committed
//!               ▲                  │
//!               └─────again────────┘   its lane waits with it
//! ```

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::vec::Vec;

use bytes::Bytes;
use ottla_base::MonoTime;
use ottla_model::TopicPartition;

use crate::place::Position;

/// What is done one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Records of a key within its partition; those without a key have no order.
    #[default]
    Key,
    /// Records of a partition.
    Partition,
    /// Nothing.
    None,
}

/// How much there may be at a time.
#[derive(Debug, Clone, Copy)]
pub struct LanesMax {
    /// Records that are worked on at a time.
    pub running: usize,
    /// Records that were read and cannot be committed yet: one that takes long holds up no more.
    pub records: usize,
    /// Bytes of those that are not done.
    pub bytes: usize,
}

/// A record that was started. Worth nothing once its partition was forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket {
    slot: u64,
    number: u64,
}

/// A record that is to be worked on.
#[derive(Debug)]
pub struct Started<T> {
    /// To report its end with.
    pub ticket: Ticket,
    /// The record.
    pub record: T,
    /// How often it was started before.
    pub failures: u32,
}

/// All records that were read and cannot be committed yet.
#[derive(Debug)]
pub struct Lanes<T> {
    order: Order,
    max: LanesMax,
    slots: BTreeMap<u64, Slot<T>>,
    by_partition: BTreeMap<TopicPartition, u64>,
    /// Records of a lane that are not done, in order; only the first may run.
    lanes: BTreeMap<(u64, Bytes), VecDeque<u64>>,
    /// First records of lanes that wait, by when they may begin.
    ready: BTreeSet<(MonoTime, Ticket)>,
    next_slot: u64,
    running: usize,
    records: usize,
    bytes: usize,
}

/// A partition, from when its first record was read until it is forgotten.
#[derive(Debug)]
struct Slot<T> {
    partition: TopicPartition,
    entries: VecDeque<Entry<T>>,
    /// Number of the first entry.
    first: u64,
    /// Everything before it is done.
    place: Option<Position>,
    is_committed: bool,
    running: usize,
    /// Nothing of it is started any more.
    is_stopped: bool,
}

#[derive(Debug)]
struct Entry<T> {
    next: Position,
    /// `None`: a lane of its own.
    lane: Option<Bytes>,
    /// `None` when it is done.
    record: Option<T>,
    weight: usize,
    failures: u32,
    is_running: bool,
}

impl<T: Clone> Lanes<T> {
    /// No records yet.
    pub fn new(order: Order, max: LanesMax) -> Self {
        Self {
            order,
            max,
            slots: BTreeMap::new(),
            by_partition: BTreeMap::new(),
            lanes: BTreeMap::new(),
            ready: BTreeSet::new(),
            next_slot: 0,
            running: 0,
            records: 0,
            bytes: 0,
        }
    }

    /// How many records may be read now.
    pub fn room(&self) -> usize {
        match self.bytes < self.max.bytes {
            true => self.max.records.saturating_sub(self.records),
            false => 0,
        }
    }

    /// Records that were read and cannot be committed yet.
    pub fn records(&self) -> usize {
        self.records
    }

    /// Records that are being worked on.
    pub fn running(&self) -> usize {
        self.running
    }

    /// A record was read, the next of its partition; `next` is the place behind it, `weight` its bytes.
    pub fn admit(
        &mut self,
        now: MonoTime,
        partition: &TopicPartition,
        next: Position,
        key: Option<&Bytes>,
        weight: usize,
        record: T,
    ) {
        let id = self.slot(partition);
        let lane = match self.order {
            Order::Key => key.cloned(),
            Order::Partition => Some(Bytes::new()),
            Order::None => None,
        };
        let Some(slot) = self.slots.get_mut(&id) else { return };
        let number = slot.first + slot.entries.len() as u64;
        let record = Some(record);
        let entry =
            Entry { next, lane: lane.clone(), record, weight, failures: 0, is_running: false };
        slot.entries.push_back(entry);
        self.records += 1;
        self.bytes += weight;
        let is_first = lane.is_none_or(|lane| {
            let queue = self.lanes.entry((id, lane)).or_default();
            queue.push_back(number);
            queue.len() == 1
        });
        if is_first {
            self.ready.insert((now, Ticket { slot: id, number }));
        }
    }

    fn slot(&mut self, partition: &TopicPartition) -> u64 {
        if let Some(known) = self.by_partition.get(partition) {
            return *known;
        }
        self.next_slot += 1;
        let slot = Slot {
            partition: partition.clone(),
            entries: VecDeque::new(),
            first: 0,
            place: None,
            is_committed: true,
            running: 0,
            is_stopped: false,
        };
        self.slots.insert(self.next_slot, slot);
        self.by_partition.insert(partition.clone(), self.next_slot);
        self.next_slot
    }

    /// The next record that may begin now.
    pub fn start(&mut self, now: MonoTime) -> Option<Started<T>> {
        if self.running >= self.max.running {
            return None;
        }
        let stopped = |ticket: &Ticket| self.slots.get(&ticket.slot).is_none_or(|it| it.is_stopped);
        let due = self.ready.iter().take_while(|(at, _)| *at <= now);
        let (at, ticket) = due.copied().find(|(_, ticket)| !stopped(ticket))?;
        self.ready.remove(&(at, ticket));
        let slot = self.slots.get_mut(&ticket.slot)?;
        let entry = slot.entries.get_mut(usize::try_from(ticket.number - slot.first).ok()?)?;
        entry.is_running = true;
        let (record, failures) = (entry.record.clone()?, entry.failures);
        slot.running += 1;
        self.running += 1;
        Some(Started { ticket, record, failures })
    }

    /// When the next record that has to wait may begin; `NEVER` if something else must happen before.
    pub fn due(&self) -> MonoTime {
        let may = self.running < self.max.running;
        let stopped = |ticket: &Ticket| self.slots.get(&ticket.slot).is_none_or(|it| it.is_stopped);
        let next = self.ready.iter().find(|(_, ticket)| may && !stopped(ticket));
        next.map_or(MonoTime::NEVER, |(at, _)| *at)
    }

    /// A record that was started is done.
    pub fn done(&mut self, now: MonoTime, ticket: Ticket) {
        let Some(slot) = self.slots.get_mut(&ticket.slot) else { return };
        let Some(entry) = entry_of(slot, ticket) else { return };
        entry.record = None;
        entry.is_running = false;
        self.bytes -= entry.weight;
        let lane = entry.lane.take();
        slot.running -= 1;
        self.running -= 1;
        while let Some(entry) = slot.entries.pop_front_if(|it| it.record.is_none()) {
            slot.first += 1;
            slot.place = Some(entry.next);
            slot.is_committed = false;
            self.records -= 1;
        }
        let Some(lane) = lane else { return };
        let lane = (ticket.slot, lane);
        let Some(queue) = self.lanes.get_mut(&lane) else { return };
        queue.pop_front();
        match queue.front() {
            Some(next) => {
                self.ready.insert((now, Ticket { number: *next, ..ticket }));
            }
            None => {
                self.lanes.remove(&lane);
            }
        }
    }

    /// Whether the partition of a ticket was not forgotten since.
    pub fn knows(&self, ticket: Ticket) -> bool {
        self.slots.contains_key(&ticket.slot)
    }

    /// How often a record that was started had been started before.
    pub fn failures(&self, ticket: Ticket) -> u32 {
        let slot = self.slots.get(&ticket.slot);
        let entry = slot.and_then(|slot| {
            let index = usize::try_from(ticket.number.checked_sub(slot.first)?).ok()?;
            slot.entries.get(index)
        });
        entry.map_or(0, |entry| entry.failures)
    }

    /// A record that was started is to be started again, not before `at`. Its lane waits for it.
    pub fn again(&mut self, ticket: Ticket, at: MonoTime) {
        let Some(slot) = self.slots.get_mut(&ticket.slot) else { return };
        let Some(entry) = entry_of(slot, ticket) else { return };
        entry.failures = entry.failures.saturating_add(1);
        entry.is_running = false;
        slot.running -= 1;
        self.running -= 1;
        self.ready.insert((at, ticket));
    }

    /// Places that may be committed and were not: everything before them is done.
    pub fn committable(&self) -> BTreeMap<TopicPartition, Position> {
        let slots = self.slots.values().filter(|slot| !slot.is_committed);
        slots.filter_map(|slot| Some((slot.partition.clone(), slot.place?))).collect()
    }

    /// These places were committed.
    pub fn committed(&mut self, places: &BTreeMap<TopicPartition, Position>) {
        for (partition, place) in places {
            let id = self.by_partition.get(partition);
            if let Some(slot) = id.and_then(|id| self.slots.get_mut(id))
                && slot.place == Some(*place)
            {
                slot.is_committed = true;
            }
        }
    }

    /// Nothing of these is started any more: they are to be given back.
    pub fn stop<'a>(&mut self, partitions: impl IntoIterator<Item = &'a TopicPartition>) {
        for partition in partitions {
            let id = self.slot(partition);
            if let Some(slot) = self.slots.get_mut(&id) {
                slot.is_stopped = true;
            }
        }
    }

    /// Whether nothing of these is being worked on.
    pub fn is_idle<'a>(&self, partitions: impl IntoIterator<Item = &'a TopicPartition>) -> bool {
        let mut slots = partitions.into_iter().filter_map(|it| self.by_partition.get(it));
        slots.all(|id| self.slots.get(id).is_none_or(|slot| slot.running == 0))
    }

    /// These are no longer ours. What is still being worked on of them counts for nothing.
    pub fn forget<'a>(&mut self, partitions: impl IntoIterator<Item = &'a TopicPartition>) {
        for partition in partitions {
            let Some(id) = self.by_partition.remove(partition) else { continue };
            let Some(slot) = self.slots.remove(&id) else { continue };
            self.running -= slot.running;
            self.records -= slot.entries.len();
            let left = slot.entries.iter().filter(|it| it.record.is_some());
            self.bytes -= left.map(|it| it.weight).sum::<usize>();
            self.lanes.retain(|(of, _), _| *of != id);
            self.ready.retain(|(_, ticket)| ticket.slot != id);
        }
    }

    /// All partitions of which records were read and not forgotten.
    pub fn partitions(&self) -> Vec<TopicPartition> {
        self.by_partition.keys().cloned().collect()
    }
}

/// The record of a ticket, while it is being worked on.
fn entry_of<T>(slot: &mut Slot<T>, ticket: Ticket) -> Option<&mut Entry<T>> {
    let index = usize::try_from(ticket.number.checked_sub(slot.first)?).ok()?;
    slot.entries.get_mut(index).filter(|it| it.is_running)
}
