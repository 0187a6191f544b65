//! Record batches: checksum, and everything a leader checks of one.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use ottla_record::validate::{ProduceRules, validate};
use ottla_record::{BatchBuilder, Codec, CodecSpace, NewRecord};

/// Time of the records, and of the leader's clock.
const NOW_MS: i64 = 1_700_000_000_000;

/// A batch of so many records; half of each value is noise, so that codecs find something.
pub(crate) fn batch(records: usize, value_bytes: usize, codec: Codec) -> Vec<u8> {
    let mut rng = ottla_base::Rng::new(records as u64);
    let mut builder = BatchBuilder::new(0, codec);
    let mut value = vec![b'x'; value_bytes];
    for _ in 0..records {
        rng.fill(&mut value[..value_bytes / 2]);
        let record =
            NewRecord { timestamp: NOW_MS, key: Some(b"key"), value: Some(&value), headers: &[] };
        builder.append(&record).expect("a small batch");
    }
    builder.build()
}

#[divan::bench(args = [128, 16_384, 131_072])]
fn crc32c(bencher: Bencher<'_, '_>, len: usize) {
    let mut bytes = vec![0; len];
    ottla_base::Rng::new(1).fill(&mut bytes);
    bencher.counter(BytesCount::new(len)).bench_local(|| ottla_base::crc32c(black_box(&bytes)));
}

#[divan::bench(args = [(1, 100), (10, 100), (124, 1024)])]
fn validate_plain(bencher: Bencher<'_, '_>, shape: (usize, usize)) {
    validating(bencher, &batch(shape.0, shape.1, Codec::None));
}

#[divan::bench(args = [Codec::Lz4, Codec::Snappy, Codec::Zstd, Codec::Gzip])]
fn validate_compressed(bencher: Bencher<'_, '_>, codec: Codec) {
    validating(bencher, &batch(124, 1024, codec));
}

fn validating(bencher: Bencher<'_, '_>, batch: &[u8]) {
    let (rules, mut space) = (ProduceRules::default(), CodecSpace::default());
    bencher.counter(BytesCount::new(batch.len())).bench_local(|| {
        validate(black_box(batch), &rules, NOW_MS, &mut space).expect("a valid batch").plain_bytes
    });
}
