//! DefaultPrincipalData.
//!
//! Generated from `messages/` by `cargo xtask codegen`; not edited.

use crate::generated::prelude::*;

/// Stored structure, versions 0, flexible 0+.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DefaultPrincipalData {
    pub r#type: Str,
    pub name: Str,
    pub token_authenticated: bool,
}

impl DefaultPrincipalData {
    /// Reads this from `r` as version `v` has it.
    pub fn decode(r: &mut Reader, v: i16) -> Result<Self, DecodeError> {
        r.check_version("DefaultPrincipalData", v, 0, 0)?;
        let mut x = Self::default();
        x.r#type = r.string(true, "type")?;
        x.name = r.string(true, "name")?;
        x.token_authenticated = r.bool("token_authenticated")?;
        r.skip_tags()?;
        Ok(x)
    }

    /// Writes this to `w` as version `v` has it.
    pub fn encode(&self, w: &mut Encoder, v: i16) -> Result<(), EncodeError> {
        w.check_version("DefaultPrincipalData", v, 0, 0)?;
        w.string(true, &self.r#type, "type")?;
        w.string(true, &self.name, "name")?;
        w.bool(self.token_authenticated);
        w.no_tags();
        Ok(())
    }
}

crate::message::message!(DefaultPrincipalData, Data, -1, 0..=0, 0);
