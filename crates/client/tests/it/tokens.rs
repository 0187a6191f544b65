//! Tokens that the client fetches from an endpoint, in a simulated world: endpoint, broker and client
//! are nodes of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ottla_client::settings::CommonSettings;
use ottla_client::{Client, ErrorKind};
use ottla_io::net::{ReadHalf, TlsPeer, WriteHalf};
use ottla_io::{Io, Stream};
use ottla_sim::World;
use ottla_wire::ApiKey;

use crate::room::HOUR;
use crate::security::{Diary, ask, serve, tls};

const HOST: &str = "idp.brokers.test";
const SECRET: &str = "hunter-2";

/// What the endpoint does about a request.
#[derive(Debug, Clone)]
enum Reply {
    /// A token that is good for so many seconds, in one piece or in chunks.
    Token(i64),
    Chunked(i64),
    /// This status with this body; `REQUEST` in it is what was asked.
    Status(u16, &'static str),
    /// These bytes, and the end of the connection.
    Raw(&'static str),
    /// A body without end.
    Endless,
    /// Nothing, for so long.
    Silence(Duration),
}

/// What the endpoint was asked, when.
type Requests = Arc<Mutex<Vec<(Duration, String)>>>;

/// Gives one reply after another; the last again and again.
async fn endpoint(io: Io, tls: Option<TlsPeer>, replies: Vec<Reply>, requests: Requests) {
    let listener = io.listen("", 8080).await.unwrap();
    let mut replies = VecDeque::from(replies);
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let reply = match replies.len() {
            1 => replies[0].clone(),
            _ => replies.pop_front().unwrap(),
        };
        io.clone().spawn("reply", answer(io.clone(), tls.clone(), stream, reply, requests.clone()));
    }
}

async fn answer(
    io: Io,
    tls: Option<TlsPeer>,
    mut stream: Stream,
    reply: Reply,
    requests: Requests,
) {
    if let Some(peer) = tls {
        match stream.over_tls(peer).await {
            Ok((secured, _)) => stream = secured,
            Err(_) => return,
        }
    }
    let (mut read, mut write) = stream.split();
    let Some(request) = request(&mut read).await else { return };
    let at = io.now().mono.since(Default::default());
    requests.lock().unwrap().push((at, request.clone()));
    give(&io, &mut write, reply, &request).await;
}

async fn request(read: &mut ReadHalf) -> Option<String> {
    let mut bytes = Vec::new();
    while read.read(&mut bytes, 1024).await.ok()? > 0 {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.split_once("Content-Length: ").unwrap().1;
        if length.split("\r\n").next().unwrap().parse() == Ok(body.len()) {
            return Some(text);
        }
    }
    None
}

async fn give(io: &Io, write: &mut WriteHalf, reply: Reply, request: &str) {
    let text = match reply {
        Reply::Token(seconds) => whole(200, &token(io, seconds)),
        Reply::Chunked(seconds) => {
            let body = token(io, seconds);
            let (one, two) = body.split_at(7);
            format!(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{one}\r\n{:x}\r\n{two}\r\n0\r\n\r\n",
                two.len()
            )
        }
        Reply::Status(status, body) => {
            whole(status, &body.replace("REQUEST", &request.replace("\r\n", " ")))
        }
        Reply::Raw(bytes) => bytes.to_owned(),
        Reply::Endless => {
            let _broken = write.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while write.write_all(&[b'x'; 65_536]).await.is_ok() {}
            return;
        }
        Reply::Silence(pause) => return io.sleep(pause).await,
    };
    let _broken = write.write_all(text.as_bytes()).await;
}

fn whole(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn token(io: &Io, seconds: i64) -> String {
    let now = io.now().wall.millis / 1000;
    let claims = format!(r#"{{"sub":"alice","iat":{now},"exp":{}}}"#, now + seconds);
    let encoded = claims.bytes().map(|byte| format!("{byte:08b}")).collect::<String>();
    format!(r#"{{"access_token":"e30.{}.c2ln","token_type":"Bearer"}}"#, base64(&encoded))
}

/// Of the bits of a text.
fn base64(bits: &str) -> String {
    let alphabet: Vec<char> =
        ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']).collect();
    let groups = bits.as_bytes().chunks(6);
    let digits = groups.map(|group| {
        let digit = usize::from_str_radix(std::str::from_utf8(group).unwrap(), 2).unwrap();
        alphabet[digit << (6 - group.len())]
    });
    digits.collect()
}

/// What a test has in its hands.
struct Scene {
    io: Io,
    client: Client,
    diary: Diary,
    requests: Requests,
}

impl Scene {
    fn requests(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// The different messages that the broker was shown.
    fn shown(&self) -> Vec<String> {
        let mut shown = self.diary.lock().unwrap().shown.clone();
        shown.dedup();
        shown
    }

    /// Asks the broker again and again; every call is answered, and soon.
    async fn go_on(&self, limit: Duration) {
        let end = self.io.now().mono + limit;
        while self.io.now().mono < end {
            let asked = self.io.timeout(Duration::from_millis(500), ask(&self.client)).await;
            asked.expect("no call waits for a token").unwrap();
            self.io.sleep(Duration::from_millis(200)).await;
        }
    }
}

/// Runs `test` with a client that asks an endpoint with these replies.
fn beside<T>(
    replies: &[Reply],
    more: &[(&str, &str)],
    is_tls: bool,
    test: impl AsyncFnOnce(Scene) -> T,
) -> T {
    let world = World::new(1);
    let (broker, idp, io) = (world.node("broker"), world.node(HOST), world.node("client"));
    let (diary, requests) = (Diary::default(), Requests::default());
    let shown = is_tls.then(|| tls(include_str!("../../testdata/stores/chain.pem")));
    broker.clone().spawn("scripted", serve(broker, None, diary.clone()));
    idp.clone().spawn("endpoint", endpoint(idp, shown, replies.to_vec(), requests.clone()));
    for node in ["client", HOST] {
        // The certificates of testdata begin to be valid in November 2026.
        world.jump_wall_clock(node, Duration::from_secs(3600 * 24 * 3650).as_millis() as i64);
    }
    let url = format!("http{}://{HOST}:8080/token", if is_tls { "s" } else { "" });
    let given = [
        ("bootstrap.servers", "broker:9092"),
        ("security.protocol", "SASL_PLAINTEXT"),
        ("sasl.mechanism", "OAUTHBEARER"),
        ("sasl.oauthbearer.token.endpoint.url", url.as_str()),
        ("sasl.oauthbearer.client.credentials.client.id", "alice"),
        ("sasl.oauthbearer.client.credentials.client.secret", SECRET),
    ];
    let settings = CommonSettings::from_properties(given.iter().chain(more).copied()).unwrap();
    assert!(!format!("{settings:?}").contains(SECRET));
    let main = Box::pin(async {
        io.sleep(Duration::from_millis(100)).await;
        let client = Client::new(io.clone(), settings).unwrap();
        test(Scene { io: io.clone(), client, diary, requests }).await
    });
    world.run(HOUR, main).unwrap_or_else(|stuck| panic!("{stuck}"))
}

/// The error of a call that gets no token, and how often the endpoint was asked. Never the secret.
fn refused(replies: &[Reply], more: &[(&str, &str)]) -> (ErrorKind, String, usize) {
    beside(replies, more, false, async |scene| {
        let begun = scene.io.now().mono;
        let error = ask(&scene.client).await.unwrap_err();
        let took = scene.io.now().mono.since(begun);
        assert!(took < Duration::from_secs(70), "{took:?}: {error}");
        let text = error.to_string();
        // Its base64 is `aHVudGVyLTI`; with the name before it, `YWxpY2U6aHVudGVyLTI=`.
        assert!(!text.contains(SECRET) && !text.contains("YWxpY2U6"), "{text}");
        (error.kind(), text, scene.requests())
    })
}

#[test]
fn one_token_serves_all_connections() {
    for reply in [Reply::Token(3600), Reply::Chunked(3600)] {
        let more = [("sasl.oauthbearer.scope", "r")];
        beside(&[reply], &more, false, async |scene| {
            let (one, two) = tokio::join!(ask(&scene.client), ask(&scene.client));
            one.and(two).unwrap();
            scene.go_on(Duration::from_secs(30)).await;
            assert_eq!(scene.requests(), 1);
            assert_eq!(scene.shown().len(), 1);
            let shows =
                |api| scene.diary.lock().unwrap().apis.iter().filter(|it| **it == api).count();
            assert!(shows(ApiKey::SaslAuthenticate) > 2, "it was shown again on the connection");
            let request = scene.requests.lock().unwrap()[0].1.clone();
            assert!(request.starts_with("POST /token HTTP/1.1\r\n"), "{request}");
            assert!(
                request.contains("\r\nAuthorization: Basic YWxpY2U6aHVudGVyLTI=\r\n"),
                "{request}"
            );
            assert!(
                request.ends_with("\r\n\r\ngrant_type=client_credentials&scope=r"),
                "{request}"
            );
        });
    }
}

#[test]
fn a_certificate_of_the_endpoint_is_looked_at() {
    let trust = |pem| [("ssl.truststore.type", "PEM"), ("ssl.truststore.certificates", pem)];
    let right = trust(include_str!("../../testdata/stores/ca.pem"));
    beside(&[Reply::Token(3600)], &right, true, async |scene| ask(&scene.client).await).unwrap();
    let wrong = trust(include_str!("../../testdata/stores/expired.pem"));
    let error = beside(&[Reply::Token(3600)], &wrong, true, async |scene| ask(&scene.client).await);
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Security);
    assert!(error.message().contains("vouches for its certificate"), "{error}");
}

#[test]
fn an_endpoint_with_trouble_is_asked_again() {
    for trouble in [
        Reply::Status(500, ""),
        Reply::Status(429, "{}"),
        Reply::Status(200, ""),
        Reply::Raw(""),
        Reply::Raw("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
        Reply::Raw("\u{1}\u{2}\r\n\r\n"),
        Reply::Silence(Duration::from_secs(2)),
    ] {
        let replies = [trouble.clone(), trouble.clone(), Reply::Token(3600)];
        let more = [("sasl.login.read.timeout.ms", "1000")];
        beside(&replies, &more, false, async |scene| {
            ask(&scene.client).await.unwrap_or_else(|error| panic!("{trouble:?}: {error}"));
            assert_eq!(scene.requests(), 3, "{trouble:?}");
            let at: Vec<_> = scene.requests.lock().unwrap().iter().map(|it| it.0).collect();
            let waits = (at[1] - at[0], at[2] - at[1]);
            assert!(waits.0 >= Duration::from_millis(100), "{waits:?}");
            assert!(waits.1 >= Duration::from_millis(200), "{waits:?}");
        });
    }
}

#[test]
fn an_endpoint_that_stays_in_trouble_is_given_up() {
    let more = [("sasl.login.retry.backoff.max.ms", "1000"), ("sasl.login.read.timeout.ms", "300")];
    for (reply, why) in [
        (Reply::Status(503, r#"{"error":"busy"}"#), "it answered 503, busy"),
        (Reply::Silence(HOUR), "no answer in 300 ms; sasl.login.read.timeout.ms allows more"),
    ] {
        let (kind, text, requests) = refused(&[reply], &more);
        assert_eq!(kind, ErrorKind::NoToken, "{text}");
        assert!(text.contains(why) && text.contains("attempts, the last"), "{text}");
        assert!((3..=12).contains(&requests), "{requests}");
    }
}

#[test]
fn an_endpoint_that_refuses_is_asked_once() {
    let echo = r#"{"error":"invalid_client","error_description":"REQUEST"}"#;
    for (reply, why) in [
        (Reply::Status(400, r#"{"error":"invalid_scope"}"#), "check sasl.oauthbearer.scope"),
        (Reply::Status(401, echo), "it answered 401, invalid_client (POST /token"),
        (Reply::Status(403, "REQUEST"), "check sasl.oauthbearer.client.credentials.client.id"),
        (Reply::Status(302, ""), "redirections are not followed"),
        (Reply::Status(200, "<html>"), "its answer is not a JSON object"),
        (Reply::Status(200, r#"{"access_token":"x"}"#), "expected three sections"),
        (Reply::Endless, "its answer is longer than 1048576 bytes"),
    ] {
        let (kind, text, requests) = refused(&[reply], &[]);
        assert_eq!((kind, requests), (ErrorKind::Security, 1), "{text}");
        assert!(text.contains(why), "{text}");
        assert!(text.contains("from http://idp.brokers.test:8080/token: "), "{text}");
    }
}

/// Every token is good for twenty seconds, and may be renewed at once.
const SHORT: [(&str, &str); 2] =
    [("sasl.login.refresh.buffer.seconds", "0"), ("sasl.login.refresh.min.period.seconds", "0")];

#[test]
fn a_token_is_renewed_before_its_time_is_over_and_no_call_waits() {
    // Slow as the endpoint is: nobody waits for it but the task that renews.
    beside(&[Reply::Token(20)], &SHORT, false, async |scene| {
        scene.go_on(Duration::from_secs(100)).await;
        let at: Vec<_> = scene.requests.lock().unwrap().iter().map(|it| it.0.as_secs()).collect();
        let pauses: Vec<_> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(pauses.len() >= 5 && pauses.iter().all(|it| (15..18).contains(it)), "{pauses:?}");
        assert!(scene.shown().len() >= 5, "the broker is shown the new ones");
    });
}

#[test]
fn a_token_that_is_still_good_outlives_trouble_of_the_endpoint() {
    let trouble = Reply::Status(500, "");
    let replies = [Reply::Token(100), trouble.clone(), trouble, Reply::Token(100)];
    let more = [SHORT[0], SHORT[1], ("sasl.login.retry.backoff.ms", "0")];
    beside(&replies, &more, false, async |scene| {
        scene.go_on(Duration::from_secs(130)).await;
        let at: Vec<_> = scene.requests.lock().unwrap().iter().map(|it| it.0.as_secs()).collect();
        // At 80 to 85 of 100 seconds it is first tried, ten seconds later, and when it is over.
        assert!((80..86).contains(&at[1]), "{at:?}");
        assert!((9..12).contains(&(at[2] - at[1])), "{at:?}");
        assert!((98..105).contains(&at[3]) && at.len() == 4, "{at:?}");
    });
}

#[test]
fn a_token_whose_time_is_over_when_it_comes_is_shown_and_asked_for_again() {
    beside(&[Reply::Token(-5), Reply::Token(3600)], &[], false, async |scene| {
        scene.go_on(Duration::from_secs(30)).await;
        let at: Vec<_> = scene.requests.lock().unwrap().iter().map(|it| it.0.as_secs()).collect();
        assert_eq!(at.len(), 2, "{at:?}");
        assert!((9..12).contains(&(at[1] - at[0])), "{at:?}");
    });
}

#[test]
fn nobody_asks_when_the_client_is_gone() {
    beside(&[Reply::Token(20)], &SHORT, false, async |scene| {
        scene.go_on(Duration::from_secs(5)).await;
        let Scene { io, client, requests, .. } = scene;
        drop(client);
        io.sleep(Duration::from_secs(120)).await;
        assert_eq!(requests.lock().unwrap().len(), 1);
    });
}
