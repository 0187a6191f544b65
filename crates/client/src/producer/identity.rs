//! Asking for a producer id: any broker for idempotence, the coordinator for transactions.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ottla_model::ErrorCode;
use ottla_wire::Str;
use ottla_wire::messages::init_producer_id::InitProducerIdRequest;

use super::sequences::Identity;
use super::shared::Shared;
use crate::route::{CoordinatorKind, Route};
use crate::{Error, Result};

/// First version that names the id that the producer has (KIP-360).
const NAMES_KNOWN_FROM: i16 = 3;

/// Gets an id for a producer without transactions; its task's whole life.
pub(super) async fn ask(shared: Arc<Shared>) {
    let asked = ask_without_transactions(&shared).await;
    shared.is_asking_id.store(false, Ordering::Release);
    match asked {
        Ok(identity) => shared.lock().adopt(identity),
        Err(error) => {
            let failed = shared.lock().abort_waiting();
            for batch in failed {
                super::sender::fail(&shared, batch, &error);
            }
        }
    }
    shared.wake.notify_one();
}

async fn ask_without_transactions(shared: &Shared) -> Result<Identity> {
    let mut retry = shared.client.retry(shared.settings.delivery_timeout);
    loop {
        let request = InitProducerIdRequest {
            transactional_id: None,
            // Any; without transactions nothing ends with it.
            transaction_timeout_ms: i32::MAX,
            producer_id: -1,
            producer_epoch: -1,
            ..Default::default()
        };
        let limit = shared.settings.common.request_timeout;
        match call(shared, &Route::any(), request, limit).await {
            Ok(identity) => return Ok(identity),
            Err(error) => retry.after(error).await?,
        }
    }
}

/// Gets the id of a transactional producer: ends what it left open before, and shuts out its
/// earlier lives. `known` is the id of this life, whose epoch is raised.
pub(super) async fn ask_with_transactions(
    shared: &Shared,
    known: Option<Identity>,
    limit: Duration,
) -> Result<Identity> {
    let Some(id) = &shared.settings.transactional_id else {
        return Err(Error::new(crate::ErrorKind::Usage, "transactional.id is not set"));
    };
    let route = Route::coordinator(CoordinatorKind::Transaction, id.as_str());
    let timeout = shared.settings.transaction_timeout.as_millis();
    let known = match known {
        Some(known) => {
            let versions = shared.client.versions(&route).await?;
            let range = versions.range(ottla_wire::ApiKey::InitProducerId);
            known_if(range.is_some_and(|range| *range.end() >= NAMES_KNOWN_FROM), known)
        }
        None => NOBODY,
    };
    let mut retry = shared.client.retry(limit);
    loop {
        let request = InitProducerIdRequest {
            transactional_id: Some(Str::from(id)),
            transaction_timeout_ms: i32::try_from(timeout).unwrap_or(i32::MAX),
            producer_id: known.id,
            producer_epoch: known.epoch,
            ..Default::default()
        };
        let limit = retry.left().min(shared.settings.common.request_timeout);
        match call(shared, &route, request, limit).await {
            Ok(identity) => return Ok(identity),
            Err(error) => {
                if error.wants_coordinator() {
                    shared.client.forget_coordinator(CoordinatorKind::Transaction, id);
                }
                retry.after(fenced(error)).await?;
            }
        }
    }
}

const NOBODY: Identity = Identity { id: -1, epoch: -1 };

fn known_if(can: bool, known: Identity) -> Identity {
    if can { known } else { NOBODY }
}

/// To a coordinator's caller an epoch that is not valid means that another has taken over.
pub(super) fn fenced(error: Error) -> Error {
    match error.code() {
        Some(ErrorCode::InvalidProducerEpoch) => {
            Error::broker(ErrorCode::ProducerFenced).context(error.message())
        }
        _ => error,
    }
}

async fn call(
    shared: &Shared,
    route: &Route,
    request: InitProducerIdRequest,
    limit: Duration,
) -> Result<Identity> {
    let answer = shared.client.call_within(route, request, limit).await?;
    Error::check(answer.error_code, None, "get a producer id")?;
    Ok(Identity { id: answer.producer_id, epoch: answer.producer_epoch })
}
