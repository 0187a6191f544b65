//! Scripts: lines with a verb and `key=value` words, and what each answers.

use ottla_base::WallTime;
use ottla_log::producers::Origin;
use ottla_log::segment::last_time_entry;
use ottla_log::{
    AppendAs, LogConfig, LogError, ReadRequest, RetentionStep, SegmentFile, TimestampTarget,
};
use ottla_model::Offset;
use ottla_record::{BatchBuilder, Codec, NewRecord, split_batches};

use crate::memory::{MemoryLog, Reopen, list, reopen};

/// Runs the commands in `script` (lines that begin with `>`) and compares the whole with their
/// answers put under each.
#[track_caller]
pub(crate) fn check(config: LogConfig, script: &str) {
    let mut world = MemoryLog::new(config);
    let mut out = String::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Some(command) = line.strip_prefix('>') else { continue };
        out += line;
        out.push('\n');
        for answer in run(&mut world, &Words::of(command)).lines() {
            out += answer.trim_end();
            out.push('\n');
        }
    }
    let wanted: Vec<&str> = script.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let wanted = wanted.join("\n") + "\n";
    assert!(out == wanted, "the script answers\n{out}\nand should answer\n{wanted}");
}

/// The small log most scripts run on: segments of 400 bytes, an index entry for every batch.
pub(crate) fn small() -> LogConfig {
    LogConfig { segment_bytes: 400, index_interval_bytes: 0, ..LogConfig::default() }
}

pub(crate) struct Words<'a>(Vec<&'a str>);

impl<'a> Words<'a> {
    pub(crate) fn of(line: &'a str) -> Self {
        Self(line.split_whitespace().collect())
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }

    fn number(&self, key: &str, default: i64) -> i64 {
        self.text(key).map_or(default, |text| text.parse().unwrap())
    }

    fn has(&self, word: &str) -> bool {
        self.0.contains(&word)
    }

    fn plain(&self) -> i64 {
        self.0[1].parse().unwrap()
    }
}

/// Does one command; its answer.
pub(crate) fn command(world: &mut MemoryLog, words: &Words) -> String {
    run(world, words)
}

fn run(world: &mut MemoryLog, words: &Words) -> String {
    match words.0[0] {
        "append" => append(world, words),
        "marker" => marker(world, words),
        "read" => read(world, words),
        "aborted" => aborted(world, words),
        "time" => time(world, words),
        "truncate" => {
            world.truncate(words.plain());
            bounds(world)
        }
        "delete-before" => {
            world.log.advance_log_start(words.plain());
            bounds(world)
        }
        "retain" => retain(world, words),
        "roll" => {
            let roll = world.log.plan_roll(None, world.now);
            world.roll(&roll);
            bounds(world)
        }
        "files" => list(&world.files),
        "epochs" => epochs(world),
        "epoch-end" => format!("{:?}", world.log.offset_for_leader_epoch(words.plain() as i32)),
        "producers" => producers(world),
        "stable" => world.log.last_stable_offset(words.number("hw", i64::MAX)).to_string(),
        "replicated" => {
            world.log.high_watermark_moved(words.plain());
            String::new()
        }
        "expire" => format!("{}", world.log.expire_producers(WallTime { millis: words.plain() })),
        "reopen" => reopen_at(world, words),
        "damage" => damage(world, words),
        other => panic!("no verb {other}"),
    }
}

fn bounds(world: &MemoryLog) -> String {
    format!("{}..{}", world.log.log_start_offset(), world.log.log_end_offset())
}

