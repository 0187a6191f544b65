//! Places of partitions: what was committed, where to begin without that, and whether a place is still
//! in the log of a new leader. Each question is asked by a task and answered to the driver.

use std::collections::BTreeMap;
use std::time::Duration;

use ottla_base::Now;
use ottla_membership::{Position, PositionError};
use ottla_model::{ErrorCode, TopicPartition};

use super::commits::{self, Committer, Offsets};
use super::offsets::{self, EpochEnd, Found, OffsetAndTimestamp};
use super::shared::Shared;
use crate::{Error, ErrorKind, Result};

/// An error that is not worth asking again soon is asked again after this.
const REFUSED_PAUSE: Duration = Duration::from_secs(1);

/// A question about places.
pub(crate) enum Question {
    Committed(BTreeMap<TopicPartition, u64>),
    Resets(BTreeMap<TopicPartition, (i64, u64)>),
    Epochs(BTreeMap<TopicPartition, (Position, i32, u64)>),
}

/// Its answer.
pub(crate) enum Told {
    Committed(BTreeMap<TopicPartition, u64>, Result<Offsets>),
    Resets(BTreeMap<TopicPartition, (i64, u64)>, Found<Option<OffsetAndTimestamp>>),
    Epochs(BTreeMap<TopicPartition, (Position, i32, u64)>, Found<EpochEnd>),
}

/// Which questions are under way: one of each kind.
#[derive(Debug, Default)]
pub(crate) struct Asking {
    committed: bool,
    resets: bool,
    epochs: bool,
}

impl Asking {
    /// Questions that are to be asked now.
    pub(crate) fn questions(&mut self, shared: &Shared, now: Now) -> Vec<Question> {
        let mut state = shared.lock();
        let mut questions = Vec::new();
        let mut unknown = state.positions.unknown(now.mono);
        unknown.retain(|it, _| !state.held.contains(it));
        if shared.settings.group_id.is_none() {
            for (partition, version) in unknown {
                if let Err(error) = state.positions.committed(&partition, version, None, now.wall) {
                    state.errors.push_back(place_error(&error));
                    shared.user.notify_waiters();
                }
            }
        } else if !self.committed && !unknown.is_empty() {
            self.committed = true;
            questions.push(Question::Committed(unknown));
        }
        let resets = state.positions.resets(now.mono);
        if !self.resets && !resets.is_empty() {
            self.resets = true;
            let asked = resets.into_iter().map(|(it, to, version)| (it, (to.timestamp(), version)));
            questions.push(Question::Resets(asked.collect()));
        }
        let doubted = state.positions.doubted(now.mono);
        if !self.epochs && !doubted.is_empty() {
            self.epochs = true;
            let asked = doubted.into_iter().map(|(it, place, epoch, version)| {
                let known = shared.client.image().leader(&it.topic, it.partition);
                let epoch = known.map_or(epoch, |leader| leader.epoch.max(epoch));
                (it, (place, epoch, version))
            });
            questions.push(Question::Epochs(asked.collect()));
        }
        questions
    }

    /// Takes an answer in; false if something is to be asked again after the back-off.
    pub(crate) fn take(&mut self, shared: &Shared, told: Told, now: Now) -> bool {
        match told {
            Told::Committed(asked, offsets) => {
                self.committed = false;
                take_committed(shared, &asked, offsets, now)
            }
            Told::Resets(asked, found) => {
                self.resets = false;
                take_resets(shared, &asked, found, now)
            }
            Told::Epochs(asked, found) => {
                self.epochs = false;
                take_epochs(shared, &asked, found, now)
            }
        }
    }
}

impl Question {
    /// Asks the brokers.
    pub(crate) async fn ask(self, shared: &Shared, committer: Option<Committer>) -> Told {
        let client = &shared.client;
        let limit = client.settings().request_timeout;
        match self {
            Self::Committed(partitions) => {
                let stable = shared.reads_committed();
                let asked: Vec<TopicPartition> = partitions.keys().cloned().collect();
                let offsets = match &committer {
                    Some(it) => commits::committed(client, it, &asked, stable, limit).await,
                    None => Ok(Offsets::new()),
                };
                Told::Committed(partitions, offsets)
            }
            Self::Resets(asked) => {
                let times = asked.iter().map(|(it, (time, _))| (it.clone(), *time)).collect();
                let found = offsets::list(client, &times, shared.reads_committed(), limit).await;
                Told::Resets(asked, found)
            }
            Self::Epochs(asked) => {
                let places =
                    asked.iter().map(|(it, (place, epoch, _))| (it.clone(), (*place, *epoch)));
                let found = offsets::epoch_ends(client, &places.collect(), limit).await;
                Told::Epochs(asked, found)
            }
        }
    }
}

