//! TLS as the `ssl.*` settings say, in Kafka's words where they contradict each other.

use std::fmt;
use std::sync::Arc;

use ottla_io::net::TlsPeer;
use ottla_io::{Io, Stream};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

use super::secret::Secret;
use super::store::{self, KeyEntry, Passwords, Store, StoreType};
use super::trouble;
use super::verify::Verifier;
use crate::address::Address;
use crate::settings::TlsSettings;
use crate::{Error, ErrorKind, Result};

/// Where systems keep the certificates that everybody trusts; the first that is there is read when
/// no trust store is named. (Java would take those it comes with.)
const SYSTEM_TRUST: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// How to talk TLS.
#[derive(Clone)]
pub(super) struct Tls {
    config: Arc<ClientConfig>,
    /// For messages: what was looked at for trust.
    trust: Arc<str>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("trust", &self.trust).finish_non_exhaustive()
    }
}

impl Tls {
    /// As the settings say; reads the stores.
    pub(super) fn of(io: &Io, settings: &TlsSettings) -> Result<Self> {
        let (trusted, trust) = trusted(io, settings)?;
        Self::with_trust(io, settings, trusted, trust)
    }

    /// The same for a server that is no broker: what the system trusts is trusted besides. Java looks
    /// at nothing else for it, and a trust store for brokers often knows their authority alone.
    pub(super) fn of_endpoint(io: &Io, settings: &TlsSettings) -> Result<Self> {
        let (mut trusted, mut trust) = trusted(io, settings)?;
        if (&settings.truststore_certificates, &settings.truststore_location) != (&None, &None)
            && let Ok((more, place)) = system_trust(io)
        {
            trusted.extend(more);
            trust = format!("{trust} and {place}");
        }
        Self::with_trust(io, settings, trusted, trust)
    }

    fn with_trust(
        io: &Io,
        settings: &TlsSettings,
        trusted: Vec<CertificateDer<'static>>,
        trust: String,
    ) -> Result<Self> {
        let provider = Arc::new(provider(settings)?);
        let versions = versions(settings)?;
        let mut roots = RootCertStore::empty();
        let (_added, unusable) = roots.add_parsable_certificates(trusted.iter().cloned());
        if unusable > 0 {
            tracing::warn!(unusable, %trust, "certificates that cannot be used as roots");
        }
        let must_name_host =
            settings.endpoint_identification.as_ref().is_some_and(|name| !name.is_empty());
        let verifier =
            Arc::new(Verifier { provider: provider.clone(), roots, trusted, must_name_host });
        let clock = Arc::new(Clock(io.clone()));
        let builder = ClientConfig::builder_with_details(provider.clone(), clock)
            .with_protocol_versions(&versions)
            .map_err(|error| refused(format!("ssl.cipher.suites, ssl.enabled.protocols: {error}")))?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let config = match own_key(io, settings)? {
            None => builder.with_no_client_auth(),
            Some((place, key)) => {
                let key =
                    certified(&provider, key).map_err(|why| refused(format!("{place}: {why}")))?;
                builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(key)))
            }
        };
        Ok(Self { config: Arc::new(config), trust: trust.into() })
    }

    /// The handshake with a broker.
    pub(super) async fn secure(&self, address: &Address, stream: Stream) -> Result<Stream> {
        let failed = |error: &std::io::Error| trouble::of_handshake(address, &self.trust, error);
        self.handshake(address, stream, failed).await
    }

    /// The handshake with an endpoint that gives out tokens.
    pub(super) async fn secure_to_endpoint(
        &self,
        address: &Address,
        stream: Stream,
    ) -> Result<Stream> {
        let failed = |error: &std::io::Error| trouble::of_endpoint(address, &self.trust, error);
        self.handshake(address, stream, failed).await
    }

    async fn handshake(
        &self,
        address: &Address,
        stream: Stream,
        failed: impl Fn(&std::io::Error) -> Error,
    ) -> Result<Stream> {
        let name = ServerName::try_from(address.host.clone()).map_err(|_| {
            refused(format!("{}: TLS needs a host name or an address", address.host))
        })?;
        let peer = TlsPeer::Server(self.config.clone(), name);
        match stream.over_tls(peer).await {
            Ok((stream, session)) => {
                tracing::debug!(%address, ?session, "TLS agreed");
                Ok(stream)
            }
            Err(error) => Err(failed(&error)),
        }
    }
}

