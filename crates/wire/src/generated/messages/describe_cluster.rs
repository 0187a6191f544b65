//! DescribeCluster, key 60. V1 controllers endpoint (KIP-919); v2 fenced brokers (KIP-1073).
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 60, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeClusterRequest {
    pub include_cluster_authorized_operations: bool,
    /// Versions 1+, default 1.
    pub endpoint_type: i8,
    /// Versions 2+.
    pub include_fenced_brokers: bool,
}

impl Default for DescribeClusterRequest {
    fn default() -> Self {
        Self {
            include_cluster_authorized_operations: Default::default(),
            endpoint_type: 1,
            include_fenced_brokers: Default::default(),
        }
    }
}

impl DescribeClusterRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeClusterRequest", v, 0, 2)?;
        let mut x = Self::default();
        x.include_cluster_authorized_operations =
            r.bool("include_cluster_authorized_operations")?;
        if v >= 1 {
            x.endpoint_type = r.int8("endpoint_type")?;
        }
        if v == 2 {
            x.include_fenced_brokers = r.bool("include_fenced_brokers")?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeClusterRequest", v, 0, 2)?;
        w.bool(self.include_cluster_authorized_operations);
        if v >= 1 {
            w.int8(self.endpoint_type);
        } else if self.endpoint_type != 1 {
            return Err(EncodeError::not_in_version("endpoint_type", v));
        }
        if v == 2 {
            w.bool(self.include_fenced_brokers);
        } else if self.include_fenced_brokers {
            return Err(EncodeError::not_in_version("include_fenced_brokers", v));
        }
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(DescribeClusterRequest, Request, 60, 0..=2, 0);

/// Response, key 60, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeClusterResponse {
    pub throttle_time_ms: i32,
    pub error_code: i16,
    /// Default null.
    pub error_message: Option<Str>,
    /// Versions 1+, default 1.
    pub endpoint_type: i8,
    pub cluster_id: Str,
    /// Default -1.
    pub controller_id: i32,
    pub brokers: Vec<DescribeClusterBroker>,
    /// Default -2147483648.
    pub cluster_authorized_operations: i32,
}

impl Default for DescribeClusterResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: Default::default(),
            error_code: Default::default(),
            error_message: None,
            endpoint_type: 1,
            cluster_id: Default::default(),
            controller_id: -1,
            brokers: Default::default(),
            cluster_authorized_operations: i32::MIN,
        }
    }
}

impl DescribeClusterResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DescribeClusterResponse", v, 0, 2)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        if v >= 1 {
            x.endpoint_type = r.int8("endpoint_type")?;
        }
        x.cluster_id = r.string(true, "cluster_id")?;
        x.controller_id = r.int32("controller_id")?;
        x.brokers =
            r.array::<_, { DescribeClusterBroker::WIRE_BYTES_MIN }>(true, "brokers", |r| {
                DescribeClusterBroker::decode(r, v)
            })?;
        x.cluster_authorized_operations = r.int32("cluster_authorized_operations")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DescribeClusterResponse", v, 0, 2)?;
        w.int32(self.throttle_time_ms);
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        if v >= 1 {
            w.int8(self.endpoint_type);
        } else if self.endpoint_type != 1 {
            return Err(EncodeError::not_in_version("endpoint_type", v));
        }
        w.string(true, &self.cluster_id, "cluster_id")?;
        w.int32(self.controller_id);
        w.array(true, &self.brokers, "brokers", |w, x| x.encode(w, v))?;
        w.int32(self.cluster_authorized_operations);
        w.no_tags();
        Ok(())
    }
}

/// In [`DescribeClusterResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DescribeClusterBroker {
    pub broker_id: i32,
    pub host: Str,
    pub port: i32,
    /// Default null.
    pub rack: Option<Str>,
    /// Versions 2+.
    pub is_fenced: bool,
}

impl DescribeClusterBroker {
    pub(crate) const WIRE_BYTES_MIN: usize = 11;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.broker_id = r.int32("broker_id")?;
        x.host = r.string(true, "host")?;
        x.port = r.int32("port")?;
        x.rack = r.nullable_string(true, "rack")?;
        if v == 2 {
            x.is_fenced = r.bool("is_fenced")?;
        }
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int32(self.broker_id);
        w.string(true, &self.host, "host")?;
        w.int32(self.port);
        w.nullable_string(true, self.rack.as_ref(), "rack")?;
        if v == 2 {
            w.bool(self.is_fenced);
        } else if self.is_fenced {
            return Err(EncodeError::not_in_version("is_fenced", v));
        }
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(DescribeClusterResponse, Response, 60, 0..=2, 0);
crate::message::request!(DescribeCluster, DescribeClusterRequest, DescribeClusterResponse);
