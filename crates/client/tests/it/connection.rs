//! Brokers that are old, silent, slow or not brokers at all.

use std::time::Duration;

use bytes::Bytes;
use ottla_client::settings::CommonSettings;
use ottla_client::{Client, ErrorKind, Route};
use ottla_io::net::frame::Frames;
use ottla_io::{Io, WriteHalf};
use ottla_sim::World;
use ottla_wire::messages::api_versions::{ApiVersion, ApiVersionsResponse};
use ottla_wire::messages::metadata::{MetadataRequest, MetadataResponse, MetadataResponseBroker};
use ottla_wire::{ApiKey, Message, Reader, RequestHeader, Str, frame};

use crate::room::HOUR;

/// What a scripted broker does with a request.
enum Answer {
    /// Sends these bytes.
    Bytes(Vec<u8>),
    /// Nothing, for ever.
    Silence,
    /// Ends the connection.
    End,
}

/// Serves one connection after the other; `answer` gets the header and the rest.
async fn serve(io: Io, answer: impl Fn(&RequestHeader, Bytes) -> Answer) {
    let listener = io.listen("", 9092).await.unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, write) = stream.split();
        serve_one(Frames::new(read, 1 << 20), write, &answer).await;
    }
}

async fn serve_one(
    mut frames: Frames,
    mut write: WriteHalf,
    answer: &impl Fn(&RequestHeader, Bytes) -> Answer,
) {
    while let Ok(Some(request)) = frames.next().await {
        let mut reader = Reader::new(request.clone());
        let header = RequestHeader::decode_any(&mut reader).unwrap();
        match answer(&header, request) {
            Answer::Bytes(bytes) => drop(write.write_all(&bytes).await),
            Answer::Silence => {}
            Answer::End => return,
        }
    }
}

fn response<M: Message>(api: ApiKey, body: &M, version: i16, correlation_id: i32) -> Answer {
    Answer::Bytes(frame::response(api, body, version, correlation_id).unwrap().bytes)
}

/// Kafka 2.1's answer to ApiVersions.
fn old_versions() -> ApiVersionsResponse {
    let key =
        |api: ApiKey, max_version| ApiVersion { api_key: api.code(), min_version: 0, max_version };
    let api_keys =
        vec![key(ApiKey::ApiVersions, 2), key(ApiKey::Metadata, 7), key(ApiKey::Fetch, 10)];
    ApiVersionsResponse { api_keys, ..Default::default() }
}

fn old_broker(header: &RequestHeader, _: Bytes) -> Answer {
    let (version, id) = (header.request_api_version, header.correlation_id);
    match ApiKey::from_code(header.request_api_key).unwrap() {
        ApiKey::ApiVersions if version > 2 => {
            let refusal = ApiVersionsResponse { error_code: 35, ..old_versions() };
            response(ApiKey::ApiVersions, &refusal, 0, id)
        }
        ApiKey::ApiVersions => response(ApiKey::ApiVersions, &old_versions(), version, id),
        ApiKey::Metadata => {
            assert_eq!(version, 7);
            let broker = MetadataResponseBroker {
                node_id: 5,
                host: Str::from_static("broker"),
                port: 9092,
                ..Default::default()
            };
            let body =
                MetadataResponse { brokers: vec![broker], controller_id: 5, ..Default::default() };
            response(ApiKey::Metadata, &body, version, id)
        }
        _ => Answer::End,
    }
}

/// Runs `test` with a client of a broker that answers like this.
fn beside<T>(
    answer: impl Fn(&RequestHeader, Bytes) -> Answer + Send + Sync + 'static,
    test: impl AsyncFnOnce(Io, Client) -> T,
) -> T {
    let world = World::new(1);
    let broker = world.node("broker");
    broker.clone().spawn("scripted", serve(broker, answer));
    let io = world.node("client");
    let settings = CommonSettings::new("broker:9092").request_timeout(Duration::from_secs(2));
    let main = Box::pin(async {
        io.sleep(Duration::from_millis(100)).await;
        test(io.clone(), Client::new(io.clone(), settings).unwrap()).await
    });
    world.run(HOUR, main).unwrap_or_else(|stuck| panic!("{stuck}"))
}

#[test]
fn an_old_broker_is_asked_in_the_versions_it_has() {
    beside(old_broker, async |_, client| {
        client.refresh(Duration::from_secs(9)).await.unwrap();
        assert_eq!(client.image().controller(), Some(5));
        let needs_8 =
            MetadataRequest { include_topic_authorized_operations: true, ..Default::default() };
        let error = client.call(&Route::any(), needs_8).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.message().contains("include_topic_authorized_operations"), "{error}");
        let route = Route::any();
        let asked = client.call_versioned(&route, HOUR, 8..=99, |_| MetadataRequest::default());
        assert_eq!(asked.await.unwrap_err().kind(), ErrorKind::Unsupported);
    });
}

#[test]
fn a_silent_broker_costs_the_request_timeout_and_the_connection() {
    let silent = |header: &RequestHeader, rest| match header.request_api_key {
        18 => old_broker(header, rest),
        _ => Answer::Silence,
    };
    beside(silent, async |io, client| {
        let began = io.now().mono;
        let route = Route::any();
        let first = client.call(&route, MetadataRequest::default());
        let second = client.call(&route, MetadataRequest::default());
        let (first, second) = tokio::join!(first, second);
        let waited = io.now().mono.since(began);
        assert!((2000..2500).contains(&waited.as_millis()), "{waited:?}");
        assert_eq!(first.unwrap_err().kind(), ErrorKind::TimedOut);
        assert!(second.unwrap_err().is_retriable());
    });
}

#[test]
fn what_is_not_kafka_is_told_as_such() {
    let http = |_: &RequestHeader, _| Answer::Bytes(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec());
    beside(http, async |_, client| {
        let error = client.refresh(Duration::from_secs(9)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
        assert!(!error.is_retriable());
    });
}

#[test]
fn an_answer_to_another_request_ends_the_connection() {
    let confused = |header: &RequestHeader, rest| {
        let other = RequestHeader { correlation_id: header.correlation_id + 7, ..header.clone() };
        old_broker(if header.request_api_key == 18 { header } else { &other }, rest)
    };
    beside(confused, async |_, client| {
        let error = client.call(&Route::any(), MetadataRequest::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
    });
}

#[test]
fn a_broken_connection_fails_what_waits_and_is_made_again() {
    let fragile = |header: &RequestHeader, rest| match header.request_api_key {
        18 => old_broker(header, rest),
        _ if header.correlation_id == 3 => Answer::End,
        _ => old_broker(header, rest),
    };
    beside(fragile, async |_, client| {
        let route = Route::any();
        // Two went by for ApiVersions.
        client.call(&route, MetadataRequest::default()).await.unwrap();
        let error = client.call(&route, MetadataRequest::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Disconnected);
        client.call(&route, MetadataRequest::default()).await.unwrap();
    });
}
