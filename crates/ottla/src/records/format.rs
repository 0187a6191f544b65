//! How a record is written: kcat's `%` tokens, and named fields that say in which form.

use ottla_client::ConsumerRecord;

use super::encoding::{base64, hex};
use super::escapes::unescaped;
use super::unpack::Pack;

/// A format.
#[derive(Debug, Clone, Default)]
pub(crate) struct Format {
    pieces: Vec<Piece>,
    /// What stands for a key or value that has no bytes.
    pub(crate) null: Vec<u8>,
    /// How keys and values are unpacked.
    pub(crate) key_pack: Option<Pack>,
    pub(crate) value_pack: Option<Pack>,
}

/// A part of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(Vec<u8>),
    Topic,
    Partition,
    Offset,
    LeaderEpoch,
    /// Milliseconds since the epoch.
    Timestamp,
    /// The same as a date.
    Time,
    Headers,
    HeaderCount,
    /// How many records were written before.
    Count,
    Key(Shape),
    Value(Shape),
    ValueLengthBinary,
}

/// In which form a key or value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Plain,
    Hex,
    Base64,
    /// As a text of JSON, with its quotes.
    Json,
    Length,
}

/// Whose tokens are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Kcat,
    /// Those of kcat and more.
    Ottla,
}

impl Format {
    /// Of pieces.
    pub(crate) fn of(pieces: Vec<Piece>) -> Self {
        Self { pieces, ..Self::default() }
    }

    /// Reads a format.
    ///
    /// # Errors
    /// A token that there is not.
    pub(crate) fn parse(text: &str, dialect: Dialect) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            if !before.is_empty() {
                pieces.push(Piece::Text(unescaped(before)));
            }
            let letter = after.chars().next().ok_or_else(|| "Empty formatter".to_owned())?;
            rest = after.get(letter.len_utf8()..).unwrap_or_default();
            if letter == '{' && dialect == Dialect::Ottla {
                let (name, behind) =
                    rest.split_once('}').ok_or_else(|| format!("no }} behind %{{{rest}"))?;
                pieces.push(named(name)?);
                rest = behind;
            } else {
                let piece = token(letter, dialect);
                pieces.push(piece.ok_or_else(|| format!("Unsupported formatter: %{letter}"))?);
            }
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(unescaped(rest)));
        }
        Ok(Self::of(pieces))
    }

    /// Writes a record, the `count`th from 0.
    ///
    /// # Errors
    /// Its key or value cannot be unpacked. What was written before stays.
    pub(crate) fn write(
        &self,
        record: &ConsumerRecord,
        count: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), String> {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.extend_from_slice(text),
                Piece::Topic => out.extend_from_slice(record.topic.as_bytes()),
                Piece::Partition => print(out, record.partition),
                Piece::Offset => print(out, record.offset),
                Piece::LeaderEpoch => print(out, record.leader_epoch),
                Piece::Timestamp => print(out, record.timestamp),
                Piece::Time => print(out, date(record.timestamp)),
                Piece::Headers => write_headers(record, out),
                Piece::HeaderCount => print(out, record.headers.len()),
                Piece::Count => print(out, count),
                Piece::Key(shape) => self.field("key", record.key.as_deref(), *shape, out)?,
                Piece::Value(shape) => self.field("value", record.value.as_deref(), *shape, out)?,
                Piece::ValueLengthBinary => {
                    let length = record.value.as_ref().map_or(-1, |value| value.len() as i32);
                    out.extend_from_slice(&length.to_be_bytes());
                }
            }
        }
        Ok(())
    }

    fn field(
        &self,
        what: &str,
        bytes: Option<&[u8]>,
        shape: Shape,
        out: &mut Vec<u8>,
    ) -> Result<(), String> {
        let pack = if what == "key" { &self.key_pack } else { &self.value_pack };
        match (shape, bytes, pack) {
            (Shape::Length, None, _) => print(out, -1),
            (Shape::Length, Some(bytes), _) => print(out, bytes.len()),
            (Shape::Json, None, _) => out.extend_from_slice(b"null"),
            (_, None | Some(&[]), _) => out.extend_from_slice(&self.null),
            (Shape::Plain, Some(bytes), Some(pack)) => pack.write(what, bytes, out)?,
            (Shape::Plain, Some(bytes), None) => out.extend_from_slice(bytes),
            (Shape::Hex, Some(bytes), _) => print(out, hex(bytes)),
            (Shape::Base64, Some(bytes), _) => print(out, base64(bytes)),
            (Shape::Json, Some(bytes), _) => {
                print(out, serde_json::Value::from(String::from_utf8_lossy(bytes).as_ref()));
            }
        }
        Ok(())
    }
}

fn print(out: &mut Vec<u8>, what: impl std::fmt::Display) {
    out.extend_from_slice(what.to_string().as_bytes());
}

