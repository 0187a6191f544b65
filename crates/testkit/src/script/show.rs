//! Messages as short text: one line per structure, indented below what holds it, without the
//! fields that say nothing, and with names for what is random.
//!
//! Goes by the text of `Debug`, so that it knows every message there is. Left out are: null, false,
//! empty, an error code or throttle time of zero, operations nobody asked for, a structure of
//! nothing but defaults. Error codes show their names; times close to the present show as `now`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use ottla_model::ErrorCode;

use super::batches;

/// Milliseconds around the present that are `now`.
const NOW_MS: i64 = 1000;

/// Milliseconds around the present that a text may speak of.
const NEAR_MS: i64 = 10 * 86_400_000;

/// What is random in this run, by the name it is shown under.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    /// Shows `value` under `name` from now on.
    pub(super) fn set(&mut self, value: String, name: String) {
        self.0.entry(value).or_insert(name);
    }

    /// What is shown under `name`.
    pub(super) fn value_of(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(_, shown)| *shown == name).map(|(value, _)| value.as_str())
    }

    pub(super) fn has(&self, value: &str) -> bool {
        self.0.contains_key(value)
    }

    fn get(&mut self, prefix: &str, value: &str) -> String {
        let count = self.0.values().filter(|name| name.starts_with(prefix)).count();
        let name = self.0.entry(value.to_owned());
        name.or_insert_with(|| format!("{prefix}{}", count + 1)).clone()
    }
}

/// A message that came, as `Debug` text, and the record data that was in it.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    pub(super) debug: &'a str,
    pub(super) records: &'a [Bytes],
    pub(super) now_ms: i64,
    pub(super) timestamps: bool,
}

impl Shown<'_> {
    /// The short text.
    pub(super) fn text(&self, names: &mut Names) -> String {
        let mut out = String::new();
        let value = Parser { rest: self.debug }.value();
        self.put(&value, 0, names, &mut out);
        if out.is_empty() { "ok\n".to_owned() } else { out }
    }

    fn put(&self, value: &Value, depth: usize, names: &mut Names, out: &mut String) {
        let Value::Struct(fields) = value else {
            let _ = writeln!(out, "{:1$}{2}", "", 2 * depth, self.scalar("", value, names));
            return;
        };
        let mut line = Vec::new();
        for (name, value) in fields.iter().filter(|(name, value)| !says_nothing(name, value)) {
            if !is_structured(name, value) {
                line.push(format!("{name}={}", self.scalar(name, value, names)));
            }
        }
        let below = if line.is_empty() { depth } else { depth + 1 };
        if !line.is_empty() {
            let _ = writeln!(out, "{:1$}{2}", "", 2 * depth, line.join(" "));
        }
        let structured: Vec<_> = fields
            .iter()
            .filter(|(name, value)| !says_nothing(name, value) && is_structured(name, value))
            .collect();
        for (name, value) in &structured {
            let label = structured.len() > 1 && name != "records";
            if label {
                let _ = writeln!(out, "{:1$}{name}:", "", 2 * below);
            }
            let below = below + usize::from(label);
            match value {
                _ if name == "records" => self.put_records(value, below, out),
                Value::List(items) => {
                    items.iter().for_each(|item| self.put(item, below, names, out));
                }
                value => self.put(value, below, names, out),
            }
        }
    }

    fn put_records(&self, value: &Value, depth: usize, out: &mut String) {
        let Value::Struct(fields) = value else { return };
        let index = fields.iter().find(|(name, _)| name == "index").map(|(_, value)| value);
        let Some(Value::Scalar(index)) = index else { return };
        let bytes = index.parse::<usize>().ok().and_then(|index| self.records.get(index));
        for line in batches::lines_of(bytes.map_or(&[][..], |bytes| bytes), self.timestamps) {
            let _ = writeln!(out, "{:1$}{line}", "", 2 * depth);
        }
    }

    fn scalar(&self, name: &str, value: &Value, names: &mut Names) -> String {
        match value {
            Value::List(items) => {
                let items: Vec<_> =
                    items.iter().map(|item| self.scalar(name, item, names)).collect();
                format!("[{}]", items.join(" "))
            }
            Value::Struct(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, value)| format!("{name}={}", self.scalar(name, value, names)));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(" "))
            }
            Value::Text(text) => quoted(&self.with_now(text), names),
            Value::Scalar(text) if name.ends_with("error_code") => {
                let code = text.parse().ok().and_then(ErrorCode::from_code);
                code.map_or_else(|| text.clone(), |code| code.name().to_owned())
            }
            // The room on a disk is nobody's behaviour.
            Value::Scalar(text) if name == "usable_bytes" && text != "-1" => "some".to_owned(),
            Value::Scalar(text) if name == "session_id" && text != "0" => names.get("S", text),
            Value::Scalar(text) if is_uuid(text) => names.get("ID", text),
            Value::Scalar(text) => {
                let is_now = |millis: i64| (millis - self.now_ms).abs() <= NOW_MS;
                if text.parse().is_ok_and(is_now) { "now".to_owned() } else { text.clone() }
            }
        }
    }
}

