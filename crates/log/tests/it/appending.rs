//! Offsets, rolls, indexes, and reading it all back.

use ottla_log::LogConfig;

use crate::script::{check, small};

#[test]
fn batches_get_the_next_offsets_and_are_read_back() {
    check(
        LogConfig::default(),
        "
        > append n=3 ts=100
        0..=2
        > append n=2 ts=200 gzip
        3..=4
        > append n=1 ts=150
        5..=5
        > read 0
        0..=2 3..=4 5..=5
        > read 1
        0..=2 3..=4 5..=5
        > read 3 upto=5
        3..=4
        > read 5 upto=5
        nothing
        > read 6
        nothing
        > read 7
        OFFSET_OUT_OF_RANGE
        > read -1
        OFFSET_OUT_OF_RANGE
        > read 0 max=1
        0..=2
        > read 0 max=1 not-one
        and a part
        > read 0 max=0 not-one
        nothing
        > read 0 max=150
        0..=2 and a part
        ",
    );
}

#[test]
fn a_segment_is_sealed_before_it_would_grow_too_large() {
    check(
        small(),
        "
        > append bytes=100 ts=100
        0..=0
        > append bytes=100 ts=300
        1..=1
        > append bytes=100 ts=200
        2..=2 rolled
        > append bytes=100 ts=250
        3..=3
        > files
        00000000000000000000.log 340
        00000000000000000000.index 8
        00000000000000000000.timeindex 12
        00000000000000000002.log 340
        00000000000000000002.index 8
        00000000000000000002.timeindex 12
        00000000000000000002.snapshot 0 producers
        > read 1
        1..=1
        > read 2
        2..=2 3..=3
        > append bytes=400
        RECORD_LIST_TOO_LARGE: batches of 470 bytes are larger than a segment of 400
        ",
    );
}

#[test]
fn a_segment_is_sealed_when_its_first_batch_is_too_old() {
    let config = LogConfig { segment_ms: 1000, ..LogConfig::default() };
    check(
        config,
        "
        > append ts=5000
        0..=0
        > append ts=6000
        1..=1
        > append ts=6001
        2..=2 rolled
        > append ts=100
        3..=3
        ",
    );
}

#[test]
fn a_segment_is_sealed_when_its_index_is_full() {
    let config =
        LogConfig { index_interval_bytes: 0, segment_index_bytes: 36, ..LogConfig::default() };
    check(
        config,
        "
        > append ts=1
        0..=0
        > append ts=2
        1..=1
        > append ts=3
        2..=2
        > append ts=4
        3..=3 rolled
        ",
    );
}

#[test]
fn a_client_is_held_to_max_message_bytes_and_a_coordinator_is_not() {
    let config = LogConfig { max_message_bytes: 100, ..LogConfig::default() };
    check(
        config,
        "
        > append bytes=20
        0..=0
        > append bytes=60
        MESSAGE_TOO_LARGE: a batch of 129 bytes is over the limit of 100
        > append bytes=60 as=coordinator
        1..=1
        ",
    );
}

#[test]
fn a_follower_keeps_offsets_and_epochs_and_refuses_what_does_not_continue() {
    check(
        LogConfig::default(),
        "
        > append as=follower at=5 n=2 in-epoch=3
        5..=6
        > append as=follower at=10 in-epoch=4
        10..=10
        > append as=follower at=10 in-epoch=4
        UNKNOWN_SERVER_ERROR: batch at offset 10 does not continue a log that ends at 11
        > epochs
        3@5 4@10
        > epoch-end 3
        (3, 10)
        > epoch-end 4
        (4, 11)
        > read 0
        5..=6 10..=10
        > read 7
        10..=10
        ",
    );
}

#[test]
fn a_follower_rolls_when_an_offset_is_too_far_from_the_base() {
    check(
        LogConfig::default(),
        "
        > append as=follower at=0
        0..=0
        > append as=follower at=2147483647
        2147483647..=2147483647
        > append as=follower at=2147483648
        2147483648..=2147483648 rolled
        ",
    );
}

#[test]
fn records_are_found_by_their_time() {
    check(
        small(),
        "
        > append n=3 ts=100 gzip
        0..=2
        > append n=2 ts=300
        3..=4
        > append n=2 ts=200
        5..=6
        > append n=2 ts=400 bytes=40
        7..=8 rolled
        > time 0
        100 at 0
        > time 102
        102 at 2
        > time 103
        300 at 3
        > time 301
        301 at 4
        > time 302
        400 at 7
        > time 402
        none
        > time largest
        401 at 8
        > delete-before 2
        2..9
        > time 0
        102 at 2
        ",
    );
}

#[test]
fn an_empty_log_has_no_times() {
    check(
        small(),
        "
        > time largest
        none
        > time 0
        none
        > read 0
        nothing
        ",
    );
}

#[test]
fn a_leader_epoch_is_noted_with_its_first_batch() {
    check(
        small(),
        "
        > append leader=1
        0..=0
        > append leader=1
        1..=1
        > append leader=4
        2..=2
        > epochs
        1@0 4@2
        > epoch-end 2
        (1, 2)
        > epoch-end 5
        (-1, -1)
        ",
    );
}
