//! Whether somebody looks for damage.

use serde_json::Value;

use super::super::finding::Finding;
use super::number;

/// Off, or far behind.
pub(super) fn check(facts: &Value) -> Vec<Finding> {
    let Some(rate) = facts.pointer("/scrub/bytes_per_second").and_then(Value::as_i64) else {
        return Vec::new();
    };
    let place = format!("node {}", number(facts, "/node_id"));
    if rate == 0 {
        let advice = "set ottla.scrub.bytes.per.second, so that rot is found before a reader does";
        return vec![Finding::note("scrub", "nobody looks for damage", place, advice)];
    }
    let ended = facts.pointer("/scrub/last_pass_ended_ms").and_then(Value::as_i64);
    let (now, interval) = (number(facts, "/now_ms"), number(facts, "/scrub/interval_ms"));
    let is_late = ended.is_some_and(|ended| now - ended > interval.saturating_mul(2).max(60_000));
    if !is_late {
        return Vec::new();
    }
    let hours = (now - ended.unwrap_or(now)) / 3_600_000;
    let what = format!("the last search for damage ended {hours} hours ago");
    let advice = "raise ottla.scrub.bytes.per.second or ottla.scrub.interval.ms";
    vec![Finding::note("scrub", what, place, advice)]
}
