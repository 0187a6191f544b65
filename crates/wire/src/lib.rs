//! Every request, response and stored record of every version of Kafka 4.4, as plain structs.
//!
//! The structs and their `decode`/`encode` are generated from `messages/**.msg` (see the README
//! there) by `cargo xtask codegen`. By hand: [`Reader`] and [`Encoder`], which hold every rule
//! about bytes, lengths and limits; headers and frames; the API table's methods.
//!
//! Knows no meaning: error codes are `i16`, record batches are opaque bytes. Decoded strings and
//! bytes are slices of the buffer that was read. Whatever a peer sends, nothing here panics, and
//! memory stays within a small multiple of the bytes received.
#![no_std]

extern crate alloc;

pub mod any;
mod api_key;
mod encoder;
pub mod frame;
#[allow(missing_docs, reason = "a field is its protocol name; the protocol documents it")]
#[allow(unused_imports, reason = "every module takes the same prelude")]
#[allow(
    clippy::field_reassign_with_default,
    reason = "`decode` begins with the default: which fields follow depends on the version"
)]
mod generated;
mod header;
mod java_text;
pub mod json;
mod message;
mod reader;
mod record_family;
mod value;

pub use api_key::ApiFacts;
pub use encoder::{EncodeError, EncodeErrorKind, Encoded, Encoder, Gap, Segment};
pub use generated::{
    ApiKey, GroupKey, GroupValue, MetadataRecord, RemoteLogRecord, ShareKey, ShareValue,
    TransactionKey, TransactionValue, messages, records,
};
pub use header::{RequestHeader, ResponseHeader};
pub use java_text::java_text;
pub use message::{Kind, Message, Request};
pub use reader::{
    ARRAY_LEN_MAX, DecodeError, DecodeErrorKind, MEMORY_PER_WIRE_BYTE_MAX, Reader,
    STRING_BYTES_MAX, TAGGED_FIELDS_MAX,
};
pub use value::{Records, Str};
