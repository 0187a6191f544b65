//! What is encrypted under a password: PBES2 (PKCS #5) and the schemes of PKCS #12 that Java and
//! OpenSSL wrote before it.

use std::num::NonZeroU32;

use aes::cipher::{Array, BlockCipherDecrypt, BlockSizeUser, KeyInit};
use ring::{digest, pbkdf2};

use super::der::{self, Der, NotDer};

/// Rounds of a key derivation that a store may ask for: Java's own bound.
const ITERATIONS_MAX: u32 = 5_000_000;

/// Why something could not be decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PbeError {
    /// It is not what the standard says.
    Malformed,
    /// The password is wrong (or the content was changed).
    WrongPassword,
    /// Nothing here knows this scheme.
    Unsupported(String),
}

impl From<NotDer> for PbeError {
    fn from(_: NotDer) -> Self {
        Self::Malformed
    }
}

type Result<T> = std::result::Result<T, PbeError>;

const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
/// 1.2.840.113549.1.12.1, the schemes of PKCS #12; one byte more says which.
const PKCS12_PBE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01];
/// 1.2.840.113549.2, whose next byte says with which digest an HMAC is made.
const HMAC_WITH: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02];
const DES_EDE3_CBC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07];
/// 2.16.840.1.101.3.4.1, whose next byte says which AES.
const AES: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01];

/// Block ciphers in CBC mode, with the length of their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cipher {
    Aes128,
    Aes192,
    Aes256,
    TripleDes,
    /// Two keys, the first used twice.
    DoubleDes,
    Rc2Bits128,
    Rc2Bits40,
}

/// Decrypts an EncryptedPrivateKeyInfo (PKCS #8): an algorithm and what it encrypted.
pub(crate) fn decrypt_key(info: &[u8], password: &str) -> Result<Vec<u8>> {
    let mut info = Der::new(info).inside(der::SEQUENCE)?;
    let algorithm = info.inside(der::SEQUENCE)?;
    decrypt(algorithm, info.take(der::OCTET_STRING)?, password)
}

/// Decrypts `content` as `algorithm` (an identifier and its parameters) says.
pub(crate) fn decrypt(mut algorithm: Der<'_>, content: &[u8], password: &str) -> Result<Vec<u8>> {
    let scheme = algorithm.take(der::OID)?;
    let mut parameters = algorithm.inside(der::SEQUENCE)?;
    if scheme == PBES2 {
        return pbes2(parameters, content, password);
    }
    let cipher = match scheme.strip_prefix(PKCS12_PBE) {
        Some([3]) => Cipher::TripleDes,
        Some([4]) => Cipher::DoubleDes,
        Some([5]) => Cipher::Rc2Bits128,
        Some([6]) => Cipher::Rc2Bits40,
        _ => return Err(unsupported("encryption scheme", scheme)),
    };
    let salt = parameters.take(der::OCTET_STRING)?;
    let iterations = iterations(&mut parameters)?;
    let sha1 = Digest::of(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    let key = derive(sha1, Purpose::Key, password, salt, iterations, cipher.key_len());
    let iv = derive(sha1, Purpose::Iv, password, salt, iterations, cipher.block_len());
    cipher.decrypt(&key, &iv, content)
}

fn pbes2(mut parameters: Der<'_>, content: &[u8], password: &str) -> Result<Vec<u8>> {
    let mut derivation = parameters.inside(der::SEQUENCE)?;
    let mut encryption = parameters.inside(der::SEQUENCE)?;
    let function = derivation.take(der::OID)?;
    if function != PBKDF2 {
        return Err(unsupported("key derivation", function));
    }
    let mut derivation = derivation.inside(der::SEQUENCE)?;
    let salt = derivation.take(der::OCTET_STRING)?;
    let iterations = iterations(&mut derivation)?;
    let _key_len = derivation.take_if(der::INTEGER)?;
    let hmac = match derivation.take_if(der::SEQUENCE)? {
        Some(algorithm) => hmac_of(Der::new(algorithm).take(der::OID)?)?,
        None => pbkdf2::PBKDF2_HMAC_SHA1,
    };
    let oid = encryption.take(der::OID)?;
    let cipher = match oid.strip_prefix(AES) {
        Some([2]) => Cipher::Aes128,
        Some([22]) => Cipher::Aes192,
        Some([42]) => Cipher::Aes256,
        _ if oid == DES_EDE3_CBC => Cipher::TripleDes,
        _ => return Err(unsupported("cipher", oid)),
    };
    let iv = encryption.take(der::OCTET_STRING)?;
    let mut key = vec![0; cipher.key_len()];
    pbkdf2::derive(hmac, iterations, salt, password.as_bytes(), &mut key);
    cipher.decrypt(&key, iv, content)
}

fn hmac_of(oid: &[u8]) -> Result<pbkdf2::Algorithm> {
    match oid.strip_prefix(HMAC_WITH) {
        Some([7]) => Ok(pbkdf2::PBKDF2_HMAC_SHA1),
        Some([9]) => Ok(pbkdf2::PBKDF2_HMAC_SHA256),
        Some([10]) => Ok(pbkdf2::PBKDF2_HMAC_SHA384),
        Some([11]) => Ok(pbkdf2::PBKDF2_HMAC_SHA512),
        _ => Err(unsupported("pseudo-random function", oid)),
    }
}

/// The number of rounds that comes next.
pub(crate) fn iterations(der: &mut Der<'_>) -> Result<NonZeroU32> {
    let number = NonZeroU32::new(der.number()?).ok_or(PbeError::Malformed)?;
    if number.get() > ITERATIONS_MAX {
        let text = format!("{number} rounds of key derivation, more than {ITERATIONS_MAX}");
        return Err(PbeError::Unsupported(text));
    }
    Ok(number)
}

/// What is not supported, by its dotted number.
pub(crate) fn unsupported(what: &str, oid: &[u8]) -> PbeError {
    let mut numbers = Vec::new();
    let mut number = 0u64;
    for &byte in oid {
        number = number << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            if numbers.is_empty() {
                let first = (number / 40).min(2);
                numbers.extend([first.to_string(), (number - first * 40).to_string()]);
            } else {
                numbers.push(number.to_string());
            }
            number = 0;
        }
    }
    PbeError::Unsupported(format!("{what} {}", numbers.join(".")))
}

