//! A record as one object of JSON on a line, both ways. What is no text is written in base64 under
//! its own name, so that nothing is lost; read are kcat's objects as well.

use bytes::Bytes;
use ottla_client::{ConsumerRecord, ProducerRecord};
use ottla_record::TimestampType;
use serde_json::{Map, Value, json};

use super::encoding::{base64, from_base64};

/// Writes a record.
pub(crate) fn write(record: &ConsumerRecord, out: &mut Vec<u8>) {
    let object = object(record).into_iter().map(|(name, value)| format!("{}:{value}", json!(name)));
    out.push(b'{');
    out.extend_from_slice(object.collect::<Vec<_>>().join(",").as_bytes());
    out.push(b'}');
}

/// The fields in their order.
fn object(record: &ConsumerRecord) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("topic", json!(&*record.topic).to_string()),
        ("partition", record.partition.to_string()),
        ("offset", record.offset.to_string()),
        ("timestamp", record.timestamp.to_string()),
        ("timestamp_type", json!(timestamp_type(record)).to_string()),
        ("leader_epoch", record.leader_epoch.to_string()),
    ];
    let headers = record.headers.iter().map(|header| {
        let (name, value) = bytes_field("value", "value_base64", header.value.as_deref());
        let key = json!(String::from_utf8_lossy(&header.key));
        format!("{{\"name\":{key},{}:{value}}}", json!(name))
    });
    let headers: Vec<_> = headers.collect();
    fields.push(("headers", format!("[{}]", headers.join(","))));
    fields.push(bytes_field("key", "key_base64", record.key.as_deref()));
    fields.push(bytes_field("value", "value_base64", record.value.as_deref()));
    fields
}

fn timestamp_type(record: &ConsumerRecord) -> &'static str {
    match record.timestamp_type {
        _ if record.timestamp < 0 => "none",
        TimestampType::CreateTime => "create",
        TimestampType::LogAppendTime => "append",
    }
}

fn bytes_field(
    name: &'static str,
    encoded: &'static str,
    bytes: Option<&[u8]>,
) -> (&'static str, String) {
    match bytes.map(std::str::from_utf8) {
        None => (name, "null".to_owned()),
        Some(Ok(text)) => (name, json!(text).to_string()),
        Some(Err(_)) => (encoded, json!(base64(bytes.unwrap_or_default())).to_string()),
    }
}

/// Fills a record from an object: `key`, `value` (or `payload`), `headers`, `partition`, `timestamp`
/// (or `ts`), `topic`; others are left alone. A value that is no text is sent as its JSON.
///
/// # Errors
/// It is no object, or a field of it is nothing of its kind.
pub(crate) fn fill(
    line: &[u8],
    takes_place: bool,
    record: &mut ProducerRecord,
) -> Result<(), String> {
    let parsed: Value = serde_json::from_slice(line).map_err(|why| format!("no JSON: {why}"))?;
    let Value::Object(object) = parsed else {
        return Err("it is JSON, and no object".to_owned());
    };
    if let Some(key) = bytes_of(&object, &["key"], "key_base64")? {
        record.key = key;
    }
    if let Some(value) = bytes_of(&object, &["value", "payload"], "value_base64")? {
        record.value = value;
    }
    match object.get("headers") {
        None | Some(Value::Null) => {}
        Some(headers) => record.headers.extend(headers_of(headers)?),
    }
    if let Some(time) = object.get("timestamp").or_else(|| object.get("ts")) {
        record.timestamp = time.as_i64().filter(|time| *time >= 0).or(record.timestamp);
    }
    if takes_place {
        let partition = object.get("partition").and_then(Value::as_i64);
        record.partition = partition.and_then(|it| i32::try_from(it).ok()).or(record.partition);
    }
    Ok(())
}

/// The bytes under one of the names, if there are any; `Some(None)` for null.
fn bytes_of(
    object: &Map<String, Value>,
    names: &[&str],
    encoded: &str,
) -> Result<Option<Option<Bytes>>, String> {
    if let Some(text) = object.get(encoded) {
        let bytes = text.as_str().and_then(from_base64);
        let bytes = bytes.ok_or_else(|| format!("{encoded} is no base64"))?;
        return Ok(Some(Some(Bytes::from(bytes))));
    }
    Ok(names.iter().find_map(|name| object.get(*name)).map(bytes_of_value))
}

fn bytes_of_value(value: &Value) -> Option<Bytes> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Bytes::copy_from_slice(text.as_bytes())),
        other => Some(Bytes::from(other.to_string())),
    }
}

