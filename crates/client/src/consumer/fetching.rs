//! What is fetched from whom, and what the answers say: one Fetch at a time per node, in a session.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ottla_base::{MonoTime, Now, Uuid};
use ottla_membership::{Ends, FetchPartition, FetchPlan, FetchSession};
use ottla_model::{BrokerId, ErrorCode, TopicPartition};
use ottla_record::BatchError;
use ottla_wire::messages::fetch::{
    FetchPartition as AskedPartition, FetchRequest, FetchResponse, FetchTopic, ForgottenTopic,
    PartitionData,
};

use super::pace::Pace;
use super::record::{Chunk, Reading};
use super::shared::{Shared, State};
use crate::settings::ConsumerSettings;
use crate::{Client, Error, ErrorKind, Lane, Leader, Result, Route};

/// The oldest Fetch whose batches are of the format that is read (v2).
const OLDEST: i16 = 4;
/// First version that names topics by id.
const IDS_FROM: i16 = 13;

/// How often a node is asked for partitions that are probably at their end, while others of that
/// node wait for the user to take what is there.
const PROBE_EVERY: Duration = Duration::from_millis(100);

/// Sessions with brokers, and which of them have a request under way.
#[derive(Debug, Default)]
pub(crate) struct Fetcher {
    sessions: BTreeMap<BrokerId, FetchSession>,
    /// Bytes that the answer under way may have.
    reserved: BTreeMap<BrokerId, usize>,
    /// How much is asked for at once.
    paces: BTreeMap<BrokerId, Pace>,
    /// No probe of a node before.
    probes: BTreeMap<BrokerId, MonoTime>,
    /// When the next probe is due.
    next_probe: Option<MonoTime>,
}

/// What is wanted of one node.
#[derive(Debug, Default)]
struct Wanted {
    asked: BTreeMap<TopicPartition, (FetchPartition, u64)>,
    /// One of them has more than was fetched, as far as is known: the answer comes at once.
    is_behind: bool,
    /// Others have enough in store for now.
    has_full: bool,
}

/// One Fetch that is to be sent.
pub(crate) struct FetchJob {
    node: BrokerId,
    session: FetchSession,
    asked: BTreeMap<TopicPartition, (FetchPartition, u64)>,
    bytes_max: usize,
    /// As far as is known there is something already.
    is_behind: bool,
    /// How long the broker may wait for records.
    wait: Duration,
}

/// What became of a [`FetchJob`].
pub(crate) struct Fetched {
    node: BrokerId,
    session: FetchSession,
    asked: BTreeMap<TopicPartition, (FetchPartition, u64)>,
    result: Result<(i16, FetchResponse)>,
    /// How long an answer took that did not wait for records.
    took: Option<Duration>,
}

/// What the driver is to do after an answer.
#[derive(Debug, Default)]
pub(crate) struct Aftermath {
    /// Records came.
    pub(crate) news: bool,
    /// Leaders are not where we thought.
    pub(crate) refresh: bool,
    /// Something was put off until the back-off has passed.
    pub(crate) wait: bool,
}

impl Fetcher {
    /// Fetches that can be sent now.
    pub(crate) fn plan(&mut self, shared: &Shared, now: Now) -> Vec<FetchJob> {
        let settings = &shared.settings;
        let mut state = shared.lock();
        let mut nodes = self.wanted(&shared.client, settings, &mut state, now);
        nodes.retain(|node, it| !it.asked.is_empty() && !self.reserved.contains_key(node));
        self.next_probe = None;
        let total = settings.buffer_bytes_max.max(1);
        let share = total / (nodes.len() + self.reserved.len()).max(1);
        let mut jobs = Vec::new();
        for (node, wanted) in nodes {
            let taken = state.buffered + self.reserved.values().sum::<usize>();
            let left = total.saturating_sub(taken);
            let least = usize::try_from(settings.max_partition_fetch_bytes).unwrap_or(1).min(share);
            if left < least && taken > 0 {
                continue;
            }
            let Some(wait) = self.wait(node, &wanted, settings.fetch_max_wait, now.mono) else {
                continue;
            };
            let most = usize::try_from(settings.fetch_max_bytes).unwrap_or(1);
            let pace = self.paces.entry(node).or_default().bytes();
            let pace = pace.max(usize::try_from(settings.fetch_min_bytes).unwrap_or(1));
            let bytes_max = most.min(share).min(left.max(1)).min(pace);
            self.reserved.insert(node, bytes_max);
            let session = self.sessions.remove(&node).unwrap_or_default();
            let Wanted { asked, is_behind, .. } = wanted;
            jobs.push(FetchJob { node, session, asked, bytes_max, is_behind, wait });
        }
        jobs
    }

