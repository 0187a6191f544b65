//! Who is at the other end, and who we are: TLS and SASL.
//!
//! Stores, names, the SASL exchange and the JAAS line are values without io. [`Security`] is made
//! of them once for each client, and says what a connection does between connecting and its first
//! request.
//!
//! Cryptography is ring's: of rustls' providers it is the one that any C compiler builds, for musl
//! too, and it has the digests of SCRAM. Its randomness is the system's, in the simulated world too:
//! what TLS sends there differs from run to run, when and how much it sends does not (but for the
//! length of ECDSA signatures).

mod authenticate;
mod base64;
mod certificate;
mod der;
mod jks;
mod oauth;
mod pbe;
mod pem;
mod pkcs12;
mod sasl;
mod secret;
mod store;
mod tls;
mod token;
mod trouble;
mod verify;

use ottla_io::{Io, Stream};

pub(crate) use authenticate::{Authentication, authenticate, keep_authenticated};
pub use secret::Secret;
pub use token::{Token, TokenFuture, TokenSource};
pub(crate) use trouble::{of_length, of_read};

use crate::Result;
use crate::address::Address;
use crate::settings::{CommonSettings, SecurityProtocol};

/// What a connection does before its first request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Security {
    tls: Option<tls::Tls>,
    pub(crate) authentication: Option<Authentication>,
}

impl Security {
    /// As the settings say. Reads the files that they name.
    ///
    /// # Errors
    /// They contradict each other, or a file cannot be used: what it is, and what to do.
    pub(crate) fn of(io: &Io, settings: &CommonSettings) -> Result<Self> {
        let protocol = settings.security_protocol;
        let security = &settings.security;
        let tls = match protocol {
            SecurityProtocol::Ssl | SecurityProtocol::SaslSsl => {
                Some(tls::Tls::of(io, &security.tls)?)
            }
            _ => None,
        };
        let authentication = match protocol {
            SecurityProtocol::SaslPlaintext | SecurityProtocol::SaslSsl => {
                Some(Authentication::of(io, settings)?)
            }
            _ => None,
        };
        Ok(Self { tls, authentication })
    }

    /// The stream to go on with: the same, or under TLS.
    ///
    /// # Errors
    /// The handshake failed: why, and what to do.
    pub(crate) async fn secure(&self, address: &Address, stream: Stream) -> Result<Stream> {
        match &self.tls {
            Some(tls) => tls.secure(address, stream).await,
            None => Ok(stream),
        }
    }
}
