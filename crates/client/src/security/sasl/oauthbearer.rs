//! OAUTHBEARER (RFC 7628, KIP-255): a token that somebody else gave out.

use super::super::token::Token;
use super::{Refusal, Step};

/// What a client sends after the server complained, so that it can end the conversation.
const GIVE_UP: &[u8] = &[1];

/// One message; if the server complains, one more.
pub(in super::super) struct OAuthBearer {
    token: Token,
    complaint: Option<String>,
}

impl OAuthBearer {
    pub(in super::super) fn new(token: Token) -> Self {
        Self { token, complaint: None }
    }

    pub(super) fn first(&self) -> Vec<u8> {
        let mut message = format!("n,,\u{1}auth=Bearer {}", self.token.value.reveal());
        for (name, value) in &self.token.extensions {
            message.extend(["\u{1}", name, "=", value]);
        }
        message.push_str("\u{1}\u{1}");
        message.into_bytes()
    }

    pub(super) fn answer(&mut self, challenge: &[u8]) -> Result<Step, Refusal> {
        if challenge.is_empty() {
            return Ok(Step::Done);
        }
        if let Some(complaint) = &self.complaint {
            return Err(Refusal(format!("the broker refused the token: {complaint}")));
        }
        self.complaint = Some(String::from_utf8_lossy(challenge).into_owned());
        Ok(Step::Send(GIVE_UP.to_vec()))
    }

    pub(super) fn complaint(&self) -> Option<&str> {
        self.complaint.as_deref()
    }
}
