//! Frames, gaps, and fields that a version cannot carry.

use bytes::Bytes;
use ottla_wire::messages::fetch::{
    FetchRequest, FetchResponse, FetchableTopicResponse, PartitionData,
};
use ottla_wire::records::offset_commit::OffsetCommitKey;
use ottla_wire::records::topic_record::TopicRecord;
use ottla_wire::{
    ApiKey, EncodeErrorKind, Encoder, GroupKey, MetadataRecord, Reader, Records, RequestHeader,
    ResponseHeader, Segment, frame,
};

fn fetched(records: Records) -> FetchResponse {
    let partition = PartitionData { records, ..Default::default() };
    let topic = FetchableTopicResponse { partitions: vec![partition], ..Default::default() };
    FetchResponse { responses: vec![topic], ..Default::default() }
}

#[test]
fn a_gap_stands_where_the_bytes_would() {
    let data = b"two batches";
    let region = Records::Region { len: data.len() as u32, index: 7 };
    for version in ApiKey::Fetch.versions() {
        let whole = fetched(Records::Bytes(Bytes::from_static(data)));
        let whole = frame::response(ApiKey::Fetch, &whole, version, 5).unwrap();
        let gapped = frame::response(ApiKey::Fetch, &fetched(region.clone()), version, 5).unwrap();
        assert_eq!(gapped.total_len(), whole.bytes.len());
        let mut sent = Vec::new();
        for segment in gapped.segments() {
            match segment {
                Segment::Bytes(bytes) => sent.extend_from_slice(bytes),
                Segment::Gap(gap) => {
                    assert_eq!((gap.len as usize, gap.index), (data.len(), 7));
                    sent.extend_from_slice(data);
                }
            }
        }
        assert_eq!(sent, whole.bytes, "v{version}");
    }
}

#[test]
fn decoded_records_are_a_slice_of_what_was_read() {
    let frame = fetched(Records::Bytes(Bytes::from_static(b"batch")));
    let frame = Bytes::from(frame::response(ApiKey::Fetch, &frame, 12, 5).unwrap().bytes);
    assert_eq!(frame::length(&frame, 1 << 20), Ok(Some(frame.len() - frame::LENGTH_BYTES)));
    let mut r = Reader::new(frame.slice(frame::LENGTH_BYTES..));
    assert_eq!(ResponseHeader::decode(&mut r, 1), Ok(ResponseHeader { correlation_id: 5 }));
    let response = FetchResponse::decode(&mut r, 12).unwrap();
    let records = response.responses[0].partitions[0].records.bytes().unwrap();
    assert!(frame.as_ptr_range().contains(&records.as_ptr()));
}

#[test]
fn a_request_comes_back_behind_its_header() {
    let request = FetchRequest { max_wait_ms: 500, ..Default::default() };
    for version in [11, 12, 18] {
        let frame = frame::request(&request, version, 9, Some("me".into())).unwrap();
        let mut r = Reader::new(Bytes::from(frame.bytes).slice(frame::LENGTH_BYTES..));
        let header = RequestHeader::decode_any(&mut r).unwrap();
        assert_eq!((header.request_api_version, header.correlation_id), (version, 9));
        assert_eq!(header.client_id.as_deref(), Some("me"));
        assert_eq!(FetchRequest::decode(&mut r, version).as_ref(), Ok(&request));
        assert_eq!(r.finish("FetchRequest"), Ok(()));
    }
}

#[test]
fn a_field_that_the_version_lacks_is_refused_unless_it_may_be_left_out() {
    let mut w = Encoder::new();
    let session = FetchRequest { session_id: 3, ..Default::default() };
    assert_eq!(session.encode(&mut w, 4), Ok(()), "the session may be left out");
    let replica = FetchRequest { replica_id: 3, ..Default::default() };
    let error = replica.encode(&mut w, 15).unwrap_err();
    assert_eq!((error.field, error.kind), ("replica_id", EncodeErrorKind::NotInVersion(15)));
}

#[test]
fn a_frame_length_is_believed_only_within_the_limit() {
    assert_eq!(frame::length(&[0, 0, 1], 100), Ok(None));
    assert_eq!(frame::length(&[0, 0, 0, 100], 100), Ok(Some(100)));
    assert!(frame::length(&[0, 0, 0, 101], 100).is_err());
    assert!(frame::length(&[0xff, 0xff, 0xff, 0xff], 100).is_err());
}

#[test]
fn a_metadata_record_carries_its_key_and_version() {
    let record = TopicRecord { name: "t".into(), ..Default::default() };
    let record = MetadataRecord::from(record);
    let value = frame::metadata_value(&record, 0).unwrap();
    assert_eq!(&value[..3], &[1, 2, 0], "frame version, key, version");
    assert_eq!(frame::metadata_record(value.into()), Ok((record, 0)));
    assert!(frame::metadata_record(Bytes::from_static(&[1, 99, 0])).is_err());
    assert!(frame::metadata_record(Bytes::from_static(&[2, 2, 0])).is_err());
}

#[test]
fn headers_are_those_of_kafka() {
    let header = RequestHeader {
        request_api_key: 1,
        request_api_version: 2,
        correlation_id: 3,
        client_id: Some("s4".into()),
    };
    let plain = [0, 1, 0, 2, 0, 0, 0, 3, 0, 2, b's', b'4'];
    for (version, end) in [(1, &[][..]), (2, &[0])] {
        let mut w = Encoder::new();
        header.encode(&mut w, version).unwrap();
        let bytes = w.finish().bytes;
        assert_eq!(bytes, [&plain[..], end].concat());
        assert_eq!(
            RequestHeader::decode(&mut Reader::new(bytes.into()), version).as_ref(),
            Ok(&header)
        );
    }
    for (version, bytes) in [(0, &[0, 0, 0, 1][..]), (1, &[0, 0, 0, 1, 0])] {
        let mut w = Encoder::new();
        ResponseHeader { correlation_id: 1 }.encode(&mut w, version).unwrap();
        assert_eq!(w.finish().bytes, bytes);
    }
}

#[test]
fn a_group_record_stands_behind_its_number() {
    let key = OffsetCommitKey { group: "g".into(), topic: "t".into(), partition: 3 };
    let key = GroupKey::from(key);
    let bytes = frame::prefixed(key.key(), |w| key.encode(w, 0)).unwrap();
    assert_eq!(bytes, [0, 1, 0, 1, b'g', 0, 1, b't', 0, 0, 0, 3]);
    let (number, mut r) = frame::split_prefix(bytes.into()).unwrap();
    assert_eq!(GroupKey::decode(&mut r, number, 0), Ok(key));
}
