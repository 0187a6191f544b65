//! Creates the topic of a workload.

use ottla_io::Io;
use ottla_model::ErrorCode;
use ottla_wire::Str;
use ottla_wire::messages::create_topics::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest,
};

use super::{Connection, Failure, PAUSE, Target};

/// Version of CreateTopics that is spoken.
const VERSION: i16 = 7;

/// Milliseconds the broker has.
const TIMEOUT_MS: i32 = 3000;

/// Creates `target`'s topic with one replica of each partition up to its own, asking until it
/// exists.
///
/// # Panics
/// When the broker refuses.
pub async fn create_topic(io: &Io, target: &Target, configs: &[(&str, &str)]) {
    let request = request(target, configs);
    loop {
        match ask(io, target, &request).await {
            Ok(ErrorCode::None | ErrorCode::TopicAlreadyExists) => return,
            Ok(error) if error.is_retriable() => {}
            Ok(error) => panic!("creating {} was refused: {error:?}", target.topic),
            Err(failure) => failure.tolerate_network(),
        }
        io.sleep(PAUSE).await;
    }
}

async fn ask(
    io: &Io,
    target: &Target,
    request: &CreateTopicsRequest,
) -> Result<ErrorCode, Failure> {
    let mut connection = Connection::open(io, target).await?;
    let response = connection.ask(request, VERSION).await?;
    let topic = response.topics.first();
    let code = topic.map(|topic| topic.error_code);
    code.and_then(ErrorCode::from_code)
        .ok_or_else(|| Failure::Protocol(format!("error code {code:?} for a topic")))
}

fn request(target: &Target, configs: &[(&str, &str)]) -> CreateTopicsRequest {
    let configs = configs.iter().map(|(name, value)| CreatableTopicConfig {
        name: Str::from(*name),
        value: Some(Str::from(*value)),
    });
    let topic = CreatableTopic {
        name: Str::from(target.topic.as_str()),
        num_partitions: target.partition + 1,
        replication_factor: 1,
        configs: configs.collect(),
        ..Default::default()
    };
    CreateTopicsRequest { topics: vec![topic], timeout_ms: TIMEOUT_MS, ..Default::default() }
}
