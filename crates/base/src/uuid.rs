//! 128-bit identifiers, written as 22 characters of unpadded base64url.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A 128-bit identifier; the order is that of its big-endian bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// All zero: "no id".
    pub const ZERO: Self = Self([0; 16]);

    /// Whether this is the id that stands for none.
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// The id whose lower 64 bits are `low` and whose upper are zero: the reserved ids.
    pub const fn from_low(low: u64) -> Self {
        Self((low as u128).to_be_bytes())
    }

    /// A version 4 (random) id made of these bits.
    pub fn from_random(bits: [u8; 16]) -> Self {
        let mut bytes = bits;
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        Self(bytes)
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = u128::from_be_bytes(self.0);
        let mut text = String::with_capacity(22);
        for index in 0..21 {
            text.push(ALPHABET[((bits >> (122 - 6 * index)) & 63) as usize] as char);
        }
        text.push(ALPHABET[((bits << 4) & 63) as usize] as char);
        f.pad(&text)
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not 22 characters of base64url holding 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseUuidError;

impl fmt::Display for ParseUuidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id is 22 characters of base64url (A-Z a-z 0-9 - _), 16 bytes")
    }
}

impl core::error::Error for ParseUuidError {}

impl FromStr for Uuid {
    type Err = ParseUuidError;

    /// Reads the 22-character form, with or without `==` behind it.
    fn from_str(text: &str) -> Result<Self, ParseUuidError> {
        let text = text.strip_suffix("==").unwrap_or(text).as_bytes();
        if text.len() != 22 {
            return Err(ParseUuidError);
        }
        let mut bits = 0u128;
        for (index, byte) in text.iter().enumerate() {
            let digit = ALPHABET.iter().position(|c| c == byte).ok_or(ParseUuidError)? as u128;
            if index < 21 {
                bits = (bits << 6) | digit;
            } else {
                bits = (bits << 2) | (digit >> 4);
            }
        }
        Ok(Self(bits.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn text_form_is_that_of_kafka() {
        let id: Uuid = "MkU3OEVBNTcwNTJENDM2Qg".parse().unwrap();
        assert_eq!(&id.0, b"2E78EA57052D436B");
        assert_eq!(id.to_string(), "MkU3OEVBNTcwNTJENDM2Qg");
        assert_eq!(Uuid::ZERO.to_string(), "AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(Uuid::from_low(1).to_string(), "AAAAAAAAAAAAAAAAAAAAAQ");
    }

    #[test]
    fn every_id_survives_the_text_form() {
        let mut rng = crate::Rng::new(3);
        for _ in 0..1000 {
            let mut bytes = [0; 16];
            rng.fill(&mut bytes);
            assert_eq!(Uuid(bytes).to_string().parse(), Ok(Uuid(bytes)));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "short", "MkU3OEVBNTcwNTJENDM2Q!", "MkU3OEVBNTcwNTJENDM2QgA"] {
            assert_eq!(text.parse::<Uuid>(), Err(ParseUuidError), "{text}");
        }
    }
}
