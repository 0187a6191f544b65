//! DescribeConfigs (key 32), versions 1-4.
//!
//! - v1: where a value comes from, and its synonyms (KIP-226); v3: type and documentation
//!   (KIP-569); v4: flexible.
//!
//! Documentation is told for the settings that ottla acts on; Kafka's texts are its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use ottla_config::{
    ConfigEntry, describe_broker, describe_broker_default, describe_client_metrics, describe_group,
    describe_topic,
};
use ottla_controller::Image;
use ottla_controller::decide::Fault;
use ottla_controller::image::{ConfigResource, ResourceType};
use ottla_model::{ErrorCode, check_topic_name};
use ottla_wire::messages::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResourceResult,
    DescribeConfigsResponse, DescribeConfigsResult, DescribeConfigsSynonym,
};

use crate::request::Request;
use crate::node::Node;
use crate::topic_settings::{FixedSettings, changed_settings, overrides};

/// Answers DescribeConfigs.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: DescribeConfigsRequest,
) -> DescribeConfigsResponse {
    let image = node.metadata.image();
    let asked = Asked {
        synonyms: body.include_synonyms,
        documentation: body.include_documentation,
    };
    let mut told = 0;
    let mut response = DescribeConfigsResponse::default();
    for resource in body.resources {
        if told >= SETTINGS_MAX {
            response.results.push(refused(resource, too_many()));
            continue;
        }
        let result = asked.result(node, &image, resource);
        told += result.configs.len();
        response.results.push(result);
        // A request for a thousand topics lets others have their turn.
        node.io.yield_now().await;
    }
    response
}

/// Settings told in one response; one resource may be asked for over and over, in a few bytes each.
/// Enough for all settings of 5,000 topics; Apache Kafka knows no limit, and runs out of memory.
const SETTINGS_MAX: usize = 200_000;

fn too_many() -> Fault {
    let text = format!("One request is told {SETTINGS_MAX} settings at most: ask for fewer at once");
    Fault::new(ErrorCode::InvalidRequest, text)
}

fn refused(resource: DescribeConfigsResource, fault: Fault) -> DescribeConfigsResult {
    DescribeConfigsResult {
        resource_type: resource.resource_type,
        resource_name: resource.resource_name,
        error_code: fault.code.code(),
        error_message: fault.message.map(Into::into),
        ..DescribeConfigsResult::default()
    }
}

/// What is told of every setting.
#[derive(Clone, Copy)]
struct Asked {
    synonyms: bool,
    documentation: bool,
}

impl Asked {
    fn result(
        self,
        node: &Node,
        image: &Image,
        resource: DescribeConfigsResource,
    ) -> DescribeConfigsResult {
        let fixed = &node.settings.metadata.fixed;
        let described =
            describe(fixed, image, resource.resource_type, &resource.resource_name);
        let mut result = DescribeConfigsResult {
            resource_type: resource.resource_type,
            resource_name: resource.resource_name,
            // Kafka leaves the text empty, not null, when it has nothing to say.
            error_message: Some("".into()),
            ..DescribeConfigsResult::default()
        };
        match described {
            Ok(entries) => {
                let keys = resource.configuration_keys.unwrap_or_default();
                let keys: BTreeSet<&str> = keys.iter().map(|key| &**key).collect();
                let wanted =
                    |entry: &ConfigEntry| keys.is_empty() || keys.contains(&*entry.name);
                let entries = entries.into_iter().filter(wanted);
                result.configs = entries.map(|entry| self.told(entry)).collect();
            }
            Err(fault) => {
                result.error_code = fault.code.code();
                result.error_message = fault.message.map(Into::into).or(result.error_message);
            }
        }
        result
    }

    fn told(self, entry: ConfigEntry) -> DescribeConfigsResourceResult {
        let synonyms = entry.synonyms.into_iter().filter(|_| self.synonyms);
        DescribeConfigsResourceResult {
            name: entry.name.into(),
            value: entry.value.map(Into::into),
            read_only: entry.read_only,
            config_source: entry.source.code(),
            is_sensitive: entry.sensitive,
            synonyms: synonyms
                .map(|synonym| DescribeConfigsSynonym {
                    name: synonym.name.into(),
                    value: synonym.value.map(Into::into),
                    source: synonym.source.code(),
                })
                .collect(),
            config_type: entry.kind.map_or(0, ottla_config::Kind::code),
            documentation: entry.doc.filter(|_| self.documentation).map(Into::into),
        }
    }
}

/// The settings of a resource, as the broker that was started with `fixed` sees them.
pub(crate) fn describe(
    fixed: &FixedSettings,
    image: &Image,
    resource_type: i8,
    name: &str,
) -> Result<Vec<ConfigEntry>, Fault> {
    let changed = changed_settings(image, fixed);
    let layers = fixed.layers(&changed);
    let own = |kind| overrides(image, &ConfigResource { kind, name: name.into() });
    match ResourceType::from_code(resource_type) {
        Some(kind @ ResourceType::Topic) => {
            check_topic(image, name)?;
            Ok(describe_topic(&layers, &own(kind)))
        }
        Some(ResourceType::Broker) if name.is_empty() => Ok(describe_broker_default(&layers)),
        Some(ResourceType::Broker) => {
            check_broker(fixed.node_id, name, " or empty string,")?;
            Ok(describe_broker(&layers))
        }
        Some(ResourceType::BrokerLogger) => {
            check_not_empty(name, "Broker id")?;
            check_broker(fixed.node_id, name, "")?;
            // The levels of single loggers cannot be changed, so there is none to tell of.
            Ok(Vec::new())
        }
        Some(kind @ ResourceType::ClientMetrics) => {
            check_not_empty(name, "Client metrics subscription name")?;
            Ok(describe_client_metrics(&own(kind)))
        }
        Some(kind @ ResourceType::Group) => {
            check_not_empty(name, "Group name")?;
            Ok(describe_group(&layers, &own(kind)))
        }
        None => {
            let text = format!("Unexpected resource type UNKNOWN for resource {name}");
            Err(Fault::new(ErrorCode::InvalidRequest, text))
        }
    }
}

fn check_topic(image: &Image, name: &str) -> Result<(), Fault> {
    check_topic_name(name)
        .map_err(|error| Fault::new(ErrorCode::InvalidTopicException, error.sentence(name)))?;
    match image.topic(name) {
        Some(_) => Ok(()),
        None => Err(Fault::bare(ErrorCode::UnknownTopicOrPartition)),
    }
}

fn check_not_empty(name: &str, what: &str) -> Result<(), Fault> {
    if name.is_empty() {
        let text = format!("{what} must not be empty");
        return Err(Fault::new(ErrorCode::InvalidRequest, text));
    }
    Ok(())
}

/// A broker only knows about itself.
fn check_broker(own: i32, name: &str, or: &str) -> Result<(), Fault> {
    let text = match name.parse::<i32>() {
        Ok(id) if id == own => return Ok(()),
        Ok(_) => format!("Unexpected broker id, expected {own}{or} but received {name}"),
        Err(_) => format!("Broker id must be an integer, but it is: {name}"),
    };
    Err(Fault::new(ErrorCode::InvalidRequest, text))
}
