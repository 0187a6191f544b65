//! ZkMigrationStateRecord.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Record (metadata), key 21, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ZkMigrationStateRecord {
    pub zk_migration_state: i8,
}

impl ZkMigrationStateRecord {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("ZkMigrationStateRecord", v, 0, 0)?;
        let mut x = Self::default();
        x.zk_migration_state = r.int8("zk_migration_state")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("ZkMigrationStateRecord", v, 0, 0)?;
        w.int8(self.zk_migration_state);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(ZkMigrationStateRecord, MetadataRecord, 21, 0..=0, 0);
