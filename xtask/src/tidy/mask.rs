//! Blanks out parts of Rust source, so that a search for a word finds code only, or comments only.
//!
//! What is blanked becomes spaces and lines stay where they are: an offset means the same place in
//! every version of a text.

/// A source twice: without its comments and the insides of its literals, and with nothing but comments.
pub(super) struct Masked {
    pub(super) code: String,
    pub(super) comments: String,
}

/// Tells code, literals and comments apart.
pub(super) fn mask(text: &str) -> Masked {
    let bytes = text.as_bytes();
    let mut kinds = vec![Kind::Code; bytes.len()];
    let mut at = 0;
    while at < bytes.len() {
        let (kind, end) = token(bytes, at);
        if kind != Kind::Code {
            kinds[at..end].fill(kind);
        }
        if kind == Kind::Literal {
            // The quotes stay, so that `reason = "` can still be read.
            kinds[end - 1] = Kind::Code;
            kinds[at] = Kind::Code;
        }
        at = end;
    }
    Masked { code: keep(text, &kinds, Kind::Code), comments: keep(text, &kinds, Kind::Comment) }
}

/// Blanks out what is compiled for tests alone, and names the modules among it that are other files.
pub(super) fn without_tests(code: &str) -> (String, Vec<String>) {
    if code.contains("#![cfg(test)]") {
        return (blank(code, 0, code.len()), Vec::new());
    }
    let (mut shipped, mut modules) = (code.to_owned(), Vec::new());
    for marker in ["#[cfg(test)]", "#[cfg(all(test"] {
        let mut from = 0;
        while let Some(start) = shipped[from..].find(marker).map(|i| from + i) {
            let end = item_end(&shipped, matching(&shipped, start + 1) + 1);
            modules.extend(module_elsewhere(&shipped[start..end]));
            shipped = blank(&shipped, start, end);
            from = end;
        }
    }
    (shipped, modules)
}

/// Where `word` stands in `code` by itself, not as a part of a longer name.
pub(super) fn find_word<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        let opens = word.chars().next().is_some_and(in_name);
        let ends = word.chars().next_back().is_some_and(in_name);
        !(opens && before.is_some_and(in_name) || ends && after.is_some_and(in_name))
    })
}

/// Whether a character may be part of a name.
pub(super) fn in_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The number, from one, of the line that an offset lies in.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at].iter().filter(|&&b| b == b'\n').count() + 1
}

/// Where the bracket that opens at `at` closes; the end of the text when it does not.
pub(super) fn matching(code: &str, at: usize) -> usize {
    let mut depth = 0_usize;
    for (i, b) in code.bytes().enumerate().skip(at) {
        match b {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return i;
                }
            }
            _ => {}
        }
    }
    code.len().saturating_sub(1)
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Code,
    Literal,
    Comment,
}

/// What starts at `at`, and where it ends.
fn token(bytes: &[u8], at: usize) -> (Kind, usize) {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        let length = rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
        return (Kind::Comment, at + length);
    }
    if rest.starts_with(b"/*") {
        return (Kind::Comment, at + block_comment(rest));
    }
    if rest[0] == b'"' {
        return (Kind::Literal, at + quoted(rest, b'"'));
    }
    if rest[0] == b'\'' {
        return match char_literal(rest) {
            Some(length) => (Kind::Literal, at + length),
            None => (Kind::Code, at + 1),
        };
    }
    if rest[0].is_ascii_alphabetic() || rest[0] == b'_' {
        let name = rest
            .iter()
            .position(|b| !(b.is_ascii_alphanumeric() || *b == b'_'))
            .unwrap_or(rest.len());
        if matches!(&rest[..name], b"r" | b"br" | b"cr")
            && let Some(length) = raw_string(&rest[name..])
        {
            return (Kind::Literal, at + name + length);
        }
        return (Kind::Code, at + name);
    }
    (Kind::Code, at + 1)
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut i) = (0, 0);
    while i < rest.len() {
        if rest[i..].starts_with(b"/*") {
            depth += 1;
            i += 2;
        } else if rest[i..].starts_with(b"*/") {
            depth -= 1;
            i += 2;
            if depth == 0 {
                return i;
            }
        } else {
            i += 1;
        }
    }
    rest.len()
}

fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut i = 1;
    while i < rest.len() {
        match rest[i] {
            b'\\' => i += 2,
            b if b == quote => return i + 1,
            _ => i += 1,
        }
    }
    rest.len()
}

/// Length of a character literal; none when the quote opens a lifetime.
fn char_literal(rest: &[u8]) -> Option<usize> {
    if rest.get(1) == Some(&b'\\') {
        return Some(quoted(rest, b'\''));
    }
    let first = rest.get(1)?;
    let length = match first {
        0..=0x7f => 1,
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    };
    (rest.get(1 + length) == Some(&b'\'')).then_some(length + 2)
}

