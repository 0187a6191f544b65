//! Members come, agree and go.

use crate::script::check;

#[test]
fn two_members_join_and_the_leader_assigns() {
    check(
        "join a
           > g gen 0 /- led by - []
         join b
         after 6000
           = a: a#1 in gen 1 range led by a#1 [a#1 b#2]
           = b: b#2 in gen 1 range led by a#1 []
         sync b as b#2 gen 1
         sync a as a#1 gen 1 give a#1=1,b#2=2
           > g gen 1 consumer/range led by a#1 [a#1=1 b#2=2]
           = a: has 1
           = b: has 2
         heartbeat a as a#1 gen 1
           = a: NONE",
    );
}

#[test]
fn a_new_member_comes_again_with_its_id() {
    check(
        "join a v 4
           > g gen 0 /- led by - []
           = a: MEMBER_ID_REQUIRED as a#1
         join a v 4 as a#1
         after 3000
           = a: a#1 in gen 1 range led by a#1 [a#1]
         sync a as a#1 gen 1 give a#1=1
           > g gen 1 consumer/range led by a#1 [a#1=1]
           = a: has 1
         join b v 4
           = b: MEMBER_ID_REQUIRED as b#2
         after 10000
           > g gen 2 consumer/- led by - []
         join b v 4 as b#2
           = b: UNKNOWN_MEMBER_ID as b#2",
    );
}

#[test]
fn a_member_that_leaves_makes_the_others_join_again() {
    check(
        "join a
           > g gen 0 /- led by - []
         join b
         after 6000
           = a: a#1 in gen 1 range led by a#1 [a#1 b#2]
           = b: b#2 in gen 1 range led by a#1 []
         sync a as a#1 gen 1 give a#1=1,b#2=2
           > g gen 1 consumer/range led by a#1 [a#1=1 b#2=2]
           = a: has 1
         sync b as b#2 gen 1
           = b: has 2
         leave a a#1
           = a: NONE
         heartbeat b as b#2 gen 1
           = b: REBALANCE_IN_PROGRESS
         join b as b#2
           = b: b#2 in gen 2 range led by b#2 [b#2]
         sync b as b#2 gen 2 give b#2=1
           > g gen 2 consumer/range led by b#2 [b#2=1]
           = b: has 1
         leave b b#2
           > g gen 3 consumer/- led by - []
           = b: NONE
         leave b b#2
           = b: UNKNOWN_MEMBER_ID
         leave z z y group h
           = z: UNKNOWN_MEMBER_ID UNKNOWN_MEMBER_ID",
    );
}

#[test]
fn members_that_do_not_agree_are_refused() {
    check(
        "join a protocols x,y
           > g gen 0 /- led by - []
         join b protocols z
           = b: INCONSISTENT_GROUP_PROTOCOL as -
         join b type connect protocols x
           = b: INCONSISTENT_GROUP_PROTOCOL as -
         join b protocols y
         join c session 5
           = c: INVALID_SESSION_TIMEOUT as -
         after 6000
           = a: a#1 in gen 1 y led by a#1 [a#1 b#2]
           = b: b#2 in gen 1 y led by a#1 []
         sync b as b#2 gen 1 proto consumer/x
           = b: INCONSISTENT_GROUP_PROTOCOL
         sync b as b#2 gen 2
           = b: ILLEGAL_GENERATION
         sync b as c gen 1
           = b: UNKNOWN_MEMBER_ID
         heartbeat b as b#2 gen 0
           = b: ILLEGAL_GENERATION
         heartbeat b as c gen 0
           = b: UNKNOWN_MEMBER_ID",
    );
}

#[test]
fn the_protocol_that_most_prefer_is_chosen() {
    check(
        "join a protocols x,y
           > g gen 0 /- led by - []
         join b protocols y,x
         join c protocols y,x
         after 6000
           = a: a#1 in gen 1 y led by a#1 [a#1 b#2 c#3]
           = b: b#2 in gen 1 y led by a#1 []
           = c: c#3 in gen 1 y led by a#1 []",
    );
}

