//! Where new replicas go: brokers in turn, racks in turn, so that leaders and copies spread.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use ottla_base::{Rng, Uuid};
use ottla_model::{BrokerId, ErrorCode};

use super::Fault;
use crate::image::{Broker, DIRECTORY_MIGRATING, Image, Partition};

/// Replicas of one new partition, the preferred leader first.
pub(super) type Replicas = Vec<BrokerId>;

/// Chooses the replicas of `count` new partitions. Every partition gets a usable broker first and
/// fenced ones only where there are not enough others.
pub(super) fn place(
    image: &Image,
    rng: &mut Rng,
    count: usize,
    replication_factor: i16,
) -> Result<Vec<Replicas>, Fault> {
    let refuse = |text| Err(Fault::new(ErrorCode::InvalidReplicationFactor, text));
    if replication_factor <= 0 {
        return refuse(format!(
            "Invalid replication factor {replication_factor}: the replication factor must be positive."
        ));
    }
    let usable: Vec<_> = image.brokers.values().filter(|broker| broker.takes_replicas()).collect();
    if replication_factor as usize > usable.len() {
        return refuse(format!(
            "The target replication factor of {replication_factor} cannot be reached because only \
             {} broker(s) are registered or some brokers have all their log directories cordoned.",
            usable.len()
        ));
    }
    if usable.iter().all(|broker| broker.fenced) {
        return refuse(
            "All brokers are currently fenced, or have all their log directories cordoned.".into(),
        );
    }
    let mut stripe = Stripe::new(&usable, rng);
    Ok((0..count).map(|_| stripe.next(replication_factor as usize)).collect())
}

/// Brokers in the order in which they get replicas: racks take turns, and so do the brokers of a
/// rack.
struct Stripe {
    unfenced: Vec<BrokerId>,
    fenced: Vec<BrokerId>,
    turn: usize,
}

impl Stripe {
    fn new(brokers: &[&Arc<Broker>], rng: &mut Rng) -> Self {
        let order = |fenced: bool, rng: &mut Rng| {
            let mut racks: BTreeMap<Option<&str>, Vec<BrokerId>> = BTreeMap::new();
            for broker in brokers.iter().filter(|broker| broker.fenced == fenced) {
                racks.entry(broker.rack.as_deref()).or_default().push(broker.id);
            }
            let mut racks: Vec<_> = racks.into_values().collect();
            racks.iter_mut().for_each(|rack| shuffle(rack, rng));
            shuffle(&mut racks, rng);
            let longest = racks.iter().map(Vec::len).max().unwrap_or(0);
            (0..longest)
                .flat_map(|row| racks.iter().filter_map(move |rack| rack.get(row).copied()))
                .collect()
        };
        Self { unfenced: order(false, rng), fenced: order(true, rng), turn: 0 }
    }

    fn next(&mut self, replicas: usize) -> Replicas {
        let start = self.turn;
        self.turn += 1;
        let around = |list: &[BrokerId]| -> Vec<BrokerId> {
            (0..list.len()).map(|step| list[(start + step) % list.len()]).collect()
        };
        let mut chosen = around(&self.unfenced);
        chosen.extend(around(&self.fenced));
        chosen.truncate(replicas);
        chosen
    }
}

fn shuffle<T>(items: &mut [T], rng: &mut Rng) {
    for last in (1..items.len()).rev() {
        items.swap(last, rng.below(last as u64 + 1) as usize);
    }
}

/// A fresh partition on `replicas`, or none if none of them may lead.
pub(super) fn fresh_partition(image: &Image, replicas: &[BrokerId]) -> Option<Partition> {
    let isr: Vec<_> = replicas.iter().copied().filter(|id| image.is_active(*id)).collect();
    if isr.is_empty() {
        return None;
    }
    let directory = |id: &BrokerId| -> Uuid {
        image.brokers.get(id).map_or(DIRECTORY_MIGRATING, |broker| broker.default_directory())
    };
    let directories: Vec<_> = replicas.iter().map(directory).collect();
    Some(Partition::new(replicas.into(), directories.into(), isr.into()))
}

/// Checks replicas that a client chose.
pub(super) fn check_manual(
    image: &Image,
    replicas: &[BrokerId],
    others_have: Option<usize>,
) -> Result<(), Fault> {
    let refuse = |text| Err(Fault::new(ErrorCode::InvalidReplicaAssignment, text));
    if replicas.is_empty() {
        return refuse("The manual partition assignment includes an empty replica list.".into());
    }
    let mut sorted = replicas.to_vec();
    sorted.sort_unstable();
    let mut previous = None;
    for id in sorted {
        match image.brokers.get(&id) {
            None => {
                return refuse(format!(
                    "The manual partition assignment includes broker {id}, but no such broker is \
                     registered."
                ));
            }
            Some(broker) if !broker.takes_replicas() => {
                return refuse(format!(
                    "The manual partition assignment includes broker {id}, but all its log \
                     directories are cordoned."
                ));
            }
            Some(_) if previous == Some(id) => {
                return refuse(format!(
                    "The manual partition assignment includes the broker {id} more than once."
                ));
            }
            Some(_) => previous = Some(id),
        }
    }
    match others_have {
        Some(count) if count != replicas.len() => refuse(format!(
            "The manual partition assignment includes a partition with {} replica(s), but this is \
             not consistent with previous partitions, which have {count} replica(s).",
            replicas.len()
        )),
        _ => Ok(()),
    }
}
