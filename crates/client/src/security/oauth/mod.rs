//! Tokens that the client fetches itself: the client credentials grant (RFC 6749, 4.4) under the
//! names of KIP-768 and KIP-1139, and tokens in a file.
//!
//! What is asked, what an answer means, when the next token is due: values without io. [`Login`] asks
//! over the seam and keeps what it gets.
//!
//! Java asks only servers that the system property `org.apache.kafka.sasl.oauthbearer.allowed.urls`
//! names, for its settings may come from others (a connector's). Here the process that makes a client
//! chooses its settings, and nothing but the setting decides.

mod answer;
mod endpoint;
mod jwt;
mod login;
mod refresh;

use std::time::Duration;

use ottla_io::Io;

pub(crate) use login::Login;

use self::endpoint::{Credentials, Endpoint, HttpEndpoint};
use self::jwt::ClaimNames;
use self::refresh::{Attempts, RefreshWindow};
use super::sasl::jaas::LoginModule;
use super::secret::Secret;
use super::tls::Tls;
use crate::settings::{CommonSettings, OAuthSettings, TlsSettings};
use crate::{Error, ErrorKind, Result};

const URL: &str = "sasl.oauthbearer.token.endpoint.url";
const ID: &str = "sasl.oauthbearer.client.credentials.client.id";
const SECRET: &str = "sasl.oauthbearer.client.credentials.client.secret";

/// Where tokens come from, and what is done with them.
#[derive(Debug)]
struct Plan {
    source: Source,
    claims: ClaimNames,
    window: RefreshWindow,
    /// SASL extensions (KIP-342).
    extensions: Vec<(String, String)>,
}

#[derive(Debug)]
enum Source {
    File(String),
    Server(Box<Server>),
}

#[derive(Debug)]
struct Server {
    endpoint: HttpEndpoint,
    credentials: Credentials,
    tls: Option<Tls>,
    connect_max: Duration,
    answer_max: Duration,
    attempts: Attempts,
}

/// Who fetches tokens, if the settings say that somebody does. Reads the trust store.
///
/// # Errors
/// The settings are incomplete, or contradict each other.
pub(super) fn login(
    io: &Io,
    settings: &CommonSettings,
    module: Option<&LoginModule>,
) -> Result<Option<Login>> {
    let oauth = &settings.security.oauth;
    let Some(url) = &oauth.token_endpoint_url else {
        let of_module = module.and_then(|module| module.option("clientId"));
        return match oauth.client_id.is_some() || of_module.is_some() {
            true => Err(refused(format!("{URL} is not set: where are tokens to be had?"))),
            false => Ok(None),
        };
    };
    let source = match Endpoint::parse(url).map_err(|why| refused(format!("{URL}: {why}")))? {
        Endpoint::File(path) => Source::File(path),
        Endpoint::Http(endpoint) => {
            Source::Server(Box::new(server(io, settings, module, endpoint)?))
        }
    };
    let plan = Plan {
        source,
        claims: claim_names(oauth)?,
        window: RefreshWindow {
            factor: oauth.refresh_window_factor,
            jitter: oauth.refresh_window_jitter,
            min_period: seconds(oauth.refresh_min_period_seconds),
            buffer: seconds(oauth.refresh_buffer_seconds),
        },
        extensions: extensions(module)?,
    };
    Ok(Some(Login::new(io.clone(), plan)))
}

fn server(
    io: &Io,
    settings: &CommonSettings,
    module: Option<&LoginModule>,
    endpoint: HttpEndpoint,
) -> Result<Server> {
    let oauth = &settings.security.oauth;
    let attempts = Attempts { backoff: oauth.retry_backoff, all_max: oauth.retry_backoff_max };
    if attempts.all_max < attempts.backoff {
        return Err(refused(
            "sasl.login.retry.backoff.max.ms is less than sasl.login.retry.backoff.ms",
        ));
    }
    let tls = match endpoint.is_tls {
        true => Some(Tls::of_endpoint(io, &tls_settings(settings, module)?)?),
        false => None,
    };
    Ok(Server {
        credentials: credentials(oauth, module)?,
        endpoint,
        tls,
        connect_max: oauth.connect_timeout.unwrap_or(settings.setup_timeout),
        answer_max: oauth.read_timeout.unwrap_or(settings.request_timeout),
        attempts,
    })
}

/// As in Java the options of the login module count for the endpoint, if there are any; else the
/// client's own settings do, without its key: that is meant for brokers. Names are always compared.
fn tls_settings(settings: &CommonSettings, module: Option<&LoginModule>) -> Result<TlsSettings> {
    let options = module.into_iter().flat_map(|module| module.with_prefix("ssl."));
    let options: Vec<_> =
        options.map(|(name, value)| (format!("ssl.{name}"), value.to_owned())).collect();
    let mut tls = match options.is_empty() {
        true => settings.security.tls.without_key(),
        false => TlsSettings::of_options(options)?,
    };
    tls.endpoint_identification = Some("https".to_owned());
    Ok(tls)
}

/// The settings count before the options of the login module, which are their older form.
fn credentials(oauth: &OAuthSettings, module: Option<&LoginModule>) -> Result<Credentials> {
    let option = |name: &str| Some(module?.option(name)?.to_owned());
    let known = |text: Option<String>| {
        text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let given = oauth.client_secret.as_ref().map(|secret| secret.reveal().to_owned());
    let Some(id) = known(oauth.client_id.clone().or_else(|| option("clientId"))) else {
        return Err(refused(format!("{URL} needs {ID} and {SECRET}: the id is not set")));
    };
    let Some(secret) = known(given.or_else(|| option("clientSecret"))) else {
        return Err(refused(format!(
            "{URL} needs {ID} and {SECRET}: the secret is not set (assertions instead of it, \
             sasl.oauthbearer.assertion.*, are not there)"
        )));
    };
    Ok(Credentials {
        id,
        secret: Secret::new(secret),
        scope: known(oauth.scope.clone().or_else(|| option("scope"))),
        is_urlencoded: oauth.header_urlencode,
    })
}

fn claim_names(oauth: &OAuthSettings) -> Result<ClaimNames> {
    let checked = |setting: &str, name: &str| match name.trim() {
        "" => Err(refused(format!("{setting} is empty: name the claim, or leave it out"))),
        name => Ok(name.to_owned()),
    };
    Ok(ClaimNames {
        subject: checked("sasl.oauthbearer.sub.claim.name", &oauth.sub_claim_name)?,
        scope: checked("sasl.oauthbearer.scope.claim.name", &oauth.scope_claim_name)?,
    })
}

/// The options `extension_NAME` of the login module, if they can be sent (RFC 7628, 3.1).
fn extensions(module: Option<&LoginModule>) -> Result<Vec<(String, String)>> {
    let given = module.into_iter().flat_map(|module| module.with_prefix("extension_"));
    let checked = given.map(|(name, value)| {
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_value = !value.is_empty()
            && value.bytes().all(|byte| matches!(byte, b'!'..=b'~' | b' ' | b'\t' | b'\r' | b'\n'));
        match is_name && name != "auth" && is_value {
            true => Ok((name.to_owned(), value.to_owned())),
            false => Err(refused(format!(
                "sasl.jaas.config: extension_{name}: names are letters and not auth, values are \
                 printable ASCII"
            ))),
        }
    });
    checked.collect()
}

fn seconds(count: i32) -> Duration {
    Duration::from_secs(u64::try_from(count).unwrap_or_default())
}

fn refused(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Settings, text)
}

#[cfg(test)]
mod tests;
