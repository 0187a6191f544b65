//! Stored records as JSON, written as Apache Kafka's own converters write them: names, order, what
//! is left out. For dump tools; nothing on the path of a request comes here.
//!
//! A record is read by the table of its fields ([`shape::Shape`], generated) into a [`Value`],
//! whose `Display` is the JSON text.

mod number;
mod read;
pub mod shape;
mod text;

use alloc::vec::Vec;
use bytes::Bytes;
use ottla_base::Uuid;

use crate::Str;
use crate::message::Kind;
use shape::Shape;

pub use text::Quoted;

/// What was read of a record or of one of its fields.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Null.
    Null,
    /// True or false.
    Bool(bool),
    /// A number of any size of integer.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// An id, written as unpadded base64url.
    Uuid(Uuid),
    /// Text.
    Text(Str),
    /// Bytes, written as base64.
    Bytes(Bytes),
    /// An array.
    Array(Vec<Value>),
    /// A struct: the fields that are written, in order.
    Struct(Vec<(&'static str, Value)>),
}

/// The shape of the stored record of this kind and key.
pub fn find(kind: Kind, key: i16) -> Option<&'static Shape> {
    shapes().iter().find(|shape| shape.kind == kind && shape.key == key)
}

/// The shape of the stored structure of this name.
pub fn by_name(name: &str) -> Option<&'static Shape> {
    shapes().iter().find(|shape| shape.name == name)
}

/// Every stored record there is.
pub fn shapes() -> &'static [Shape] {
    crate::generated::shapes::SHAPES
}

impl Value {
    /// The field of this name, if it is a struct that has it.
    pub fn field(&self, name: &str) -> Option<&Value> {
        let Self::Struct(fields) = self else { return None };
        fields.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// The field of this name, to be replaced.
    pub fn field_mut(&mut self, name: &str) -> Option<&mut Value> {
        let Self::Struct(fields) = self else { return None };
        fields.iter_mut().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, if it is an integer.
    pub fn int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    /// The elements of an array; none of anything else.
    pub fn elements(&self) -> &[Value] {
        if let Self::Array(elements) = self { elements } else { &[] }
    }
}

#[cfg(test)]
mod tests;
