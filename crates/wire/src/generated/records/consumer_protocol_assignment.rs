//! ConsumerProtocolAssignment.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Stored structure, versions 0-3.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerProtocolAssignment {
    pub assigned_partitions: Vec<TopicPartition>,
    /// Default null.
    pub user_data: Option<Bytes>,
}

impl ConsumerProtocolAssignment {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ConsumerProtocolAssignment", v, 0, 3)?;
        let mut x = Self::default();
        x.assigned_partitions =
            r.array::<_, { TopicPartition::WIRE_BYTES_MIN }>(false, "assigned_partitions", |r| {
                TopicPartition::decode(r, v)
            })?;
        x.user_data = r.nullable_bytes(false, "user_data")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ConsumerProtocolAssignment", v, 0, 3)?;
        w.array(false, &self.assigned_partitions, "assigned_partitions", |w, x| x.encode(w, v))?;
        w.nullable_bytes(false, self.user_data.as_ref(), "user_data")?;
        Ok(())
    }
}

/// In [`ConsumerProtocolAssignment`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TopicPartition {
    pub topic: Str,
    pub partitions: Vec<i32>,
}

impl TopicPartition {
    pub(crate) const WIRE_BYTES_MIN: usize = 6;

    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, _v: i16) -> Result<Self, DecodeError> {
        let mut x = Self::default();
        x.topic = r.string(false, "topic")?;
        x.partitions = r.array::<_, 4>(false, "partitions", |r| r.int32("partitions"))?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, _v: i16) -> Result<(), EncodeError> {
        w.string(false, &self.topic, "topic")?;
        w.array(false, &self.partitions, "partitions", |w, x| {
            w.int32(*x);
            Ok(())
        })?;
        Ok(())
    }
}

crate::message::message!(ConsumerProtocolAssignment, Data, -1, 0..=3, i16::MAX);
