//! SASL from the client's side, as values: what to send first, and what to answer a challenge.

pub(super) mod jaas;
mod oauthbearer;
mod plain;
mod scram;

pub(super) use oauthbearer::OAuthBearer;
pub(super) use plain::Plain;
pub(crate) use scram::Hash;
pub(super) use scram::Scram;

/// A conversation with a server.
pub(super) enum Exchange {
    Plain(Plain),
    Scram(Box<Scram>),
    OAuthBearer(OAuthBearer),
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// These bytes go to the server.
    Send(Vec<u8>),
    /// The server has shown what it had to: nothing more is sent.
    Done,
}

/// Why a conversation ends without success: a sentence.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal(pub(super) String);

impl Exchange {
    /// The first bytes to the server.
    pub(super) fn first(&mut self) -> Vec<u8> {
        match self {
            Self::Plain(plain) => plain.first(),
            Self::Scram(scram) => scram.first(),
            Self::OAuthBearer(bearer) => bearer.first(),
        }
    }

    /// What follows from the server's bytes.
    pub(super) fn answer(&mut self, challenge: &[u8]) -> Result<Step, Refusal> {
        match self {
            // The broker's error code says whether it was right.
            Self::Plain(_) => Ok(Step::Done),
            Self::Scram(scram) => scram.answer(challenge),
            Self::OAuthBearer(bearer) => bearer.answer(challenge),
        }
    }

    /// What the server said about a refusal, besides the error of the protocol.
    pub(super) fn complaint(&self) -> Option<&str> {
        match self {
            Self::OAuthBearer(bearer) => bearer.complaint(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
