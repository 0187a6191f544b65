//! Settings of the admin client.

use std::time::Duration;

use ottla_config::Check;

use super::CommonSettings;
use super::connection::COMMON;
use super::row::settings;
use crate::Result;

/// Where Java's admin client has another default than consumers.
const DEFAULTS: &[(&str, &str)] = &[("connections.max.idle.ms", "300000")];

settings! {
    /// Settings of the admin client.
    pub struct AdminSettings, ADMIN {
        in common: CommonSettings,
        "default.api.timeout.ms" default_api_timeout: Duration = Some("60000"), Int, Check::AtLeast(0.0),
            "how long a call may take, retries included.";
        "retries" retries: i32 = Some("2147483647"), Int, Check::AtLeast(0.0),
            "how often a request is sent again; the time limit ends it earlier.";
    }
}

impl AdminSettings {
    /// Java's defaults, and where the cluster is.
    ///
    /// # Errors
    /// There is no server in the text.
    pub fn new(bootstrap_servers: &str) -> Result<Self> {
        Self::from_properties([("bootstrap.servers", bootstrap_servers)])
    }

    /// From properties under their Java names.
    ///
    /// # Errors
    /// A name or a value that is not allowed.
    pub fn from_properties<N: Into<String>, V: Into<String>>(
        given: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self> {
        let given = super::collect(given, &[COMMON, ADMIN])?;
        Self::read_rows(&given, CommonSettings::read(&given, DEFAULTS)?.checked()?)
    }
}
