//! PushTelemetry, key 72. KIP-714 (OTLP payload).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 72, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PushTelemetryRequest {
    pub client_instance_id: Uuid,
    pub subscription_id: i32,
    pub terminating: bool,
    pub compression_type: i8,
    pub metrics: Bytes,
}

impl PushTelemetryRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("PushTelemetryRequest", v, 0, 0)?;
        let mut x = Self::default();
        x.client_instance_id = r.uuid("client_instance_id")?;
        x.subscription_id = r.int32("subscription_id")?;
        x.terminating = r.bool("terminating")?;
        x.compression_type = r.int8("compression_type")?;
        x.metrics = r.bytes(true, "metrics")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("PushTelemetryRequest", v, 0, 0)?;
        w.uuid(self.client_instance_id);
        w.int32(self.subscription_id);
        w.bool(self.terminating);
        w.int8(self.compression_type);
        w.bytes(true, &self.metrics, "metrics")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(PushTelemetryRequest, Request, 72, 0..=0, 0);

/// Response, key 72, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PushTelemetryResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
}

impl PushTelemetryResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("PushTelemetryResponse", v, 0, 0)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("PushTelemetryResponse", v, 0, 0)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(PushTelemetryResponse, Response, 72, 0..=0, 0);
crate::message::request!(PushTelemetry, PushTelemetryRequest, PushTelemetryResponse);
