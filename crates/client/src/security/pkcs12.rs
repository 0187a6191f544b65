//! PKCS #12 (RFC 7292) as keytool and OpenSSL write it.

use ring::{digest, hmac};
use rustls::pki_types::CertificateDer;

use super::der::{self, Der};
use super::pbe::{self, Digest, Purpose};
use super::store::{KeyEntry, Passwords, Store, StoreError, chain_of};

const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
const ENCRYPTED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x06];
/// 1.2.840.113549.1.12.10.1; one byte more says which kind of bag.
const BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01];
const X509_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x16, 0x01];
const LOCAL_KEY_ID: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x15];
/// 2.16.840.1.113894.746875.1.1, with which Java marks what it trusts.
const TRUSTED_KEY_USAGE: &[u8] =
    &[0x60, 0x86, 0x48, 0x01, 0x86, 0xf9, 0x66, 0xad, 0xca, 0x7b, 0x01, 0x01];
const SHA1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
/// 2.16.840.1.101.3.4.2, whose next byte says which SHA-2.
const SHA2: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];

type Result<T> = std::result::Result<T, StoreError>;

/// What stands in a file, before keys and certificates have found each other.
#[derive(Default)]
struct Bags {
    keys: Vec<(Option<Vec<u8>>, Vec<u8>)>,
    certificates: Vec<Found>,
}

struct Found {
    certificate: CertificateDer<'static>,
    key_id: Option<Vec<u8>>,
    is_trusted: bool,
}

/// Reads a store.
///
/// Certificates that belong to no key are trusted if Java marked them so; where none is marked and
/// there is no key either (OpenSSL's `-nokeys`, which Java finds empty), all are.
pub(crate) fn read(bytes: &[u8], passwords: Passwords<'_>) -> Result<Store> {
    let mut file = Der::new(bytes).inside(der::SEQUENCE)?;
    let version = file.number()?;
    if version != 3 {
        return Err(StoreError::Unsupported(format!("PKCS12 version {version}")));
    }
    let content = data_of(file.inside(der::SEQUENCE)?)?;
    match (file.take_if(der::SEQUENCE)?, passwords.store) {
        (Some(mac), Some(password)) => check_mac(Der::new(mac), content, password)?,
        (Some(_), None) => return Err(StoreError::NoPassword),
        (None, _) => {}
    }
    let mut bags = Bags::default();
    let mut safe = Der::new(content).inside(der::SEQUENCE)?;
    while !safe.is_empty() {
        let mut info = safe.inside(der::SEQUENCE)?;
        let kind = info.take(der::OID)?;
        if kind == DATA {
            let content = info.inside(der::CONTEXT_0)?.take(der::OCTET_STRING)?;
            bags.read(content, passwords)?;
        } else if kind == ENCRYPTED_DATA {
            let data = info.inside(der::CONTEXT_0)?.inside(der::SEQUENCE)?;
            bags.read(&decrypted(data, passwords.store)?, passwords)?;
        } else {
            return Err(pbe::unsupported("content", kind).into());
        }
    }
    Ok(bags.into_store())
}

/// The bytes in a ContentInfo of plain data.
fn data_of(mut info: Der<'_>) -> Result<&[u8]> {
    let kind = info.take(der::OID)?;
    if kind != DATA {
        return Err(pbe::unsupported("content", kind).into());
    }
    Ok(info.inside(der::CONTEXT_0)?.take(der::OCTET_STRING)?)
}

fn decrypted(mut data: Der<'_>, password: Option<&str>) -> Result<Vec<u8>> {
    let _version = data.number()?;
    let mut info = data.inside(der::SEQUENCE)?;
    let _kind = info.take(der::OID)?;
    let algorithm = info.inside(der::SEQUENCE)?;
    let content = info.take(der::CONTEXT_0_PRIMITIVE)?;
    let password = password.ok_or(StoreError::NoPassword)?;
    Ok(pbe::decrypt(algorithm, content, password)?)
}