impl Cipher {
    fn key_len(self) -> usize {
        match self {
            Self::Rc2Bits40 => 5,
            Self::Aes128 | Self::DoubleDes | Self::Rc2Bits128 => 16,
            Self::Aes192 | Self::TripleDes => 24,
            Self::Aes256 => 32,
        }
    }

    fn block_len(self) -> usize {
        match self {
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
            _ => 8,
        }
    }

    fn decrypt(self, key: &[u8], iv: &[u8], content: &[u8]) -> Result<Vec<u8>> {
        match self {
            Self::Aes128 => cbc(new::<aes::Aes128>(key)?, iv, content),
            Self::Aes192 => cbc(new::<aes::Aes192>(key)?, iv, content),
            Self::Aes256 => cbc(new::<aes::Aes256>(key)?, iv, content),
            Self::TripleDes => cbc(new::<des::TdesEde3>(key)?, iv, content),
            Self::DoubleDes => cbc(new::<des::TdesEde2>(key)?, iv, content),
            Self::Rc2Bits128 | Self::Rc2Bits40 => {
                cbc(rc2::Rc2::new_with_eff_key_len(key, key.len() * 8), iv, content)
            }
        }
    }
}

fn new<C: KeyInit>(key: &[u8]) -> Result<C> {
    C::new_from_slice(key).map_err(|_| PbeError::Malformed)
}

/// Cipher block chaining, and the padding of PKCS #7 at its end.
fn cbc<C: BlockCipherDecrypt + BlockSizeUser>(
    cipher: C,
    iv: &[u8],
    content: &[u8],
) -> Result<Vec<u8>> {
    let len = C::block_size();
    if iv.len() != len || content.is_empty() || !content.len().is_multiple_of(len) {
        return Err(PbeError::Malformed);
    }
    let mut plain = Vec::with_capacity(content.len());
    let mut previous = iv;
    for chunk in content.chunks_exact(len) {
        let mut block =
            Array::<u8, C::BlockSize>::try_from(chunk).map_err(|_| PbeError::Malformed)?;
        cipher.decrypt_block(&mut block);
        plain.extend(block.iter().zip(previous).map(|(byte, before)| byte ^ before));
        previous = chunk;
    }
    let padding = plain.last().copied().map(usize::from).unwrap_or_default();
    let kept = plain.len().checked_sub(padding).ok_or(PbeError::WrongPassword)?;
    let is_padding = |tail: &[u8]| tail.iter().all(|&byte| usize::from(byte) == padding);
    if padding == 0 || padding > len || !plain.get(kept..).is_some_and(is_padding) {
        return Err(PbeError::WrongPassword);
    }
    plain.truncate(kept);
    Ok(plain)
}

/// What a derived key is for (RFC 7292, B.3).
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Key = 1,
    Iv = 2,
    Mac = 3,
}

/// A digest, and the length of the blocks that it works on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Digest {
    pub(crate) algorithm: &'static digest::Algorithm,
}

impl Digest {
    pub(crate) fn of(algorithm: &'static digest::Algorithm) -> Self {
        Self { algorithm }
    }

    fn hash(self, parts: [&[u8]; 2]) -> Vec<u8> {
        let mut context = digest::Context::new(self.algorithm);
        parts.iter().for_each(|part| context.update(part));
        context.finish().as_ref().to_vec()
    }
}

/// The key derivation of PKCS #12 (RFC 7292, B.2).
pub(crate) fn derive(
    digest: Digest,
    purpose: Purpose,
    password: &str,
    salt: &[u8],
    iterations: NonZeroU32,
    len: usize,
) -> Vec<u8> {
    let block = digest.algorithm.block_len();
    let password: Vec<u8> = password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
    let filled = |bytes: &[u8]| -> Vec<u8> {
        let len = bytes.len().div_ceil(block) * block;
        bytes.iter().copied().cycle().take(if bytes.is_empty() { 0 } else { len }).collect()
    };
    let mut input = filled(salt);
    input.extend(filled(&password));
    let diversifier = vec![purpose as u8; block];
    let mut key = Vec::new();
    loop {
        let mut hash = digest.hash([&diversifier, &input]);
        for _ in 1..iterations.get() {
            hash = digest.hash([&hash, &[]]);
        }
        key.extend_from_slice(&hash);
        if key.len() >= len {
            key.truncate(len);
            return key;
        }
        // Each block of the input becomes itself + the hash, repeated to its length, + 1.
        let addend = hash.iter().copied().cycle().take(block).collect::<Vec<_>>();
        for chunk in input.chunks_exact_mut(block) {
            let mut carry = 1u16;
            for (byte, add) in chunk.iter_mut().zip(&addend).rev() {
                carry += u16::from(*byte) + u16::from(*add);
                *byte = carry as u8;
                carry >>= 8;
            }
        }
    }
}
