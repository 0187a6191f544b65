//! Record batches: read as from a fetch or a file, and checked as on Produce.

use ottla_base::Rng;
use ottla_record::validate::{ProduceRules, TopicCompression, validate};
use ottla_record::{
    BatchView, Codec, CodecSpace, Compression, TimestampType, decompress, patch, records_with,
    split_batches,
};

/// Plain bytes that a batch may unpack to here.
pub const LIMIT_BYTES: usize = 1 << 20;

/// Walks, unpacks and reads everything in `bytes`, checksums aside.
pub fn record_read(bytes: &[u8]) {
    let mut space = CodecSpace::new();
    for batch in split_batches(bytes).flatten() {
        let _ = batch.check_crc();
        let Ok(records) = records_with(&batch, LIMIT_BYTES, &mut space) else { continue };
        assert!(records.plain_len() <= LIMIT_BYTES.max(batch.body().len()));
        for record in records.iter().flatten() {
            record.headers.for_each(drop);
        }
    }
}

/// [`record_produce_with`], with the seed taken from the front of `bytes`.
pub fn record_produce(bytes: &[u8]) {
    let Some((seed, bytes)) = bytes.split_first_chunk::<8>() else { return };
    record_produce_with(u64::from_be_bytes(*seed), bytes);
}

/// Unpacks `bytes`, whose first byte names the codec, as far as the limit.
pub fn record_decompress(bytes: &[u8]) {
    let Some((&id, block)) = bytes.split_first() else { return };
    let Some(codec) = Codec::from_id(id % 5) else { return };
    let plain = decompress(codec, block, LIMIT_BYTES, &mut CodecSpace::new());
    assert!(plain.is_err() || plain.is_ok_and(|plain| plain.len() <= LIMIT_BYTES));
}

/// Has `bytes`, once its checksum is right, checked as produced under rules drawn from `seed`. What
/// passes must be readable to the last record, with consecutive offsets if it was compressed.
pub fn record_produce_with(seed: u64, bytes: &[u8]) {
    let mut bytes = bytes.to_vec();
    if let Ok(batch) = BatchView::parse(&bytes) {
        let len = batch.bytes().len();
        patch::renew_crc(&mut bytes[..len]);
    }
    let rules = draw_rules(&mut Rng::new(seed));
    let mut space = CodecSpace::new();
    let Ok(validated) = validate(&bytes, &rules, 1_700_000_000_000, &mut space) else { return };
    let mut placed = Vec::new();
    validated.write_to(100, 3, &mut placed);
    let mut walk = split_batches(&placed);
    let batch = walk.next().and_then(Result::ok);
    ottla_base::always!(walk.next().is_none(), "more than one batch came out");
    let Some(batch) = batch else { panic!("no batch came out") };
    assert_eq!(batch.check_crc(), Ok(()));
    // What has passed in the memory of a window may be larger than the limit here.
    let Ok(records) = records_with(&batch, LIMIT_BYTES, &mut space) else { return };
    let mut count = 0;
    for record in &records {
        let record = record.expect("a validated record is readable");
        let is_compressed = batch.header().codec() != Ok(Codec::None);
        assert!(!is_compressed || record.offset == 100 + count, "offsets are consecutive");
        assert!(!rules.compacted || record.key.is_some(), "a compacted topic has keys");
        assert!(record.headers.flatten().count() == record.headers.count_left());
        count += 1;
    }
    assert_eq!(i64::from(batch.header().record_count), count);
}

fn draw_rules(rng: &mut Rng) -> ProduceRules<'static> {
    let codec = Codec::ALL[rng.below(5) as usize];
    ProduceRules {
        partition: "topic-0",
        version: if rng.chance(1, 8) { 3 } else { 13 },
        compacted: rng.chance(1, 4),
        timestamp_type: match rng.chance(1, 4) {
            true => TimestampType::LogAppendTime,
            false => TimestampType::CreateTime,
        },
        compression: match rng.chance(1, 2) {
            true => TopicCompression::Producer,
            false => TopicCompression::To(Compression { codec, level: Some(1) }),
        },
        rewritten_bytes_max: LIMIT_BYTES as u64,
        plain_bytes_max: 16 * LIMIT_BYTES as u64,
        ..ProduceRules::default()
    }
}

/// Changes a few bytes of `bytes`, or its length, in ways drawn from `rng`.
pub fn mutate(bytes: &mut Vec<u8>, rng: &mut Rng) {
    for _ in 0..rng.range(1, 4) {
        if bytes.is_empty() {
            return;
        }
        let at = rng.below(bytes.len() as u64) as usize;
        match rng.below(6) {
            0 => bytes[at] ^= 1 << rng.below(8),
            1 => bytes[at] = rng.next_u64() as u8,
            2 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][rng.below(5) as usize],
            3 => bytes.truncate(at),
            4 => bytes.insert(at, rng.next_u64() as u8),
            _ => {
                bytes.remove(at);
            }
        }
    }
    if let Some(length) = bytes.get_mut(8..12).filter(|_| rng.chance(9, 10)) {
        length.copy_from_slice(&[0; 4]);
        let body = (bytes.len().saturating_sub(12) as u32).to_be_bytes();
        bytes[8..12].copy_from_slice(&body);
    }
}
