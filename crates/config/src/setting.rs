//! What a setting is: one line of a table, from which everything else follows.

use alloc::string::{String, ToString};

use crate::number::double_to_text;

/// The type of a setting's value. The discriminant is the code of DescribeConfigs' `config_type`
/// (KIP-569; version 3 and later).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i8)]
pub enum Kind {
    /// `true` or `false`, in any case.
    Boolean = 1,
    /// Text, trimmed.
    String = 2,
    /// 32-bit integer.
    Int = 3,
    /// 16-bit integer.
    Short = 4,
    /// 64-bit integer.
    Long = 5,
    /// 64-bit floating point.
    Double = 6,
    /// Comma separated texts.
    List = 7,
    /// The name of a Java class; ottla knows a fixed set of them.
    Class = 8,
    /// Text that is never shown.
    Password = 9,
}

impl Kind {
    /// The name that Kafka's error messages use.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Boolean => "BOOLEAN",
            Kind::String => "STRING",
            Kind::Int => "INT",
            Kind::Short => "SHORT",
            Kind::Long => "LONG",
            Kind::Double => "DOUBLE",
            Kind::List => "LIST",
            Kind::Class => "CLASS",
            Kind::Password => "PASSWORD",
        }
    }

    /// The code of DescribeConfigs.
    pub const fn code(self) -> i8 {
        self as i8
    }

    /// Whether values of this type are never shown.
    pub const fn is_sensitive(self) -> bool {
        matches!(self, Kind::Password)
    }
}

/// How much most users should care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Importance {
    /// Look at it before production.
    High,
    /// Worth knowing.
    Medium,
    /// Leave it.
    Low,
}

/// Whether, and at which level, a setting of a broker may be changed while it runs (KIP-226).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateMode {
    /// Only at the start.
    ReadOnly,
    /// For one named broker.
    PerBroker,
    /// For one broker or for all of them at once.
    ClusterWide,
}

/// The value a setting has when nobody gave one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Default {
    /// There is none: it must be given.
    Required,
    /// Unset is a value of its own.
    Null,
    /// A truth value.
    Boolean(bool),
    /// Any of the integer types.
    Integer(i64),
    /// A floating point number.
    Real(f64),
    /// Text, a class name, or a list joined by commas.
    Text(&'static str),
}

impl Default {
    /// The default as it would be written in a file; none for [`Default::Required`] and
    /// [`Default::Null`].
    pub fn text(&self) -> Option<String> {
        match self {
            Default::Required | Default::Null => None,
            Default::Boolean(value) => Some(value.to_string()),
            Default::Integer(value) => Some(value.to_string()),
            Default::Real(value) => Some(double_to_text(*value)),
            Default::Text(value) => Some(value.to_string()),
        }
    }
}

/// What a value must satisfy beyond being of its type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Check {
    /// Nothing.
    Any,
    /// A number of at least this.
    AtLeast(f64),
    /// A number between the two, both allowed.
    Between(f64, f64),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// One of these texts, in any case.
    OneOfAnyCase(&'static [&'static str]),
    /// A list without empty or repeated elements.
    List {
        /// The elements allowed; empty for any.
        of: &'static [&'static str],
        /// Whether the list itself may be empty.
        empty: bool,
        /// Whether it may be unset.
        null: bool,
    },
    /// Text that is not empty.
    NonEmpty,
    /// Text that is not unset.
    NonNull,
    /// A gzip level: 1 to 9, or -1 for the codec's own.
    GzipLevel,
    /// `*` or `partition:broker` pairs.
    ThrottledReplicas,
    /// `id@host:port` entries.
    QuorumVoters,
    /// `host:port` entries.
    QuorumBootstrapServers,
    /// `latest`, `earliest` or `by_duration:` and an ISO-8601 duration (KIP-932).
    ShareOffsetReset,
}

/// One setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// Its name, as written in `server.properties`.
    pub name: &'static str,
    /// The type of its value.
    pub kind: Kind,
    /// Kafka's default.
    pub default: Default,
    /// ottla's default where it differs; it holds when the node is set up the ottla way (see
    /// [`crate::resolve`]).
    pub own_default: Option<Default>,
    /// What values must satisfy.
    pub check: Check,
    /// How much to care.
    pub importance: Importance,
    /// Where it may be changed. For topic and group settings always [`UpdateMode::ClusterWide`].
    pub update: UpdateMode,
    /// Kafka leaves it out of its documentation, and out of DescribeConfigs unless it is set.
    pub internal: bool,
    /// One sentence; only for settings that ottla acts on.
    pub doc: Option<&'static str>,
}

