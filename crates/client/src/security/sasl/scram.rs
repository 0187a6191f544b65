//! SCRAM-SHA-256 and SCRAM-SHA-512 (RFC 5802, RFC 7677) without channel binding. Both sides prove
//! that they know the password, and neither shows it. Names and passwords go as they are, without
//! SASLprep: so do Kafka's.

use std::num::NonZeroU32;

use ring::{digest, hmac, pbkdf2};

use super::super::base64;
use super::super::secret::Secret;
use super::{Refusal, Step};

/// Rounds that a server may ask for: it could otherwise keep a client busy for hours.
const ITERATIONS_MAX: u32 = 5_000_000;
/// Rounds below which the RFC says that a password is not safe.
const ITERATIONS_MIN: u32 = 4096;

/// Neither a channel binding nor another name to act as.
const GS2_HEADER: &str = "n,,";

/// The digest of a mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha512,
}

/// The conversation: client first, server first, client final, server final.
pub(in super::super) struct Scram {
    hash: Hash,
    password: Secret,
    nonce: String,
    first_bare: String,
    state: State,
}

enum State {
    AwaitsServerFirst,
    AwaitsServerFinal { server_key: Vec<u8>, auth_message: String },
    Over,
}

impl Scram {
    /// For `username`. `nonce` is printable, without commas, and new each time. With `is_token` the
    /// name and password are those of a delegation token (KIP-48).
    pub(in super::super) fn new(
        hash: Hash,
        username: &str,
        password: Secret,
        nonce: String,
        is_token: bool,
    ) -> Self {
        let name = username.replace('=', "=3D").replace(',', "=2C");
        let extension = if is_token { ",tokenauth=true" } else { "" };
        let first_bare = format!("n={name},r={nonce}{extension}");
        Self { hash, password, nonce, first_bare, state: State::AwaitsServerFirst }
    }

    pub(super) fn first(&self) -> Vec<u8> {
        [GS2_HEADER, &self.first_bare].concat().into_bytes()
    }

    pub(super) fn answer(&mut self, challenge: &[u8]) -> Result<Step, Refusal> {
        let text = std::str::from_utf8(challenge).map_err(|_| malformed("it is not text"))?;
        match std::mem::replace(&mut self.state, State::Over) {
            State::AwaitsServerFirst => self.prove(text),
            State::AwaitsServerFinal { server_key, auth_message } => {
                self.check(text, &server_key, &auth_message)
            }
            State::Over => Err(malformed("nothing more was expected")),
        }
    }

    /// Answers nonce, salt and rounds with a proof.
    fn prove(&mut self, server_first: &str) -> Result<Step, Refusal> {
        if let Some(error) = attribute(server_first, 'e') {
            return Err(Refusal(format!("the broker refused: {error}")));
        }
        let wanted =
            |name| attribute(server_first, name).ok_or_else(|| malformed("it is incomplete"));
        let (nonce, salt, rounds) = (wanted('r')?, wanted('s')?, wanted('i')?);
        if !nonce.starts_with(&self.nonce) || nonce.len() == self.nonce.len() {
            return Err(malformed("it does not continue the nonce of this client"));
        }
        let salt = base64::decode(salt).ok_or_else(|| malformed("its salt is not base64"))?;
        let rounds = rounds.parse().ok().and_then(NonZeroU32::new);
        let rounds =
            rounds.filter(|rounds| (ITERATIONS_MIN..=ITERATIONS_MAX).contains(&rounds.get()));
        let rounds = rounds.ok_or_else(|| {
            malformed(&format!("its iterations are not within {ITERATIONS_MIN}..{ITERATIONS_MAX}"))
        })?;
        let salted = self.hash.salted(self.password.reveal(), &salt, rounds);
        let final_bare = format!("c={},r={nonce}", base64::encode(GS2_HEADER.as_bytes()));
        let auth_message = [&self.first_bare, server_first, &final_bare].join(",");
        let client_key = self.hash.hmac(&salted, "Client Key");
        let stored_key = digest::digest(self.hash.digest(), &client_key);
        let signature = self.hash.hmac(stored_key.as_ref(), &auth_message);
        let proof: Vec<u8> =
            client_key.iter().zip(&signature).map(|(key, with)| key ^ with).collect();
        let server_key = self.hash.hmac(&salted, "Server Key");
        self.state = State::AwaitsServerFinal { server_key, auth_message };
        Ok(Step::Send(format!("{final_bare},p={}", base64::encode(&proof)).into_bytes()))
    }

    /// Checks that the server knows the password, too.
    fn check(&self, server_final: &str, server_key: &[u8], message: &str) -> Result<Step, Refusal> {
        if let Some(error) = attribute(server_final, 'e') {
            return Err(Refusal(format!("the broker refused: {error}")));
        }
        let signature = attribute(server_final, 'v').and_then(base64::decode);
        let signature = signature.ok_or_else(|| malformed("there is no signature in it"))?;
        let key = hmac::Key::new(self.hash.algorithm(), server_key);
        match hmac::verify(&key, message.as_bytes(), &signature) {
            Ok(()) => Ok(Step::Done),
            Err(_) => Err(Refusal(
                "the broker could not show that it knows the password: it is not the one that is \
                 meant, or somebody stands between"
                    .to_owned(),
            )),
        }
    }
}

impl Hash {
    fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha512 => &digest::SHA512,
        }
    }

    fn algorithm(self) -> hmac::Algorithm {
        match self {
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }

    fn hmac(self, key: &[u8], message: &str) -> Vec<u8> {
        let key = hmac::Key::new(self.algorithm(), key);
        hmac::sign(&key, message.as_bytes()).as_ref().to_vec()
    }

    fn salted(self, password: &str, salt: &[u8], rounds: NonZeroU32) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Self::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        };
        let mut salted = vec![0; self.digest().output_len()];
        pbkdf2::derive(algorithm, rounds, salt, password.as_bytes(), &mut salted);
        salted
    }
}

/// The value of the attribute `name` of a message.
fn attribute(message: &str, name: char) -> Option<&str> {
    let mut attributes = message.split(',');
    attributes.find_map(|attribute| attribute.strip_prefix(name)?.strip_prefix('='))
}

fn malformed(why: &str) -> Refusal {
    Refusal(format!("the broker's SCRAM message makes no sense: {why}"))
}
