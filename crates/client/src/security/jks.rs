//! JKS, the format that Java's keystores had until version 9 and often still have.
//!
//! Its private keys are hidden by a stream of SHA-1 digests, and the whole is checked by a digest
//! over the password and a dead whaler; facts observed in files that keytool wrote.

use ring::digest::{self, SHA1_FOR_LEGACY_USE_ONLY as SHA1};
use rustls::pki_types::CertificateDer;

use super::der::{self, Der};
use super::store::{KeyEntry, Passwords, Store, StoreError};

/// How a file begins.
pub(crate) const MAGIC: [u8; 4] = [0xfe, 0xed, 0xfe, 0xed];
/// How one of its cousin JCEKS begins.
pub(crate) const MAGIC_JCEKS: [u8; 4] = [0xce, 0xce, 0xce, 0xce];

/// What a file is digested with, besides the password and itself.
const WHITENER: &[u8] = b"Mighty Aphrodite";
const SHA1_LEN: usize = 20;
/// 1.3.6.1.4.1.42.2.17.1.1, Sun's way to hide a key.
const KEY_PROTECTOR: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x2a, 0x02, 0x11, 0x01, 0x01];

const KEY_ENTRY: u32 = 1;
const TRUSTED_ENTRY: u32 = 2;

type Result<T> = std::result::Result<T, StoreError>;

/// Reads a store. Without a password nobody knows whether it was changed, as in Java.
pub(crate) fn read(bytes: &[u8], passwords: Passwords<'_>) -> Result<Store> {
    let (content, expected) = bytes
        .len()
        .checked_sub(SHA1_LEN)
        .and_then(|at| bytes.split_at_checked(at))
        .ok_or_else(cut)?;
    if let Some(password) = passwords.store {
        let found = sha1(&[&utf16(password), WHITENER, content]);
        if found != expected {
            return Err(StoreError::WrongPassword);
        }
    }
    let mut file = Cursor { rest: content };
    let (_magic, version, count) = (file.number()?, file.number()?, file.number()?);
    if version != 1 && version != 2 {
        return Err(StoreError::Unsupported(format!("JKS version {version}")));
    }
    let mut store = Store::default();
    for _ in 0..count {
        let tag = file.number()?;
        let _alias = file.text()?;
        let _created_at = file.take(8)?;
        match tag {
            KEY_ENTRY => {
                let hidden = file.sized()?;
                let chain_len = file.number()?;
                let mut chain = Vec::new();
                for _ in 0..chain_len {
                    chain.push(file.certificate(version)?);
                }
                let password = passwords.key.or(passwords.store).ok_or(StoreError::NoPassword)?;
                store.keys.push(KeyEntry { key: reveal(hidden, password)?, chain });
            }
            TRUSTED_ENTRY => store.trusted.push(file.certificate(version)?),
            _ => return Err(StoreError::Malformed(format!("an entry of kind {tag} is in it"))),
        }
    }
    Ok(store)
}

/// The private key (PKCS #8) that was hidden with `password`: a salt, the key XOR a stream of
/// digests that begins with the salt, and a digest to check it.
fn reveal(hidden: &[u8], password: &str) -> Result<Vec<u8>> {
    let mut info = Der::new(hidden).inside(der::SEQUENCE)?;
    let algorithm = info.inside(der::SEQUENCE)?.take(der::OID)?;
    if algorithm != KEY_PROTECTOR {
        return Err(super::pbe::unsupported("key protection", algorithm).into());
    }
    let content = info.take(der::OCTET_STRING)?;
    let (salt, rest) = content.split_at_checked(SHA1_LEN).ok_or_else(cut)?;
    let (masked, check) = rest
        .len()
        .checked_sub(SHA1_LEN)
        .and_then(|at| rest.split_at_checked(at))
        .ok_or_else(cut)?;
    let password = utf16(password);
    let mut mask = salt.to_vec();
    let mut key = Vec::with_capacity(masked.len());
    for chunk in masked.chunks(SHA1_LEN) {
        mask = sha1(&[&password, &mask]);
        key.extend(chunk.iter().zip(&mask).map(|(byte, mask)| byte ^ mask));
    }
    if sha1(&[&password, &key]) != check {
        return Err(StoreError::WrongKeyPassword);
    }
    Ok(key)
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

fn sha1(parts: &[&[u8]]) -> Vec<u8> {
    let mut context = digest::Context::new(&SHA1);
    parts.iter().for_each(|part| context.update(part));
    context.finish().as_ref().to_vec()
}

fn cut() -> StoreError {
    StoreError::Malformed("it ends too early".to_owned())
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or_else(cut)?;
        self.rest = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u32> {
        Ok(self.take(4)?.iter().fold(0, |number, &byte| number << 8 | u32::from(byte)))
    }

    /// Bytes behind their length.
    fn sized(&mut self) -> Result<&'a [u8]> {
        let len = self.number()?;
        self.take(len as usize)
    }

    /// A text behind its length in two bytes.
    fn text(&mut self) -> Result<&'a [u8]> {
        let len = self.take(2)?.iter().fold(0, |len, &byte| len << 8 | usize::from(byte));
        self.take(len)
    }

    fn certificate(&mut self, version: u32) -> Result<CertificateDer<'static>> {
        if version == 2 {
            let kind = self.text()?;
            if kind != b"X.509" {
                let kind = String::from_utf8_lossy(kind);
                return Err(StoreError::Unsupported(format!("a certificate of type {kind}")));
            }
        }
        Ok(CertificateDer::from(self.sized()?.to_vec()))
    }
}
