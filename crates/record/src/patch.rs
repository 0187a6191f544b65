//! What a leader writes into a batch in place. Offset and leader epoch are outside the checksum and
//! cost two stores; the timestamp is inside and costs a pass over the batch.
//!
//! Every function takes the bytes of one whole batch, as [`crate::BatchView`] has checked them;
//! handing over less than a header is a bug and panics.

use ottla_base::{always, crc32c};
use ottla_model::{LeaderEpoch, Offset};

use crate::header::{
    ATTRIBUTES_AT, Attributes, BASE_OFFSET_AT, CRC_AT, LEADER_EPOCH_AT, MAX_TIMESTAMP_AT,
};
use crate::{BatchHeader, TimestampType};

/// Places a batch: its first record gets `base_offset`, and the leader's epoch is noted.
pub fn place(batch: &mut [u8], base_offset: Offset, leader_epoch: LeaderEpoch) {
    set_base_offset(batch, base_offset);
    set_partition_leader_epoch(batch, leader_epoch);
}

/// Sets the base offset. The checksum does not cover it.
pub fn set_base_offset(batch: &mut [u8], base_offset: Offset) {
    put(batch, BASE_OFFSET_AT, &base_offset.to_be_bytes());
}

/// Sets the partition leader epoch. The checksum does not cover it.
pub fn set_partition_leader_epoch(batch: &mut [u8], leader_epoch: LeaderEpoch) {
    put(batch, LEADER_EPOCH_AT, &leader_epoch.to_be_bytes());
}

/// Sets timestamp type and maximal timestamp and renews the checksum; does nothing if both are as
/// they should be.
pub fn set_max_timestamp(batch: &mut [u8], timestamp_type: TimestampType, max_timestamp: i64) {
    let header = header_of(batch);
    let attributes = header.attributes.with_timestamp_type(timestamp_type);
    if attributes == header.attributes && max_timestamp == header.max_timestamp {
        return;
    }
    put_attributes(batch, attributes.known());
    put(batch, MAX_TIMESTAMP_AT, &max_timestamp.to_be_bytes());
    renew_crc(batch);
}

/// Renews the checksum after a change behind it.
pub fn renew_crc(batch: &mut [u8]) {
    always!(batch.len() >= BatchHeader::LEN, "a batch has a header, not {} bytes", batch.len());
    let crc = crc32c(&batch[ATTRIBUTES_AT..]);
    put(batch, CRC_AT, &crc.to_be_bytes());
}

fn header_of(batch: &[u8]) -> BatchHeader {
    let bytes = batch.first_chunk::<{ BatchHeader::LEN }>();
    always!(bytes.is_some(), "a batch has a header, not {} bytes", batch.len());
    BatchHeader::read(bytes.unwrap_or(&[0; BatchHeader::LEN]))
}

fn put_attributes(batch: &mut [u8], attributes: Attributes) {
    put(batch, ATTRIBUTES_AT, &attributes.0.to_be_bytes());
}

fn put(batch: &mut [u8], at: usize, bytes: &[u8]) {
    always!(batch.len() >= BatchHeader::LEN, "a batch has a header, not {} bytes", batch.len());
    batch[at..at + bytes.len()].copy_from_slice(bytes);
}