    /// When [`Self::plan`] has something to do without news.
    pub(crate) fn deadline(&self) -> MonoTime {
        self.next_probe.unwrap_or(MonoTime::NEVER)
    }

    /// How long a broker may wait for records; `None` to ask it later.
    ///
    /// A node is asked one thing at a time. If it waited for news of partitions that are at their
    /// end, those whose store is full now could not be asked for when it is empty a moment later.
    fn wait(
        &mut self,
        node: BrokerId,
        wanted: &Wanted,
        longest: Duration,
        now: MonoTime,
    ) -> Option<Duration> {
        if !wanted.has_full || wanted.is_behind {
            return Some(longest);
        }
        let due = self.probes.get(&node).copied().unwrap_or_default();
        if now < due {
            self.next_probe = Some(self.next_probe.map_or(due, |next| next.min(due)));
            return None;
        }
        self.probes.insert(node, now + PROBE_EVERY);
        Some(Duration::ZERO)
    }

    /// What is wanted of each node: partitions that have a place, and not enough in store.
    fn wanted(
        &self,
        client: &Client,
        settings: &ConsumerSettings,
        state: &mut State,
        now: Now,
    ) -> BTreeMap<BrokerId, Wanted> {
        let image = client.image();
        let store = usize::try_from(settings.max_partition_fetch_bytes).unwrap_or(1).max(1);
        let committed = settings.isolation_level == crate::settings::IsolationLevel::ReadCommitted;
        let mut nodes: BTreeMap<BrokerId, Wanted> = BTreeMap::new();
        let mut orphans = false;
        let mut astray = Vec::new();
        for (partition, fetchable) in state.positions.fetchable(now.mono) {
            if state.held.contains(partition) {
                continue;
            }
            let Some(leader) = image.leader(&partition.topic, partition.partition) else {
                orphans = true;
                continue;
            };
            let replica = fetchable.replica.filter(|node| image.is_online(partition, *node));
            if fetchable.replica != replica {
                astray.push(partition.clone());
            }
            let wanted = nodes.entry(replica.unwrap_or(leader.node)).or_default();
            if state.buffered_of(partition) >= store {
                wanted.has_full = true;
                continue;
            }
            let in_store = state
                .positions
                .position(partition)
                .map_or(0, |place| fetchable.from.offset.saturating_sub(place.offset));
            let lag = state.positions.lag(partition, committed);
            wanted.is_behind |= lag.is_some_and(|lag| lag > in_store);
            let asked = FetchPartition {
                topic_id: image.topic(&partition.topic).map(|it| it.id).unwrap_or_default(),
                offset: fetchable.from.offset,
                leader_epoch: leader.epoch,
                last_epoch: fetchable.from.epoch.unwrap_or(-1),
                bytes_max: settings.max_partition_fetch_bytes,
            };
            wanted.asked.insert(partition.clone(), (asked, fetchable.version));
        }
        for partition in &astray {
            state.positions.prefer(partition, None);
        }
        if orphans || !astray.is_empty() {
            client.request_refresh();
        }
        nodes
    }

    /// What an answer brought; it is put in store, and the session goes on.
    pub(crate) fn take(&mut self, shared: &Shared, fetched: Fetched, now: Now) -> Aftermath {
        self.reserved.remove(&fetched.node);
        let Fetched { node, mut session, asked, result, took } = fetched;
        let mut aftermath = Aftermath::default();
        match result {
            Err(error) => {
                session.begin_again();
                put_off(shared, asked.keys(), now);
                aftermath.wait = true;
                aftermath.refresh = error.wants_refresh();
                if !error.is_retriable() && error.kind() != ErrorKind::Closed {
                    shared.lock().errors.push_back(error.context("fetch"));
                    aftermath.news = true;
                }
            }
            Ok((_, answer)) => {
                let code = ErrorCode::from_code(answer.error_code);
                let code = code.unwrap_or(ErrorCode::UnknownServerError);
                if session.answered(code, answer.session_id) {
                    let pace = self.paces.entry(node).or_default();
                    pace.note_session(session.is_kept());
                    if let Some(took) = took {
                        pace.answered(bytes_of(&answer), took, shared.lock().waiting);
                    }
                    take_partitions(shared, &session, &asked, answer, now, &mut aftermath);
                } else {
                    tracing::debug!(node, %code, "the fetch session begins again");
                    put_off(shared, asked.keys(), now);
                    aftermath.wait = true;
                    aftermath.refresh = code == ErrorCode::FetchSessionTopicIdError;
                }
            }
        }
        self.sessions.insert(node, session);
        aftermath
    }