#[test]
fn a_group_has_room_for_so_many() {
    check(
        "join a
           > g gen 0 /- led by - []
         join b
         join c
         join d
         join e
           = e: GROUP_MAX_SIZE_REACHED as -
         after 6000
           = a: a#1 in gen 1 range led by a#1 [a#1 b#2 c#3 d#4]
           = b: b#2 in gen 1 range led by a#1 []
           = c: c#3 in gen 1 range led by a#1 []
           = d: d#4 in gen 1 range led by a#1 []
         join e
           = e: GROUP_MAX_SIZE_REACHED as -",
    );
}

#[test]
fn a_leader_that_joins_again_begins_a_generation_and_others_that_do_not() {
    check(
        "join a
           > g gen 0 /- led by - []
         join b
         after 6000
           = a: a#1 in gen 1 range led by a#1 [a#1 b#2]
           = b: b#2 in gen 1 range led by a#1 []
         sync a as a#1 gen 1 give a#1=1,b#2=2
           > g gen 1 consumer/range led by a#1 [a#1=1 b#2=2]
           = a: has 1
         join b as b#2
           = b: b#2 in gen 1 range led by a#1 []
         join b as b#2 says y
         join a as a#1
           = a: a#1 in gen 2 range led by a#1 [a#1 b#2]
           = b: b#2 in gen 2 range led by a#1 []",
    );
}

#[test]
fn a_generation_that_could_not_be_written_is_tried_again() {
    check(
        "join a
           > g gen 0 /- led by - []
         after 3000
           = a: a#1 in gen 1 range led by a#1 [a#1]
         fail
         sync a as a#1 gen 1 give a#1=1
           = a: COORDINATOR_NOT_AVAILABLE
         join a as a#1
           = a: a#1 in gen 2 range led by a#1 [a#1]
         sync a as a#1 gen 2 give a#1=1
           > g gen 2 consumer/range led by a#1 [a#1=1]
           = a: has 1",
    );
}

#[test]
fn a_group_goes_on_after_a_restart_without_a_rebalance() {
    check(
        "join a
           > g gen 0 /- led by - []
         join b
         after 6000
           = a: a#1 in gen 1 range led by a#1 [a#1 b#2]
           = b: b#2 in gen 1 range led by a#1 []
         sync a as a#1 gen 1 give a#1=1,b#2=2
           > g gen 1 consumer/range led by a#1 [a#1=1 b#2=2]
           = a: has 1
         reload
         heartbeat a as a#1 gen 1
           = a: NONE
         heartbeat b as b#2 gen 1
           = b: NONE
         sync b as b#2 gen 1
           = b: has 2
         after 9999
         heartbeat a as a#1 gen 1
           = a: NONE
         after 1",
    );
}

#[test]
fn a_rebalance_that_a_restart_interrupts_begins_again() {
    check(
        "join a v 4
           > g gen 0 /- led by - []
           = a: MEMBER_ID_REQUIRED as a#1
         join a v 4 as a#1
         reload
         join a v 4 as a#1
           = a: UNKNOWN_MEMBER_ID as a#1
         join a v 4
           = a: MEMBER_ID_REQUIRED as a#2",
    );
}

#[test]
fn who_was_given_an_id_and_is_not_back_with_it_is_limited() {
    check(
        "join a v 4
           > g gen 0 /- led by - []
           = a: MEMBER_ID_REQUIRED as a#1
         join b v 4
           = b: MEMBER_ID_REQUIRED as b#2
         join c v 4
           = c: MEMBER_ID_REQUIRED as c#3
         join d v 4
           = d: GROUP_MAX_SIZE_REACHED as -
         after 10000
         join d v 4
           = d: MEMBER_ID_REQUIRED as d#4",
    );
}

#[test]
fn what_a_member_says_of_itself_is_limited() {
    let topic = "t".repeat(1000);
    check(&format!("join a says {topic}\n= a: INVALID_REQUEST as -"));
}
