//! Log dirs that have failed, and volumes that are full.

use serde_json::Value;

use super::super::finding::Finding;
use super::{list, number, text};

/// Of a volume, one part in so many is to be free.
const FREE_SHARE: i64 = 100;

/// Each dir for itself.
pub(super) fn check(facts: &Value) -> Vec<Finding> {
    let offline = number(facts, "/partitions/offline");
    list(facts, "/log_dirs").iter().filter_map(|dir| check_dir(dir, offline)).collect()
}

fn check_dir(dir: &Value, offline_partitions: i64) -> Option<Finding> {
    let path = text(dir, "/path");
    if dir.pointer("/offline").and_then(Value::as_bool) == Some(true) {
        let what = format!("log dir offline, {offline_partitions} replicas with it");
        let advice = "the node's log says which call of the device failed: mend the device and \
                      start the node again, or take the dir out of log.dirs";
        return Some(Finding::problem("log-dirs", what, path, advice));
    }
    let total = dir.pointer("/total_bytes").and_then(Value::as_i64)?;
    let usable = dir.pointer("/usable_bytes").and_then(Value::as_i64)?;
    if usable >= total / FREE_SHARE {
        return None;
    }
    let what = format!("volume full, {usable} of {total} bytes left");
    let advice = "lower retention.bytes or retention.ms of large topics, delete records, or make \
                  room otherwise; writing goes on by itself then";
    Some(Finding::problem("log-dirs", what, path, advice))
}
