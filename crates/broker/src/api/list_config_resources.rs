//! ListConfigResources (key 74), versions 0-1.
//!
//! - v0: client metrics subscriptions (KIP-714, then called ListClientMetricsResources);
//!   v1: every kind of resource (KIP-1142).

use std::sync::Arc;

use ottla_controller::Image;
use ottla_controller::image::ResourceType;
use ottla_model::ErrorCode;
use ottla_wire::messages::list_config_resources::{
    ConfigResource, ListConfigResourcesRequest, ListConfigResourcesResponse,
};

use crate::request::Request;
use crate::node::Node;

/// In the order in which Kafka lists them.
const KINDS: [ResourceType; 5] = [
    ResourceType::Group,
    ResourceType::ClientMetrics,
    ResourceType::BrokerLogger,
    ResourceType::Broker,
    ResourceType::Topic,
];

/// Answers ListConfigResources.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: ListConfigResourcesRequest,
) -> ListConfigResourcesResponse {
    let supported: &[ResourceType] =
        if request.version == 0 { &[ResourceType::ClientMetrics] } else { &KINDS };
    let is_known = |code: &i8| supported.iter().any(|kind| kind.code() == *code);
    if !body.resource_types.iter().all(is_known) {
        return ListConfigResourcesResponse {
            error_code: ErrorCode::UnsupportedVersion.code(),
            ..ListConfigResourcesResponse::default()
        };
    }
    let image = node.metadata.image();
    let asked = |kind: &&ResourceType| {
        body.resource_types.is_empty() || body.resource_types.contains(&kind.code())
    };
    let listed = supported.iter().filter(asked).flat_map(|kind| {
        names(&image, *kind).into_iter().map(|name| ConfigResource {
            resource_name: name.into(),
            resource_type: kind.code(),
        })
    });
    ListConfigResourcesResponse {
        config_resources: listed.collect(),
        ..ListConfigResourcesResponse::default()
    }
}

/// Brokers and topics are there by themselves, the others when they have settings.
fn names(image: &Image, kind: ResourceType) -> Vec<String> {
    match kind {
        ResourceType::Topic => image.topics.iter().map(|topic| topic.name.to_string()).collect(),
        ResourceType::Broker | ResourceType::BrokerLogger => {
            image.brokers.keys().map(ToString::to_string).collect()
        }
        ResourceType::Group | ResourceType::ClientMetrics => {
            let own = image.configs.iter().filter(|(resource, _)| resource.kind == kind);
            own.map(|(resource, _)| resource.name.to_string()).collect()
        }
    }
}
