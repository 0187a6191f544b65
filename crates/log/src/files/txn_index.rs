//! `N.txnindex`: the aborted transactions whose marker lies in `N.log`, in the order of their
//! markers. Entries of 34 bytes. The file is missing where no transaction was aborted.

use ottla_model::{Offset, ProducerId};

use super::field;

/// Bytes of an entry.
pub const ENTRY_BYTES: u64 = 34;
const VERSION: i16 = 0;

/// One aborted transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbortedTxn {
    /// Whose transaction it was.
    pub producer_id: ProducerId,
    /// Offset of its first record.
    pub first_offset: Offset,
    /// Offset of its abort marker.
    pub last_offset: Offset,
    /// First offset that was undecided once this transaction was over.
    pub last_stable_offset: Offset,
}

impl AbortedTxn {
    /// The entry as it is stored.
    pub fn to_bytes(self) -> [u8; 34] {
        let mut out = [0; 34];
        out[..2].copy_from_slice(&VERSION.to_be_bytes());
        out[2..10].copy_from_slice(&self.producer_id.to_be_bytes());
        out[10..18].copy_from_slice(&self.first_offset.to_be_bytes());
        out[18..26].copy_from_slice(&self.last_offset.to_be_bytes());
        out[26..].copy_from_slice(&self.last_stable_offset.to_be_bytes());
        out
    }

    /// The entry these bytes hold; `None` for another version.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if i16::from_be_bytes(field(bytes, 0)?) != VERSION {
            return None;
        }
        Some(Self {
            producer_id: i64::from_be_bytes(field(bytes, 2)?),
            first_offset: i64::from_be_bytes(field(bytes, 10)?),
            last_offset: i64::from_be_bytes(field(bytes, 18)?),
            last_stable_offset: i64::from_be_bytes(field(bytes, 26)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_form_survives_and_other_versions_are_refused() {
        let txn = AbortedTxn {
            producer_id: 1,
            first_offset: 2,
            last_offset: 3,
            last_stable_offset: 0x0405,
        };
        let bytes = txn.to_bytes();
        assert_eq!(bytes[..3], [0, 0, 0]);
        assert_eq!(bytes[32..], [4, 5]);
        assert_eq!(AbortedTxn::from_bytes(&bytes), Some(txn));
        assert_eq!(AbortedTxn::from_bytes(&bytes[..33]), None);
        let mut newer = bytes;
        newer[1] = 1;
        assert_eq!(AbortedTxn::from_bytes(&newer), None);
    }
}
