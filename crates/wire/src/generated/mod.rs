//! Generated from `messages/` by `cargo xtask codegen`; not edited.

mod all;
mod api_keys;
mod families;
pub mod messages;
pub mod records;
pub(crate) mod shapes;

pub use all::MESSAGES;
pub use api_keys::ApiKey;
pub(crate) use api_keys::facts;
pub use families::*;

/// What every generated module uses.
mod prelude {
    pub(crate) use crate::encoder::{EncodeError, Encoder, required};
    pub(crate) use crate::reader::{DecodeError, Reader};
    pub(crate) use crate::value::{Records, Str};
    pub(crate) use alloc::vec::Vec;
    pub(crate) use bytes::Bytes;
    pub(crate) use ottla_base::Uuid;
}
