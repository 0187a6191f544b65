//! Histories as text, and what the invariants say to them.

use crate::{Event, History, Promise};

/// One event a line: `ask R`, `sent P N`, `ack P N OFFSET`, `read R OFFSET P N`, `end R OFFSET`,
/// `recovered OFFSET`. Checks the beginning of the complaint, or that there is none.
#[track_caller]
fn check(promise: Promise, script: &str, complaint: &str) {
    let history = History::new(promise);
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
    check(Promise::ProcessEnd, "sent 1 0\n sent 1 1\n read 9 0 1 1\n read 9 1 1 0", order);
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
