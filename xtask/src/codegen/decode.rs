//! Emits `decode` functions, and the least number of bytes that a struct takes on the wire.

use super::emit::{field_name, flex, flex_line, version_test};
use super::notation::{Base, Field, Message, Struct, Versions};
use std::fmt::Write;

/// Appends `WIRE_BYTES_MIN` and `decode` of this struct.
pub(super) fn function(out: &mut String, message: &Message, one: &Struct, is_top: bool) {
    let fields: Vec<&Field> = one.fields.iter().filter(|f| f.tag.is_none()).collect();
    let mut tagged: Vec<&Field> = one.fields.iter().filter(|f| f.tag.is_some()).collect();
    tagged.sort_by_key(|f| f.tag);
    let flex = flex(message, one);
    let in_arrays = |f: &&Field| f.array && f.base == Base::Struct(one.name.clone());
    if message.structs.iter().flat_map(|s| &s.fields).any(|f| in_arrays(&f)) {
        let min = struct_bytes_min(message, one, one.versions).max(1);
        let _ = writeln!(out, "pub(crate) const WIRE_BYTES_MIN: usize = {min};\n");
    }
    let mut body = String::new();
    if is_top {
        let Versions { low, high } = one.versions;
        let _ = writeln!(body, "r.check_version({:?}, v, {low}, {high})?;", one.name);
    }
    body.push_str(&flex_line(message, one));
    let binding = if one.fields.is_empty() { "let x" } else { "let mut x" };
    let _ = writeln!(body, "{binding} = Self::default();");
    for field in fields {
        let read = format!("x.{} = {};", field_name(&field.name), read(field, flex));
        match version_test(field.versions, one.versions) {
            None => body.push_str(&read),
            Some(test) => {
                let _ = write!(body, "if {test} {{ {read} }}");
            }
        }
        body.push('\n');
    }
    tags(&mut body, message, one, flex, &tagged);
    let v = version_name(&body);
    out.push_str("/// Reads this from `r` as version `v` has it.\n");
    let _ = writeln!(
        out,
        "pub fn decode(r: &mut Reader, {v}: i16) -> Result<Self, DecodeError> {{\n{body}Ok(x)\n}}\n"
    );
}

/// `v`, or `_v` where no line of the function uses it.
pub(super) fn version_name(body: &str) -> &'static str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '"';
    if body.split(|c| !is_part(c)).any(|word| word == "v") { "v" } else { "_v" }
}

fn tags(out: &mut String, message: &Message, one: &Struct, flex: &str, tagged: &[&Field]) {
    let mut text = String::new();
    if tagged.is_empty() {
        text.push_str("r.skip_tags()?;\n");
    } else {
        text.push_str("r.tags(|r, tag| {\nmatch tag {\n");
        for field in tagged {
            let tag = field.tag.unwrap_or_default();
            let guard = version_test(field.versions, flexible_part(message, one));
            let guard = guard.map_or(String::new(), |test| format!("if {test}"));
            let name = field_name(&field.name);
            let read = read(field, "true");
            let _ = writeln!(text, "{tag} {guard} => x.{name} = {read},");
        }
        text.push_str("_ => return Ok(false),\n}\nOk(true)\n})?;\n");
    }
    match flex {
        "true" => out.push_str(&text),
        "flex" => {
            let _ = writeln!(out, "if flex {{\n{text}}}");
        }
        _ => {}
    }
}

/// The versions of the struct in which it has tagged fields.
pub(super) fn flexible_part(message: &Message, one: &Struct) -> Versions {
    let from = message.flexible_from.unwrap_or(i16::MAX);
    Versions { low: one.versions.low.max(from), high: one.versions.high }
}

