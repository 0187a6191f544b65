//! What a seed draws before anything happens.

use ottla_base::Rng;
use ottla_client::settings::{ConsumerSettings, ProducerSettings};
use ottla_sim::Faults;

use crate::room::BOOTSTRAP;

/// What members do with records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// They note them, and commit.
    Read,
    /// They write them to another topic, in transactions.
    Transform,
}

/// Everything that is decided beforehand.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) work: Work,
    pub(super) partitions: i32,
    pub(super) records: u64,
    /// Members there may be at a time.
    pub(super) seats: u64,
    /// How often something happens.
    pub(super) events: u64,
    pub(super) faults: Faults,
    /// Members keep their seat by name (KIP-345).
    pub(super) is_static: bool,
    pub(super) auto_commit: bool,
    /// `transaction.version` of the cluster.
    pub(super) transaction_version: i16,
    properties: Vec<(&'static str, &'static str)>,
}

impl Plan {
    pub(super) fn draw(seed: u64, work: Work) -> Self {
        let mut rng = Rng::new(seed ^ 0x7265_6261);
        let mut faults = Faults::from_seed(seed);
        // What breaks every second answer shows nothing but that.
        faults.reset_per_million = faults.reset_per_million.min(500);
        faults.retransmit_per_million = faults.retransmit_per_million.min(2000);
        faults.stall_per_million = faults.stall_per_million.min(2000);
        let protocols: [&[_]; 4] = [
            &[("partition.assignment.strategy", "range")],
            &[("group.protocol", "consumer")],
            &[("partition.assignment.strategy", "cooperative-sticky")],
            &[],
        ];
        let mut properties = protocols[(seed % 4) as usize].to_vec();
        if seed % 4 != 1 {
            properties.push(("session.timeout.ms", "8000"));
            properties.push(("heartbeat.interval.ms", "1000"));
        }
        Self {
            work,
            partitions: rng.range(1, 6) as i32,
            records: rng.range(100, 300),
            seats: rng.range(2, 5),
            events: rng.range(10, 16),
            faults,
            is_static: rng.chance(1, 4),
            auto_commit: rng.chance(1, 2),
            transaction_version: if rng.chance(1, 3) { 0 } else { 2 },
            properties,
        }
    }

    /// Settings of the member of this name.
    pub(super) fn consumer(&self, name: &str) -> ConsumerSettings {
        let mut given = vec![
            ("bootstrap.servers", BOOTSTRAP),
            ("group.id", "g"),
            ("auto.offset.reset", "earliest"),
            ("max.poll.interval.ms", "20000"),
            ("max.poll.records", "7"),
            ("max.partition.fetch.bytes", "2000"),
            ("auto.commit.interval.ms", "700"),
            ("enable.auto.commit", if self.auto_commit { "true" } else { "false" }),
        ];
        given.extend(&self.properties);
        if self.is_static {
            given.push(("group.instance.id", name));
        }
        ConsumerSettings::from_properties(given).unwrap()
    }

    /// Settings of a producer, transactional under this name.
    pub(super) fn producer(&self, transactional_id: Option<&str>) -> ProducerSettings {
        let mut given = vec![("bootstrap.servers", BOOTSTRAP), ("batch.size", "300")];
        if let Some(id) = transactional_id {
            given.extend([("transactional.id", id), ("transaction.timeout.ms", "25000")]);
        }
        ProducerSettings::from_properties(given).unwrap()
    }
}
