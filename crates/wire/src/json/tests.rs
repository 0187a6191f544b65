//! What stored records look like as JSON.

use alloc::string::ToString;
use alloc::vec;

use super::*;
use crate::records::partition_change_record::PartitionChangeRecord;
use crate::{Encoder, Message, Reader};

/// A message, written and read again by its table.
fn check<M: Message>(message: &M, version: i16, expected: &str) {
    let mut w = Encoder::new();
    message.encode(&mut w, version).unwrap();
    let mut r = Reader::new(w.finish().bytes.into());
    let value = by_name(M::NAME).unwrap().read(&mut r, version).unwrap();
    r.finish(M::NAME).unwrap();
    assert_eq!(value.to_string(), expected);
}

#[test]
fn tagged_fields_stand_where_they_are_declared_and_only_if_they_are_set() {
    let record = PartitionChangeRecord {
        partition_id: 1,
        topic_id: Uuid([1; 16]),
        isr: Some(vec![1, 2]),
        leader: -1,
        leader_recovery_state: -1,
        ..Default::default()
    };
    let expected =
        r#"{"partitionId":1,"topicId":"AQEBAQEBAQEBAQEBAQEBAQ","isr":[1,2],"leader":-1}"#;
    check(&record, 0, expected);
}

#[test]
fn text_is_escaped_as_jackson_does() {
    let text = "a\"\\\n\u{1}\u{1f}é/\u{7f}";
    assert_eq!(Quoted(text).to_string(), "\"a\\\"\\\\\\n\\u0001\\u001Fé/\u{7f}\"");
}

#[test]
fn bytes_are_padded_base64() {
    let shown = |bytes: &'static [u8]| Value::Bytes(Bytes::from_static(bytes)).to_string();
    assert_eq!(shown(b""), "\"\"");
    assert_eq!(shown(b"f"), "\"Zg==\"");
    assert_eq!(shown(b"fo"), "\"Zm8=\"");
    assert_eq!(shown(b"foo"), "\"Zm9v\"");
    assert_eq!(shown(b"\xfb\xff"), "\"+/8=\"");
}

#[test]
fn a_shape_is_there_for_every_stored_message_and_reads_what_it_writes() {
    crate::any::for_each_message(|message| {
        if matches!(message.kind, Kind::Request | Kind::Response) {
            return;
        }
        let shape = by_name(message.name).unwrap();
        for version in message.versions.clone() {
            let bytes = message.default_bytes(version).unwrap();
            let mut r = Reader::new(bytes.into());
            shape.read(&mut r, version).unwrap();
            assert_eq!(r.remaining(), 0, "{} {version}", message.name);
        }
    });
}
