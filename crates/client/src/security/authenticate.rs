//! The SASL exchange on a connection: which mechanism, the rounds, and again when a broker wants it
//! (KIP-368).

use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use ottla_io::Io;
use ottla_model::ErrorCode;
use ottla_wire::messages::sasl_authenticate::SaslAuthenticateRequest;
use ottla_wire::messages::sasl_handshake::SaslHandshakeRequest;
use ottla_wire::{Request, Str};
use tokio::sync::Semaphore;

use super::base64;
use super::oauth::{self, Login};
use super::sasl::jaas::LoginModule;
use super::sasl::{Exchange, Hash, OAuthBearer, Plain, Refusal, Scram, Step};
use super::secret::Secret;
use super::token::{TokenSource, UnsecuredTokens};
use crate::connection::{self, Connection};
use crate::settings::CommonSettings;
use crate::{Error, ErrorKind, Result};

/// Rounds of a conversation: SCRAM, the longest, needs two.
const ROUNDS_MAX: usize = 8;

/// Bytes of randomness in a nonce.
const NONCE_BYTES: usize = 24;

/// How this client shows who it is.
#[derive(Debug, Clone)]
pub(crate) enum Authentication {
    /// Name and password, in clear.
    Plain { username: String, password: Secret },
    /// The same without showing the password.
    Scram { hash: Hash, username: String, password: Secret, is_token: bool },
    /// A token from somewhere.
    Tokens(TokenSource),
    /// A token that this client fetches and keeps.
    Login(Login),
    /// A token that nobody signed.
    Unsecured(UnsecuredTokens),
}

impl Authentication {
    /// As the settings say.
    ///
    /// # Errors
    /// They are incomplete, contradict each other, or name a mechanism that is not there.
    pub(crate) fn of(io: &Io, settings: &CommonSettings) -> Result<Self> {
        let sasl = &settings.security.sasl;
        let module = match &sasl.jaas_config {
            Some(text) => {
                let module = LoginModule::parse(text.reveal());
                Some(module.map_err(|why| refused(format!("sasl.jaas.config: {why}")))?)
            }
            None => None,
        };
        let module = module.as_ref();
        match sasl.mechanism.as_str() {
            "PLAIN" => {
                let (username, password) = credentials(module, "PlainLoginModule")?;
                Ok(Self::Plain { username, password })
            }
            "SCRAM-SHA-256" => scram(Hash::Sha256, module),
            "SCRAM-SHA-512" => scram(Hash::Sha512, module),
            "OAUTHBEARER" => bearer(io, settings, module),
            mechanism => Err(refused(format!(
                "sasl.mechanism={mechanism}: there are PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and \
                 OAUTHBEARER (Kerberos, Java's default, is not there)"
            ))),
        }
    }

    /// The name that brokers know.
    fn mechanism(&self) -> &'static str {
        match self {
            Self::Plain { .. } => "PLAIN",
            Self::Scram { hash: Hash::Sha256, .. } => "SCRAM-SHA-256",
            Self::Scram { hash: Hash::Sha512, .. } => "SCRAM-SHA-512",
            Self::Tokens(_) | Self::Login(_) | Self::Unsecured(_) => "OAUTHBEARER",
        }
    }

    /// Gets what it takes before a connection is made: no broker is kept waiting for a token, nor a
    /// token by the limits of a broker.
    ///
    /// # Errors
    /// There is no token.
    pub(crate) async fn prepare(&self) -> Result<()> {
        match self {
            Self::Login(login) => login.token().await.map(drop),
            _ => Ok(()),
        }
    }

    /// Begins a conversation.
    async fn begin(&self, io: &Io) -> Result<Exchange> {
        Ok(match self {
            Self::Plain { username, password } => {
                let (username, password) = (username.clone(), password.clone());
                Exchange::Plain(Plain { username, password })
            }
            Self::Scram { hash, username, password, is_token } => {
                let mut nonce = [0; NONCE_BYTES];
                io.random_bytes(&mut nonce);
                let nonce = base64::encode_url(&nonce);
                let scram = Scram::new(*hash, username, password.clone(), nonce, *is_token);
                Exchange::Scram(Box::new(scram))
            }
            Self::Tokens(source) => {
                let token = source.token().await;
                let token = token.map_err(|error| error.context("get a token for OAUTHBEARER"))?;
                Exchange::OAuthBearer(OAuthBearer::new(token))
            }
            Self::Login(login) => Exchange::OAuthBearer(OAuthBearer::new(login.token().await?)),
            Self::Unsecured(tokens) => {
                Exchange::OAuthBearer(OAuthBearer::new(tokens.token(io.now().wall)))
            }
        })
    }

    /// Who it says that it is, for messages.
    fn whom(&self) -> String {
        match self {
            Self::Plain { username, .. } | Self::Scram { username, .. } => {
                format!("{} as {username}", self.mechanism())
            }
            _ => self.mechanism().to_owned(),
        }
    }
}

fn refused(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Settings, text)
}

