//! IncrementalAlterConfigs (key 44), versions 0-1.
//!
//! Sets, deletes, appends to and subtracts from single settings (KIP-339).

use std::sync::Arc;

use ottla_wire::messages::incremental_alter_configs::{
    IncrementalAlterConfigsRequest, AlterConfigsResourceResponse, IncrementalAlterConfigsResponse,
};

use crate::config_changes::{self, Manner, WantedChange, WantedChanges};
use crate::request::Request;
use crate::node::Node;

/// Answers IncrementalAlterConfigs.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: IncrementalAlterConfigsRequest,
) -> IncrementalAlterConfigsResponse {
    let mut wanted = Vec::with_capacity(body.resources.len());
    for resource in &body.resources {
        let changes = resource.configs.iter().map(|config| WantedChange {
            name: config.name.to_string(),
            operation: config.config_operation,
            value: config.value.as_ref().map(ToString::to_string),
        });
        wanted.push(WantedChanges {
            resource_type: resource.resource_type,
            resource_name: resource.resource_name.to_string(),
            changes: changes.collect(),
        });
    }
    let results = config_changes::make(node, Manner::Incremental, &wanted, body.validate_only).await;
    let responses = body.resources.into_iter().zip(results).map(|(resource, result)| {
        let (code, message) = config_changes::told(result);
        AlterConfigsResourceResponse {
            error_code: code,
            error_message: message.map(Into::into),
            resource_type: resource.resource_type,
            resource_name: resource.resource_name,
        }
    });
    IncrementalAlterConfigsResponse { responses: responses.collect(), ..IncrementalAlterConfigsResponse::default() }
}
