//! Who is at the other end, and who we are: TLS and SASL under Java's names.

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

impl SecuritySettings {
    /// From properties that were collected.
    pub(super) fn read(given: &Properties) -> Result<Self> {
        let (tls, sasl) = (TlsSettings::read_rows(given)?, SaslSettings::read_rows(given)?);
        Ok(Self { tls, sasl, token_source: None })
    }
}
