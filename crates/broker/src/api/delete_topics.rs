//! DeleteTopics (key 20), versions 1-6.
//!
//! - v5: error messages; v6: by topic id.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ottla_base::Uuid;
use ottla_controller::Image;
use ottla_controller::decide::Fault;
use ottla_model::ErrorCode;
use ottla_wire::Str;
use ottla_wire::messages::delete_topics::{
    DeletableTopicResult, DeleteTopicState, DeleteTopicsRequest, DeleteTopicsResponse,
};

use crate::request::Request;
use crate::node::Node;

/// First version that says so when topics may not be deleted; before, the request is invalid.
const DISABLED_VERSION_MIN: i16 = 3;

/// Answers DeleteTopics.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: DeleteTopicsRequest,
) -> DeleteTopicsResponse {
    let image = node.metadata.image();
    let mut wanted = body.topics;
    wanted.extend(body.topic_names.into_iter().map(|name| DeleteTopicState {
        name: Some(name),
        ..DeleteTopicState::default()
    }));
    let mut found: Vec<Found> = if node.settings.delete_topics {
        find_all(&image, &wanted)
    } else {
        let error = if request.version >= DISABLED_VERSION_MIN {
            ErrorCode::TopicDeletionDisabled
        } else {
            ErrorCode::InvalidRequest
        };
        wanted.iter().map(|topic| Found::refused(topic, Fault::standard(error))).collect()
    };
    let ids: Vec<Uuid> = found.iter().filter_map(|topic| topic.id.clone().ok()).collect();
    if !ids.is_empty() {
        delete(node, &mut found, ids).await;
    }
    DeleteTopicsResponse {
        responses: found.into_iter().map(Found::answer).collect(),
        ..DeleteTopicsResponse::default()
    }
}

/// A topic that was named, and its id or why it cannot be deleted.
struct Found {
    name: Option<Str>,
    asked_id: Uuid,
    id: Result<Uuid, Fault>,
}

impl Found {
    fn refused(wanted: &DeleteTopicState, fault: Fault) -> Self {
        Self { name: wanted.name.clone(), asked_id: wanted.topic_id, id: Err(fault) }
    }

    fn answer(self) -> DeletableTopicResult {
        match self.id {
            Ok(topic_id) => DeletableTopicResult {
                name: self.name,
                topic_id,
                ..DeletableTopicResult::default()
            },
            Err(fault) => DeletableTopicResult {
                name: self.name,
                topic_id: self.asked_id,
                error_code: fault.code.code(),
                error_message: fault.message.map(Into::into),
            },
        }
    }
}

/// Finds what is wanted. What is wanted twice is refused, and told once.
fn find_all(image: &Image, wanted: &[DeleteTopicState]) -> Vec<Found> {
    let mut mentions: BTreeMap<(Option<&Str>, Uuid), usize> = BTreeMap::new();
    for topic in wanted {
        *mentions.entry((topic.name.as_ref(), topic.topic_id)).or_default() += 1;
    }
    let mut found = Vec::with_capacity(mentions.len());
    for topic in wanted {
        let times = mentions.insert((topic.name.as_ref(), topic.topic_id), 0).unwrap_or_default();
        let is_one = topic.name.is_some() == topic.topic_id.is_zero();
        match times {
            0 => {}
            2.. if !is_one => found.extend((0..times).map(|_| find(image, topic))),
            2.. => {
                let by = if topic.name.is_some() { "name" } else { "id" };
                let fault = invalid(format!("Duplicate topic {by}."));
                found.push(Found::refused(topic, fault));
            }
            _ => found.push(find(image, topic)),
        }
    }
    refuse_named_twice(&mut found);
    found
}

/// A topic may be wanted by name and by id at once: it is then refused, and told by its name alone.
fn refuse_named_twice(found: &mut Vec<Found>) {
    let by_id: BTreeSet<Uuid> =
        found.iter().map(|topic| topic.asked_id).filter(|id| !id.is_zero()).collect();
    let named: BTreeSet<Uuid> = found
        .iter()
        .filter(|topic| topic.asked_id.is_zero())
        .filter_map(|topic| topic.id.as_ref().ok().copied())
        .filter(|id| by_id.contains(id))
        .collect();
    found.retain(|topic| !named.contains(&topic.asked_id));
    for topic in found {
        let Some(id) = topic.id.as_ref().ok().copied().filter(|id| named.contains(id)) else {
            continue;
        };
        topic.asked_id = id;
        let text = "The provided topic name maps to an ID that was already supplied.";
        topic.id = Err(invalid(text.to_owned()));
    }
}

fn invalid(text: String) -> Fault {
    Fault::new(ErrorCode::InvalidRequest, text)
}

fn find(image: &Image, wanted: &DeleteTopicState) -> Found {
    let refused = |code, text: &str| Found::refused(wanted, Fault::new(code, text));
    let topic = match (&wanted.name, wanted.topic_id.is_zero()) {
        (Some(_), false) => {
            let text = "You may not specify both topic name and topic id.";
            return refused(ErrorCode::InvalidRequest, text);
        }
        (None, true) => {
            let text = "Neither topic name nor id were specified.";
            return refused(ErrorCode::InvalidRequest, text);
        }
        (Some(name), true) => match image.topic(name) {
            Some(topic) => topic,
            None => {
                return Found::refused(wanted, Fault::standard(ErrorCode::UnknownTopicOrPartition));
            }
        },
        (None, false) => match image.topic_by_id(wanted.topic_id) {
            Some(topic) => topic,
            None => return Found::refused(wanted, Fault::standard(ErrorCode::UnknownTopicId)),
        },
    };
    Found { name: Some((*topic.name).into()), asked_id: wanted.topic_id, id: Ok(topic.id) }
}

async fn delete(node: &Arc<Node>, found: &mut [Found], ids: Vec<Uuid>) {
    let deleted = node.metadata.delete_topics(ids.clone()).await;
    let results: BTreeMap<Uuid, Result<(), Fault>> = match deleted {
        Ok(results) => results.into_iter().collect(),
        Err(fault) => ids.into_iter().map(|id| (id, Err(fault.clone()))).collect(),
    };
    for topic in found {
        let result = topic.id.as_ref().ok().and_then(|id| results.get(id));
        if let Some(Err(fault)) = result {
            topic.id = Err(fault.clone());
        }
    }
}
