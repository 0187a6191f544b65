//! Compaction of dirs that Apache Kafka wrote, at a given time: what `conformance/compaction/run`
//! compares with what Kafka's own cleaner makes of them.

use std::path::PathBuf;

use ottla_base::WallTime;
use ottla_log::compact::{CleanedBytes, CompactionLimits, Round};
use ottla_log::{LogConfig, SegmentFile};
use ottla_model::Offset;

use super::files::{CleanedFiles, Originals};
use crate::storage::log_files::{LogFiles, OpenLog};

/// A line of the plan: a dir, and what holds for it.
struct Line<'a> {
    dir: PathBuf,
    numbers: Vec<i64>,
    /// What Kafka said: first dirty and first uncleanable offset, clean and cleanable bytes, end.
    said: &'a str,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Self {
        let (todo, said) = line.split_once(" : ").unwrap();
        let mut words = todo.split(' ');
        let dir = words.next().unwrap().into();
        Self { dir, numbers: words.map(|word| word.parse().unwrap()).collect(), said }
    }
}

#[test]
#[ignore = "conformance/compaction/run runs it, with a plan in OTTLA_COMPACTION_PLAN"]
#[allow(
    clippy::disallowed_methods,
    reason = "run by a script, which tells the file by environment"
)]
fn compacts_what_a_plan_says() {
    let plan = std::env::var("OTTLA_COMPACTION_PLAN").unwrap();
    ottla_io::run_os(1, |io| async move {
        let text = io.disk().read(&plan, 1 << 24).unwrap();
        for line in String::from_utf8(text).unwrap().lines() {
            let line = Line::parse(line);
            let answer = compact(&io.disk(), &line);
            let mut words = answer.split(' ').zip(line.said.split(' '));
            let equal = words.all(|(ours, kafka)| ours == kafka || kafka == "-");
            let same = if equal { "same" } else { "OTHER" };
            println!("{same} {}: {answer}, Kafka: {}", line.dir.display(), line.said);
        }
    });
}

fn compact(disk: &ottla_io::Disk, line: &Line<'_>) -> String {
    let [now, checkpoint, start, expiration, retention, segment_bytes, lag, rest @ ..] =
        &line.numbers[..]
    else {
        panic!("ten numbers in a line")
    };
    let &[map_bytes, interval, read_bytes] = rest else { panic!("ten numbers in a line") };
    let now = WallTime { millis: *now };
    let config = LogConfig {
        compact: true,
        delete: false,
        segment_bytes: *segment_bytes as u32,
        delete_retention_ms: *retention,
        min_compaction_lag_ms: *lag,
        producer_id_expiration_ms: *expiration,
        index_interval_bytes: interval as u32,
        ..LogConfig::default()
    };
    let how = OpenLog {
        config,
        clean: true,
        was_synced: true,
        recovery_point: 0,
        recovery_point_lost: false,
        compacted_before: (*checkpoint).max(0),
        log_start_offset: *start,
        now,
        seed: 1,
    };
    let (mut log, _) = LogFiles::open(disk, &line.dir, how).unwrap();
    let end = log.log().log_end_offset();
    log.high_watermark_moved(end);
    let checkpoint = (*checkpoint >= 0).then_some(*checkpoint);
    let cleanable = log.log().cleanable(checkpoint, end, now, &*log.bytes()).unwrap();
    let mut ended: Offset = -1;
    if cleanable.cleanable_bytes > 0 {
        let (map_bytes, read_bytes) = (map_bytes as u64, read_bytes as usize);
        let limits = CompactionLimits { map_bytes, load_factor: 0.9, read_bytes };
        let begun = log.log().begin_compaction(&cleanable, limits, now, 7, &*log.bytes());
        ended = run(disk, &mut log, begun.unwrap(), end);
    }
    log.close().unwrap();
    format!(
        "{} {} {} {} {ended}",
        cleanable.first_dirty_offset,
        cleanable.first_uncleanable_offset,
        cleanable.clean_bytes,
        cleanable.cleanable_bytes,
    )
}

fn run(
    disk: &ottla_io::Disk,
    log: &mut LogFiles,
    mut compaction: ottla_log::compact::Compaction,
    high_watermark: Offset,
) -> Offset {
    let originals = Originals::new(disk.clone(), log.dir().to_owned());
    while compaction.map_step(&originals).unwrap().is_some() {}
    loop {
        let group = match compaction.next_round() {
            Round::Done(end) => return end,
            Round::Group(group) => group,
        };
        let mut files =
            CleanedFiles::create(disk.clone(), log.dir(), group[0].base_offset).unwrap();
        compaction.begin_group(log.log().last_records(), high_watermark);
        let mut out = CleanedBytes::default();
        while compaction.copy_step(&mut out, &originals).unwrap().is_some() {
            files.write(&out).unwrap();
            out.clear();
        }
        let cleaned = compaction.end_group(&mut out).unwrap();
        files.write(&out).unwrap();
        files.sync().unwrap();
        originals.close();
        let cuts = log.cuts();
        assert!(log.begin_swap(group, cleaned, cuts).unwrap());
        assert!(log.commit_swap().unwrap());
        log.end_swap(&SegmentFile::ALL).unwrap();
    }
}