/// A batch of `n` records whose timestamps grow by one from `ts`.
pub(crate) fn batch(words: &Words) -> Vec<u8> {
    let codec = if words.has("gzip") { Codec::Gzip } else { Codec::None };
    let mut builder = BatchBuilder::new(words.number("at", 0), codec)
        .partition_leader_epoch(words.number("in-epoch", -1) as i32)
        .transactional(words.has("txn"));
    if words.text("pid").is_some() {
        let epoch = words.number("epoch", 0) as i16;
        builder = builder.producer(words.number("pid", -1), epoch, words.number("seq", 0) as i32);
    }
    let value = vec![b'v'; words.number("bytes", 10) as usize];
    for index in 0..words.number("n", 1) {
        let timestamp = words.number("ts", 100) + index;
        let record = NewRecord { timestamp, key: None, value: Some(&value), headers: &[] };
        builder.append(&record).unwrap();
    }
    builder.build()
}

fn append(world: &mut MemoryLog, words: &Words) -> String {
    let leader_epoch = words.number("leader", 0) as i32;
    let role = match words.text("as") {
        Some("follower") => AppendAs::Follower,
        Some("coordinator") => {
            AppendAs::Leader { epoch: leader_epoch, origin: Origin::Coordinator }
        }
        _ => AppendAs::Leader { epoch: leader_epoch, origin: Origin::Client },
    };
    answer(world, &batch(words), role)
}

fn answer(world: &mut MemoryLog, bytes: &[u8], role: AppendAs) -> String {
    let segments = world.log.segments().len();
    match world.append(bytes, role) {
        Ok(done) => {
            let again = if done.duplicate { "duplicate " } else { "" };
            let rolled = if world.log.segments().len() > segments { " rolled" } else { "" };
            format!("{again}{}..={}{rolled}", done.first_offset, done.last_offset)
        }
        Err(error) => format!("{}: {error}", error.code()),
    }
}

fn marker(world: &mut MemoryLog, words: &Words) -> String {
    let kind = u8::from(words.has("commit"));
    let coordinator = words.number("coordinator", 0) as u8;
    let epoch = words.number("epoch", 0) as i16;
    let mut builder = BatchBuilder::new(0, Codec::None)
        .producer(words.number("pid", -1), epoch, -1)
        .transactional(true)
        .control(true);
    let record = NewRecord {
        timestamp: words.number("ts", 100),
        key: Some(&[0, 0, 0, kind]),
        value: Some(&[0, 0, 0, 0, 0, coordinator]),
        headers: &[],
    };
    builder.append(&record).unwrap();
    answer(world, &builder.build(), AppendAs::Leader { epoch: 0, origin: Origin::Coordinator })
}

fn read(world: &MemoryLog, words: &Words) -> String {
    let request = ReadRequest {
        offset: words.plain(),
        bytes_max: words.number("max", 1 << 20) as u64,
        min_one: !words.has("not-one"),
        end_offset: words.number("upto", Offset::MAX),
    };
    let plan = match world.log.plan_read(request, &world.files) {
        Ok(plan) => plan,
        Err(error @ LogError::OffsetOutOfRange { .. }) => return error.code().to_string(),
        Err(error) => return error.to_string(),
    };
    if plan.len == 0 {
        return "nothing".into();
    }
    let file = &world.files.segments[&(plan.base_offset, SegmentFile::Log)];
    let bytes = &file[plan.position as usize..(plan.position + plan.len) as usize];
    let mut out = String::new();
    for view in split_batches(bytes) {
        match view {
            Ok(view) => {
                let header = view.header();
                out += &format!("{}..={} ", header.base_offset, header.last_offset());
            }
            Err(_) => out += "and a part",
        }
    }
    out.trim().into()
}

/// `aborted OFFSET`, with the words of `read`: what a reader of committed records is told besides.
fn aborted(world: &MemoryLog, words: &Words) -> String {
    let request = ReadRequest {
        offset: words.plain(),
        bytes_max: words.number("max", 1 << 20) as u64,
        min_one: true,
        end_offset: words.number("upto", Offset::MAX),
    };
    let plan = world.log.plan_read(request, &world.files).unwrap();
    match world.log.aborted_transactions(request.offset, &plan, &world.files) {
        Ok(found) if found.is_empty() => "none".into(),
        Ok(found) => {
            let found = found.iter();
            found
                .map(|t| format!("{}: {}..={} ", t.producer_id, t.first_offset, t.last_offset))
                .collect()
        }
        Err(error) => error.to_string(),
    }
}

