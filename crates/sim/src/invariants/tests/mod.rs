//! Histories as text, and what the invariants say to them.

use crate::{Event, History, Promise, Rules};

mod deeds;

/// One event a line: `ask R`, `sent P N`, `ack P N OFFSET`, `read R OFFSET P N`, `end R OFFSET`,
/// `start R OFFSET`, `delete OFFSET`, `deleted OFFSET`, `rotted OFFSET`, `pass R FROM TO`, `done R`,
/// `recovered OFFSET`. Checks the beginning of the complaint, or that there is none.
#[track_caller]
fn check(promise: Promise, script: &str, complaint: &str) {
    check_of(Rules::new(promise), script, complaint);
}

#[track_caller]
fn check_of(rules: Rules, script: &str, complaint: &str) {
    let history = History::of(rules);
    let first = script.trim().lines().find_map(|line| history.try_note(event(line)).err());
    let first = first.unwrap_or_default();
    assert!(first.starts_with(complaint) && first.is_empty() == complaint.is_empty(), "{first}");
}

fn event(line: &str) -> Event {
    let mut words = line.split_whitespace();
    let verb = words.next().unwrap();
    let n: Vec<i64> = words.map(|word| word.parse().unwrap()).collect();
    let id = |index: usize| n[index] as u64;
    match verb {
        "sent" => Event::Sent { producer: id(0), number: id(1) },
        "ack" => Event::Acknowledged { producer: id(0), number: id(1), offset: n[2] },
        "read" => Event::Read { reader: id(0), offset: n[1], producer: id(2), number: id(3) },
        "ask" => Event::Asked { reader: id(0) },
        "end" => Event::LogEnd { reader: id(0), offset: n[1] },
        "start" => Event::LogStart { reader: id(0), offset: n[1] },
        "delete" => Event::DeletionAsked { before: n[0] },
        "deleted" => Event::Deleted { log_start: n[0] },
        "rotted" => Event::Rotted { offset: n[0] },
        "pass" => Event::PassBegun { reader: id(0), from: n[1], to: n[2] },
        "done" => Event::ReadToEnd { reader: id(0) },
        "recovered" => Event::RecoveredFromPowerCut { offset: n[0] },
        other => panic!("no event is called {other}"),
    }
}

/// Two records of producer 1 acknowledged at 0 and 1.
const TWO: &str = "sent 1 0\n sent 1 1\n ack 1 0 0\n ack 1 1 1\n";

#[test]
fn an_orderly_history_passes() {
    check(Promise::PowerCut, &format!("{TWO} end 9 2\n read 9 0 1 0\n read 9 1 1 1"), "");
    check(Promise::PowerCut, "sent 1 0\n sent 1 1\n read 9 0 1 1", "");
}

#[test]
fn a_lost_record_is_found_by_its_offset_its_place_or_the_end() {
    let lost = "no acknowledged record is lost";
    check(Promise::ProcessEnd, &format!("{TWO} end 9 1"), lost);
    check(Promise::ProcessEnd, &format!("{TWO} sent 2 0\n read 9 1 2 0"), lost);
    let passed_over = "sent 1 2\n sent 1 3\n read 9 0 1 0\n read 9 2 1 2";
    check(Promise::ProcessEnd, &format!("{TWO} {passed_over}"), lost);
}

#[test]
fn an_end_is_as_old_as_the_question() {
    let asked = "sent 1 0\n sent 1 1\n ack 1 0 0\n ask 9\n ack 1 1 1";
    check(Promise::PowerCut, &format!("{asked}\n end 9 1"), "");
    check(Promise::PowerCut, &format!("{asked}\n end 9 0"), "no acknowledged record is lost");
    check(Promise::PowerCut, &format!("{asked}\n ask 9\n end 9 1"), "no acknowledged record");
}

#[test]
fn a_power_cut_may_take_the_end_unless_it_was_promised() {
    check(Promise::ProcessEnd, &format!("{TWO} recovered 1\n end 9 1\n read 9 0 1 0"), "");
    check(Promise::ProcessEnd, &format!("{TWO} recovered 1\n sent 1 2\n ack 1 2 1"), "");
    check(Promise::PowerCut, &format!("{TWO} recovered 1"), "no acknowledged record is lost");
    check(Promise::PowerCut, &format!("{TWO} sent 1 2\n read 9 2 1 2\n recovered 2"), "");
}

