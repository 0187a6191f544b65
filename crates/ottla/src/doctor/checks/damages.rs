//! Batches that are not what was written.

use serde_json::Value;

use super::super::finding::Finding;
use super::{list, number, text};

/// Each damage for itself, and how many more there are.
pub(super) fn check(facts: &Value) -> Vec<Finding> {
    let listed = list(facts, "/damages/listed");
    let mut findings: Vec<Finding> = listed.iter().map(one).collect();
    let more = number(facts, "/damages/count") - listed.len() as i64;
    if more > 0 {
        let place = format!("node {}", number(facts, "/node_id"));
        let what = format!("{more} more damaged stretches");
        findings.push(Finding::problem("damages", what, place, "see the node's log"));
    }
    findings
}

fn one(damage: &Value) -> Finding {
    let partition = format!("{}-{}", text(damage, "/topic"), number(damage, "/partition"));
    let (first, next) = (number(damage, "/offset"), number(damage, "/next_offset"));
    let what = format!(
        "offsets {first} to {} of {partition} are damaged ({}, found by {})",
        next - 1,
        text(damage, "/reason"),
        text(damage, "/found_by"),
    );
    let place = format!(
        "{}/{partition}/{}, position {} to {}",
        text(damage, "/log_dir"),
        text(damage, "/file"),
        number(damage, "/position"),
        number(damage, "/end_position"),
    );
    let advice = format!(
        "copy the file back from a backup or another replica while the node is stopped, or let \
         readers go on at offset {next}; check the device, it has lost bytes"
    );
    Finding::problem("damages", what, place, advice)
}
