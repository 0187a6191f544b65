//! The group coordinators of this node: [`ottla_group::Groups`] given partitions of
//! `__consumer_offsets`.

mod deleted_topics;
mod named;
mod page;
mod subscribable;
mod transactional;

use std::sync::Arc;
use std::time::Duration;

use ottla_base::Now;
use ottla_coordinator::Token;
use ottla_group::{Answer, ConsumerSettings, Decision, Effect, Group, Groups, Settings, State};
use ottla_io::Io;
use ottla_model::ErrorCode;

use crate::coordinator::{Coordinators, Kind, Shard};
use crate::internal_topics::{CONSUMER_OFFSETS, InternalTopic};
use crate::node::Node;
use crate::request::Request;

pub(crate) use deleted_topics::follow as follow_deleted_topics;
pub(crate) use named::{Verdicts, topic};
pub(crate) use page::page;
pub(crate) use subscribable::ClusterView;
pub(crate) use transactional::commit_in_transaction;

/// Bytes that the records of one decision may take: a generation of thousands of members.
const BATCH_BYTES_MAX: usize = 16 << 20;
/// Level of `group.version` since which consumer groups are served.
const CONSUMER_LEVEL_MIN: i16 = 1;

/// What the group coordinator of a node is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSettings {
    /// `offsets.topic.…`
    pub topic: InternalTopic,
    /// Everything that the rules need to know.
    pub core: Settings,
    /// Whether `group.coordinator.rebalance.protocols` names `consumer`.
    pub serves_consumer: bool,
    /// What the settings of groups are held within.
    pub ranges: TimeRanges,
}

/// `group.consumer.min.…` and `group.consumer.max.…`, in milliseconds. A group whose own setting lies
/// outside, because they were changed since, has the nearest that lies within, as with Apache Kafka 4.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRanges {
    /// `….session.timeout.ms`.
    pub session_timeout_ms: (i32, i32),
    /// `….heartbeat.interval.ms`.
    pub heartbeat_interval_ms: (i32, i32),
    /// `….assignment.interval.ms`.
    pub assignment_interval_ms: (i32, i32),
}

impl Default for TimeRanges {
    fn default() -> Self {
        Self {
            session_timeout_ms: (45_000, 60_000),
            heartbeat_interval_ms: (5_000, 15_000),
            assignment_interval_ms: (0, 15_000),
        }
    }
}

impl Default for GroupSettings {
    fn default() -> Self {
        Self {
            topic: InternalTopic::consumer_offsets(),
            core: Settings {
                offset_metadata_units_max: 4096,
                offsets_retention_ms: 10_080 * 60_000,
                offsets_retention_check_interval: Duration::from_secs(600),
                session_timeout_ms_min: 6_000,
                session_timeout_ms_max: 1_800_000,
                initial_rebalance_delay_ms: 3_000,
                members_max: usize::MAX,
                pending_joins_max: 10_000,
                member_bytes_max: 1 << 20,
                consumer: ConsumerSettings::default(),
            },
            serves_consumer: true,
            ranges: TimeRanges::default(),
        }
    }
}

/// The group coordinators of a node.
pub(crate) type GroupCoordinators = Coordinators<Groups>;

impl Kind for Groups {
    type Answer = Answer;

    const TOPIC: &'static str = CONSUMER_OFFSETS;

    fn batch_bytes_max(&self) -> usize {
        BATCH_BYTES_MAX
    }
}

/// Makes a coordinator of this node's settings.
pub(crate) fn make(io: &Io, settings: &GroupSettings) -> Groups {
    Groups::new(settings.core.clone(), io.random_u64())
}

/// What is done once a decision is committed.
pub(crate) fn perform(shard: &Arc<Shard<Groups>>, effect: Effect) {
    match effect {
        Effect::Answer(token, answer) => shard.answer(token, answer),
    }
}

/// Whether this node serves consumer groups: its own settings and `group.version` have to allow it
/// (KIP-848). Groups that are there stay as they are while it does not.
pub(crate) fn serves_consumer(node: &Node) -> bool {
    node.settings.groups.serves_consumer
        && node.metadata.image().feature_level("group.version") >= CONSUMER_LEVEL_MIN
}

/// Asks the coordinator of a group.
///
/// # Errors
/// As [`Coordinators::ask`].
pub(crate) async fn ask(
    node: &Arc<Node>,
    group: &str,
    decide: impl FnOnce(&mut Groups, Now, Token) -> Decision + Send,
) -> Result<Answer, ErrorCode> {
    node.groups.ask(group, decide).await
}

/// A number of all groups of this node.
pub(crate) fn sum(node: &Node, of_one: impl Fn(&Groups) -> u64) -> i64 {
    let (shards, _) = node.groups.shards();
    shards.iter().map(|shard| shard.look(&of_one) as i64).sum()
}

/// How many classic groups of this node are in a state.
pub(crate) fn in_state(node: &Node, state: State) -> i64 {
    let is_in = |group: &Group| matches!(group, Group::Classic(group) if group.state() == state);
    sum(node, |groups| groups.iter().filter(|(_, group)| is_in(group)).count() as u64)
}

/// Where a client is, as groups note it: as Java prints an address.
pub(crate) fn client_host(request: &Request) -> String {
    format!("/{}", request.peer.address.ip())
}
