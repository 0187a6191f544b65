//! Settings of the consumer, and which of them contradict each other.

use std::time::Duration;

use ottla_config::{Check, Value};

use super::connection::COMMON;
use super::row::{Typed, settings, words};
use super::{CommonSettings, Properties, contradiction};
use crate::Result;

words! {
    /// Which of a transaction's records are seen.
    IsolationLevel {
        /// All of them.
        #[default]
        ReadUncommitted = "read_uncommitted",
        /// Those that were committed, and nothing behind an open transaction.
        ReadCommitted = "read_committed",
    }
}

words! {
    /// Who says which member has which partition.
    GroupProtocol {
        /// A member of the group.
        #[default]
        Classic = "classic",
        /// The broker (KIP-848).
        Consumer = "consumer",
    }
}

/// Where to begin when the group has no offset, or the offset is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AutoOffsetReset {
    /// With the next record that comes.
    #[default]
    Latest,
    /// With the oldest record there is.
    Earliest,
    /// With the first record that is not older than this (KIP-1106).
    ByDuration(Duration),
    /// Nowhere: it is an error.
    None,
}

impl Typed for AutoOffsetReset {
    fn typed(value: &Value) -> std::result::Result<Self, String> {
        let text = value.text().unwrap_or_default();
        match text.as_str() {
            "latest" => return Ok(Self::Latest),
            "earliest" => return Ok(Self::Earliest),
            "none" => return Ok(Self::None),
            _ => {}
        }
        let duration = text.strip_prefix("by_duration:").and_then(iso_duration);
        duration.map(Self::ByDuration).ok_or_else(|| {
            "is not one of latest, earliest, none, by_duration:PnDTnHnMn.nS".to_owned()
        })
    }
}

/// `PnDTnHnMn.nS`, as `java.time.Duration` reads it, without negative parts.
fn iso_duration(text: &str) -> Option<Duration> {
    let text = text.to_ascii_uppercase();
    let text = text.strip_prefix('P')?;
    let (days, time) = match text.split_once('T') {
        Some((_, "")) => return None,
        Some((days, time)) => (days, time),
        None => (text, ""),
    };
    let mut total = parts(days, &[('D', 86_400)])?;
    total = total.checked_add(parts(time, &[('H', 3600), ('M', 60), ('S', 1)])?)?;
    (!(days.is_empty() && time.is_empty())).then_some(total)
}

/// Numbers with their units, in order; only seconds may have a fraction.
fn parts(mut text: &str, units: &[(char, u64)]) -> Option<Duration> {
    let mut total = Duration::ZERO;
    for &(unit, seconds) in units {
        let Some((number, rest)) = text.split_once(unit) else { continue };
        text = rest;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if !fraction.is_empty() && (unit != 'S' || fraction.len() > 9) {
            return None;
        }
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return None;
        }
        let nanos: u32 = format!("{fraction:0<9}").parse().ok()?;
        let whole = whole.parse::<u64>().ok()?.checked_mul(seconds)?;
        total = total.checked_add(Duration::new(whole, nanos))?;
    }
    text.is_empty().then_some(total)
}

