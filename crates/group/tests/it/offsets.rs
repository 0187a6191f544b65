//! Committed offsets.

use crate::script::check;

#[test]
fn a_client_that_assigns_itself_commits_and_reads_back() {
    check(
        "fetch c g
           = c:
         commit c g t-0@5 u-1@6
           > g t-0 at 5
           > g u-1 at 6
           = c: NONE NONE
         fetch c g
           = c: t-0@5 u-1@6
         fetch c g t-0 t-1
           = c: t-0@5 t-1@-
         commit c g t-0@5 note too-long-a-note
           = c: OFFSET_METADATA_TOO_LARGE
         commit c h t-0@1 gen 3
           = c: ILLEGAL_GENERATION
         commit c h t-0@1 gen 3 v9
           = c: GROUP_ID_NOT_FOUND
         reload
         fetch c g
           = c: t-0@5 u-1@6",
    );
}

#[test]
fn members_commit_in_their_generation() {
    check(
        "join a
           > g gen 0 /- led by - []
         after 3000
           = a: a#1 in gen 1 range led by a#1 [a#1]
         commit a g t-0@1 as a#1 gen 1
           = a: REBALANCE_IN_PROGRESS
         sync a as a#1 gen 1 give a#1=1
           > g gen 1 consumer/range led by a#1 [a#1=1]
           = a: has 1
         commit a g t-0@1 as a#1 gen 1
           > g t-0 at 1
           = a: NONE
         commit a g t-0@1 as a#1 gen 0
           = a: ILLEGAL_GENERATION
         commit a g t-0@1 as z gen 1
           = a: UNKNOWN_MEMBER_ID
         commit a g t-0@1
           = a: UNKNOWN_MEMBER_ID
         after 9000
         commit a g t-0@2 as a#1 gen 1
           > g t-0 at 2
           = a: NONE
         after 9000
         heartbeat a as a#1 gen 1
           = a: NONE",
    );
}

#[test]
fn a_commit_in_a_transaction_is_pending_until_its_end() {
    check(
        "commit c g t-0@1
           > g t-0 at 1
           = c: NONE
         commit c g t-0@5 in 7:0
           > g t-0 at 5
           = c: NONE
         fetch c g t-0
           = c: t-0@1
         fetch c g t-0 stable
           = c: t-0@UNSTABLE_OFFSET_COMMIT
         reload
         fetch c g stable
           = c: t-0@UNSTABLE_OFFSET_COMMIT
         end 7:0 commit
         fetch c g t-0 stable
           = c: t-0@5
         commit c g t-0@9 in 7:0
           > g t-0 at 9
           = c: NONE
         end 7:0 abort
         fetch c g t-0 stable
           = c: t-0@5
         reload
         fetch c g t-0 stable
           = c: t-0@5",
    );
}

#[test]
fn offsets_of_topics_that_somebody_reads_are_not_deleted() {
    check(
        "join a says x
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
         forget c g x-0 y-0 y-1
           > g y-0 forgotten
           = c: GROUP_SUBSCRIBED_TO_TOPIC NONE NONE
         fetch c g
           = c: x-0@1
         delete c g
           = c: NON_EMPTY_GROUP
         leave a a#1
           > g gen 2 consumer/- led by - []
           = a: NONE
         forget c g x-0
           > g x-0 forgotten
           = c: NONE
         forget c h x-0
           = c: GROUP_ID_NOT_FOUND
         commit c g x-0@1
           > g x-0 at 1
           = c: NONE
         delete c g
           > g x-0 forgotten
           > g gone
           = c: NONE
         delete c g
           = c: GROUP_ID_NOT_FOUND
         fetch c g
           = c:",
    );
}
