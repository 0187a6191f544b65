//! `host:port` as people write it.

use std::fmt;

use crate::{Error, ErrorKind, Result};

/// Where a broker listens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// A name, or an IP address without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
}

impl Address {
    /// The address of these parts as a broker tells them.
    pub(crate) fn told(host: &str, port: i32) -> Option<Self> {
        let port = u16::try_from(port).ok().filter(|port| *port > 0)?;
        (!host.is_empty()).then(|| Self { host: host.to_owned(), port })
    }

    /// The parts of `host:port`, `[address]:port`, and either behind `PROTOCOL://`.
    ///
    /// # Errors
    /// The text is none of these. Java's words.
    pub fn parse(text: &str) -> Result<Self> {
        let invalid =
            || Error::new(ErrorKind::Settings, format!("Invalid url in bootstrap.servers: {text}"));
        let rest = text.trim();
        let rest = rest.split_once("://").map_or(rest, |(_, rest)| rest);
        let (host, port) = rest.rsplit_once(':').ok_or_else(invalid)?;
        let host = match host.strip_prefix('[') {
            Some(inner) => inner.strip_suffix(']').ok_or_else(invalid)?,
            None => host,
        };
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-%._:".contains(c);
        if host.is_empty() || !host.chars().all(is_allowed) {
            return Err(invalid());
        }
        let port = port.parse().map_err(|_| invalid())?;
        Ok(Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_by_java() {
        for (text, host, port) in [
            ("localhost:9092", "localhost", 9092),
            (" PLAINTEXT://kafka-1.example:1 ", "kafka-1.example", 1),
            ("[::1]:9092", "::1", 9092),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.host.as_str(), address.port), (host, port));
        }
        assert_eq!(Address::parse("[::1]:9").unwrap().to_string(), "[::1]:9");
        for text in ["", "localhost", "localhost:", ":9092", "a b:1", "h:99999", "[::1:9"] {
            let error = Address::parse(text).unwrap_err();
            assert_eq!(error.message(), format!("Invalid url in bootstrap.servers: {text}"));
        }
    }
}
