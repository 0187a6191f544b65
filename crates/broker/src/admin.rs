//! The operator's page on `ottla.admin.listener`: `/metrics`, `/healthz` (also
//! `/livez`), `/readyz`, `/facts`, `/groups`.

use std::sync::Arc;

use ottla_io::http::{self, HttpRequest, HttpRequests, HttpResponse};
use ottla_io::{Listener, Stream};
use tracing::{debug, warn};

use crate::facts;
use crate::groups;
use crate::metrics::exposition;
use crate::node::Node;

/// A connection that asks nothing for this long is closed.
const IDLE_MAX: std::time::Duration = std::time::Duration::from_secs(60);
/// How long a peer may take to read one response.
const TAKING_MAX: std::time::Duration = std::time::Duration::from_secs(5);
/// Connections served at once; more wait to be accepted.
const CONNECTIONS_MAX: usize = 64;

/// Answers on `listener` until the node stops.
pub(crate) async fn serve(node: Arc<Node>, listener: Listener) {
    let places = Arc::new(tokio::sync::Semaphore::new(CONNECTIONS_MAX));
    let mut stopping = node.stopping.clone();
    loop {
        let place = tokio::select! {
            biased;
            _ = stopping.wait_for(|stop| *stop) => return,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let Ok(place) = place else { return };
        let accepted = tokio::select! {
            biased;
            _ = stopping.wait_for(|stop| *stop) => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let served = Arc::clone(&node);
                node.io.spawn("admin connection", async move {
                    converse(&served, stream).await;
                    drop(place);
                });
            }
            Err(error) => {
                warn!(%error, "ottla.admin.listener: a connection could not be accepted");
                node.io.sleep(crate::node::ACCEPT_RETRY).await;
            }
        }
    }
}

async fn converse(node: &Arc<Node>, stream: Stream) {
    let (read, mut write) = stream.split();
    let mut requests = HttpRequests::new(read);
    let mut stopping = node.stopping.clone();
    loop {
        let request = tokio::select! {
            biased;
            _ = stopping.wait_for(|stop| *stop) => return,
            request = requests.next() => request,
            () = node.io.sleep(IDLE_MAX) => return,
        };
        let sent = match request {
            Ok(Some(Ok(request))) => {
                let response = route(node, &request);
                let responded = http::respond(&mut write, Some(&request), &response);
                // Whoever asks and does not read gives the place back to those who do.
                let Some(sent) = node.io.timeout(TAKING_MAX, responded).await else { return };
                if !request.keep_alive {
                    return;
                }
                sent
            }
            Ok(Some(Err(refusal))) => {
                let refused = http::respond(&mut write, None, &refusal);
                let _ = node.io.timeout(TAKING_MAX, refused).await;
                return;
            }
            Ok(None) => return,
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            debug!(%error, "admin connection broke");
            return;
        }
        // Many requests may have arrived at once; others get their turn between them.
        node.io.yield_now().await;
    }
}

fn route(node: &Arc<Node>, request: &HttpRequest) -> HttpResponse {
    if request.method != "GET" && request.method != "HEAD" {
        return text(405, "only GET and HEAD\n".to_owned());
    }
    match request.target.split('?').next().unwrap_or_default() {
        "/metrics" => match exposition::page(node) {
            Ok(body) => HttpResponse {
                status: 200,
                content_type: "application/openmetrics-text; version=1.0.0; charset=utf-8",
                body,
            },
            Err(error) => text(503, format!("{error}\n")),
        },
        "/facts" => {
            HttpResponse { status: 200, content_type: "application/json", body: facts::page(node) }
        }
        "/groups" => {
            let wanted = query(&request.target, "group");
            HttpResponse {
                status: 200,
                content_type: "application/json",
                body: groups::page(node, wanted.as_deref()),
            }
        }
        // Alive: this process answers. Whether it should get traffic is /readyz.
        "/healthz" | "/livez" => text(200, "ok\n".to_owned()),
        "/readyz" => match node.readiness() {
            Ok(()) => {
                let concerns = node.concerns().into_iter().map(|line| line + "\n");
                text(200, "ready\n".to_owned() + &concerns.collect::<String>())
            }
            Err(reason) => text(503, format!("{reason}\n")),
        },
        _ => text(404, "try /metrics, /facts, /groups, /healthz, /livez or /readyz\n".to_owned()),
    }
}

/// A parameter of the address, with its escapes undone.
fn query(target: &str, name: &str) -> Option<String> {
    let (_, query) = target.split_once('?')?;
    let mut parameters = query.split('&').filter_map(|parameter| parameter.split_once('='));
    let (_, value) = parameters.find(|(known, _)| *known == name)?;
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        let escaped = |rest: &mut std::str::Bytes<'_>| {
            let digits = [rest.next()?, rest.next()?];
            u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()
        };
        bytes.push(match byte {
            b'%' => escaped(&mut rest)?,
            b'+' => b' ',
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn text(status: u16, body: String) -> HttpResponse {
    HttpResponse { status, content_type: "text/plain; charset=utf-8", body }
}
