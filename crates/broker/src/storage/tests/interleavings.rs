//! What happens to a partition between two steps of something else.

use ottla_log::{LogConfig, RetentionStep};

use super::super::{Acks, Storage};
use super::{batch, in_dir, led, read_all, settings, small};

/// The decision is taken with the lock on the log; the removal waits for a flush without it.
#[test]
fn a_record_appended_after_retention_decided_stays() {
    for rolls in [false, true] {
        in_dir(|io, path| async move {
            let storage = Storage::open(&io, settings(&[path])).await.unwrap();
            let partition = led(&storage, 0);
            partition.set_config(LogConfig { retention_ms: 60_000, ..small() });
            let now = io.now();
            partition.append(now, &batch(0, 1, 10, 1000), Acks::All).unwrap();
            let plan = partition.with_log(|log, replica| {
                log.plan_retention(replica.high_watermark(), now.wall)
            });
            let Ok(RetentionStep::Remove(plan)) = plan else { panic!("nothing to look at") };
            assert_eq!(plan.segments.len(), 1, "all of the log is too old");
            partition.append(now, &batch(1, 1, 10, now.wall.millis), Acks::All).unwrap();
            if rolls {
                partition.roll(now).unwrap();
            }
            let removal = partition.with_log(|log, _| {
                let removal = log.begin_removal(&plan, now.wall).unwrap();
                let done = removal.run();
                log.end_removal(removal, &done);
            });
            assert_eq!(removal, Ok(()));
            let found: Vec<_> = read_all(&partition).into_iter().map(|(base, _)| base).collect();
            assert_eq!(found, [0, 1], "rolls: {rolls}");
        });
    }
}