/// Certificates are judged by the time of the world that this runs in.
struct Clock(Io);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        let millis = u64::try_from(self.0.now().wall.millis).ok()?;
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_millis(millis)))
    }
}

fn refused(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Settings, text)
}

/// ring, with the cipher suites that are asked for. Java's names; those that only Java has are left
/// out as long as one remains.
fn provider(settings: &TlsSettings) -> Result<CryptoProvider> {
    let mut provider = rustls::crypto::ring::default_provider();
    let wanted = &settings.cipher_suites;
    if wanted.is_empty() {
        return Ok(provider);
    }
    let name = |suite: &rustls::SupportedCipherSuite| {
        format!("{:?}", suite.suite()).replacen("TLS13_", "TLS_", 1)
    };
    let all: Vec<_> = provider.cipher_suites.iter().map(name).collect();
    provider.cipher_suites.retain(|suite| wanted.contains(&name(suite)));
    if provider.cipher_suites.is_empty() {
        let (wanted, all) = (wanted.join(", "), all.join(", "));
        return Err(refused(format!(
            "ssl.cipher.suites={wanted}: none is supported; there are {all}"
        )));
    }
    Ok(provider)
}

fn versions(settings: &TlsSettings) -> Result<Vec<&'static SupportedProtocolVersion>> {
    let mut versions = Vec::new();
    for name in &settings.enabled_protocols {
        match name.as_str() {
            "TLSv1.2" => versions.push(&rustls::version::TLS12),
            "TLSv1.3" => versions.push(&rustls::version::TLS13),
            // Known, and not safe any more: the others will do.
            "TLSv1.1" | "TLSv1" | "SSLv3" | "SSLv2Hello" => {}
            _ => {
                return Err(refused(format!(
                    "ssl.enabled.protocols: {name} is not one of TLSv1.2, TLSv1.3"
                )));
            }
        }
    }
    if versions.is_empty() {
        return Err(refused("ssl.enabled.protocols: enable TLSv1.2 or TLSv1.3"));
    }
    Ok(versions)
}

/// The certificates to trust, and where they come from.
fn trusted(io: &Io, settings: &TlsSettings) -> Result<(Vec<CertificateDer<'static>>, String)> {
    let store_type = StoreType::named("ssl.truststore.type", &settings.truststore_type)?;
    check_truststore(settings, store_type)?;
    let store_password = settings.truststore_password.as_ref().map(Secret::reveal);
    let passwords = Passwords { store: store_password, key: None };
    let inline = &settings.truststore_certificates;
    let (store, place) = match (inline, &settings.truststore_location) {
        (Some(text), _) => {
            let place = "ssl.truststore.certificates".to_owned();
            (opened(&place, text.reveal().as_bytes(), store_type, TRUST, passwords)?, place)
        }
        (None, Some(path)) => {
            let place = format!("ssl.truststore.location={path}");
            (opened(&place, &file(io, &place, path)?, store_type, TRUST, passwords)?, place)
        }
        (None, None) => return system_trust(io),
    };
    // Java trusts the own certificate of each key, too.
    let own = store.keys.into_iter().filter_map(|entry| entry.chain.into_iter().next());
    let mut trusted = store.trusted;
    trusted.extend(own);
    if trusted.is_empty() {
        return Err(refused(format!("{place}: there is no certificate in it to trust")));
    }
    Ok((trusted, place))
}

/// Refuses settings of the trust store that contradict each other.
fn check_truststore(settings: &TlsSettings, store_type: StoreType) -> Result<()> {
    let is_pem = store_type == StoreType::Pem;
    let has_password = settings.truststore_password.is_some();
    let location = &settings.truststore_location;
    match (&settings.truststore_certificates, location) {
        (Some(_), _) if !is_pem => Err(refused(format!(
            "SSL trust store certs can be specified only for PEM, but trust store type is {}.",
            settings.truststore_type
        ))),
        (Some(_), Some(_)) => Err(refused(
            "Both SSL trust store location and separate trust certificates are specified.",
        )),
        (Some(_), None) | (None, Some(_)) if is_pem && has_password => {
            Err(refused("SSL trust store password cannot be specified for PEM format."))
        }
        (None, None) if has_password => {
            Err(refused("SSL trust store is not specified, but trust store password is specified."))
        }
        _ => Ok(()),
    }
}

