//! A cluster from the client's side: whether what clients need of it can be had from this machine.
//!
//! A check is a file here. Those that compare what brokers tell are plain functions; only
//! [`reach`] opens connections of its own.

mod clock;
mod reach;
mod topics;
mod versions;

use std::collections::BTreeMap;

use ottla_client::{Admin, Route};

use super::finding::Finding;
use crate::environment::Environment;
use crate::failure::Outcome;
use crate::target::{Target, run_admin};

/// How long a request may take, unless the settings say otherwise: a doctor who waits a minute for
/// each broker that is gone is no help.
const PATIENCE_MS: &str = "5000";

/// Asks the cluster of `target`, and says what is wrong with it.
///
/// # Errors
/// Settings that are not allowed.
pub(super) fn look(target: &Target) -> Outcome<Vec<Finding>> {
    let mut properties = target.properties(&Environment::read())?;
    let patience = target.timeout.map_or_else(|| PATIENCE_MS.to_owned(), |ms| ms.to_string());
    for limit in ["request.timeout.ms", "default.api.timeout.ms"] {
        properties.entry(limit.to_owned()).or_insert_with(|| patience.clone());
    }
    let bootstrap = properties.get("bootstrap.servers").cloned().unwrap_or_default();
    Ok(run_admin(properties, async |admin| examine(&admin, &bootstrap).await)?)
}

async fn examine(admin: &Admin, bootstrap: &str) -> Vec<Finding> {
    let io = admin.client().io();
    let (mut findings, begun_at) = reach::bootstrap(io, bootstrap).await;
    if begun_at.is_empty() {
        return findings;
    }
    let cluster = match admin.describe_cluster(true).await {
        Ok(cluster) => cluster,
        Err(error) => {
            findings.push(unanswered("cluster", bootstrap, &error));
            return findings;
        }
    };
    findings.extend(reach::advertised(io, &cluster, &begun_at).await);
    let mut known = BTreeMap::new();
    for node in cluster.nodes.iter().filter(|node| !cluster.fenced.contains(&node.id)) {
        // Whoever cannot be reached has been told of.
        if let Ok(versions) = admin.client().versions(&Route::node(node.id)).await {
            known.insert(node.id, versions.ranges().collect::<BTreeMap<_, _>>());
        }
    }
    findings.extend(versions::check(&known));
    findings.extend(clock::check(admin).await);
    match topics::ask(admin).await {
        Ok(topics) => findings.extend(topics::check(&topics, cluster.nodes.len())),
        Err(error) => findings.push(unanswered("topics", bootstrap, &error)),
    }
    findings
}

/// Something that a cluster does not tell.
fn unanswered(check: &'static str, place: &str, error: &ottla_client::Error) -> Finding {
    Finding::problem(check, error.message().to_owned(), place, error.advice())
}
