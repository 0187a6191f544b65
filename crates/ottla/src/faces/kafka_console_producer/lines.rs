//! Lines as records, as Kafka's `LineMessageReader` reads them. Pure.

use bytes::Bytes;
use ottla_client::ProducerRecord;
use regex::Regex;

use super::super::console_words::Properties;

/// How a line is read.
pub(super) struct LineReader {
    topic: std::sync::Arc<str>,
    parses_key: bool,
    key_separator: String,
    parses_headers: bool,
    headers_delimiter: String,
    headers_separator: Regex,
    headers_key_separator: String,
    ignores_errors: bool,
    null_marker: Option<String>,
    line_number: u64,
}

impl LineReader {
    /// # Errors
    /// Two separators are the same.
    pub(super) fn new(properties: &Properties) -> Result<Self, String> {
        let text = |name: &str, default: &str| {
            properties.get(name).cloned().unwrap_or_else(|| default.to_owned())
        };
        let is = |name: &str| text(name, "false").trim().eq_ignore_ascii_case("true");
        let null_marker = properties.get("null.marker").cloned();
        let all = [
            ("headers.delimiter", text("headers.delimiter", "\t")),
            ("headers.separator", text("headers.separator", ",")),
            ("headers.key.separator", text("headers.key.separator", ":")),
            ("key.separator", text("key.separator", "\t")),
        ];
        let [delimiter, separator, key, _] = &all;
        for (one, other) in [(delimiter, separator), (delimiter, key), (separator, key)] {
            if one.1 == other.1 {
                return Err(format!("{} and {} may not be equal", one.0, other.0));
            }
        }
        for at in [3, 1, 0, 2] {
            let (name, text) = &all[at];
            if Some(text) == null_marker.as_ref() {
                return Err(format!("null.marker and {name} may not be equal"));
            }
        }
        let [
            (_, headers_delimiter),
            (_, separator),
            (_, headers_key_separator),
            (_, key_separator),
        ] = all;
        let headers_separator = Regex::new(&separator)
            .or_else(|_| Regex::new(&regex::escape(&separator)))
            .map_err(|why| why.to_string())?;
        Ok(Self {
            topic: text("topic", "").into(),
            parses_key: is("parse.key"),
            key_separator,
            parses_headers: is("parse.headers"),
            headers_delimiter,
            headers_separator,
            headers_key_separator,
            ignores_errors: is("ignore.error"),
            null_marker,
            line_number: 0,
        })
    }

    /// The lines in what stood before a `\n`: `\r` and `\r\n` end one as well.
    pub(super) fn split(&self, bytes: &Bytes) -> Vec<String> {
        let text = String::from_utf8_lossy(bytes);
        let text = text.strip_suffix('\r').unwrap_or(&text);
        text.split('\r').map(str::to_owned).collect()
    }

    /// # Errors
    /// A separator is not there.
    pub(super) fn record(&mut self, line: &str) -> Result<ProducerRecord, String> {
        self.line_number += 1;
        let headers =
            self.field(self.parses_headers, line, 0, &self.headers_delimiter, "headers delimiter")?;
        let behind = headers.map_or(0, |headers| headers.len() + self.headers_delimiter.len());
        let key =
            self.field(self.parses_key, line, behind, &self.key_separator, "key separator")?;
        let value_at = behind + key.map_or(0, |key| key.len() + self.key_separator.len());
        let value = line.get(value_at..).unwrap_or_default();
        let bytes =
            |text: &str| (!self.is_null(text)).then(|| Bytes::copy_from_slice(text.as_bytes()));
        let headers = match headers.filter(|headers| !self.is_null(headers)) {
            Some(headers) => self.headers(headers)?,
            None => Vec::new(),
        };
        Ok(ProducerRecord {
            topic: self.topic.clone(),
            key: key.and_then(bytes),
            value: bytes(value),
            headers,
            ..ProducerRecord::default()
        })
    }

    fn is_null(&self, text: &str) -> bool {
        self.null_marker.as_deref() == Some(text)
    }

