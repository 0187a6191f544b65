//! The client's half of HTTP/1.1: one request on a connection of its own, and the answer to it.
//! What a peer announces costs no memory; what it sends is bounded.

use std::io;

use super::value_of;
use crate::net::Stream;

/// Bytes of the longest head of an answer, and of the longest line before a chunk.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Header lines of an answer.
const HEADERS_MAX: usize = 128;
/// Interim answers (1xx) before the one that counts.
const INTERIM_MAX: usize = 8;
/// Bytes asked for at once.
const READ_BYTES: usize = 16 * 1024;

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// Status code.
    pub status: u16,
    /// The body, or its beginning.
    pub body: Vec<u8>,
    /// Whether the body was longer than what was wanted of it.
    pub is_cut: bool,
}

/// Sends `request`, which must ask for the connection to be closed, and reads the answer, of its
/// body at most `body_bytes_max`. There is no time limit here: see [`crate::Io::timeout`].
///
/// # Errors
/// The connection broke before the end of the answer, or `InvalidData`: it is not HTTP, or its head
/// has no end.
pub async fn ask(
    stream: &mut Stream,
    request: &[u8],
    body_bytes_max: usize,
) -> io::Result<HttpAnswer> {
    let (read, write) = stream.halves();
    write.write_all(request).await?;
    let mut reading = Reading::new(body_bytes_max);
    loop {
        let count = read.read(&mut reading.ahead, READ_BYTES).await?;
        if count == 0 {
            return reading.ended();
        }
        if reading.advance()? {
            return Ok(reading.answer);
        }
    }
}

/// An answer of which a part has come.
struct Reading {
    ahead: Vec<u8>,
    at: At,
    body_bytes_max: usize,
    interim: usize,
    answer: HttpAnswer,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Head,
    /// This many bytes of the body, and no more.
    Rest(u64),
    /// The line that says how long a chunk is.
    ChunkSize,
    /// This many bytes of a chunk.
    Chunk(u64),
    /// The end of line behind a chunk.
    ChunkEnd,
    /// The body, to the end of the connection.
    ToEnd,
    Done,
}

impl Reading {
    fn new(body_bytes_max: usize) -> Self {
        let answer = HttpAnswer { status: 0, body: Vec::new(), is_cut: false };
        Self { ahead: Vec::new(), at: At::Head, body_bytes_max, interim: 0, answer }
    }

    /// Takes in what has come; whether that is all.
    fn advance(&mut self) -> io::Result<bool> {
        loop {
            let has_moved = match self.at {
                At::Head => self.head()?,
                At::Rest(left) => self.body(left, At::Done),
                At::Chunk(left) => self.body(left, At::ChunkEnd),
                At::ToEnd => self.body(u64::MAX, At::Done),
                At::ChunkSize => self.chunk_size()?,
                At::ChunkEnd => self.chunk_end()?,
                At::Done => return Ok(true),
            };
            if !has_moved {
                return Ok(false);
            }
        }
    }

    /// The peer has ended the connection.
    fn ended(self) -> io::Result<HttpAnswer> {
        match self.at {
            At::ToEnd | At::Done => Ok(self.answer),
            At::Head if self.ahead.is_empty() => Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the connection was ended without an answer",
            )),
            _ => Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the connection was ended within the answer",
            )),
        }
    }

    fn head(&mut self) -> io::Result<bool> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut head = httparse::Response::new(&mut headers);
        let len = match head.parse(&self.ahead) {
            Ok(httparse::Status::Complete(len)) => len,
            Ok(httparse::Status::Partial) if self.ahead.len() <= HEAD_BYTES_MAX => {
                return Ok(false);
            }
            Ok(httparse::Status::Partial) => return Err(invalid("its head has no end")),
            Err(why) => return Err(invalid(format!("it is not HTTP: {why}"))),
        };
        let status = head.code.unwrap_or_default();
        let at =
            if matches!(status, 100..=199) { At::Head } else { body_of(status, head.headers)? };
        self.ahead.drain(..len);
        self.at = at;
        self.answer.status = status;
        if at == At::Head {
            self.interim += 1;
            if self.interim > INTERIM_MAX || status == 101 {
                return Err(invalid(format!("status {status} instead of an answer")));
            }
        }
        Ok(true)
    }

    /// Takes bytes of the body, of which `left` are to come; `then` follows on them.
    fn body(&mut self, left: u64, then: At) -> bool {
        let here = usize::try_from(left).unwrap_or(usize::MAX).min(self.ahead.len());
        let room = self.body_bytes_max - self.answer.body.len();
        let taken = self.ahead.drain(..here);
        self.answer.body.extend(taken.take(room));
        if here > room {
            self.answer.is_cut = true;
            self.at = At::Done;
            return true;
        }
        let left = left.saturating_sub(here as u64);
        self.at = match self.at {
            At::ToEnd => At::ToEnd,
            _ if left == 0 => then,
            At::Chunk(_) => At::Chunk(left),
            _ => At::Rest(left),
        };
        self.at == then
    }

    fn chunk_size(&mut self) -> io::Result<bool> {
        match httparse::parse_chunk_size(&self.ahead) {
            Ok(httparse::Status::Complete((len, size))) => {
                self.ahead.drain(..len);
                // Headers may follow the last chunk. They say nothing about the body.
                self.at = if size == 0 { At::Done } else { At::Chunk(size) };
                Ok(true)
            }
            Ok(httparse::Status::Partial) if self.ahead.len() <= HEAD_BYTES_MAX => Ok(false),
            _ => Err(invalid("its body is not in chunks, as its head says")),
        }
    }

    fn chunk_end(&mut self) -> io::Result<bool> {
        match self.ahead.get(..2) {
            None => Ok(false),
            Some(b"\r\n") => {
                self.ahead.drain(..2);
                self.at = At::ChunkSize;
                Ok(true)
            }
            Some(_) => Err(invalid("a chunk of its body does not end where it should")),
        }
    }
}

