//! OffsetDelete (key 47), version 0: a group was never in these partitions (KIP-496).

use std::sync::Arc;

use ottla_group::Answer;
use ottla_model::ErrorCode;
use ottla_wire::messages::offset_delete::{
    OffsetDeleteRequest, OffsetDeleteResponse, OffsetDeleteResponsePartition,
    OffsetDeleteResponseTopic,
};

use crate::groups::{self, Verdicts};
use crate::node::Node;
use crate::request::Request;

/// Answers OffsetDelete.
pub(crate) async fn serve(
    node: &Arc<Node>,
    _request: &Request,
    body: OffsetDeleteRequest,
) -> OffsetDeleteResponse {
    let image = node.metadata.image();
    let (mut verdicts, mut partitions) = (Verdicts::default(), Vec::new());
    for topic in &body.topics {
        verdicts.begin_topic();
        for one in &topic.partitions {
            match image.partition(&topic.name, one.partition_index) {
                Some(_) => {
                    verdicts.ask(one.partition_index);
                    partitions.push((Arc::from(&*topic.name), one.partition_index));
                }
                None => verdicts.refuse(one.partition_index, ErrorCode::UnknownTopicOrPartition),
            }
        }
    }
    let asked = groups::ask(node, &body.group_id, |state, _, token| {
        state.delete_offsets(token, &body.group_id, partitions)
    });
    let answered = match asked.await {
        Ok(Answer::Partitions(Ok(answered))) => answered,
        Ok(Answer::Partitions(Err(code))) | Err(code) => return refused(code),
        Ok(_) => return refused(ErrorCode::UnknownServerError),
    };
    let topics = body.topics.iter().zip(verdicts.answer(Ok(answered))).map(|(topic, verdicts)| {
        let partitions = verdicts.into_iter().map(|(partition_index, code)| {
            OffsetDeleteResponsePartition { partition_index, error_code: code.code() }
        });
        OffsetDeleteResponseTopic { name: topic.name.clone(), partitions: partitions.collect() }
    });
    OffsetDeleteResponse { topics: topics.collect(), ..OffsetDeleteResponse::default() }
}

fn refused(code: ErrorCode) -> OffsetDeleteResponse {
    OffsetDeleteResponse { error_code: code.code(), ..OffsetDeleteResponse::default() }
}
