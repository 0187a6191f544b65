//! How a record is read: fields with literal text between them, `%k:%v`, or `%h\t%k\t%v`.

use bytes::Bytes;
use ottla_client::ProducerRecord;

use super::escapes::unescaped;

/// A template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    /// What stands before the first field.
    lead: Vec<u8>,
    /// Each field and the text behind it; empty behind the last for whatever is left.
    fields: Vec<(Field, Vec<u8>)>,
}

/// What a field says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Topic,
    Partition,
    Timestamp,
    Key,
    Value,
    /// `name=value,name=value`
    Headers,
    /// Nothing.
    Skipped,
}

impl Template {
    /// Reads a template, and the delimiter of records: the text behind the last field.
    ///
    /// # Errors
    /// A token that there is not, or two fields that nothing parts.
    pub(crate) fn parse(text: &str) -> Result<(Self, Option<Vec<u8>>), String> {
        let mut lead = Vec::new();
        let mut fields: Vec<(Field, Vec<u8>)> = Vec::new();
        let mut rest = text;
        loop {
            let (before, after) = match rest.split_once('%') {
                Some((before, after)) => (before, Some(after)),
                None => (rest, None),
            };
            let place = fields.last_mut().map_or(&mut lead, |(_, behind)| behind);
            place.extend(unescaped(before));
            let Some(after) = after else { break };
            let letter = after.chars().next().ok_or_else(|| "Empty formatter".to_owned())?;
            rest = after.get(letter.len_utf8()..).unwrap_or_default();
            if letter == '%' {
                fields.last_mut().map_or(&mut lead, |(_, behind)| behind).push(b'%');
                continue;
            }
            let field = field(letter).ok_or_else(|| format!("Unsupported formatter: %{letter}"))?;
            if fields.last().is_some_and(|(_, behind)| behind.is_empty()) {
                return Err(format!("nothing parts %{letter} from the field before it"));
            }
            fields.push((field, Vec::new()));
        }
        let Some((_, behind)) = fields.last_mut() else {
            return Err(format!("{text} has no field: %k %v %h %t %p %T"));
        };
        let delimiter = Some(std::mem::take(behind)).filter(|text| !text.is_empty());
        Ok((Self { lead, fields }, delimiter))
    }

    /// Fills a record from the bytes of one.
    ///
    /// # Errors
    /// A text between fields is not there, or a number is none.
    pub(crate) fn fill(&self, bytes: &Bytes, record: &mut ProducerRecord) -> Result<(), String> {
        let mut rest = bytes
            .starts_with(&self.lead)
            .then(|| bytes.slice(self.lead.len()..))
            .ok_or_else(|| missing(&self.lead))?;
        for (field, behind) in &self.fields {
            let end = if behind.is_empty() {
                rest.len()
            } else {
                find(&rest, behind).ok_or_else(|| missing(behind))?
            };
            let found = rest.slice(..end);
            rest = rest.slice((end + behind.len()).min(rest.len())..);
            set(*field, found, record)?;
        }
        Ok(())
    }
}

fn field(letter: char) -> Option<Field> {
    Some(match letter {
        't' => Field::Topic,
        'p' => Field::Partition,
        'T' => Field::Timestamp,
        'k' => Field::Key,
        's' | 'v' => Field::Value,
        'h' => Field::Headers,
        'o' | 'e' | 'i' | 'd' => Field::Skipped,
        _ => return None,
    })
}

fn missing(text: &[u8]) -> String {
    format!("there is no {:?} in it", String::from_utf8_lossy(text))
}

/// Where `needle` begins in `bytes`.
pub(crate) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    match needle {
        [] => Some(0),
        [one] => bytes.iter().position(|byte| byte == one),
        [first, ..] => {
            let mut from = 0;
            while let Some(at) = bytes.get(from..)?.iter().position(|byte| byte == first) {
                if bytes.get(from + at..)?.starts_with(needle) {
                    return Some(from + at);
                }
                from += at + 1;
            }
            None
        }
    }
}

fn set(field: Field, found: Bytes, record: &mut ProducerRecord) -> Result<(), String> {
    let text = || String::from_utf8_lossy(&found).into_owned();
    match field {
        Field::Topic => record.topic = text().into(),
        Field::Partition => record.partition = Some(number(&text(), "a partition")?),
        Field::Timestamp => record.timestamp = Some(number(&text(), "milliseconds")?),
        Field::Key => record.key = Some(found),
        Field::Value => record.value = Some(found),
        Field::Headers => {
            for pair in found.split(|byte| *byte == b',').filter(|pair| !pair.is_empty()) {
                record.headers.push(header(&found.slice_ref(pair)));
            }
        }
        Field::Skipped => {}
    }
    Ok(())
}

fn number<T: std::str::FromStr>(text: &str, what: &str) -> Result<T, String> {
    text.trim().parse().map_err(|_| format!("{text:?} is not {what}"))
}

/// A header as it is given: `name=value`, or a name alone, whose value is null.
pub(crate) fn header(pair: &Bytes) -> (String, Option<Bytes>) {
    let at = pair.iter().position(|byte| *byte == b'=');
    let name = pair.get(..at.unwrap_or(pair.len())).unwrap_or_default();
    (String::from_utf8_lossy(name).into_owned(), at.map(|at| pair.slice(at + 1..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, line: &str, expected: Result<&str, &str>) {
        let filled = Template::parse(template).and_then(|(template, _)| {
            let mut record = ProducerRecord::default();
            template.fill(&Bytes::copy_from_slice(line.as_bytes()), &mut record)?;
            let shown = |bytes: &Option<Bytes>| {
                let text = bytes.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
                text.unwrap_or_else(|| "null".to_owned())
            };
            let headers: Vec<_> = record
                .headers
                .iter()
                .map(|(name, value)| format!("{name}={}", shown(value)))
                .collect();
            Ok(format!(
                "{} {} {:?} {:?} {}",
                shown(&record.key),
                shown(&record.value),
                record.partition,
                record.timestamp,
                headers.join("&")
            ))
        });
        assert_eq!(filled, expected.map(str::to_owned).map_err(str::to_owned), "{template} {line}");
    }

    #[test]
    fn fields_end_where_the_text_behind_them_begins() {
        check("%k:%v", "a:b:c", Ok("a b:c None None "));
        check("%v", "a:b", Ok("null a:b None None "));
        check("[%p]@%T %h;%k=>%s", "[3]@12 a=1,b;k=>v", Ok("k v Some(3) Some(12) a=1&b=null"));
        check("%k:%v", "ab", Err("there is no \":\" in it"));
        check("<%v", "ab", Err("there is no \"<\" in it"));
        check("%p %v", "x y", Err("\"x\" is not a partition"));
    }

    #[test]
    fn the_text_behind_the_last_field_parts_records() {
        assert_eq!(Template::parse(r"%k\t%v\r\n").unwrap().1.as_deref(), Some(&b"\r\n"[..]));
        assert_eq!(Template::parse("%v").unwrap().1, None);
        assert!(Template::parse("%k%v").unwrap_err().starts_with("nothing parts %v"));
        assert!(Template::parse("text").unwrap_err().contains("has no field"));
    }
}
