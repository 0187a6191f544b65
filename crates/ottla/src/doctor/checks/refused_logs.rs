//! Logs that the node cannot open, although their device works.

use serde_json::Value;

use super::super::finding::Finding;
use super::{list, text};

/// Each log for itself.
pub(super) fn check(facts: &Value) -> Vec<Finding> {
    list(facts, "/refused_logs").iter().map(refused).collect()
}

fn refused(log: &Value) -> Finding {
    let what = format!("the log of {} cannot be opened", text(log, "/partition"));
    Finding::problem("refused-logs", what, text(log, "/log_dir"), text(log, "/why"))
}
