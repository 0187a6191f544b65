//! Settings of the producer, and which of them contradict each other.

use std::time::Duration;

use ottla_config::{Check, Value};
use ottla_record::{Codec, Compression};

use super::connection::COMMON;
use super::row::{Typed, settings, words};
use super::{CommonSettings, Properties, contradiction};
use crate::Result;

/// Where Java's producer has another default than consumers.
const DEFAULTS: &[(&str, &str)] = &[("receive.buffer.bytes", "32768")];

/// Requests on their way that an idempotent producer may have: the broker remembers as many batches.
pub(crate) const IDEMPOTENT_IN_FLIGHT_MAX: usize = 5;

/// Who must have a record before it is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Acks {
    /// Nobody: no answer is awaited, and no offset is known.
    None,
    /// The leader.
    Leader,
    /// All replicas in sync.
    #[default]
    All,
}

impl Acks {
    /// The number on the wire.
    pub fn code(self) -> i16 {
        match self {
            Self::None => 0,
            Self::Leader => 1,
            Self::All => -1,
        }
    }
}

impl Typed for Acks {
    fn typed(value: &Value) -> std::result::Result<Self, String> {
        match value.text().as_deref() {
            Some("all" | "-1") => Ok(Self::All),
            Some("1") => Ok(Self::Leader),
            Some("0") => Ok(Self::None),
            _ => Err("String must be one of: all, -1, 0, 1".to_owned()),
        }
    }
}

words! {
    /// Who chooses the partition of a record that names none.
    PartitionerKind {
        /// By the hash of the key; without a key, adaptive and sticky (KIP-794).
        #[default]
        BuiltIn = "built_in",
        /// One partition after the other, whatever the key.
        RoundRobin = "org.apache.kafka.clients.producer.RoundRobinPartitioner",
    }
}

impl Typed for Codec {
    fn typed(value: &Value) -> std::result::Result<Self, String> {
        let text = value.text().unwrap_or_default();
        let found = Self::ALL.into_iter().find(|codec| codec.name() == text);
        found.ok_or_else(|| "is not one of none, gzip, snappy, lz4, zstd".to_owned())
    }
}

settings! {
    /// Settings of the producer.
    pub struct ProducerSettings, PRODUCER {
        in common: CommonSettings,
        "acks" acks: Acks = Some("all"), String, Check::OneOf(&["all", "-1", "0", "1"]),
            "who must have a record before it is acknowledged.";
        "enable.idempotence" idempotence: bool = Some("true"), Boolean, Check::Any,
            "whether the broker drops what is sent twice and keeps the order.";
        "retries" retries: i32 = Some("2147483647"), Int, Check::AtLeast(0.0),
            "how often a batch is sent again; delivery.timeout.ms ends it earlier.";
        "delivery.timeout.ms" delivery_timeout: Duration = Some("120000"), Int, Check::AtLeast(0.0),
            "from send to result, everything included.";
        "linger.ms" linger: Duration = Some("5"), Long, Check::AtLeast(0.0),
            "how long a batch waits for more records.";
        "batch.size" batch_size: usize = Some("16384"), Int, Check::AtLeast(0.0),
            "bytes of a batch of one partition; a larger record has a batch of its own.";
        "buffer.memory" buffer_memory: usize = Some("33554432"), Long, Check::AtLeast(0.0),
            "bytes of records that are not acknowledged yet; beyond, send waits.";
        "max.block.ms" max_block: Duration = Some("60000"), Long, Check::AtLeast(0.0),
            "how long send may wait for metadata and memory.";
        "max.request.size" max_request_size: usize = Some("1048576"), Int, Check::AtLeast(0.0),
            "bytes of a request, and of a record before compression.";
        "compression.type" compression: Codec = Some("none"), String, Check::OneOf(&["none", "gzip", "snappy", "lz4", "zstd"]),
            "how batches are compressed.";
        "compression.gzip.level" gzip_level: i32 = Some("-1"), Int, Check::GzipLevel,
            "1 to 9, or -1 for the codec's own.";
        "compression.lz4.level" lz4_level: i32 = Some("9"), Int, Check::Between(1.0, 17.0),
            "1 to 17.";
        "compression.zstd.level" zstd_level: i32 = Some("3"), Int, Check::Between(-131_072.0, 22.0),
            "-131072 to 22.";
        "partitioner.class" partitioner: PartitionerKind = Some("built_in"), String, Check::Any,
            "who chooses partitions; unset for the built-in one.";
        "partitioner.adaptive.partitioning.enable" adaptive: bool = Some("true"), Boolean, Check::Any,
            "whether partitions that are slow get fewer records without a key.";
        "partitioner.availability.timeout.ms" availability_timeout: Duration = Some("0"), Long, Check::AtLeast(0.0),
            "a node that took nothing for this long gets no records without a key; 0 for never.";
        "partitioner.ignore.keys" ignore_keys: bool = Some("false"), Boolean, Check::Any,
            "whether records with a key are placed like those without.";
        "metadata.max.idle.ms" metadata_max_idle: Duration = Some("300000"), Long, Check::AtLeast(5000.0),
            "a topic that nothing was sent to for this long is forgotten.";
        "transactional.id" transactional_id: Option<String> = None, String, Check::NonEmpty,
            "the name under which transactions outlive this process.";
        "transaction.timeout.ms" transaction_timeout: Duration = Some("60000"), Int, Check::Any,
            "an open transaction is aborted by the broker after this.";
        "transaction.two.phase.commit.enable" two_phase_commit: bool = Some("false"), Boolean, Check::Any,
            "whether transactions wait for their coordinator without a timeout (KIP-939).";
    }
}