impl Shown<'_> {
    /// Times around the present, inside of a text, relative to it.
    fn with_now(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
            out += &rest[..at];
            let end = rest[at..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |n| at + n);
            let millis: Option<i64> = rest[at..end].parse().ok();
            let delta = millis.map(|millis| millis - self.now_ms);
            match delta.filter(|delta| delta.abs() < NEAR_MS) {
                // The present less all there is, as the earliest time of all.
                _ if millis.is_some_and(|m| (i64::MAX - m - self.now_ms).abs() < NEAR_MS) => {
                    out += "(max-now)";
                }
                Some(delta) => {
                    let rounded = (delta as f64 / 500.0).round() as i64 * 500;
                    let _ = write!(out, "now{rounded:+}");
                }
                None => out += &rest[at..end],
            }
            rest = &rest[end..];
        }
        out + rest
    }
}

fn quoted(text: &str, names: &mut Names) -> String {
    if names.has(text) || is_uuid(text) {
        return names.get("ID", text);
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._:/-,*".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("{text:?}")
    }
}

/// 22 characters of base64url; no name in a script looks like that.
pub(super) fn is_uuid(text: &str) -> bool {
    let is_base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    text.len() == 22
        && text.bytes().all(|b| is_base64(&b))
        && (text.bytes().any(|b| b.is_ascii_uppercase()) || text.bytes().any(|b| b == b'_'))
        && text.parse::<ottla_base::Uuid>().is_ok()
        && text != "AAAAAAAAAAAAAAAAAAAAAA"
}

/// Whether a value is shown on lines of its own.
fn is_structured(name: &str, value: &Value) -> bool {
    match value {
        Value::List(items) => matches!(items.first(), Some(Value::Struct(_))),
        Value::Struct(_) => name == "records",
        _ => false,
    }
}

fn says_nothing(name: &str, value: &Value) -> bool {
    match value {
        Value::List(items) => items.is_empty(),
        Value::Text(text) => text.is_empty(),
        Value::Struct(fields) => {
            name != "records" && fields.iter().all(|(_, value)| is_default(value))
        }
        Value::Scalar(text) => match text.as_str() {
            "None" | "Null" | "false" | "-2147483648" | "AAAAAAAAAAAAAAAAAAAAAA" => true,
            "0" => name.ends_with("error_code") || name == "throttle_time_ms",
            _ => false,
        },
    }
}

fn is_default(value: &Value) -> bool {
    match value {
        Value::Scalar(text) if matches!(text.as_str(), "0" | "-1") => true,
        value => says_nothing("", value),
    }
}

/// What `Debug` of a message can say.
#[derive(Debug)]
enum Value {
    Struct(Vec<(String, Value)>),
    List(Vec<Value>),
    Text(String),
    Scalar(String),
}

/// Reads derived `Debug`, without line breaks.
struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn value(&mut self) -> Value {
        if self.eat("[") {
            let mut items = Vec::new();
            while !self.eat("]") {
                items.push(self.value());
                self.eat(", ");
            }
            return Value::List(items);
        }
        if self.rest.starts_with('"') {
            return Value::Text(self.text());
        }
        let end = self.rest.find([',', ' ', ')', ']', '}', '(']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        if self.eat("(") {
            let inner = self.value();
            self.eat(")");
            return inner;
        }
        if self.eat(" { ") {
            return Value::Struct(self.fields());
        }
        Value::Scalar(word.to_owned())
    }

    fn fields(&mut self) -> Vec<(String, Value)> {
        let mut fields = Vec::new();
        while !self.eat(" }") && !self.rest.is_empty() {
            let Some((name, rest)) = self.rest.split_once(": ") else { break };
            self.rest = rest;
            fields.push((name.to_owned(), self.value()));
            self.eat(", ");
        }
        fields
    }

    fn text(&mut self) -> String {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return text;
                }
                '\\' => text.push(match chars.next() {
                    Some((_, 'n')) => '\n',
                    Some((_, 't')) => '\t',
                    Some((_, c)) => c,
                    None => '\\',
                }),
                c => text.push(c),
            }
        }
        self.rest = "";
        text
    }

    fn eat(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}
