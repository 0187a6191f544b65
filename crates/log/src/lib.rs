//! One partition's log, as decisions: offsets, segments, index, producer state, crash recovery.
