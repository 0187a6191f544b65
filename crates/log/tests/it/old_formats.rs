//! Messages of before Kafka 0.11 are nobody's damage: the log is refused, and nothing is changed.
//!
//! The bytes are those that `MemoryRecordsBuilder` of kafka-clients 4.4.0 makes of three records, each
//! of format 0 and 1, uncompressed and as one gzip message.

use ottla_log::open::{Opening, open};
use ottla_log::{FoundSegment, LogConfig, LogError, SegmentFile};
use ottla_model::Offset;

use crate::memory::Files;
use crate::script::{Words, batch};

const V0: &str = "000000000000000000000015f80eb2000000000000026b30000000056f6c64203000000000000000010000001560cbe9a80000000000026b31000000056f6c64203100000000000000020000001512f503110000000000026b32000000056f6c642032";
const V0_GZIP: &str = "000000000000000200000054ea5357090001ffffffff000000461f8b08000000000000ff63608003d11f7c9b202ca66c0320c99a9f93a26000956404294838fd72055481214c81215401134881d0576641a80223980223007a461b3063000000";
const V1: &str = "00000000000000000000001df715ace9010000000174876e8000000000026b30000000056f6c64203000000000000000010000001dc1b866d0010000000174876e8001000000026b31000000056f6c64203100000000000000020000001d9a4e389b010000000174876e8002000000026b32000000056f6c642032";
const V1_GZIP: &str = "00000000000000020000006bad78ef4c010100000174876e8002ffffffff000000551f8b08000000000000ff63608003d9efa26b5e3202198c25ed790d2011a66c0320c99a9f93a26000550492973db823ed025c212358a1214ca12154211348e12c3f8bd970854c6085463085460051feeebf7b000000";
const ALL: [(u8, &str); 4] = [(0, V0), (0, V0_GZIP), (1, V1), (1, V1_GZIP)];

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.chars().map(|c| c.to_digit(16).unwrap() as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Batches of format 2 at these offsets.
fn new_batches(offsets: std::ops::Range<Offset>) -> Vec<u8> {
    offsets
        .flat_map(|offset| batch(&Words::of(&format!("> append at={offset} bytes=50"))))
        .collect()
}

/// What becomes of a log with these segments.
fn opened(
    segments: &[(Offset, Vec<u8>)],
    clean: bool,
    recovery_point: Offset,
) -> Result<(), LogError> {
    let mut files = Files::default();
    for (base_offset, content) in segments {
        files.segments.insert((*base_offset, SegmentFile::Log), content.clone());
    }
    let found = |(base_offset, content): &(Offset, Vec<u8>)| FoundSegment {
        base_offset: *base_offset,
        size: content.len() as u64,
        modified: ottla_base::WallTime { millis: 0 },
        offset_index_bytes: None,
        time_index_bytes: None,
        txn_index_bytes: None,
    };
    let opening = Opening {
        config: LogConfig::default(),
        segments: segments.iter().map(found).collect(),
        snapshots: Vec::new(),
        epochs: Vec::new(),
        clean,
        recovery_point,
        recovery_point_lost: false,
        compacted_before: 0,
        log_start_offset: 0,
        now: ottla_base::WallTime { millis: 0 },
        seed: 1,
    };
    open(opening, &files).map(drop)
}

#[test]
fn a_log_that_begins_with_an_old_format_is_refused_however_it_was_stopped() {
    for (magic, hex) in ALL {
        let segments = [(0, bytes_of(hex)), (3, new_batches(3..6))];
        let refused = Err(LogError::OldFormat { base_offset: 0, position: 0, magic });
        for recovery_point in [0, 3, 6] {
            for clean in [true, false] {
                assert_eq!(opened(&segments, clean, recovery_point), refused, "{hex}");
                assert_eq!(opened(&segments[..1], clean, recovery_point), refused, "{hex}");
            }
        }
    }
}

#[test]
fn old_messages_behind_new_ones_are_not_cut_off_as_a_torn_end() {
    for (magic, hex) in ALL {
        let new = new_batches(0..2);
        let position = new.len() as u64;
        let mut content = new;
        content.extend(bytes_of(hex));
        let refused = Err(LogError::OldFormat { base_offset: 0, position, magic });
        assert_eq!(opened(&[(0, content)], false, 0), refused, "{hex}");
    }
}

#[test]
fn a_batch_whose_format_number_rotted_is_damage_and_no_old_message() {
    for magic in [0, 1] {
        let mut content = new_batches(0..2);
        let second = content.len() / 2;
        content[second + 16] = magic;
        assert_eq!(opened(&[(0, content)], false, 0), Ok(()));
    }
}

#[test]
fn damage_to_some_of_the_old_messages_does_not_make_them_others() {
    for (magic, hex) in [(0, V0), (1, V1)] {
        let mut content = bytes_of(hex);
        let second = content.len() / 3;
        content[second - 1] ^= 1;
        let refused = Err(LogError::OldFormat { base_offset: 0, position: 0, magic });
        assert_eq!(opened(&[(0, content.clone())], false, 0), refused, "{hex}");
        // Nothing but damage is left.
        content[2 * second - 1] ^= 1;
        content[3 * second - 1] ^= 1;
        assert_eq!(opened(&[(0, content)], false, 0), Ok(()), "{hex}");
    }
}
