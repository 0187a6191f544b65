//! AlterConfigs (key 33), versions 0-2.
//!
//! Names all settings a resource shall have; deprecated for IncrementalAlterConfigs since Kafka 2.3.

use std::sync::Arc;

use ottla_wire::messages::alter_configs::{
    AlterConfigsRequest, AlterConfigsResourceResponse, AlterConfigsResponse,
};

use crate::config_changes::{self, Manner, SET, WantedChange, WantedChanges};
use crate::request::Request;
use crate::node::Node;

/// Answers AlterConfigs.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: AlterConfigsRequest,
) -> AlterConfigsResponse {
    let mut wanted = Vec::with_capacity(body.resources.len());
    for resource in &body.resources {
        let changes = resource.configs.iter().map(|config| WantedChange {
            name: config.name.to_string(),
            operation: SET,
            value: config.value.as_ref().map(ToString::to_string),
        });
        wanted.push(WantedChanges {
            resource_type: resource.resource_type,
            resource_name: resource.resource_name.to_string(),
            changes: changes.collect(),
        });
    }
    let results = config_changes::make(node, Manner::Whole, &wanted, body.validate_only).await;
    let responses = body.resources.into_iter().zip(results).map(|(resource, result)| {
        let (code, message) = config_changes::told(result);
        AlterConfigsResourceResponse {
            error_code: code,
            error_message: message.map(Into::into),
            resource_type: resource.resource_type,
            resource_name: resource.resource_name,
        }
    });
    AlterConfigsResponse { responses: responses.collect(), ..AlterConfigsResponse::default() }
}
