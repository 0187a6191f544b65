//! The Kafka client library: producer, admin, consumer and raw requests, against ottla and Apache
//! Kafka (2.1 and later) alike.
//!
//! # Where to begin
//! Kafka keeps records in topics; a topic has partitions, and within a partition records are in order. A
//! [`Producer`] sends records: which partition, a record's key decides. A [`Consumer`] reads them, alone
//! or with others of its group, who share the partitions; what the group has read is committed as
//! offsets. [`Admin`] makes topics and looks at everything. All are made from settings under Java's
//! names ([`settings`]) and from an [`ottla_io::Io`], which is `Io::os()` inside any tokio runtime.
//! `examples/send_and_read.rs` is a whole program.
//!
//! ```no_run
//! use ottla_client::{Producer, ProducerRecord, settings::ProducerSettings};
//!
//! # async fn example() -> ottla_client::Result<()> {
//! let settings = ProducerSettings::new("127.0.0.1:9092")?;
//! let producer = Producer::new(ottla_io::Io::os(), settings)?;
//! let delivery = producer.send(ProducerRecord::new("greetings", "hello").key("world")).await?;
//! println!("it is at offset {:?}", delivery.await?.offset);
//! # Ok(())
//! # }
//! ```
//!
//! # How it is built
//! Rules are values without clock, socket or task, in modules of their own: [`settings`], versions
//! (`versions`), the cluster's [`image`], back-off, and below `producer` the partitioner, the
//! accumulator, the sequences and the transaction. Around them is straight-line `async`, which
//! reaches the world through [`ottla_io::Io`] alone, so that the same code runs on the operating
//! system and in the simulated world.
//!
//! ```text
//!  Producer   Consumer   Admin          what to say, and what an answer means
//!      \         |        /
//!       [Client] -- Retry               to whom: any, node, controller, leader, coordinator
//!      /         |        \
//!  Metadata   coordinators  Pool        where that is; one connection per node and lane
//!                             |
//!                        Connection     frames in order, several on their way, versions
//!                             |
//!                          ottla-io
//! ```
//!
//! * A [`Client`] is cheap to clone and needs no shutdown: with its last clone connections close
//!   and tasks end. Nothing blocks a thread, in `close` and `drop` neither.
//! * A request goes out at the newest version that both sides speak ([`PeerVersions`]); what that
//!   version cannot say is an error, never left out silently.
//! * Every call may be dropped at any `await`: the connection stays in order.
//! * An [`Error`] says whether to try again, abort or stop ([`Severity`]), and what to do.
//!
//! # TLS and SASL
//! Under Java's names: `security.protocol`, `ssl.*`, `sasl.*`. Stores are read as they are (JKS, PKCS12,
//! PEM in files or in the setting); mechanisms are PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and
//! OAUTHBEARER. Its tokens come from an endpoint that the settings name (KIP-768, KIP-1139:
//! `sasl.oauthbearer.token.endpoint.url` with the client's id and secret, or their older form in
//! `sasl.jaas.config`), from a file (the same setting with `file:`), or from a [`TokenSource`]. Any
//! endpoint may be named: Java's system property with a list of those allowed has no counterpart, for
//! whoever makes a client chooses its settings. It is asked without a proxy. Brokers that want to be shown again who one is
//! (KIP-368) get it on the living connection. Without a trust store the system's is taken.
//!
//! ```
//! use ottla_client::settings::ProducerSettings;
//!
//! let settings = ProducerSettings::from_properties([
//!     ("bootstrap.servers", "broker:9093"),
//!     ("security.protocol", "SASL_SSL"),
//!     ("ssl.truststore.location", "/etc/kafka/truststore.jks"),
//!     ("ssl.truststore.password", "changeit"),
//!     ("sasl.mechanism", "SCRAM-SHA-512"),
//!     ("sasl.jaas.config", "org.apache.kafka.common.security.scram.ScramLoginModule required \
//!                           username=\"alice\" password=\"in-wonderland\";"),
//! ]).unwrap();
//! assert!(!format!("{settings:?}").contains("in-wonderland"));
//! ```
//!
//! # A first request
//! ```no_run
//! use ottla_client::{Client, Route, settings::CommonSettings};
//! use ottla_io::Io;
//! use ottla_wire::messages::describe_cluster::DescribeClusterRequest;
//!
//! # async fn example() -> ottla_client::Result<()> {
//! let client = Client::new(Io::os(), CommonSettings::new("127.0.0.1:9092"))?;
//! let cluster = client.call(&Route::any(), DescribeClusterRequest::default()).await?;
//! println!("{} has {} brokers", cluster.cluster_id, cluster.brokers.len());
//! # Ok(())
//! # }
//! ```

mod address;
pub mod admin;
pub mod backoff;
mod client;
mod connection;
pub mod consumer;
mod coordinator;
mod error;
pub mod image;
mod metadata;
pub mod parallel;
pub mod pipeline;
mod pool;
pub mod producer;
mod retry;
mod route;
mod security;
pub mod settings;
mod versions;

pub use address::Address;
pub use admin::Admin;
pub use client::Client;
pub use consumer::{Consumer, ConsumerHandle, ConsumerRecord};
pub use error::{Error, ErrorKind, Result, Severity};
pub use image::{ClusterImage, Leader, NodeInfo, PartitionInfo, TopicInfo};
pub use ottla_model::{ErrorCode, TopicPartition};
pub use parallel::{ParallelConsumer, ParallelSettings};
pub use pipeline::{Pipeline, Step};
pub use pool::Lane;
pub use producer::{ConsumerGroupMetadata, Delivery, Producer, ProducerRecord, RecordMetadata};
pub use retry::Retry;
pub use route::{CoordinatorKind, Route};
pub use security::{Secret, Token, TokenFuture, TokenSource};
pub use versions::PeerVersions;
