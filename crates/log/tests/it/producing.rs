//! Idempotent producers and transactions, as Kafka 4.4 judges them.

use ottla_log::LogConfig;

use crate::script::{check, small};

#[test]
fn the_last_five_batches_are_known_when_they_come_again() {
    check(
        LogConfig::default(),
        "
        > append pid=7 seq=0 n=2
        0..=1
        > append pid=7 seq=2
        2..=2
        > append pid=7 seq=3
        3..=3
        > append pid=7 seq=4
        4..=4
        > append pid=7 seq=5
        5..=5
        > append pid=7 seq=0 n=2
        duplicate 0..=1
        > append pid=7 seq=5
        duplicate 5..=5
        > append pid=7 seq=6
        6..=6
        > append pid=7 seq=0 n=2
        OUT_OF_ORDER_SEQUENCE_NUMBER: producer 7 sent sequence number 0 after 6
        > append pid=7 seq=6 n=2
        OUT_OF_ORDER_SEQUENCE_NUMBER: producer 7 sent sequence number 6 after 6
        > append pid=7 seq=8
        OUT_OF_ORDER_SEQUENCE_NUMBER: producer 7 sent sequence number 8 after 6
        > append pid=7 seq=7
        7..=7
        > producers
        7 epoch 0 seq 7 batches 5
        ",
    );
}

#[test]
fn a_new_epoch_begins_at_zero_and_an_old_one_is_refused() {
    check(
        LogConfig::default(),
        "
        > append pid=7 epoch=1 seq=0
        0..=0
        > append pid=7 epoch=2 seq=1
        OUT_OF_ORDER_SEQUENCE_NUMBER: producer 7 sent sequence number 1 after 0
        > append pid=7 epoch=2 seq=0
        1..=1
        > append pid=7 epoch=1 seq=1
        INVALID_PRODUCER_EPOCH: producer 7 is at epoch 1, the last seen is 2
        > producers
        7 epoch 2 seq 0 batches 1
        ",
    );
}

#[test]
fn an_unknown_producer_may_begin_anywhere() {
    check(
        LogConfig::default(),
        "
        > append pid=7 seq=40
        0..=0
        > expire 86400099
        0
        > expire 86400100
        1
        > append pid=7 seq=90
        1..=1
        ",
    );
}

#[test]
fn sequence_numbers_wrap_to_zero() {
    check(
        LogConfig::default(),
        "
        > append pid=7 seq=2147483646 n=2
        0..=1
        > append pid=7 seq=0
        2..=2
        > append pid=7 seq=2147483646 n=2
        duplicate 0..=1
        ",
    );
}

#[test]
fn an_open_transaction_holds_the_stable_offset_back() {
    check(
        LogConfig::default(),
        "
        > append
        0..=0
        > append pid=7 seq=0 txn
        1..=1
        > append pid=8 seq=0 txn
        2..=2
        > stable
        1
        > append pid=7 seq=1
        INVALID_TXN_STATE: producer 7 is in a transaction, the batch is in none
        > marker pid=7 commit
        3..=3
        > stable hw=9
        1
        > replicated 4
        > stable hw=9
        2
        > marker pid=8 abort
        4..=4
        > replicated 5
        > stable hw=5
        5
        > files
        00000000000000000000.log 390
        00000000000000000000.index 0
        00000000000000000000.timeindex 0
        00000000000000000000.txnindex 34
        ",
    );
}

#[test]
fn a_reader_of_committed_records_is_told_of_the_aborted_ones() {
    check(
        super::script::small(),
        "
        > append
        0..=0
        > append pid=7 seq=0 txn bytes=100
        1..=1
        > append pid=8 seq=0 txn bytes=100
        2..=2 rolled
        > marker pid=7 commit
        3..=3
        > append pid=9 seq=0 txn bytes=200
        4..=4 rolled
        > marker pid=8 abort
        5..=5
        > marker pid=9 abort
        6..=6 rolled
        > append pid=7 seq=1 txn
        7..=7
        > aborted 0
        none
        > aborted 0 max=1
        none
        > aborted 2
        8: 2..=5
        > aborted 3
        8: 2..=5
        > aborted 4
        8: 2..=5 9: 4..=6
        > aborted 6
        9: 4..=6
        > aborted 7
        none
        > damage 4 txnindex cut=1
        > aborted 2
        00000000000000000004.txnindex holds something that is no aborted transaction
        ",
    );
}

#[test]
fn a_marker_of_a_replaced_coordinator_is_refused() {
    check(
        LogConfig::default(),
        "
        > append pid=7 seq=0 txn
        0..=0
        > marker pid=7 coordinator=3 commit
        1..=1
        > marker pid=7 coordinator=2 commit
        TRANSACTION_COORDINATOR_FENCED: the marker for producer 7 is from a replaced coordinator
        ",
    );
}

#[test]
fn producers_survive_a_stop_and_a_crash() {
    check(
        small(),
        "
        > append pid=7 seq=0 bytes=100
        0..=0
        > append pid=8 seq=0 bytes=100
        1..=1
        > append pid=7 seq=1 bytes=100
        2..=2 rolled
        > append pid=9 seq=0 txn
        3..=3
        > reopen from=2
        0..4 recovered 1 lost 0
        > producers
        7 epoch 0 seq 1 batches 2
        8 epoch 0 seq 0 batches 1
        9 epoch 0 seq 0 batches 1 txn@3
        > stable hw=4
        3
        > reopen clean
        0..4 recovered 0 lost 0
        > producers
        7 epoch 0 seq 1 batches 1
        8 epoch 0 seq 0 batches 1
        9 epoch 0 seq 0 batches 1 txn@3
        > append pid=7 seq=1 bytes=100
        duplicate 2..=2
        ",
    );
}
