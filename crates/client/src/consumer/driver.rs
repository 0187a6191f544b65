//! The task behind a consumer: it runs the member, asks for places, fetches, commits, and waits for
//! whatever comes next. It decides nothing that [`ottla_membership`] decides.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use ottla_base::{MonoTime, Now};
use ottla_membership::assignor::TopicRacks;
use ottla_membership::{Answer, Effect, Generation, GroupRequest};
use ottla_model::{ErrorCode, TopicPartition};
use tokio::sync::{mpsc, watch};

use super::callbacks::Callback;
use super::fetching::{Fetched, Fetcher};
use super::finding::{Asking, Told};
use super::member::{Member, Seat};
use super::shared::{Failed, Shared};
use crate::{CoordinatorKind, Error, ErrorKind, Result};

/// What tasks tell the driver.
pub(crate) enum Event {
    Answer(u64, Answer),
    CallbackDone(Callback),
    Topics(TopicRacks),
    Fetched(Box<Fetched>),
    Places(Told),
    Committed(Generation, Result<()>),
}

pub(crate) struct Driver {
    pub(super) shared: Arc<Shared>,
    pub(super) member: Option<Member>,
    pub(super) seat: Option<Seat>,
    pub(super) events: mpsc::UnboundedSender<Event>,
    pub(super) inbox: mpsc::UnboundedReceiver<Event>,
    pub(super) image: watch::Receiver<u64>,
    pub(super) fetcher: Fetcher,
    pub(super) asking: Asking,
    /// Callbacks that wait for their turn; the one that runs is not among them.
    pub(super) callbacks: VecDeque<Callback>,
    pub(super) callback_runs: bool,
    /// The latest request of each kind: older answers are void.
    pub(super) tags: BTreeMap<u8, u64>,
    pub(super) tag: u64,
    pub(super) wishes: u64,
    pub(super) polled_at: MonoTime,
    pub(super) commit_due: MonoTime,
    pub(super) committing: bool,
    /// Something that was put off may go on.
    pub(super) retry_at: MonoTime,
    pub(super) leaving: bool,
    pub(super) closing: bool,
    pub(super) close_by: MonoTime,
    pub(super) over: bool,
}

impl Driver {
    pub(crate) fn new(shared: Arc<Shared>) -> Result<Self> {
        let (member, seat) = match &shared.settings.group_id {
            Some(group_id) => (
                Some(Member::new(&shared.client, &shared.settings)?),
                Some(Seat::new(group_id, &shared.settings)),
            ),
            None => (None, None),
        };
        let (events, inbox) = mpsc::unbounded_channel();
        let now = shared.client.io().now().mono;
        Ok(Self {
            image: shared.client.metadata_changed(),
            commit_due: now + shared.settings.auto_commit_interval,
            shared,
            member,
            seat,
            events,
            inbox,
            fetcher: Fetcher::default(),
            asking: Asking::default(),
            callbacks: VecDeque::new(),
            callback_runs: false,
            tags: BTreeMap::new(),
            tag: 0,
            wishes: 0,
            polled_at: now,
            committing: false,
            retry_at: MonoTime::NEVER,
            leaving: false,
            closing: false,
            close_by: MonoTime::NEVER,
            over: false,
        })
    }

    /// Runs until the consumer is closed or has failed for good.
    pub(crate) async fn run(mut self) {
        let shared = self.shared.clone();
        let io = shared.client.io().clone();
        while !self.over {
            let now = io.now();
            self.step(now);
            if self.over {
                break;
            }
            let deadline = self.deadline();
            tokio::select! {
                biased;
                Some(event) = self.inbox.recv() => self.handle(event),
                () = shared.driver.notified() => {}
                changed = self.image.changed() => {
                    if changed.is_ok() {
                        self.metadata_changed();
                    }
                }
                () = io.sleep_until(deadline) => {}
            }
        }
        self.end().await;
    }

    pub(super) fn now(&self) -> Now {
        self.shared.client.io().now()
    }

    /// Everything that can be done without waiting.
    fn step(&mut self, now: Now) {
        self.follow_user(now);
        if let Some(member) = &mut self.member {
            let effects = member.tick(now.mono);
            self.carry_out(effects);
        }
        self.start_callback();
        self.publish();
        if self.closing {
            let left = self.member.is_none() && !self.callback_runs && !self.committing;
            self.over |= left || now.mono >= self.close_by;
            return;
        }
        if now.mono >= self.retry_at {
            self.retry_at = MonoTime::NEVER;
        }
        self.commit_automatically(now);
        self.ask_for_places(now);
        self.fetch(now);
    }

