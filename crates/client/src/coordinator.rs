//! Finding coordinators: of one key, or of many with one request where the broker can (v4).

use std::collections::BTreeMap;

use ottla_model::BrokerId;
use ottla_wire::messages::find_coordinator::{FindCoordinatorRequest, FindCoordinatorResponse};
use ottla_wire::{Request, Str};

use crate::address::Address;
use crate::client::Client;
use crate::image::NodeInfo;
use crate::pool::Lane;
use crate::route::CoordinatorKind;
use crate::{Error, Result};

/// First version that asks for many keys at once.
const BATCHED_FROM: i16 = 4;

impl Client {
    /// Asks any broker where a coordinator is.
    pub(crate) async fn find_coordinator(
        &self,
        kind: CoordinatorKind,
        key: &str,
    ) -> Result<BrokerId> {
        let found = self.find_coordinators(kind, &[key.to_owned()]).await?;
        found
            .into_values()
            .next()
            .unwrap_or_else(|| Err(Error::malformed("no coordinator in the answer")))
    }

    /// Asks any broker where the coordinators of these keys are.
    ///
    /// # Errors
    /// No broker answers; errors of single keys are in the map.
    pub async fn find_coordinators(
        &self,
        kind: CoordinatorKind,
        keys: &[String],
    ) -> Result<BTreeMap<String, Result<BrokerId>>> {
        let connection = self.any_connection(Lane::General).await?;
        let api = <FindCoordinatorRequest as Request>::API;
        let is_batched = connection.versions().choose(api, &(BATCHED_FROM..=i16::MAX)).is_ok();
        let mut found = BTreeMap::new();
        let at_once = if is_batched { keys.len() } else { 1 };
        for some in keys.chunks(at_once.max(1)) {
            let limit = self.settings().request_timeout;
            let build = |version| request(kind, some, version);
            let (version, answer) = connection.call(limit, &(0..=i16::MAX), build).await?;
            for (key, node) in nodes_of(&answer, some, version) {
                let node = node.map(|node| {
                    let id = node.id;
                    self.note_coordinator(kind, &key, node);
                    id
                });
                found.insert(key, node);
            }
        }
        Ok(found)
    }
}

fn request(kind: CoordinatorKind, keys: &[String], version: i16) -> FindCoordinatorRequest {
    let mut request = FindCoordinatorRequest { key_type: kind.code(), ..Default::default() };
    if version >= BATCHED_FROM {
        request.coordinator_keys = keys.iter().map(Str::from).collect();
    } else {
        request.key = keys.first().map(Str::from).unwrap_or_default();
    }
    request
}

fn nodes_of(
    answer: &FindCoordinatorResponse,
    keys: &[String],
    version: i16,
) -> Vec<(String, Result<NodeInfo>)> {
    if version < BATCHED_FROM {
        let told = node(
            answer.error_code,
            answer.error_message.as_ref(),
            answer.node_id,
            &answer.host,
            answer.port,
        );
        return keys.first().map(|key| (key.clone(), told)).into_iter().collect();
    }
    let told = answer.coordinators.iter().map(|one| {
        (
            one.key.to_string(),
            node(one.error_code, one.error_message.as_ref(), one.node_id, &one.host, one.port),
        )
    });
    told.collect()
}

fn node(code: i16, message: Option<&Str>, id: BrokerId, host: &str, port: i32) -> Result<NodeInfo> {
    let message = message.map(Str::as_str).filter(|text| !text.is_empty() && *text != "NONE");
    Error::check(code, message, "find the coordinator")?;
    let address = Address::told(host, port)
        .ok_or_else(|| Error::malformed(format!("the coordinator is at {host}:{port}")))?;
    Ok(NodeInfo { id, address, rack: None })
}