    /// The text from a place on up to its separator; `None` if it is not looked for.
    fn field<'a>(
        &self,
        is_wanted: bool,
        line: &'a str,
        from: usize,
        separator: &str,
        name: &str,
    ) -> Result<Option<&'a str>, String> {
        let rest = line.get(from..).unwrap_or_default();
        match rest.find(separator) {
            _ if !is_wanted => Ok(None),
            Some(at) => Ok(rest.get(..at)),
            None if self.ignores_errors => Ok(None),
            None => Err(format!("No {name} found on line number {}: '{line}'", self.line_number)),
        }
    }

    fn headers(&self, text: &str) -> Result<Vec<(String, Option<Bytes>)>, String> {
        let mut pairs: Vec<&str> = self.headers_separator.split(text).collect();
        // Java's split leaves out what is empty at the end.
        while pairs.len() > 1 && pairs.last().is_some_and(|pair| pair.is_empty()) {
            pairs.pop();
        }
        pairs.into_iter().map(|pair| self.header(pair)).collect()
    }

    fn header(&self, pair: &str) -> Result<(String, Option<Bytes>), String> {
        let Some((name, value)) = pair.split_once(&self.headers_key_separator) else {
            if self.ignores_errors {
                return Ok((pair.to_owned(), None));
            }
            return Err(format!(
                "No header key separator found in pair '{pair}' on line number {}",
                self.line_number
            ));
        };
        if self.is_null(name) {
            return Err(format!(
                "Header keys should not be equal to the null marker '{name}' as they can't be null"
            ));
        }
        let value = (!self.is_null(value)).then(|| Bytes::copy_from_slice(value.as_bytes()));
        Ok((name.to_owned(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(words: &[&str]) -> Result<LineReader, String> {
        let pair = |word: &&str| {
            let (name, value) = word.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        };
        LineReader::new(&words.iter().map(pair).collect())
    }

    fn check(words: &[&str], line: &str, expected: Result<&str, &str>) {
        let record = reader(words).unwrap().record(line).map(|record| {
            let shown = |bytes: &Option<Bytes>| match bytes {
                Some(bytes) => format!("{:?}", String::from_utf8_lossy(bytes)),
                None => "null".to_owned(),
            };
            let header =
                |(name, value): &(String, Option<Bytes>)| format!("{name}:{}", shown(value));
            let headers: Vec<_> = record.headers.iter().map(header).collect();
            format!("{} {} [{}]", shown(&record.key), shown(&record.value), headers.join(","))
        });
        assert_eq!(record, expected.map(str::to_owned).map_err(str::to_owned), "{line}");
    }

    #[test]
    fn lines_are_read_as_kafka_reads_them() {
        check(&[], "a\tb", Ok(r#"null "a\tb" []"#));
        check(&["parse.key=true"], "a\tb\tc", Ok(r#""a" "b\tc" []"#));
        check(&["parse.key=true"], "ab", Err("No key separator found on line number 1: 'ab'"));
        check(&["parse.key=true", "ignore.error=true"], "ab", Ok(r#"null "ab" []"#));
        let both = ["parse.key=true", "parse.headers=TRUE ", "key.separator=;", "null.marker=-"];
        check(&both, "a:1,b:-\t-;-", Ok(r#"null null [a:"1",b:null]"#));
        check(&both, "-\tk;v", Ok(r#""k" "v" []"#));
        check(&both, "a\tk;v", Err("No header key separator found in pair 'a' on line number 1"));
        check(
            &both,
            "-:1\tk;v",
            Err("Header keys should not be equal to the null marker '-' as they can't be null"),
        );
    }

    #[test]
    fn separators_differ() {
        let why = |words: &[&str]| reader(words).err().unwrap();
        assert_eq!(
            why(&["headers.separator=:"]),
            "headers.separator and headers.key.separator may not be equal"
        );
        assert_eq!(why(&["null.marker=,"]), "null.marker and headers.separator may not be equal");
    }

    #[test]
    fn a_return_ends_a_line_too() {
        let reader = reader(&[]).unwrap();
        assert_eq!(reader.split(&Bytes::from_static(b"a\rb\r")), ["a", "b"]);
        assert_eq!(reader.split(&Bytes::from_static(b"")), [""]);
    }
}