/// Headers as objects with a name and a value, as a map, or as names and values in turn (kcat).
fn headers_of(headers: &Value) -> Result<Vec<(String, Option<Bytes>)>, String> {
    let wrong = || {
        "headers are no list of {\"name\":..,\"value\":..}, no map, and no list of names and values in turn".to_owned()
    };
    match headers {
        Value::Object(map) => {
            let one = |(name, value): (&String, &Value)| match value {
                Value::Array(values) => {
                    values.iter().map(|value| (name.clone(), bytes_of_value(value))).collect()
                }
                value => vec![(name.clone(), bytes_of_value(value))],
            };
            Ok(map.iter().flat_map(one).collect())
        }
        Value::Array(list) if list.iter().all(Value::is_object) => {
            let one = |header: &Value| {
                let header = header.as_object().ok_or_else(wrong)?;
                let name = header.get("name").or_else(|| header.get("key"));
                let name = name.and_then(Value::as_str).ok_or_else(wrong)?;
                let value = bytes_of(header, &["value"], "value_base64")?.flatten();
                Ok((name.to_owned(), value))
            };
            list.iter().map(one).collect()
        }
        Value::Array(list) if list.len().is_multiple_of(2) => {
            let one = |pair: &[Value]| match pair {
                [Value::String(name), value] => Ok((name.clone(), bytes_of_value(value))),
                _ => Err(wrong()),
            };
            list.chunks(2).map(one).collect()
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ottla_client::consumer::RecordHeader;

    fn consumed() -> ConsumerRecord {
        let header = |key: &'static str, value: &'static [u8]| RecordHeader {
            key: Bytes::from_static(key.as_bytes()),
            value: Some(Bytes::from_static(value)),
        };
        ConsumerRecord {
            topic: "t".into(),
            partition: 1,
            offset: 2,
            leader_epoch: 3,
            timestamp: 4,
            timestamp_type: TimestampType::CreateTime,
            key: Some(Bytes::from_static(b"\xff")),
            value: Some(Bytes::from_static(b"a\"b")),
            headers: vec![header("h", b"x"), header("i", b"\xfe")],
        }
    }

    #[test]
    fn what_was_written_is_read_again() {
        let mut line = Vec::new();
        write(&consumed(), &mut line);
        assert_eq!(
            String::from_utf8(line.clone()).unwrap(),
            r#"{"topic":"t","partition":1,"offset":2,"timestamp":4,"timestamp_type":"create","leader_epoch":3,"headers":[{"name":"h","value":"x"},{"name":"i","value_base64":"/g=="}],"key_base64":"/w==","value":"a\"b"}"#
        );
        let mut record = ProducerRecord::default();
        fill(&line, true, &mut record).unwrap();
        assert_eq!(record.key.as_deref(), Some(&b"\xff"[..]));
        assert_eq!(record.value.as_deref(), Some(&b"a\"b"[..]));
        assert_eq!((record.partition, record.timestamp), (Some(1), Some(4)));
        let headers: Vec<_> = record.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(headers, ["h", "i"]);
    }

    fn check(line: &str, expected: Result<&str, &str>) {
        let mut record = ProducerRecord::default();
        let filled = fill(line.as_bytes(), false, &mut record).map(|()| {
            let text = |bytes: &Option<Bytes>| {
                bytes.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
            };
            let headers: Vec<_> =
                record.headers.iter().map(|(name, value)| (name.clone(), text(value))).collect();
            format!("{:?} {:?} {headers:?}", text(&record.key), text(&record.value))
        });
        assert_eq!(filled, expected.map(str::to_owned).map_err(str::to_owned), "{line}");
    }

    #[test]
    fn objects_of_others_are_read() {
        check(
            r#"{"key":"k","payload":"v","headers":["a","1","b",null],"partition":9}"#,
            Ok(r#"Some("k") Some("v") [("a", Some("1")), ("b", None)]"#),
        );
        check(
            r#"{"value":{"a":1},"headers":{"x":"y"}}"#,
            Ok(r#"None Some("{\"a\":1}") [("x", Some("y"))]"#),
        );
        check(r#"{"key":"k","value":null}"#, Ok(r#"Some("k") None []"#));
        check("[1]", Err("it is JSON, and no object"));
        check(r#"{"value_base64":"?"}"#, Err("value_base64 is no base64"));
        assert!(fill(b"{", false, &mut ProducerRecord::default()).is_err());
    }
}