/// The expression that reads a field, in the versions in which it is present.
fn read(field: &Field, flex: &str) -> String {
    let Some(nullable) = field.nullable else {
        return read_as(field, flex, false);
    };
    match version_test(nullable, field.versions) {
        None => read_as(field, flex, true),
        Some(test) if field.base == Base::Records => {
            format!("r.records({flex}, {test}, {:?})?", field.name)
        }
        Some(test) => format!(
            "if {test} {{ {} }} else {{ Some({}) }}",
            read_as(field, flex, true),
            read_as(field, flex, false)
        ),
    }
}

fn read_as(field: &Field, flex: &str, nullable: bool) -> String {
    let name = &field.name;
    let prefix = if nullable { "nullable_" } else { "" };
    if field.array {
        let element = read_one(field, flex);
        let min = element_bytes_min(field);
        return format!("r.{prefix}array::<_, {min}>({flex}, {name:?}, |r| {element})?");
    }
    match &field.base {
        Base::String => format!("r.{prefix}string({flex}, {name:?})?"),
        Base::Bytes => format!("r.{prefix}bytes({flex}, {name:?})?"),
        Base::Records => format!("r.records({flex}, {nullable}, {name:?})?"),
        Base::Struct(inner) if nullable => {
            let tagged = if field.tag.is_some() { "tagged_" } else { "" };
            format!("r.nullable_{tagged}struct({name:?}, |r| {inner}::decode(r, v))?")
        }
        _ => format!("{}?", read_one(field, flex)),
    }
}

fn read_one(field: &Field, flex: &str) -> String {
    let name = &field.name;
    match &field.base {
        Base::String => format!("r.string({flex}, {name:?})"),
        Base::Bytes => format!("r.bytes({flex}, {name:?})"),
        Base::Records => format!("r.records({flex}, false, {name:?})"),
        Base::Struct(inner) => format!("{inner}::decode(r, v)"),
        base => format!("r.{}({name:?})", method(base)),
    }
}

/// The name that `Reader` and `Encoder` have for a type of fixed size.
pub(super) fn method(base: &Base) -> &'static str {
    match base {
        Base::Bool => "bool",
        Base::Int8 => "int8",
        Base::Int16 => "int16",
        Base::Uint16 => "uint16",
        Base::Int32 => "int32",
        Base::Uint32 => "uint32",
        Base::Int64 => "int64",
        Base::Float64 => "float64",
        Base::Uuid => "uuid",
        Base::String | Base::Bytes | Base::Records | Base::Struct(_) => "",
    }
}

fn element_bytes_min(field: &Field) -> String {
    match &field.base {
        Base::Struct(inner) => format!("{{ {inner}::WIRE_BYTES_MIN }}"),
        base => fixed_bytes(base).unwrap_or(1).to_string(),
    }
}

fn fixed_bytes(base: &Base) -> Option<usize> {
    Some(match base {
        Base::Bool | Base::Int8 => 1,
        Base::Int16 | Base::Uint16 => 2,
        Base::Int32 | Base::Uint32 => 4,
        Base::Int64 | Base::Float64 => 8,
        Base::Uuid => 16,
        Base::String | Base::Bytes | Base::Records | Base::Struct(_) => return None,
    })
}

/// The least bytes of the struct over these versions.
fn struct_bytes_min(message: &Message, one: &Struct, versions: Versions) -> usize {
    (versions.low..=versions.high).map(|v| bytes_at(message, one, v)).min().unwrap_or(0)
}

fn bytes_at(message: &Message, one: &Struct, v: i16) -> usize {
    let flex = message.flexible_from.is_some_and(|from| v >= from);
    let present = |f: &&Field| f.tag.is_none() && f.versions.low <= v && v <= f.versions.high;
    let fields = one.fields.iter().filter(present).map(|f| match &f.base {
        _ if f.array && flex => 1,
        _ if f.array => 4,
        Base::String if !flex => 2,
        Base::Bytes | Base::Records if !flex => 4,
        Base::Struct(_) if f.nullable.is_some() => 1,
        Base::Struct(inner) => bytes_at(message, message.find(inner), v),
        base => fixed_bytes(base).unwrap_or(1),
    });
    fields.sum::<usize>() + usize::from(flex)
}
