//! What went wrong between the two sides, in words that say what to do.

use std::io;

use rustls::{AlertDescription, CertificateError, Error as TlsError, PeerIncompatible};

use crate::address::Address;
use crate::{Error, ErrorKind};

/// A handshake that failed. `trust` is what was looked at for trust.
pub(super) fn of_handshake(address: &Address, trust: &str, error: &io::Error) -> Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>());
    let text = |why: &str| format!("TLS handshake with {address} failed: {why}");
    match inner {
        Some(tls) => Error::new(ErrorKind::Security, text(&explained(tls, address, trust))),
        None if error.kind() == io::ErrorKind::UnexpectedEof => Error::new(
            ErrorKind::Security,
            text(
                "the other side ended the connection: check that the port is a listener with TLS \
                 (SSL or SASL_SSL), and whether it asks for a client's certificate",
            ),
        ),
        None => Error::new(ErrorKind::Unreachable, text(&error.to_string())),
    }
}

/// The same with an endpoint that gives out tokens. What its certificate is refused for stays; all
/// else may pass.
pub(super) fn of_endpoint(address: &Address, trust: &str, error: &io::Error) -> Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>());
    let text = |why: &str| format!("TLS handshake with {address} failed: {why}");
    match inner {
        Some(TlsError::InvalidCertificate(CertificateError::NotValidForNameContext {
            presented,
            ..
        })) => {
            let why = format!(
                "its certificate is for {}, not for {}: set sasl.oauthbearer.token.endpoint.url \
                 with a name that is in it",
                presented.join(", "),
                address.host
            );
            Error::new(ErrorKind::Security, text(&why))
        }
        Some(TlsError::InvalidCertificate(why)) => {
            Error::new(ErrorKind::Security, text(&of_certificate(why, address, trust)))
        }
        Some(TlsError::InvalidMessage(_)) => Error::new(
            ErrorKind::Security,
            text("the answer is not TLS: is sasl.oauthbearer.token.endpoint.url http, not https?"),
        ),
        _ => Error::new(ErrorKind::NoToken, text(&error.to_string())),
    }
}

/// What a connection that was agreed on ended with, if TLS says: a broker looks at the certificate
/// of a client only after the client is done.
pub(crate) fn of_read(address: &Address, error: &io::Error) -> Option<Error> {
    let tls = error.get_ref()?.downcast_ref::<TlsError>()?;
    let why = match tls {
        TlsError::AlertReceived(alert) => of_alert(*alert),
        other => other.to_string(),
    };
    Some(Error::new(ErrorKind::Security, format!("TLS with {address} ended: {why}")))
}

/// What a length that no frame has says about the listener: an alert of TLS begins so.
pub(crate) fn of_length(address: &Address, claimed: i32) -> Option<Error> {
    /// Content type 21, version 3.
    const ALERT: i32 = 0x1503;
    (claimed >> 16 == ALERT).then(|| {
        let text = format!(
            "{address} answered in TLS: set security.protocol to SSL or SASL_SSL, or use the port \
             of a listener without TLS"
        );
        Error::new(ErrorKind::Security, text)
    })
}

fn explained(error: &TlsError, address: &Address, trust: &str) -> String {
    match error {
        TlsError::InvalidCertificate(why) => of_certificate(why, address, trust),
        TlsError::AlertReceived(alert) => of_alert(*alert),
        TlsError::InvalidMessage(_) => {
            "the answer is not TLS: the port is probably a listener without it; set \
             security.protocol to PLAINTEXT or SASL_PLAINTEXT, or use the port of a listener with TLS"
                .to_owned()
        }
        TlsError::PeerIncompatible(why) => of_incompatible(why),
        other => other.to_string(),
    }
}

fn of_certificate(why: &CertificateError, address: &Address, trust: &str) -> String {
    match why {
        CertificateError::UnknownIssuer => format!(
            "nothing in {trust} vouches for its certificate: add the certificate of the authority \
             that issued it to the trust store"
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired: renew it (or check the clock of this machine)".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet: check the clock of this machine".to_owned()
        }
        CertificateError::NotValidForNameContext { presented, .. } => format!(
            "its certificate is for {}, not for {}: connect by a name that is in it, issue it anew \
             with this name, or set ssl.endpoint.identification.algorithm to nothing so that names \
             are not compared",
            presented.join(", "),
            address.host
        ),
        CertificateError::Revoked => "its certificate was revoked".to_owned(),
        other => format!("its certificate is not accepted: {}", TlsError::from(other.clone())),
    }
}

fn of_alert(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::CertificateRequired | AlertDescription::BadCertificate => {
            "the broker wants a certificate of this client that it trusts: set ssl.keystore.location \
             (or ssl.keystore.key and ssl.keystore.certificate.chain)"
                .to_owned()
        }
        AlertDescription::UnknownCA | AlertDescription::CertificateUnknown => {
            "the broker does not trust the certificate of this client: have it issued by an \
             authority in the broker's trust store"
                .to_owned()
        }
        AlertDescription::CertificateExpired => {
            "the certificate of this client has expired: renew it".to_owned()
        }
        AlertDescription::HandshakeFailure => {
            "the broker found nothing in common: compare ssl.enabled.protocols and \
             ssl.cipher.suites of both sides, and whether it wants a client's certificate"
                .to_owned()
        }
        AlertDescription::ProtocolVersion => {
            "the broker speaks none of ssl.enabled.protocols".to_owned()
        }
        other => format!("the broker ended it with the alert {other:?}"),
    }
}

fn of_incompatible(why: &PeerIncompatible) -> String {
    match why {
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig => {
            "the broker speaks none of ssl.enabled.protocols".to_owned()
        }
        other => format!("the two sides do not fit each other: {other:?}"),
    }
}
