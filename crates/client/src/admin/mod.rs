//! [`Admin`]: everything that can be asked of or changed in a cluster, apart from records.
//!
//! Requests go to the controller, to leaders, to coordinators or to every broker, as the API asks
//! for; what can be tried again is, until `default.api.timeout.ms`. Calls about many things give a
//! result for each ([`Results`]).
//!
//! ```no_run
//! use ottla_client::{Admin, admin::NewTopic, settings::AdminSettings};
//! use ottla_io::Io;
//!
//! # async fn example() -> ottla_client::Result<()> {
//! let admin = Admin::new(Io::os(), AdminSettings::new("127.0.0.1:9092")?)?;
//! let topic = NewTopic::new("payments").partitions(12).config("retention.ms", "86400000");
//! for (name, result) in admin.create_topics(&[topic]).await {
//!     match result {
//!         Ok(created) => println!("{name} is there, with id {}", created.id),
//!         Err(error) => println!("{name}: {error}; {}", error.advice()),
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod cluster;
mod configs;
mod group_offsets;
mod groups;
mod log_dirs;
mod offsets;
mod topics;
mod transactions;
mod work;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use ottla_io::Io;
use ottla_model::BrokerId;
use ottla_wire::Request;

pub use cluster::{
    ClusterDescription, ElectionType, FeatureUpdate, Features, QuorumInfo, QuorumReplica,
    UpgradeType,
};
pub use configs::{
    AlterConfig, AlterOperation, ConfigDescription, ConfigResource, ConfigResourceType,
    ConfigSource, ConfigSynonym,
};
pub use group_offsets::{CommittedOffset, NewOffset};
pub use groups::{
    GroupDescription, GroupListing, GroupMember, GroupType, MemberAssignment, MemberToRemove,
};
pub use log_dirs::{LogDirDescription, ReplicaInfo};
pub use offsets::{FoundOffset, OffsetSpec};
pub use topics::{
    CreatedTopic, NewPartitions, NewTopic, PartitionDescription, TopicDescription, TopicListing,
};
pub use transactions::{
    AbortTransaction, ProducerState, TransactionDescription, TransactionFilter, TransactionListing,
};
pub use work::Results;

use crate::Result;
use crate::client::Client;
use crate::route::Route;
use crate::settings::AdminSettings;
use work::{Patience, Work};

/// The admin client. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct Admin {
    client: Client,
    limit: Duration,
}

impl Admin {
    /// An admin client over `io`. Opens no connection.
    ///
    /// # Errors
    /// A setting that is not allowed.
    pub fn new(io: Io, settings: AdminSettings) -> Result<Self> {
        let limit = settings.default_api_timeout;
        Ok(Self { client: Client::new(io, settings.common)?, limit })
    }

    /// An admin client over the connections of another client.
    pub fn over(client: Client) -> Self {
        /// Java's `default.api.timeout.ms`.
        const LIMIT: Duration = Duration::from_secs(60);
        Self { client, limit: LIMIT }
    }

    /// The same, with another time limit for each call.
    #[must_use]
    pub fn with_timeout(&self, limit: Duration) -> Self {
        Self { client: self.client.clone(), limit }
    }

    /// The client below.
    pub fn client(&self) -> &Client {
        &self.client
    }

    fn work<K: Ord + Clone, V>(
        &self,
        keys: impl IntoIterator<Item = K>,
        patience: Patience,
    ) -> Work<K, V> {
        Work::new(&self.client, keys, self.limit, patience)
    }

    /// Milliseconds that a broker may take for a change, as requests say it.
    fn timeout_ms(&self) -> i32 {
        let limit = self.limit.min(self.client.settings().request_timeout);
        i32::try_from(limit.as_millis()).unwrap_or(i32::MAX)
    }

    /// One request until it is answered and `check` finds no retriable error in the answer.
    async fn ask<R: Request + Clone>(
        &self,
        route: &Route,
        request: &R,
        check: impl Fn(&R::Response) -> Result<()>,
    ) -> Result<R::Response> {
        let answer = self.ask_versioned(route, 0..=i16::MAX, |_| request.clone(), check).await?;
        Ok(answer.1)
    }

    /// The same with a request that depends on its version.
    async fn ask_versioned<R: Request>(
        &self,
        route: &Route,
        versions: RangeInclusive<i16>,
        build: impl Fn(i16) -> R,
        check: impl Fn(&R::Response) -> Result<()>,
    ) -> Result<(i16, R::Response)> {
        let mut retry = self.client.retry(self.limit);
        loop {
            let limit = retry.left().min(self.client.settings().request_timeout);
            let answer = self.client.call_versioned(route, limit, versions.clone(), &build).await;
            match answer.and_then(|answer| check(&answer.1).map(|()| answer)) {
                Ok(answer) => return Ok(answer),
                Err(error) => {
                    if let crate::route::To::Coordinator(kind, key) = &route.to
                        && error.wants_coordinator()
                    {
                        self.client.forget_coordinator(*kind, key);
                    }
                    retry.after(error).await?;
                }
            }
        }
    }

    /// The brokers of the cluster, asked for now.
    async fn brokers(&self) -> Result<Vec<BrokerId>> {
        let mut retry = self.client.retry(self.limit);
        while let Err(error) = self.client.refresh(retry.left()).await {
            retry.after(error).await?;
        }
        Ok(self.client.image().nodes().map(|node| node.id).collect())
    }
}

/// Partitions by topic, as requests have them, with what belongs to each.
type ByTopic<T> = BTreeMap<std::sync::Arc<str>, Vec<(i32, T)>>;

/// Sorts partitions into their topics.
fn by_topic<T>(
    partitions: impl IntoIterator<Item = (ottla_model::TopicPartition, T)>,
) -> ByTopic<T> {
    let mut topics: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (partition, value) in partitions {
        topics.entry(partition.topic).or_default().push((partition.partition, value));
    }
    topics
}

/// A text that a broker may leave out.
fn text(text: &Option<ottla_wire::Str>) -> Option<&str> {
    text.as_ref().map(ottla_wire::Str::as_str)
}

/// The bits of authorized operations, unless the broker was not asked for them.
fn operations(bits: i32) -> Option<i32> {
    (bits != i32::MIN).then_some(bits)
}
