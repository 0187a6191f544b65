//! The machine room: the node, and who uses its logs.

use std::cell::RefCell;
use std::time::Duration;

use ottla_base::Rng;
use ottla_io::{Io, Task};

use super::crowd::Crowd;
use super::keeper::Keeper;
use super::plan::{Plan, TopicPlan, Trouble, target};
use super::tally::Tally;
use crate::workload::{
    Churn, EARLIEST, IdempotentProducer, LATEST, Producer, Reader, Target, alter_config,
    create_topic, delete_records, offset_at,
};
use crate::{Event, History, Ledger, Promise, World};

/// How long the node may take to answer for a partition, in a world whose faults are on.
const ANSWER_MAX: Duration = Duration::from_secs(300);

/// The node of the scenario itself, which no fault touches.
pub(super) const CHAOS: &str = "chaos";

/// The reader that stands by all the time.
const STANDING_READER: u64 = 0;

/// A partition that is watched.
pub(super) struct Watched {
    pub(super) topic: usize,
    pub(super) target: Target,
    pub(super) history: History,
}

/// Everything a scenario needs at hand.
pub(super) struct Room {
    pub(super) world: World,
    pub(super) plan: Plan,
    pub(super) keeper: Keeper,
    pub(super) watched: Vec<Watched>,
    pub(super) rng: RefCell<Rng>,
    /// Names of the nodes that clients run on.
    clients: RefCell<Vec<String>>,
    /// Producers by index of their partition.
    pub(super) producers: RefCell<Vec<(usize, Task)>>,
    /// Those that go on until they are ended.
    pub(super) others: RefCell<Vec<Task>>,
    pub(super) counted: RefCell<Tally>,
    /// Groups and transactions, in some worlds.
    pub(super) crowd: Option<Crowd>,
}

impl Room {
    pub(super) fn new(world: &World, plan: Plan) -> Self {
        let watched = plan.targets().into_iter().map(|(topic, target)| Watched {
            topic,
            target,
            history: History::of(plan.topics[topic].rules),
        });
        let outlives_power = plan.crowd.as_ref().is_none_or(|crowd| crowd.outlives_power);
        let ledger = Ledger::new(outlives_power);
        Self {
            watched: watched.collect(),
            world: world.clone(),
            keeper: Keeper::new(world, &plan, ledger.clone()),
            crowd: plan.crowd.clone().map(|plan| Crowd::new(plan, ledger)),
            rng: RefCell::new(Rng::new(world.seed() ^ 0xc4a5)),
            plan,
            clients: RefCell::default(),
            producers: RefCell::default(),
            others: RefCell::default(),
            counted: RefCell::default(),
        }
    }

    pub(super) fn io(&self) -> Io {
        self.world.node(CHAOS)
    }

    pub(super) fn draw(&self, low: u64, high: u64) -> u64 {
        self.rng.borrow_mut().range(low, high)
    }

    pub(super) fn chance(&self, numerator: u64, denominator: u64) -> bool {
        self.rng.borrow_mut().chance(numerator, denominator)
    }

    /// Sleeps for a drawn number of milliseconds.
    pub(super) async fn pause(&self, low_ms: u64, high_ms: u64) {
        let millis = self.draw(low_ms, high_ms);
        self.io().sleep(Duration::from_millis(millis)).await;
    }

    pub(super) fn topic_of(&self, watched: &Watched) -> &TopicPlan {
        &self.plan.topics[watched.topic]
    }

    pub(super) fn note_trouble(&self, kind: Trouble) {
        *self.counted.borrow_mut().trouble.entry(kind).or_default() += 1;
    }

    /// Starts the node, makes the topics, and lets everybody in.
    pub(super) async fn open(&self) {
        self.keeper.start();
        for topic in &self.plan.topics {
            let configs: Vec<_> =
                topic.configs.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let target = target(&topic.name, topic.partitions - 1);
            create_topic(&self.client("admin"), &target, &configs).await;
        }
        for (index, watched) in self.watched.iter().enumerate() {
            self.let_in(index, watched);
        }
        if let Some(crowd) = &self.crowd {
            crowd.open(self).await;
        }
        if self.plan.churn {
            let io = self.client("churn");
            let target = target("", 0);
            let churn = io.clone().spawn("churn", async move {
                Churn::new(io, target, 0).run(u64::MAX).await;
            });
            self.others.borrow_mut().push(churn);
        }
    }

    fn let_in(&self, index: usize, watched: &Watched) {
        let topic = self.topic_of(watched);
        for number in 0..1 + u64::from(self.chance(1, 2)) {
            let io = self.client(&format!("producer-{index}-{number}"));
            let (target, history) = (watched.target.clone(), watched.history.clone());
            let (records, idempotent) = (topic.records, topic.idempotent);
            let keyed = topic.rules.compacted;
            let task = io.clone().spawn("produce", async move {
                if idempotent {
                    IdempotentProducer::new(io, target, history, number).run(records).await;
                } else {
                    Producer::new(io, target, history, number).keyed(keyed).run(records).await;
                }
            });
            self.producers.borrow_mut().push((index, task));
        }
        let io = self.client(&format!("reader-{index}"));
        let (target, history) = (watched.target.clone(), watched.history.clone());
        let reading = io.clone().spawn("read", async move {
            Reader::new(io, target, history, STANDING_READER, 0).follow().await;
        });
        self.others.borrow_mut().push(reading);
        if topic.deletes_records {
            let io = self.client(&format!("deleter-{index}"));
            let task = io.clone().spawn("delete", delete(io, watched));
            self.others.borrow_mut().push(task);
        }
        if topic.alters {
            let io = self.client(&format!("alterer-{index}"));
            let task = io.clone().spawn("alter", alter(io, watched.target.clone()));
            self.others.borrow_mut().push(task);
        }
    }

