//! DeleteTopics (20): by id, once the names are resolved.

use alloc::vec::Vec;

use ottla_base::Uuid;
use ottla_model::ErrorCode;

use super::{Decision, Fault};
use crate::image::Image;
use crate::record::Record;

/// Decides which of the topics with these ids go. Each id comes once.
pub fn delete_topics(image: &Image, ids: &[Uuid]) -> Decision<Vec<(Uuid, Result<(), Fault>)>> {
    let mut records = Vec::new();
    let delete = |id: &Uuid| {
        if image.topic_by_id(*id).is_none() {
            return (*id, Err(Fault::standard(ErrorCode::UnknownTopicId)));
        }
        records.push(Record::RemoveTopic { topic_id: *id });
        (*id, Ok(()))
    };
    let response = ids.iter().map(delete).collect();
    Decision { records, response }
}
