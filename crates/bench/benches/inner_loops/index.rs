//! Looking an offset up: index, then the batches behind the entry.

use std::collections::BTreeMap;

use divan::{Bencher, black_box};
use ottla_base::{ByteSource, SourceError, WallTime};
use ottla_log::append::AppendDecision;
use ottla_log::producers::Origin;
use ottla_log::scan::batches_of;
use ottla_log::{AppendAs, Log, LogConfig, ReadRequest, SegmentBytes, SegmentFile};
use ottla_model::Offset;
use ottla_record::Codec;

const NOW: WallTime = WallTime { millis: 1_700_000_000_000 };
const LEADER: AppendAs = AppendAs::Leader { epoch: 0, origin: Origin::Client };

/// The files of a log of one segment.
#[derive(Default)]
struct Files(BTreeMap<SegmentFile, Vec<u8>>);

impl SegmentBytes for Files {
    fn len(&self, _: Offset, file: SegmentFile) -> Result<u64, SourceError> {
        Ok(self.0.get(&file).map_or(0, |bytes| bytes.len() as u64))
    }

    fn read_at(
        &self,
        _: Offset,
        file: SegmentFile,
        position: u64,
        buf: &mut [u8],
    ) -> Result<usize, SourceError> {
        self.0.get(&file).map_or(Ok(0), |bytes| bytes.read_at(position, buf))
    }

    fn snapshot(&self, _: Offset) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(None)
    }
}

#[divan::bench(args = [1_000, 10_000])]
fn look_up(bencher: Bencher<'_, '_>, batches: i64) {
    let batch = crate::records::batch(10, 100, Codec::None);
    let mut log = Log::new(LogConfig::default(), 0, NOW, 1);
    let mut files = Files::default();
    for _ in 0..batches {
        append(&mut log, &mut files, &batch);
    }
    let end_offset = log.log_end_offset();
    let mut rng = ottla_base::Rng::new(1);
    bencher.bench_local(|| {
        let offset = rng.below(end_offset as u64) as i64;
        let request = ReadRequest { offset, bytes_max: 1 << 20, min_one: true, end_offset };
        log.plan_read(black_box(request), &files).expect("an offset of the log").position
    });
}

#[divan::bench]
fn plan_append(bencher: Bencher<'_, '_>) {
    let batch = crate::records::batch(10, 100, Codec::None);
    let batches = batches_of(&batch).expect("a batch");
    let log = Log::new(LogConfig::default(), 0, NOW, 1);
    bencher.bench_local(|| log.plan_append(black_box(&batches), LEADER, NOW).expect("it fits"));
}

fn append(log: &mut Log, files: &mut Files, batch: &[u8]) {
    let batches = batches_of(batch).expect("a batch");
    let Ok(AppendDecision::Write(plan)) = log.plan_append(&batches, LEADER, NOW) else {
        panic!("the batch does not fit");
    };
    let mut placed = batch.to_vec();
    for placement in &plan.placements {
        placed[..placement.front.len()].copy_from_slice(&placement.front);
    }
    files.0.entry(SegmentFile::Log).or_default().extend(placed);
    for index in &plan.index {
        let content = files.0.entry(index.file).or_default();
        content.truncate(index.position.map_or(usize::MAX, |at| at as usize));
        content.extend(&index.entries);
    }
    log.commit_append(*plan);
}
