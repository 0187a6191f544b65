//! Whether the node serves everything it has.

use serde_json::Value;

use super::super::finding::Finding;
use super::{number, text};

/// Recovery that goes on, or another reason not to be ready.
pub(super) fn check(facts: &Value) -> Vec<Finding> {
    let place = format!("node {}", number(facts, "/node_id"));
    let (done, of) = (number(facts, "/recovery/done"), number(facts, "/recovery/of"));
    if done < of {
        let what = format!("recovering {done}/{of} logs");
        let advice = "wait: recovered partitions are served already";
        return vec![Finding::note("readiness", what, place, advice)];
    }
    match text(facts, "/not_ready") {
        "" => Vec::new(),
        why => {
            let what = format!("not ready, {why}");
            vec![Finding::note("readiness", what, place, "ask again when it has settled")]
        }
    }
}
