//! Emits `encode` functions.

use super::decode::{flexible_part, method, version_name};
use super::emit::{absence_test, default_value, field_name, flex, flex_line, version_test};
use super::notation::{Base, Field, Message, Struct, Versions};
use std::fmt::Write;

/// Appends `encode` of this struct.
pub(super) fn function(out: &mut String, message: &Message, one: &Struct, is_top: bool) {
    let mut tagged: Vec<&Field> = one.fields.iter().filter(|f| f.tag.is_some()).collect();
    tagged.sort_by_key(|f| f.tag);
    let flex = flex(message, one);
    let mut body = String::new();
    if is_top {
        let Versions { low, high } = one.versions;
        let _ = writeln!(body, "w.check_version({:?}, v, {low}, {high})?;", one.name);
    }
    body.push_str(&flex_line(message, one));
    for field in &one.fields {
        match (field.tag, version_test(field.versions, one.versions)) {
            (None, None) => body.push_str(&statement(field, flex)),
            (None, Some(test)) => {
                let write = statement(field, flex);
                let _ = write!(body, "if {test} {{ {write} }}");
                if !field.ignorable {
                    let _ = write!(body, " else if {} {{ {} }}", is_set(field), refusal(field));
                }
            }
            (Some(_), Some(_)) if !field.ignorable => {
                let absent = absence_test(field.versions, one.versions).unwrap_or_default();
                let test = format!("{absent} && {}", is_set(field));
                let _ = write!(body, "if {test} {{ {} }}", refusal(field));
            }
            (Some(_), _) => {}
        }
        body.push('\n');
    }
    tags(&mut body, message, one, flex, &tagged);
    let v = version_name(&body);
    out.push_str("/// Writes this to `w` as version `v` has it.\n");
    let _ = writeln!(
        out,
        "pub fn encode(&self, w: &mut Encoder, {v}: i16) -> Result<(), EncodeError> {{\n{body}Ok(())\n}}"
    );
}

fn tags(out: &mut String, message: &Message, one: &Struct, flex: &str, tagged: &[&Field]) {
    let mut text = String::new();
    if tagged.is_empty() {
        text.push_str("w.no_tags();\n");
    } else {
        text.push_str("let mut tags = w.tags();\n");
        for field in tagged {
            let set = is_set(field);
            let test = match version_test(field.versions, flexible_part(message, one)) {
                None => set,
                Some(test) => format!("{test} && {set}"),
            };
            let tag = field.tag.unwrap_or_default();
            let write = expression(field, "true");
            let _ = writeln!(text, "if {test} {{ w.tag(&mut tags, {tag}, |w| {write})?; }}");
        }
        text.push_str("w.end_tags(tags);\n");
    }
    match flex {
        "true" => out.push_str(&text),
        "flex" => {
            let _ = writeln!(out, "if flex {{\n{text}}}");
        }
        _ => {}
    }
}

fn refusal(field: &Field) -> String {
    format!("return Err(EncodeError::not_in_version({:?}, v));", field.name)
}

/// The test that a field differs from its default.
fn is_set(field: &Field) -> String {
    let name = format!("self.{}", field_name(&field.name));
    if field.nullable.is_some() && field.base != Base::Records {
        return match &field.default {
            Some(value) if value == "null" => format!("{name}.is_some()"),
            _ => format!("{name} != {}", default_value(field).0),
        };
    }
    if field.array {
        return format!("!{name}.is_empty()");
    }
    match &field.base {
        Base::String | Base::Bytes if field.default.is_none() => format!("!{name}.is_empty()"),
        Base::Records => format!("{name} != Records::Null"),
        Base::Bool if field.default.as_deref() == Some("true") => format!("!{name}"),
        Base::Bool => name,
        Base::Uuid => format!("!{name}.is_zero()"),
        Base::Struct(inner) => format!("{name} != {inner}::default()"),
        Base::Float64 if field.default.is_none() => format!("{name} != 0.0"),
        _ if field.default.is_none() => format!("{name} != 0"),
        _ => format!("{name} != {}", default_value(field).0),
    }
}

fn statement(field: &Field, flex: &str) -> String {
    if is_infallible(field) {
        return format!("{};", call(field, &format!("self.{}", field_name(&field.name))));
    }
    format!("{}?;", expression(field, flex))
}

/// Types of fixed size cannot fail to be written.
fn is_infallible(field: &Field) -> bool {
    !field.array && field.nullable.is_none() && !method(&field.base).is_empty()
}

fn call(field: &Field, value: &str) -> String {
    format!("w.{}({value})", method(&field.base))
}

/// An expression of type `Result<(), EncodeError>`.
fn expression(field: &Field, flex: &str) -> String {
    let name = &field.name;
    let value = format!("self.{}", field_name(name));
    if is_infallible(field) {
        return format!("{{ {}; Ok(()) }}", call(field, &value));
    }
    if field.base == Base::Records {
        let nullable = match field.nullable {
            None => "false".to_owned(),
            Some(range) => version_test(range, field.versions).unwrap_or("true".to_owned()),
        };
        return format!("w.records({flex}, {nullable}, &{value}, {name:?})");
    }
    let Some(nullable) = field.nullable else {
        return format!("w.{}", arguments(field, flex, "", &format!("&{value}")));
    };
    let optional =
        format!("w.{}", arguments(field, flex, "nullable_", &format!("{value}.as_ref()")));
    match version_test(nullable, field.versions) {
        None => optional,
        Some(test) => {
            let required = format!("required(&{value}, {name:?})?");
            let plain = format!("w.{}", arguments(field, flex, "", &required));
            format!("if {test} {{ {optional} }} else {{ {plain} }}")
        }
    }
}

/// Method and arguments that write `value`.
fn arguments(field: &Field, flex: &str, prefix: &str, value: &str) -> String {
    let name = &field.name;
    if field.array {
        let element = match &field.base {
            Base::Struct(_) => "x.encode(w, v)".to_owned(),
            Base::String => format!("w.string({flex}, x, {name:?})"),
            Base::Bytes => format!("w.bytes({flex}, x, {name:?})"),
            base => format!("{{ w.{}(*x); Ok(()) }}", method(base)),
        };
        return format!("{prefix}array({flex}, {value}, {name:?}, |w, x| {element})");
    }
    match &field.base {
        Base::String => format!("{prefix}string({flex}, {value}, {name:?})"),
        Base::Bytes => format!("{prefix}bytes({flex}, {value}, {name:?})"),
        Base::Struct(_) if prefix.is_empty() => {
            let value = value.strip_prefix('&').unwrap_or(value);
            let value = if value.ends_with('?') { format!("({value})") } else { value.to_owned() };
            format!("nested(|w| {value}.encode(w, v))")
        }
        Base::Struct(_) => {
            let tagged = if field.tag.is_some() { "tagged_" } else { "" };
            format!("nullable_{tagged}struct({value}, |w, x| x.encode(w, v))")
        }
        _ => String::new(),
    }
}
