//! AlterUserScramCredentials, key 51.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 51, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterUserScramCredentialsRequest {
    pub deletions: Vec<ScramCredentialDeletion>,
    pub upsertions: Vec<ScramCredentialUpsertion>,
}

impl AlterUserScramCredentialsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AlterUserScramCredentialsRequest", v, 0, 0)?;
        let mut x = Self::default();
        x.deletions =
            r.array::<_, { ScramCredentialDeletion::WIRE_BYTES_MIN }>(true, "deletions", |r| {
                ScramCredentialDeletion::decode(r, v)
            })?;
        x.upsertions =
            r.array::<_, { ScramCredentialUpsertion::WIRE_BYTES_MIN }>(true, "upsertions", |r| {
                ScramCredentialUpsertion::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AlterUserScramCredentialsRequest", v, 0, 0)?;
        w.array(true, &self.deletions, "deletions", |w, x| x.encode(w, v))?;
        w.array(true, &self.upsertions, "upsertions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AlterUserScramCredentialsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScramCredentialDeletion {
    pub name: Str,
    pub mechanism: i8,
}

impl ScramCredentialDeletion {
    pub(crate) const WIRE_BYTES_MIN: usize = 3;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.mechanism = r.int8("mechanism")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.int8(self.mechanism);
        w.no_tags();
        Ok(())
    }
}

/// In [`AlterUserScramCredentialsRequest`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScramCredentialUpsertion {
    pub name: Str,
    pub mechanism: i8,
    pub iterations: i32,
    pub salt: Bytes,
    pub salted_password: Bytes,
}

impl ScramCredentialUpsertion {
    pub(crate) const WIRE_BYTES_MIN: usize = 9;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.name = r.string(true, "name")?;
        x.mechanism = r.int8("mechanism")?;
        x.iterations = r.int32("iterations")?;
        x.salt = r.bytes(true, "salt")?;
        x.salted_password = r.bytes(true, "salted_password")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.name, "name")?;
        w.int8(self.mechanism);
        w.int32(self.iterations);
        w.bytes(true, &self.salt, "salt")?;
        w.bytes(true, &self.salted_password, "salted_password")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(AlterUserScramCredentialsRequest, Request, 51, 0..=0, 0);

/// Response, key 51, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AlterUserScramCredentialsResponse {
    pub throttle_time_ms: i32,
    pub results: Vec<AlterUserScramCredentialsResult>,
}

impl AlterUserScramCredentialsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("AlterUserScramCredentialsResponse", v, 0, 0)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.results = r.array::<_, { AlterUserScramCredentialsResult::WIRE_BYTES_MIN }>(
            true,
            "results",
            |r| AlterUserScramCredentialsResult::decode(r, v),
        )?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("AlterUserScramCredentialsResponse", v, 0, 0)?;
        w.int32(self.throttle_time_ms);
        w.array(true, &self.results, "results", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`AlterUserScramCredentialsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct AlterUserScramCredentialsResult {
    pub user: Str,
    pub error_code: i16,
    pub error_message: Option<Str>,
}

impl Default for AlterUserScramCredentialsResult {
    fn default() -> Self {
        Self {
            user: Default::default(),
            error_code: Default::default(),
            error_message: Some(Default::default()),
        }
    }
}

impl AlterUserScramCredentialsResult {
    pub(crate) const WIRE_BYTES_MIN: usize = 5;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.user = r.string(true, "user")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.user, "user")?;
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(AlterUserScramCredentialsResponse, Response, 51, 0..=0, 0);
crate::message::request!(
    AlterUserScramCredentials,
    AlterUserScramCredentialsRequest,
    AlterUserScramCredentialsResponse
);
