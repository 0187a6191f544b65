//! DelegationTokenRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 10, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DelegationTokenRecord {
    pub owner: Str,
    pub requester: Str,
    pub renewers: Vec<Str>,
    pub issue_timestamp: i64,
    pub max_timestamp: i64,
    pub expiration_timestamp: i64,
    pub token_id: Str,
}

impl DelegationTokenRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DelegationTokenRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.owner = r.string(true, "owner")?;
        x.requester = r.string(true, "requester")?;
        x.renewers = r.array::<_, 1>(true, "renewers", |r| r.string(true, "renewers"))?;
        x.issue_timestamp = r.int64("issue_timestamp")?;
        x.max_timestamp = r.int64("max_timestamp")?;
        x.expiration_timestamp = r.int64("expiration_timestamp")?;
        x.token_id = r.string(true, "token_id")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DelegationTokenRecord", v, 0, 0)?;
        w.string(true, &self.owner, "owner")?;
        w.string(true, &self.requester, "requester")?;
        w.array(true, &self.renewers, "renewers", |w, x| w.string(true, x, "renewers"))?;
        w.int64(self.issue_timestamp);
        w.int64(self.max_timestamp);
        w.int64(self.expiration_timestamp);
        w.string(true, &self.token_id, "token_id")?;
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(DelegationTokenRecord, MetadataRecord, 10, 0..=0, 0);
