//! Finding an offset while part of the files is not in memory.

use std::time::Duration;

use ottla_io::sim::World;
use ottla_model::ErrorCode;

use super::super::{Acks, Asked, ReadLimit, Storage};
use super::{batch, led, settings};

/// A simulated file has what is asked for in memory three times of four.
#[test]
fn a_lookup_that_would_wait_for_the_device_says_what_to_load_and_finds_the_same_later() {
    let world = World::new(5);
    let io = world.node("node");
    let storage = Storage::open(&io, settings(&["/d".into()]));
    let storage = world.run(Duration::from_secs(60), storage).unwrap().unwrap();
    let partition = led(&storage, 0);
    for sequence in 0..200 {
        let now = io.now();
        partition.append(now, &batch(sequence, 1, 900, now.wall.millis), Acks::Leader).unwrap();
    }
    let asked = Asked { offset: 0, bytes_max: 5_000, one_at_least: true, limit: ReadLimit::LogEnd };
    let (mut found_count, mut missed_count) = (0, 0);
    for offset in 0..200 {
        let wanted = partition.read(offset, 5_000, true, ReadLimit::LogEnd).unwrap();
        loop {
            match partition.read_cached(Asked { offset, ..asked }).unwrap() {
                Ok(found) => {
                    assert_eq!((found.position, found.len), (wanted.position, wanted.len));
                    break found_count += 1;
                }
                Err(uncached) => uncached.load().unwrap(),
            }
            missed_count += 1;
        }
    }
    assert!(found_count == 200 && missed_count > 20, "{found_count}, {missed_count}");
    let behind = partition.read_cached(Asked { offset: 201, ..asked });
    assert_eq!(behind.unwrap_err(), ErrorCode::OffsetOutOfRange);
}
