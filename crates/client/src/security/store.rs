//! What a key store or a trust store has in it, whichever format it is written in.

use rustls::pki_types::CertificateDer;

use super::certificate::Names;
use super::pbe::PbeError;
use super::{jks, pem, pkcs12};
use crate::{Error, ErrorKind, Result};

/// Bytes of the longest store that is read.
pub(crate) const STORE_BYTES_MAX: u64 = 16 << 20;

/// The formats by Java's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreType {
    /// `JKS` or `PKCS12`: Java reads either by either name, so what is in the file decides.
    Binary,
    /// `PEM`.
    Pem,
}

impl StoreType {
    /// By its name in a setting.
    pub(crate) fn named(setting: &str, name: &str) -> Result<Self> {
        match name.to_ascii_uppercase().as_str() {
            "JKS" | "PKCS12" | "PFX" => Ok(Self::Binary),
            "PEM" => Ok(Self::Pem),
            _ => Err(Error::new(
                ErrorKind::Settings,
                format!(
                    "Invalid value {name} for configuration {setting}: is not one of JKS, PKCS12, PEM"
                ),
            )),
        }
    }
}

/// The content of a store.
#[derive(Default)]
pub(crate) struct Store {
    /// Certificates that are trusted.
    pub(crate) trusted: Vec<CertificateDer<'static>>,
    /// Private keys with their certificates.
    pub(crate) keys: Vec<KeyEntry>,
}

/// A private key (PKCS #8, PKCS #1 or SEC1), and its certificates, its own first.
pub(crate) struct KeyEntry {
    pub(crate) key: Vec<u8>,
    pub(crate) chain: Vec<CertificateDer<'static>>,
}

/// Why a store could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StoreError {
    /// It is no store, or damaged: why.
    Malformed(String),
    /// The store's password is wrong, or it was changed.
    WrongPassword,
    /// The store is right, but the password of a key in it is wrong.
    WrongKeyPassword,
    /// A password is needed.
    NoPassword,
    /// It has something that nothing here knows.
    Unsupported(String),
}

impl StoreError {
    /// What is wrong with it, in words.
    pub(crate) fn text(&self, password: &str, key_password: &str) -> String {
        match self {
            Self::Malformed(why) => why.clone(),
            Self::WrongPassword => {
                format!("{password} is wrong (or the file was changed after it was written)")
            }
            Self::WrongKeyPassword => {
                format!("{key_password} is wrong: the key in it cannot be decrypted")
            }
            Self::NoPassword => format!("it is encrypted: set {key_password}"),
            Self::Unsupported(what) => {
                format!(
                    "it uses {what}, which is not supported: write it again with keytool or openssl"
                )
            }
        }
    }

    pub(crate) fn of_key(error: PbeError) -> Self {
        match error {
            PbeError::WrongPassword => Self::WrongKeyPassword,
            error => error.into(),
        }
    }
}

impl From<PbeError> for StoreError {
    fn from(error: PbeError) -> Self {
        match error {
            PbeError::Malformed => Self::Malformed("it is damaged".to_owned()),
            PbeError::WrongPassword => Self::WrongPassword,
            PbeError::Unsupported(what) => Self::Unsupported(what),
        }
    }
}

impl From<super::der::NotDer> for StoreError {
    fn from(_: super::der::NotDer) -> Self {
        Self::Malformed("it is damaged".to_owned())
    }
}

/// Passwords of a store; a key in it may have one of its own.
#[derive(Clone, Copy, Default)]
pub(crate) struct Passwords<'a> {
    pub(crate) store: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
}

/// Reads a store from the bytes of its file.
pub(crate) fn read(
    bytes: &[u8],
    store_type: StoreType,
    passwords: Passwords<'_>,
) -> std::result::Result<Store, StoreError> {
    let malformed = |text: &str| Err(StoreError::Malformed(text.to_owned()));
    let is_pem = bytes.windows(11).any(|window| window == b"-----BEGIN ");
    match (store_type, bytes.get(..4)) {
        (StoreType::Pem, _) => match std::str::from_utf8(bytes) {
            Ok(text) if is_pem => pem::read(text, passwords.key),
            _ => malformed("there is no -----BEGIN in it: it is not PEM"),
        },
        (_, Some(magic)) if magic == jks::MAGIC => jks::read(bytes, passwords),
        (_, Some(magic)) if magic == jks::MAGIC_JCEKS => {
            Err(StoreError::Unsupported("JCEKS".to_owned()))
        }
        (_, Some(&[0x30, ..])) => pkcs12::read(bytes, passwords),
        _ if is_pem => malformed("it is PEM: set its type to PEM"),
        _ => malformed("it is neither JKS nor PKCS12"),
    }
}

/// The certificate `first` and those of `others` that vouch for it, each by the name of its issuer.
pub(crate) fn chain_of(
    first: CertificateDer<'static>,
    others: &[CertificateDer<'static>],
) -> Vec<CertificateDer<'static>> {
    let mut chain = vec![first];
    while let Some(issuer) = chain.last().and_then(|last| issuer_of(last, others, &chain)) {
        chain.push(issuer);
    }
    chain
}

fn issuer_of(
    certificate: &CertificateDer<'static>,
    others: &[CertificateDer<'static>],
    known: &[CertificateDer<'static>],
) -> Option<CertificateDer<'static>> {
    let names = Names::of(certificate).ok()?;
    let is_issuer = |other: &&CertificateDer<'static>| {
        !known.contains(other) && Names::of(other).is_ok_and(|other| other.subject == names.issuer)
    };
    others.iter().find(is_issuer).cloned()
}

#[cfg(test)]
mod tests;