fn system_trust(io: &Io) -> Result<(Vec<CertificateDer<'static>>, String)> {
    for path in SYSTEM_TRUST {
        if let Ok(bytes) = io.disk().read(path, store::STORE_BYTES_MAX) {
            let store = opened(path, &bytes, StoreType::Pem, TRUST, Passwords::default())?;
            return Ok((store.trusted, format!("the system's {path}")));
        }
    }
    Err(refused(
        "ssl.truststore.location is not set, and this system has no certificates of its own: \
         name a trust store, or set ssl.truststore.type=PEM and ssl.truststore.certificates",
    ))
}

/// The key that a broker may ask for (`ssl.client.auth`), and where it comes from.
fn own_key(io: &Io, settings: &TlsSettings) -> Result<Option<(String, KeyEntry)>> {
    let store_type = StoreType::named("ssl.keystore.type", &settings.keystore_type)?;
    check_keystore(settings, store_type)?;
    let passwords = Passwords {
        store: settings.keystore_password.as_ref().map(Secret::reveal),
        key: settings.key_password.as_ref().map(Secret::reveal),
    };
    let inline = settings.keystore_key.as_ref().zip(settings.keystore_certificate_chain.as_ref());
    let (store, place) = match (inline, &settings.keystore_location) {
        (Some((key, chain)), _) => {
            let place = "ssl.keystore.key".to_owned();
            let text = [key.reveal(), "\n", chain.reveal()].concat();
            (opened(&place, text.as_bytes(), store_type, KEY, passwords)?, place)
        }
        (None, Some(path)) => {
            let place = format!("ssl.keystore.location={path}");
            (opened(&place, &file(io, &place, path)?, store_type, KEY, passwords)?, place)
        }
        (None, None) => return Ok(None),
    };
    let entry = store.keys.into_iter().next();
    match entry.filter(|entry| !entry.chain.is_empty()) {
        Some(entry) => Ok(Some((place, entry))),
        None => Err(refused(format!("{place}: there is no private key with a certificate in it"))),
    }
}

/// Refuses settings of the key store that contradict each other.
fn check_keystore(settings: &TlsSettings, store_type: StoreType) -> Result<()> {
    let is_pem = store_type == StoreType::Pem;
    let has_password = settings.keystore_password.is_some();
    let inline = (&settings.keystore_key, &settings.keystore_certificate_chain);
    let text = match (inline, &settings.keystore_location) {
        ((Some(_), _), _) if !is_pem => {
            return Err(refused(format!(
                "SSL private key can be specified only for PEM, but key store type is {}.",
                settings.keystore_type
            )));
        }
        ((Some(_), None), _) => {
            "SSL private key is specified, but certificate chain is not specified."
        }
        ((Some(_), Some(_)), Some(_)) => {
            "Both SSL key store location and separate private key are specified."
        }
        ((None, Some(_)), _) => {
            "SSL certificate chain is specified, but private key is not specified."
        }
        (_, location) if is_pem && has_password && (location.is_some() || inline.0.is_some()) => {
            "SSL key store password cannot be specified with PEM format, only key password may be specified."
        }
        ((None, None), None) if has_password => {
            "SSL key store is not specified, but key store password is specified."
        }
        ((None, None), Some(_)) if !is_pem && !has_password => {
            "SSL key store is specified, but key store password is not specified."
        }
        _ => return Ok(()),
    };
    Err(refused(text))
}

fn certified(
    provider: &CryptoProvider,
    entry: KeyEntry,
) -> std::result::Result<CertifiedKey, String> {
    let key = PrivateKeyDer::try_from(entry.key).map_err(ToOwned::to_owned)?;
    CertifiedKey::from_der(entry.chain, key, provider)
        .map_err(|error| format!("the private key cannot be used: {error}"))
}

fn file(io: &Io, place: &str, path: &str) -> Result<Vec<u8>> {
    let read = io.disk().read(path, store::STORE_BYTES_MAX);
    read.map_err(|error| refused(format!("{place}: {error}")))
}

/// Names of the settings with the passwords of a store and of the key in it.
type PasswordNames = (&'static str, &'static str);
const TRUST: PasswordNames = ("ssl.truststore.password", "ssl.truststore.password");
const KEY: PasswordNames = ("ssl.keystore.password", "ssl.key.password");

fn opened(
    place: &str,
    bytes: &[u8],
    store_type: StoreType,
    names: PasswordNames,
    passwords: Passwords<'_>,
) -> Result<Store> {
    store::read(bytes, store_type, passwords)
        .map_err(|error| refused(format!("{place}: {}", error.text(names.0, names.1))))
}
