//! Kafka's own deserializers, and what `toString` makes of their values. Pure.

/// A class that reads bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deserializer {
    String,
    Short,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Uuid,
    Bytes,
}

impl Deserializer {
    /// The class of a name.
    pub(super) fn of(class: &str) -> Option<Self> {
        let name = class.strip_prefix("org.apache.kafka.common.serialization.")?;
        Some(match name {
            "StringDeserializer" => Self::String,
            "ShortDeserializer" => Self::Short,
            "IntegerDeserializer" => Self::Integer,
            "LongDeserializer" => Self::Long,
            "FloatDeserializer" => Self::Float,
            "DoubleDeserializer" => Self::Double,
            "BooleanDeserializer" => Self::Boolean,
            "UUIDDeserializer" => Self::Uuid,
            "BytesDeserializer" => Self::Bytes,
            _ => return None,
        })
    }

    /// # Errors
    /// The bytes are none of its values.
    pub(super) fn show(self, bytes: &[u8]) -> Result<String, String> {
        match self {
            Self::String => Ok(String::from_utf8_lossy(bytes).into_owned()),
            Self::Short => Ok(i16::from_be_bytes(sized(bytes, "ShortDeserializer")?).to_string()),
            Self::Integer => {
                Ok(i32::from_be_bytes(sized(bytes, "IntegerDeserializer")?).to_string())
            }
            Self::Long => Ok(i64::from_be_bytes(sized(bytes, "LongDeserializer")?).to_string()),
            Self::Float => {
                let value = f32::from_be_bytes(sized(bytes, "Deserializer")?);
                Ok(decimal(f64::from(value), &format!("{value:?}"), &format!("{value:e}")))
            }
            Self::Double => {
                let value = f64::from_be_bytes(sized(bytes, "Deserializer")?);
                Ok(decimal(value, &format!("{value:?}"), &format!("{value:e}")))
            }
            Self::Boolean => match bytes {
                [1] => Ok("true".to_owned()),
                [0] => Ok("false".to_owned()),
                [_] => Err("Unexpected byte received by BooleanDeserializer".to_owned()),
                _ => Err("Size of data received by BooleanDeserializer is not 1".to_owned()),
            },
            Self::Uuid => uuid(&String::from_utf8_lossy(bytes)),
            Self::Bytes => Ok(bytes.iter().map(|byte| escaped(*byte)).collect()),
        }
    }
}

fn sized<const N: usize>(bytes: &[u8], class: &str) -> Result<[u8; N], String> {
    bytes.try_into().map_err(|_| format!("Size of data received by {class} is not {N}"))
}

/// `Bytes.toString`: what is not printable ASCII and the backslash as `\xNN`.
fn escaped(byte: u8) -> String {
    match byte {
        b' '..=b'~' if byte != b'\\' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02X}"),
    }
}

/// A number as `Double.toString` writes it: with a point always, with an exponent below a thousandth
/// and from ten millions on.
fn decimal(value: f64, plain: &str, scientific: &str) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let size = value.abs();
    if value == 0.0 || (1e-3..1e7).contains(&size) {
        return plain.to_owned();
    }
    match scientific.split_once('e') {
        Some((digits, exponent)) if digits.contains('.') => format!("{digits}E{exponent}"),
        Some((digits, exponent)) => format!("{digits}.0E{exponent}"),
        None => plain.to_owned(),
    }
}

fn uuid(text: &str) -> Result<String, String> {
    let groups: Vec<&str> = text.split('-').collect();
    let is_hex = |group: &&str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_hexdigit());
    if groups.len() != 5 || !groups.iter().all(is_hex) {
        return Err("Error parsing data into UUID".to_owned());
    }
    let padded = groups.iter().zip([8, 4, 4, 4, 12]).map(|(group, width)| {
        let group = group.to_lowercase();
        format!("{group:0>width$}")
    });
    Ok(padded.collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(class: &str, bytes: &[u8], expected: Result<&str, &str>) {
        let class = format!("org.apache.kafka.common.serialization.{class}Deserializer");
        let shown = Deserializer::of(&class).unwrap().show(bytes);
        assert_eq!(shown, expected.map(str::to_owned).map_err(str::to_owned), "{class}");
    }

    #[test]
    fn values_are_shown_as_java_shows_them() {
        check("String", b"a", Ok("a"));
        check("Integer", &[255, 255, 255, 254], Ok("-2"));
        check("Long", &[0, 0, 0, 0, 0, 0, 1, 0], Ok("256"));
        check("Long", b"null", Err("Size of data received by LongDeserializer is not 8"));
        check("Double", &1.5f64.to_be_bytes(), Ok("1.5"));
        check("Double", &1e10f64.to_be_bytes(), Ok("1.0E10"));
        check("Double", &1.25e-5f64.to_be_bytes(), Ok("1.25E-5"));
        check("Float", &100f32.to_be_bytes(), Ok("100.0"));
        check("Boolean", &[1], Ok("true"));
        check("UUID", b"1-2-3-4-5", Ok("00000001-0002-0003-0004-000000000005"));
        check("Bytes", b"a\n\xff", Ok("a\\x0A\\xFF"));
    }
}
