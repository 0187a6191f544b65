//! What compaction leaves of a log.

use std::collections::BTreeMap;

use ottla_base::{Rng, WallTime};
use ottla_log::compact::{CleanedBytes, CompactionLimits, CompactionStats, Round};
use ottla_log::producers::Origin;
use ottla_log::{AppendAs, LogConfig, ReadRequest, SegmentFile, TimestampTarget};
use ottla_model::Offset;
use ottla_record::{BatchBuilder, BatchView, Codec, NewRecord, records, split_batches};
use ottla_record::{EndTxnMarker, TxnMarkerBatch};

use crate::memory::{MemoryLog, Reopen, reopen};

const DAY_MS: i64 = 86_400_000;

/// A log in memory that is compacted.
struct Compacted {
    log: MemoryLog,
    checkpoint: Option<Offset>,
    limits: CompactionLimits,
    stats: CompactionStats,
}

fn config() -> LogConfig {
    LogConfig { compact: true, delete: false, index_interval_bytes: 0, ..LogConfig::default() }
}

impl Compacted {
    fn new(config: LogConfig) -> Self {
        let limits = CompactionLimits { map_bytes: 1 << 20, load_factor: 0.9, read_bytes: 100 };
        let stats = CompactionStats::default();
        Self { log: MemoryLog::new(config), checkpoint: None, limits, stats }
    }

    /// One batch; a record is `key=value`, `key` for a tombstone or `=value` without a key.
    fn put(&mut self, batch: BatchBuilder, records: &str) -> Offset {
        let mut batch = batch;
        for record in records.split_whitespace() {
            let (key, value) = match record.split_once('=') {
                Some((key, value)) => (key, Some(value.as_bytes())),
                None => (record, None),
            };
            let key = (!key.is_empty()).then_some(key.as_bytes());
            let timestamp = self.log.now.millis;
            batch.append(&NewRecord { timestamp, key, value, headers: &[] }).unwrap();
        }
        self.append(&batch.build(), Origin::Client)
    }

    fn append(&mut self, bytes: &[u8], origin: Origin) -> Offset {
        let role = AppendAs::Leader { epoch: 0, origin };
        let appended = self.log.append(bytes, role).unwrap();
        let end = self.log.log.log_end_offset();
        self.log.log.high_watermark_moved(end);
        appended.first_offset
    }

    fn plain(&mut self, records: &str) {
        self.put(BatchBuilder::new(0, Codec::None), records);
    }

    fn end_txn(&mut self, producer_id: i64, committed: bool) {
        let marker = TxnMarkerBatch {
            base_offset: 0,
            leader_epoch: 0,
            timestamp: self.log.now.millis,
            producer_id,
            producer_epoch: 0,
            committed,
            marker: EndTxnMarker { coordinator_epoch: 0 },
        };
        self.append(&marker.build(), Origin::Coordinator);
    }

    fn roll(&mut self) {
        let roll = self.log.log.plan_roll(None, self.log.now);
        self.log.roll(&roll);
    }

    /// One round; says whether anything was done.
    fn clean(&mut self) -> bool {
        let (now, end) = (self.log.now, self.log.log.log_end_offset());
        let log = &self.log.log;
        let cleanable = log.cleanable(self.checkpoint, end, now, &self.log.files).unwrap();
        if cleanable.cleanable_bytes == 0 {
            return false;
        }
        let files = self.log.files.clone();
        let begun = log.begin_compaction(&cleanable, self.limits, now, 1, &files);
        let mut compaction = begun.unwrap();
        while compaction.map_step(&files).unwrap().is_some() {}
        let done = loop {
            let group = match compaction.next_round() {
                Round::Group(group) => group,
                Round::Done(offset) => break offset,
            };
            compaction.begin_group(self.log.log.last_records(), end);
            let (mut out, mut read) = (CleanedBytes::default(), 0);
            while let Some(count) = compaction.copy_step(&mut out, &files).unwrap() {
                read += count;
            }
            assert_eq!(read, group.iter().map(|source| source.size).sum());
            let cleaned = compaction.end_group(&mut out).unwrap();
            self.log.log.commit_cleaned(&group, &cleaned);
            assert_eq!(out.log.len() as u64, cleaned.size());
            let base_offset = group[0].base_offset;
            for source in group {
                let goes = source.base_offset;
                self.log.files.segments.retain(|(base, _), _| *base != goes);
                if goes != base_offset {
                    self.log.files.snapshots.remove(&goes);
                }
            }
            for (file, bytes) in [
                (SegmentFile::Log, out.log),
                (SegmentFile::OffsetIndex, out.offset_index),
                (SegmentFile::TimeIndex, out.time_index),
                (SegmentFile::TxnIndex, out.txn_index),
            ] {
                self.log.files.segments.insert((base_offset, file), bytes);
            }
        };
        self.checkpoint = Some(done);
        self.stats = compaction.stats();
        true
    }

