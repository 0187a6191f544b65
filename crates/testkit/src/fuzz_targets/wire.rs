//! Messages: a request as it comes from a socket, and any message of any version.

use bytes::Bytes;
use ottla_wire::any::{MESSAGES, find};
use ottla_wire::{Kind, Reader, RequestHeader};

/// Reads `bytes` as a request frame behind its length: header, then the body it names.
pub fn wire_request(bytes: &[u8]) {
    let mut reader = Reader::new(Bytes::copy_from_slice(bytes));
    let Ok((key, version)) = RequestHeader::peek(&reader) else { return };
    if RequestHeader::decode_any(&mut reader).is_err() {
        return;
    }
    if let Some(message) = find(Kind::Request, key) {
        let _ = message.decode(&mut reader, version);
    }
}

/// Reads `bytes` as the message and version that its first three bytes choose. What can be read can
/// be written, and reads as the same again.
pub fn wire_message(bytes: &[u8]) {
    let Some(([high, low, version], body)) = bytes.split_first_chunk::<3>() else { return };
    let index = usize::from(u16::from_be_bytes([*high, *low]));
    let Some(message) = MESSAGES.get(index % MESSAGES.len().max(1)) else { return };
    let version = i16::from(*version);
    let Ok(written) = message.roundtrip(version, Bytes::copy_from_slice(body)) else { return };
    let again = message.roundtrip(version, Bytes::from(written.clone()));
    assert_eq!(again.as_ref(), Ok(&written), "{} v{version}", message.name);
}
