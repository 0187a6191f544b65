//! What can go wrong, and what to do about it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ottla_model::ErrorCode;

/// An error of this library. Cheap to clone: one failed batch is the answer to many sends.
#[derive(Clone)]
pub struct Error {
    inner: Arc<Inner>,
}

struct Inner {
    kind: ErrorKind,
    message: String,
    /// The message before anything was put in front of it.
    reason: Arc<str>,
}

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A broker refused, with this code.
    Broker(ErrorCode),
    /// A broker refused, with a code that this library does not know.
    UnknownCode(i16),
    /// The connection went away before the answer; whether the request was carried out is unknown.
    Disconnected,
    /// Time was up; whether the last request was carried out is unknown.
    TimedOut,
    /// No connection could be made.
    Unreachable,
    /// The two sides do not trust each other, or do not speak the same TLS or SASL.
    Security,
    /// The endpoint that gives out tokens for OAUTHBEARER could not be reached, or has trouble of its
    /// own.
    NoToken,
    /// The broker is too old (or too new) for what was asked. Nothing was sent.
    Unsupported,
    /// A setting is unknown, malformed, or contradicts another.
    Settings,
    /// The broker's answer is not what the protocol says.
    Malformed,
    /// The client was closed.
    Closed,
    /// The call does not fit the state of the object it was made on. Nothing was sent.
    Usage,
    /// A record cannot be sent as it is: too large, or refused by a rule of this library.
    InvalidRecord,
    /// There was no room, and none came in time.
    Full,
    /// A partition has no place to read from, and `auto.offset.reset` is none.
    NoOffset,
}

/// What a caller can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The same request may succeed later.
    Retriable,
    /// The transaction must be aborted; then the producer goes on.
    Abortable,
    /// Trying again is no use: the request, the settings or the producer must change.
    Fatal,
}

/// The result of this library's calls.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of `kind`; `message` is a sentence without its full stop.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        let reason = Arc::from(message.as_str());
        Self { inner: Arc::new(Inner { kind, message, reason }) }
    }

    /// What a broker's error code and message say; `None` for code 0.
    pub fn of_code(code: i16, message: Option<&str>) -> Option<Self> {
        let Some(known) = ErrorCode::from_code(code) else {
            let text = message.unwrap_or("an error code that this version does not know");
            return Some(Self::new(ErrorKind::UnknownCode(code), text));
        };
        (!known.is_none()).then(|| {
            Self::new(ErrorKind::Broker(known), message.unwrap_or_else(|| known.sentence()))
        })
    }

    /// What a broker's error code says, as the answer to `what` was asked.
    ///
    /// # Errors
    /// The error of the code, unless that is 0.
    pub fn check(code: i16, message: Option<&str>, what: impl fmt::Display) -> Result<()> {
        match Self::of_code(code, message) {
            Some(error) => Err(error.context(what)),
            None => Ok(()),
        }
    }

    /// A broker's refusal, by its code alone.
    pub fn broker(code: ErrorCode) -> Self {
        Self::new(ErrorKind::Broker(code), code.sentence())
    }

    pub(crate) fn closed() -> Self {
        Self::new(ErrorKind::Closed, "the client is closed")
    }

    pub(crate) fn malformed(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Malformed, what)
    }

    /// Time was up after `limit`, and `self` was the last that was heard.
    pub(crate) fn after_timeout(&self, limit: Duration) -> Self {
        let text = format!("gave up after {} ms, last: {}", limit.as_millis(), self.inner.message);
        Self::new(ErrorKind::TimedOut, text)
    }

    /// The same error, with what was being done in front.
    #[must_use]
    pub fn context(&self, what: impl fmt::Display) -> Self {
        let (kind, reason) = (self.inner.kind, Arc::clone(&self.inner.reason));
        let message = format!("{what}: {}", self.inner.message);
        Self { inner: Arc::new(Inner { kind, message, reason }) }
    }

    /// What kind it is.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The broker's code, if a broker refused with one that is known.
    pub fn code(&self) -> Option<ErrorCode> {
        match self.inner.kind {
            ErrorKind::Broker(code) => Some(code),
            _ => None,
        }
    }

    /// The sentence, without kind and code.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// What the broker said, or what went wrong, without what was being done.
    pub fn reason(&self) -> &str {
        &self.inner.reason
    }

    /// What a caller can do about it (KIP-1050).
    pub fn severity(&self) -> Severity {
        match self.inner.kind {
            ErrorKind::Broker(ErrorCode::TransactionAbortable) => Severity::Abortable,
            ErrorKind::Broker(code) if code.is_retriable() => Severity::Retriable,
            ErrorKind::Disconnected
            | ErrorKind::TimedOut
            | ErrorKind::Unreachable
            | ErrorKind::NoToken
            | ErrorKind::Full => Severity::Retriable,
            _ => Severity::Fatal,
        }
    }

    /// Whether the same request may succeed later.
    pub fn is_retriable(&self) -> bool {
        self.severity() == Severity::Retriable
    }

    /// Whether the answer to where things are is probably outdated.
    pub fn wants_refresh(&self) -> bool {
        match self.inner.kind {
            ErrorKind::Disconnected | ErrorKind::TimedOut | ErrorKind::Unreachable => true,
            ErrorKind::Broker(code) => matches!(
                code,
                ErrorCode::UnknownTopicOrPartition
                    | ErrorCode::LeaderNotAvailable
                    | ErrorCode::NotLeaderOrFollower
                    | ErrorCode::ReplicaNotAvailable
                    | ErrorCode::KafkaStorageError
                    | ErrorCode::ListenerNotFound
                    | ErrorCode::FencedLeaderEpoch
                    | ErrorCode::UnknownLeaderEpoch
                    | ErrorCode::UnknownTopicId
                    | ErrorCode::InconsistentTopicId
                    | ErrorCode::NotController
                    | ErrorCode::PreferredLeaderNotAvailable
                    | ErrorCode::EligibleLeadersNotAvailable
                    | ErrorCode::RebootstrapRequired
            ),
            _ => false,
        }
    }

    /// Whether the coordinator must be looked up again.
    pub fn wants_coordinator(&self) -> bool {
        match self.inner.kind {
            ErrorKind::Disconnected | ErrorKind::TimedOut | ErrorKind::Unreachable => true,
            ErrorKind::Broker(code) => {
                matches!(code, ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable)
            }
            _ => false,
        }
    }

    /// What to do, in one sentence for people.
    pub fn advice(&self) -> &'static str {
        match self.inner.kind {
            ErrorKind::Broker(code) => advice_for(code),
            ErrorKind::UnknownCode(_) => "look the code up in the broker's version of the protocol",
            ErrorKind::Disconnected | ErrorKind::TimedOut => {
                "try again; what was sent last may or may not have been carried out"
            }
            ErrorKind::Unreachable => {
                "check bootstrap.servers, and that every advertised listener can be reached from here"
            }
            ErrorKind::NoToken => {
                "check sasl.oauthbearer.token.endpoint.url, and that it can be reached from here"
            }
            ErrorKind::Unsupported => "use a newer broker, or leave the option out",
            ErrorKind::Settings => "correct the setting",
            ErrorKind::Security => "check security.protocol and the settings of ssl and sasl",
            ErrorKind::Malformed => {
                "check that the port is a Kafka listener, and security.protocol"
            }
            ErrorKind::Closed => "make a new client",
            ErrorKind::Usage => "correct the order of calls",
            ErrorKind::InvalidRecord => "make the record smaller, or raise max.request.size",
            ErrorKind::NoOffset => "seek, commit an offset, or set auto.offset.reset",
            ErrorKind::Full => "send more slowly, or raise buffer.memory or max.block.ms",
        }
    }
}