/// The authentication code over the content tells a wrong password.
fn check_mac(mut mac: Der<'_>, content: &[u8], password: &str) -> Result<()> {
    let mut info = mac.inside(der::SEQUENCE)?;
    let algorithm = info.inside(der::SEQUENCE)?.take(der::OID)?;
    let expected = info.take(der::OCTET_STRING)?;
    let salt = mac.take(der::OCTET_STRING)?;
    let iterations =
        if mac.is_empty() { std::num::NonZeroU32::MIN } else { pbe::iterations(&mut mac)? };
    let hmac = match algorithm.strip_prefix(SHA2) {
        _ if algorithm == SHA1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Some([1]) => hmac::HMAC_SHA256,
        Some([2]) => hmac::HMAC_SHA384,
        Some([3]) => hmac::HMAC_SHA512,
        _ => return Err(pbe::unsupported("digest", algorithm).into()),
    };
    let digest: &'static digest::Algorithm = hmac_digest(algorithm);
    let len = digest.output_len();
    let key = pbe::derive(Digest::of(digest), Purpose::Mac, password, salt, iterations, len);
    hmac::verify(&hmac::Key::new(hmac, &key), content, expected)
        .map_err(|_| StoreError::WrongPassword)
}

fn hmac_digest(algorithm: &[u8]) -> &'static digest::Algorithm {
    match algorithm.strip_prefix(SHA2) {
        Some([1]) => &digest::SHA256,
        Some([2]) => &digest::SHA384,
        Some([3]) => &digest::SHA512,
        _ => &digest::SHA1_FOR_LEGACY_USE_ONLY,
    }
}

impl Bags {
    fn read(&mut self, content: &[u8], passwords: Passwords<'_>) -> Result<()> {
        let mut contents = Der::new(content).inside(der::SEQUENCE)?;
        while !contents.is_empty() {
            let mut bag = contents.inside(der::SEQUENCE)?;
            let kind = bag.take(der::OID)?;
            let mut value = bag.inside(der::CONTEXT_0)?;
            let attributes = Attributes::of(bag.take_if(der::SET)?)?;
            match kind.strip_prefix(BAG) {
                Some([1]) => {
                    let (_, _, key) = value.next_whole()?;
                    self.keys.push((attributes.key_id, key.to_vec()));
                }
                Some([2]) => {
                    let (_, _, info) = value.next_whole()?;
                    let password =
                        passwords.key.or(passwords.store).ok_or(StoreError::NoPassword)?;
                    let key = pbe::decrypt_key(info, password).map_err(StoreError::of_key)?;
                    self.keys.push((attributes.key_id, key));
                }
                Some([3]) => {
                    let mut bag = value.inside(der::SEQUENCE)?;
                    if bag.take(der::OID)? != X509_CERTIFICATE {
                        continue;
                    }
                    let bytes = bag.inside(der::CONTEXT_0)?.take(der::OCTET_STRING)?;
                    self.certificates.push(Found {
                        certificate: CertificateDer::from(bytes.to_vec()),
                        key_id: attributes.key_id,
                        is_trusted: attributes.is_trusted,
                    });
                }
                // Revocation lists, secrets, nested bags: nothing here needs them.
                _ => {}
            }
        }
        Ok(())
    }

    fn into_store(self) -> Store {
        let Self { keys, certificates } = self;
        let all: Vec<_> = certificates.iter().map(|found| found.certificate.clone()).collect();
        let are_all_trusted = keys.is_empty() && !certificates.iter().any(|found| found.is_trusted);
        let keys = keys.into_iter().map(|(id, key)| {
            let own = certificates.iter().find(|found| id.is_some() && found.key_id == id);
            let own = own.or(certificates.first()).map(|found| found.certificate.clone());
            KeyEntry { key, chain: own.map(|own| chain_of(own, &all)).unwrap_or_default() }
        });
        let keys = keys.collect();
        let trusted = certificates.into_iter().filter(|found| found.is_trusted || are_all_trusted);
        Store { trusted: trusted.map(|found| found.certificate).collect(), keys }
    }
}

/// What is said about a bag.
#[derive(Default)]
struct Attributes {
    key_id: Option<Vec<u8>>,
    is_trusted: bool,
}

impl Attributes {
    fn of(set: Option<&[u8]>) -> Result<Self> {
        let mut found = Self::default();
        let mut set = Der::new(set.unwrap_or_default());
        while !set.is_empty() {
            let mut attribute = set.inside(der::SEQUENCE)?;
            let name = attribute.take(der::OID)?;
            if name == LOCAL_KEY_ID {
                let id = attribute.inside(der::SET)?.take(der::OCTET_STRING)?;
                found.key_id = Some(id.to_vec());
            } else if name == TRUSTED_KEY_USAGE {
                found.is_trusted = true;
            }
        }
        Ok(found)
    }
}
