//! Emits the Rust module of one `.msg` file: structs, defaults and messages.

use super::notation::{Base, Field, File, Kind, Message, Struct, Versions};
use super::{decode, encode};
use std::fmt::Write;

/// The text of the module; not formatted.
pub(super) fn module(file: &File) -> String {
    let mut out = String::new();
    for line in file.header.iter().filter(|line| !line.is_empty()) {
        let _ = writeln!(out, "//! {line}");
    }
    if file.header.is_empty() {
        let names: Vec<&str> = file.messages.iter().map(|m| m.name.as_str()).collect();
        let _ = writeln!(out, "//! {}.", names.join(", "));
    }
    out.push_str("//!\n//! Generated from `messages/` by `cargo xtask codegen`; not edited.\n\n");
    out.push_str("use crate::generated::prelude::*;\n");
    for message in &file.messages {
        for (index, one) in message.structs.iter().enumerate() {
            struct_text(&mut out, message, one, index == 0);
        }
        message_line(&mut out, message);
    }
    if let (Some(api), [_, _]) = (&file.api, file.messages.as_slice()) {
        let _ = writeln!(out, "crate::message::request!({0}, {0}Request, {0}Response);", api.name);
    }
    out
}

/// The Rust name of a field: Kafka's in snake case, escaped when it is a keyword.
pub(super) fn field_name(name: &str) -> String {
    if ["type", "match"].contains(&name) { format!("r#{name}") } else { name.to_owned() }
}

/// The test that `v` lies in `versions`, or `None` where that follows from `outer`.
pub(super) fn version_test(versions: Versions, outer: Versions) -> Option<String> {
    let Versions { low, high } = versions;
    match (low > outer.low, high < outer.high) {
        (false, false) => None,
        _ if low == high => Some(format!("v == {low}")),
        (true, false) => Some(format!("v >= {low}")),
        (false, true) => Some(format!("v <= {high}")),
        (true, true) => Some(format!("({low}..={high}).contains(&v)")),
    }
}

/// The opposite of [`version_test`].
pub(super) fn absence_test(versions: Versions, outer: Versions) -> Option<String> {
    let Versions { low, high } = versions;
    match (low > outer.low, high < outer.high) {
        (false, false) => None,
        _ if low == high => Some(format!("v != {low}")),
        (true, false) => Some(format!("v < {low}")),
        (false, true) => Some(format!("v > {high}")),
        (true, true) => Some(format!("!({low}..={high}).contains(&v)")),
    }
}

/// `true`, `false` or `flex`, which [`flex_line`] declares.
pub(super) fn flex(message: &Message, one: &Struct) -> &'static str {
    match message.flexible_from {
        Some(from) if from <= one.versions.low => "true",
        Some(from) if from <= one.versions.high => "flex",
        _ => "false",
    }
}

/// The declaration of `flex`, where it is needed.
pub(super) fn flex_line(message: &Message, one: &Struct) -> String {
    match (flex(message, one), message.flexible_from) {
        ("flex", Some(from)) => format!("let flex = v >= {from};\n"),
        _ => String::new(),
    }
}

/// The Rust type of a field.
fn rust_type(field: &Field) -> String {
    let base = match &field.base {
        Base::Bool => "bool",
        Base::Int8 => "i8",
        Base::Int16 => "i16",
        Base::Uint16 => "u16",
        Base::Int32 => "i32",
        Base::Uint32 => "u32",
        Base::Int64 => "i64",
        Base::Float64 => "f64",
        Base::Uuid => "Uuid",
        Base::String => "Str",
        Base::Bytes => "Bytes",
        Base::Records => return "Records".to_owned(),
        Base::Struct(name) => name,
    };
    let whole = if field.array { format!("Vec<{base}>") } else { base.to_owned() };
    if field.nullable.is_some() { format!("Option<{whole}>") } else { whole }
}