fn credentials(module: Option<&LoginModule>, class: &str) -> Result<(String, Secret)> {
    let example = || {
        format!(
            "sasl.jaas.config=org.apache.kafka.common.security.{}.{class} required \
             username=\"…\" password=\"…\";",
            if class == "PlainLoginModule" { "plain" } else { "scram" }
        )
    };
    let Some(module) = module else { return Err(refused(format!("set {}", example()))) };
    if !module.class.ends_with(class) {
        let text = format!(
            "sasl.jaas.config: {} does not fit sasl.mechanism; set {}",
            module.class,
            example()
        );
        return Err(refused(text));
    }
    match (module.option("username"), module.option("password")) {
        (Some(username), Some(password)) => Ok((username.to_owned(), Secret::new(password))),
        _ => Err(refused(format!(
            "sasl.jaas.config: username or password is missing; set {}",
            example()
        ))),
    }
}

fn scram(hash: Hash, module: Option<&LoginModule>) -> Result<Authentication> {
    let (username, password) = credentials(module, "ScramLoginModule")?;
    let flag = module.and_then(|module| module.option("tokenauth"));
    let is_token = flag.is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
    Ok(Authentication::Scram { hash, username, password, is_token })
}

fn bearer(
    io: &Io,
    settings: &CommonSettings,
    module: Option<&LoginModule>,
) -> Result<Authentication> {
    if let Some(source) = &settings.security.token_source {
        return Ok(Authentication::Tokens(source.clone()));
    }
    if let Some(login) = oauth::login(io, settings, module)? {
        return Ok(Authentication::Login(login));
    }
    let unsecured = module.and_then(UnsecuredTokens::of);
    unsecured.map(Authentication::Unsecured).ok_or_else(|| {
        refused(
            "sasl.mechanism=OAUTHBEARER: there is nobody to ask for tokens; set \
             sasl.oauthbearer.token.endpoint.url and the client's id and secret, or give the \
             settings a token_source (or, for tests, sasl.jaas.config with unsecuredLoginStringClaim_sub)",
        )
    })
}

/// Shows the broker who this client is. Gives how long that is good for, if not for ever.
///
/// Nothing else may be on its way on the connection meanwhile.
///
/// # Errors
/// The broker does not believe it, or does not offer the mechanism.
pub(crate) async fn authenticate(
    connection: &Connection,
    authentication: &Authentication,
) -> Result<Option<Duration>> {
    let done = converse(connection, authentication).await;
    done.map_err(|error| {
        error.context(format!(
            "authenticate at {} with {}",
            connection.address(),
            authentication.whom()
        ))
    })
}

async fn converse(
    connection: &Connection,
    authentication: &Authentication,
) -> Result<Option<Duration>> {
    let mut exchange = authentication.begin(connection.io()).await?;
    let mechanism = Str::from_static(authentication.mechanism());
    // Version 0 would have the tokens follow without a header, as before Kafka 1.0.
    let answer = ask(connection, 1, SaslHandshakeRequest { mechanism }).await?;
    if answer.error_code == ErrorCode::UnsupportedSaslMechanism.code() {
        let offered: Vec<_> = answer.mechanisms.iter().map(Str::as_str).collect();
        let text =
            format!("the broker offers {}: set sasl.mechanism to one of them", offered.join(", "));
        return Err(Error::new(ErrorKind::Broker(ErrorCode::UnsupportedSaslMechanism), text));
    }
    Error::check(answer.error_code, None, "SaslHandshake")?;
    let mut next = exchange.first();
    for _ in 0..ROUNDS_MAX {
        let request = SaslAuthenticateRequest { auth_bytes: Bytes::from(next) };
        let answer = ask(connection, 0, request).await?;
        if let Some(error) = Error::of_code(answer.error_code, answer.error_message.as_deref()) {
            return Err(match exchange.complaint() {
                Some(complaint) => error.context(complaint),
                None => error,
            });
        }
        match exchange.answer(&answer.auth_bytes) {
            Ok(Step::Send(bytes)) => next = bytes,
            Ok(Step::Done) => {
                let millis = u64::try_from(answer.session_lifetime_ms).unwrap_or_default();
                return Ok((millis > 0).then(|| Duration::from_millis(millis)));
            }
            Err(Refusal(why)) => return Err(Error::new(ErrorKind::Security, why)),
        }
    }
    Err(Error::new(ErrorKind::Security, format!("no end after {ROUNDS_MAX} rounds")))
}

/// One request of the conversation. It takes no place among the connection's requests: whoever
/// calls this has the connection for itself.
async fn ask<R: Request>(connection: &Connection, low: i16, request: R) -> Result<R::Response> {
    let version = connection.versions().choose(R::API, &(low..=i16::MAX))?;
    let place = Arc::new(Semaphore::new(1)).acquire_owned().await.map_err(|_| Error::closed())?;
    let answer = connection.start_request(&request, version, Vec::new(), place)?.wait().await?;
    connection::decode::<R>(answer, version)
}

/// Authenticates again and again, each time before what was shown is no longer good, until the
/// connection ends. A broker takes nothing else while that goes on, so all requests wait for it.
pub(crate) async fn keep_authenticated(
    connection: Weak<Connection>,
    authentication: Authentication,
    mut lifetime: Duration,
    io: Io,
) {
    loop {
        io.sleep(pause(lifetime, io.random_u64())).await;
        let Some(connection) = connection.upgrade().filter(|connection| connection.is_open())
        else {
            return;
        };
        match connection.authenticate_again(&authentication).await {
            Ok(Some(next)) => lifetime = next,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "authenticating again failed");
                return connection.fail(error);
            }
        }
    }
}

/// Between 85 and 95 percent of a session's lifetime, as in Java.
fn pause(lifetime: Duration, random: u64) -> Duration {
    lifetime * (850 + (random % 101) as u32) / 1000
}