settings! {
    /// Settings of the consumer.
    pub struct ConsumerSettings, CONSUMER {
        in common: CommonSettings,
        "group.id" group_id: Option<String> = None, String, Check::Any,
            "the group whose members share the partitions, and whose offsets are kept.";
        "group.instance.id" group_instance_id: Option<String> = None, String, Check::NonEmpty,
            "a name of this member that outlives its process (KIP-345).";
        "group.protocol" group_protocol: GroupProtocol = Some("classic"), String, Check::Any,
            "who says which member has which partition.";
        "group.remote.assignor" group_remote_assignor: Option<String> = None, String, Check::Any,
            "the broker's assignor to use, with group.protocol=consumer.";
        "partition.assignment.strategy" assignors: Vec<String> = Some("range,cooperative-sticky"), List, Check::Any,
            "assignors that this member can be told to use, the preferred one first.";
        "session.timeout.ms" session_timeout: Duration = Some("45000"), Int, Check::Any,
            "a member that is silent for this long has left.";
        "heartbeat.interval.ms" heartbeat_interval: Duration = Some("3000"), Int, Check::Any,
            "how often a member says that it is there.";
        "max.poll.interval.ms" max_poll_interval: Duration = Some("300000"), Int, Check::AtLeast(1.0),
            "a member that asks for no records for this long leaves.";
        "max.poll.records" max_poll_records: usize = Some("500"), Int, Check::AtLeast(1.0),
            "records that one poll returns.";
        "fetch.min.bytes" fetch_min_bytes: i32 = Some("1"), Int, Check::AtLeast(0.0),
            "the broker waits for this many bytes.";
        "fetch.max.bytes" fetch_max_bytes: i32 = Some("52428800"), Int, Check::AtLeast(0.0),
            "bytes of one answer; the first batch comes whatever its size.";
        "fetch.max.wait.ms" fetch_max_wait: Duration = Some("500"), Int, Check::AtLeast(0.0),
            "how long the broker waits for fetch.min.bytes.";
        "max.partition.fetch.bytes" max_partition_fetch_bytes: i32 = Some("1048576"), Int, Check::AtLeast(0.0),
            "bytes of one partition in one answer.";
        "ottla.client.buffer.bytes.max" buffer_bytes_max: usize = Some("67108864"), Long, Check::AtLeast(0.0),
            "bytes that are fetched and not taken yet, over all partitions.";
        "auto.offset.reset" auto_offset_reset: AutoOffsetReset = Some("latest"), String, Check::Any,
            "where to begin without an offset.";
        "enable.auto.commit" auto_commit: bool = Some("true"), Boolean, Check::Any,
            "whether the positions of what was returned are committed by themselves.";
        "auto.commit.interval.ms" auto_commit_interval: Duration = Some("5000"), Int, Check::AtLeast(0.0),
            "how often they are.";
        "isolation.level" isolation_level: IsolationLevel = Some("read_uncommitted"), String, Check::Any,
            "which of a transaction's records are seen.";
        "check.crcs" check_crcs: bool = Some("true"), Boolean, Check::Any,
            "whether the checksum of every batch is computed.";
        "allow.auto.create.topics" allow_auto_create_topics: bool = Some("true"), Boolean, Check::Any,
            "whether asking for a topic may create it.";
        "exclude.internal.topics" exclude_internal_topics: bool = Some("true"), Boolean, Check::Any,
            "whether a pattern leaves internal topics out.";
        "default.api.timeout.ms" default_api_timeout: Duration = Some("60000"), Int, Check::AtLeast(0.0),
            "how long a call without a limit of its own may take.";
    }
}

/// Names that `group.protocol=consumer` refuses: the broker decides them.
const CLASSIC_ONLY: [&str; 3] =
    ["partition.assignment.strategy", "heartbeat.interval.ms", "session.timeout.ms"];

impl ConsumerSettings {
    /// Java's defaults, and where the cluster is.
    ///
    /// # Errors
    /// There is no server in the text.
    pub fn new(bootstrap_servers: &str) -> Result<Self> {
        Self::from_properties([("bootstrap.servers", bootstrap_servers)])
    }

    /// Whether there is a setting of this name.
    pub fn is_known(name: &str) -> bool {
        super::is_known(name, &[COMMON, CONSUMER])
    }

    /// From properties under their Java names.
    ///
    /// # Errors
    /// A name or a value that is not allowed, or two that contradict each other.
    pub fn from_properties<N: Into<String>, V: Into<String>>(
        given: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self> {
        let given = super::collect(given, &[COMMON, CONSUMER])?;
        let mut settings = Self::read_rows(&given, CommonSettings::read(&given, &[])?.checked()?)?;
        settings.check_group(&given)?;
        if settings.group_id.is_none() && !given.contains_key("enable.auto.commit") {
            settings.auto_commit = false;
        }
        Ok(settings)
    }

    fn check_group(&self, given: &Properties) -> Result<()> {
        let refuse = |name: &str, protocol: &str| {
            contradiction(format!("{name} cannot be set when group.protocol={protocol}"))
        };
        match self.group_protocol {
            GroupProtocol::Consumer => {
                if let Some(name) = CLASSIC_ONLY.iter().find(|name| given.contains_key(**name)) {
                    return Err(refuse(name, "CONSUMER"));
                }
            }
            GroupProtocol::Classic => {
                if self.group_remote_assignor.is_some() {
                    return Err(refuse("group.remote.assignor", "CLASSIC"));
                }
            }
        }
        if self.group_id.is_none() && given.get("enable.auto.commit").is_some_and(|on| on == "true")
        {
            return Err(contradiction(
                "enable.auto.commit cannot be set to true when default group id (null) is used.",
            ));
        }
        Ok(())
    }
}
