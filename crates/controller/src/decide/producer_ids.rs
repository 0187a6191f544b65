//! AllocateProducerIds (67): blocks of ids that nobody else gets.

use ottla_model::{BrokerId, ErrorCode, ProducerId};

use super::brokers::check_epoch;
use super::{Decision, Fault};
use crate::image::Image;
use crate::record::Record;

/// Ids in a block, as in Kafka.
pub const PRODUCER_IDS_PER_BLOCK: i32 = 1000;

/// Ids that a broker may give to producers: `len` of them from `first` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerIdBlock {
    /// The first id.
    pub first: ProducerId,
    /// How many.
    pub len: i32,
}

/// Gives the next block to a registered broker.
///
/// # Errors
/// When the broker is not registered at that epoch, or all ids are used up.
pub fn allocate_producer_ids(
    image: &Image,
    broker_id: BrokerId,
    broker_epoch: i64,
) -> Result<Decision<ProducerIdBlock>, Fault> {
    check_epoch(image, broker_id, broker_epoch)?;
    let first = image.producer_ids.next.max(0);
    let len = PRODUCER_IDS_PER_BLOCK;
    let Some(next_producer_id) = first.checked_add(i64::from(len)) else {
        return Err(Fault::new(
            ErrorCode::UnknownServerError,
            "Exhausted all producerIds as the next block's end producerId has exceeded the int64 \
             type limit",
        ));
    };
    Ok(Decision {
        records: [Record::ProducerIds { broker_id, broker_epoch, next_producer_id }].into(),
        response: ProducerIdBlock { first, len },
    })
}
