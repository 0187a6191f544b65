//! One setting: its row, and how its text becomes a typed value. The macro makes a struct of rows.

use std::time::Duration;

use ottla_config::{Check, Default as DefaultValue, Importance, Kind, Setting, UpdateMode, Value};

use super::Properties;
use crate::security::Secret;
use crate::{Error, ErrorKind, Result};

/// The row of a setting.
pub(super) const fn row(
    name: &'static str,
    kind: Kind,
    default: Option<&'static str>,
    check: Check,
    doc: &'static str,
) -> Setting {
    let default = match default {
        Some(text) => DefaultValue::Text(text),
        None => DefaultValue::Null,
    };
    Setting {
        name,
        kind,
        default,
        own_default: None,
        check,
        importance: Importance::Medium,
        update: UpdateMode::ReadOnly,
        internal: false,
        doc: Some(doc),
    }
}

/// A type that the value of a setting can have.
pub(super) trait Typed: Sized {
    /// The value, or why it cannot be.
    fn typed(value: &Value) -> std::result::Result<Self, String>;
}

/// The value of one row: as given, or its default.
pub(super) fn read<T: Typed + Default>(setting: &Setting, given: &Properties) -> Result<T> {
    match given.get(setting.name) {
        Some(text) => parse(setting, text),
        None => default_of(setting),
    }
}

/// The default of a row.
pub(super) fn default_of<T: Typed + Default>(setting: &Setting) -> Result<T> {
    match setting.default {
        DefaultValue::Text(text) => parse(setting, text),
        _ => Ok(T::default()),
    }
}

fn parse<T: Typed>(setting: &Setting, text: &str) -> Result<T> {
    let refused = |message: String| Error::new(ErrorKind::Settings, message);
    let value = setting.parse(text).map_err(|error| refused(error.message))?;
    T::typed(&value).map_err(|why| {
        refused(format!("Invalid value {text} for configuration {}: {why}", setting.name))
    })
}

impl Typed for bool {
    fn typed(value: &Value) -> std::result::Result<Self, String> {
        value.as_bool().ok_or_else(|| "not a truth value".to_owned())
    }
}

impl Typed for i32 {
    fn typed(value: &Value) -> std::result::Result<Self, String> {
        let number = value.as_i64().and_then(|number| Self::try_from(number).ok());
        number.ok_or_else(|| "not a number of 32 bits".to_owned())
    }
}

impl Typed for usize {
    fn typed(value: &Value) -> std::result::Result<Self, String> {
        let number = value.as_i64().and_then(|number| Self::try_from(number).ok());
        number.ok_or_else(|| "not a number of at least 0".to_owned())
    }
}

/// -1 leaves it to the system.
impl Typed for Option<u32> {
    fn typed(value: &Value) -> std::result::Result<Self, String> {
        match value.as_i64() {
            Some(-1) => Ok(None),
            Some(number) => u32::try_from(number).map(Some).map_err(|error| error.to_string()),
            None => Err("not a number".to_owned()),
        }
    }
}

/// Milliseconds.
impl Typed for Duration {
    fn typed(value: &Value) -> std::result::Result<Self, String> {
        let millis = value.as_i64().and_then(|millis| u64::try_from(millis).ok());
        millis.map(Self::from_millis).ok_or_else(|| "not a number of milliseconds".to_owned())
    }
}

/// 0 is unset.
impl Typed for Option<Duration> {
    fn typed(value: &Value) -> std::result::Result<Self, String> {
        Duration::typed(value).map(|duration| Some(duration).filter(|it| !it.is_zero()))
    }
}

impl Typed for f64 {
    fn typed(value: &Value) -> std::result::Result<Self, String> {
        value.as_f64().ok_or_else(|| "not a number".to_owned())
    }
}

impl Typed for String {
    fn typed(value: &Value) -> std::result::Result<Self, String> {
        value.text().ok_or_else(|| "not a text".to_owned())
    }
}

/// Empty is unset.
impl Typed for Option<String> {
    fn typed(value: &Value) -> std::result::Result<Self, String> {
        Ok(value.text().filter(|text| !text.is_empty()))
    }
}

impl Typed for Option<Secret> {
    fn typed(value: &Value) -> std::result::Result<Self, String> {
        Ok(value.text().map(Secret::new))
    }
}

impl Typed for Vec<String> {
    fn typed(value: &Value) -> std::result::Result<Self, String> {
        value.as_list().map(<[String]>::to_vec).ok_or_else(|| "not a list".to_owned())
    }
}

/// Types whose values are a few words, compared in any case.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $name { $($(#[$variant_meta])* $variant,)* }

        impl $name {
            /// The word for it in a settings file.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl $crate::settings::row::Typed for $name {
            fn typed(value: &ottla_config::Value) -> std::result::Result<Self, String> {
                let text = value.text().unwrap_or_default();
                $(if text.eq_ignore_ascii_case($word) { return Ok(Self::$variant); })*
                Err(format!("is not one of {}", [$($word),*].join(", ")))
            }
        }
    };
}
pub(super) use words;

/// A struct with a field per row, its defaults, its setters, and the table of its rows.
macro_rules! settings {
    (
        $(#[$meta:meta])*
        pub struct $name:ident, $table:ident {
            $(in $part:ident: $part_type:ty,)?
            $($property:literal $field:ident: $type:ty = $default:expr, $kind:ident, $check:expr, $doc:literal;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $(/// Settings that all clients have, or that are about security.
            pub $part: $part_type,)?
            $(#[doc = concat!("`", $property, "`: ", $doc)] pub $field: $type,)*
        }

        /// The rows, in the order of the fields.
        pub(crate) static $table: &[ottla_config::Setting] =
            &[$($crate::settings::row::row($property, ottla_config::Kind::$kind, $default, $check, $doc)),*];

        impl $name {
            fn read_rows(given: &$crate::settings::Properties $(, $part: $part_type)?) -> $crate::Result<Self> {
                let mut rows = $table.iter();
                let mut next = || rows.next().ok_or_else($crate::Error::closed);
                Ok(Self { $($part,)? $($field: $crate::settings::row::read(next()?, given)?,)* })
            }

            $(#[doc = concat!("Sets `", $property, "`: ", $doc)]
            #[must_use]
            pub fn $field(mut self, value: impl Into<$type>) -> Self {
                self.$field = value.into();
                self
            })*
        }
    };
}
pub(super) use settings;
