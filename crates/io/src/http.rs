//! As much of HTTP/1.1 as an operator's page needs: GET and HEAD requests without a body, one
//! response each, kept alive until the peer has enough. The client's half is in [`asking`].

pub mod asking;

use std::io;

use crate::net::{ReadHalf, WriteHalf};

/// Bytes of the longest request head; longer ones are refused with 431.
const HEAD_BYTES_MAX: usize = 8 * 1024;
/// Header lines of a request; more are refused with 431.
const HEADERS_MAX: usize = 64;

/// A request's first line; headers are read past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `HEAD`, …
    pub method: String,
    /// The path and query as sent.
    pub target: String,
    /// Whether the peer wants to send another request on this connection.
    pub keep_alive: bool,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// Status code.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// The body; left out for HEAD.
    pub body: String,
}

/// Reads requests from a stream.
#[derive(Debug)]
pub struct HttpRequests {
    stream: ReadHalf,
    ahead: Vec<u8>,
}

impl HttpRequests {
    /// Requests from `stream`.
    pub fn new(stream: ReadHalf) -> Self {
        Self { stream, ahead: Vec::new() }
    }

    /// The next request; `None` at the end of the stream. A request that cannot be read gives the
    /// response to send before the connection closes.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn next(&mut self) -> io::Result<Option<Result<HttpRequest, HttpResponse>>> {
        loop {
            match parse(&self.ahead) {
                Parsed::Request(request, len) => {
                    self.ahead.drain(..len);
                    return Ok(Some(Ok(request)));
                }
                Parsed::Refused(response) => return Ok(Some(Err(response))),
                Parsed::Partial => {}
            }
            let room = HEAD_BYTES_MAX + 1 - self.ahead.len();
            if self.stream.read(&mut self.ahead, room).await? == 0 {
                return Ok(None);
            }
        }
    }
}

/// Sends `response` to `request` (`None`: to one that could not be read).
///
/// # Errors
/// The connection broke.
pub async fn respond(
    stream: &mut WriteHalf,
    request: Option<&HttpRequest>,
    response: &HttpResponse,
) -> io::Result<()> {
    let keep_alive = request.is_some_and(|request| request.keep_alive);
    let head = format!(
        "HTTP/1.1 {} {}\r\ncontent-type: {}\r\ncontent-length: {}\r\nconnection: {}\r\n\r\n",
        response.status,
        reason(response.status),
        response.content_type,
        response.body.len(),
        if keep_alive { "keep-alive" } else { "close" },
    );
    let bodyless = request.is_some_and(|request| request.method == "HEAD");
    let body: &[u8] = if bodyless { &[] } else { response.body.as_bytes() };
    stream.write_all_vectored(&[head.as_bytes(), body]).await
}

enum Parsed {
    Partial,
    Request(HttpRequest, usize),
    Refused(HttpResponse),
}

fn parse(bytes: &[u8]) -> Parsed {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut head = httparse::Request::new(&mut headers);
    match head.parse(bytes) {
        Ok(httparse::Status::Complete(len)) => accept(&head, len),
        Ok(httparse::Status::Partial) if bytes.len() > HEAD_BYTES_MAX => refused(431),
        Ok(httparse::Status::Partial) => Parsed::Partial,
        Err(httparse::Error::TooManyHeaders) => refused(431),
        Err(_) => refused(400),
    }
}

fn accept(head: &httparse::Request<'_, '_>, len: usize) -> Parsed {
    let has_body = value_of(head.headers, "transfer-encoding").is_some()
        || value_of(head.headers, "content-length").is_some_and(|length| length != "0");
    if has_body {
        return refused(413);
    }
    let connection = value_of(head.headers, "connection").unwrap_or_default();
    let keep_alive = match head.version {
        Some(1) => !connection.contains("close"),
        _ => connection.contains("keep-alive"),
    };
    let request = HttpRequest {
        method: head.method.unwrap_or_default().to_owned(),
        target: head.path.unwrap_or_default().to_owned(),
        keep_alive,
    };
    Parsed::Request(request, len)
}

/// The value of a header in small letters. Several that differ stand behind one another, with commas
/// between.
fn value_of(headers: &[httparse::Header<'_>], name: &str) -> Option<String> {
    let named = headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
    let mut values: Vec<_> = named
        .map(|header| String::from_utf8_lossy(header.value).trim().to_ascii_lowercase())
        .collect();
    values.dedup();
    (!values.is_empty()).then(|| values.join(", "))
}

fn refused(status: u16) -> Parsed {
    let body = format!("{} {}\n", status, reason(status));
    Parsed::Refused(HttpResponse { status, content_type: "text/plain; charset=utf-8", body })
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &str, expected: &str) {
        let shown = match parse(bytes.as_bytes()) {
            Parsed::Partial => "partial".to_owned(),
            Parsed::Refused(response) => format!("refused {}", response.status),
            Parsed::Request(request, len) => format!(
                "{} {}{} +{}",
                request.method,
                request.target,
                if request.keep_alive { " kept" } else { "" },
                bytes.len() - len
            ),
        };
        assert_eq!(shown, expected, "{bytes:?}");
    }

    #[test]
    fn heads_are_read_and_bodies_refused() {
        check("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "GET /metrics kept +0");
        check("GET / HTTP/1.1\r\nConnection: close\r\n\r\nGET", "GET / +3");
        check("GET / HTTP/1.0\r\n\r\n", "GET / +0");
        check("GET / HTT", "partial");
        check("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n", "refused 413");
        check("\u{1}\u{2}\u{3}\r\n\r\n", "refused 400");
        check(&format!("GET /{} ", "x".repeat(HEAD_BYTES_MAX)), "refused 431");
        check(&format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(65)), "refused 431");
    }
}
