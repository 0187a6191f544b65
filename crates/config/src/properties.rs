//! The format of `server.properties`: what `java.util.Properties` reads.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::iter::Peekable;
use core::str::Chars;

/// One key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// The key, escapes resolved.
    pub key: String,
    /// The value, escapes resolved.
    pub value: String,
    /// The line on which the key begins, counted from 1.
    pub line: usize,
}

/// A file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertiesError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

/// Reads every property, in order. A key may appear more than once; in Java the last one wins.
///
/// # Errors
/// A `\u` that is not followed by four hexadecimal digits.
pub fn parse_properties(text: &str) -> Result<Vec<Property>, PropertiesError> {
    let mut properties = Vec::new();
    let mut lines = natural_lines(text);
    while let Some((number, line)) = lines.next() {
        let line = line.trim_start_matches(is_space);
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let mut logical = line.to_string();
        while continues(&logical) {
            logical.pop();
            match lines.next() {
                Some((_, next)) => logical.push_str(next.trim_start_matches(is_space)),
                None => break,
            }
        }
        properties.push(parse_line(&logical, number)?);
    }
    Ok(properties)
}

/// Lines with their numbers; `\n`, `\r` and `\r\n` all end one.
fn natural_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = Some(text);
    let mut number = 0;
    core::iter::from_fn(move || {
        let text = rest?;
        number += 1;
        match text.find(['\n', '\r']) {
            None => {
                rest = None;
                Some((number, text))
            }
            Some(end) => {
                let ending = if text[end..].starts_with("\r\n") { 2 } else { 1 };
                rest = Some(&text[end + ending..]);
                Some((number, &text[..end]))
            }
        }
    })
}

const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\x0c')
}

/// Whether an odd number of backslashes ends the line.
fn continues(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

fn parse_line(line: &str, number: usize) -> Result<Property, PropertiesError> {
    let fail = |message| PropertiesError { line: number, message };
    let mut chars = line.chars().peekable();
    let key = take_text(&mut chars, |c| is_space(c) || c == '=' || c == ':').map_err(fail)?;
    skip_spaces(&mut chars);
    if chars.peek().is_some_and(|c| matches!(c, '=' | ':')) {
        chars.next();
        skip_spaces(&mut chars);
    }
    let value = take_text(&mut chars, |_| false).map_err(fail)?;
    Ok(Property { key, value, line: number })
}

fn skip_spaces(chars: &mut Peekable<Chars<'_>>) {
    while chars.peek().copied().is_some_and(is_space) {
        chars.next();
    }
}

/// Characters up to one that `ends` the text, escapes resolved.
fn take_text(chars: &mut Peekable<Chars<'_>>, ends: fn(char) -> bool) -> Result<String, String> {
    let mut text = String::new();
    // Java's characters are UTF-16 units, so \ud83d\ude00 is one character.
    let mut high: Option<u16> = None;
    while let Some(c) = chars.peek().copied() {
        if ends(c) {
            break;
        }
        chars.next();
        if c != '\\' {
            push_lone(&mut text, &mut high);
            text.push(c);
            continue;
        }
        match chars.next() {
            Some('u') => push_unit(&mut text, &mut high, take_unit(chars)?),
            escaped => {
                push_lone(&mut text, &mut high);
                text.extend(escaped.map(unescape));
            }
        }
    }
    push_lone(&mut text, &mut high);
    Ok(text)
}

const fn unescape(c: char) -> char {
    match c {
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'f' => '\x0c',
        other => other,
    }
}

/// The four digits behind `\u`.
fn take_unit(chars: &mut Peekable<Chars<'_>>) -> Result<u16, String> {
    let mut unit = 0;
    for _ in 0..4 {
        match chars.next().and_then(|c| c.to_digit(16)) {
            Some(digit) => unit = unit * 16 + digit as u16,
            None => return Err("\\u needs four hexadecimal digits behind it".to_string()),
        }
    }
    Ok(unit)
}

/// Adds a UTF-16 unit, holding the first half of a pair back until the second arrives.
fn push_unit(text: &mut String, high: &mut Option<u16>, unit: u16) {
    if let Some(first) = *high
        && (0xDC00..=0xDFFF).contains(&unit)
    {
        *high = None;
        text.extend(char::decode_utf16([first, unit]).flatten());
        return;
    }
    push_lone(text, high);
    match unit {
        0xD800..=0xDBFF => *high = Some(unit),
        _ => text.push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)),
    }
}

/// A first half whose second half never came.
fn push_lone(text: &mut String, high: &mut Option<u16>) {
    if high.take().is_some() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &str, usize)]) {
        let properties = parse_properties(text).expect("reads");
        let actual: Vec<_> = properties
            .iter()
            .map(|property| (property.key.as_str(), property.value.as_str(), property.line))
            .collect();
        assert_eq!(actual, expected);
    }

    #[test]
    fn equals_colon_and_space_separate() {
        check(
            "a=1\nb:2\nc 3\nd = 4\ne : 5",
            &[("a", "1", 1), ("b", "2", 2), ("c", "3", 3), ("d", "4", 4), ("e", "5", 5)],
        );
        check("a==1\nb = =2\nc\nd=", &[("a", "=1", 1), ("b", "=2", 2), ("c", "", 3), ("d", "", 4)]);
    }

    #[test]
    fn only_the_first_separator_counts() {
        check("listeners=PLAINTEXT://:9092", &[("listeners", "PLAINTEXT://:9092", 1)]);
    }

    #[test]
    fn comments_and_blank_lines_are_skipped_and_counted() {
        check("# one\n\n  ! two\r\n   a=1 \r\nb=2", &[("a", "1 ", 4), ("b", "2", 5)]);
    }

    #[test]
    fn a_backslash_at_the_end_continues_the_line() {
        check(
            "a=x,\\\n   y,\\\r\n   z\nb=1\\\\\nc=2",
            &[("a", "x,y,z", 1), ("b", "1\\", 4), ("c", "2", 5)],
        );
        check("a=1\\", &[("a", "1", 1)]);
        check("a=1,\\\n# 2", &[("a", "1,# 2", 1)]);
    }

    #[test]
    fn escapes_are_resolved() {
        check("a\\ b\\=c=\\t\\n\\u00e9\\q\\\\", &[("a b=c", "\t\n\u{e9}q\\", 1)]);
        check("a=\\ud83d\\ude00!", &[("a", "\u{1f600}!", 1)]);
        check("a=\\ud83d!", &[("a", "\u{fffd}!", 1)]);
    }

    #[test]
    fn a_bad_unicode_escape_names_its_line() {
        let error = parse_properties("a=1\nb=\\u12x4").expect_err("must not read");
        assert_eq!(error.line, 2);
    }
}