/// The expression of a field's default value, and whether it is that of its Rust type.
pub(super) fn default_value(field: &Field) -> (String, bool) {
    let plain = |text: &str| (text.to_owned(), true);
    let nullable = field.nullable.is_some() && field.base != Base::Records;
    match &field.default {
        Some(value) if value == "null" => plain("None"),
        Some(value) if nullable => (format!("Some({value})"), false),
        Some(value) if value.starts_with('"') => (format!("Str::from_static({value})"), false),
        Some(value) if field.base == Base::Int64 && value == "9223372036854775807" => {
            ("i64::MAX".to_owned(), false)
        }
        Some(value) if value == "2147483647" => ("i32::MAX".to_owned(), false),
        Some(value) if value == "-2147483648" => ("i32::MIN".to_owned(), false),
        Some(value) => (value.clone(), false),
        None if nullable => ("Some(Default::default())".to_owned(), false),
        None => plain("Default::default()"),
    }
}

fn struct_text(out: &mut String, message: &Message, one: &Struct, is_top: bool) {
    let plain = one.fields.iter().all(|field| default_value(field).1);
    let derives =
        if plain { "Debug, Clone, PartialEq, Default" } else { "Debug, Clone, PartialEq" };
    let about = if is_top { message_doc(message) } else { format!("In [`{}`].", message.name) };
    let _ = writeln!(out, "\n/// {about}\n#[derive({derives})]\npub struct {} {{", one.name);
    for field in &one.fields {
        if let Some(doc) = field_doc(field, one) {
            let _ = writeln!(out, "/// {doc}");
        }
        let _ = writeln!(out, "pub {}: {},", field_name(&field.name), rust_type(field));
    }
    out.push_str("}\n");
    if !plain {
        let _ =
            writeln!(out, "\nimpl Default for {} {{\nfn default() -> Self {{\nSelf {{", one.name);
        for field in &one.fields {
            let _ = writeln!(out, "{}: {},", field_name(&field.name), default_value(field).0);
        }
        out.push_str("}\n}\n}\n");
    }
    let _ = writeln!(out, "\nimpl {} {{", one.name);
    decode::function(out, message, one, is_top);
    encode::function(out, message, one, is_top);
    out.push_str("}\n");
}

fn message_doc(message: &Message) -> String {
    let what = match &message.kind {
        Kind::Request => "Request".to_owned(),
        Kind::Response => "Response".to_owned(),
        Kind::Record(family) => format!("Record ({family})"),
        Kind::Data => "Stored structure".to_owned(),
    };
    let key =
        if message.kind == Kind::Data { String::new() } else { format!(", key {}", message.key) };
    let flexible =
        message.flexible_from.map_or(String::new(), |from| format!(", flexible {from}+"));
    format!("{what}{key}, versions {}{flexible}.", range(message.versions))
}

fn field_doc(field: &Field, one: &Struct) -> Option<String> {
    let mut parts = Vec::new();
    if field.versions != one.versions {
        parts.push(format!("versions {}", open_range(field.versions, one.versions)));
    }
    if let Some(nullable) = field.nullable.filter(|n| *n != field.versions) {
        parts.push(format!("nullable in {}", open_range(nullable, field.versions)));
    }
    if let Some(tag) = field.tag {
        parts.push(format!("tag {tag}"));
    }
    if field.ignorable {
        parts.push("ignorable".to_owned());
    }
    if let Some(value) = &field.default {
        parts.push(format!("default {value}"));
    }
    let text = parts.join(", ");
    let mut letters = text.chars();
    let first = letters.next()?;
    Some(format!("{}{}.", first.to_ascii_uppercase(), letters.as_str()))
}

fn range(versions: Versions) -> String {
    let Versions { low, high } = versions;
    if low == high { low.to_string() } else { format!("{low}-{high}") }
}

fn open_range(versions: Versions, outer: Versions) -> String {
    if versions.high == outer.high { format!("{}+", versions.low) } else { range(versions) }
}

fn message_line(out: &mut String, message: &Message) {
    let kind = match &message.kind {
        Kind::Request => "Request".to_owned(),
        Kind::Response => "Response".to_owned(),
        Kind::Record(family) => super::tables::family_name(family),
        Kind::Data => "Data".to_owned(),
    };
    let Versions { low, high } = message.versions;
    let flexible = message.flexible_from.map_or("i16::MAX".to_owned(), |from| from.to_string());
    let (name, key) = (&message.name, message.key);
    let _ = writeln!(
        out,
        "\ncrate::message::message!({name}, {kind}, {key}, {low}..={high}, {flexible});"
    );
}
