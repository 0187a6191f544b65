//! ConsumerGroupRegularExpressionKey, ConsumerGroupRegularExpressionValue.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (group-key), key 16, versions 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupRegularExpressionKey {
    pub group_id: Str,
    pub regular_expression: Str,
}

impl ConsumerGroupRegularExpressionKey {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ConsumerGroupRegularExpressionKey", v, 0, 0)?;
        let mut x = Self::default();
        x.group_id = r.string(false, "group_id")?;
        x.regular_expression = r.string(false, "regular_expression")?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ConsumerGroupRegularExpressionKey", v, 0, 0)?;
        w.string(false, &self.group_id, "group_id")?;
        w.string(false, &self.regular_expression, "regular_expression")?;
        Ok(())
    }
}

crate::message::message!(ConsumerGroupRegularExpressionKey, GroupKey, 16, 0..=0, i16::MAX);

/// Record (group-value), key 16, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ConsumerGroupRegularExpressionValue {
    pub topics: Vec<Str>,
    pub version: i64,
    pub timestamp: i64,
}

impl ConsumerGroupRegularExpressionValue {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ConsumerGroupRegularExpressionValue", v, 0, 0)?;
        let mut x = Self::default();
        x.topics = r.array::<_, 1>(true, "topics", |r| r.string(true, "topics"))?;
        x.version = r.int64("version")?;
        x.timestamp = r.int64("timestamp")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ConsumerGroupRegularExpressionValue", v, 0, 0)?;
        w.array(true, &self.topics, "topics", |w, x| w.string(true, x, "topics"))?;
        w.int64(self.version);
        w.int64(self.timestamp);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ConsumerGroupRegularExpressionValue, GroupValue, 16, 0..=0, 0);
