//! What all messages have in common, for code that is written for any of them.

use crate::{ApiKey, DecodeError, EncodeError, Encoder, Reader};
use core::fmt::Debug;
use core::ops::RangeInclusive;

/// What a message is for; for stored records, the family whose keys it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// From client to broker; the key is an API key.
    Request,
    /// From broker to client; the key is an API key.
    Response,
    /// Value in `__cluster_metadata`.
    MetadataRecord,
    /// Key in `__consumer_offsets`.
    GroupKey,
    /// Value in `__consumer_offsets`.
    GroupValue,
    /// Key in `__transaction_state`.
    TransactionKey,
    /// Value in `__transaction_state`.
    TransactionValue,
    /// Key in `__share_group_state`.
    ShareKey,
    /// Value in `__share_group_state`.
    ShareValue,
    /// Value in `__remote_log_metadata`.
    RemoteLogRecord,
    /// A stored structure that no key names.
    Data,
}

/// A request, response or stored record.
pub trait Message: Sized + Default + Clone + PartialEq + Debug {
    /// Kafka's name for it.
    const NAME: &'static str;
    /// What it is for.
    const KIND: Kind;
    /// Its key among those of its kind; -1 for [`Kind::Data`].
    const KEY: i16;
    /// The versions there are.
    const VERSIONS: RangeInclusive<i16>;
    /// First version with compact types and tagged fields; `i16::MAX` when there is none.
    const FLEXIBLE_FROM: i16;

    /// Reads it as `version` has it. Bytes behind its end stay in the reader.
    fn decode(r: &mut Reader, version: i16) -> Result<Self, DecodeError>;
    /// Writes it as `version` has it.
    fn encode(&self, w: &mut Encoder, version: i16) -> Result<(), EncodeError>;
}

/// A request and what answers it.
pub trait Request: Message {
    /// The API it belongs to.
    const API: ApiKey;
    /// Answers it, at the same version.
    type Response: Message;
}

macro_rules! message {
    ($name:ident, $kind:ident, $key:expr, $versions:expr, $flexible:expr) => {
        impl crate::message::Message for $name {
            const NAME: &'static str = stringify!($name);
            const KIND: crate::message::Kind = crate::message::Kind::$kind;
            const KEY: i16 = $key;
            const VERSIONS: core::ops::RangeInclusive<i16> = $versions;
            const FLEXIBLE_FROM: i16 = $flexible;

            fn decode(r: &mut Reader, version: i16) -> Result<Self, DecodeError> {
                Self::decode(r, version)
            }

            fn encode(&self, w: &mut Encoder, version: i16) -> Result<(), EncodeError> {
                Self::encode(self, w, version)
            }
        }
    };
}

macro_rules! request {
    ($api:ident, $request:ident, $response:ident) => {
        impl crate::message::Request for $request {
            const API: crate::ApiKey = crate::ApiKey::$api;
            type Response = $response;
        }
    };
}

pub(crate) use {message, request};
