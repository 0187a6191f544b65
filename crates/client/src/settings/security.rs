//! Who is at the other end, and who we are: TLS and SASL under Java's names.

use std::time::Duration;

use super::Properties;
use super::row::{settings, words};
use crate::Result;
use crate::security::{Secret, TokenSource};
use ottla_config::Check;

words! {
    /// What stands between the socket and the requests.
    SecurityProtocol {
        /// Nothing.
        #[default]
        Plaintext = "PLAINTEXT",
        /// TLS.
        Ssl = "SSL",
        /// SASL, and what is sent can be read by anybody between.
        SaslPlaintext = "SASL_PLAINTEXT",
        /// TLS, and SASL in it.
        SaslSsl = "SASL_SSL",
    }
}

/// Settings of TLS and SASL.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SecuritySettings {
    /// `ssl.*`.
    pub tls: TlsSettings,
    /// `sasl.*`.
    pub sasl: SaslSettings,
    /// `sasl.oauthbearer.*` and `sasl.login.*`.
    pub oauth: OAuthSettings,
    /// Who gives out tokens for OAUTHBEARER.
    pub token_source: Option<TokenSource>,
}

settings! {
    /// Settings of TLS.
    pub struct TlsSettings, TLS {
        "ssl.truststore.location" truststore_location: Option<String> = None, String, Check::Any,
            "file with the certificates to trust; without it those that the system trusts.";
        "ssl.truststore.password" truststore_password: Option<Secret> = None, Password, Check::Any,
            "password of that file; for PEM there is none.";
        "ssl.truststore.type" truststore_type: String = Some("JKS"), String, Check::Any,
            "JKS or PKCS12 (either is read as what it is), or PEM.";
        "ssl.truststore.certificates" truststore_certificates: Option<Secret> = None, Password, Check::Any,
            "the certificates to trust, as PEM, instead of a file.";
        "ssl.keystore.location" keystore_location: Option<String> = None, String, Check::Any,
            "file with the key and certificate of this client, for brokers that want one.";
        "ssl.keystore.password" keystore_password: Option<Secret> = None, Password, Check::Any,
            "password of that file; for PEM there is none.";
        "ssl.keystore.type" keystore_type: String = Some("JKS"), String, Check::Any,
            "JKS or PKCS12 (either is read as what it is), or PEM.";
        "ssl.keystore.key" keystore_key: Option<Secret> = None, Password, Check::Any,
            "the private key, as PEM (PKCS #8, also encrypted), instead of a file.";
        "ssl.keystore.certificate.chain" keystore_certificate_chain: Option<Secret> = None, Password, Check::Any,
            "its certificate and those that vouch for it, as PEM.";
        "ssl.key.password" key_password: Option<Secret> = None, Password, Check::Any,
            "password of the private key; without it the store's.";
        "ssl.endpoint.identification.algorithm" endpoint_identification: Option<String> = Some("https"), String, Check::Any,
            "https: the broker's certificate must name the host that was meant; empty: it need not.";
        "ssl.enabled.protocols" enabled_protocols: Vec<String> = Some("TLSv1.2,TLSv1.3"), List, Check::Any,
            "versions of TLS that may be agreed on.";
        "ssl.cipher.suites" cipher_suites: Vec<String> = Some(""), List, Check::Any,
            "cipher suites that may be agreed on, by Java's names; empty for all that are safe.";
    }
}

settings! {
    /// Settings of SASL.
    pub struct SaslSettings, SASL {
        "sasl.mechanism" mechanism: String = Some("GSSAPI"), String, Check::Any,
            "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER; Java's default, Kerberos, is not there.";
        "sasl.jaas.config" jaas_config: Option<Secret> = None, Password, Check::Any,
            "name and password, as Java's login modules have them.";
    }
}

settings! {
    /// Settings of the endpoint that gives out tokens for OAUTHBEARER (KIP-768, KIP-1139).
    pub struct OAuthSettings, OAUTH {
        "sasl.oauthbearer.token.endpoint.url" token_endpoint_url: Option<String> = None, String, Check::Any,
            "http or https: whom to ask for tokens, with the client credentials grant; file: a token that somebody else keeps fresh.";
        "sasl.oauthbearer.client.credentials.client.id" client_id: Option<String> = None, String, Check::Any,
            "who this client is to that endpoint; without it clientId in sasl.jaas.config.";
        "sasl.oauthbearer.client.credentials.client.secret" client_secret: Option<Secret> = None, Password, Check::Any,
            "what shows it; without it clientSecret in sasl.jaas.config.";
        "sasl.oauthbearer.scope" scope: Option<String> = None, String, Check::Any,
            "what the token is to allow; without it scope in sasl.jaas.config.";
        "sasl.oauthbearer.header.urlencode" header_urlencode: bool = Some("false"), Boolean, Check::Any,
            "whether id, secret and scope are url-encoded.";
        "sasl.oauthbearer.sub.claim.name" sub_claim_name: String = Some("sub"), String, Check::Any,
            "the claim of a token that says whom it is for.";
        "sasl.oauthbearer.scope.claim.name" scope_claim_name: String = Some("scope"), String, Check::Any,
            "the claim of a token that says what it allows.";
        "sasl.login.connect.timeout.ms" connect_timeout: Option<Duration> = None, Int, Check::AtLeast(0.0),
            "how long connecting to the endpoint may take; without it socket.connection.setup.timeout.ms.";
        "sasl.login.read.timeout.ms" read_timeout: Option<Duration> = None, Int, Check::AtLeast(0.0),
            "how long its whole answer may take; without it request.timeout.ms.";
        "sasl.login.retry.backoff.ms" retry_backoff: Duration = Some("100"), Long, Check::AtLeast(0.0),
            "wait before it is asked again; doubles with each failure. 0: it is not.";
        "sasl.login.retry.backoff.max.ms" retry_backoff_max: Duration = Some("10000"), Long, Check::AtLeast(0.0),
            "how long it is asked again and again.";
        "sasl.login.refresh.window.factor" refresh_window_factor: f64 = Some("0.8"), Double, Check::Between(0.5, 1.0),
            "which part of a token's time goes by before the next is asked for.";
        "sasl.login.refresh.window.jitter" refresh_window_jitter: f64 = Some("0.05"), Double, Check::Between(0.0, 0.25),
            "at most so much more of it, by chance.";
        "sasl.login.refresh.min.period.seconds" refresh_min_period_seconds: i32 = Some("60"), Short, Check::Between(0.0, 900.0),
            "shortest time between two tokens, if a token's time allows it.";
        "sasl.login.refresh.buffer.seconds" refresh_buffer_seconds: i32 = Some("300"), Short, Check::Between(0.0, 3600.0),
            "what should be left of a token's time when the next is asked for.";
    }
}

impl TlsSettings {
    /// As the options `ssl.*` of a login module say; those that are Java's alone say nothing.
    pub(crate) fn of_options(options: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        Self::read_rows(&options.into_iter().collect())
    }

    /// The same for somebody who is not shown the key.
    pub(crate) fn without_key(&self) -> Self {
        let mut other = self.clone();
        other.keystore_location = None;
        other.keystore_password = None;
        other.keystore_key = None;
        other.keystore_certificate_chain = None;
        other
    }
}

impl SecuritySettings {
    /// From properties that were collected.
    pub(super) fn read(given: &Properties) -> Result<Self> {
        let (tls, sasl) = (TlsSettings::read_rows(given)?, SaslSettings::read_rows(given)?);
        Ok(Self { tls, sasl, oauth: OAuthSettings::read_rows(given)?, token_source: None })
    }
}
