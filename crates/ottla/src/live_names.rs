//! The names that a cluster has now, for completion.

use std::time::Duration;

use crate::environment::Environment;
use crate::target::{Target, run_admin};

/// Which names.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Names {
    Topics,
    Groups,
}

/// The names; none when the cluster does not answer within `patience`.
pub(crate) fn ask(target: &Target, names: Names, patience: Duration) -> Vec<String> {
    let Ok(mut properties) = target.properties(&Environment::read()) else { return Vec::new() };
    let limit = patience.as_millis().to_string();
    properties.insert("default.api.timeout.ms".to_owned(), limit.clone());
    properties.insert("request.timeout.ms".to_owned(), limit);
    let found = run_admin(properties, async |admin| {
        let asked = async {
            Ok(match names {
                Names::Topics => {
                    admin.list_topics().await?.iter().map(|topic| topic.name.to_string()).collect()
                }
                Names::Groups => admin
                    .list_groups(&[], &[])
                    .await?
                    .into_iter()
                    .map(|group| group.group_id)
                    .collect(),
            })
        };
        admin.client().io().timeout(patience, asked).await.unwrap_or_else(|| Ok(Vec::new()))
    });
    let found: ottla_client::Result<Vec<String>> = found.and_then(|found| found);
    found.unwrap_or_default()
}