/// What to do about a broker's refusal.
fn advice_for(code: ErrorCode) -> &'static str {
    use ErrorCode as E;
    match code {
        E::TransactionAbortable => "abort the transaction, and begin it again",
        E::ProducerFenced | E::InvalidProducerEpoch | E::FencedInstanceId => {
            "another instance has taken over under the same id: close this one"
        }
        E::TopicAuthorizationFailed
        | E::GroupAuthorizationFailed
        | E::ClusterAuthorizationFailed
        | E::TransactionalIdAuthorizationFailed
        | E::DelegationTokenAuthorizationFailed => "grant the principal the right (ACLs)",
        E::SaslAuthenticationFailed => "check user name, password and mechanism",
        E::MessageTooLarge | E::RecordListTooLarge => {
            "make records smaller, or raise max.message.bytes of the topic"
        }
        E::UnknownTopicOrPartition | E::UnknownTopicId => {
            "create the topic, or check its name; a new topic takes a moment to be known"
        }
        E::NotEnoughReplicas | E::NotEnoughReplicasAfterAppend => {
            "bring the replicas back: fewer are in sync than min.insync.replicas asks for"
        }
        E::UnsupportedVersion => "use a newer broker, or leave the option out",
        E::InvalidConfig | E::InvalidReplicationFactor | E::InvalidPartitions => {
            "correct the value"
        }
        E::NonEmptyGroup => "stop the members of the group first",
        E::OffsetOutOfRange => {
            "the records are gone or not there yet: seek, or set auto.offset.reset"
        }
        code if code.is_retriable() => "try again a little later",
        _ => "change the request: the same one will be refused again",
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.inner.kind {
            ErrorKind::Broker(code) => write!(f, "{} ({code})", self.inner.message),
            ErrorKind::UnknownCode(code) => write!(f, "{} (code {code})", self.inner.message),
            _ => f.write_str(&self.inner.message),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}: {})", self.inner.kind, self.inner.message)
    }
}

impl std::error::Error for Error {}

impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        self.inner.kind == other.inner.kind && self.inner.message == other.inner.message
    }
}

impl Eq for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_errors_with_a_severity() {
        assert!(Error::of_code(0, None).is_none());
        for (code, severity) in [
            (ErrorCode::NotLeaderOrFollower, Severity::Retriable),
            (ErrorCode::TransactionAbortable, Severity::Abortable),
            (ErrorCode::ProducerFenced, Severity::Fatal),
        ] {
            assert_eq!(Error::of_code(code.code(), None).unwrap().severity(), severity);
        }
        let unknown = Error::of_code(999, None).unwrap();
        assert_eq!(unknown.kind(), ErrorKind::UnknownCode(999));
        assert_eq!(unknown.severity(), Severity::Fatal);
    }

    #[test]
    fn the_text_says_what_was_done_what_happened_and_the_code() {
        let error = Error::broker(ErrorCode::NotController).context("create topic t");
        assert_eq!(
            error.to_string(),
            "create topic t: This is not the correct controller for this cluster. (NOT_CONTROLLER)"
        );
    }
}
