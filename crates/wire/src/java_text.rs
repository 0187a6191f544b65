//! Text as Java reads it from bytes that need not be UTF-8.

use alloc::borrow::Cow;
use alloc::string::String;

/// The text of these bytes, as Java's `new String(bytes, UTF_8)` has it: what is not UTF-8 becomes
/// U+FFFD. Java counts like the standard library but for one case: an encoded surrogate
/// (`ED A0..BF`, with or without its third byte) is one U+FFFD there and one for each byte here.
/// Checked against a JDK 17 on every sequence of up to four bytes of each class.
pub fn java_text(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes);
    if matches!(text, Cow::Borrowed(_)) {
        return text;
    }
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(2).position(|pair| is_surrogate(pair[0], pair[1])) {
        let (before, surrogate) = rest.split_at(at);
        text.push_str(&String::from_utf8_lossy(before));
        text.push(char::REPLACEMENT_CHARACTER);
        let third = surrogate.get(2).is_some_and(|byte| byte & 0xc0 == 0x80);
        rest = &surrogate[2 + usize::from(third)..];
    }
    text.push_str(&String::from_utf8_lossy(rest));
    Cow::Owned(text)
}

/// Whether these two bytes begin an encoded surrogate. `ED` is never a later byte of a character, so
/// that this is true wherever the two stand.
fn is_surrogate(first: u8, second: u8) -> bool {
    first == 0xed && (0xa0..=0xbf).contains(&second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Bytes that stand for each class of byte in UTF-8, at its borders.
    const CLASSES: [u8; 24] = [
        0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1,
        0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff,
    ];

    #[test]
    fn every_sequence_reads_as_in_java() {
        // The checksum is a JDK's: for each sequence of one to four of CLASSES, in order, the text's
        // length and bytes in UTF-8 through FNV-1a. `testdata/JavaText.java` prints it.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut eat = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        for len in 1..=4 {
            for number in 0..CLASSES.len().pow(len) {
                let digits = (0..len).rev().map(|digit| number / CLASSES.len().pow(digit));
                let bytes: Vec<u8> = digits.map(|digit| CLASSES[digit % CLASSES.len()]).collect();
                let text = java_text(&bytes);
                eat(text.len() as u8);
                text.bytes().for_each(&mut eat);
            }
        }
        assert_eq!(hash, 0xeef6_3938_5a10_71e2);
    }
}
