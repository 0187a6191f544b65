//! Writing a batch anew in the topic's codec, offsets counted from 0.

use std::borrow::Cow;

use ottla_model::ErrorCode;

use super::{Found, ProduceRules, Rejection, Validated, check_size};
use crate::codec::CodecSpace;
use crate::record::records_with;
use crate::{
    BatchBuilder, BatchError, BatchHeader, BatchView, BuildError, Compression, Header, NewRecord,
    Record, TimestampType,
};

/// Writes `batch`, whose records have been checked, with another codec.
pub(super) fn rewrite<'a>(
    batch: &BatchView<'_>,
    target: Compression,
    found: &Found,
    rules: &ProduceRules<'_>,
    now_ms: i64,
    space: &mut CodecSpace,
) -> Result<Validated<'a>, Rejection> {
    if found.has_negative_timestamp {
        // Kafka's writer refuses them, its reader does not.
        let why = "negative timestamp in a batch to be rewritten";
        return Err(Rejection::new(ErrorCode::UnknownServerError, why));
    }
    let limit = usize::try_from(rules.rewritten_bytes_max).unwrap_or(usize::MAX);
    let records = records_with(batch, limit, space);
    let records = records.map_err(|error| Rejection::unreadable(&error))?;
    if records.plain_len() > limit {
        let error = BatchError::DecompressedTooLarge { limit: limit as u64 };
        return Err(Rejection::unreadable(&error));
    }
    let mut builder = builder_like(batch.header(), target, rules, now_ms);
    for record in &records {
        let record = record.map_err(|error| Rejection::unreadable(&error))?;
        append(&mut builder, &record)?;
    }
    let mut bytes = Vec::new();
    builder.build_into(&mut bytes, space);
    check_size(bytes.len(), rules)?;
    let header = BatchHeader::parse(&bytes).map_err(|error| Rejection::unreadable(&error))?;
    bytes.drain(..BatchHeader::LEN);
    Ok(Validated {
        offset_delta_of_max_timestamp: match rules.timestamp_type {
            TimestampType::CreateTime => found.offset_delta_of_max_timestamp,
            TimestampType::LogAppendTime => header.last_offset_delta,
        },
        header,
        body: Cow::Owned(bytes),
        rewritten: true,
        plain_bytes: found.plain_bytes,
    })
}

fn builder_like(
    header: &BatchHeader,
    target: Compression,
    rules: &ProduceRules<'_>,
    now_ms: i64,
) -> BatchBuilder {
    let builder = BatchBuilder::new(0, target)
        .producer(header.producer_id, header.producer_epoch, header.base_sequence)
        .transactional(header.is_transactional());
    match rules.timestamp_type {
        TimestampType::CreateTime => builder,
        TimestampType::LogAppendTime => builder.log_append_time(now_ms),
    }
}

fn append(builder: &mut BatchBuilder, record: &Record<'_>) -> Result<(), Rejection> {
    let Record { timestamp, key, value, headers, .. } = *record;
    // Bounded: a header takes two bytes of the record.
    let headers: Result<Vec<Header<'_>>, _> = headers.collect();
    let headers = headers
        .map_err(|problem| Rejection::unreadable(&BatchError::BadRecord { index: 0, problem }))?;
    let appended = builder.append(&NewRecord { timestamp, key, value, headers: &headers });
    appended.map_err(|error| match error {
        BuildError::TooLarge => Rejection::new(ErrorCode::MessageTooLarge, error.to_string()),
        BuildError::OffsetOutOfRange => Rejection::new(ErrorCode::InvalidRecord, error.to_string()),
    })
}
