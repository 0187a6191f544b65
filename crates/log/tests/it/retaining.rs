//! Which segments go.

use ottla_log::LogConfig;

use crate::script::{check, small};

const THREE_SEGMENTS: &str = "
    > append bytes=300 ts=1000
    0..=0
    > append bytes=300 ts=2000
    1..=1 rolled
    > append bytes=300 ts=3000
    2..=2 rolled
";

#[track_caller]
fn check_three(config: LogConfig, rest: &str) {
    check(config, &format!("{THREE_SEGMENTS}{rest}"));
}

#[test]
fn old_segments_go_and_the_active_one_is_rolled_if_it_is_old_too() {
    check_three(
        LogConfig { retention_ms: 500, ..small() },
        "
        > retain now=1500
        nothing
        > retain now=1501
        0 Age
        1..3
        > retain now=9000 hw=2
        1 Age
        2..3
        > retain now=9000
        2 Age
        3..3
        > retain now=9000
        nothing
        > append ts=9000
        3..=3
        ",
    );
}

#[test]
fn the_oldest_go_while_the_log_stays_large_enough() {
    check_three(
        LogConfig { retention_bytes: 400, retention_ms: -1, ..small() },
        "
        > retain
        0 Size
        1..3
        > retain
        nothing
        ",
    );
}

#[test]
fn segments_before_the_log_start_go_whatever_the_policy() {
    check_three(
        LogConfig { delete: false, compact: true, retention_ms: 1, ..small() },
        "
        > retain now=99999
        nothing
        > delete-before 2
        2..3
        > retain now=99999
        0 LogStart
        1 LogStart
        2..3
        > read 1
        OFFSET_OUT_OF_RANGE
        > delete-before 1
        2..3
        ",
    );
}
