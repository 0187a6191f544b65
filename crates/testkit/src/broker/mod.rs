//! A real broker for the tests of those who use one: not an imitation, but the node that `ottla serve`
//! starts, in the process of the test.
//!
//! **In virtual time**, where nothing waits: a whole hour of rebalances passes in milliseconds, and the
//! same seed gives the same run. Clients take their [`Io`] from the broker; their code is what ships.
//!
//! ```
//! use std::time::Duration;
//!
//! use ottla_client::settings::{ConsumerSettings, ProducerSettings};
//! use ottla_client::{Consumer, Producer, ProducerRecord, Result};
//! use ottla_testkit::VirtualTime;
//!
//! VirtualTime::new().run(async |broker| -> Result<()> {
//!     broker.create_topic("events", 3).await?;
//!     let settings = ProducerSettings::new(broker.bootstrap())?;
//!     let producer = Producer::new(broker.io().clone(), settings)?;
//!     producer.send(ProducerRecord::new("events", "hello").key("k")).await?.await?;
//!
//!     let settings = ConsumerSettings::from_properties([
//!         ("bootstrap.servers", broker.bootstrap()),
//!         ("group.id", "readers"),
//!         ("auto.offset.reset", "earliest"),
//!     ])?;
//!     let mut consumer = Consumer::new(broker.io().clone(), settings)?;
//!     consumer.subscribe(["events"])?;
//!     let record = consumer.next().await.unwrap()?;
//!     assert_eq!(record.value.as_deref(), Some(&b"hello"[..]));
//!
//!     broker.advance(Duration::from_secs(3600)).await; // takes no time
//!     Ok(())
//! }).unwrap();
//! ```
//!
//! A consumer is a stream of owned records, for whatever takes one:
//!
//! ```
//! use std::pin::Pin;
//!
//! use ottla_client::consumer::Stream;
//! use ottla_client::settings::{ConsumerSettings, ProducerSettings};
//! use ottla_client::{Consumer, ConsumerRecord, Producer, ProducerRecord, Result};
//! use ottla_testkit::VirtualTime;
//!
//! /// Any code that knows of streams, and of no Kafka: `StreamExt::next`, `chunks_timeout`, ..
//! async fn first<T>(mut stream: impl Stream<Item = T> + Unpin) -> Option<T> {
//!     std::future::poll_fn(|context| Pin::new(&mut stream).poll_next(context)).await
//! }
//!
//! VirtualTime::new().run(async |broker| -> Result<()> {
//!     broker.create_topic("events", 1).await?;
//!     let settings = ProducerSettings::new(broker.bootstrap())?;
//!     let producer = Producer::new(broker.io().clone(), settings)?;
//!     producer.send(ProducerRecord::new("events", "hello")).await?.await?;
//!
//!     let settings = ConsumerSettings::from_properties([
//!         ("bootstrap.servers", broker.bootstrap()),
//!         ("group.id", "readers"),
//!         ("auto.offset.reset", "earliest"),
//!     ])?;
//!     let consumer = Consumer::new(broker.io().clone(), settings)?;
//!     consumer.subscribe(["events"])?;
//!     let record: ConsumerRecord = first(consumer).await.unwrap()?;
//!     assert_eq!(record.value.as_deref(), Some(&b"hello"[..]));
//!     Ok(())
//! }).unwrap();
//! ```
//!
//! **With real sockets**, for clients of every kind and language; the system chooses the port:
//!
//! ```
//! ottla_io::run_os(2, |_| async {
//!     let broker = ottla_testkit::Broker::start().await.unwrap();
//!     let cluster = broker.client().unwrap();
//!     cluster.refresh(std::time::Duration::from_secs(10)).await.unwrap();
//!     assert_eq!(cluster.image().nodes().count(), 1);
//!     broker.stop().await.unwrap();
//! });
//! ```
//!
//! Inside `#[tokio::test]` the second works as it is; the first needs no runtime at all.

mod virtual_time;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use ottla_broker::settings::{ListenerSettings, NodeSettings};
use ottla_broker::topic_settings::FixedSettings;
use ottla_broker::{RunningNode, StartError};
use ottla_client::admin::NewTopic;
use ottla_client::settings::CommonSettings;
use ottla_client::{Admin, Client, ErrorCode, Result};
use ottla_io::Io;