#[test]
fn swapped_doubled_and_invented_records_are_found() {
    let order = "records keep their order";
    check(Promise::ProcessEnd, "sent 1 0\n sent 1 1\n ack 1 1 0\n ack 1 0 1", order);
    check(Promise::ProcessEnd, "sent 1 0\n read 9 0 1 0\n read 9 1 1 0", order);
    check(Promise::ProcessEnd, "sent 1 0\n read 9 0 1 1", order);
}

#[test]
fn offsets_that_go_back_are_found() {
    let back = "offsets never go back";
    check(Promise::ProcessEnd, "sent 1 0\n read 9 5 1 0\n read 9 5 1 0", back);
    check(Promise::ProcessEnd, "end 9 5\n end 9 4", back);
    check(Promise::ProcessEnd, "end 9 5\n end 8 4\n recovered 3\n end 9 3", "");
}

#[test]
fn a_hole_is_found_unless_the_log_start_has_passed_it() {
    let hole = "sent 1 0\n sent 1 2\n read 9 0 1 0\n read 9 2 1 2";
    check(Promise::ProcessEnd, hole, "every offset has its record");
    let deleted = "sent 1 0\n sent 1 2\n read 9 0 1 0\n delete 2\n start 9 2\n read 9 2 1 2";
    check(Promise::ProcessEnd, deleted, "");
}

#[test]
fn a_log_start_that_goes_back_or_further_than_asked_is_found() {
    let start = "the log start never goes back";
    check(Promise::ProcessEnd, "delete 5\n deleted 5\n ask 9\n start 9 4", start);
    check(Promise::ProcessEnd, "delete 5\n ask 9\n deleted 5\n start 9 0", "");
    check(Promise::ProcessEnd, "delete 5\n start 9 6", start);
    let retention = Rules { retention: true, ..Rules::new(Promise::ProcessEnd) };
    check_of(retention, "start 9 6", "");
    check(Promise::ProcessEnd, &format!("{TWO} delete 1\n deleted 1\n end 9 1"), "no acknowledged");
}

#[test]
fn what_was_shown_may_go_only_where_nothing_else_was_said() {
    let shown = "sent 1 0\n read 9 0 1 0\n recovered 0";
    check(Promise::PowerCut, shown, "");
    let rules = Rules { shown_stays: true, ..Rules::new(Promise::PowerCut) };
    check_of(rules, shown, "what a consumer was shown");
}

#[test]
fn the_last_value_of_a_key_stays_and_a_tombstone_goes() {
    let compacted = Rules { compacted: true, ..Rules::new(Promise::ProcessEnd) };
    // Numbers 0 and 5 have one key, 1 another; 8 is a tombstone.
    let three = "sent 1 0\n sent 1 1\n sent 1 5\n ack 1 0 0\n ack 1 1 1\n ack 1 5 2\n pass 9 0 3";
    check_of(compacted, &format!("{three}\n read 9 1 1 1\n read 9 2 1 5\n done 9"), "");
    check_of(compacted, &format!("{three}\n read 9 0 1 0\n read 9 1 1 1\n done 9"), "compaction");
    check_of(compacted, &format!("{three}\n read 9 2 1 5\n done 9"), "compaction keeps");
    check_of(compacted, "sent 1 3\n sent 1 8\n ack 1 3 0\n ack 1 8 1\n pass 9 0 2\n done 9", "");
}

#[test]
fn behind_rot_things_may_be_gone_and_before_it_not() {
    check(Promise::PowerCut, &format!("{TWO} rotted 1\n end 9 1\n sent 2 0\n ack 2 0 1"), "");
    check(Promise::PowerCut, &format!("{TWO} rotted 1\n recovered 0"), "no acknowledged record");
    check(Promise::PowerCut, &format!("{TWO} rotted 1\n read 9 1 7 7"), "records keep");
}
