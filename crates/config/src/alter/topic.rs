//! Whether a topic's settings may stand together. Texts observed on Apache Kafka 4.4.0.

use alloc::collections::BTreeMap;
use alloc::format;

use super::AlterError;
use crate::effective::{ConfigLayers, Overrides, topic_value};
use crate::setting::Setting;
use crate::topic::{topic_setting, topic_settings};
use crate::value::{ConfigError, Value};

/// Checks every setting a topic would have. `before` is what it holds now, `after` what it would
/// hold.
///
/// # Errors
/// `INVALID_CONFIG` with Kafka's text for the first thing wrong: an unknown name, a value, or two
/// values that contradict each other.
pub fn validate_topic_config(
    layers: &ConfigLayers<'_>,
    before: &Overrides,
    after: &Overrides,
) -> Result<(), AlterError> {
    for name in after.keys() {
        if topic_setting(name).is_none() {
            return Err(AlterError::config(format!("Unknown topic config name: {name}")));
        }
    }
    let mut values = Values(BTreeMap::new());
    for setting in topic_settings() {
        values.0.insert(setting.name, value_after(layers, after, setting)?);
    }
    values.check_compaction_lag()?;
    if values.flag("remote.storage.enable") {
        let enabled = layers.broker_value("remote.log.storage.system.enable");
        values.check_remote_storage(enabled == Value::Boolean(true))?;
    } else {
        values.check_turning_remote_storage_off(before)?;
    }
    Ok(())
}

fn value_after(
    layers: &ConfigLayers<'_>,
    after: &Overrides,
    setting: &Setting,
) -> Result<Value, ConfigError> {
    match after.get(setting.name) {
        Some(text) => setting.parse(text),
        None => Ok(topic_value(layers, after, setting)),
    }
}

struct Values(BTreeMap<&'static str, Value>);

impl Values {
    fn long(&self, name: &str) -> i64 {
        self.0.get(name).and_then(Value::as_i64).unwrap_or_default()
    }

    fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    fn check_compaction_lag(&self) -> Result<(), AlterError> {
        let least = self.long("min.compaction.lag.ms");
        let most = self.long("max.compaction.lag.ms");
        if least > most {
            return Err(AlterError::config(format!(
                "conflict topic config setting min.compaction.lag.ms ({least}) > \
                 max.compaction.lag.ms ({most})"
            )));
        }
        Ok(())
    }

    fn check_remote_storage(&self, system_enabled: bool) -> Result<(), AlterError> {
        if !system_enabled {
            return Err(AlterError::config(
                "Tiered Storage functionality is disabled in the broker. Topic cannot be \
                 configured with remote log storage.",
            ));
        }
        let policy = self.0.get("cleanup.policy").and_then(Value::as_list).unwrap_or_default();
        if !policy.is_empty() && policy != ["delete"] {
            return Err(AlterError::config(
                "Remote log storage only supports topics with cleanup.policy=delete or \
                 cleanup.policy being an empty list.",
            ));
        }
        self.check_local_retention("local.retention.bytes", "retention.bytes")?;
        self.check_local_retention("local.retention.ms", "retention.ms")?;
        self.check_copy_lag("remote.copy.lag.bytes", "local.retention.bytes", "retention.bytes")?;
        self.check_copy_lag("remote.copy.lag.ms", "local.retention.ms", "retention.ms")?;
        if self.flag("remote.log.copy.disable") {
            self.check_read_only_retention("local.retention.bytes", "retention.bytes")?;
            self.check_read_only_retention("local.retention.ms", "retention.ms")?;
        }
        Ok(())
    }

    /// What stays on this disk is part of what is kept at all; -2 follows the whole.
    fn check_local_retention(&self, local: &str, whole: &str) -> Result<(), AlterError> {
        let (local_value, whole_value) = (self.long(local), self.long(whole));
        if whole_value <= -1 || local_value == -2 {
            return Ok(());
        }
        let why = if local_value == -1 {
            format!("Value must not be -1 as {whole} value is set as {whole_value}.")
        } else if local_value > whole_value {
            format!("Value must not be more than {whole} property value: {whole_value}")
        } else {
            return Ok(());
        };
        Err(ConfigError::invalid(local, &format!("{local_value}"), &why).into())
    }

    fn check_copy_lag(&self, lag: &str, local: &str, whole: &str) -> Result<(), AlterError> {
        let lag_value = self.long(lag);
        let effective = match self.long(local) {
            -2 => self.long(whole),
            local => local,
        };
        if lag_value > 0 && effective >= 0 && lag_value > effective {
            let why = format!("Value must not exceed {local} (effective value: {effective})");
            return Err(ConfigError::invalid(lag, &format!("{lag_value}"), &why).into());
        }
        Ok(())
    }

    fn check_read_only_retention(&self, local: &str, whole: &str) -> Result<(), AlterError> {
        let local_value = self.long(local);
        if local_value != -2 && local_value != self.long(whole) {
            return Err(AlterError::config(format!(
                "When `remote.log.copy.disable` is set to true, the `{local}` and `{whole}` must \
                 be set to the identical value because there will be no more logs copied to the \
                 remote storage."
            )));
        }
        Ok(())
    }

    fn check_turning_remote_storage_off(&self, before: &Overrides) -> Result<(), AlterError> {
        let was_on = before
            .get("remote.storage.enable")
            .is_some_and(|text| text.eq_ignore_ascii_case("true"));
        if was_on && !self.flag("remote.log.delete.on.disable") {
            return Err(AlterError::config(
                "It is invalid to disable remote storage without deleting remote data. If you \
                 want to keep the remote data and turn to read only, please set \
                 `remote.storage.enable=true,remote.log.copy.disable=true`. If you want to \
                 disable remote storage and delete all remote data, please set \
                 `remote.storage.enable=false,remote.log.delete.on.disable=true`.",
            ));
        }
        Ok(())
    }
}
