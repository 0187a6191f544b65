//! The metadata quorum: votes, append, high watermark, snapshots. Does not know what records mean.