pub use ottla_sim::Faults;
pub use virtual_time::{VirtualBroker, VirtualTime};

/// How long a new topic may take; on a machine that does much else, too.
const TOPIC_MAX: Duration = Duration::from_secs(60);

/// A broker on `127.0.0.1`, at a port that the system chose, with its data in a directory of its own
/// that goes with it. [`Broker::stop`] ends it in order; dropped, it takes no new connections, and what
/// is left of it goes with the runtime.
pub struct Broker {
    io: Io,
    running: Option<RunningNode>,
    bootstrap: String,
    data: PathBuf,
}

impl Broker {
    /// A broker with Kafka's defaults, but groups that begin at once. Within a tokio runtime; ready when
    /// it returns.
    ///
    /// # Errors
    /// There is no room for its data, or no port.
    ///
    /// # Panics
    /// Outside a runtime.
    pub async fn start() -> std::result::Result<Self, StartError> {
        let io = Io::os();
        let data = data_dir(&io);
        let listener = listener("127.0.0.1", None, 0);
        let running = ottla_broker::start(io.clone(), settings(listener, data.clone())).await?;
        let bootstrap = running.listeners().first().map(|(_, at)| at.to_string());
        let bootstrap = bootstrap.unwrap_or_default();
        Ok(Self { io, running: Some(running), bootstrap, data })
    }

    /// `bootstrap.servers` for its clients.
    pub fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// The way to the world for clients of `ottla-client`.
    pub fn io(&self) -> &Io {
        &self.io
    }

    /// A client with the defaults.
    ///
    /// # Errors
    /// None in fact.
    pub fn client(&self) -> Result<Client> {
        Client::new(self.io.clone(), CommonSettings::new(&self.bootstrap))
    }

    /// Makes a topic, and waits until it can be used.
    ///
    /// # Errors
    /// The broker refuses: it is there, or its name is none.
    pub async fn create_topic(&self, name: &str, partitions: i32) -> Result<()> {
        create_topic(self.client()?, name, partitions).await
    }

    /// Where its data is.
    pub fn data(&self) -> &std::path::Path {
        &self.data
    }

    /// Ends in order: everything is on disk, and then removed.
    ///
    /// # Errors
    /// What it had could not be synced.
    pub async fn stop(mut self) -> std::result::Result<(), StartError> {
        match self.running.take() {
            Some(running) => running.stop().await,
            None => Ok(()),
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        drop(self.running.take());
        let _perhaps_gone = self.io.disk().remove_dir_all(&self.data);
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Broker({})", self.bootstrap)
    }
}

fn data_dir(io: &Io) -> PathBuf {
    std::env::temp_dir().join(format!("ottla-testkit-{}", io.random_uuid()))
}

fn listener(host: &str, advertised_host: Option<&str>, port: u16) -> ListenerSettings {
    ListenerSettings {
        name: "PLAINTEXT".to_owned(),
        host: host.to_owned(),
        port,
        advertised_host: advertised_host.map(str::to_owned),
        advertised_port: None,
        security_protocol: 0,
    }
}

/// Kafka's defaults, but that nobody waits for the second member of a group.
fn settings(listener: ListenerSettings, data: PathBuf) -> NodeSettings {
    let fixed = FixedSettings {
        node_id: 1,
        texts: std::collections::BTreeMap::new(),
        own_defaults: false,
        producer_id_expiration_ms: 86_400_000,
    };
    let mut settings =
        NodeSettings { listeners: vec![listener], ..NodeSettings::new(fixed, vec![data]) };
    settings.groups.core.initial_rebalance_delay_ms = 0;
    settings
}

async fn create_topic(client: Client, name: &str, partitions: i32) -> Result<()> {
    let admin = Admin::over(client.clone());
    let mut retry = client.retry(TOPIC_MAX);
    loop {
        let topic = NewTopic::new(name).partitions(partitions).replication_factor(1);
        let mut made = admin.create_topics(&[topic]).await;
        match made.remove(name) {
            // An answer that was lost is no failure.
            Some(Err(error))
                if retry.failures() > 0 && error.code() == Some(ErrorCode::TopicAlreadyExists) =>
            {
                break;
            }
            Some(Err(error)) => retry.after(error).await?,
            _ => break,
        }
    }
    client.topics(&[name], TOPIC_MAX).await.map(drop)
}