fn token(letter: char, dialect: Dialect) -> Option<Piece> {
    Some(match letter {
        'o' => Piece::Offset,
        'k' => Piece::Key(Shape::Plain),
        'K' => Piece::Key(Shape::Length),
        's' => Piece::Value(Shape::Plain),
        'S' => Piece::Value(Shape::Length),
        'R' => Piece::ValueLengthBinary,
        't' => Piece::Topic,
        'p' => Piece::Partition,
        'T' => Piece::Timestamp,
        'h' => Piece::Headers,
        '%' => Piece::Text(b"%".to_vec()),
        _ if dialect == Dialect::Kcat => return None,
        'v' => Piece::Value(Shape::Plain),
        'V' => Piece::Value(Shape::Length),
        'H' => Piece::HeaderCount,
        'e' => Piece::LeaderEpoch,
        'd' => Piece::Time,
        'i' => Piece::Count,
        _ => return None,
    })
}

/// A field by its name, with its shape behind a colon.
fn named(text: &str) -> Result<Piece, String> {
    let (name, shape) = text.split_once(':').unwrap_or((text, "plain"));
    let unknown = || {
        format!(
            "%{{{text}}} is no field: topic, partition, offset, epoch, timestamp, time, headers, header-count, count, key, value; key and value with :hex, :base64, :json or :length"
        )
    };
    let piece = match name {
        "key" | "value" => {
            let shape = match shape {
                "plain" => Shape::Plain,
                "hex" => Shape::Hex,
                "base64" => Shape::Base64,
                "json" => Shape::Json,
                "length" => Shape::Length,
                _ => return Err(unknown()),
            };
            return Ok(if name == "key" { Piece::Key(shape) } else { Piece::Value(shape) });
        }
        _ if text != name => return Err(unknown()),
        "topic" => Piece::Topic,
        "partition" => Piece::Partition,
        "offset" => Piece::Offset,
        "epoch" => Piece::LeaderEpoch,
        "timestamp" => Piece::Timestamp,
        "time" => Piece::Time,
        "headers" => Piece::Headers,
        "header-count" => Piece::HeaderCount,
        "count" => Piece::Count,
        _ => return Err(unknown()),
    };
    Ok(piece)
}

fn write_headers(record: &ConsumerRecord, out: &mut Vec<u8>) {
    for (at, header) in record.headers.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.extend_from_slice(&header.key);
        out.push(b'=');
        out.extend_from_slice(header.value.as_deref().unwrap_or(b"NULL"));
    }
}

/// A time as people and programs read it: `2026-11-21T12:00:00.000Z`; `-` for none.
pub(crate) fn date(millis: i64) -> String {
    if millis < 0 {
        return "-".to_owned();
    }
    let (days, of_day) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    // Days of the Gregorian calendar, in eras of 400 years that begin in March.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let of_era_year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * of_era_year + of_era_year / 4 - of_era_year / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + of_era_year + i64::from(month <= 2);
    let (seconds, ms) = (of_day / 1000, of_day % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use ottla_client::consumer::RecordHeader;
    use ottla_record::TimestampType;

    fn record() -> ConsumerRecord {
        let header = |key: &'static str, value: Option<&'static str>| RecordHeader {
            key: Bytes::from_static(key.as_bytes()),
            value: value.map(|value| Bytes::from_static(value.as_bytes())),
        };
        ConsumerRecord {
            topic: "orders".into(),
            partition: 3,
            offset: 42,
            leader_epoch: 7,
            timestamp: 1_795_262_400_250,
            timestamp_type: TimestampType::CreateTime,
            key: Some(Bytes::from_static(b"k\xff")),
            value: Some(Bytes::from_static(b"a\"b")),
            headers: vec![header("a", Some("1")), header("b", None)],
        }
    }

    fn check(format: &str, expected: Result<&[u8], &str>) {
        let mut out = Vec::new();
        let format = Format::parse(format, Dialect::Ottla);
        let written = format.and_then(|format| format.write(&record(), 5, &mut out)).map(|()| out);
        assert_eq!(written, expected.map(<[u8]>::to_vec).map_err(str::to_owned));
    }

    #[test]
    fn tokens_and_names_are_fields() {
        check("%t [%p] %o: %k=%s\\n", Ok(b"orders [3] 42: k\xff=a\"b\n"));
        check("%K %S %R%%", Ok(b"2 3 \0\0\0\x03%"));
        check("%h %H %i %e %T", Ok(b"a=1,b=NULL 2 5 7 1795262400250"));
        check("%{time} %d", Ok(b"2026-11-21T12:00:00.250Z 2026-11-21T12:00:00.250Z"));
        check(
            "%{key:hex} %{key:base64} %{value:json} %{value:length}",
            Ok(b"6bff a/8= \"a\\\"b\" 3"),
        );
        check("%q", Err("Unsupported formatter: %q"));
        check("a%", Err("Empty formatter"));
        assert!(Format::parse("%v", Dialect::Kcat).is_err());
        assert!(Format::parse("%{key:big}", Dialect::Ottla).is_err());
        assert!(Format::parse("%{key", Dialect::Ottla).is_err());
    }

    #[test]
    fn times_are_dates() {
        assert_eq!(date(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(date(951_827_696_789), "2000-02-29T12:34:56.789Z");
        assert_eq!(date(-1), "-");
    }
}
