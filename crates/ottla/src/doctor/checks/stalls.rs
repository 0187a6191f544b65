//! Calls to a disk that do not come back.

use serde_json::Value;

use super::super::finding::Finding;
use super::{list, number, text};

/// Each dir for itself.
pub(super) fn check(facts: &Value) -> Vec<Finding> {
    list(facts, "/log_dirs").iter().filter_map(check_dir).collect()
}

fn check_dir(dir: &Value) -> Option<Finding> {
    let stalled = number(dir, "/stalled_calls");
    if stalled == 0 {
        return None;
    }
    let longest_ms = number(dir, "/longest_call_ms");
    let what = format!("{stalled} calls to the disk have stalled, the longest for {longest_ms} ms");
    let advice = "the node's log names the files: look after the device; if it does not come back, \
                  end the process, so that other replicas lead";
    Some(Finding::problem("stalls", what, text(dir, "/path"), advice))
}
