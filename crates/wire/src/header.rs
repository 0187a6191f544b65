//! The headers before requests and responses.

use crate::{DecodeError, DecodeErrorKind, EncodeError, Encoder, Reader, Str};

/// What stands before a request: header version 1, or 2 when the request is flexible.
///
/// Version 0 was only used by ControlledShutdown, which Kafka 4.0 took away.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestHeader {
    /// The API, as a number: an unknown one is the receiver's to answer.
    pub request_api_key: i16,
    /// Version of the request that follows.
    pub request_api_version: i16,
    /// Comes back in the response.
    pub correlation_id: i32,
    /// What the client calls itself.
    pub client_id: Option<Str>,
}

impl RequestHeader {
    /// Reads key and version only, and leaves the reader where it was: the header's own version
    /// follows from them.
    pub fn peek(r: &Reader) -> Result<(i16, i16), DecodeError> {
        let mut r = r.clone();
        Ok((r.int16("request_api_key")?, r.int16("request_api_version")?))
    }

    /// Reads a header of version 1 or 2. The client id is not compact in either.
    pub fn decode(r: &mut Reader, header_version: i16) -> Result<Self, DecodeError> {
        r.check_version("RequestHeader", header_version, 1, 2)?;
        let header = Self {
            request_api_key: r.int16("request_api_key")?,
            request_api_version: r.int16("request_api_version")?,
            correlation_id: r.int32("correlation_id")?,
            client_id: r.nullable_string(false, "client_id")?,
        };
        if header_version >= 2 {
            r.skip_tags()?;
        }
        Ok(header)
    }

    /// Reads a header of the version that its key and version ask for. An unknown key has none,
    /// and is an error of kind [`DecodeErrorKind::Key`].
    pub fn decode_any(r: &mut Reader) -> Result<Self, DecodeError> {
        let (key, version) = Self::peek(r)?;
        let kind = DecodeErrorKind::Key(key);
        let api =
            crate::ApiKey::from_code(key).ok_or(DecodeError { field: "request_api_key", kind })?;
        Self::decode(r, api.request_header_version(version))
    }

    /// Writes a header of version 1 or 2.
    pub fn encode(&self, w: &mut Encoder, header_version: i16) -> Result<(), EncodeError> {
        w.check_version("RequestHeader", header_version, 1, 2)?;
        w.int16(self.request_api_key);
        w.int16(self.request_api_version);
        w.int32(self.correlation_id);
        w.nullable_string(false, self.client_id.as_ref(), "client_id")?;
        if header_version >= 2 {
            w.no_tags();
        }
        Ok(())
    }
}

/// What stands before a response: header version 0, or 1 when the response is flexible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ResponseHeader {
    /// That of the request.
    pub correlation_id: i32,
}

impl ResponseHeader {
    /// Reads a header of version 0 or 1.
    pub fn decode(r: &mut Reader, header_version: i16) -> Result<Self, DecodeError> {
        r.check_version("ResponseHeader", header_version, 0, 1)?;
        let header = Self { correlation_id: r.int32("correlation_id")? };
        if header_version >= 1 {
            r.skip_tags()?;
        }
        Ok(header)
    }

    /// Writes a header of version 0 or 1.
    pub fn encode(&self, w: &mut Encoder, header_version: i16) -> Result<(), EncodeError> {
        w.check_version("ResponseHeader", header_version, 0, 1)?;
        w.int32(self.correlation_id);
        if header_version >= 1 {
            w.no_tags();
        }
        Ok(())
    }
}
