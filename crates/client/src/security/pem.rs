//! PEM: certificates and keys as text, in a file or in the setting itself (KIP-651).

use rustls::pki_types::CertificateDer;

use super::base64;
use super::pbe;
use super::store::{KeyEntry, Store, StoreError, chain_of};

type Result<T> = std::result::Result<T, StoreError>;

/// Everything between a `BEGIN` and its `END`: what it is called, and its bytes.
fn blocks(text: &str) -> Result<Vec<(&str, Vec<u8>)>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once("-----BEGIN ") {
        let damaged = |what: &str| StoreError::Malformed(format!("{what} in it is damaged"));
        let (label, behind) = behind.split_once("-----").ok_or_else(|| damaged("a BEGIN line"))?;
        let end = format!("-----END {label}-----");
        let (body, behind) = behind.split_once(&end).ok_or_else(|| damaged(label))?;
        if body.contains("Proc-Type: 4,ENCRYPTED") {
            let what = "OpenSSL's old encryption of keys (convert: openssl pkcs8 -topk8)";
            return Err(StoreError::Unsupported(what.to_owned()));
        }
        found.push((label, base64::decode(body).ok_or_else(|| damaged(label))?));
        rest = behind;
    }
    Ok(found)
}

/// All certificates, which are trusted, and with a private key among them the chain that belongs to
/// it.
pub(crate) fn read(text: &str, key_password: Option<&str>) -> Result<Store> {
    let mut store = Store::default();
    let mut key = None;
    for (label, bytes) in blocks(text)? {
        match label {
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
                store.trusted.push(CertificateDer::from(bytes));
            }
            "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => key = Some(bytes),
            "ENCRYPTED PRIVATE KEY" => {
                let password = key_password.ok_or(StoreError::NoPassword)?;
                key = Some(pbe::decrypt_key(&bytes, password).map_err(StoreError::of_key)?);
            }
            _ => {}
        }
    }
    if let (Some(key), Some(own)) = (key, store.trusted.first()) {
        let chain = chain_of(own.clone(), &store.trusted);
        store.keys.push(KeyEntry { key, chain });
    }
    Ok(store)
}
