//! Reads a record by the table of its fields.

use alloc::vec::Vec;

use super::Value;
use super::shape::{Field, Shape, Type, Unset, is_in};
use crate::{DecodeError, DecodeErrorKind, Reader};

impl Shape {
    /// Reads a record of this shape. Bytes behind its end stay in the reader.
    ///
    /// # Errors
    /// There is no such version, or the bytes are none.
    pub fn read(&self, r: &mut Reader, version: i16) -> Result<Value, DecodeError> {
        r.check_version(self.name, version, self.versions.0, self.versions.1)?;
        fields(r, self.fields, version, version >= self.flexible_from)
    }
}

fn fields(
    r: &mut Reader,
    shape: &'static [Field],
    version: i16,
    flex: bool,
) -> Result<Value, DecodeError> {
    let mut found: Vec<Option<Value>> = Vec::new();
    for field in shape {
        let here = field.tag.is_none() && is_in(version, field.versions);
        found.push(if here { Some(whole(r, field, version, flex)?) } else { None });
    }
    if flex {
        r.tags(|r, tag| {
            let known = |f: &Field| f.tag == Some(tag) && is_in(version, f.versions);
            let Some(at) = shape.iter().position(known) else { return Ok(false) };
            let (Some(field), Some(place)) = (shape.get(at), found.get_mut(at)) else {
                return Ok(false);
            };
            let value = whole(r, field, version, flex)?;
            *place = Some(value).filter(|value| !is_unset(value, field.unset));
            Ok(true)
        })?;
    }
    let named = shape.iter().zip(found);
    Ok(Value::Struct(named.filter_map(|(field, value)| Some((field.name, value?))).collect()))
}

fn whole(r: &mut Reader, field: &Field, version: i16, flex: bool) -> Result<Value, DecodeError> {
    let nullable = field.nullable.is_some_and(|versions| is_in(version, versions));
    if !field.is_array {
        return single(r, field, version, flex, nullable);
    }
    let Some(len) = r.array_len(flex, 1, field.name)? else {
        return if nullable { Ok(Value::Null) } else { Err(null(field.name)) };
    };
    // Grows as elements are read: a length alone reserves nothing.
    let mut elements = Vec::new();
    for _ in 0..len {
        elements.push(single(r, field, version, flex, false)?);
    }
    Ok(Value::Array(elements))
}

fn single(
    r: &mut Reader,
    field: &Field,
    version: i16,
    flex: bool,
    nullable: bool,
) -> Result<Value, DecodeError> {
    let name = field.name;
    let or_null = |value: Option<Value>| match value {
        None if !nullable => Err(null(name)),
        value => Ok(value.unwrap_or(Value::Null)),
    };
    Ok(match field.kind {
        Type::Bool => Value::Bool(r.bool(name)?),
        Type::Int8 => Value::Int(r.int8(name)?.into()),
        Type::Int16 => Value::Int(r.int16(name)?.into()),
        Type::Uint16 => Value::Int(r.uint16(name)?.into()),
        Type::Int32 => Value::Int(r.int32(name)?.into()),
        Type::Uint32 => Value::Int(r.uint32(name)?.into()),
        Type::Int64 => Value::Int(r.int64(name)?),
        Type::Float64 => Value::Float(r.float64(name)?),
        Type::Uuid => Value::Uuid(r.uuid(name)?),
        Type::String => or_null(r.nullable_string(flex, name)?.map(Value::Text))?,
        Type::Bytes | Type::Records => or_null(r.nullable_bytes(flex, name)?.map(Value::Bytes))?,
        Type::Struct(inner) if nullable && field.tag.is_some() => {
            let read = |r: &mut Reader| fields(r, inner, version, flex);
            or_null(r.nullable_tagged_struct(name, read)?)?
        }
        Type::Struct(inner) if nullable => {
            or_null(r.nullable_struct(name, |r| fields(r, inner, version, flex))?)?
        }
        Type::Struct(inner) => fields(r, inner, version, flex)?,
    })
}

/// Whether a tagged field holds its default, so that it is not written.
fn is_unset(value: &Value, unset: Unset) -> bool {
    match (value, unset) {
        (Value::Null, Unset::Null) | (Value::Bool(true), Unset::True) => true,
        (Value::Int(number), Unset::Int(default)) => *number == default,
        (value, Unset::Empty) => is_empty(value),
        _ => false,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => !value,
        Value::Int(number) => *number == 0,
        Value::Float(number) => *number == 0.0,
        Value::Uuid(id) => id.0 == [0; 16],
        Value::Text(text) => text.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Struct(fields) => fields.iter().all(|(_, value)| is_empty(value)),
    }
}

fn null(field: &'static str) -> DecodeError {
    DecodeError { field, kind: DecodeErrorKind::Null }
}
