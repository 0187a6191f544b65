//! Changes a setting of a topic while it is used.

use ottla_io::Io;
use ottla_wire::Str;
use ottla_wire::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};

use super::{Connection, Failure, Target};

/// Version of IncrementalAlterConfigs that is spoken.
const VERSION: i16 = 1;

/// The resource type of a topic.
const TOPIC: i8 = 2;

/// The operation that gives a setting a value.
const SET: i8 = 0;

/// Asks once; the error code.
///
/// # Errors
/// There was no answer; it may have been done all the same.
pub async fn alter_config(
    io: &Io,
    target: &Target,
    name: &str,
    value: &str,
) -> Result<i16, Failure> {
    let config = AlterableConfig {
        name: Str::from(name),
        config_operation: SET,
        value: Some(Str::from(value)),
    };
    let resource = AlterConfigsResource {
        resource_type: TOPIC,
        resource_name: Str::from(target.topic.as_str()),
        configs: vec![config],
    };
    let request =
        IncrementalAlterConfigsRequest { resources: vec![resource], validate_only: false };
    let mut connection = Connection::open(io, target).await?;
    let response = connection.ask(&request, VERSION).await?;
    Ok(response.responses.first().map(|answer| answer.error_code).unwrap_or_default())
}
