//! Transactions that take too long, ids that nobody uses, epochs that are used up.

use crate::script::check;

#[test]
fn a_transaction_that_takes_too_long_is_aborted_and_its_producer_fenced() {
    check(
        "
        reload
        init t fresh 7 timeout 15000
          > t 7:0 Empty [] since -1
          = go on as 7:0
        add t 7:0 a-0 tv2
          > t 7:0 Ongoing [a-0] since 0
          = added
        after 10000
        after 10000
          > t 7:1 PrepareAbort [a-0] since 0
          = mark abort 7:1 in [a-0]
        end t 7:0 commit tv2
          = CONCURRENT_TRANSACTIONS
        markers t 7:1
          > t 7:1 CompleteAbort [] since 0
        end t 7:0 commit tv2
          = INVALID_TXN_STATE
        add t 7:0 a-0 tv2
          = PRODUCER_FENCED
        ",
    );
}

#[test]
fn a_transactional_id_that_nobody_uses_is_forgotten() {
    check(
        "
        reload
        init t fresh 7
          > t 7:0 Empty [] since -1
          = go on as 7:0
        after 3600000
        after 604800000
          > t forgotten
        init t fresh 8
          > t 8:0 Empty [] since -1
          = go on as 8:0
        ",
    );
}