    /// The requests that end all sessions.
    pub(crate) fn close(&mut self) -> Vec<(BrokerId, FetchRequest)> {
        let plans = self.sessions.iter_mut().filter_map(|(node, it)| Some((*node, it.close()?)));
        plans.map(|(node, plan)| (node, request(plan, 0, 1, Duration::ZERO))).collect()
    }
}

impl FetchJob {
    /// Sends it and waits for the answer.
    pub(crate) async fn run(self, client: &Client, settings: &ConsumerSettings) -> Fetched {
        let Self { node, mut session, asked, bytes_max, is_behind, wait } = self;
        let ids = asked.values().all(|(it, _)| !it.topic_id.is_zero());
        let newest = if ids { i16::MAX } else { IDS_FROM - 1 };
        let limit = client.settings().request_timeout.max(settings.fetch_max_wait * 2);
        let build = |version: i16| {
            let wanted = asked.iter().map(|(it, (asked, _))| (it.clone(), *asked)).collect();
            let plan = session.plan(&wanted, version >= IDS_FROM);
            let committed =
                settings.isolation_level == crate::settings::IsolationLevel::ReadCommitted;
            let mut request = request(plan, i8::from(committed), bytes_max, wait);
            request.min_bytes = settings.fetch_min_bytes;
            request.rack_id = settings.common.client_rack.as_str().into();
            request
        };
        let route = Route::node(node).on(Lane::Fetch);
        let began = client.io().now().mono;
        let result = client.call_versioned(&route, limit, OLDEST..=newest, build).await;
        let took = is_behind.then(|| client.io().now().mono.since(began));
        Fetched { node, session, asked, result, took }
    }
}

fn request(plan: FetchPlan, isolation: i8, bytes_max: usize, wait: Duration) -> FetchRequest {
    let mut topics: BTreeMap<Arc<str>, FetchTopic> = BTreeMap::new();
    for (it, asked) in plan.ask {
        let topic = topics.entry(it.topic.clone()).or_insert_with(|| FetchTopic {
            topic: (*it.topic).into(),
            topic_id: asked.topic_id,
            partitions: Vec::new(),
        });
        topic.partitions.push(AskedPartition {
            partition: it.partition,
            current_leader_epoch: asked.leader_epoch,
            fetch_offset: asked.offset,
            last_fetched_epoch: asked.last_epoch,
            partition_max_bytes: asked.bytes_max,
            ..Default::default()
        });
    }
    let mut forgotten: BTreeMap<(Arc<str>, Uuid), Vec<i32>> = BTreeMap::new();
    for (it, id) in plan.forget {
        forgotten.entry((it.topic, id)).or_default().push(it.partition);
    }
    let forgotten = forgotten.into_iter().map(|((topic, topic_id), partitions)| ForgottenTopic {
        topic: (*topic).into(),
        topic_id,
        partitions,
    });
    FetchRequest {
        max_wait_ms: i32::try_from(wait.as_millis()).unwrap_or(i32::MAX),
        min_bytes: 1,
        max_bytes: i32::try_from(bytes_max).unwrap_or(i32::MAX),
        isolation_level: isolation,
        session_id: plan.session_id,
        session_epoch: plan.epoch,
        topics: topics.into_values().collect(),
        forgotten_topics_data: forgotten.collect(),
        ..Default::default()
    }
}

/// Bytes of records.
fn bytes_of(answer: &FetchResponse) -> usize {
    let all = answer.responses.iter().flat_map(|topic| &topic.partitions);
    all.filter_map(|it| it.records.bytes()).map(Bytes::len).sum()
}

fn put_off<'a>(shared: &Shared, them: impl Iterator<Item = &'a TopicPartition>, now: Now) {
    let until = now.mono + shared.client.settings().retry_backoff;
    let mut state = shared.lock();
    for partition in them {
        state.positions.wait(partition, until);
        state.positions.prefer(partition, None);
    }
}

