//! What hostile bytes meet: one function per door, each of which must return, whatever comes in.
//! The fuzz targets in `fuzz/`, the replay of their corpora and the property tests call the same
//! functions.

pub mod frame;
pub mod record;
pub mod wire;

/// A door: its name, which is also its folder in `fuzz/corpus`, and the function behind it.
pub type Target = (&'static str, fn(&[u8]));

/// Every door.
pub const ALL: &[Target] = &[
    ("frame_stream", frame::frame_stream),
    ("record_read", record::record_read),
    ("record_produce", record::record_produce),
    ("record_decompress", record::record_decompress),
    ("wire_request", wire::wire_request),
    ("wire_message", wire::wire_message),
];
