//! Deeds as text, and what the invariants say to them.

use ottla_model::TopicPartition;

use crate::{Deed, GroupPartition, Ledger};

/// One deed a line: `sent RECORD PARTITION [TRANSACTION [FROM]]`, `stored RECORD`, `ended T yes|no`,
/// `seen READER PARTITION OFFSET RECORD`, `all READER`, `commit C OFFSET BY [in a transaction]`,
/// `ok C`, `refused C`, `settled C`, `ask`, `found OFFSET|-`, `given EPOCH MEMBER PARTITION...`,
/// `kill`, `cut`. Checks the beginning of the complaint, or that there is none.
#[track_caller]
fn check(script: &str, complaint: &str) {
    check_of(true, script, complaint);
}

#[track_caller]
fn check_of(outlives_power: bool, script: &str, complaint: &str) {
    let ledger = Ledger::new(outlives_power);
    let deeds = script.split(['\n', ';']).map(str::trim).filter(|line| !line.is_empty());
    let first = deeds.map(deed).find_map(|deed| ledger.try_note(deed).err()).unwrap_or_default();
    assert!(first.starts_with(complaint) && first.is_empty() == complaint.is_empty(), "{first}");
}

fn deed(line: &str) -> Deed {
    let words: Vec<&str> = line.split_whitespace().collect();
    let n = |index: usize| words[index].parse::<u64>().unwrap();
    let maybe = |index: usize| words.get(index).and_then(|word| word.parse::<u64>().ok());
    let partition = |index: usize| TopicPartition::new("t", n(index) as i32);
    let of = GroupPartition { group: "g".to_owned(), partition: TopicPartition::new("t", 0) };
    match words[0] {
        "sent" => {
            Deed::Sent { record: n(1), to: partition(2), transaction: maybe(3), from: maybe(4) }
        }
        "stored" => Deed::Stored { record: n(1) },
        "ended" => Deed::Ended { transaction: n(1), committed: words[2] == "yes" },
        "seen" => Deed::Seen { reader: n(1), at: partition(2), offset: n(3) as i64, record: n(4) },
        "all" => Deed::SeenAll { reader: n(1) },
        "commit" => Deed::CommitSent {
            commit: n(1),
            of,
            offset: n(2) as i64,
            by: words[3].to_owned(),
            is_transactional: words.len() > 4,
        },
        "ok" => Deed::Committed { commit: n(1) },
        "refused" => Deed::CommitRefused { commit: n(1) },
        "settled" => Deed::CommitSettled { commit: n(1) },
        "ask" => Deed::OffsetAsked { asker: "a".to_owned(), of },
        "found" => {
            let offset = maybe(1).map(|offset| offset as i64);
            Deed::OffsetFound { asker: "a".to_owned(), of, offset }
        }
        "given" => Deed::Assigned {
            group: "g".to_owned(),
            epoch: n(1) as i32,
            member: words[2].to_owned(),
            partitions: (3..words.len()).map(partition).collect(),
        },
        "kill" => Deed::NodeEnded,
        "cut" => Deed::PowerCut,
        other => panic!("no deed is called {other}"),
    }
}

const COMMITS: &str = "no committed offset goes back";

#[test]
fn a_commit_is_found_or_a_later_one() {
    check("commit 1 5 a; ok 1; ask; found 5", "");
    check("commit 1 5 a; ok 1; ask; found -", COMMITS);
    check("commit 1 5 a; ok 1; ask; found 4", COMMITS);
    check("commit 1 5 a; ok 1; commit 2 9 a; ok 2; ask; found 5", COMMITS);
    check("commit 1 5 a; ok 1; commit 2 9 a; ask; found 9; ask; found 5", "");
    check("ask; commit 1 5 a; ok 1; found -", "");
    check("commit 1 5 a; refused 1; ask; found 5", COMMITS);
}

#[test]
fn a_commit_that_nobody_heard_of_comes_late_until_it_cannot() {
    let late = "commit 1 5 a; commit 2 9 a; ok 2; ask; found 5";
    check(late, "");
    check("commit 1 5 a; kill; commit 2 9 a; ok 2; ask; found 5", COMMITS);
    check("commit 1 5 a; commit 2 9 b; ok 2; commit 3 11 b; ok 3; ask; found 5", COMMITS);
    check("commit 1 5 a txn; kill; commit 2 9 a; ok 2; ask; found 5", "");
    check("commit 1 5 a txn; settled 1; commit 2 9 a; ok 2; ask; found 5", COMMITS);
}

#[test]
fn a_power_cut_takes_commits_only_where_that_was_said() {
    let cut = "commit 1 5 a; ok 1; commit 2 9 a; ok 2; cut; ask; found 5";
    check_of(false, cut, "");
    check_of(true, cut, COMMITS);
    check_of(false, "commit 1 5 a; ok 1; cut; commit 2 9 a; ok 2; ask; found 5", COMMITS);
    check_of(false, "commit 1 5 a; ok 1; cut; ask; found 6", COMMITS);
}

#[test]
fn a_partition_has_one_owner_in_a_generation() {
    let two = "the assignments of one generation are disjoint";
    check("given 1 a 0 1; given 1 b 2; given 2 b 0 1; given 2 a 2", "");
    check("given 1 a 0 1; given 1 b 1", two);
    check_of(false, "given 1 a 0; cut; given 1 b 0", "");
    check_of(true, "given 1 a 0; cut; given 1 b 0", two);
}

#[test]
fn a_transaction_is_seen_whole_or_not_at_all() {
    let whole = "committed readers see all of a transaction or nothing";
    let two = "sent 1 0 7; sent 2 1 7";
    check(&format!("{two}; ended 7 yes; seen 9 0 0 1; seen 9 1 0 2; all 9"), "");
    check(&format!("{two}; seen 9 0 0 1; all 9"), whole);
    check(&format!("{two}; ended 7 no; seen 9 0 0 1"), whole);
    check(&format!("{two}; seen 9 0 0 1; ended 7 no"), whole);
    check(&format!("{two}; ended 7 yes; all 9"), whole);
    check(&format!("{two}; all 9"), "");
}

#[test]
fn a_send_is_neither_lost_nor_doubled() {
    let once = "no acknowledged send is lost or doubled";
    check("sent 1 0; stored 1; seen 9 0 0 1; all 9", "");
    check("sent 1 0; stored 1; all 9", once);
    check("sent 1 0; seen 9 0 0 1; seen 9 0 1 1", once);
    check("sent 1 0; seen 9 1 0 1", once);
    check("seen 9 0 0 1", once);
}

#[test]
fn an_input_is_reflected_exactly_once() {
    let exactly = "each input is reflected exactly once";
    let input = "sent 1 0; stored 1; seen 9 0 0 1; sent 2 1 7 1; sent 3 1 8 1";
    check(&format!("{input}; ended 7 no; ended 8 yes; seen 9 1 2 3; all 9"), "");
    check(&format!("{input}; all 9"), exactly);
    check(&format!("{input}; seen 9 1 0 2; seen 9 1 1 3"), exactly);
    check("sent 1 0; sent 2 1 7 1; seen 9 1 0 2; all 9", exactly);
}
