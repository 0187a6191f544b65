//! Which producers go when there are too many.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Producers, cut_oldest};
use crate::files::producer_snapshot::SnapshotEntry;

/// Logs of `id@timestamp` (`!` for one in a transaction), and how many producers have to go: what is
/// left.
#[track_caller]
fn check(logs: &[&str], count: usize, left: &[&str]) {
    let mut logs: Vec<Producers> = logs.iter().map(|log| producers(log)).collect();
    let mut timestamps: Vec<i64> = logs.iter().flat_map(Producers::idle_timestamps).collect();
    if let Some(mut cut) = cut_oldest(&mut timestamps, count) {
        for log in &mut logs {
            log.forget(&mut cut);
        }
    }
    let shown: Vec<String> = logs.iter().map(show).collect();
    assert_eq!(shown, left);
}

fn producers(text: &str) -> Producers {
    let entry = |word: &str| {
        let in_txn = word.ends_with('!');
        let (id, timestamp) = word.trim_end_matches('!').split_once('@').unwrap();
        SnapshotEntry {
            producer_id: id.parse().unwrap(),
            producer_epoch: 0,
            last_sequence: 0,
            last_offset: 0,
            offset_delta: 0,
            timestamp: timestamp.parse().unwrap(),
            coordinator_epoch: -1,
            current_txn_first_offset: in_txn.then_some(0),
        }
    };
    let entries: Vec<SnapshotEntry> = text.split_whitespace().map(entry).collect();
    Producers::from_snapshot(&entries, 1, 0, i64::MAX)
}

fn show(log: &Producers) -> String {
    let words: Vec<String> =
        log.iter().map(|(id, entry)| format!("{id}@{}", entry.last_timestamp)).collect();
    words.join(" ")
}

#[test]
fn those_idle_the_longest_go_first_whatever_log_they_are_in() {
    check(&["1@50 2@10", "3@20 4@90"], 2, &["1@50", "4@90"]);
    check(&["1@50 2@10", "3@20 4@90"], 3, &["", "4@90"]);
}

#[test]
fn who_is_in_a_transaction_stays() {
    check(&["1@1! 2@10", "3@20"], 1, &["1@1", "3@20"]);
    check(&["1@1!", "2@2!"], 2, &["1@1", "2@2"]);
}

#[test]
fn of_those_heard_of_at_the_same_time_no_more_go_than_have_to() {
    check(&["1@7 2@7", "3@7 4@7 5@3"], 3, &["", "3@7 4@7"]);
    check(&["1@7"], 0, &["1@7"]);
    check(&["1@7"], 5, &[""]);
}
