//! What a seed draws of groups and transactions.

use ottla_base::Rng;
use ottla_broker::settings::NodeSettings;

use super::plan::Trouble;
use crate::Faults;
use crate::workload::{GroupOf, Protocol, Sink};

/// Chance, out of so many, that a world has a crowd.
const CROWD_OUT_OF: u64 = 3;

/// The topic that sources write to, and the one that is made of it.
const INPUT: &str = "in";
const OUTPUT: &str = "out";

/// Bytes of a small segment: a group's record has to fit.
const SEGMENT_BYTES: (u64, u64) = (4000, 12_000);

/// Everything that is decided of it beforehand.
#[derive(Debug, Clone)]
pub(super) struct CrowdPlan {
    /// Whether a power cut takes nothing that coordinators acknowledged. What is in [`INPUT`] and
    /// [`OUTPUT`] it never does.
    pub(super) outlives_power: bool,
    /// Whether the coordinators' topics are synced before anything is acknowledged.
    synced: bool,
    /// Whether they have small segments, so that they are compacted.
    segment_bytes: Option<u64>,
    /// The level of `transaction.version`.
    pub(super) transaction_version: i16,
    pub(super) input: Sink,
    pub(super) output: Sink,
    pub(super) groups: Vec<GroupPlan>,
    /// Sources that write with a producer id, and that write in transactions.
    pub(super) idempotent_sources: u64,
    pub(super) transactional_sources: u64,
    /// What each writes: batches, transactions.
    pub(super) batches: u64,
    /// Milliseconds that a transaction may take.
    pub(super) transaction_timeout_ms: i32,
}

/// A group and its members.
#[derive(Debug, Clone)]
pub(super) struct GroupPlan {
    pub(super) of: GroupOf,
    pub(super) members: u64,
    /// Whether they write into [`OUTPUT`], in transactions; at most one group does.
    pub(super) transforms: bool,
}

impl CrowdPlan {
    pub(super) fn draw(seed: u64, trouble: &[Trouble]) -> Option<Self> {
        let mut rng = Rng::new(seed ^ 0x6372_6f77_6421);
        if !rng.chance(1, CROWD_OUT_OF) {
            return None;
        }
        let loses_power =
            trouble.iter().any(|kind| matches!(kind, Trouble::PowerCut | Trouble::FailedSyncs));
        let synced = rng.chance(3, 4);
        let outlives_power = synced || !loses_power;
        // Of a transaction whose coordinator has forgotten it, nobody writes the markers.
        let with_transactions = outlives_power && rng.chance(4, 5);
        let partitions = rng.range(1, 4) as i32;
        let input = Sink { topic: INPUT.to_owned(), partitions };
        let output = Sink { topic: OUTPUT.to_owned(), partitions: rng.range(1, 2) as i32 };
        let groups = 1 + rng.below(2);
        let groups = (0..groups).map(|number| {
            let transforms = with_transactions && number == 0;
            draw_group(&mut rng, number, &input, transforms)
        });
        Some(Self {
            outlives_power,
            synced,
            groups: groups.collect(),
            segment_bytes: rng.chance(1, 2).then(|| rng.range(SEGMENT_BYTES.0, SEGMENT_BYTES.1)),
            transaction_version: if rng.chance(2, 3) { 2 } else { rng.below(2) as i16 },
            input,
            output,
            idempotent_sources: 1 + rng.below(2),
            transactional_sources: if with_transactions { rng.below(3) } else { 0 },
            batches: rng.range(5, 25),
            transaction_timeout_ms: rng.range(2000, 20_000) as i32,
        })
    }

    /// Tells the node what it needs to know for it.
    pub(super) fn set(&self, settings: &mut NodeSettings) {
        let (groups, transactions) = (&mut settings.groups, &mut settings.transactions);
        groups.topic.partitions = 2;
        transactions.topic.partitions = 2;
        for topic in [&mut groups.topic, &mut transactions.topic] {
            if self.synced {
                topic.set("ottla.ack.durability", "synced");
            }
            if let Some(bytes) = self.segment_bytes {
                topic.set("internal.segment.bytes", bytes);
                topic.set("min.cleanable.dirty.ratio", "0.1");
            }
        }
        groups.core.initial_rebalance_delay_ms = 500;
        groups.core.consumer.times.session_timeout_ms = 8000;
        groups.core.consumer.times.heartbeat_interval_ms = 1000;
        transactions.abort_interval = std::time::Duration::from_secs(2);
    }
}

/// A crowd says much: with a network that breaks in every second request nobody comes to anything.
pub(super) fn soften(faults: &mut Faults) {
    faults.segment_bytes_max = faults.segment_bytes_max.max(300);
    faults.reset_per_million = faults.reset_per_million.min(1000);
}

fn draw_group(rng: &mut Rng, number: u64, input: &Sink, transforms: bool) -> GroupPlan {
    let protocols = [Protocol::Eager, Protocol::Cooperative, Protocol::Consumer];
    let protocol = protocols[rng.below(3) as usize];
    let of = GroupOf {
        group: format!("group{number}"),
        topic: input.topic.clone(),
        partitions: input.partitions,
        protocol,
    };
    GroupPlan { of, members: rng.range(1, 3), transforms }
}
