//! Keys and values that are numbers, by kcat's pack strings: `<` `>` byte order, `b B h H i I q Q`
//! integers, `c` a letter, `s` the rest as text, `$` nothing more.

/// A pack string that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pack {
    tokens: Vec<u8>,
}

const TOKENS: &str = " <>bBhHiIqQcs$";

impl Pack {
    /// Reads a pack string for keys or values, whichever `what` says.
    ///
    /// # Errors
    /// It is empty or has another letter.
    pub(crate) fn parse(what: &str, text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err(format!("{what} pack-format must not be empty"));
        }
        match text.chars().find(|letter| !TOKENS.contains(*letter)) {
            Some(letter) => {
                Err(format!("Invalid token '{letter}' in {what} pack-format, see -s usage."))
            }
            None => Ok(Self { tokens: text.as_bytes().to_vec() }),
        }
    }

    /// Writes `bytes` as the pack string says.
    ///
    /// # Errors
    /// They are too few, or too many before `$`. What was written before stays.
    pub(crate) fn write(&self, what: &str, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
        let mut left = bytes;
        let mut is_little = false;
        for token in &self.tokens {
            match token {
                b' ' => out.push(b' '),
                b'<' => is_little = true,
                b'>' => is_little = false,
                b's' => {
                    out.extend_from_slice(left);
                    left = &[];
                }
                b'$' if !left.is_empty() => {
                    let count = left.len();
                    return Err(format!(
                        "expected {what} end-of-input, but {count} bytes remaining"
                    ));
                }
                b'$' => {}
                b'c' => out.push(take(what, *token, 1, &mut left)?.first().copied().unwrap_or(0)),
                _ => {
                    let size = size_of_token(*token);
                    let number = take(what, *token, size, &mut left)?;
                    out.extend_from_slice(shown(*token, number, is_little).as_bytes());
                }
            }
        }
        Ok(())
    }
}

fn size_of_token(token: u8) -> usize {
    match token.to_ascii_lowercase() {
        b'b' => 1,
        b'h' => 2,
        b'i' => 4,
        _ => 8,
    }
}

fn take<'a>(what: &str, token: u8, size: usize, left: &mut &'a [u8]) -> Result<&'a [u8], String> {
    let Some((number, rest)) = left.split_at_checked(size) else {
        return Err(format!(
            "{what} truncated, expected {size} bytes to unpack {} but only {} bytes remaining",
            char::from(token),
            left.len()
        ));
    };
    *left = rest;
    Ok(number)
}

fn shown(token: u8, bytes: &[u8], is_little: bool) -> String {
    let add = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    let value = if is_little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) };
    match token {
        b'b' => (value as u8 as i8).to_string(),
        b'h' => (value as u16 as i16).to_string(),
        b'i' => (value as u32 as i32).to_string(),
        b'q' => (value as i64).to_string(),
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pack: &str, bytes: &[u8], expected: Result<&str, &str>) {
        let mut out = Vec::new();
        let result = Pack::parse("key", pack).and_then(|pack| pack.write("key", bytes, &mut out));
        let found = result.map(|()| String::from_utf8(out).unwrap());
        assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{pack}");
    }

    #[test]
    fn numbers_are_read_in_either_order() {
        check(">i $", &[0, 0, 1, 2], Ok("258 "));
        check("<i", &[2, 1, 0, 0, 9], Ok("258"));
        check("b B h H", &[255, 255, 255, 254, 255, 254], Ok("-1 255 -2 65534"));
        check("q", &[255; 8], Ok("-1"));
        check("Q", &[255; 8], Ok("18446744073709551615"));
        check("c-s".replace('-', " ").as_str(), b"xyz", Ok("x yz"));
        check(
            "i",
            &[1],
            Err("key truncated, expected 4 bytes to unpack i but only 1 bytes remaining"),
        );
        check("b$", &[1, 2], Err("expected key end-of-input, but 1 bytes remaining"));
        check("z", &[], Err("Invalid token 'z' in key pack-format, see -s usage."));
        check("", &[], Err("key pack-format must not be empty"));
    }
}