impl ProducerSettings {
    /// Java's defaults, and where the cluster is.
    ///
    /// # Errors
    /// There is no server in the text.
    pub fn new(bootstrap_servers: &str) -> Result<Self> {
        Self::from_properties([("bootstrap.servers", bootstrap_servers)])
    }

    /// Whether there is a setting of this name.
    pub fn is_known(name: &str) -> bool {
        super::is_known(name, &[COMMON, PRODUCER])
    }

    /// From properties under their Java names.
    ///
    /// # Errors
    /// A name or a value that is not allowed, or two that contradict each other.
    pub fn from_properties<N: Into<String>, V: Into<String>>(
        given: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self> {
        let given = super::collect(given, &[COMMON, PRODUCER])?;
        let common = CommonSettings::read(&given, DEFAULTS)?;
        Self::read_rows(&given, common)?.with_idempotence(&given)?.checked()
    }

    /// Switches idempotence off where other settings rule it out, if nobody asked for it.
    fn with_idempotence(mut self, given: &Properties) -> Result<Self> {
        if given.contains_key("enable.idempotence") || self.transactional_id.is_some() {
            return Ok(self);
        }
        self.idempotence = self.acks == Acks::All && self.retries > 0;
        Ok(self)
    }

    /// The same, if its parts fit each other. Kafka's words where it has some.
    pub(crate) fn checked(mut self) -> Result<Self> {
        self.common = self.common.checked()?;
        if self.transactional_id.is_some() && !self.idempotence {
            return Err(contradiction(
                "Cannot set a transactional.id without also enabling idempotence.",
            ));
        }
        if self.idempotence {
            self.check_idempotence()?;
        }
        // The limit of bytes lets no request be longer, whatever the batch size says.
        let least = self.linger.saturating_add(self.common.request_timeout);
        if self.delivery_timeout < least {
            return Err(contradiction(
                "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms",
            ));
        }
        if self.two_phase_commit && self.transactional_id.is_none() {
            return Err(contradiction(
                "transaction.two.phase.commit.enable needs a transactional.id",
            ));
        }
        Ok(self)
    }

    fn check_idempotence(&self) -> Result<()> {
        if self.acks != Acks::All {
            return Err(contradiction(
                "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.",
            ));
        }
        if self.retries == 0 {
            return Err(contradiction(
                "Must set retries to non-zero when using the idempotent producer.",
            ));
        }
        if self.common.max_in_flight > IDEMPOTENT_IN_FLIGHT_MAX {
            return Err(contradiction(
                "Must set max.in.flight.requests.per.connection to at most 5 to use the idempotent producer.",
            ));
        }
        Ok(())
    }

    /// The codec with its level.
    pub fn codec(&self) -> Compression {
        let level = match self.compression {
            Codec::Gzip => Some(self.gzip_level),
            Codec::Lz4 => Some(self.lz4_level),
            Codec::Zstd => Some(self.zstd_level),
            Codec::None | Codec::Snappy => None,
        };
        Compression { codec: self.compression, level }
    }
}
