//! Partitions that requests name by topic name or by topic id.

use std::sync::Arc;

use ottla_base::Uuid;
use ottla_controller::Image;
use ottla_controller::image::Topic;
use ottla_model::ErrorCode;

/// The topic that a request means.
///
/// # Errors
/// [`ErrorCode::UnknownTopicId`] or, for a name, [`ErrorCode::UnknownTopicOrPartition`].
pub(crate) fn topic<'a>(
    image: &'a Image,
    by_id: bool,
    id: Uuid,
    name: &str,
) -> Result<&'a Arc<Topic>, ErrorCode> {
    match by_id {
        true => image.topic_by_id(id).ok_or(ErrorCode::UnknownTopicId),
        false => image.topic(name).ok_or(ErrorCode::UnknownTopicOrPartition),
    }
}

/// Requests name partitions by topic, and each one is answered. What can be asked of the coordinator is
/// asked at once; this remembers where the verdicts go.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    all: Vec<Vec<(i32, ErrorCode)>>,
    asked: Vec<(usize, usize)>,
}

impl Verdicts {
    /// The next topic of the request.
    pub(crate) fn begin_topic(&mut self) {
        self.all.push(Vec::new());
    }

    /// A partition of the topic that is answered already.
    pub(crate) fn refuse(&mut self, partition: i32, code: ErrorCode) {
        if let Some(topic) = self.all.last_mut() {
            topic.push((partition, code));
        }
    }

    /// A partition of the topic that the coordinator is asked about.
    pub(crate) fn ask(&mut self, partition: i32) {
        let place = self.all.len().saturating_sub(1);
        if let Some(topic) = self.all.last_mut() {
            self.asked.push((place, topic.len()));
            topic.push((partition, ErrorCode::UnknownServerError));
        }
    }

    /// What the coordinator said, in the order in which it was asked.
    pub(crate) fn answer(
        mut self,
        answer: Result<Vec<Result<(), ErrorCode>>, ErrorCode>,
    ) -> Vec<Vec<(i32, ErrorCode)>> {
        for (nth, (topic, partition)) in self.asked.iter().enumerate() {
            let verdict = match &answer {
                Ok(verdicts) => verdicts.get(nth).copied(),
                Err(code) => Some(Err(*code)),
            };
            let place = self.all.get_mut(*topic).and_then(|topic| topic.get_mut(*partition));
            if let (Some(place), Some(verdict)) = (place, verdict) {
                place.1 = verdict.err().unwrap_or(ErrorCode::None);
            }
        }
        self.all
    }
}
