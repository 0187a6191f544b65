//! One script's world: the node under test, its clients, and what is known of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use ottla_base::{MonoTime, Uuid};
use ottla_broker::RunningNode;
use ottla_io::Io;
use ottla_sim::World;
use ottla_sim::workload::{Connection, Failure, Target};
use ottla_wire::Request;
use ottla_wire::messages::metadata::MetadataRequest;

use super::peer::Peer;
use super::show::{Names, Shown, is_uuid};
use super::verbs;
use super::words::Words;

/// Virtual time a command may take.
const COMMAND_MAX: Duration = Duration::from_secs(40 * 24 * 3600);

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(600);

/// The same, where time is real.
const PEER_PATIENCE: Duration = Duration::from_secs(6);

/// The version of Metadata that tells topic ids.
const METADATA_VERSION: i16 = 12;

/// Everything a script works on.
pub(super) struct Session {
    pub(super) world: World,
    /// The broker that is asked instead of a node in the world.
    pub(super) peer: Option<Peer>,
    /// Whether the node was started already.
    pub(super) has_begun: bool,
    /// The node, while it runs.
    pub(super) running: Option<RunningNode>,
    /// What it was started with.
    pub(super) settings: BTreeMap<String, String>,
    pub(super) clients: BTreeMap<String, Connection>,
    waiting: BTreeMap<String, Pending>,
    /// `later`: the name for the next answer.
    later: Option<String>,
    pub(super) names: Names,
    /// Topics by name, as they are now or were last.
    topics: BTreeMap<String, Uuid>,
}

/// A request on its way.
struct Pending {
    client: String,
    asked: MonoTime,
    reply: Arc<Mutex<Option<Reply>>>,
    timestamps: bool,
}

/// What came of a request.
struct Reply {
    at: MonoTime,
    connection: Option<Connection>,
    /// The response as `Debug` text and its record data, or why there is none.
    answer: Result<(String, Vec<Bytes>), String>,
}

/// How a request is asked, from a command's words.
pub(super) struct Manner {
    pub(super) version: i16,
    client: String,
    timestamps: bool,
}

impl Manner {
    /// Takes `client=` and `timestamps` from the words.
    pub(super) fn take(words: &mut Words, version: i16) -> Result<Self, String> {
        let client = words.take("client", "a".to_owned())?;
        Ok(Self { version, client, timestamps: words.flag("timestamps") })
    }

    /// Of the harness itself.
    pub(super) fn of(client: &str, version: i16) -> Self {
        Self { version, client: client.to_owned(), timestamps: false }
    }
}

impl Session {
    /// A quiet world; the node starts with the first command that is not `node`.
    pub(super) fn new() -> Self {
        Self {
            world: World::new(1),
            peer: None,
            has_begun: false,
            running: None,
            settings: BTreeMap::new(),
            clients: BTreeMap::new(),
            waiting: BTreeMap::new(),
            later: None,
            names: Names::default(),
            topics: BTreeMap::new(),
        }
    }

    /// Scripts for another broker.
    pub(super) fn with_peer(peer: Peer) -> Self {
        let mut session = Self::new();
        session.has_begun = true;
        session.peer = Some(peer);
        session
    }

    /// Runs one command; its answer, in whole lines.
    pub(super) fn run(&mut self, line: &str) -> Result<String, String> {
        if let Some(Peer { runtime, .. }) = self.peer.clone() {
            return runtime.block_on(Box::pin(verbs::run(self, line)));
        }
        let world = self.world.clone();
        let answer = world.run(COMMAND_MAX, Box::pin(verbs::run(self, line)));
        answer.unwrap_or_else(|stuck| Err(stuck.to_string()))
    }

    /// The client side's handle of the world.
    pub(super) fn io(&self) -> Io {
        match &self.peer {
            Some(peer) => peer.io.clone(),
            None => self.world.node("client"),
        }
    }

    /// Milliseconds since the epoch, now.
    pub(super) fn now_ms(&self) -> i64 {
        self.io().now().wall.millis
    }

    /// Does not wait for the next request's answer, which will be known as `name`.
    pub(super) fn set_later(&mut self, name: &str) {
        self.later = Some(name.to_owned());
    }

