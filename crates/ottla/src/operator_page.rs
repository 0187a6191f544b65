//! What a running node tells its operator on `ottla.admin.listener`, as JSON over HTTP.

use std::time::Duration;

use ottla_io::Io;
use serde_json::Value;

/// How long a node may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of the longest answer that is read.
const ANSWER_BYTES_MAX: usize = 64 << 20;
const READ_BYTES: usize = 64 << 10;

/// Where a node of ours listens when nobody said otherwise.
pub(crate) const HERE: &str = "127.0.0.1:9644";

/// Asks `address` (host:port) for a page.
///
/// # Errors
/// Why it could not be had.
pub(crate) fn ask(address: &str, target: &str) -> Result<Value, String> {
    let (host, port) = address
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)))
        .ok_or_else(|| format!("--admin {address} is not of the form host:port"))?;
    let asked = ottla_io::run_os(1, |io| async move {
        let asked = get(&io, &host, port, target);
        io.timeout(PATIENCE, asked).await
    });
    match asked {
        Some(Ok(body)) => serde_json::from_str(&body)
            .map_err(|why| format!("{address} does not answer with JSON ({why})")),
        Some(Err(why)) => Err(why),
        None => Err(format!("{address} does not answer within {PATIENCE:?}")),
    }
}

/// The body of a response with status 200.
async fn get(io: &Io, host: &str, port: u16, target: &str) -> Result<String, String> {
    let stream = io.connect(host, port).await.map_err(|error| error.to_string())?;
    let (mut read, mut write) = stream.split();
    let request =
        format!("GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n");
    write.write_all(request.as_bytes()).await.map_err(|error| error.to_string())?;
    let mut answer = Vec::new();
    while answer.len() < ANSWER_BYTES_MAX {
        let count = read.read(&mut answer, READ_BYTES).await.map_err(|error| error.to_string())?;
        if count == 0 {
            break;
        }
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").ok_or("the answer is not HTTP")?;
    match head.split(' ').nth(1) {
        Some("200") => Ok(body.to_owned()),
        status => {
            Err(format!("http://{host}:{port}{target} answers {}", status.unwrap_or("nothing")))
        }
    }
}
