//! The scrubber, in simulated time.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ottla_io::Io;
use ottla_io::sim::World;

use super::super::{Acks, Damage, FoundBy, ScrubProgress, ScrubSettings, Storage};
use super::{batch, led, settings};

const NODE: &str = "node";
const BATCHES: i32 = 40;

/// What one life of a node came to see.
type Seen = Arc<Mutex<Option<(Vec<Damage>, ScrubProgress)>>>;

/// Fills a log, lets a bit of a sealed segment rot if `rots`, and waits for the scrubber.
fn run(seed: u64, scrub: ScrubSettings, rots: bool) -> (Vec<Damage>, ScrubProgress) {
    let world = World::new(seed);
    let io = world.node(NODE);
    let (seen, filled) = (Seen::default(), Seen::default());
    io.spawn("life", live(io.clone(), scrub, Arc::clone(&filled), Arc::clone(&seen)));
    let is_there = |seen: &Seen| seen.lock().unwrap().is_some();
    assert!(world.run_until(Duration::from_secs(3600), || is_there(&filled)));
    if rots {
        world.rot(NODE, "/data/words-0/00000000000000000000.log").unwrap();
    }
    assert!(world.run_until(Duration::from_secs(3600), || is_there(&seen)));
    seen.lock().unwrap().take().unwrap()
}

async fn live(io: Io, scrub: ScrubSettings, filled: Seen, seen: Seen) {
    let mut settings = settings(&[PathBuf::from("/data")]);
    settings.scrub = scrub;
    let storage = Storage::open(&io, settings).await.unwrap();
    let partition = led(&storage, 0);
    for sequence in 0..BATCHES {
        partition
            .append(io.now(), &batch(sequence, 1, 100, io.now().wall.millis), Acks::All)
            .unwrap();
    }
    let flushing = Arc::clone(&partition);
    io.flushing(move || flushing.flush()).await.unwrap();
    *filled.lock().unwrap() = Some((Vec::new(), storage.scrub_progress()));
    // Goes on while the segments are looked at.
    for sequence in BATCHES..2 * BATCHES {
        io.sleep(Duration::from_secs(4)).await;
        partition
            .append(io.now(), &batch(sequence, 1, 100, io.now().wall.millis), Acks::All)
            .unwrap();
    }
    *seen.lock().unwrap() = Some((storage.damages(), storage.scrub_progress()));
}

#[test]
fn a_rotten_bit_of_a_sealed_segment_is_found_and_the_rest_is_read_on() {
    let (mut found, seeds) = (0, 30);
    for seed in 0..seeds {
        let (damages, progress) = run(seed, ScrubSettings::default(), true);
        assert!(progress.last_pass_ended_ms.is_some(), "seed {seed}");
        assert!(progress.bytes > 5000, "seed {seed}: {progress:?}");
        // A bit of a leader epoch is under no checksum.
        let Some(damage) = damages.first() else { continue };
        found += 1;
        assert_eq!((damages.len(), damage.found_by), (1, FoundBy::Scrub), "seed {seed}");
        assert_eq!(damage.file, "00000000000000000000.log");
        assert!(damage.position < damage.end_position, "seed {seed}: {damage}");
        assert!(damage.offset < damage.next_offset, "seed {seed}: {damage}");
        assert_eq!(progress.found, 1);
    }
    assert!(found > seeds / 2, "{found} of {seeds}");
}

#[test]
fn what_is_sound_and_written_meanwhile_is_no_damage() {
    for seed in 0..30 {
        let scrub = ScrubSettings { interval: Duration::ZERO, ..ScrubSettings::default() };
        let (damages, progress) = run(seed, scrub, false);
        assert_eq!(damages, [], "seed {seed}");
        assert!(progress.last_pass_ended_ms.is_some(), "seed {seed}");
    }
}

#[test]
fn the_budget_is_kept_and_nothing_is_read_without_one() {
    // A life of 160 seconds, of which the scrubber takes the last hundred; it reads a segment of a
    // thousand bytes before it rests.
    let slow = ScrubSettings { bytes_per_second: 16, ..ScrubSettings::default() };
    let (_, progress) = run(1, slow, false);
    assert!((1..100 * 16 + 1100).contains(&progress.bytes), "{progress:?}");
    let off = ScrubSettings { bytes_per_second: 0, ..ScrubSettings::default() };
    let (damages, progress) = run(1, off, true);
    assert_eq!((damages.len(), progress), (0, ScrubProgress::default()));
}
