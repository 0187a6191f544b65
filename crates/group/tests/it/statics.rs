//! Static members (KIP-345).

use crate::script::{check, check_after};

/// Two members that have what they are to have.
const GROUP: &str = "join a static A
     join b static B
     after 6000
     sync a as A#1 gen 1 give A#1=1,B#2=2";

fn check_group(script: &str) {
    check_after(GROUP, script);
}

#[test]
fn one_that_comes_back_has_what_it_had() {
    check_group(
        "join b static B v 5
           > g gen 1 consumer/range led by A#1 [A#1=1 B#3=2]
           = b: B#3 in gen 1 range led by A#1 []
         sync b as B#3 gen 1
           = b: has 2
         heartbeat b as B#2 gen 1 static B
           = b: FENCED_INSTANCE_ID
         commit b g t-0@1 as B#2 gen 1 static B
           = b: FENCED_INSTANCE_ID",
    );
}

#[test]
fn a_leader_that_comes_back_has_nothing_to_assign() {
    check_group(
        "join a static A v 9
           > g gen 1 consumer/range led by A#3 [A#3=1 B#2=2]
           = a: A#3 in gen 1 range led by A#3 [A#3 B#2] nothing to assign
         join a static A v 8
           > g gen 1 consumer/range led by A#4 [A#4=1 B#2=2]
           = a: A#4 in gen 1 range led by A#3 []",
    );
}

#[test]
fn one_that_comes_back_reading_something_else_has_what_it_had() {
    check_group(
        "join b static B protocols range,other says y
           > g gen 1 consumer/range led by A#1 [A#1=1 B#3=2]
           = b: B#3 in gen 1 range led by A#1 []",
    );
}

#[test]
fn one_that_changes_the_protocol_begins_a_generation() {
    check(
        "join a static A protocols other,range
           > g gen 0 /- led by - []
         join b static B protocols range,other
         after 6000
           = a: A#1 in gen 1 other led by A#1 [A#1 B#2]
           = b: B#2 in gen 1 other led by A#1 []
         sync a as A#1 gen 1 give A#1=1,B#2=2
           > g gen 1 consumer/other led by A#1 [A#1=1 B#2=2]
           = a: has 1
         join b static B protocols range
         join a as A#1 static A protocols other,range
           = a: A#1 in gen 2 range led by A#1 [A#1 B#3]
           = b: B#3 in gen 2 range led by A#1 []",
    );
}

#[test]
fn one_is_sent_away_by_its_instance_id() {
    check_group(
        "leave admin static B
           = admin: NONE
         leave admin static B
           = admin: UNKNOWN_MEMBER_ID
         heartbeat a as A#1 gen 1
           = a: REBALANCE_IN_PROGRESS",
    );
}

#[test]
fn a_restart_does_not_matter_until_the_session_ends() {
    check_group(
        "reload
         after 9000
         join b static B v 5
           > g gen 1 consumer/range led by A#1 [A#1=1 B#3=2]
           = b: B#3 in gen 1 range led by A#1 []
         after 1000
         heartbeat b as B#3 gen 1
           = b: REBALANCE_IN_PROGRESS",
    );
}

#[test]
fn two_that_join_with_one_instance_id_fence_each_other() {
    check(
        "join a static A
           > g gen 0 /- led by - []
         join b static A
           = a: FENCED_INSTANCE_ID as A#1
         after 3000
           = b: A#2 in gen 1 range led by A#2 [A#2]",
    );
}

#[test]
fn the_new_id_that_could_not_be_written_is_none() {
    check_group(
        "fail
         join b static B v 9
           = b: COORDINATOR_NOT_AVAILABLE as -
         heartbeat b as B#2 gen 1 static B
           = b: NONE",
    );
}
