//! Which records are wanted, and what of them is shown in colour.

use ottla_client::ConsumerRecord;
use regex::bytes::Regex;

use super::Arguments;
use crate::failure::{Failure, Outcome};

/// What a record must match: all that was given.
#[derive(Debug, Default)]
pub(super) struct Filter {
    any: Option<Regex>,
    key: Option<Regex>,
    value: Option<Regex>,
    headers: Vec<(String, Option<Regex>)>,
    is_inverted: bool,
}

const COLOUR: &[u8] = b"\x1b[1;31m";
const PLAIN: &[u8] = b"\x1b[0m";

impl Filter {
    pub(super) fn read(arguments: &Arguments) -> Outcome<Self> {
        let regex = |text: &str| {
            Regex::new(text)
                .map_err(|why| Failure::usage(format!("{text} is no regular expression: {why}")))
        };
        let given = |text: &Option<String>| text.as_deref().map(regex).transpose();
        let header = |text: &String| match text.split_once('=') {
            Some((name, value)) => Ok((name.to_owned(), Some(regex(value)?))),
            None => Ok((text.clone(), None)),
        };
        Ok(Self {
            any: given(&arguments.grep)?,
            key: given(&arguments.key)?,
            value: given(&arguments.value)?,
            headers: arguments.headers.iter().map(header).collect::<Outcome<_>>()?,
            is_inverted: arguments.invert,
        })
    }

    /// Whether a record is wanted.
    pub(super) fn takes(&self, record: &ConsumerRecord) -> bool {
        let matches = |regex: &Option<Regex>, bytes: Option<&[u8]>| {
            regex.as_ref().is_none_or(|regex| bytes.is_some_and(|bytes| regex.is_match(bytes)))
        };
        let has = |(name, regex): &(String, Option<Regex>)| {
            let mut named = record.headers.iter().filter(|header| header.key == name.as_bytes());
            named.any(|header| matches(regex, header.value.as_deref()))
        };
        let is_met = matches(&self.key, record.key.as_deref())
            && matches(&self.value, record.value.as_deref())
            && self.headers.iter().all(has)
            && self.any.as_ref().is_none_or(|regex| anywhere(regex, record));
        is_met != self.is_inverted
    }

    /// A line with what was looked for in colour.
    pub(super) fn coloured(&self, line: &[u8]) -> Option<Vec<u8>> {
        let regex = self.any.as_ref().or(self.value.as_ref()).filter(|_| !self.is_inverted)?;
        let mut out = Vec::with_capacity(line.len() + 16);
        let mut from = 0;
        for found in regex.find_iter(line).filter(|found| !found.is_empty()) {
            out.extend_from_slice(line.get(from..found.start())?);
            out.extend_from_slice(COLOUR);
            out.extend_from_slice(found.as_bytes());
            out.extend_from_slice(PLAIN);
            from = found.end();
        }
        out.extend_from_slice(line.get(from..)?);
        Some(out)
    }
}

fn anywhere(regex: &Regex, record: &ConsumerRecord) -> bool {
    let headers = record.headers.iter().flat_map(|it| [Some(&it.key), it.value.as_ref()]);
    let mut all = [record.key.as_ref(), record.value.as_ref()].into_iter().chain(headers).flatten();
    all.any(|bytes| regex.is_match(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use clap::Parser;
    use ottla_client::consumer::RecordHeader;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn check(flags: &[&str], expected: bool) {
        let line = Line::parse_from([&["consume", "t"], flags].concat());
        let bytes = |text: &'static str| Some(Bytes::from_static(text.as_bytes()));
        let record = ConsumerRecord {
            topic: "t".into(),
            partition: 0,
            offset: 0,
            leader_epoch: 0,
            timestamp: 0,
            timestamp_type: Default::default(),
            key: bytes("customer-7"),
            value: bytes("a refund"),
            headers: vec![RecordHeader {
                key: Bytes::from_static(b"source"),
                value: bytes("shop"),
            }],
        };
        assert_eq!(Filter::read(&line.arguments).unwrap().takes(&record), expected, "{flags:?}");
    }

    #[test]
    fn a_record_meets_everything_that_was_asked_for() {
        check(&[], true);
        check(&["--grep", "ref"], true);
        check(&["--grep", "shop"], true);
        check(&["--grep", "^fund"], false);
        check(&["--grep", "^fund", "--invert"], true);
        check(&["--key", "-7$", "--value", "(?i)REFUND"], true);
        check(&["--key", "-8$", "--value", "refund"], false);
        check(&["-H", "source"], true);
        check(&["-H", "source=^shop$", "-H", "other"], false);
    }

    #[test]
    fn what_was_looked_for_is_coloured() {
        let line = Line::parse_from(["consume", "t", "--grep", "b+"]);
        let filter = Filter::read(&line.arguments).unwrap();
        assert_eq!(filter.coloured(b"abbc\n").unwrap(), b"a\x1b[1;31mbb\x1b[0mc\n");
    }
}
