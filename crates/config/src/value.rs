//! From text to a typed value, with Kafka's exact words when it cannot be.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::number::{double_to_text, parse_double, trim};
use crate::setting::{Check, Default, Kind, Setting};

/// A parsed value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Unset.
    Null,
    /// Of [`Kind::Boolean`].
    Boolean(bool),
    /// Of [`Kind::String`].
    String(String),
    /// Of [`Kind::Int`].
    Int(i32),
    /// Of [`Kind::Short`].
    Short(i16),
    /// Of [`Kind::Long`].
    Long(i64),
    /// Of [`Kind::Double`].
    Double(f64),
    /// Of [`Kind::List`], repeated elements removed.
    List(Vec<String>),
    /// Of [`Kind::Class`].
    Class(String),
    /// Of [`Kind::Password`].
    Password(String),
}

/// A value that a setting refuses; the message is the one clients see with `INVALID_CONFIG`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// Kafka's text.
    pub message: String,
}

impl ConfigError {
    /// An error with its whole text.
    pub fn new(message: impl Into<String>) -> ConfigError {
        ConfigError { message: message.into() }
    }

    /// Kafka's frame around a complaint about one value.
    pub fn invalid(name: &str, value: &str, why: &str) -> ConfigError {
        ConfigError::new(format!("Invalid value {value} for configuration {name}: {why}"))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for ConfigError {}

impl Setting {
    /// The value written as `text`, checked.
    ///
    /// # Errors
    /// Kafka's complaint when the text is not of the setting's type or the value is not allowed.
    pub fn parse(&self, text: &str) -> Result<Value, ConfigError> {
        let mut value = self.parse_type(text)?;
        if let (Check::List { .. }, Value::List(elements)) = (&self.check, &mut value) {
            // Kafka 4.2: repeated elements are dropped rather than refused.
            let mut seen: Vec<String> = Vec::with_capacity(elements.len());
            for element in elements.drain(..) {
                if !seen.contains(&element) {
                    seen.push(element);
                }
            }
            *elements = seen;
        }
        self.ensure_valid(&value)?;
        Ok(value)
    }

    /// The value written as `text`, by type alone.
    ///
    /// # Errors
    /// Kafka's complaint when the text is not of the setting's type.
    pub fn parse_type(&self, text: &str) -> Result<Value, ConfigError> {
        let trimmed = trim(text);
        let not_a_number = || {
            ConfigError::invalid(
                self.name,
                text,
                &format!("Not a number of type {}", self.kind.name()),
            )
        };
        match self.kind {
            Kind::Boolean => parse_boolean(trimmed).map(Value::Boolean).ok_or_else(|| {
                ConfigError::invalid(self.name, text, "Expected value to be either true or false")
            }),
            Kind::String => Ok(Value::String(trimmed.to_string())),
            Kind::Password => Ok(Value::Password(trimmed.to_string())),
            Kind::Int => trimmed.parse().map(Value::Int).map_err(|_| not_a_number()),
            Kind::Short => trimmed.parse().map(Value::Short).map_err(|_| not_a_number()),
            Kind::Long => trimmed.parse().map(Value::Long).map_err(|_| not_a_number()),
            Kind::Double => parse_double(trimmed).map(Value::Double).ok_or_else(not_a_number),
            Kind::List => Ok(Value::List(split_list(trimmed))),
            Kind::Class if is_known_class(trimmed) => Ok(Value::Class(trimmed.to_string())),
            Kind::Class => {
                let why = format!("Class {text} could not be found.");
                Err(ConfigError::invalid(self.name, text, &why))
            }
        }
    }

    /// The default as a value; ottla's own default where there is one and `own` asks for it.
    pub fn default_value(&self, own: bool) -> Value {
        let default = if own { self.own_default.unwrap_or(self.default) } else { self.default };
        match default {
            Default::Required | Default::Null => Value::Null,
            Default::Boolean(value) => Value::Boolean(value),
            Default::Real(value) => Value::Double(value),
            Default::Integer(value) => match self.kind {
                Kind::Int => i32::try_from(value).map_or(Value::Null, Value::Int),
                Kind::Short => i16::try_from(value).map_or(Value::Null, Value::Short),
                _ => Value::Long(value),
            },
            Default::Text(text) => match self.kind {
                Kind::List => Value::List(split_list(text)),
                Kind::Class => Value::Class(text.to_string()),
                Kind::Password => Value::Password(text.to_string()),
                _ => Value::String(text.to_string()),
            },
        }
    }
}

impl Value {
    /// The value as DescribeConfigs shows it; none when unset. Passwords come out in clear.
    pub fn text(&self) -> Option<String> {
        Some(match self {
            Value::Null => return None,
            Value::Boolean(value) => value.to_string(),
            Value::String(value) | Value::Class(value) | Value::Password(value) => value.clone(),
            Value::Int(value) => value.to_string(),
            Value::Short(value) => value.to_string(),
            Value::Long(value) => value.to_string(),
            Value::Double(value) => double_to_text(*value),
            Value::List(elements) => elements.join(","),
        })
    }

    /// The value as Kafka's messages quote it.
    pub(crate) fn quoted(&self) -> String {
        match self {
            Value::Null => "null".to_string(),
            Value::Password(_) => "[hidden]".to_string(),
            Value::List(elements) => format!("[{}]", elements.join(", ")),
            _ => self.text().unwrap_or_default(),
        }
    }

    /// The number in it, whatever its width.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(value) => Some(i64::from(*value)),
            Value::Short(value) => Some(i64::from(*value)),
            Value::Long(value) => Some(*value),
            _ => None,
        }
    }

    /// The number in it as floating point.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Double(value) => Some(*value),
            _ => self.as_i64().map(|value| value as f64),
        }
    }

    /// The truth value in it.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// The text in it, for strings, classes and passwords.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(value) | Value::Class(value) | Value::Password(value) => Some(value),
            _ => None,
        }
    }

    /// The elements in it, for lists.
    pub fn as_list(&self) -> Option<&[String]> {
        match self {
            Value::List(elements) => Some(elements),
            _ => None,
        }
    }
}

fn parse_boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// Elements between commas, white space around the commas dropped; empty text is an empty list.
pub(crate) fn split_list(trimmed: &str) -> Vec<String> {
    if trimmed.is_empty() {
        return Vec::new();
    }
    let space = |c| matches!(c, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r');
    trimmed.split(',').map(|element| element.trim_matches(space).to_string()).collect()
}

/// Classes of Apache Kafka that a configuration may name; ottla runs its own code in their place.
const KNOWN_CLASSES: &[&str] = &[
    "org.apache.kafka.common.metrics.JmxReporter",
    "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder",
    "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever",
    "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator",
    "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler",
    "org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler",
    "org.apache.kafka.common.security.plain.internals.PlainServerCallbackHandler",
    "org.apache.kafka.common.security.ssl.DefaultSslEngineFactory",
];

fn is_known_class(name: &str) -> bool {
    KNOWN_CLASSES.contains(&name)
}
