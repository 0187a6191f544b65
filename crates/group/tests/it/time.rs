//! Silence, lateness, expiry.

use crate::script::check;

#[test]
fn a_silent_member_is_removed() {
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
         after 5000
         heartbeat a as a#1 gen 1
           = a: NONE
         after 5000
         heartbeat a as a#1 gen 1
           = a: REBALANCE_IN_PROGRESS
         join a as a#1
           = a: a#1 in gen 2 range led by a#1 [a#1]
         after 10000
           > g gen 3 consumer/- led by - []
         sync a as a#1 gen 2 give a#1=1
           = a: UNKNOWN_MEMBER_ID
         after 10000",
    );
}

#[test]
fn who_does_not_join_in_time_is_left_behind() {
    check(
        "join a session 100000
           > g gen 0 /- led by - []
         join b session 100000
         after 6000
           = a: a#1 in gen 1 range led by a#1 [a#1 b#2]
           = b: b#2 in gen 1 range led by a#1 []
         sync a as a#1 gen 1 give a#1=1,b#2=2
           > g gen 1 consumer/range led by a#1 [a#1=1 b#2=2]
           = a: has 1
         sync b as b#2 gen 1
           = b: has 2
         join c session 100000
         join b as b#2 session 100000
         after 60000
           = b: b#2 in gen 2 range led by b#2 [b#2 c#3]
           = c: c#3 in gen 2 range led by b#2 []
         heartbeat a as a#1 gen 2
           = a: UNKNOWN_MEMBER_ID",
    );
}

#[test]
fn who_does_not_sync_in_time_is_removed() {
    check(
        "join a session 100000
           > g gen 0 /- led by - []
         join b session 100000
         after 6000
           = a: a#1 in gen 1 range led by a#1 [a#1 b#2]
           = b: b#2 in gen 1 range led by a#1 []
         sync b as b#2 gen 1
         after 60000
           = b: REBALANCE_IN_PROGRESS
         join b as b#2 session 100000
           = b: b#2 in gen 2 range led by b#2 [b#2]",
    );
}

#[test]
fn the_first_generation_waits_as_long_as_members_come() {
    check(
        "join a rebalance 7000
           > g gen 0 /- led by - []
         after 2000
         join b rebalance 7000
         after 3000
         join c rebalance 7000
         after 2000
           = a: a#1 in gen 1 range led by a#1 [a#1 b#2 c#3]
           = b: b#2 in gen 1 range led by a#1 []
           = c: c#3 in gen 1 range led by a#1 []",
    );
}

#[test]
fn silent_members_do_not_keep_others_waiting() {
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
         heartbeat b as b#2 gen 1
           = b: NONE
         after 9000
         heartbeat a as a#1 gen 1
           = a: NONE
         join c rebalance 400000
         after 10000
           = c: c#3 in gen 2 range led by c#3 [c#3]",
    );
}

#[test]
fn offsets_expire_when_nobody_needs_them_and_then_the_group() {
    check(
        "commit c simple t-0@1
           > simple t-0 at 1
           = c: NONE
         commit c short t-0@1 keep 1000
           > short t-0 at 1
           = c: NONE
         join a
           > g gen 0 /- led by - []
         after 3000
           = a: a#1 in gen 1 range led by a#1 [a#1]
         sync a as a#1 gen 1 give a#1=1
           > g gen 1 consumer/range led by a#1 [a#1=1]
           = a: has 1
         commit a g x-0@1 y-0@1 as a#1 gen 1
           > g x-0 at 1
           > g y-0 at 1
           = a: NONE NONE
         after 1200000
           > g gen 2 consumer/- led by - []
           > short t-0 forgotten
           > short gone
         commit c simple t-0@2
           > simple t-0 at 2
           = c: NONE
         fetch c g
           = c: x-0@1 y-0@1
         after 604800000
           > g x-0 forgotten
           > g y-0 forgotten
           > g gone
         fetch c g
           = c:",
    );
}
