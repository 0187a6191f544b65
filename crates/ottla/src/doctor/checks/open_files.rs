//! How near the bound of open files is.

use serde_json::Value;

use super::super::finding::Finding;
use super::number;

/// Beyond so many hundredths of the bound, files are closed to open others.
const NEAR_PERCENT: i64 = 95;

/// The bound is kept in any case: what it costs is time.
pub(super) fn check(facts: &Value) -> Vec<Finding> {
    let (open, max) = (number(facts, "/open_files/open"), number(facts, "/open_files/max"));
    if max == 0 || open * 100 < max * NEAR_PERCENT {
        return Vec::new();
    }
    let place = format!("node {}", number(facts, "/node_id"));
    let what = format!("{open} of {max} segment files are open");
    let advice = "files are closed and opened in turn, which costs time: raise the limit of open \
                  files (ulimit -n) if more partitions than that are busy";
    vec![Finding::note("open-files", what, place, advice)]
}
