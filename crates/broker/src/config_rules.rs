//! What the controller asks about settings that clients want to change, answered from the
//! declarations of every setting.

use std::sync::Arc;

use ottla_config::alter::{validate_client_metrics, validate_group_config, validate_topic_config};
use ottla_config::{AlterError, Kind, Setting};
use ottla_controller::Image;
use ottla_controller::decide::{ConfigRules, Fault, Settled};
use ottla_controller::image::{ConfigResource, ResourceType};
use ottla_model::{ErrorCode, check_topic_name};

use crate::topic_settings::{FixedSettings, changed_settings};

/// The rules of a node.
#[derive(Debug, Clone)]
pub struct NodeConfigRules {
    fixed: Arc<FixedSettings>,
}

impl NodeConfigRules {
    /// The rules of the node that was started with `fixed`.
    pub fn new(fixed: Arc<FixedSettings>) -> Self {
        Self { fixed }
    }
}

impl ConfigRules for NodeConfigRules {
    fn check(
        &self,
        image: &Image,
        resource: &ConfigResource,
        before: &Settled,
        after: &Settled,
    ) -> Result<(), Fault> {
        let changed = changed_settings(image, &self.fixed);
        let layers = self.fixed.layers(&changed);
        match resource.kind {
            ResourceType::Topic => {
                check_topic(&resource.name)?;
                validate_topic_config(&layers, before, after).map_err(fault)
            }
            ResourceType::Broker => check_broker_name(&resource.name),
            ResourceType::Group if resource.name.is_empty() => {
                Err(invalid_request("Default group resources are not allowed."))
            }
            ResourceType::Group => validate_group_config(&layers, after).map_err(fault),
            ResourceType::ClientMetrics => {
                validate_client_metrics(&resource.name, after).map_err(fault)
            }
            ResourceType::BrokerLogger => {
                Err(invalid_request("Unknown resource type BROKER_LOGGER"))
            }
        }
    }

    fn is_list(&self, kind: ResourceType, name: &str) -> bool {
        setting(kind, name).is_some_and(|setting| setting.kind == Kind::List)
    }

    fn list_default(&self, kind: ResourceType, name: &str) -> Option<String> {
        setting(kind, name).and_then(|setting| setting.default.text())
    }
}

/// The setting of this name that a resource of this kind has.
fn setting(kind: ResourceType, name: &str) -> Option<&'static Setting> {
    match kind {
        ResourceType::Topic => ottla_config::topic_setting(name),
        ResourceType::Broker => ottla_config::broker_setting(name),
        ResourceType::Group => ottla_config::group_setting(name),
        // Kafka's controller does not know the types of these, so nothing is added to their lists.
        ResourceType::ClientMetrics | ResourceType::BrokerLogger => None,
    }
}

fn check_topic(name: &str) -> Result<(), Fault> {
    if name.is_empty() {
        return Err(invalid_request("Default topic resources are not allowed."));
    }
    check_topic_name(name)
        .map_err(|error| Fault::new(ErrorCode::InvalidTopicException, error.sentence(name)))
}

fn check_broker_name(name: &str) -> Result<(), Fault> {
    if name.is_empty() {
        return Ok(());
    }
    match name.parse::<i32>() {
        Ok(id) if id >= 0 => Ok(()),
        Ok(_) => Err(invalid_request("Invalid negative broker ID.")),
        Err(_) => Err(invalid_request("Unable to parse broker name as a base 10 number.")),
    }
}

/// The same refusal in the controller's words.
pub(crate) fn fault(error: AlterError) -> Fault {
    Fault::new(error.code, error.message)
}

fn invalid_request(text: &str) -> Fault {
    Fault::new(ErrorCode::InvalidRequest, text)
}