    fn clean_all(&mut self) {
        while self.clean() {}
    }

    /// Everything in the log, a word per batch: `[base-last flags: key=value@offset ...]`.
    fn text(&self) -> String {
        let mut out = String::new();
        for view in self.batches() {
            let view = BatchView::parse(&view).unwrap();
            view.check_crc().unwrap();
            let header = view.header();
            out += &format!("[{}-{}", header.base_offset, header.last_offset());
            for (flag, on) in [
                ("t", header.is_transactional()),
                ("c", header.is_control()),
                ("h", header.has_delete_horizon()),
            ] {
                out += if on { flag } else { "" };
            }
            for record in &records(&view, 1 << 20).unwrap() {
                let record = record.unwrap();
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let shown = match (header.is_control(), record.key, record.value) {
                    (true, ..) => "marker".to_string(),
                    (_, key, Some(value)) => {
                        format!("{}={}", key.map(text).unwrap_or_default(), text(value))
                    }
                    (_, key, None) => key.map(text).unwrap_or_default(),
                };
                out += &format!(" {shown}@{}", record.offset);
            }
            out += "] ";
        }
        out.trim_end().to_string()
    }

    fn batches(&self) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        for segment in self.log.log.segments() {
            let key = (segment.base_offset, SegmentFile::Log);
            let bytes = self.log.files.segments.get(&key).unwrap();
            assert_eq!(bytes.len() as u64, segment.size);
            out.extend(split_batches(bytes).map(|view| view.unwrap().bytes().to_vec()));
        }
        out
    }

    fn segments(&self) -> String {
        self.log.log.segments().map(|segment| format!("{} ", segment.base_offset)).collect()
    }
}

#[test]
fn the_newest_record_of_each_key_stays() {
    let mut log = Compacted::new(config());
    log.plain("a=1 b=1 c=1");
    log.plain("b=2 =nokey");
    log.roll();
    log.plain("a=2");
    assert!(log.clean());
    assert_eq!(log.text(), "[0-2 a=1@0 c=1@2] [3-4 b=2@3] [5-5 a=2@5]");
    assert_eq!(log.checkpoint, Some(5));
    assert_eq!(log.stats.records_without_key, 1);
    log.roll();
    assert!(log.clean());
    assert_eq!(log.text(), "[0-2 c=1@2] [3-4 b=2@3] [5-5 a=2@5]");
    assert!(!log.clean(), "nothing is dirty any more");
}

#[test]
fn tombstones_stay_until_their_horizon() {
    let mut log = Compacted::new(config());
    log.plain("a=1 b=1");
    log.roll();
    log.plain("a");
    log.roll();
    assert!(log.clean());
    assert_eq!(log.text(), "[0-1 b=1@1] [2-2h a@2]");
    for (later_ms, expected) in
        [(DAY_MS - 1, "[0-1 b=1@1] [2-2h a@2] [3-3 x=1@3]"), (1, "[0-1 b=1@1] [4-4 y=1@4]")]
    {
        log.log.now.millis += later_ms;
        log.plain(if later_ms == 1 { "y=1" } else { "x=1" });
        log.roll();
        if later_ms == 1 {
            log.plain("x");
            log.roll();
            log.clean_all();
            assert_eq!(log.text(), "[0-1 b=1@1] [4-4 y=1@4] [5-5h x@5]");
            continue;
        }
        log.clean_all();
        assert_eq!(log.text(), expected);
    }
}