    /// A node for a client; known to [`Self::lock_out`].
    pub(super) fn client(&self, name: &str) -> Io {
        let mut clients = self.clients.borrow_mut();
        if !clients.iter().any(|known| known == name) {
            clients.push(name.to_owned());
        }
        self.world.node(name)
    }

    /// The name of some client.
    pub(super) fn some_client(&self) -> String {
        let clients = self.clients.borrow();
        clients[self.draw(0, clients.len() as u64 - 1) as usize].clone()
    }

    /// No client reaches the node.
    pub(super) fn lock_out(&self) {
        for client in &*self.clients.borrow() {
            self.world.partition(client, super::keeper::BROKER);
        }
    }

    /// All clients reach the node again.
    pub(super) fn let_back_in(&self) {
        for client in &*self.clients.borrow() {
            self.world.heal(client, super::keeper::BROKER);
        }
    }

    /// The offset at `timestamp` of a partition. Starts the node again if it has given up.
    ///
    /// # Panics
    /// When there is no answer for very long.
    pub(super) async fn offset_at(&self, target: &Target, timestamp: i64) -> i64 {
        let io = self.io();
        let until = io.now().mono + ANSWER_MAX;
        loop {
            if !self.keeper.is_running() {
                self.keeper.kill();
                self.keeper.start();
            }
            let asked = offset_at(&io, target, timestamp);
            if let Some(offset) = io.timeout(Duration::from_secs(10), asked).await {
                return offset;
            }
            assert!(
                io.now().mono < until,
                "liveness: no offset of {}-{} for {} s; the node last gave up for: {}",
                target.topic,
                target.partition,
                ANSWER_MAX.as_secs(),
                self.keeper.reason()
            );
        }
    }

    /// The node has lost its power or what it held unsynced, and runs again, out of reach of the
    /// clients: where its logs end now is the first thing that is known of its new life.
    pub(super) async fn note_recovery(&self) {
        for watched in &self.watched {
            let end = self.offset_at(&watched.target, LATEST).await;
            let offset = match self.topic_of(watched).rules.promise {
                Promise::PowerCut => end,
                Promise::ProcessEnd => self.unreplaced_end(watched, end).await,
            };
            watched.history.note(Event::RecoveredFromPowerCut { offset });
        }
        self.let_back_in();
    }

    /// The first offset before `end` at which another record stands than was acknowledged there. A
    /// batch that could not be written whole is taken back, and the next takes its place: of what
    /// was never synced a power cut may leave the first and take the second.
    async fn unreplaced_end(&self, watched: &Watched, end: i64) -> i64 {
        if watched.history.is_rotted() {
            return end;
        }
        let start = self.offset_at(&watched.target, EARLIEST).await;
        let found = History::watched_by(Vec::new());
        let mut reader = Reader::new(self.io(), watched.target.clone(), found.clone(), 0, start);
        let _ = self.io().timeout(ANSWER_MAX, reader.run_to(end)).await;
        let acknowledged = watched.history.acknowledged();
        let replaced = found.events().into_iter().find_map(|event| match event {
            Event::Read { offset, producer, number, .. } => {
                let other = acknowledged.get(&offset)?;
                (*other != (producer, number)).then_some(offset)
            }
            _ => None,
        });
        replaced.unwrap_or(end)
    }

    pub(super) fn tally(&self) -> Tally {
        let mut tally = self.counted.borrow().clone();
        for watched in &self.watched {
            let count = |is_meant: fn(&Event) -> bool| watched.history.count(is_meant) as u64;
            let acknowledged = count(|event| matches!(event, Event::Acknowledged { .. }));
            tally.acknowledged += acknowledged;
            if self.topic_of(watched).rules.promise == Promise::PowerCut {
                tally.acknowledged_synced += acknowledged;
            }
            tally.read += count(|event| matches!(event, Event::Read { .. }));
            tally.deletions += count(|event| matches!(event, Event::Deleted { .. }));
        }
        self.keeper.count_into(&mut tally);
        if let Some(crowd) = &self.crowd {
            crowd.count_into(&mut tally);
        }
        tally.events = self.world.trace_events();
        tally.trace_hash = self.world.trace_hash();
        tally.virtual_ms = self.io().now().mono.nanos / 1_000_000;
        tally
    }
}

/// Deletes records now and then, some or all.
async fn delete_now_and_then(io: Io, target: Target, history: History) {
    loop {
        io.sleep(Duration::from_millis(io.random_u64() % 2000)).await;
        let before = match io.random_u64() % 4 {
            0 => -1,
            _ => {
                let end = offset_at(&io, &target, LATEST).await;
                end - (io.random_u64() % 10) as i64
            }
        };
        if before < -1 {
            continue;
        }
        if let Err(failure) = delete_records(&io, &target, &history, before).await {
            failure.tolerate_network();
        }
    }
}

fn delete(io: Io, watched: &Watched) -> impl Future<Output = ()> + use<> {
    delete_now_and_then(io, watched.target.clone(), watched.history.clone())
}

/// Changes settings that change no promise, now and then.
async fn alter(io: Io, target: Target) {
    const VALUES: [(&str, u64, u64); 4] = [
        ("segment.index.bytes", 24, 300),
        ("segment.ms", 20, 5000),
        ("index.interval.bytes", 0, 1000),
        ("file.delete.delay.ms", 0, 5000),
    ];
    loop {
        io.sleep(Duration::from_millis(io.random_u64() % 3000)).await;
        let (name, low, high) = VALUES[(io.random_u64() % VALUES.len() as u64) as usize];
        let value = low + io.random_u64() % (high - low);
        if let Err(failure) = alter_config(&io, &target, name, &value.to_string()).await {
            failure.tolerate_network();
        }
    }
}