fn take_committed(
    shared: &Shared,
    asked: &BTreeMap<TopicPartition, u64>,
    offsets: Result<Offsets>,
    now: Now,
) -> bool {
    let offsets = match offsets {
        Ok(offsets) => offsets,
        Err(error) => {
            if error.wants_coordinator()
                && let Some(group_id) = &shared.settings.group_id
            {
                shared.client.forget_coordinator(crate::CoordinatorKind::Group, group_id);
            }
            for partition in asked.keys() {
                failed(shared, partition, &error, now);
            }
            tell(shared, error);
            return false;
        }
    };
    let mut state = shared.lock();
    for (partition, version) in asked {
        let place = offsets.get(partition).map(super::commits::OffsetAndMetadata::position);
        if let Err(error) = state.positions.committed(partition, *version, place, now.wall) {
            state.errors.push_back(place_error(&error));
            shared.user.notify_waiters();
        }
    }
    true
}

fn take_resets(
    shared: &Shared,
    asked: &BTreeMap<TopicPartition, (i64, u64)>,
    found: Found<Option<OffsetAndTimestamp>>,
    now: Now,
) -> bool {
    let mut all = true;
    for (partition, found) in found {
        let Some((_, version)) = asked.get(&partition) else { continue };
        match found {
            Ok(found) => {
                let place = found.map(|it| Position { offset: it.offset, epoch: it.leader_epoch });
                shared.lock().positions.reset_found(&partition, *version, place);
            }
            Err(error) => {
                all = false;
                failed(shared, &partition, &error, now);
                tell(shared, error);
            }
        }
    }
    all
}

fn take_epochs(
    shared: &Shared,
    asked: &BTreeMap<TopicPartition, (Position, i32, u64)>,
    found: Found<EpochEnd>,
    now: Now,
) -> bool {
    let mut all = true;
    for (partition, found) in found {
        let Some((_, _, version)) = asked.get(&partition) else { continue };
        match found {
            Ok(end) => {
                let mut state = shared.lock();
                match state
                    .positions
                    .confirmed(&partition, *version, end.epoch, end.offset, now.wall)
                {
                    Ok(None) => {}
                    Ok(Some(it)) => {
                        tracing::warn!(
                            partition = %it.partition, from = it.from, to = it.to,
                            "records that were read are gone from the leader's log; reading goes back"
                        );
                        state.drop_stale();
                    }
                    Err(error) => {
                        state.errors.push_back(place_error(&error));
                        shared.user.notify_waiters();
                    }
                }
            }
            Err(error) => {
                all = false;
                failed(shared, &partition, &error, now);
                tell(shared, error);
            }
        }
    }
    all
}

/// Puts a partition off after an error.
fn failed(shared: &Shared, partition: &TopicPartition, error: &Error, now: Now) {
    let pause = match error.is_retriable() {
        true => shared.client.settings().retry_backoff,
        false => REFUSED_PAUSE,
    };
    shared.lock().positions.wait(partition, now.mono + pause);
    if error.wants_refresh() {
        shared.client.request_refresh();
    }
}

/// Tells the user what asking again does not cure.
fn tell(shared: &Shared, error: Error) {
    if !error.is_retriable() && error.kind() != ErrorKind::Closed {
        shared.lock().errors.push_back(error);
        shared.user.notify_waiters();
    }
}

/// Why a partition has no place, as users read it.
pub(crate) fn place_error(error: &PositionError) -> Error {
    match error {
        PositionError::NoOffset(partition) => Error::new(
            ErrorKind::NoOffset,
            format!("{partition} has no committed offset, and auto.offset.reset=none"),
        ),
        PositionError::OutOfRange(partition, offset) => Error::broker(ErrorCode::OffsetOutOfRange)
            .context(format!("{partition} has no offset {offset}, and auto.offset.reset=none")),
        PositionError::Truncated(partition, offset, agree) => {
            let agree =
                agree.map(|it| format!(", which has the same up to {it}")).unwrap_or_default();
            Error::new(
                ErrorKind::NoOffset,
                format!(
                    "{partition} was read up to {offset}, which is not in the log of its leader{agree}"
                ),
            )
        }
    }
}
