//! A disk that stalls is told of while it does.

use std::path::PathBuf;
use std::time::Duration;

use ottla_io::sim::{Faults, World};

use super::super::{Acks, Storage};
use super::{batch, led, settings};

/// Samples every 100 ms over syncs that each stall for `stall_ms`, with this limit; the largest number
/// of stalled calls, the longest call, and what is left and counted at the end.
fn check(limit_ms: i64, stall_ms: u64) -> (usize, u64, usize, u64) {
    let stall_ms = (stall_ms, stall_ms);
    let faults = Faults { stall_per_million: 1_000_000, stall_ms, ..Faults::default() };
    let world = World::with_faults(7, faults);
    let io = world.node("node");
    let told = world.run(Duration::from_secs(3600), async {
        let mut settings = settings(&[PathBuf::from("/data")]);
        settings.stall_limit_ms = limit_ms;
        let storage = Storage::open(&io, settings).await.unwrap();
        let partition = led(&storage, 1);
        partition.append(io.now(), &batch(0, 1, 100, 0), Acks::All).unwrap();
        let (flushing, flushed) = (io.clone(), partition.clone());
        let task = io.spawn("flush", async move {
            flushing.flushing(move || flushed.flush()).await.unwrap();
        });
        let dir = storage.dirs()[0].clone();
        let (mut most, mut longest_ms) = (0, 0);
        for _ in 0..200 {
            io.sleep(Duration::from_millis(100)).await;
            most = most.max(dir.stalled_calls());
            longest_ms = longest_ms.max(dir.longest_call_ms());
        }
        task.join().await.unwrap();
        // Whatever else looks at the disk stalls as well.
        world.set_faults(Faults::default());
        io.sleep(Duration::from_secs(20)).await;
        (most, longest_ms, dir.stalled_calls(), dir.stalls_total())
    });
    told.unwrap()
}

#[test]
fn a_call_that_stalls_is_counted_while_it_does_and_only_then() {
    let (most, longest_ms, left, total) = check(1000, 4000);
    assert!(most > 0 && total > 0, "{most} {total}");
    assert!((3000..=4000).contains(&longest_ms), "{longest_ms}");
    assert_eq!(left, 0);
}

#[test]
fn calls_that_come_back_within_the_limit_are_no_stalls_and_without_a_limit_none_is() {
    for limit_ms in [6000, 0] {
        let (most, _, left, total) = check(limit_ms, 4000);
        assert_eq!((most, left, total), (0, 0, 0), "limit {limit_ms}");
    }
}
