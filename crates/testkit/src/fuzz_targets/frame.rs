//! The door that every byte of a client comes through first.

use ottla_io::net::frame::FrameBuffer;

/// Frames of a stream are the same however it is cut into pieces, and hold no more than arrived. The
/// first byte says how large the pieces are.
pub fn frame_stream(bytes: &[u8]) {
    let Some((&size, stream)) = bytes.split_first() else { return };
    let in_pieces = frames(stream, usize::from(size).max(1));
    let at_once = frames(stream, stream.len().max(1));
    assert_eq!(in_pieces, at_once);
    let held: usize = in_pieces.0.iter().map(Vec::len).sum();
    assert!(held <= stream.len());
}

/// The frames of `stream`, and whether it ended in one that was refused.
fn frames(stream: &[u8], size: usize) -> (Vec<Vec<u8>>, bool) {
    let mut buffer = FrameBuffer::new(1 << 16);
    let mut found = Vec::new();
    for piece in stream.chunks(size) {
        let Ok((into, _)) = buffer.room() else { return (found, true) };
        into.extend_from_slice(piece);
        loop {
            match buffer.next_frame() {
                Ok(Some(frame)) => found.push(frame.to_vec()),
                Ok(None) => break,
                Err(_) => return (found, true),
            }
        }
    }
    (found, false)
}
