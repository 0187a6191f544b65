//! The rules beyond the type, each with Kafka's exact complaint.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::listener::parse_address;
use crate::number::trim;
use crate::setting::{Check, Setting};
use crate::value::{ConfigError, Value};

impl Setting {
    /// Whether `value`, already of the right type, is allowed.
    ///
    /// # Errors
    /// Kafka's complaint when it is not.
    pub fn ensure_valid(&self, value: &Value) -> Result<(), ConfigError> {
        match self.check {
            Check::Any => Ok(()),
            Check::AtLeast(least) => self.ensure_range(value, least, None),
            Check::Between(least, most) => self.ensure_range(value, least, Some(most)),
            Check::OneOf(values) => self.ensure_one_of(value, values),
            Check::OneOfAnyCase(values) => self.ensure_one_of_any_case(value, values),
            Check::List { of, empty, null } => self.ensure_list(value, of, empty, null),
            Check::NonEmpty if value.as_str() == Some("") => {
                Err(ConfigError::invalid(self.name, "", "String must be non-empty"))
            }
            Check::NonNull if *value == Value::Null => {
                Err(ConfigError::invalid(self.name, "null", "entry must be non null"))
            }
            Check::NonEmpty | Check::NonNull => Ok(()),
            Check::GzipLevel => self.ensure_gzip_level(value),
            Check::ThrottledReplicas => self.ensure_throttled_replicas(value),
            Check::QuorumVoters => each(value, voter),
            Check::QuorumBootstrapServers => each(value, bootstrap_server),
            Check::ShareOffsetReset => self.ensure_share_offset_reset(value),
        }
    }

    fn ensure_range(
        &self,
        value: &Value,
        least: f64,
        most: Option<f64>,
    ) -> Result<(), ConfigError> {
        let Some(number) = value.as_f64() else {
            return Err(ConfigError::invalid(self.name, "null", "Value must be non-null"));
        };
        if number < least {
            return Err(self.refuse(value, &format!("Value must be at least {least}")));
        }
        match most {
            Some(most) if number > most => {
                Err(self.refuse(value, &format!("Value must be no more than {most}")))
            }
            _ => Ok(()),
        }
    }

    fn ensure_one_of(&self, value: &Value, values: &[&str]) -> Result<(), ConfigError> {
        match value.as_str() {
            Some(text) if values.contains(&text) => Ok(()),
            _ => {
                let why = format!("String must be one of: {}", values.join(", "));
                Err(self.refuse(value, &why))
            }
        }
    }

    fn ensure_one_of_any_case(&self, value: &Value, values: &[&str]) -> Result<(), ConfigError> {
        match value.as_str() {
            Some(text) if values.iter().any(|one| one.eq_ignore_ascii_case(text)) => Ok(()),
            _ => {
                let all = values.join(", ");
                let why = format!("String must be one of (case insensitive): {all}");
                Err(self.refuse(value, &why))
            }
        }
    }

    fn ensure_list(
        &self,
        value: &Value,
        of: &[&str],
        empty: bool,
        null: bool,
    ) -> Result<(), ConfigError> {
        let name = self.name;
        let Some(elements) = value.as_list() else {
            return match null {
                true => Ok(()),
                false => Err(ConfigError::new(format!(
                    "Configuration '{name}' values must not be null."
                ))),
            };
        };
        if !empty && elements.is_empty() {
            let valid = match of {
                [] => "any non-empty value".to_string(),
                _ => format!("[{}]", of.join(", ")),
            };
            return Err(ConfigError::new(format!(
                "Configuration '{name}' must not be empty. Valid values include: {valid}"
            )));
        }
        for element in elements {
            if element.is_empty() {
                return Err(ConfigError::new(format!(
                    "Configuration '{name}' values must not be empty."
                )));
            }
            if !of.is_empty() && !of.contains(&element.as_str()) {
                let why = format!("String must be one of: {}", of.join(", "));
                return Err(ConfigError::invalid(name, element, &why));
            }
        }
        Ok(())
    }

    fn ensure_gzip_level(&self, value: &Value) -> Result<(), ConfigError> {
        match value.as_i64() {
            Some(-1 | 1..=9) => Ok(()),
            _ => Err(self.refuse(value, "Value must be between 1 and 9 or equal to -1")),
        }
    }

