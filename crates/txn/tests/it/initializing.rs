//! Who a producer is, and who is fenced.

use crate::script::check;

#[test]
fn a_new_transactional_id_gets_a_producer_id_and_each_init_a_higher_epoch() {
    check(
        "
        init t
          = needs an id
        init t fresh 7
          > t 7:0 Empty [] since -1
          = go on as 7:0
        init t
          > t 7:1 Empty [] since -1
          = go on as 7:1
        ",
    );
}

#[test]
fn a_producer_that_repeats_init_after_an_error_keeps_its_place_once() {
    check(
        "
        init t fresh 7
          > t 7:0 Empty [] since -1
          = go on as 7:0
        init t as 7:0
          > t 7:1 Empty [] since -1
          = go on as 7:1
        init t as 7:0
          > t 7:1 Empty [] since -1
          = go on as 7:1
        init t
          > t 7:2 Empty [] since -1
          = go on as 7:2
        init t as 7:1
          = PRODUCER_FENCED
        init t as 8:2
          = PRODUCER_FENCED
        ",
    );
}

#[test]
fn an_open_transaction_of_the_predecessor_is_aborted_before_a_new_epoch_is_given() {
    check(
        "
        init t fresh 7
          > t 7:0 Empty [] since -1
          = go on as 7:0
        add t 7:0 a-0
          > t 7:0 Ongoing [a-0] since 0
          = added
        init t
          > t 7:1 PrepareAbort [a-0] since 0
          = CONCURRENT_TRANSACTIONS
          = mark abort 7:1 in [a-0]
        init t
          = CONCURRENT_TRANSACTIONS
        init t as 8:0
          = CONCURRENT_TRANSACTIONS
        add t 7:0 a-1
          = CONCURRENT_TRANSACTIONS
        end t 7:0 commit
          = PRODUCER_FENCED
        end t 7:1 commit
          = CONCURRENT_TRANSACTIONS
        markers t 7:1
          > t 7:1 CompleteAbort [] since 0
        add t 7:0 a-1
          = PRODUCER_FENCED
        init t
          > t 7:2 Empty [] since -1
          = go on as 7:2
        ",
    );
}

#[test]
fn a_timeout_beyond_the_limit_or_an_empty_id_is_refused() {
    check(
        "
        init t timeout 0 fresh 7
          = INVALID_TRANSACTION_TIMEOUT
        init t timeout 900001 fresh 7
          = INVALID_TRANSACTION_TIMEOUT
        init t timeout 900000 fresh 7
          > t 7:0 Empty [] since -1
          = go on as 7:0
        add u 7:0 a-0
          = INVALID_PRODUCER_ID_MAPPING
        add t 8:0 a-0
          = INVALID_PRODUCER_ID_MAPPING
        ",
    );
}