/// Length of a raw string from its hashes on; none when this is a raw name or something else.
fn raw_string(rest: &[u8]) -> Option<usize> {
    let hashes = rest.iter().position(|&b| b != b'#')?;
    if rest[hashes] != b'"' {
        return None;
    }
    let mut close = vec![b'"'];
    close.resize(hashes + 1, b'#');
    let body = &rest[hashes + 1..];
    let end =
        body.windows(close.len()).position(|w| w == close).map_or(body.len(), |i| i + close.len());
    Some(hashes + 1 + end)
}

fn keep(text: &str, kinds: &[Kind], wanted: Kind) -> String {
    let kept = text
        .bytes()
        .zip(kinds)
        .map(|(b, &kind)| if kind == wanted || b == b'\n' { b } else { b' ' });
    String::from_utf8_lossy(&kept.collect::<Vec<u8>>()).into_owned()
}

fn blank(text: &str, start: usize, end: usize) -> String {
    let blanked = text
        .bytes()
        .enumerate()
        .map(|(i, b)| if i < start || i >= end || b == b'\n' { b } else { b' ' });
    String::from_utf8_lossy(&blanked.collect::<Vec<u8>>()).into_owned()
}

/// Where the item, field or arm behind an attribute ends.
fn item_end(code: &str, from: usize) -> usize {
    const ITEMS: [&str; 11] = [
        "fn",
        "mod",
        "use",
        "impl",
        "struct",
        "enum",
        "const",
        "static",
        "type",
        "trait",
        "macro_rules",
    ];
    let bytes = code.as_bytes();
    let mut i = from;
    while i < bytes.len() {
        match bytes[i] {
            b'(' | b'[' => i = matching(code, i),
            b'{' => {
                let end = matching(code, i) + 1;
                // `use a::{b, c};` ends with its semicolon.
                return if bytes.get(end) == Some(&b';') { end + 1 } else { end };
            }
            b';' => return i + 1,
            b'}' => return i,
            b',' if !ITEMS.iter().any(|item| find_word(&code[from..i], item).next().is_some()) => {
                return i + 1;
            }
            _ => {}
        }
        i += 1;
    }
    bytes.len()
}

/// The name in `mod name;`.
fn module_elsewhere(item: &str) -> Option<String> {
    let at = find_word(item, "mod").next()?;
    let name = item[at + 3..].trim().strip_suffix(';')?.trim();
    name.chars().all(in_name).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{find_word, line_of, mask, without_tests};

    #[track_caller]
    fn check(text: &str, code: &str, comments: &str) {
        let masked = mask(text);
        assert_eq!((masked.code.as_str(), masked.comments.as_str()), (code, comments));
    }

    #[test]
    fn comments_are_not_code() {
        check("a // b\nc", "a     \nc", "  // b\n ");
        check("a /* b /* c */ d */ e", "a                   e", "  /* b /* c */ d */  ");
        check("/// x\nfn", "     \nfn", "/// x\n  ");
    }

    #[test]
    fn literals_lose_their_insides_and_keep_their_quotes() {
        check(r#"f("a // b", x)"#, r#"f("      ", x)"#, "              ");
        check(r#"f("\"{")}"#, r#"f("   ")}"#, "         ");
        check(r##"r#"a"b"#;"##, r##"r      #;"##, "         ");
        check("'{' b'\\'' 'é'", "' ' b'  ' '  '", "              ");
    }

    #[test]
    fn lifetimes_and_raw_names_are_code() {
        check("&'a str, 'b: {", "&'a str, 'b: {", "              ");
        check("r#type", "r#type", "      ");
    }

    #[test]
    fn what_is_for_tests_alone_is_not_shipped() {
        let (shipped, modules) = without_tests("a;\n#[cfg(test)]\nmod tests { x; }\nb;\n");
        assert_eq!(
            (shipped.split_whitespace().collect::<Vec<_>>(), modules),
            (vec!["a;", "b;"], vec![])
        );
        let (shipped, modules) = without_tests(
            "#[cfg(test)]\n#[path = \"\"]\npub mod model;\nb { #[cfg(test)] c: u8, d }",
        );
        assert_eq!(shipped.split_whitespace().collect::<Vec<_>>(), ["b", "{", "d", "}"]);
        assert_eq!(modules, ["model"]);
        let (shipped, _) =
            without_tests("#[cfg(test)]\nfn f<A, B>(x: [u8; 2]) -> u8 { { 1 } }\nrest");
        assert_eq!(shipped.trim(), "rest");
    }

    #[test]
    fn words_stand_by_themselves() {
        assert_eq!(find_word("fs::x offs::y std::fs", "fs").collect::<Vec<_>>(), [0, 19]);
        assert_eq!(line_of("a\nb\nc", 4), 3);
    }
}