#[test]
fn batches_of_aborted_transactions_go_and_markers_stay_for_a_while() {
    let txn = |id| BatchBuilder::new(0, Codec::None).producer(id, 0, 0).transactional(true);
    let mut log = Compacted::new(config());
    log.put(txn(1), "a=1 b=1");
    log.put(txn(2), "c=1");
    log.end_txn(1, false);
    log.end_txn(2, true);
    log.roll();
    log.plain("z=1");
    assert!(log.clean());
    // The last batch of a producer stays, empty: it knows the sequence number.
    assert_eq!(log.text(), "[0-1t] [2-2t c=1@2] [3-3tc marker@3] [4-4tc marker@4] [5-5 z=1@5]");
    let aborted = log.log.files.segments.get(&(0, SegmentFile::TxnIndex)).unwrap();
    assert_eq!(aborted.len(), 34);
    // Idle for long: nothing has to be known of them any more.
    log.log.log.expire_producers(WallTime { millis: 10 * DAY_MS });
    log.roll();
    log.plain("c=2");
    log.roll();
    log.clean_all();
    // Only a round that meets no batch of the transaction begins to count.
    assert_eq!(log.text(), "[3-3tc marker@3] [4-4tc marker@4] [5-5 z=1@5] [6-6 c=2@6]");
    for (wait_ms, expected) in [
        (0, "[3-3tch marker@3] [4-4tch marker@4] [5-5 z=1@5] [6-6 c=2@6] [7-7 d=7@7]"),
        (DAY_MS, "[5-5 z=1@5] [6-6 c=2@6] [8-8 d=8@8]"),
    ] {
        log.log.now.millis += wait_ms;
        log.plain(&format!("d={}", log.log.log.log_end_offset()));
        log.roll();
        log.clean_all();
        assert_eq!(log.text(), expected);
    }
    assert_eq!(log.log.files.segments.get(&(0, SegmentFile::TxnIndex)).unwrap().len(), 0);
}

#[test]
fn an_open_transaction_and_what_follows_is_not_touched() {
    let txn = BatchBuilder::new(0, Codec::None).producer(1, 0, 0).transactional(true);
    let mut log = Compacted::new(config());
    log.plain("a=1");
    log.roll();
    log.put(txn, "a=2");
    log.plain("a=3");
    log.roll();
    log.clean_all();
    assert_eq!(log.text(), "[0-0 a=1@0] [1-1t a=2@1] [2-2 a=3@2]");
    assert_eq!(log.checkpoint, Some(1));
    log.end_txn(1, true);
    log.roll();
    log.clean_all();
    assert_eq!(log.text(), "[1-1t] [2-2 a=3@2] [3-3tc marker@3]");
}

#[test]
fn a_small_map_takes_several_rounds_and_comes_to_the_same() {
    let mut small = Compacted::new(config());
    small.limits.map_bytes = 24 * 8;
    let mut large = Compacted::new(config());
    for log in [&mut small, &mut large] {
        for round in 0..20 {
            let records: Vec<String> =
                (0..5).map(|key| format!("k{}={round}", (key * 7 + round) % 12)).collect();
            log.plain(&records.join(" "));
            if round % 3 == 2 {
                log.roll();
            }
        }
        log.roll();
        log.clean_all();
    }
    assert_eq!(small.text(), large.text());
    assert_eq!(small.checkpoint, Some(100));
}

#[test]
fn segments_are_joined_as_far_as_they_fit_and_stay_readable() {
    let mut log = Compacted::new(LogConfig { segment_bytes: 400, ..config() });
    for round in 0..30 {
        log.plain(&format!("k{}={round} o{}={round}", round % 3, round % 8));
    }
    let before: Vec<_> = log.log.log.segments().map(|segment| segment.base_offset).collect();
    log.clean_all();
    log.plain("last=1");
    log.roll();
    log.clean_all();
    assert!(log.segments().split_whitespace().count() < before.len(), "{}", log.segments());
    let mut left = Vec::new();
    for batch in log.batches() {
        let view = BatchView::parse(&batch).unwrap();
        let found = records(&view, 1 << 20).unwrap();
        left.extend(found.iter().map(|record| record.unwrap().offset));
    }
    let end = log.log.log.log_end_offset();
    for offset in 0..end {
        let request = ReadRequest { offset, bytes_max: 1, min_one: true, end_offset: end };
        let plan = log.log.log.plan_read(request, &log.log.files).unwrap();
        let key = (plan.base_offset, SegmentFile::Log);
        let bytes = &log.log.files.segments[&key][plan.position as usize..];
        let view = BatchView::parse(bytes).unwrap();
        let next = left.iter().find(|&&left| left >= offset).copied();
        assert!(next.is_some_and(|next| view.header().last_offset() >= next.min(offset)));
    }
    let first = log.log.log.find_timestamp(TimestampTarget::AtLeast(0), 1 << 20, &log.log.files);
    assert_eq!(first.unwrap().unwrap().offset, left[0]);
}

