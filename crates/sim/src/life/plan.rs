//! What a seed draws before anything happens: directories, topics and their settings, who uses
//! them, and what goes wrong.

use std::path::PathBuf;

use ottla_base::Rng;

use super::crowd_plan::CrowdPlan;
use crate::workload::Target;
use crate::{Faults, Promise, Rules};

/// Port of the node's listener.
const PORT: u16 = 9092;

/// `flush.messages` of a topic that is never synced for its own sake.
const NEVER: &str = "9223372036854775807";

/// Chance, out of four, that a world has a given kind of trouble.
const KIND_OUT_OF: u64 = 4;

/// Everything that is decided beforehand.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) dirs: Vec<PathBuf>,
    pub(super) topics: Vec<TopicPlan>,
    pub(super) trouble: Vec<Trouble>,
    /// How often trouble comes.
    pub(super) rounds: u64,
    pub(super) faults: Faults,
    /// Whether topics of other names come and go beside.
    pub(super) churn: bool,
    /// Milliseconds between two checkpoints, and between two looks for what retention lets go.
    pub(super) checkpoint_ms: u64,
    pub(super) retention_check_ms: u64,
    /// Groups and transactions beside, in some worlds.
    pub(super) crowd: Option<CrowdPlan>,
}

/// One topic and its users.
#[derive(Debug, Clone)]
pub(super) struct TopicPlan {
    pub(super) name: String,
    pub(super) partitions: i32,
    pub(super) configs: Vec<(&'static str, String)>,
    pub(super) rules: Rules,
    /// Records that each producer of a partition gets acknowledged.
    pub(super) records: u64,
    /// Whether producers are idempotent; else they send nothing twice.
    pub(super) idempotent: bool,
    /// Whether somebody deletes records.
    pub(super) deletes_records: bool,
    /// Whether somebody changes its settings.
    pub(super) alters: bool,
}

/// A kind of trouble. See [`super::chaos`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// SIGKILL: the page cache stays.
    Kill,
    /// A power cut, at any time or at any change of the disk, also once more during recovery.
    PowerCut,
    /// A stop in order, sometimes cut short.
    Stop,
    /// The disk is full for a while.
    FullDisk,
    /// Syncs fail, and with them part of what they were to write.
    FailedSyncs,
    /// Reads fail.
    FailedReads,
    /// Writes fail, other than for want of space.
    FailedWrites,
    /// Every sync and every read takes long.
    Stall,
    /// Nothing gets through between the node and a client.
    NetCut,
    /// The wall clock jumps.
    ClockJump,
    /// Bits rot in what was written.
    Rot,
}

impl Trouble {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Kill,
        Self::PowerCut,
        Self::Stop,
        Self::FullDisk,
        Self::FailedSyncs,
        Self::FailedReads,
        Self::FailedWrites,
        Self::Stall,
        Self::NetCut,
        Self::ClockJump,
        Self::Rot,
    ];
}

impl Plan {
    pub(super) fn draw(seed: u64) -> Self {
        let mut rng = Rng::new(seed ^ 0x6c69_6665);
        let trouble = draw_trouble(&mut rng);
        let dirs = (0..rng.range(1, 3)).map(|n| PathBuf::from(format!("/data{n}"))).collect();
        let crowd = CrowdPlan::draw(seed, &trouble);
        let names = if crowd.is_some() { 1 } else { 1 + rng.below(3) };
        let topics = (0..names).map(|n| draw_topic(&mut rng, n, &trouble)).collect();
        let mut faults = Faults::from_seed(seed);
        if crowd.is_some() {
            super::crowd_plan::soften(&mut faults);
        }
        Self {
            dirs,
            topics,
            rounds: rng.range(2, 4),
            faults,
            churn: rng.chance(1, 4),
            checkpoint_ms: rng.range(200, 5000),
            retention_check_ms: rng.range(200, 3000),
            crowd,
            trouble,
        }
    }

    /// All partitions that are watched.
    pub(super) fn targets(&self) -> Vec<(usize, Target)> {
        let mut targets = Vec::new();
        for (index, topic) in self.topics.iter().enumerate() {
            for partition in 0..topic.partitions {
                targets.push((index, target(&topic.name, partition)));
            }
        }
        targets
    }
}

pub(super) fn target(topic: &str, partition: i32) -> Target {
    Target { host: "broker".to_owned(), port: PORT, topic: topic.to_owned(), partition }
}

/// A few kinds, never none: worlds with one kind show what that kind does, worlds with several what
/// they do together.
fn draw_trouble(rng: &mut Rng) -> Vec<Trouble> {
    let mut kinds: Vec<Trouble> =
        Trouble::ALL.into_iter().filter(|_| rng.chance(1, KIND_OUT_OF)).collect();
    // Rot is rare, because a partition that has some is watched with one eye closed.
    if kinds.contains(&Trouble::Rot) && !rng.chance(1, 3) {
        kinds.retain(|kind| *kind != Trouble::Rot);
    }
    if kinds.is_empty() {
        kinds.push(Trouble::ALL[rng.below(3) as usize]);
    }
    kinds
}

fn draw_topic(rng: &mut Rng, number: u64, trouble: &[Trouble]) -> TopicPlan {
    let mut configs = Vec::new();
    let mut shown_stays = false;
    let promise = match rng.below(3) {
        0 => {
            configs.push(("flush.messages", NEVER.to_owned()));
            Promise::ProcessEnd
        }
        1 => {
            configs.push(("flush.messages", rng.range(2, 20).to_string()));
            Promise::ProcessEnd
        }
        _ => {
            if rng.chance(1, 2) {
                configs.push(("flush.messages", "1".to_owned()));
            } else {
                configs.push(("ottla.ack.durability", "synced".to_owned()));
                shown_stays = true;
            }
            Promise::PowerCut
        }
    };
    if rng.chance(1, 3) {
        configs.push(("flush.ms", rng.range(1, 2000).to_string()));
    }
    if rng.chance(3, 4) {
        configs.push(("segment.index.bytes", rng.range(24, 200).to_string()));
        configs.push(("index.interval.bytes", rng.range(0, 600).to_string()));
    }
    if rng.chance(1, 3) {
        configs.push(("segment.ms", rng.range(50, 3000).to_string()));
    }
    let compacted = rng.chance(1, 4);
    let retention = !compacted && rng.chance(1, 4);
    if compacted {
        configs.push(("cleanup.policy", "compact".to_owned()));
        configs.push(("min.cleanable.dirty.ratio", "0.01".to_owned()));
        configs.push(("delete.retention.ms", rng.range(0, 4000).to_string()));
    }
    if retention {
        configs.push(("retention.ms", rng.range(500, 60_000).to_string()));
        configs.push(("file.delete.delay.ms", rng.range(0, 3000).to_string()));
    }
    let may_lose_synced = trouble.contains(&Trouble::Rot);
    let may_lose_end = trouble.contains(&Trouble::PowerCut)
        || trouble.contains(&Trouble::FailedSyncs)
        || trouble.contains(&Trouble::Stop);
    let forgets = may_lose_synced || (may_lose_end && promise == Promise::ProcessEnd);
    TopicPlan {
        name: format!("log{number}"),
        partitions: 1 + i32::from(rng.chance(1, 3)),
        configs,
        rules: Rules { promise, retention, shown_stays, compacted },
        records: rng.range(10, 40),
        idempotent: !forgets && !compacted && rng.chance(1, 2),
        deletes_records: !compacted && rng.chance(1, 3),
        alters: rng.chance(1, 4),
    }
}
