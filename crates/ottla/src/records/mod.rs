//! Records between a cluster and a terminal: what `produce`, `consume` and the tools that do the
//! same have in common.
//!
//! ```text
//! input.rs     stdin and files, cut into records      reading.rs  partitions or a group, until the end
//! format.rs    how a record is written                sending.rs  what becomes of what was sent
//! template.rs  how a record is read                   places.rs   where to begin, where to stop
//! json.rs      a record as one object, both ways      escapes.rs  \n, \t, \xNN
//! unpack.rs    numbers in keys and values             encoding.rs hexadecimal, base64
//! ```

pub(crate) mod encoding;
pub(crate) mod escapes;
pub(crate) mod format;
pub(crate) mod input;
pub(crate) mod json;
pub(crate) mod places;
pub(crate) mod reading;
pub(crate) mod sending;
pub(crate) mod template;
pub(crate) mod unpack;
