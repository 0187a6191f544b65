//! What every client needs: where the cluster is, how long to wait, how often to try.

use std::time::Duration;

use ottla_config::Check;

use super::row::{settings, words};
use super::security::{SecurityProtocol, SecuritySettings};
use super::{Properties, contradiction};
use crate::Result;
use crate::backoff::Backoff;

words! {
    /// How a host name becomes addresses.
    DnsLookup {
        /// Every address of the name is tried.
        #[default]
        UseAllDnsIps = "use_all_dns_ips",
        /// Bootstrap names are resolved to addresses, and those to their canonical names. Matters
        /// to Kerberos alone; until that exists it does the same as the other.
        ResolveCanonicalBootstrapServersOnly = "resolve_canonical_bootstrap_servers_only",
    }
}

words! {
    /// What to do when no known broker answers any more (KIP-899).
    RecoveryStrategy {
        /// Begin again with the bootstrap servers.
        #[default]
        Rebootstrap = "rebootstrap",
        /// Go on asking the brokers that are known.
        None = "none",
    }
}

settings! {
    /// Settings that all clients have.
    pub struct CommonSettings, COMMON {
        in security: SecuritySettings,
        "bootstrap.servers" bootstrap_servers: Vec<String> = None, List, Check::Any,
            "host:port pairs to find the cluster by; any of its brokers will do.";
        "client.id" client_id: String = Some(""), String, Check::Any,
            "what this client calls itself in every request; quotas and logs go by it.";
        "client.rack" client_rack: String = Some(""), String, Check::Any,
            "where this client stands, compared with broker.rack.";
        "client.dns.lookup" dns_lookup: DnsLookup = Some("use_all_dns_ips"), String, Check::Any,
            "how host names become addresses.";
        "security.protocol" security_protocol: SecurityProtocol = Some("PLAINTEXT"), String, Check::Any,
            "what stands between the socket and the requests: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.";
        "request.timeout.ms" request_timeout: Duration = Some("30000"), Int, Check::AtLeast(0.0),
            "how long one request may wait for its answer before its connection is given up.";
        "retry.backoff.ms" retry_backoff: Duration = Some("100"), Long, Check::AtLeast(0.0),
            "wait before the first retry; doubles with each.";
        "retry.backoff.max.ms" retry_backoff_max: Duration = Some("1000"), Long, Check::AtLeast(0.0),
            "longest wait before a retry.";
        "reconnect.backoff.ms" reconnect_backoff: Duration = Some("50"), Long, Check::AtLeast(0.0),
            "wait before connecting again to a node; doubles with each failure.";
        "reconnect.backoff.max.ms" reconnect_backoff_max: Duration = Some("1000"), Long, Check::AtLeast(0.0),
            "longest wait before connecting again to a node.";
        "socket.connection.setup.timeout.ms" setup_timeout: Duration = Some("10000"), Long, Check::Any,
            "how long connecting may take; doubles with each failure.";
        "socket.connection.setup.timeout.max.ms" setup_timeout_max: Duration = Some("30000"), Long, Check::Any,
            "longest time that connecting may take.";
        "connections.max.idle.ms" connections_max_idle: Duration = Some("540000"), Long, Check::Any,
            "a connection without requests is closed after this.";
        "send.buffer.bytes" send_buffer_bytes: Option<u32> = Some("131072"), Int, Check::AtLeast(-1.0),
            "SO_SNDBUF; -1 leaves it to the system.";
        "receive.buffer.bytes" receive_buffer_bytes: Option<u32> = Some("65536"), Int, Check::AtLeast(-1.0),
            "SO_RCVBUF; -1 leaves it to the system.";
        "metadata.max.age.ms" metadata_max_age: Duration = Some("300000"), Long, Check::AtLeast(0.0),
            "metadata older than this is asked for again.";
        "metadata.recovery.strategy" metadata_recovery: RecoveryStrategy = Some("rebootstrap"), String, Check::Any,
            "what to do when no known broker answers.";
        "metadata.recovery.rebootstrap.trigger.ms" rebootstrap_trigger: Duration = Some("300000"), Long, Check::AtLeast(0.0),
            "begin again with the bootstrap servers when metadata could not be had for this long.";
        "max.in.flight.requests.per.connection" max_in_flight: usize = Some("5"), Int, Check::AtLeast(1.0),
            "requests on their way on one connection.";
        "ottla.client.response.bytes.max" response_bytes_max: usize = Some("209715200"), Int, Check::AtLeast(1024.0),
            "longest answer that is read; a longer one ends its connection.";
    }
}

impl CommonSettings {
    /// Java's defaults, and where the cluster is: `host:port`, or several with commas between.
    pub fn new(bootstrap_servers: &str) -> Self {
        let mut given = Properties::new();
        given.insert("bootstrap.servers".to_owned(), bootstrap_servers.to_owned());
        let read = SecuritySettings::read(&given).and_then(|part| Self::read_rows(&given, part));
        ottla_base::always!(read.is_ok(), "the defaults in the table are valid: {read:?}");
        // The rows are constant, and a list takes any text.
        read.unwrap_or_else(|_| unreachable!("see above"))
    }

    /// From properties under their Java names.
    ///
    /// # Errors
    /// A name or a value that is not allowed.
    pub fn from_properties<N: Into<String>, V: Into<String>>(
        given: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self> {
        let given = super::collect(given, &[COMMON])?;
        Self::read(&given, &[])?.checked()
    }

    /// From properties that were collected, with another default for some.
    pub(super) fn read(given: &Properties, defaults: &[(&str, &str)]) -> Result<Self> {
        let mut given = given.clone();
        for (name, text) in defaults {
            given.entry((*name).to_owned()).or_insert_with(|| (*text).to_owned());
        }
        Self::read_rows(&given, SecuritySettings::read(&given)?)
    }

    /// The same, if its parts fit each other.
    pub(crate) fn checked(self) -> Result<Self> {
        if self.bootstrap_servers.is_empty() {
            return Err(contradiction("bootstrap.servers is empty: name at least one host:port"));
        }
        Ok(self)
    }

    /// Between retries.
    pub fn retry(&self) -> Backoff {
        Backoff { initial: self.retry_backoff, max: self.retry_backoff_max }
    }

    /// Between attempts to connect.
    pub fn reconnect(&self) -> Backoff {
        Backoff { initial: self.reconnect_backoff, max: self.reconnect_backoff_max }
    }
}
