//! Lanes against what a user may expect, with records, ends and losses drawn from seeds.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::vec::Vec;
use core::time::Duration;

use bytes::Bytes;
use ottla_base::{MonoTime, Rng};
use ottla_model::TopicPartition;

use crate::{Lanes, LanesMax, Order, Position, Ticket};

/// What is known of everything that was admitted, beside the lanes.
#[derive(Default)]
struct Watcher {
    now: MonoTime,
    /// Next offset by partition.
    ends: BTreeMap<i32, i64>,
    /// Offsets that are not done, with their keys, in order.
    open: BTreeMap<i32, BTreeMap<i64, Option<u64>>>,
    running: Vec<(Ticket, i32, i64)>,
    /// Not before.
    waits: BTreeMap<(i32, i64), MonoTime>,
    stopped: BTreeSet<i32>,
}

fn at(partition: i32) -> TopicPartition {
    TopicPartition::new("t", partition)
}

impl Watcher {
    fn admit(&mut self, rng: &mut Rng, lanes: &mut Lanes<(i32, i64)>) {
        let partition = rng.below(3) as i32;
        if self.stopped.contains(&partition) {
            return;
        }
        let end = self.ends.entry(partition).or_insert(0);
        // Compaction leaves gaps.
        let offset = *end + rng.below(2) as i64;
        *end = offset + 1;
        let key = rng.chance(3, 4).then(|| rng.below(4));
        let bytes = key.map(|key| Bytes::from(format!("{key}")));
        let next = Position { offset: offset + 1, epoch: None };
        lanes.admit(self.now, &at(partition), next, bytes.as_ref(), 10, (partition, offset));
        self.open.entry(partition).or_default().insert(offset, key);
    }

    fn start(&mut self, order: Order, lanes: &mut Lanes<(i32, i64)>) -> bool {
        let Some(started) = lanes.start(self.now) else { return false };
        let (partition, offset) = started.record;
        assert!(!self.stopped.contains(&partition), "{partition} is stopped");
        assert!(self.running.iter().all(|it| (it.1, it.2) != started.record), "twice at a time");
        let wait = self.waits.remove(&started.record);
        assert!(wait.is_none_or(|until| until <= self.now), "too early");
        assert_eq!(started.failures > 0, wait.is_some());
        let open = &self.open[&partition];
        let key = open[&offset];
        let mut before = open.range(..offset);
        let in_turn = match (order, key) {
            (Order::None, _) | (Order::Key, None) => true,
            (Order::Partition, _) => before.next().is_none(),
            (Order::Key, key) => before.all(|(_, other)| *other != key),
        };
        assert!(in_turn, "{partition}-{offset} is not the first of its lane");
        self.running.push((started.ticket, partition, offset));
        true
    }

    fn end_one(&mut self, rng: &mut Rng, lanes: &mut Lanes<(i32, i64)>) {
        if self.running.is_empty() {
            return;
        }
        let index = rng.below(self.running.len() as u64) as usize;
        let (ticket, partition, offset) = self.running.swap_remove(index);
        // Reported twice it counts once.
        if rng.chance(1, 4) {
            let until = self.now + Duration::from_millis(rng.range(1, 50));
            lanes.again(ticket, until);
            if let Some(open) = self.open.get(&partition)
                && open.contains_key(&offset)
            {
                self.waits.insert((partition, offset), until);
            }
        } else {
            lanes.done(self.now, ticket);
            lanes.done(self.now, ticket);
            self.open.entry(partition).or_default().remove(&offset);
        }
    }

    fn lose(&mut self, partition: i32, lanes: &mut Lanes<(i32, i64)>) {
        lanes.forget(&[at(partition)]);
        // Late ends of what was lost say nothing about what comes.
        for (ticket, of, _) in self.running.extract_if(.., |it| it.1 == partition) {
            assert_eq!(of, partition);
            lanes.done(self.now, ticket);
            lanes.again(ticket, self.now);
        }
        self.open.remove(&partition);
        self.waits.retain(|(of, _), _| *of != partition);
        self.stopped.remove(&partition);
    }

    fn check(&self, lanes: &Lanes<(i32, i64)>, max: LanesMax) {
        for (partition, place) in lanes.committable() {
            let open = self.open.get(&partition.partition);
            let first = open.and_then(|open| open.keys().next().copied());
            let end = self.ends[&partition.partition];
            assert!(
                place.offset <= first.unwrap_or(end),
                "{partition}: {place:?} before {first:?}"
            );
        }
        assert!(lanes.running() <= max.running && lanes.records() <= max.records);
        assert_eq!(lanes.running(), self.running.len());
    }
}

fn live(seed: u64) {
    let mut rng = Rng::new(seed);
    let order = [Order::Key, Order::Partition, Order::None][(seed % 3) as usize];
    let max = LanesMax {
        running: rng.range(1, 6) as usize,
        records: rng.range(1, 30) as usize,
        bytes: rng.range(10, 400) as usize,
    };
    let mut lanes = Lanes::new(order, max);
    let mut watcher = Watcher::default();
    for _ in 0..400 {
        watcher.now = watcher.now + Duration::from_millis(rng.below(5));
        match rng.below(40) {
            0 => watcher.lose(rng.below(3) as i32, &mut lanes),
            1 => {
                let partition = rng.below(3) as i32;
                lanes.stop(&[at(partition)]);
                watcher.stopped.insert(partition);
            }
            2..16 if lanes.room() > 0 => watcher.admit(&mut rng, &mut lanes),
            16..27 => drop(watcher.start(order, &mut lanes)),
            27..38 => watcher.end_one(&mut rng, &mut lanes),
            _ => lanes.committed(&lanes.committable()),
        }
        watcher.check(&lanes, max);
    }
    // Left alone, everything comes to its end.
    for partition in watcher.stopped.clone() {
        watcher.lose(partition, &mut lanes);
    }
    let mut lanes_left = 100_000;
    while lanes.records() > 0 {
        lanes_left -= 1;
        assert!(lanes_left > 0, "stuck: {lanes:?}");
        if !watcher.start(order, &mut lanes) && watcher.running.is_empty() {
            assert!(lanes.due() < MonoTime::NEVER, "stuck: {lanes:?}");
            watcher.now = watcher.now.max(lanes.due());
        }
        watcher.end_one(&mut rng, &mut lanes);
    }
    assert_eq!(lanes.room(), max.records);
    for (partition, place) in lanes.committable() {
        assert_eq!(place.offset, watcher.ends[&partition.partition]);
    }
}

#[test]
fn keys_keep_their_order_and_no_commit_passes_what_is_not_done() {
    for seed in 0..300 {
        live(seed);
    }
}
