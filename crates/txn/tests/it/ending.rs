//! Commit and abort, with an epoch for the producer (TV0) and with one for each transaction (TV2).

use ottla_txn::TransactionVersion;

use crate::script::check;

#[test]
fn a_tv0_transaction_keeps_its_epoch_and_is_complete_after_its_markers() {
    check(
        "
        init t fresh 7
          > t 7:0 Empty [] since -1
          = go on as 7:0
        add t 7:0 a-0,b-1
          > t 7:0 Ongoing [a-0 b-1] since 0
          = added
        add t 7:0 a-0
          = added
        verify t 7:0 a-0,c-0
          = a-0 NONE
          = c-0 TRANSACTION_ABORTABLE
        end t 7:0 commit
          > t 7:0 PrepareCommit [a-0 b-1] since 0
          = go on as 7:0
          = mark commit 7:0 in [a-0 b-1]
        end t 7:0 commit
          = CONCURRENT_TRANSACTIONS
        end t 7:0 abort
          = CONCURRENT_TRANSACTIONS
        add t 7:0 c-0
          = CONCURRENT_TRANSACTIONS
        markers t 7:0
          > t 7:0 CompleteCommit [] since 0
        markers t 7:0
        end t 7:0 commit
          = go on as 7:0
        end t 7:0 abort
          = INVALID_TXN_STATE
        ",
    );
}

#[test]
fn a_tv2_transaction_ends_with_a_new_epoch_that_a_repeated_request_hears_again() {
    check(
        "
        init t fresh 7
          > t 7:0 Empty [] since -1
          = go on as 7:0
        add t 7:0 a-0 tv2
          > t 7:0 Ongoing [a-0] since 0
          = added
        end t 7:0 commit tv2
          > t 7:1 PrepareCommit [a-0] since 0
          = go on as 7:1
          = mark commit 7:1 in [a-0]
        end t 7:0 commit tv2
          = CONCURRENT_TRANSACTIONS
        markers t 7:1
          > t 7:1 CompleteCommit [] since 0
        end t 7:0 commit tv2
          = go on as 7:1
        end t 7:0 abort tv2
          = INVALID_TXN_STATE
        end t 7:1 commit tv2
          = INVALID_TXN_STATE
        add t 7:0 a-0 tv2
          = PRODUCER_FENCED
        ",
    );
}

#[test]
fn a_tv2_producer_that_is_ahead_of_the_markers_waits_and_is_not_fenced() {
    check(
        "
        init t fresh 7
          > t 7:0 Empty [] since -1
          = go on as 7:0
        add t 7:0 a-0 tv2
          > t 7:0 Ongoing [a-0] since 0
          = added
        end t 7:0 commit tv2
          > t 7:1 PrepareCommit [a-0] since 0
          = go on as 7:1
          = mark commit 7:1 in [a-0]
        add t 7:1 a-0 tv2
          = CONCURRENT_TRANSACTIONS
        end t 7:1 abort tv2
          = CONCURRENT_TRANSACTIONS
        markers t 7:1
          > t 7:1 CompleteCommit [] since 0
        end t 7:1 abort tv2
          > t 7:2 PrepareAbort [] since 0
          = go on as 7:2
          = mark abort 7:2 in []
        ",
    );
}

#[test]
fn a_tv2_transaction_may_be_aborted_before_it_has_a_partition() {
    check(
        "
        init t fresh 7
          > t 7:0 Empty [] since -1
          = go on as 7:0
        end t 7:0 commit tv2
          = INVALID_TXN_STATE
        end t 7:0 abort tv2
          > t 7:1 PrepareAbort [] since 0
          = go on as 7:1
          = mark abort 7:1 in []
        markers t 7:1
          > t 7:1 CompleteAbort [] since 0
        end t 7:1 abort tv2
          > t 7:2 PrepareAbort [] since 0
          = go on as 7:2
          = mark abort 7:2 in []
        ",
    );
}

#[test]
fn a_coordinator_that_takes_over_completes_what_was_prepared() {
    check(
        "
        init t fresh 7
          > t 7:0 Empty [] since -1
          = go on as 7:0
        add t 7:0 a-0 tv2
          > t 7:0 Ongoing [a-0] since 0
          = added
        end t 7:0 abort tv2
          > t 7:1 PrepareAbort [a-0] since 0
          = go on as 7:1
          = mark abort 7:1 in [a-0]
        reload
          = mark abort 7:1 in [a-0]
        markers t 7:1
          > t 7:1 CompleteAbort [] since 0
        reload
        ",
    );
}

#[test]
fn every_end_of_version_5_has_a_new_epoch_at_any_level_that_can_hold_it() {
    assert_eq!(TransactionVersion::of_end_txn(4), TransactionVersion::TV0);
    assert_eq!(TransactionVersion::of_end_txn(5), TransactionVersion::TV2);
    check(
        "
        init t fresh 7
          > t 7:0 Empty [] since -1
          = go on as 7:0
        level 1
        add t 7:0 a-0 tv2
          > t 7:0 Ongoing [a-0] since 0
          = added
        end t 7:0 commit tv2
          > t 7:1 PrepareCommit [a-0] since 0
          = go on as 7:1
          = mark commit 7:1 in [a-0]
        markers t 7:1
          > t 7:1 CompleteCommit [] since 0
        level 0
        add t 7:1 a-0 tv2
          = UNSUPPORTED_VERSION
        end t 7:1 commit tv2
          = UNSUPPORTED_VERSION
        add t 7:1 a-0
          > t 7:1 Ongoing [a-0] since 0
          = added
        ",
    );
}

#[test]
fn ids_are_remembered_up_to_a_limit() {
    check(
        "
        init t fresh 7
          > t 7:0 Empty [] since -1
          = go on as 7:0
        init u fresh 8
          > u 8:0 Empty [] since -1
          = go on as 8:0
        init v fresh 9
          = POLICY_VIOLATION
        init t
          > t 7:1 Empty [] since -1
          = go on as 7:1
        ",
    );
}
