//! kcat's JSON: bytes between quotes as they are, only what JSON cannot have escaped. Pure.

use ottla_client::ConsumerRecord;
use ottla_record::TimestampType;

/// Writes a text with its quotes.
pub(super) fn text(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in bytes {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            8 => out.extend_from_slice(b"\\b"),
            12 => out.extend_from_slice(b"\\f"),
            0..32 => out.extend_from_slice(format!("\\u{byte:04X}").as_bytes()),
            byte => out.push(*byte),
        }
    }
    out.push(b'"');
}

fn maybe_text(bytes: Option<&[u8]>, out: &mut Vec<u8>) {
    match bytes {
        Some(bytes) => text(bytes, out),
        None => out.extend_from_slice(b"null"),
    }
}

/// Writes a message that came from a broker.
pub(super) fn write(record: &ConsumerRecord, broker: i32, out: &mut Vec<u8>) {
    let mut add = |part: String| out.extend_from_slice(part.as_bytes());
    add("{\"topic\":".to_owned());
    text(record.topic.as_bytes(), out);
    let mut add = |part: String| out.extend_from_slice(part.as_bytes());
    add(format!(",\"partition\":{},\"offset\":{}", record.partition, record.offset));
    if record.timestamp >= 0 {
        let kind = match record.timestamp_type {
            TimestampType::CreateTime => "create",
            TimestampType::LogAppendTime => "logappend",
        };
        add(format!(",\"tstype\":\"{kind}\",\"ts\":{}", record.timestamp));
    }
    add(format!(",\"broker\":{broker}"));
    if !record.headers.is_empty() {
        add(",\"headers\":[".to_owned());
        for (at, header) in record.headers.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            text(&header.key, out);
            out.push(b',');
            maybe_text(header.value.as_deref(), out);
        }
        out.push(b']');
    }
    out.extend_from_slice(b",\"key\":");
    maybe_text(record.key.as_deref(), out);
    out.extend_from_slice(b",\"payload\":");
    maybe_text(record.value.as_deref(), out);
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_must_be_is_escaped() {
        let mut out = Vec::new();
        text(b"a\"\\/\n\x01\x7f\xff", &mut out);
        assert_eq!(out, b"\"a\\\"\\\\/\\n\\u0001\x7f\xff\"");
    }
}