    fn ensure_throttled_replicas(&self, value: &Value) -> Result<(), ConfigError> {
        let elements: Vec<&str> =
            value.as_list().unwrap_or_default().iter().map(|element| trim(element)).collect();
        if elements.iter().all(|element| is_replica(element)) || elements.concat() == "*" {
            return Ok(());
        }
        let name = self.name;
        let why = format!(
            "{name} must be the literal '*' or a list of replicas in the following format: \
             [partitionId]:[brokerId],[partitionId]:[brokerId],..."
        );
        Err(self.refuse(value, &why))
    }

    fn ensure_share_offset_reset(&self, value: &Value) -> Result<(), ConfigError> {
        let text = value.as_str().unwrap_or("null");
        match text {
            "latest" | "earliest" => Ok(()),
            _ if text.strip_prefix("by_duration:").is_some_and(is_duration) => Ok(()),
            _ => {
                let name = self.name;
                let why = format!(
                    "Invalid value `{text}` for configuration {name}. The value must be either \
                     'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'."
                );
                Err(self.refuse(value, &why))
            }
        }
    }

    fn refuse(&self, value: &Value, why: &str) -> ConfigError {
        ConfigError::invalid(self.name, &value.quoted(), why)
    }
}

/// `3:1`; the empty text passes too, as it does in Kafka.
fn is_replica(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.is_empty()
        || text
            .split_once(':')
            .is_some_and(|(partition, broker)| digits(partition) && digits(broker))
}

/// An ISO-8601 duration of days, hours, minutes and seconds, as `java.time.Duration` reads it, and
/// not negative.
fn is_duration(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let Some(rest) = upper.strip_prefix('P').or_else(|| upper.strip_prefix("+P")) else {
        return false;
    };
    let (days, time) = match rest.split_once('T') {
        Some((_, "")) => return false,
        Some((days, time)) => (days, time),
        None => (rest, ""),
    };
    let days_fit = days.is_empty() || days.strip_suffix('D').is_some_and(is_count);
    !rest.is_empty() && days_fit && is_time(time)
}

/// Hours, minutes and seconds, each at most once and in this order.
fn is_time(mut rest: &str) -> bool {
    for unit in ['H', 'M', 'S'] {
        if let Some((count, after)) = rest.split_once(unit) {
            let whole = match count.split_once('.') {
                Some((whole, part)) if unit == 'S' && part.len() <= 9 => {
                    if !part.bytes().all(|byte| byte.is_ascii_digit()) {
                        return false;
                    }
                    whole
                }
                _ => count,
            };
            if !is_count(whole) {
                return false;
            }
            rest = after;
        }
    }
    rest.is_empty()
}

fn is_count(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn each(value: &Value, check: fn(&str) -> Result<(), ConfigError>) -> Result<(), ConfigError> {
    value.as_list().unwrap_or_default().iter().try_for_each(|entry| check(entry))
}

fn voter(entry: &str) -> Result<(), ConfigError> {
    const FORM: &str = "Each entry should be in the form `{id}@{host}:{port}`.";
    const NAME: &str = "controller.quorum.voters";
    let Some((id, address)) = split_voter(entry) else {
        return Err(ConfigError::new(format!("Invalid configuration value for {NAME}. {FORM}")));
    };
    if id.parse::<i32>().is_err() {
        let why = format!("Failed to parse voter ID as an integer from {id}");
        return Err(ConfigError::new(why));
    }
    match parse_address(address) {
        Some(_) => Ok(()),
        None => Err(ConfigError::new(format!(
            "Failed to parse host name from entry {entry} for the configuration {NAME}. {FORM}"
        ))),
    }
}

/// `id@address`, with exactly one `@`.
pub(crate) fn split_voter(entry: &str) -> Option<(&str, &str)> {
    let (id, address) = entry.split_once('@')?;
    (!address.is_empty() && !address.contains('@')).then_some((id, address))
}

fn bootstrap_server(entry: &str) -> Result<(), ConfigError> {
    match parse_address(entry) {
        Some(_) => Ok(()),
        None => Err(ConfigError::new(format!(
            "Failed to parse host name from {entry} for the configuration \
             controller.quorum.bootstrap.servers. Each entry should be in the form \
             \"{{host}}:{{port}}\""
        ))),
    }
}
