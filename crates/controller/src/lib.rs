//! Cluster metadata: (records, response), replay, images and deltas, placement. Does not know raft.
