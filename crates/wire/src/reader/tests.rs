//! Values as they are read, and what is not a value.

use super::*;

fn reader(bytes: &'static [u8]) -> Reader {
    Reader::new(Bytes::from_static(bytes))
}

fn kind<T: fmt::Debug>(result: Result<T, DecodeError>) -> DecodeErrorKind {
    result.unwrap_err().kind
}

#[test]
fn numbers_end_with_the_bytes() {
    assert_eq!(reader(&[0, 0, 1, 0]).int32("x"), Ok(256));
    let error = reader(&[0, 0, 1]).int32("x").unwrap_err();
    assert_eq!(error.field, "x");
    assert_eq!(error.kind, DecodeErrorKind::Truncated { needed: 4, remaining: 3 });
}

#[test]
fn lengths_are_checked_against_what_remains() {
    let huge = reader(&[0x7f, 0xff, 0xff, 0xff]).bytes(false, "x");
    assert_eq!(kind(huge), DecodeErrorKind::Truncated { needed: 0x7fff_ffff, remaining: 0 });
    let array = reader(&[0, 0, 0, 3, 1, 2]).array::<_, 1>(false, "x", |r| r.int8("x"));
    assert_eq!(kind(array), DecodeErrorKind::Truncated { needed: 3, remaining: 2 });
    let many = reader(&[0, 0x0f, 0x42, 0x41]).array::<_, 1>(false, "x", |r| r.int8("x"));
    assert_eq!(kind(many), DecodeErrorKind::ArrayTooLong(1_000_001));
    let compact = reader(&[0xff, 0xff, 0xff, 0xff, 0x0f]).bytes(true, "x");
    assert!(matches!(kind(compact), DecodeErrorKind::Truncated { .. }));
}

#[test]
fn a_length_below_zero_is_null() {
    assert_eq!(reader(&[0xff, 0xff]).nullable_string(false, "x"), Ok(None));
    assert_eq!(reader(&[0]).nullable_string(true, "x"), Ok(None));
    assert_eq!(kind(reader(&[0xff, 0xff]).string(false, "x")), DecodeErrorKind::Null);
    assert_eq!(reader(&[0xff, 0xfe]).nullable_string(false, "x"), Ok(None));
    assert_eq!(kind(reader(&[0xff, 0xfe]).string(false, "x")), DecodeErrorKind::Null);
    let array = reader(&[0x80, 0, 0, 0]).nullable_array::<_, 1>(false, "x", |r| r.int8("x"));
    assert_eq!(array, Ok(None));
}

#[test]
fn unknown_tags_are_skipped_and_known_ones_have_their_size() {
    let mut r = reader(&[2, 0, 1, 7, 9, 2, 1, 2, 5]);
    let mut seen = 0;
    r.tags(|r, tag| {
        if tag == 0 {
            seen = r.int8("x")?;
        }
        Ok(tag == 0)
    })
    .unwrap();
    assert_eq!((seen, r.remaining()), (7, 1));
    let short = reader(&[1, 0, 2, 7, 9]).tags(|r, _| r.int8("x").map(|_| true));
    assert_eq!(kind(short), DecodeErrorKind::TagSize { tag: 0 });
    let many = reader(&[0x91, 0x4e]).skip_tags();
    assert_eq!(kind(many), DecodeErrorKind::TooManyTags(10_001));
}

#[test]
fn varints_end_within_five_bytes() {
    assert_eq!(kind(reader(&[0x80; 5]).uvarint("x")), DecodeErrorKind::Varint);
    assert!(matches!(kind(reader(&[0x80; 4]).uvarint("x")), DecodeErrorKind::Truncated { .. }));
}

#[test]
fn what_is_left_is_reported() {
    let mut r = reader(&[1, 2, 3]);
    assert_eq!(r.int8("x"), Ok(1));
    assert_eq!(kind(r.finish("x")), DecodeErrorKind::Trailing(2));
    assert_eq!(&r.rest()[..], &[2, 3]);
}