    /// Sends a request and shows its answer.
    pub(super) async fn ask<R: Request + Send + Sync + 'static>(
        &mut self,
        manner: Manner,
        request: R,
    ) -> Result<String, String>
    where
        R::Response: Send,
    {
        self.ask_for_records(manner, request, |_| Vec::new()).await
    }

    /// The same, with the record data taken out of the answer and shown as text.
    pub(super) async fn ask_for_records<R: Request + Send + Sync + 'static>(
        &mut self,
        manner: Manner,
        request: R,
        take: fn(&mut R::Response) -> Vec<Bytes>,
    ) -> Result<String, String>
    where
        R::Response: Send,
    {
        let io = self.io();
        let mut connection = self.client(&manner.client).await?;
        let reply = Arc::<Mutex<Option<Reply>>>::default();
        let (version, place, clock) = (manner.version, Arc::clone(&reply), io.clone());
        let asked = io.now().mono;
        let task = io.spawn("ask", async move {
            let answer = connection.ask(&request, version).await;
            let answer = answer.map(|mut response| {
                let records = take(&mut response);
                (format!("{response:?}"), records)
            });
            let connection = answer.is_ok().then_some(connection);
            let answer = answer.map_err(failed);
            let reply = Reply { at: clock.now().mono, connection, answer };
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(reply);
        });
        let Manner { client, timestamps, .. } = manner;
        let pending = Pending { client, asked, reply, timestamps };
        if let Some(name) = self.later.take() {
            self.waiting.insert(name, pending);
            // Long enough to arrive, and to be parked.
            io.sleep(Duration::from_millis(50)).await;
            return Ok(String::new());
        }
        let _ = task.join().await;
        self.finish(pending).await.map(|(text, _)| text)
    }

    /// Sends a request that is not answered.
    pub(super) async fn tell<R: Request>(
        &mut self,
        manner: Manner,
        request: R,
    ) -> Result<String, String> {
        let mut connection = self.client(&manner.client).await?;
        connection.tell(&request, manner.version).await.map_err(failed)?;
        self.clients.insert(manner.client, connection);
        Ok(String::new())
    }

    /// Waits for the answer known as `name`, and shows it behind the time it took.
    pub(super) async fn await_later(&mut self, name: &str) -> Result<String, String> {
        let pending = self.waiting.remove(name).ok_or(format!("nothing is known as {name}"))?;
        while pending.reply.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            self.io().sleep(Duration::from_millis(1)).await;
        }
        let (text, took) = self.finish(pending).await?;
        // Some milliseconds of the network are not worth telling.
        let took = (took.as_millis() + 10) / 50 * 50;
        Ok(format!("after {took} ms\n{text}"))
    }

    /// Whether the answer known as `name` is there.
    pub(super) fn peek(&self, name: &str) -> Result<String, String> {
        let pending = self.waiting.get(name).ok_or(format!("nothing is known as {name}"))?;
        let is_there = pending.reply.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        Ok(if is_there { "answered\n" } else { "waiting\n" }.to_owned())
    }

    async fn finish(&mut self, pending: Pending) -> Result<(String, Duration), String> {
        let reply = pending.reply.lock().unwrap_or_else(PoisonError::into_inner).take();
        let reply = reply.ok_or("the client died")?;
        let took = reply.at.since(pending.asked);
        if let Some(connection) = reply.connection {
            self.clients.insert(pending.client, connection);
        }
        let (debug, records) = match reply.answer {
            Ok(answer) => answer,
            Err(why) => return Ok((format!("{why}\n"), took)),
        };
        if names_topics(&debug, &self.names) {
            self.learn_topic_ids().await;
        }
        let shown = Shown {
            debug: &debug,
            records: &records,
            now_ms: self.now_ms(),
            timestamps: pending.timestamps,
        };
        Ok((shown.text(&mut self.names), took))
    }

    /// The id of a topic that is or was there; else one that no topic has.
    pub(super) async fn topic_id(&mut self, topic: &str) -> Uuid {
        self.learn_topic_ids().await;
        self.topics.get(topic).copied().unwrap_or(UNKNOWN_ID)
    }

    /// What is shown under this name, or the id that it spells.
    pub(super) fn id_of(&self, text: &str) -> Option<Uuid> {
        self.names.value_of(text).unwrap_or(text).parse().ok()
    }

    async fn learn_topic_ids(&mut self) {
        for (name, id) in self.all_topics().await.unwrap_or_default() {
            // A topic of the same name had another id.
            let older = (1..).find(|n| self.is_free(&name, *n, id));
            let shown = match older {
                Some(n) if n > 1 => format!("id({name})#{n}"),
                _ => format!("id({name})"),
            };
            self.names.set(id.to_string(), shown);
            self.topics.insert(name, id);
        }
    }

    /// The topics that there are, by name.
    pub(super) async fn all_topics(&mut self) -> Result<Vec<(String, Uuid)>, String> {
        let mut connection = self.client("metadata").await?;
        let request = MetadataRequest { topics: None, ..MetadataRequest::default() };
        let response = connection.ask(&request, METADATA_VERSION).await.map_err(failed)?;
        self.clients.insert("metadata".to_owned(), connection);
        let topics = response.topics.into_iter();
        Ok(topics
            .map(|topic| (topic.name.unwrap_or_default().to_string(), topic.topic_id))
            .collect())
    }

    fn is_free(&self, name: &str, n: usize, id: Uuid) -> bool {
        let shown = if n > 1 { format!("id({name})#{n}") } else { format!("id({name})") };
        self.names.value_of(&shown).is_none_or(|known| known == id.to_string())
    }

    /// The connection of a client, opened if it is not.
    pub(super) async fn client(&mut self, name: &str) -> Result<Connection, String> {
        if let Some(connection) = self.clients.remove(name) {
            return Ok(connection);
        }
        let (host, port) = match &self.peer {
            Some(peer) => (peer.host.clone(), peer.port),
            None => ("broker".to_owned(), 9092),
        };
        let target = Target { host, port, topic: String::new(), partition: 0 };
        let opened = Connection::open(&self.io(), &target).await;
        let patience = if self.peer.is_some() { PEER_PATIENCE } else { PATIENCE };
        Ok(opened.map_err(failed)?.patient(patience))
    }
}

/// An id that no topic has.
pub(super) const UNKNOWN_ID: Uuid = Uuid([7; 16]);

fn names_topics(debug: &str, names: &Names) -> bool {
    let ids = debug.split("topic_id: ").skip(1).filter_map(|rest| rest.get(..22));
    ids.into_iter().any(|id| is_uuid(id) && !names.has(id))
}

/// How a request went wrong, as text.
fn failed(failure: Failure) -> String {
    match failure {
        Failure::Network(error) if error.kind() == std::io::ErrorKind::TimedOut => {
            "no answer".to_owned()
        }
        Failure::Network(_) => "connection closed".to_owned(),
        Failure::Protocol(what) => {
            format!("not Kafka: {what}")
        }
    }
}
