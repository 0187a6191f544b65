//! Variable-length integers: seven bits a byte, low bits first; signed ones zig-zag.
//!
//! `read_*` return the value and the number of bytes it took, or `None` when the bytes end before
//! the number does or the number does not fit its type.

use alloc::vec::Vec;

/// Bytes of the longest 32-bit varint.
pub const VARINT_BYTES_MAX: usize = 5;
/// Bytes of the longest 64-bit varint.
pub const VARLONG_BYTES_MAX: usize = 10;

/// Appends `value` as an unsigned varint.
#[inline]
pub fn put_uvarint(out: &mut Vec<u8>, value: u32) {
    put_uvarlong(out, u64::from(value));
}

/// Appends `value` as an unsigned 64-bit varint.
#[inline]
pub fn put_uvarlong(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends `value` as a zig-zag varint.
#[inline]
pub fn put_varint(out: &mut Vec<u8>, value: i32) {
    put_uvarint(out, zigzag32(value));
}

/// Appends `value` as a zig-zag 64-bit varint.
#[inline]
pub fn put_varlong(out: &mut Vec<u8>, value: i64) {
    put_uvarlong(out, zigzag64(value));
}

/// Bytes that `put_uvarint` writes for `value`.
#[inline]
pub fn uvarint_len(value: u32) -> usize {
    uvarlong_len(u64::from(value))
}

/// Bytes that `put_uvarlong` writes for `value`.
#[inline]
pub fn uvarlong_len(value: u64) -> usize {
    (64 - (value | 1).leading_zeros() as usize).div_ceil(7)
}

/// Bytes that `put_varint` writes for `value`.
#[inline]
pub fn varint_len(value: i32) -> usize {
    uvarint_len(zigzag32(value))
}

/// Bytes that `put_varlong` writes for `value`.
#[inline]
pub fn varlong_len(value: i64) -> usize {
    uvarlong_len(zigzag64(value))
}

/// Reads an unsigned varint from the front of `bytes`.
#[inline]
pub fn read_uvarint(bytes: &[u8]) -> Option<(u32, usize)> {
    let (value, len) = read_bits(bytes, VARINT_BYTES_MAX)?;
    Some((u32::try_from(value).ok()?, len))
}

/// Reads an unsigned 64-bit varint from the front of `bytes`.
#[inline]
pub fn read_uvarlong(bytes: &[u8]) -> Option<(u64, usize)> {
    read_bits(bytes, VARLONG_BYTES_MAX)
}

/// Reads a zig-zag varint from the front of `bytes`.
#[inline]
pub fn read_varint(bytes: &[u8]) -> Option<(i32, usize)> {
    let (value, len) = read_uvarint(bytes)?;
    Some((((value >> 1) as i32) ^ -((value & 1) as i32), len))
}

/// Reads a zig-zag 64-bit varint from the front of `bytes`.
#[inline]
pub fn read_varlong(bytes: &[u8]) -> Option<(i64, usize)> {
    let (value, len) = read_uvarlong(bytes)?;
    Some((((value >> 1) as i64) ^ -((value & 1) as i64), len))
}

fn zigzag32(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)) as u32
}

fn zigzag64(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn read_bits(bytes: &[u8], len_max: usize) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for (index, &byte) in bytes.iter().take(len_max).enumerate() {
        let bits = u64::from(byte & 0x7f);
        let shift = 7 * index as u32;
        if shift == 63 && bits > 1 {
            return None;
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_survive_and_have_the_length_foretold() {
        for value in [0, 1, -1, 63, -64, 64, -65, 8191, i32::MAX, i32::MIN] {
            let mut out = Vec::new();
            put_varint(&mut out, value);
            assert_eq!(out.len(), varint_len(value));
            assert_eq!(read_varint(&out), Some((value, out.len())));
        }
        for value in [0, 1, -1, i64::from(i32::MAX), i64::MAX, i64::MIN] {
            let mut out = Vec::new();
            put_varlong(&mut out, value);
            assert_eq!(out.len(), varlong_len(value));
            assert_eq!(read_varlong(&out), Some((value, out.len())));
        }
    }

    #[test]
    fn truncated_and_oversized_numbers_are_refused() {
        assert_eq!(read_uvarint(&[]), None);
        assert_eq!(read_uvarint(&[0x80, 0x80]), None);
        assert_eq!(read_uvarint(&[0xff, 0xff, 0xff, 0xff, 0x1f]), None);
        assert_eq!(read_uvarint(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Some((u32::MAX, 5)));
        assert_eq!(read_uvarint(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x01]), None);
        let mut eleven = [0x80u8; 11];
        eleven[10] = 1;
        assert_eq!(read_uvarlong(&eleven), None);
    }
}
