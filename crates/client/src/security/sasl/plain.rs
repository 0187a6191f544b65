//! PLAIN (RFC 4616): name and password as they are. Only under TLS is that a secret.

use super::super::secret::Secret;

/// One message, no challenge.
pub(in super::super) struct Plain {
    pub(in super::super) username: String,
    pub(in super::super) password: Secret,
}

impl Plain {
    pub(super) fn first(&self) -> Vec<u8> {
        ["", &self.username, self.password.reveal()].join("\0").into_bytes()
    }
}