#[test]
fn what_is_too_young_is_left_and_what_waits_too_long_is_due() {
    let lags = LogConfig { min_compaction_lag_ms: 1000, max_compaction_lag_ms: 5000, ..config() };
    let mut log = Compacted::new(lags);
    log.log.now.millis = 1_000_000;
    log.plain("a=1 a=2");
    log.roll();
    log.log.now.millis += 600;
    log.plain("a=3");
    log.roll();
    let look = |log: &Compacted, now: i64| {
        let now = WallTime { millis: 1_000_000 + now };
        let end = log.log.log.log_end_offset();
        log.log.log.cleanable(None, end, now, &log.log.files).unwrap()
    };
    let offsets = |now| look(&log, now).first_uncleanable_offset;
    assert_eq!((offsets(900), offsets(1000), offsets(1599), offsets(1600)), (0, 2, 2, 3));
    assert_eq!((look(&log, 5000).delay_ms, look(&log, 5001).delay_ms), (0, 1));
}

#[test]
fn a_compacted_log_opens_again_with_its_gaps() {
    let mut log = Compacted::new(config());
    for key in ["a", "b", "a", "a"] {
        log.put(BatchBuilder::new(0, Codec::None), &format!("{key}=1"));
        log.roll();
    }
    log.limits.read_bytes = 1;
    log.clean_all();
    let text = log.text();
    log.log.close();
    let how = Reopen { clean: true, ..Reopen::default() };
    let (again, opened) = reopen(log.log.files.clone(), config(), how);
    assert_eq!(opened.repairs, []);
    let again = Compacted { log: again, ..log };
    assert_eq!(again.text(), text);
}

/// Apache Kafka compacts before its recovery point is written, once a minute, and notes how far it came
/// when it is through with the whole log. After a kill in between only the index of the active segment,
/// in its full length, tells whose gaps these are.
#[test]
fn what_kafka_compacted_before_it_was_killed_stays_behind_the_gaps() {
    // No two segments fit into one.
    let config = LogConfig { segment_bytes: 100, ..config() };
    let mut log = Compacted::new(config.clone());
    for key in ["a", "b", "a", "a", "c"] {
        log.put(BatchBuilder::new(0, Codec::None), &format!("{key}=1"));
        log.roll();
    }
    log.clean_all();
    let text = log.text();
    let active = log.log.log.active().base_offset;
    log.log.files.segments.insert((active, SegmentFile::OffsetIndex), vec![0; 10_000]);
    for recovery_point in [0, 1, 2] {
        let how = Reopen { recovery_point, ..Reopen::default() };
        let (again, opened) = reopen(log.log.files.clone(), config.clone(), how);
        assert_eq!(opened.bytes_lost, 0, "recovery point {recovery_point}");
        let again = Compacted { log: again, ..Compacted::new(config.clone()) };
        assert_eq!(again.text(), text, "recovery point {recovery_point}");
    }
}

/// A model beside it: whatever the history, the newest value of each key is there, and nothing is
/// that was not.
#[test]
fn any_history_keeps_the_newest_value_of_every_key() {
    for seed in 0..60 {
        let mut rng = Rng::new(seed);
        let mut log = Compacted::new(LogConfig { segment_bytes: 600, ..config() });
        log.limits.map_bytes = rng.range(48, 2000);
        let mut newest: BTreeMap<String, (Offset, bool)> = BTreeMap::new();
        for step in 0..rng.range(10, 120) {
            let count = rng.range(1, 6);
            let records: Vec<String> = (0..count)
                .map(|_| {
                    let key = format!("k{}", rng.below(15));
                    if rng.chance(1, 5) { key } else { format!("{key}={step}") }
                })
                .collect();
            let codec = Codec::ALL[rng.below(5) as usize];
            let first = log.put(BatchBuilder::new(0, codec), &records.join(" "));
            for (index, record) in records.iter().enumerate() {
                let key = record.split('=').next().unwrap().to_string();
                newest.insert(key, (first + index as i64, record.contains('=')));
            }
            log.log.now.millis += rng.below(DAY_MS as u64 / 4) as i64;
            if rng.chance(1, 6) {
                log.clean();
            }
        }
        log.clean_all();
        let text = log.text();
        for (key, (offset, has_value)) in newest {
            let shown = text.split([' ', ']']).find(|word| word.ends_with(&format!("@{offset}")));
            assert!(shown.is_some() || !has_value, "seed {seed}: {key}@{offset} is lost: {text}");
        }
    }
}
