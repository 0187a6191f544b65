//! Whatever arrives: no panic, memory within a small multiple of the bytes, and what is accepted
//! is written again in one way only.

use crate::golden_lines;
use bytes::Bytes;
use ottla_base::Rng;
use ottla_wire::any::{AnyMessage, MESSAGES};
use ottla_wire::{MEMORY_PER_WIRE_BYTE_MAX, Reader, RequestHeader, ResponseHeader};

/// Arrays that can stand in each other, each having reserved room for all that remains.
const ARRAYS_NESTED_MAX: usize = 2;

fn check(message: &AnyMessage, version: i16, bytes: &[u8]) {
    let bytes = Bytes::copy_from_slice(bytes);
    let mut r = Reader::new(bytes.clone());
    let decoded = message.decode(&mut r, version);
    let most = ARRAYS_NESTED_MAX * MEMORY_PER_WIRE_BYTE_MAX * bytes.len();
    let what = format!("{} v{version}: {bytes:x?}", message.name);
    assert!(r.reserved() <= most, "{} bytes reserved by {what}", r.reserved());
    if decoded.is_ok() {
        let used = bytes.slice(..bytes.len() - r.remaining());
        let first = message.roundtrip(version, used).unwrap_or_else(|e| panic!("{e} in {what}"));
        let again = message.roundtrip(version, first.clone().into());
        assert_eq!(again.as_deref(), Ok(&first[..]), "{what}");
    }
}

#[test]
fn truncated_messages_are_errors_or_other_messages() {
    for line in golden_lines().iter().filter(|line| line.variant == "filled") {
        let bytes = line.bytes.as_deref().unwrap_or_default();
        for len in 0..bytes.len() {
            check(line.message, line.version, &bytes[..len]);
        }
    }
}

#[test]
fn mutated_messages_are_errors_or_other_messages() {
    let mut rng = Rng::new(11);
    for line in golden_lines().iter().filter(|line| line.variant != "large") {
        for _ in 0..16 {
            let mut bytes = line.bytes.as_deref().unwrap_or_default().to_vec();
            for _ in 0..rng.range(1, 3) {
                mutate(&mut bytes, &mut rng);
            }
            check(line.message, line.version, &bytes);
        }
    }
}

#[test]
fn random_bytes_are_errors_or_messages() {
    let mut rng = Rng::new(12);
    for message in MESSAGES {
        for version in message.versions.clone() {
            for most in [1, 3, 255] {
                let mut bytes = vec![0; rng.range(0, 300) as usize];
                rng.fill(&mut bytes);
                for byte in &mut bytes {
                    *byte = (u16::from(*byte) % (most + 1)) as u8;
                }
                check(message, version, &bytes);
            }
        }
    }
}

#[test]
fn long_arrays_of_short_elements_stay_small() {
    // After each prefix of a real message, a length that the rest of the buffer may allow.
    for line in golden_lines().iter().filter(|line| line.variant == "nulls") {
        let newest = *line.message.versions.end();
        let real = line.bytes.as_deref().unwrap_or_default();
        for len in 0..real.len() * usize::from(line.version == newest) {
            for count in [512u16, 256, 128, 64, 24] {
                let compact = [(count % 128) as u8 | 0x80, (count / 128) as u8];
                let [high, low] = count.to_be_bytes();
                for length in [&compact[..], &[0, 0, high, low]] {
                    let mut bytes = real[..len].to_vec();
                    bytes.extend_from_slice(length);
                    bytes.resize(bytes.len() + 512, 0);
                    check(line.message, line.version, &bytes);
                }
            }
        }
    }
}

#[test]
fn random_headers_do_no_harm() {
    let mut rng = Rng::new(13);
    for _ in 0..20_000 {
        let mut bytes = vec![0; rng.range(0, 40) as usize];
        rng.fill(&mut bytes);
        bytes.iter_mut().take(3).for_each(|byte| *byte %= 19);
        let r = Reader::new(bytes.into());
        let _ = RequestHeader::decode_any(&mut r.clone());
        let _ = ResponseHeader::decode(&mut r.clone(), 1);
    }
}

fn mutate(bytes: &mut Vec<u8>, rng: &mut Rng) {
    if bytes.is_empty() {
        return;
    }
    let at = rng.below(bytes.len() as u64) as usize;
    let wild: [&[u8]; 6] = [
        &[0x7f, 0xff, 0xff, 0xff],
        &[0xff, 0xff, 0xff, 0xff, 0x0f],
        &[0xff, 0xff],
        &[0x00, 0x0f, 0x42, 0x40],
        &[0x80],
        &[0x01, 0x00, 0x05],
    ];
    match rng.below(4) {
        0 => bytes[at] ^= 1 << rng.below(8),
        1 => bytes[at] = rng.next_u64() as u8,
        2 => {
            bytes.remove(at);
        }
        _ => {
            let piece = wild[rng.below(wild.len() as u64) as usize];
            bytes.splice(at..at, piece.iter().copied());
        }
    }
}
