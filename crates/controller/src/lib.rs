//! Cluster metadata: (records, response), replay, images and changes, placement. Does not know raft.
//!
//! A decision  reads an [`Image`] and returns the records that must be committed and
//! the response that may be given once they are. Nothing changes an image but
//! [`Image::replay`] of a record, on every node and at every start. Images are persistent maps: a
//! clone is a few pointers, so that readers keep the one they have while the next is built.
//!
//! Records carry the image's own types; [`codec`] turns them into the bytes of
//! `__cluster_metadata` and back.
#![no_std]

extern crate alloc;

pub mod codec;
pub mod decide;
pub mod image;
pub mod metadata_version;
pub mod record;

pub use image::{Change, Image, ReplayError, Replayer};
pub use metadata_version::MetadataVersion;
pub use record::Record;
