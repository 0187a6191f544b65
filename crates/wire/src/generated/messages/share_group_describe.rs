//! ShareGroupDescribe, key 77. KIP-932.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Request, key 77, versions 1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupDescribeRequest {
    pub group_ids: Vec<Str>,
    pub include_authorized_operations: bool,
}

impl ShareGroupDescribeRequest {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareGroupDescribeRequest", v, 1, 1)?;
        let mut x = Self::default();
        x.group_ids = r.array::<_, 1>(true, "group_ids", |r| r.string(true, "group_ids"))?;
        x.include_authorized_operations = r.bool("include_authorized_operations")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareGroupDescribeRequest", v, 1, 1)?;
        w.array(true, &self.group_ids, "group_ids", |w, x| w.string(true, x, "group_ids"))?;
        w.bool(self.include_authorized_operations);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ShareGroupDescribeRequest, Request, 77, 1..=1, 0);

/// Response, key 77, versions 1, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShareGroupDescribeResponse {
    pub throttle_time_ms: i32,
    pub groups: Vec<DescribedGroup>,
}

impl ShareGroupDescribeResponse {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ShareGroupDescribeResponse", v, 1, 1)?;
        let mut x = Self::default();
        x.throttle_time_ms = r.int32("throttle_time_ms")?;
        x.groups = r.array::<_, { DescribedGroup::WIRE_BYTES_MIN }>(true, "groups", |r| {
            DescribedGroup::decode(r, v)
        })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ShareGroupDescribeResponse", v, 1, 1)?;
        w.int32(self.throttle_time_ms);
        w.array(true, &self.groups, "groups", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ShareGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedGroup {
    pub error_code: i16,
    /// Default null.
    pub error_message: Option<Str>,
    pub group_id: Str,
    pub group_state: Str,
    pub group_epoch: i32,
    pub assignment_epoch: i32,
    pub assignor_name: Str,
    pub members: Vec<Member>,
    /// Default -2147483648.
    pub authorized_operations: i32,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        Self {
            error_code: Default::default(),
            error_message: None,
            group_id: Default::default(),
            group_state: Default::default(),
            group_epoch: Default::default(),
            assignment_epoch: Default::default(),
            assignor_name: Default::default(),
            members: Default::default(),
            authorized_operations: i32::MIN,
        }
    }
}

impl DescribedGroup {
    pub(crate) const WIRE_BYTES_MIN: usize = 20;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.error_code = r.int16("error_code")?;
        x.error_message = r.nullable_string(true, "error_message")?;
        x.group_id = r.string(true, "group_id")?;
        x.group_state = r.string(true, "group_state")?;
        x.group_epoch = r.int32("group_epoch")?;
        x.assignment_epoch = r.int32("assignment_epoch")?;
        x.assignor_name = r.string(true, "assignor_name")?;
        x.members =
            r.array::<_, { Member::WIRE_BYTES_MIN }>(true, "members", |r| Member::decode(r, v))?;
        x.authorized_operations = r.int32("authorized_operations")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.int16(self.error_code);
        w.nullable_string(true, self.error_message.as_ref(), "error_message")?;
        w.string(true, &self.group_id, "group_id")?;
        w.string(true, &self.group_state, "group_state")?;
        w.int32(self.group_epoch);
        w.int32(self.assignment_epoch);
        w.string(true, &self.assignor_name, "assignor_name")?;
        w.array(true, &self.members, "members", |w, x| x.encode(w, v))?;
        w.int32(self.authorized_operations);
        w.no_tags();
        Ok(())
    }
}

/// In [`ShareGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Member {
    pub member_id: Str,
    /// Default null.
    pub rack_id: Option<Str>,
    pub member_epoch: i32,
    pub client_id: Str,
    pub client_host: Str,
    pub subscribed_topic_names: Vec<Str>,
    pub assignment: Assignment,
}

impl Member {
    pub(crate) const WIRE_BYTES_MIN: usize = 12;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.member_id = r.string(true, "member_id")?;
        x.rack_id = r.nullable_string(true, "rack_id")?;
        x.member_epoch = r.int32("member_epoch")?;
        x.client_id = r.string(true, "client_id")?;
        x.client_host = r.string(true, "client_host")?;
        x.subscribed_topic_names = r.array::<_, 1>(true, "subscribed_topic_names", |r| {
            r.string(true, "subscribed_topic_names")
        })?;
        x.assignment = Assignment::decode(r, v)?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.string(true, &self.member_id, "member_id")?;
        w.nullable_string(true, self.rack_id.as_ref(), "rack_id")?;
        w.int32(self.member_epoch);
        w.string(true, &self.client_id, "client_id")?;
        w.string(true, &self.client_host, "client_host")?;
        w.array(true, &self.subscribed_topic_names, "subscribed_topic_names", |w, x| {
            w.string(true, x, "subscribed_topic_names")
        })?;
        w.nested(|w| self.assignment.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ShareGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartitions {
    pub topic_id: Uuid,
    pub topic_name: Str,
    pub partitions: Vec<i32>,
}

impl TopicPartitions {
    pub(crate) const WIRE_BYTES_MIN: usize = 19;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_id = r.uuid("topic_id")?;
        x.topic_name = r.string(true, "topic_name")?;
        x.partitions = r.array::<_, 4>(true, "partitions", |r| r.int32("partitions"))?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.uuid(self.topic_id);
        w.string(true, &self.topic_name, "topic_name")?;
        w.array(true, &self.partitions, "partitions", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        w.no_tags();
        Ok(())
    }
}

/// In [`ShareGroupDescribeResponse`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assignment {
    pub topic_partitions: Vec<TopicPartitions>,
}

impl Assignment {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic_partitions =
            r.array::<_, { TopicPartitions::WIRE_BYTES_MIN }>(true, "topic_partitions", |r| {
                TopicPartitions::decode(r, v)
            })?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.array(true, &self.topic_partitions, "topic_partitions", |w, x| x.encode(w, v))?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ShareGroupDescribeResponse, Response, 77, 1..=1, 0);
crate::message::request!(ShareGroupDescribe, ShareGroupDescribeRequest, ShareGroupDescribeResponse);