/// What follows on a head (RFC 9112, 6.3).
fn body_of(status: u16, headers: &[httparse::Header<'_>]) -> io::Result<At> {
    if matches!(status, 204 | 304) {
        return Ok(At::Done);
    }
    match value_of(headers, "transfer-encoding").as_deref() {
        Some("chunked") => return Ok(At::ChunkSize),
        Some(other) => return Err(invalid(format!("its body is in an encoding, {other:.40}"))),
        None => {}
    }
    let Some(length) = value_of(headers, "content-length") else { return Ok(At::ToEnd) };
    let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    let length = length.parse().ok().filter(|_| is_number);
    length.map(At::Rest).ok_or_else(|| invalid("its Content-Length is not a number"))
}

fn invalid(why: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same answer whole and byte by byte; `|` at its end is the end of the connection.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        for step in [text.len(), 1] {
            let (bytes, is_ended) = match text.strip_suffix('|') {
                Some(text) => (text, true),
                None => (text, false),
            };
            assert_eq!(said(bytes, is_ended, step), expected, "{text:.80?} by {step}");
        }
    }

    fn said(text: &str, is_ended: bool, step: usize) -> String {
        let mut reading = Reading::new(10);
        for part in text.as_bytes().chunks(step) {
            reading.ahead.extend_from_slice(part);
            match reading.advance() {
                Ok(true) => return shown(&reading.answer),
                Ok(false) => {}
                Err(error) => return error.to_string(),
            }
        }
        if !is_ended {
            return "more".to_owned();
        }
        reading.ended().map_or_else(|error| error.to_string(), |answer| shown(&answer))
    }

    fn shown(answer: &HttpAnswer) -> String {
        let body = String::from_utf8_lossy(&answer.body);
        format!("{} {body}{}", answer.status, if answer.is_cut { "…" } else { "" })
    }

    #[test]
    fn a_body_ends_where_its_head_says() {
        check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", "200 abc");
        check("HTTP/1.1 200\r\ncontent-length: 3\r\nContent-Length: 3\r\n\r\nabc", "200 abc");
        check("HTTP/1.0 200 OK\r\n\r\nabc|", "200 abc");
        check("HTTP/1.1 204 No\r\n\r\n", "204 ");
        check("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200 ");
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: 9\r\n\r\n";
        check(&format!("{chunked}2;x=y\r\nab\r\n1\r\nc\r\n0\r\nT: x\r\n\r\n"), "200 abc");
        check(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 No\r\nContent-Length: 1\r\n\r\nx",
            "500 x",
        );
    }

    #[test]
    fn a_body_is_cut_where_it_is_too_long() {
        check("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789", "200 0123456789");
        check("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n0123456789a", "200 0123456789…");
        check("HTTP/1.1 400 No\r\n\r\n0123456789abc", "400 0123456789…");
        check(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n6\r\n678901",
            "200 0123456789…",
        );
        // What is announced is not waited for in memory.
        check("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nab", "more");
    }

    #[test]
    fn an_answer_that_breaks_off_or_is_none_is_an_error() {
        check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", "more");
        let within = "the connection was ended within the answer";
        check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab|", within);
        check("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n|", within);
        check("HTTP/1.1 20|", within);
        check("|", "the connection was ended without an answer");
        check("\u{15}\u{3}\u{3}\0\u{2}", "it is not HTTP: invalid HTTP version");
        let head = "HTTP/1.1 200 OK\r\n";
        check(&format!("{head}Content-Length: +3\r\n\r\n"), "its Content-Length is not a number");
        check(
            &format!("{head}Content-Length: 3\r\nContent-Length: 4\r\n\r\n"),
            "its Content-Length is not a number",
        );
        check(
            &format!("{head}Transfer-Encoding: gzip\r\n\r\n"),
            "its body is in an encoding, gzip",
        );
        let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n");
        check(&format!("{chunked}x"), "its body is not in chunks, as its head says");
        check(&format!("{chunked}1\r\nabc"), "a chunk of its body does not end where it should");
        check("HTTP/1.1 101 Other\r\n\r\n", "status 101 instead of an answer");
        let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(INTERIM_MAX + 1);
        check(&interim, "status 100 instead of an answer");
    }

    #[test]
    fn a_head_has_an_end() {
        let endless = format!("HTTP/1.1 200 OK\r\nA: {}", "x".repeat(HEAD_BYTES_MAX));
        assert_eq!(said(&endless, false, READ_BYTES), "its head has no end");
        let many = format!("HTTP/1.1 200 OK\r\n{}", "a: b\r\n".repeat(HEADERS_MAX + 1));
        assert_eq!(said(&many, false, READ_BYTES), "it is not HTTP: too many headers");
        let endless = "0".repeat(HEAD_BYTES_MAX + 1);
        let chunks = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;{endless}");
        assert_eq!(said(&chunks, false, READ_BYTES), "its body is not in chunks, as its head says");
    }
}
