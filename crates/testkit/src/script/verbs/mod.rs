//! The requests a script can make, under Kafka's names with dashes: one file per group.

mod cluster;
mod configs;
mod records;
mod topics;

use ottla_wire::ApiKey;

use super::session::{Manner, Session};
use super::words::Words;
use super::world;

/// How long another broker may need until a change is everywhere.
const PEER_SETTLES: std::time::Duration = std::time::Duration::from_millis(300);

type Answer = Result<String, String>;

/// Runs one command.
pub(super) async fn run(session: &mut Session, line: &str) -> Answer {
    let mut line = line;
    if let Some(rest) = line.strip_prefix("later ") {
        let (name, rest) = rest.split_once(' ').ok_or("later NAME REQUEST")?;
        session.set_later(name);
        line = rest;
    }
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    if let Some(answer) = world::run(session, verb, Words::parse(rest)).await {
        return answer;
    }
    let api = api_of(verb).ok_or("no such command")?;
    let newest = *api.advertised_versions(false).end();
    let oldest = *api.versions().start();
    let text: Option<String> = Words::parse(rest).optional("version")?;
    let versions = match text.as_deref() {
        None => return ask(session, api, newest, rest).await,
        Some("all") => oldest..=newest,
        Some(text) => match text.split_once("..") {
            None => {
                return ask(session, api, text.parse().map_err(|_| "which version?")?, rest).await;
            }
            Some((from, to)) => {
                let bound = |text: &str, default| {
                    if text.is_empty() { Ok(default) } else { text.parse() }
                };
                bound(from, oldest).map_err(|_| "which version?")?
                    ..=bound(to, newest).map_err(|_| "which version?")?
            }
        },
    };
    let mut answers: Vec<(i16, i16, String)> = Vec::new();
    for version in versions {
        let answer = ask_as(session, api, version, rest).await?;
        match answers.last_mut() {
            Some((_, last, same)) if *same == answer => *last = version,
            _ => answers.push((version, version, answer)),
        }
    }
    let paragraphs = answers.into_iter().map(|(first, last, answer)| {
        let head = if first == last { format!("v{first}\n") } else { format!("v{first}-{last}\n") };
        let answer = if answer.is_empty() { "ok\n".to_owned() } else { answer };
        answer.lines().fold(head, |text, line| text + "  " + line + "\n")
    });
    Ok(paragraphs.collect())
}

/// Asks with `{v}` in the words as the version, and shows it so in the answer.
async fn ask_as(session: &mut Session, api: ApiKey, version: i16, words: &str) -> Answer {
    let number = version.to_string();
    let mut answer = ask(session, api, version, &words.replace("{v}", &number)).await?;
    let templates = words.split([' ', '=', ':', '-']).filter(|word| word.contains("{v}"));
    for template in templates {
        answer = answer.replace(&template.replace("{v}", &number), template);
    }
    Ok(answer)
}

async fn ask(session: &mut Session, api: ApiKey, version: i16, words: &str) -> Answer {
    let answer = ask_at_once(session, api, version, words).await;
    let changes = [
        ApiKey::CreateTopics,
        ApiKey::CreatePartitions,
        ApiKey::DeleteTopics,
        ApiKey::AlterConfigs,
        ApiKey::IncrementalAlterConfigs,
    ];
    if session.peer.is_some() && changes.contains(&api) {
        // Others answer before they have done it.
        session.io().sleep(PEER_SETTLES).await;
    }
    answer
}

async fn ask_at_once(session: &mut Session, api: ApiKey, version: i16, words: &str) -> Answer {
    let mut words = Words::parse(words);
    let _: Option<String> = words.optional("version")?;
    let manner = Manner::take(&mut words, version)?;
    match api {
        ApiKey::Produce => records::produce(session, manner, words).await,
        ApiKey::Fetch => records::fetch(session, manner, words).await,
        ApiKey::ListOffsets => records::list_offsets(session, manner, words).await,
        ApiKey::DeleteRecords => records::delete_records(session, manner, words).await,
        ApiKey::OffsetForLeaderEpoch => {
            records::offset_for_leader_epoch(session, manner, words).await
        }
        ApiKey::InitProducerId => records::init_producer_id(session, manner, words).await,
        ApiKey::CreateTopics => topics::create_topics(session, manner, words).await,
        ApiKey::DeleteTopics => topics::delete_topics(session, manner, words).await,
        ApiKey::CreatePartitions => topics::create_partitions(session, manner, words).await,
        ApiKey::ElectLeaders => topics::elect_leaders(session, manner, words).await,
        ApiKey::Metadata => topics::metadata(session, manner, words).await,
        ApiKey::DescribeTopicPartitions => {
            topics::describe_topic_partitions(session, manner, words).await
        }
        ApiKey::DescribeLogDirs => topics::describe_log_dirs(session, manner, words).await,
        ApiKey::DescribeConfigs => configs::describe_configs(session, manner, words).await,
        ApiKey::AlterConfigs => configs::alter_configs(session, manner, words).await,
        ApiKey::IncrementalAlterConfigs => {
            configs::incremental_alter_configs(session, manner, words).await
        }
        ApiKey::ListConfigResources => configs::list_config_resources(session, manner, words).await,
        ApiKey::ApiVersions => cluster::api_versions(session, manner, words).await,
        ApiKey::DescribeCluster => cluster::describe_cluster(session, manner, words).await,
        ApiKey::DescribeQuorum => cluster::describe_quorum(session, manner, words).await,
        ApiKey::UpdateFeatures => cluster::update_features(session, manner, words).await,
        ApiKey::UnregisterBroker => cluster::unregister_broker(session, manner, words).await,
        _ => Err("no such request here".to_owned()),
    }
}

fn api_of(verb: &str) -> Option<ApiKey> {
    let name: String = verb.split('-').map(capitalized).collect();
    ApiKey::all().find(|api| api.name() == name)
}

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_uppercase() + rest
}
