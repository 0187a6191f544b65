//! Listeners: `NAME://host:port`, and the security protocol each name stands for.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

/// How a listener talks (KIP-103).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecurityProtocol {
    /// Neither encrypted nor authenticated.
    Plaintext,
    /// TLS.
    Ssl,
    /// SASL without encryption.
    SaslPlaintext,
    /// SASL over TLS.
    SaslSsl,
}

impl SecurityProtocol {
    /// All of them, by id.
    pub const ALL: [SecurityProtocol; 4] = [
        SecurityProtocol::Plaintext,
        SecurityProtocol::Ssl,
        SecurityProtocol::SaslPlaintext,
        SecurityProtocol::SaslSsl,
    ];

    /// Its name in settings.
    pub const fn name(self) -> &'static str {
        match self {
            SecurityProtocol::Plaintext => "PLAINTEXT",
            SecurityProtocol::Ssl => "SSL",
            SecurityProtocol::SaslPlaintext => "SASL_PLAINTEXT",
            SecurityProtocol::SaslSsl => "SASL_SSL",
        }
    }

    /// Its number in metadata records and in DescribeCluster.
    pub const fn id(self) -> i16 {
        self as i16
    }

    /// The protocol of that name, in any case.
    pub fn from_name(name: &str) -> Option<SecurityProtocol> {
        SecurityProtocol::ALL.into_iter().find(|one| one.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for SecurityProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An address with the name of the listener it belongs to, as in `advertised.listeners`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Name of the listener, in capitals.
    pub name: String,
    /// Host; none for every address of the machine.
    pub host: Option<String>,
    /// TCP port; 0 lets the system choose.
    pub port: u16,
}

impl Endpoint {
    /// Reads `NAME://host:port`. The host may stand in brackets and may be missing.
    ///
    /// # Errors
    /// What is wrong with the text, to be put after the setting's name.
    pub fn parse(text: &str) -> Result<Endpoint, String> {
        let Some((name, address)) = text.rsplit_once("://") else {
            return Err(format!("`{text}` has no listener name: write NAME://host:port"));
        };
        if name.is_empty() {
            return Err(format!("`{text}` has no listener name: write NAME://host:port"));
        }
        let Some((host, port)) = address.rsplit_once(':') else {
            return Err(format!("`{text}` has no port: write {name}://{address}:9092"));
        };
        let host = host.strip_prefix('[').unwrap_or(host);
        let host = host.strip_suffix(']').unwrap_or(host);
        if !is_valid_host(host) {
            return Err(format!("`{text}` has a host with characters that no host has"));
        }
        let Ok(port) = port.parse::<u16>() else {
            return Err(format!("`{text}` has no port between 0 and 65535 at its end"));
        };
        Ok(Endpoint {
            name: name.to_ascii_uppercase(),
            host: (!host.is_empty()).then(|| host.to_string()),
            port,
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Some(host) if host.contains(':') => {
                write!(f, "{}://[{host}]:{}", self.name, self.port)
            }
            host => write!(f, "{}://{}:{}", self.name, host.as_deref().unwrap_or(""), self.port),
        }
    }
}

/// An address the node listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Name, in capitals.
    pub name: String,
    /// Host; none for every address of the machine.
    pub host: Option<String>,
    /// TCP port; 0 lets the system choose.
    pub port: u16,
    /// What is spoken there.
    pub protocol: SecurityProtocol,
}

/// Reads `listener.security.protocol.map`: `NAME:PROTOCOL` pairs.
///
/// # Errors
/// What is wrong with the text, to be put after the setting's name.
pub fn parse_protocol_map(text: &str) -> Result<BTreeMap<String, SecurityProtocol>, String> {
    let mut map = BTreeMap::new();
    for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let Some((name, protocol)) = pair.rsplit_once(':') else {
            return Err(format!("`{pair}` is no pair: write NAME:PROTOCOL"));
        };
        let Some(protocol) = SecurityProtocol::from_name(protocol.trim()) else {
            return Err(format!(
                "`{protocol}` is no security protocol: write PLAINTEXT, SSL, SASL_PLAINTEXT or \
                 SASL_SSL"
            ));
        };
        if map.insert(name.trim().to_ascii_uppercase(), protocol).is_some() {
            return Err(format!("listener name {name} appears twice: name it once"));
        }
    }
    Ok(map)
}

/// `host:port` with an optional `scheme://` before it and optional brackets around the host.
pub(crate) fn parse_address(text: &str) -> Option<(&str, u16)> {
    let address = text.split_once("://").map_or(text, |(_, address)| address);
    let (host, port) = address.rsplit_once(':')?;
    let host = host.strip_prefix('[').unwrap_or(host);
    let host = host.strip_suffix(']').unwrap_or(host);
    if !is_valid_host(host) || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    port.parse().ok().map(|port| (host, port))
}

/// Characters of host names and addresses; the empty text passes.
pub(crate) fn is_valid_host(host: &str) -> bool {
    host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '%' | '.' | '_' | ':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let actual = match Endpoint::parse(text) {
            Ok(endpoint) => endpoint.to_string(),
            Err(problem) => problem,
        };
        assert_eq!(actual, expected);
    }

    #[test]
    fn endpoints_are_read_as_kafka_reads_them() {
        check("plaintext://127.0.0.1:9092", "PLAINTEXT://127.0.0.1:9092");
        check("PLAINTEXT://:9092", "PLAINTEXT://:9092");
        check("IN://[::1]:9092", "IN://[::1]:9092");
        check("IN://kafka-0.svc_x:0", "IN://kafka-0.svc_x:0");
        check("localhost:9092", "`localhost:9092` has no listener name: write NAME://host:port");
        check("A://localhost", "`A://localhost` has no port: write A://localhost:9092");
        check("A://h:99999", "`A://h:99999` has no port between 0 and 65535 at its end");
        check("A://h h:1", "`A://h h:1` has a host with characters that no host has");
    }

    #[test]
    fn a_protocol_map_names_each_listener_once() {
        let map = parse_protocol_map("in:plaintext, OUT:SASL_SSL,").expect("reads");
        assert_eq!(map["IN"], SecurityProtocol::Plaintext);
        assert_eq!(map["OUT"], SecurityProtocol::SaslSsl);
        assert!(parse_protocol_map("A:SSL,a:SSL").is_err());
        assert!(parse_protocol_map("A:TLS").is_err());
        assert!(parse_protocol_map("A").is_err());
    }
}
