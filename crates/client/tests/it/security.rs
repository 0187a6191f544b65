//! TLS and SASL in a simulated world, with a scripted broker behind them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use ottla_client::settings::CommonSettings;
use ottla_client::{Client, ErrorCode, ErrorKind, Route, Token, TokenSource};
use ottla_io::Io;
use ottla_io::net::TlsPeer;
use ottla_io::net::frame::Frames;
use ottla_sim::World;
use ottla_wire::messages::api_versions::{ApiVersion, ApiVersionsResponse};
use ottla_wire::messages::describe_cluster::{DescribeClusterRequest, DescribeClusterResponse};
use ottla_wire::messages::sasl_authenticate::{SaslAuthenticateRequest, SaslAuthenticateResponse};
use ottla_wire::messages::sasl_handshake::SaslHandshakeResponse;
use ottla_wire::{ApiKey, Message, Reader, RequestHeader, Str, frame};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::room::HOUR;

macro_rules! stored {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/stores/", $name))
    };
}

/// A server with TLS that shows this certificate.
pub(crate) fn tls(certificate: &str) -> TlsPeer {
    let chain = CertificateDer::pem_slice_iter(certificate.as_bytes());
    let chain: Vec<_> = chain.collect::<Result<_, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_slice(stored!("server.key.pem").as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsPeer::Client(Arc::new(config))
}

/// What the broker was asked, by API, and the messages that were to show who asks.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) apis: Vec<ApiKey>,
    pub(crate) shown: Vec<String>,
}

pub(crate) type Diary = Arc<Mutex<Asked>>;

/// Answers what a client asks; every authentication is good for ten seconds. A token is right unless
/// it is `wrong`.
pub(crate) async fn serve(io: Io, tls: Option<TlsPeer>, diary: Diary) {
    let listener = io.listen("", 9092).await.unwrap();
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        if let Some(peer) = tls.clone() {
            match stream.over_tls(peer).await {
                Ok((secured, _)) => stream = secured,
                Err(_) => continue,
            }
        }
        let (read, mut write) = stream.split();
        let mut frames = Frames::new(read, 1 << 20);
        while let Ok(Some(request)) = frames.next().await {
            let answer = answer(request, &diary);
            if write.write_all(&answer).await.is_err() {
                break;
            }
        }
    }
}

fn answer(request: Bytes, diary: &Diary) -> Vec<u8> {
    let mut reader = Reader::new(request);
    let header = RequestHeader::decode_any(&mut reader).unwrap();
    let api = ApiKey::from_code(header.request_api_key).unwrap();
    diary.lock().unwrap().apis.push(api);
    let key = |api: ApiKey| ApiVersion {
        api_key: api.code(),
        min_version: *api.versions().start(),
        max_version: *api.versions().end(),
    };
    let known = [ApiKey::ApiVersions, ApiKey::SaslHandshake, ApiKey::SaslAuthenticate];
    match api {
        ApiKey::ApiVersions => {
            let api_keys = known.into_iter().chain([ApiKey::DescribeCluster]).map(key).collect();
            reply(&header, &ApiVersionsResponse { api_keys, ..Default::default() })
        }
        ApiKey::SaslHandshake => reply(&header, &SaslHandshakeResponse::default()),
        ApiKey::SaslAuthenticate => {
            let asked = SaslAuthenticateRequest::decode(&mut reader, header.request_api_version);
            let shown = String::from_utf8_lossy(&asked.unwrap().auth_bytes).into_owned();
            let is_right = !shown.ends_with("Bearer wrong\u{1}\u{1}");
            diary.lock().unwrap().shown.push(shown);
            let refused = ErrorCode::SaslAuthenticationFailed;
            let body = SaslAuthenticateResponse {
                error_code: if is_right { 0 } else { refused.code() },
                error_message: (!is_right).then(|| Str::from_static("who are you?")),
                session_lifetime_ms: 10_000,
                ..Default::default()
            };
            reply(&header, &body)
        }
        _ => reply(&header, &DescribeClusterResponse::default()),
    }
}

fn reply<M: Message>(header: &RequestHeader, body: &M) -> Vec<u8> {
    let api = ApiKey::from_code(header.request_api_key).unwrap();
    frame::response(api, body, header.request_api_version, header.correlation_id).unwrap().bytes
}

