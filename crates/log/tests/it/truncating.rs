//! Cutting the end off, and starting over.

use crate::script::{check, small};

#[test]
fn a_batch_goes_as_a_whole_and_the_log_goes_on_at_the_cut() {
    check(
        small(),
        "
        > append n=3 ts=100
        0..=2
        > append n=3 ts=500
        3..=5
        > append n=1 ts=200
        6..=6
        > truncate 9
        0..7
        > truncate 4
        0..4
        > read 0
        0..=2
        > time largest
        102 at 2
        > append ts=300
        4..=4
        > read 3
        4..=4
        > time 103
        300 at 4
        ",
    );
}

#[test]
fn whole_segments_go_and_their_epochs_and_producers_with_them() {
    check(
        small(),
        "
        > append bytes=100 pid=7 seq=0 leader=1
        0..=0
        > append bytes=100 pid=7 seq=1 leader=1
        1..=1
        > append bytes=100 pid=7 seq=2 leader=2
        2..=2 rolled
        > append bytes=100 pid=8 seq=0 leader=3
        3..=3
        > append bytes=100 pid=8 seq=1 leader=3
        4..=4 rolled
        > truncate 1
        0..1
        > epochs
        1@0
        > producers
        7 epoch 0 seq 0 batches 1
        > files
        00000000000000000000.log 170
        00000000000000000000.index 0
        00000000000000000000.timeindex 12
        > append bytes=100 pid=7 seq=1 leader=4
        1..=1
        ",
    );
}

#[test]
fn below_the_first_segment_everything_starts_over() {
    check(
        small(),
        "
        > append as=follower at=50
        50..=50
        > roll
        0..51
        > delete-before 51
        51..51
        > retain
        0 LogStart
        51..51
        > truncate 20
        20..20
        > append
        20..=20
        > read 20
        20..=20
        ",
    );
}
