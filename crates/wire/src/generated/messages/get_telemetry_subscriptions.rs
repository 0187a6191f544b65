//! GetTelemetrySubscriptions, key 71. KIP-714 telemetry.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 71, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GetTelemetrySubscriptionsRequest {
    pub client_instance_id: Uuid,
}

impl GetTelemetrySubscriptionsRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("GetTelemetrySubscriptionsRequest", v, 0, 0)?;
        let mut x = Self::default();
        x.client_instance_id = r.uuid("client_instance_id")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("GetTelemetrySubscriptionsRequest", v, 0, 0)?;
        w.uuid(self.client_instance_id);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(GetTelemetrySubscriptionsRequest, Request, 71, 0..=0, 0);

/// Response, key 71, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GetTelemetrySubscriptionsResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    pub client_instance_id: Uuid,
    pub subscription_id: i32,
    pub accepted_compression_types: Vec<i8>,
    pub push_interval_ms: i32,
    pub telemetry_max_bytes: i32,
    pub delta_temporality: bool,
    pub requested_metrics: Vec<Str>,
}

impl GetTelemetrySubscriptionsResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("GetTelemetrySubscriptionsResponse", v, 0, 0)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.client_instance_id = r.uuid("client_instance_id")?;
        x.subscription_id = r.int32("subscription_id")?;
        x.accepted_compression_types =
            r.array::<_, 1>(true, "accepted_compression_types", |r| {
                r.int8("accepted_compression_types")
            })?;
        x.push_interval_ms = r.int32("push_interval_ms")?;
        x.telemetry_max_bytes = r.int32("telemetry_max_bytes")?;
        x.delta_temporality = r.bool("delta_temporality")?;
        x.requested_metrics =
            r.array::<_, 1>(true, "requested_metrics", |r| r.string(true, "requested_metrics"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("GetTelemetrySubscriptionsResponse", v, 0, 0)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.uuid(self.client_instance_id);
        w.int32(self.subscription_id);
        w.array(true, &self.accepted_compression_types, "accepted_compression_types", |w, x| {
            w.int8(*x);
            Ok(())
        })?;
        w.int32(self.push_interval_ms);
        w.int32(self.telemetry_max_bytes);
        w.bool(self.delta_temporality);
        w.array(true, &self.requested_metrics, "requested_metrics", |w, x| {
            w.string(true, x, "requested_metrics")
        })?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(GetTelemetrySubscriptionsResponse, Response, 71, 0..=0, 0);
crate::message::request!(
    GetTelemetrySubscriptions,
    GetTelemetrySubscriptionsRequest,
    GetTelemetrySubscriptionsResponse
);