    /// When something is due.
    fn deadline(&self) -> MonoTime {
        let member = self.member.as_ref().map_or(MonoTime::NEVER, Member::deadline);
        if self.closing {
            // What else was due is not done any more, so it must not wake us either.
            return member.min(self.close_by);
        }
        let commits = self.commits_automatically() && !self.committing;
        let commit = if commits { self.commit_due } else { MonoTime::NEVER };
        member.min(commit).min(self.retry_at).min(self.fetcher.deadline())
    }

    /// What the member wants done.
    pub(super) fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(request) => self.send(request),
                Effect::ForgetCoordinator => self.forget_coordinator(),
                Effect::Revoke(them) => self.callbacks.push_back(Callback::Revoke(them)),
                Effect::Lost(them) => self.callbacks.push_back(Callback::Lost(them)),
                Effect::Assign(them) => self.callbacks.push_back(Callback::Assign(them)),
                Effect::FindTopics(topics) => self.find_topics(topics),
                Effect::NameTopics(_) => {
                    self.shared.client.request_refresh();
                    self.name_topics();
                }
                Effect::Report(failure) => self.tell(group_error(failure.code, &failure.message)),
                Effect::Fail(failure) => {
                    tracing::error!(code = %failure.code, "the consumer is no member of its group any more");
                    let error = group_error(failure.code, &failure.message);
                    self.shared.lock().failed = Some(Failed::new(error));
                    self.shared.user.notify_waiters();
                }
                Effect::Left => self.left(),
            }
        }
    }

    fn left(&mut self) {
        self.leaving = false;
        self.member = None;
        if !self.closing {
            self.begin_anew();
            self.shared.driver.notify_one();
        }
    }

    /// Whatever is wished for next finds a member that knows of nothing.
    pub(super) fn begin_anew(&mut self) {
        if let Ok(member) = Member::new(&self.shared.client, &self.shared.settings) {
            self.member = Some(member);
            self.shared.lock().failed = None;
        }
    }

    fn send(&mut self, request: GroupRequest) {
        let Some(seat) = self.seat.clone() else { return };
        self.tag += 1;
        let (tag, kind) = (self.tag, kind_of(&request));
        self.tags.insert(kind, tag);
        let (shared, events) = (self.shared.clone(), self.events.clone());
        self.shared.client.io().spawn("consumer membership", async move {
            let answer = seat.ask(&shared.client, request).await;
            let _ = events.send(Event::Answer(tag, answer));
        });
    }

    pub(super) fn forget_coordinator(&self) {
        if let Some(seat) = &self.seat {
            self.shared.client.forget_coordinator(CoordinatorKind::Group, &seat.group_id);
        }
    }

    /// We lead: what there is of these topics is asked for now.
    fn find_topics(&mut self, topics: BTreeSet<Arc<str>>) {
        let (shared, events) = (self.shared.clone(), self.events.clone());
        self.shared.client.io().spawn("consumer leads", async move {
            let names: Vec<&str> = topics.iter().map(|it| &**it).collect();
            shared.client.want(&names);
            if let Err(error) = shared.client.refresh(shared.client.settings().request_timeout).await {
                tracing::warn!(%error, "topics could not be looked up; what is known is shared out");
            }
            let _ = events.send(Event::Topics(racks_of(&shared.client, topics.iter())));
        });
    }

    fn name_topics(&mut self) {
        let now = self.now().mono;
        let Some(Member::Consumer(member)) = &mut self.member else { return };
        let image = self.shared.client.image();
        let named: Vec<_> = member
            .unnamed()
            .iter()
            .filter_map(|id| Some((*id, image.topic_by_id(*id)?.name.clone())))
            .collect();
        if !named.is_empty() {
            let effects = member.names_known(now, named);
            self.carry_out(effects);
        }
    }

    fn handle(&mut self, event: Event) {
        let now = self.now();
        match event {
            Event::Answer(tag, answer) => {
                // An answer to a request that another has replaced says nothing any more.
                if self.tags.values().any(|it| *it == tag)
                    && let Some(member) = &mut self.member
                {
                    let effects = member.answered(now.mono, answer);
                    self.carry_out(effects);
                }
            }
            Event::CallbackDone(callback) => self.callback_done(callback),
            Event::Topics(topics) => {
                if let Some(Member::Classic(member)) = &mut self.member {
                    let effects = member.topics_known(&topics);
                    self.carry_out(effects);
                }
            }
            Event::Fetched(fetched) => {
                let aftermath = self.fetcher.take(&self.shared, *fetched, now);
                if aftermath.news {
                    self.shared.user.notify_waiters();
                }
                if aftermath.refresh {
                    self.shared.client.request_refresh();
                }
                if aftermath.wait {
                    self.retry_soon(now);
                }
            }
            Event::Places(told) => {
                if !self.asking.take(&self.shared, told, now) {
                    self.retry_soon(now);
                }
            }
            Event::Committed(sent, result) => {
                self.committing = false;
                self.commit_answered(&sent, result, now);
            }
        }
    }

    fn retry_soon(&mut self, now: Now) {
        let pause = self.shared.client.settings().retry_backoff;
        self.retry_at = self.retry_at.min(now.mono + pause);
    }

    fn metadata_changed(&mut self) {
        self.note_epochs();
        let now = self.now();
        if !self.closing && !self.leaving {
            self.subscribe_to_matches(now);
        }
        self.name_topics();
        let Some(Member::Classic(member)) = &mut self.member else { return };
        let watched: Option<Vec<Arc<str>>> = member.watches().map(|it| it.cloned().collect());
        if let Some(topics) = watched {
            let racks = racks_of(&self.shared.client, topics.iter());
            let effects = member.metadata_changed(now.mono, &racks);
            self.carry_out(effects);
        }
    }

    /// What is read from a new leader is to be confirmed.
    pub(super) fn note_epochs(&self) {
        let image = self.shared.client.image();
        let mut state = self.shared.lock();
        let assigned: Vec<TopicPartition> = state.positions.assigned().cloned().collect();
        for partition in assigned {
            if let Some(leader) = image.leader(&partition.topic, partition.partition) {
                state.positions.leader_epoch(&partition, leader.epoch);
            }
        }
    }

    fn ask_for_places(&mut self, now: Now) {
        for question in self.asking.questions(&self.shared, now) {
            let (shared, events) = (self.shared.clone(), self.events.clone());
            let committer = self.committer();
            self.shared.client.io().spawn("consumer places", async move {
                let told = question.ask(&shared, committer).await;
                let _ = events.send(Event::Places(told));
            });
        }
    }

    fn fetch(&mut self, now: Now) {
        for job in self.fetcher.plan(&self.shared, now) {
            let (shared, events) = (self.shared.clone(), self.events.clone());
            self.shared.client.io().spawn("consumer fetch", async move {
                let fetched = job.run(&shared.client, &shared.settings).await;
                let _ = events.send(Event::Fetched(Box::new(fetched)));
            });
        }
    }

    /// What others see of the member.
    fn publish(&self) {
        let mut state = self.shared.lock();
        if let Some(member) = &self.member {
            state.generation = member.generation();
            state.rebalancing = member.is_rebalancing();
            if member.is_overdue() {
                let all: Vec<TopicPartition> = state.positions.assigned().cloned().collect();
                state.held.extend(all);
            }
        }
    }

    fn tell(&self, error: Error) {
        self.shared.lock().errors.push_back(error);
        self.shared.user.notify_waiters();
    }

    /// Sessions end, and so does everything else.
    async fn end(mut self) {
        let client = &self.shared.client;
        let requests = self.fetcher.close();
        let brief = Duration::from_millis(500).min(client.settings().request_timeout);
        for (node, request) in requests {
            let route = crate::Route::node(node).on(crate::Lane::Fetch);
            let versions = 7..=12;
            let _ = client.call_versioned(&route, brief, versions, |_| request).await;
        }
        client.close();
        let mut state = self.shared.lock();
        state.over = true;
        state.chunks.clear();
        drop(state);
        self.shared.user.notify_waiters();
        self.shared.ended.notify_waiters();
    }
}

fn group_error(code: ErrorCode, message: &str) -> Error {
    let error = Error::of_code(code.code(), Some(message));
    error.unwrap_or_else(|| Error::new(ErrorKind::Malformed, message))
}

fn kind_of(request: &GroupRequest) -> u8 {
    match request {
        // One takes the place of the other.
        GroupRequest::Join(_) | GroupRequest::Sync(_) => 0,
        GroupRequest::Heartbeat(_) => 1,
        GroupRequest::Leave(_) => 2,
        GroupRequest::ConsumerHeartbeat(_) => 3,
    }
}

/// Partitions and racks of these topics, as far as they are known.
fn racks_of<'a>(client: &crate::Client, topics: impl Iterator<Item = &'a Arc<str>>) -> TopicRacks {
    let image = client.image();
    let rack = |node: &i32| image.node(*node)?.rack.as_deref().map(Arc::from);
    let mut racks = TopicRacks::new();
    for name in topics {
        let Some(topic) = image.topic(name).filter(|it| it.error.is_none()) else { continue };
        let all = topic.partitions.iter().map(|it| it.replicas.iter().filter_map(rack).collect());
        racks.insert(name.clone(), all.collect());
    }
    racks
}