fn take_partitions(
    shared: &Shared,
    session: &FetchSession,
    asked: &BTreeMap<TopicPartition, (FetchPartition, u64)>,
    answer: FetchResponse,
    now: Now,
    aftermath: &mut Aftermath,
) {
    let names: BTreeMap<Uuid, &Arc<str>> =
        session.partitions().map(|(it, asked)| (asked.topic_id, &it.topic)).collect();
    let mut late = BTreeSet::new();
    for topic in answer.responses {
        let name = match topic.topic.is_empty() {
            true => names.get(&topic.topic_id).map(|it| Arc::clone(it)),
            false => Some(Arc::from(topic.topic.as_str())),
        };
        let Some(name) = name else { continue };
        for data in topic.partitions {
            let partition = TopicPartition::new(name.clone(), data.partition_index);
            // What was not asked for this time was put off, or is not ours any more.
            let Some((it, version)) = asked.get(&partition) else { continue };
            let from = it.offset;
            if data.error_code == ErrorCode::None.code() {
                take_records(shared, &partition, *version, from, data, now, aftermath);
            } else {
                let refused = refused(shared, &partition, (*version, from), &data, now, aftermath);
                late.extend(refused);
            }
        }
    }
    put_off(shared, late.iter(), now);
}

/// An answer without an error: ends of the log, a nearer replica, records.
fn take_records(
    shared: &Shared,
    partition: &TopicPartition,
    version: u64,
    from: i64,
    data: PartitionData,
    now: Now,
    aftermath: &mut Aftermath,
) {
    let mut state = shared.lock();
    state.positions.ends(
        partition,
        Ends {
            log_start: data.log_start_offset,
            last_stable: data.last_stable_offset,
            high_watermark: data.high_watermark,
        },
    );
    let near = data.preferred_read_replica;
    if near >= 0 && shared.client.image().is_online(partition, near) {
        let until = now.mono + shared.client.settings().metadata_max_age;
        state.positions.prefer(partition, Some((near, until)));
    } else if near >= 0 {
        // It says so at once, and would again: one of us does not know yet.
        state.positions.wait(partition, now.mono + shared.client.settings().retry_backoff);
        (aftermath.wait, aftermath.refresh) = (true, true);
    }
    if data.diverging_epoch.epoch >= 0 || data.diverging_epoch.end_offset >= 0 {
        state.positions.doubt(partition, version);
        return;
    }
    let bytes: Bytes = data.records.bytes().cloned().unwrap_or_default();
    if bytes.is_empty() {
        return;
    }
    let aborted = shared.reads_committed().then(|| {
        let all = data.aborted_transactions.unwrap_or_default();
        all.iter().map(|it| (it.producer_id, it.first_offset)).collect()
    });
    let reading = Reading { from, version, aborted, check_crcs: shared.settings.check_crcs };
    aftermath.news = true;
    match Chunk::new(partition.clone(), bytes, reading) {
        Ok(Some((chunk, next))) => {
            if state.positions.fetched(partition, version, from, next) {
                state.buffered += chunk.weight;
                state.chunks.push_back(chunk);
            }
        }
        Ok(None) => {}
        Err(error) => {
            state.positions.wait(partition, now.mono + Duration::from_secs(1));
            aftermath.wait = true;
            state.errors.push_back(unreadable(partition, from, &error));
        }
    }
}

fn unreadable(partition: &TopicPartition, offset: i64, error: &BatchError) -> Error {
    let text = match error {
        BatchError::UnsupportedMagic { .. } => format!(
            "{partition} holds records of a format before Kafka 0.11 at offset {offset}, which is not read"
        ),
        _ => format!("{partition} cannot be read at offset {offset}: {error}"),
    };
    Error::new(ErrorKind::Malformed, text)
}

/// A partition's error; gives it back if it is to be put off.
fn refused(
    shared: &Shared,
    partition: &TopicPartition,
    (version, from): (u64, i64),
    data: &PartitionData,
    now: Now,
    aftermath: &mut Aftermath,
) -> Option<TopicPartition> {
    let code = ErrorCode::from_code(data.error_code).unwrap_or(ErrorCode::UnknownServerError);
    match code {
        ErrorCode::OffsetOutOfRange => {
            let mut state = shared.lock();
            if let Err(error) = state.positions.out_of_range(partition, version, from, now.wall) {
                state.errors.push_back(super::finding::place_error(&error));
                aftermath.news = true;
            }
            return None;
        }
        ErrorCode::NotLeaderOrFollower | ErrorCode::FencedLeaderEpoch => {
            let hint = &data.current_leader;
            if hint.leader_id >= 0 {
                let leader = Leader { node: hint.leader_id, epoch: hint.leader_epoch };
                shared.client.note_leader(&partition.topic, partition.partition, leader, &[]);
            }
            aftermath.refresh = true;
        }
        _ if code.is_retriable() && code != ErrorCode::CorruptMessage => aftermath.refresh = true,
        _ => {
            let text = format!("fetch {partition} from {}", data.partition_index);
            shared.lock().errors.push_back(Error::broker(code).context(text));
            aftermath.news = true;
        }
    }
    aftermath.wait = true;
    Some(partition.clone())
}
