//! Stores that keytool and openssl wrote, read and refused. `testdata/stores/make.sh` wrote them.

use super::*;

macro_rules! stored {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/stores/", $name))
    };
}

const SECRET: Passwords<'static> = Passwords { store: Some("store-secret"), key: None };

fn opened(bytes: &[u8], passwords: Passwords<'_>) -> Store {
    read(bytes, StoreType::Binary, passwords).unwrap_or_else(|error| panic!("{error:?}"))
}

#[track_caller]
fn refused(bytes: &[u8], passwords: Passwords<'_>, expected: StoreError) {
    assert_eq!(read(bytes, StoreType::Binary, passwords).err(), Some(expected));
}

fn certificate(pem: &[u8]) -> CertificateDer<'static> {
    read(pem, StoreType::Pem, Passwords::default()).ok().unwrap().trusted.remove(0)
}

fn key() -> Vec<u8> {
    let both = [&stored!("server.key.pem")[..], stored!("chain.pem")].concat();
    read(&both, StoreType::Pem, Passwords::default()).ok().unwrap().keys.remove(0).key
}

#[test]
fn trust_stores_of_every_kind_hold_the_certificate() {
    let ca = certificate(stored!("ca.pem"));
    for bytes in [
        &stored!("trust.jks")[..],
        stored!("trust.p12"),
        stored!("trust-legacy.p12"),
        stored!("openssl-trust.p12"),
    ] {
        let store = opened(bytes, SECRET);
        assert_eq!(store.trusted, std::slice::from_ref(&ca));
        assert!(store.keys.is_empty());
    }
    // Java reads a JKS without its password, and then cannot tell whether it was changed.
    assert_eq!(opened(stored!("trust.jks"), Passwords::default()).trusted, [ca]);
    refused(stored!("trust.p12"), Passwords::default(), StoreError::NoPassword);
}

#[test]
fn key_stores_of_every_kind_hold_the_key_and_its_chain() {
    let chain = [certificate(stored!("server.pem")), certificate(stored!("ca.pem"))];
    let own = Passwords { key: Some("key-secret"), ..SECRET };
    for (bytes, passwords) in [
        (&stored!("key.jks")[..], own),
        (stored!("key.p12"), SECRET),
        (stored!("key-legacy.p12"), SECRET),
        (stored!("openssl.p12"), SECRET),
        (stored!("openssl-legacy.p12"), SECRET),
    ] {
        let store = opened(bytes, passwords);
        assert_eq!(store.keys.len(), 1);
        assert_eq!(store.keys[0].chain, chain);
        assert_eq!(store.keys[0].key, key());
    }
}

#[test]
fn keys_under_a_password_are_read_from_pem() {
    for pem in [
        &stored!("server.aes256.pem")[..],
        stored!("server.aes128.pem"),
        stored!("server.3des.pem"),
    ] {
        let both = [pem, stored!("chain.pem")].concat();
        let with = |key| read(&both, StoreType::Pem, Passwords { store: None, key });
        assert_eq!(with(Some("key-secret")).ok().unwrap().keys[0].key, key());
        assert_eq!(with(Some("guess")).err(), Some(StoreError::WrongKeyPassword));
        assert_eq!(with(None).err(), Some(StoreError::NoPassword));
    }
}

#[test]
fn a_wrong_password_is_told_from_a_damaged_file() {
    let wrong = Passwords { store: Some("guess"), key: None };
    for bytes in [&stored!("trust.jks")[..], stored!("trust.p12"), stored!("openssl-legacy.p12")] {
        refused(bytes, wrong, StoreError::WrongPassword);
    }
    let wrong_key = Passwords { key: Some("guess"), ..SECRET };
    refused(stored!("key.jks"), wrong_key, StoreError::WrongKeyPassword);
    refused(stored!("key.jks"), SECRET, StoreError::WrongKeyPassword);
    let malformed = |text: &str| StoreError::Malformed(text.to_owned());
    refused(b"", SECRET, malformed("it is neither JKS nor PKCS12"));
    refused(stored!("ca.pem"), SECRET, malformed("it is PEM: set its type to PEM"));
    refused(stored!("secret.jceks"), SECRET, StoreError::Unsupported("JCEKS".to_owned()));
}

/// Cuts and flips at every `step`-th byte. With a password much of a PKCS12 is hundreds of thousands
/// of digests, so that few places are tried there.
fn damaged(bytes: &[u8], step: usize, passwords: Passwords<'_>) {
    for at in (0..bytes.len()).step_by(step) {
        assert!(read(&bytes[..at], StoreType::Binary, passwords).is_err(), "cut at {at}");
        let mut flipped = bytes.to_vec();
        flipped[at] ^= 0x11;
        let _read_or_not = read(&flipped, StoreType::Binary, passwords);
    }
}

#[test]
fn a_store_cut_anywhere_or_with_a_flipped_byte_is_refused_and_never_a_panic() {
    damaged(stored!("key.jks"), 7, SECRET);
    for bytes in [&stored!("trust-legacy.p12")[..], stored!("openssl-legacy.p12")] {
        damaged(bytes, 3, Passwords::default());
        damaged(bytes, 211, SECRET);
    }
    for text in ["-----BEGIN ", "-----BEGIN X-----", "-----BEGIN X-----\n!\n-----END X-----"] {
        assert!(read(text.as_bytes(), StoreType::Pem, SECRET).is_err(), "{text}");
    }
}