/// Runs `test` with a client beside a broker.
fn beside<T>(
    peer: Option<TlsPeer>,
    properties: &[(&str, &str)],
    tokens: Option<TokenSource>,
    test: impl AsyncFnOnce(Io, Client, Diary) -> T,
) -> T {
    let world = World::new(1);
    let (broker, io, diary) = (world.node("broker"), world.node("client"), Diary::default());
    broker.clone().spawn("scripted", serve(broker, peer, diary.clone()));
    let given = [("bootstrap.servers", "broker:9092")].iter().chain(properties).copied();
    let mut settings = CommonSettings::from_properties(given).unwrap();
    settings.security.token_source = tokens;
    // The certificates of testdata begin to be valid in November 2026.
    world.jump_wall_clock("client", Duration::from_secs(3600 * 24 * 3650).as_millis() as i64);
    let main = Box::pin(async {
        io.sleep(Duration::from_millis(100)).await;
        test(io.clone(), Client::new(io.clone(), settings).unwrap(), diary).await
    });
    world.run(HOUR, main).unwrap_or_else(|stuck| panic!("{stuck}"))
}

pub(crate) async fn ask(client: &Client) -> ottla_client::Result<()> {
    client.call(&Route::any(), DescribeClusterRequest::default()).await.map(drop)
}

/// TLS to a broker with this certificate, trusting this one.
fn handshake(shown: &str, trusted: &str) -> ottla_client::Result<()> {
    let properties = [
        ("security.protocol", "SSL"),
        ("ssl.truststore.type", "PEM"),
        ("ssl.truststore.certificates", trusted),
    ];
    beside(Some(tls(shown)), &properties, None, async |_, client, _| ask(&client).await)
}

#[test]
fn requests_go_through_tls() {
    handshake(stored!("chain.pem"), stored!("ca.pem")).unwrap();
    handshake(stored!("server.pem"), stored!("server.pem")).unwrap();
    handshake(stored!("unnamed.pem"), stored!("ca.pem")).unwrap();
}

#[test]
fn a_certificate_that_nobody_vouches_for_or_whose_time_is_over_is_refused() {
    for (shown, trusted, why) in [
        (stored!("server.pem"), stored!("expired.pem"), "nothing in ssl.truststore.certificates"),
        (stored!("expired.pem"), stored!("ca.pem"), "its certificate has expired"),
    ] {
        let error = handshake(shown, trusted).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Security);
        assert!(error.message().contains(why), "{error}");
    }
}

#[test]
fn a_port_without_tls_is_told_as_such() {
    let properties = [
        ("security.protocol", "SSL"),
        ("ssl.truststore.type", "PEM"),
        ("ssl.truststore.certificates", stored!("ca.pem")),
    ];
    beside(None, &properties, None, async |_, client, _| {
        let error = ask(&client).await.unwrap_err();
        assert!(!error.message().is_empty(), "{error}");
    });
}

const BEARER: [(&str, &str); 2] =
    [("security.protocol", "SASL_PLAINTEXT"), ("sasl.mechanism", "OAUTHBEARER")];

/// A source of this token, which counts how often it is asked.
fn tokens(token: &'static str) -> (TokenSource, Arc<Mutex<usize>>) {
    let asked = Arc::new(Mutex::new(0));
    let count = asked.clone();
    let source = TokenSource::new(move || {
        *count.lock().unwrap() += 1;
        async move { Ok(Token::from(token)) }
    });
    (source, asked)
}

#[test]
fn who_is_not_believed_is_told_so_at_once() {
    beside(None, &BEARER, Some(tokens("wrong").0), async |_, client, _| {
        let error = ask(&client).await.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::SaslAuthenticationFailed));
        assert!(!error.is_retriable());
        assert!(error.message().ends_with("with OAUTHBEARER: who are you?"), "{error}");
    });
}

#[test]
fn a_connection_authenticates_again_before_its_time_is_over_and_nothing_comes_between() {
    let (source, asked) = tokens("right");
    beside(None, &BEARER, Some(source), async |io, client, diary| {
        for _ in 0..600 {
            let (one, two) = tokio::join!(ask(&client), ask(&client));
            one.and(two).unwrap();
            io.sleep(Duration::from_millis(50)).await;
        }
        let diary = diary.lock().unwrap();
        let times = |api| diary.apis.iter().filter(|&&it| it == api).count();
        assert_eq!(times(ApiKey::ApiVersions), 1, "one connection");
        assert!(
            (4..=5).contains(&times(ApiKey::SaslHandshake)),
            "{}",
            times(ApiKey::SaslHandshake)
        );
        assert_eq!(*asked.lock().unwrap(), times(ApiKey::SaslHandshake));
        for pair in diary.apis.windows(2).filter(|pair| pair[0] == ApiKey::SaslHandshake) {
            assert_eq!(pair[1], ApiKey::SaslAuthenticate);
        }
        assert_eq!(times(ApiKey::DescribeCluster), 1200, "no request was lost");
    });
}
