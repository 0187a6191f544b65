//! Truncated, flipped, mutated and exploding batches: an answer every time, and no more memory than
//! the bound.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use ottla_base::Rng;
use ottla_record::validate::{ProduceRules, TopicCompression, validate};
use ottla_record::{
    BatchBuilder, BatchView, Codec, CodecSpace, Compression, Header, NewRecord, decompress,
    records_with,
};
use ottla_testkit::fuzz_targets::record::{mutate, record_produce_with, record_read};

struct Counting;

thread_local! {
    static NOW: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    let _ = NOW.try_with(|now| {
        now.set(now.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(now.get())));
    });
}

#[allow(unsafe_code, reason = "an allocator that counts; nothing ships it")]
// SAFETY: every call is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Most bytes that `work` held at a time, C libraries not counted.
fn peak_bytes(work: impl FnOnce()) -> usize {
    PEAK.with(|peak| peak.set(NOW.with(Cell::get)));
    let before = NOW.with(Cell::get);
    work();
    (PEAK.with(Cell::get) - before) as usize
}

fn sample(codec: Codec) -> Vec<u8> {
    let mut builder = BatchBuilder::new(0, codec).producer(5, 0, 0);
    let headers = [Header { key: b"h", value: Some(b"1") }, Header { key: b"n", value: None }];
    for (index, key) in [Some(&b"key"[..]), None, Some(b"")].into_iter().enumerate() {
        let timestamp = 1_700_000_000_000 + index as i64;
        let value = Some(&b"value value value value"[..]);
        let headers = &headers[..index];
        builder.append(&NewRecord { timestamp, key, value, headers }).expect("room");
    }
    builder.build()
}

#[test]
fn every_truncation_has_an_answer() {
    for codec in Codec::ALL {
        let batch = sample(codec);
        for len in 0..batch.len() {
            record_read(&batch[..len]);
            record_produce_with(len as u64, &batch[..len]);
            // The same, with a length that fits.
            let mut cut = batch[..len].to_vec();
            if let Some(length) = cut.get_mut(8..12) {
                length.copy_from_slice(&(len as u32 - 12).to_be_bytes());
            }
            record_read(&cut);
            record_produce_with(len as u64, &cut);
        }
    }
}

#[test]
fn every_flipped_bit_is_found_by_the_checksum_or_outside_of_it() {
    for codec in Codec::ALL {
        let batch = sample(codec);
        let rules = ProduceRules::default();
        for bit in 0..batch.len() * 8 {
            let mut flipped = batch.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            record_read(&flipped);
            record_produce_with(bit as u64, &flipped);
            let answer = validate(&flipped, &rules, 1_700_000_000_000, &mut CodecSpace::new());
            // The leader epoch is the only field that nobody checks.
            assert_eq!(answer.is_ok(), (12..16).contains(&(bit / 8)), "{codec} bit {bit}");
        }
    }
}

#[test]
fn random_mutations_have_an_answer() {
    let mut rng = Rng::new(2026);
    for round in 0..2000 {
        let mut batch = sample(Codec::ALL[round % 5]);
        mutate(&mut batch, &mut rng);
        record_read(&batch);
        record_produce_with(rng.next_u64(), &batch);
    }
}

/// A batch of one record whose value is `plain_bytes` zeroes.
fn bomb(codec: Codec, plain_bytes: usize) -> Vec<u8> {
    let mut builder = BatchBuilder::new(0, codec);
    let value = vec![0; plain_bytes];
    let record =
        NewRecord { timestamp: 1_700_000_000_000, key: None, value: Some(&value), headers: &[] };
    builder.append(&record).expect("room");
    builder.build()
}

#[test]
fn a_bomb_is_read_within_its_limit() {
    const PLAIN: usize = 16 << 20;
    const LIMIT: usize = 1 << 20;
    for codec in &Codec::ALL[1..] {
        let batch = bomb(*codec, PLAIN);
        let view = BatchView::parse(&batch).unwrap();
        let peak = peak_bytes(|| {
            let read = records_with(&view, LIMIT, &mut CodecSpace::new());
            assert!(read.is_err(), "{codec}");
        });
        // The vector that collects may double before it is full.
        assert!(peak < 3 * LIMIT + (1 << 18), "{codec}: {peak} bytes");
    }
}

#[test]
fn a_bomb_is_validated_in_a_window_and_refused_where_it_must_be_held() {
    const PLAIN: usize = 16 << 20;
    for codec in &Codec::ALL[1..] {
        let batch = bomb(*codec, PLAIN);
        let rules = ProduceRules { message_bytes_max: 1 << 30, ..ProduceRules::default() };
        let peak = peak_bytes(|| {
            let answer = validate(&batch, &rules, 1_700_000_000_000, &mut CodecSpace::new());
            assert!(answer.is_ok(), "{codec}: {answer:?}");
        });
        assert!(peak < 1 << 18, "{codec}: {peak} bytes");
        let rules = ProduceRules {
            compression: TopicCompression::To(Compression::from(Codec::None)),
            rewritten_bytes_max: 1 << 20,
            ..rules
        };
        let peak = peak_bytes(|| {
            let answer = validate(&batch, &rules, 1_700_000_000_000, &mut CodecSpace::new());
            assert_eq!(answer.unwrap_err().code as i16, 10, "{codec}");
        });
        assert!(peak < 4 << 20, "{codec}: {peak} bytes");
    }
}

#[test]
fn a_claim_of_much_is_not_believed() {
    // Raw snappy that announces 4 GiB, a xerial block that does, and an lz4 frame of 4 MiB blocks.
    let mut xerial = b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01\0\0\0\x07".to_vec();
    xerial.extend_from_slice(&[0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0]);
    let claims: [(Codec, &[u8]); 3] = [
        (Codec::Snappy, &[0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0]),
        (Codec::Snappy, &xerial),
        (Codec::Lz4, &[4, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73, 8, 0, 0, 0, 1]),
    ];
    for (codec, block) in claims {
        let peak = peak_bytes(|| {
            let limit = usize::MAX >> 1;
            assert!(decompress(codec, block, limit, &mut CodecSpace::new()).is_err());
        });
        assert!(peak < 1 << 16, "{codec}: {peak} bytes");
    }
}
