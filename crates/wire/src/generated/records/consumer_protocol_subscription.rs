//! ConsumerProtocolSubscription.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Stored structure, versions 0-3.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerProtocolSubscription {
    pub topics: Vec<Str>,
    /// Default null.
    pub user_data: Option<Bytes>,
    /// Versions 1+, ignorable.
    pub owned_partitions: Vec<TopicPartition>,
    /// Versions 2+, ignorable, default -1.
    pub generation_id: i32,
    /// Versions 3+, ignorable, default null.
    pub rack_id: Option<Str>,
}

impl Default for ConsumerProtocolSubscription {
    fn default() -> Self {
        Self {
            topics: Default::default(),
            user_data: None,
            owned_partitions: Default::default(),
            generation_id: -1,
            rack_id: None,
        }
    }
}

impl ConsumerProtocolSubscription {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ConsumerProtocolSubscription", v, 0, 3)?;
        let mut x = Self::default();
        x.topics = r.array::<_, 1>(false, "topics", |r| r.string(false, "topics"))?;
        x.user_data = r.nullable_bytes(false, "user_data")?;
        if v >= 1 {
            x.owned_partitions =
                r.array::<_, { TopicPartition::WIRE_BYTES_MIN }>(false, "owned_partitions", |r| {
                    TopicPartition::decode(r, v)
                })?;
        }
        if v >= 2 {
            x.generation_id = r.int32("generation_id")?;
        }
        if v == 3 {
            x.rack_id = r.nullable_string(false, "rack_id")?;
        }
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ConsumerProtocolSubscription", v, 0, 3)?;
        w.array(false, &self.topics, "topics", |w, x| w.string(false, x, "topics"))?;
        w.nullable_bytes(false, self.user_data.as_ref(), "user_data")?;
        if v >= 1 {
            w.array(false, &self.owned_partitions, "owned_partitions", |w, x| x.encode(w, v))?;
        }
        if v >= 2 {
            w.int32(self.generation_id);
        }
        if v == 3 {
            w.nullable_string(false, self.rack_id.as_ref(), "rack_id")?;
        }
        Ok(())
    }
}

/// In [`ConsumerProtocolSubscription`].
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

crate::message::message!(ConsumerProtocolSubscription, Data, -1, 0..=3, i16::MAX);
