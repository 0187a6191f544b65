//! Every answer that the real broker gave, given again (`testdata/produce.txt`).

use super::*;
use crate::records;

#[test]
fn answers_are_those_of_the_real_broker() {
    let recorded = include_str!("../../testdata/produce.txt");
    let mut space = CodecSpace::new();
    let mut wrong = Vec::new();
    let (mut count, mut stricter) = (0, 0);
    for line in recorded.lines().filter(|line| !line.starts_with('#')) {
        count += 1;
        match check(line, &mut space) {
            Ok(Verdict::Same) => {}
            Ok(Verdict::Stricter) => stricter += 1,
            Err(difference) => {
                wrong.push(format!("{}: {difference}", line.split('|').next().unwrap()));
            }
        }
    }
    assert!(count > 500, "only {count} cases");
    assert_eq!(stricter, 15, "cases in which we refuse what Kafka takes");
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Recorded too, but too long to keep.
#[test]
fn a_batch_larger_than_a_segment_is_refused() {
    let recorded = include_str!("../../testdata/produce.txt");
    let line = recorded.lines().find(|line| line.starts_with("none three records|"));
    let batch = unhex(line.and_then(|line| line.split('|').nth(4)).unwrap());
    let rules = ProduceRules { segment_bytes: batch.len() as u64 - 1, ..ProduceRules::default() };
    let answer = validate(&batch, &rules, 1_700_000_000_000, &mut CodecSpace::new());
    assert_eq!(answer.unwrap_err().code, ErrorCode::RecordListTooLarge);
}

/// How our answer compares with Kafka's, if not wrong.
enum Verdict {
    Same,
    /// Kafka takes a compressed record whose fields do not fill its length, its consumers do not.
    Stricter,
}

/// Sends the batch of one recorded line through [`validate`] and compares.
fn check(line: &str, space: &mut CodecSpace) -> Result<Verdict, String> {
    let fields: Vec<_> = line.split('|').collect();
    let [name, settings, version, now, sent, code, message, errors, stored] = fields[..] else {
        return Err(format!("{} fields", fields.len()));
    };
    let rules = ProduceRules { version: version.parse().unwrap(), ..rules_of(settings) };
    let sent = match sent.strip_prefix("long:") {
        None => unhex(sent),
        Some(_) => return Ok(Verdict::Same),
    };
    let now_ms = now.parse().unwrap();
    let answer = validate(&sent, &rules, now_ms, space);
    let (found_code, found_message, found_errors) = match &answer {
        Ok(_) => (0, None, String::new()),
        Err(refused) => {
            let errors = refused.record_errors.iter();
            let errors = errors.map(|error| format!("{}:{}", error.batch_index, error.message));
            (refused.code as i16, refused.message.clone(), errors.collect::<Vec<_>>().join(";"))
        }
    };
    let found_message = found_message.unwrap_or_else(|| "null".to_owned());
    if (found_code.to_string().as_str(), found_message.as_str(), found_errors.as_str())
        != (code, message, errors)
    {
        let why = answer.err().map(|refused| refused.why).unwrap_or_default();
        let is_compressed = !name.starts_with("none");
        if is_compressed && code == "0" && why.ends_with("length does not match its fields") {
            return Ok(Verdict::Stricter);
        }
        return Err(format!(
            "{found_code} {found_message} {found_errors} ({why}) instead of {code} {message} {errors}"
        ));
    }
    match answer {
        Ok(validated) => same_batch(&validated, &unhex(stored)).map(|()| Verdict::Same),
        Err(_) => Ok(Verdict::Same),
    }
}

fn rules_of(settings: &str) -> ProduceRules<'static> {
    let mut rules = ProduceRules { partition: "?-0", ..ProduceRules::default() };
    for (name, value) in settings.split(',').filter_map(|setting| setting.split_once('=')) {
        match name {
            "message.timestamp.type" => rules.timestamp_type = TimestampType::LogAppendTime,
            "compression.type" => {
                let codec: Codec = value.parse().unwrap();
                rules.compression = TopicCompression::To(codec.into());
            }
            "max.decompressed.message.bytes" => rules.record_bytes_max = value.parse().unwrap(),
            "cleanup.policy" => rules.compacted = true,
            "message.timestamp.before.max.ms" => {
                rules.timestamp_before_max_ms = value.parse().unwrap();
            }
            "message.timestamp.after.max.ms" => {
                rules.timestamp_after_max_ms = value.parse().unwrap();
            }
            "max.message.bytes" => rules.message_bytes_max = value.parse().unwrap(),
            "segment.bytes" => rules.segment_bytes = value.parse().unwrap(),
            _ => panic!("setting {name}"),
        }
    }
    rules
}

/// Whether what we would append is what Kafka has stored: the same bytes, or the same header and
/// records where both have compressed anew.
fn same_batch(validated: &Validated<'_>, stored: &[u8]) -> Result<(), String> {
    let stored_view = BatchView::parse(stored).map_err(|error| error.to_string())?;
    let mut ours = Vec::new();
    validated.write_to(0, stored_view.header().partition_leader_epoch, &mut ours);
    if ours == stored {
        return Ok(());
    }
    let ours_view = BatchView::parse(&ours).map_err(|error| error.to_string())?;
    ours_view.check_crc().map_err(|error| error.to_string())?;
    let (ours, stored) = (ours_view.header(), stored_view.header());
    let aligned = BatchHeader { crc: stored.crc, batch_length: stored.batch_length, ..*ours };
    if !validated.rewritten || aligned != *stored {
        return Err(format!("{ours:?} instead of {stored:?}"));
    }
    let (ours, stored) = (records(&ours_view, 1 << 20), records(&stored_view, 1 << 20));
    let (ours, stored) = (ours.unwrap(), stored.unwrap());
    let same = ours.iter().eq(stored.iter());
    if same { Ok(()) } else { Err("other records".to_owned()) }
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2).map(|pair| core::str::from_utf8(pair).unwrap());
    digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}
