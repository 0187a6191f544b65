//! The checks of a running node, one file each: its facts in, findings out.

mod damages;
mod durability;
mod log_dirs;
mod open_files;
mod readiness;
mod refused_logs;
mod scrub;
mod stalls;
mod transactions;

use serde_json::Value;

use super::finding::Finding;

/// A check: looks at a node's facts (`/facts`). Facts that are missing are no finding: nodes of
/// other versions may not tell them.
type Check = fn(&Value) -> Vec<Finding>;

/// All of them, in the order in which they speak.
pub(super) const RUNNING: [Check; 9] = [
    readiness::check,
    log_dirs::check,
    stalls::check,
    refused_logs::check,
    damages::check,
    transactions::check,
    scrub::check,
    durability::check,
    open_files::check,
];

/// What they have to say.
pub(super) fn run(facts: &Value) -> Vec<Finding> {
    RUNNING.iter().flat_map(|check| check(facts)).collect()
}

/// The number at a path of names; 0 if there is none.
fn number(facts: &Value, path: &str) -> i64 {
    facts.pointer(path).and_then(Value::as_i64).unwrap_or(0)
}

/// The text at a path of names; empty if there is none.
fn text<'a>(facts: &'a Value, path: &str) -> &'a str {
    facts.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// The elements at a path of names.
fn list<'a>(facts: &'a Value, path: &str) -> &'a [Value] {
    facts.pointer(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Facts of a healthy node with `changes` laid over them; the lines.
    fn check(changes: Value, expected: &[&str]) {
        let mut facts = serde_json::json!({
            "node_id": 1,
            "now_ms": 1_000_000_000i64,
            "not_ready": null,
            "log_dirs": [{"path": "/d", "offline": false, "total_bytes": 1000, "usable_bytes": 500}],
            "partitions": {"count": 3, "offline": 0},
            "recovery": {"done": 0, "of": 0},
            "damages": {"count": 0, "listed": []},
            "scrub": {"bytes_per_second": 1, "interval_ms": 1000, "last_pass_ended_ms": 999_999_999i64},
            "durability": {"synced": 3, "written": 0, "written_with_one_replica": 0},
            "open_files": {"open": 1, "max": 100},
        });
        for (name, value) in changes.as_object().unwrap() {
            facts[name] = value.clone();
        }
        let lines: Vec<String> = run(&facts).iter().map(Finding::line).collect();
        let begin = |line: &String| line.split(": ").take(2).collect::<Vec<_>>().join(": ");
        assert_eq!(lines.iter().map(begin).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_healthy_node_has_no_findings_and_an_unknown_one_neither() {
        check(serde_json::json!({}), &[]);
        assert_eq!(run(&serde_json::json!({})), []);
    }

    #[test]
    fn every_check_speaks_of_its_own_matter() {
        let json = |text| serde_json::from_str(text).unwrap();
        check(
            json(r#"{"recovery": {"done": 3, "of": 7}}"#),
            &["note readiness: recovering 3/7 logs at node 1"],
        );
        check(
            json(r#"{"not_ready": "stopping"}"#),
            &["note readiness: not ready, stopping at node 1"],
        );
        check(
            json(
                r#"{"log_dirs": [{"path": "/d", "offline": true}], "partitions": {"offline": 2}}"#,
            ),
            &["problem log-dirs: log dir offline, 2 replicas with it at /d"],
        );
        check(
            json(r#"{"log_dirs": [{"path": "/d", "total_bytes": 1000, "usable_bytes": 9}]}"#),
            &["problem log-dirs: volume full, 9 of 1000 bytes left at /d"],
        );
        check(
            json(r#"{"log_dirs": [{"path": "/d", "stalled_calls": 2, "longest_call_ms": 10500}]}"#),
            &["problem stalls: 2 calls to the disk have stalled, the longest for 10500 ms at /d"],
        );
        check(
            json(r#"{"refused_logs": [{"partition": "t-0", "log_dir": "/d", "why": "format 1"}]}"#),
            &["problem refused-logs: the log of t-0 cannot be opened at /d"],
        );
        check(
            json(
                r#"{"damages": {"count": 1, "listed": [{"topic": "t", "partition": 0, "log_dir": "/d", "file": "0.log", "position": 7, "end_position": 9, "offset": 3, "next_offset": 5, "reason": "rot", "found_by": "scrub"}]}}"#,
            ),
            &[
                "problem damages: offsets 3 to 4 of t-0 are damaged (rot, found by scrub) at /d/t-0/0.log, position 7 to 9",
            ],
        );
        check(
            json(
                r#"{"transactions": {"max_timeout_ms": 1000, "count": 2, "oldest": [{"topic": "t", "partition": 3, "offset": 7, "behind": 90, "producer_id": 5, "producer_epoch": 2, "transactional_id": "payments", "age_ms": 1001}, {"topic": "t", "partition": 4, "offset": 8, "behind": 1, "producer_id": 6, "producer_epoch": 0, "transactional_id": null, "age_ms": 1000}]}}"#,
            ),
            &[
                "problem transactions: readers of committed records stand at offset 7, 90 records before the end, for 1001 ms, while the transaction of producer 5, epoch 2, transactional id payments, is open at t-3",
            ],
        );
        check(
            json(r#"{"scrub": {"bytes_per_second": 0}}"#),
            &["note scrub: nobody looks for damage at node 1"],
        );
        check(
            json(r#"{"durability": {"written_with_one_replica": 2}}"#),
            &[
                "note durability: 2 partitions with one replica acknowledge before the device has the record at node 1",
            ],
        );
        check(
            json(r#"{"open_files": {"open": 99, "max": 100}}"#),
            &["note open-files: 99 of 100 segment files are open at node 1"],
        );
    }
}
