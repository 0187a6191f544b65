//! A client's connection, opened when it is needed and given up with the first failure.

use std::time::Duration;

use ottla_io::Io;
use ottla_model::ErrorCode;
use ottla_wire::messages::api_versions::ApiVersionsRequest;
use ottla_wire::messages::find_coordinator::FindCoordinatorRequest;
use ottla_wire::messages::metadata::MetadataRequest;
use ottla_wire::messages::update_features::{FeatureUpdateKey, UpdateFeaturesRequest};
use ottla_wire::{Request, Str};

use ottla_base::Uuid;

use super::{ANSWER_MAX, Connection, Failure, PAUSE, Target};

/// Versions that are spoken.
const API_VERSIONS_VERSION: i16 = 3;
const FIND_COORDINATOR_VERSION: i16 = 4;
const METADATA_VERSION: i16 = 12;
const UPDATE_FEATURES_VERSION: i16 = 2;

/// The kind of downgrade that loses nothing.
const SAFE_DOWNGRADE: i8 = 2;

/// Coordinators, as FindCoordinator numbers their kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoordinatorOf {
    /// Of a group.
    Group = 0,
    /// Of a transactional id.
    Transactions = 1,
}

/// Asks one question at a time.
pub struct Caller {
    /// The client's node.
    pub io: Io,
    target: Target,
    connection: Option<Connection>,
    answer_max: Duration,
}

impl Caller {
    /// A client on the node of `io`, of the broker that `target` names.
    pub fn new(io: Io, target: &Target) -> Self {
        Self { io, target: target.clone(), connection: None, answer_max: ANSWER_MAX }
    }

    /// Waits this long for an answer.
    #[must_use]
    pub fn patient(mut self, answer_max: Duration) -> Self {
        self.answer_max = answer_max;
        self
    }

    /// Asks, on a connection that worked so far or a new one.
    ///
    /// # Errors
    /// There was no answer; what was asked may have happened, or happen later.
    pub async fn ask<R: Request>(
        &mut self,
        request: &R,
        version: i16,
    ) -> Result<R::Response, Failure> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(&self.io, &self.target).await?.patient(self.answer_max),
        };
        let asked = self.io.now().mono.nanos / 1_000_000;
        let response = connection.ask(request, version).await;
        let now = self.io.now().mono.nanos / 1_000_000;
        tracing::trace!(asked, now, ?request, ?response, "asked");
        let response = response?;
        self.connection = Some(connection);
        Ok(response)
    }

    /// Waits a little, after an error that passes.
    pub async fn pause(&self) {
        self.io.sleep(PAUSE).await;
    }

    /// Asks until the coordinator of `key` is there. On the way its topic is made.
    pub async fn find_coordinator(&mut self, of: CoordinatorOf, key: &str) {
        let request = FindCoordinatorRequest {
            key_type: of as i8,
            coordinator_keys: vec![Str::from(key)],
            ..Default::default()
        };
        loop {
            match self.ask(&request, FIND_COORDINATOR_VERSION).await {
                Ok(response) if response.coordinators.iter().all(|it| it.error_code == 0) => return,
                Ok(_) => {}
                Err(failure) => failure.tolerate_network(),
            }
            self.pause().await;
        }
    }

    /// The finalized level of `transaction.version`, asked for until the broker tells.
    pub async fn transaction_version(&mut self) -> i16 {
        let request = ApiVersionsRequest {
            client_software_name: Str::from_static("ottla-sim"),
            client_software_version: Str::from_static("1"),
            ..Default::default()
        };
        loop {
            match self.ask(&request, API_VERSIONS_VERSION).await {
                Ok(response) if response.error_code == 0 => {
                    let features = response.finalized_features.iter();
                    let level = features.filter(|it| &*it.name == "transaction.version");
                    return level.map(|it| it.max_version_level).next().unwrap_or(0);
                }
                Ok(_) => {}
                Err(failure) => failure.tolerate_network(),
            }
            self.pause().await;
        }
    }

    /// Lowers `transaction.version`, asking until that is done.
    pub async fn lower_transaction_version(&mut self, level: i16) {
        let update = FeatureUpdateKey {
            feature: Str::from_static("transaction.version"),
            max_version_level: level,
            upgrade_type: SAFE_DOWNGRADE,
            ..Default::default()
        };
        let request = UpdateFeaturesRequest { feature_updates: vec![update], ..Default::default() };
        while self.transaction_version().await != level {
            match self.ask(&request, UPDATE_FEATURES_VERSION).await {
                Ok(response) => {
                    tracing::debug!(code = response.error_code, why = ?response.error_message,
                        "transaction.version");
                }
                Err(failure) => failure.tolerate_network(),
            }
            self.pause().await;
        }
    }

    /// The id of a topic, asked for until the broker tells.
    pub async fn topic_id(&mut self, name: &str) -> Uuid {
        loop {
            let request = MetadataRequest { topics: None, ..Default::default() };
            match self.ask(&request, METADATA_VERSION).await {
                Ok(response) => {
                    let mut topics = response.topics.into_iter();
                    if let Some(topic) = topics.find(|topic| topic.name.as_deref() == Some(name)) {
                        return topic.topic_id;
                    }
                }
                Err(failure) => failure.tolerate_network(),
            }
            self.pause().await;
        }
    }
}

/// What an error code means to a client that tries again where that helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// No error.
    Done,
    /// It may have happened, and asking again may help.
    Again,
    /// It has not happened, for this reason.
    Refused(ErrorCode),
}

impl Verdict {
    /// Of an error code.
    pub(super) fn of(code: i16) -> Self {
        match ErrorCode::from_code(code) {
            Some(ErrorCode::None) => Self::Done,
            Some(error) if error.is_retriable() => Self::Again,
            // A node whose disk fails it.
            Some(ErrorCode::UnknownServerError) | None => Self::Again,
            Some(error) => Self::Refused(error),
        }
    }
}