fn time(world: &MemoryLog, words: &Words) -> String {
    let target = match words.0[1] {
        "largest" => TimestampTarget::Largest,
        text => TimestampTarget::AtLeast(text.parse().unwrap()),
    };
    match world.log.find_timestamp(target, 1 << 20, &world.files).unwrap() {
        Some(found) => format!("{} at {}", found.timestamp, found.offset),
        None => "none".into(),
    }
}

fn retain(world: &mut MemoryLog, words: &Words) -> String {
    let now = WallTime { millis: words.number("now", 1_000) };
    let high_watermark = words.number("hw", world.log.log_end_offset());
    let plan = loop {
        match world.log.plan_retention(high_watermark, now) {
            RetentionStep::Look(base) => {
                let largest = last_time_entry(base, &world.files).unwrap();
                world.log.learn_largest(base, largest);
            }
            RetentionStep::Remove(plan) => break plan,
        }
    };
    let Some(&(last, _)) = plan.segments.last() else { return "nothing".into() };
    if plan.roll {
        let roll = world.log.plan_roll(None, now);
        world.roll(&roll);
    }
    let first_kept = world.log.segments().map(|s| s.base_offset).find(|&b| b > last).unwrap();
    let mut out = String::new();
    for (base_offset, reason) in &plan.segments {
        world.files.segments.retain(|(base, _), _| base != base_offset);
        out += &format!("{base_offset} {reason:?}\n");
    }
    world.log.commit_deletion(first_kept);
    out + &bounds(world)
}

fn epochs(world: &MemoryLog) -> String {
    let entries = world.log.leader_epochs().entries().iter();
    entries.map(|entry| format!("{}@{} ", entry.epoch, entry.start_offset)).collect()
}

fn producers(world: &MemoryLog) -> String {
    let mut out = String::new();
    for (id, entry) in world.log.producers().iter() {
        let txn = entry.current_txn_first_offset.map_or(String::new(), |at| format!(" txn@{at}"));
        let (epoch, last) = (entry.producer_epoch, entry.last_sequence());
        let batches = entry.batches().count();
        out += &format!("{id} epoch {epoch} seq {last} batches {batches}{txn}\n");
    }
    out
}

fn reopen_at(world: &mut MemoryLog, words: &Words) -> String {
    if words.has("clean") {
        world.close();
    }
    let how = Reopen {
        clean: words.has("clean"),
        recovery_point: words.number("from", 0),
        log_start_offset: world.log.log_start_offset(),
    };
    let config = world.log.config().clone();
    let (again, opened) = reopen(world.files.clone(), config, how);
    *world = again;
    format!("{} recovered {} lost {}", bounds(world), opened.segments_recovered, opened.bytes_lost)
}

/// `damage <base> log|index|timeindex cut=N | flip=POSITION | gone`
fn damage(world: &mut MemoryLog, words: &Words) -> String {
    let file = match words.0[2] {
        "log" => SegmentFile::Log,
        "index" => SegmentFile::OffsetIndex,
        "txnindex" => SegmentFile::TxnIndex,
        _ => SegmentFile::TimeIndex,
    };
    let key = (words.plain(), file);
    if words.has("gone") {
        world.files.segments.remove(&key);
        return String::new();
    }
    let bytes = world.files.segments.get_mut(&key).unwrap();
    if let Some(count) = words.text("cut") {
        bytes.truncate(bytes.len() - count.parse::<usize>().unwrap());
    }
    if let Some(position) = words.text("flip") {
        bytes[position.parse::<usize>().unwrap()] ^= 1;
    }
    String::new()
}