impl Setting {
    /// Whether its value must never be shown.
    pub const fn is_sensitive(&self) -> bool {
        self.kind.is_sensitive()
    }

    /// Whether ottla itself does something with it; the others are accepted, kept and described.
    pub const fn is_acted_on(&self) -> bool {
        self.doc.is_some()
    }

    const fn new(name: &'static str, kind: Kind, default: Default) -> Setting {
        Setting {
            name,
            kind,
            default,
            own_default: None,
            check: Check::Any,
            importance: Importance::Medium,
            update: UpdateMode::ReadOnly,
            internal: false,
            doc: None,
        }
    }

    pub(crate) const fn at_least(mut self, least: f64) -> Setting {
        self.check = Check::AtLeast(least);
        self
    }

    pub(crate) const fn between(mut self, least: f64, most: f64) -> Setting {
        self.check = Check::Between(least, most);
        self
    }

    pub(crate) const fn one_of(mut self, values: &'static [&'static str]) -> Setting {
        self.check = Check::OneOf(values);
        self
    }

    pub(crate) const fn checked(mut self, check: Check) -> Setting {
        self.check = check;
        self
    }

    pub(crate) const fn own(mut self, default: Default) -> Setting {
        self.own_default = Some(default);
        self
    }

    pub(crate) const fn high(mut self) -> Setting {
        self.importance = Importance::High;
        self
    }

    pub(crate) const fn low(mut self) -> Setting {
        self.importance = Importance::Low;
        self
    }

    pub(crate) const fn per_broker(mut self) -> Setting {
        self.update = UpdateMode::PerBroker;
        self
    }

    pub(crate) const fn cluster_wide(mut self) -> Setting {
        self.update = UpdateMode::ClusterWide;
        self
    }

    pub(crate) const fn internal(mut self) -> Setting {
        self.internal = true;
        self
    }

    pub(crate) const fn doc(mut self, doc: &'static str) -> Setting {
        self.doc = Some(doc);
        self
    }
}

pub(crate) const fn boolean(name: &'static str, default: bool) -> Setting {
    Setting::new(name, Kind::Boolean, Default::Boolean(default))
}

pub(crate) const fn string(name: &'static str, default: &'static str) -> Setting {
    Setting::new(name, Kind::String, Default::Text(default))
}

pub(crate) const fn int(name: &'static str, default: i32) -> Setting {
    Setting::new(name, Kind::Int, Default::Integer(default as i64))
}

pub(crate) const fn short(name: &'static str, default: i16) -> Setting {
    Setting::new(name, Kind::Short, Default::Integer(default as i64))
}

pub(crate) const fn long(name: &'static str, default: i64) -> Setting {
    Setting::new(name, Kind::Long, Default::Integer(default))
}

pub(crate) const fn double(name: &'static str, default: f64) -> Setting {
    Setting::new(name, Kind::Double, Default::Real(default))
}

/// A list checked as most of Kafka's are: any elements, none of them empty or repeated.
pub(crate) const fn list(name: &'static str, default: &'static str) -> Setting {
    Setting::new(name, Kind::List, Default::Text(default)).checked(ANY_LIST)
}

pub(crate) const fn class(name: &'static str, default: &'static str) -> Setting {
    Setting::new(name, Kind::Class, Default::Text(default))
}

/// A setting whose default is to be unset.
pub(crate) const fn unset(name: &'static str, kind: Kind) -> Setting {
    Setting::new(name, kind, Default::Null)
}

/// A setting without a default.
pub(crate) const fn required(name: &'static str, kind: Kind) -> Setting {
    Setting::new(name, kind, Default::Required)
}

pub(crate) const ANY_LIST: Check = Check::List { of: &[], empty: true, null: false };
pub(crate) const NON_EMPTY_LIST: Check = Check::List { of: &[], empty: false, null: false };
pub(crate) const NON_EMPTY_OR_NULL_LIST: Check = Check::List { of: &[], empty: false, null: true };
pub(crate) const NULLABLE_LIST: Check = Check::List { of: &[], empty: true, null: true };
