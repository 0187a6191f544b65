//! What acknowledged records are safe from.

use serde_json::Value;

use super::super::finding::Finding;
use super::number;

/// Partitions whose only copy may be in memory when a producer is told yes.
pub(super) fn check(facts: &Value) -> Vec<Finding> {
    let count = number(facts, "/durability/written_with_one_replica");
    if count == 0 {
        return Vec::new();
    }
    let place = format!("node {}", number(facts, "/node_id"));
    let what =
        format!("{count} partitions with one replica acknowledge before the device has the record");
    let advice = "a power cut can take acknowledged records away: set ottla.ack.durability=synced \
                  on topics that must not lose any";
    vec![Finding::note("durability", what, place, advice)]
}
