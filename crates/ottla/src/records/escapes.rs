//! Bytes that cannot be typed, as kcat's users type them: `\n`, `\t`, `\r`, `\xNN`.

/// The bytes that a text of a format means: a backslash takes the meaning from what it does not
/// know.
pub(crate) fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(rest.get(..at).unwrap_or_default().as_bytes());
        rest = rest.get(at + 1..).unwrap_or_default();
        let Some(letter) = rest.chars().next() else {
            bytes.push(b'\\');
            break;
        };
        let after = rest.get(letter.len_utf8()..).unwrap_or_default();
        let (byte, left) = match letter {
            'n' => (Some(b'\n'), after),
            't' => (Some(b'\t'), after),
            'r' => (Some(b'\r'), after),
            'x' => number(after, 16),
            '0'..='9' => number(rest, if letter == '0' { 8 } else { 10 }),
            _ => (None, rest),
        };
        match byte {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(letter.to_string().as_bytes()),
        }
        rest = if byte.is_some() { left } else { after };
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// The byte of the digits that `text` begins with, and what follows them. Of a number that is too
/// large the lowest eight bits count.
fn number(text: &str, radix: u32) -> (Option<u8>, &str) {
    let end = text.find(|c: char| !c.is_digit(radix)).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let value = digits
        .chars()
        .filter_map(|digit| digit.to_digit(radix))
        .fold(0u32, |value, digit| value.wrapping_mul(radix).wrapping_add(digit));
    if digits.is_empty() { (None, rest) } else { (Some(value as u8), rest) }
}

/// The bytes of a delimiter: `\n`, `\t`, `\r` and `\xNN` mean a byte, everything else itself.
///
/// # Errors
/// What stands behind `\x` is no number.
pub(crate) fn delimiter(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let after = rest.get(letter.len_utf8()..).unwrap_or_default();
        let known = match (letter, after.bytes().next()) {
            ('\\', Some(b'n')) => Some((b'\n', after.get(1..))),
            ('\\', Some(b't')) => Some((b'\t', after.get(1..))),
            ('\\', Some(b'r')) => Some((b'\r', after.get(1..))),
            ('\\', Some(b'x')) => {
                let (byte, left) = number(after.get(1..).unwrap_or_default(), 16);
                let byte = byte.ok_or_else(|| format!("Delimiter {rest} expects hex number"))?;
                Some((byte, Some(left)))
            }
            _ => None,
        };
        match known {
            Some((byte, left)) => {
                bytes.push(byte);
                rest = left.unwrap_or_default();
            }
            None => {
                bytes.extend_from_slice(letter.to_string().as_bytes());
                rest = after;
            }
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_formats_are_bytes() {
        for (text, bytes) in [
            (r"a\tb\n", &b"a\tb\n"[..]),
            (r"\x41\x0a", b"A\n"),
            (r"\65\0101", b"AA"),
            (r"\\ \q\", b"\\ q\\"),
            (r"\xzz", b"xzz"),
            ("ü", "ü".as_bytes()),
        ] {
            assert_eq!(unescaped(text), bytes, "{text}");
        }
    }

    #[test]
    fn escapes_of_delimiters_are_bytes() {
        assert_eq!(delimiter(r"\x54!\x45\x53T").unwrap(), b"T!EST");
        assert_eq!(delimiter(r"\t\n\n;").unwrap(), b"\t\n\n;");
        assert_eq!(delimiter(r"\q").unwrap(), br"\q");
        assert_eq!(delimiter(r"\xg"), Err(r"Delimiter \xg expects hex number".to_owned()));
    }
}
