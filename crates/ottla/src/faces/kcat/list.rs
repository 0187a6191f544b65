//! `-L`: brokers, topics and partitions as one broker tells them.

use ottla_client::{Client, Route};
use ottla_io::Io;
use ottla_wire::Str;
use ottla_wire::messages::metadata::{MetadataRequest, MetadataRequestTopic, MetadataResponse};

use super::errors::{of_code, sentence};
use super::options::Options;
use super::{Ended, Outcome, json};
use crate::console::Console;

/// Asks one broker for a topic, or for all.
pub(super) async fn ask(
    client: &Client,
    topic: Option<&str>,
    options: &Options,
) -> Outcome<MetadataResponse> {
    let topics = topic.map(|topic| {
        let name = Some(Str::from(topic));
        vec![MetadataRequestTopic { name, ..MetadataRequestTopic::default() }]
    });
    let build = |version: i16| MetadataRequest {
        topics: topics.clone(),
        allow_auto_topic_creation: version < 4,
        ..MetadataRequest::default()
    };
    let route = Route::any();
    let answered = client.call_versioned(&route, options.timeout, 1..=12, build);
    let answer = client.io().timeout(options.timeout, answered).await;
    match answer {
        Some(Ok((_, answer))) => Ok(answer),
        Some(Err(error)) => Err(Ended::Fatal(sentence(&error))),
        None => Err(Ended::Fatal("Local: Broker transport failure".to_owned())),
    }
}

pub(super) async fn run(io: &Io, options: &Options, console: &mut Console) -> Outcome {
    let client = Client::new(io.clone(), options.settings.common()?);
    let client = client
        .map_err(|why| Ended::Fatal(format!("Failed to create producer: {}", why.message())))?;
    let answer = ask(&client, options.topic.as_deref(), options).await.map_err(|ended| match ended {
        Ended::Fatal(why) if why.ends_with("transport failure") => Ended::Fatal(format!(
            "Failed to acquire metadata: {why} (Are the brokers reachable? Also try increasing the metadata timeout with -m <timeout>?)"
        )),
        Ended::Fatal(why) => Ended::Fatal(format!("Failed to acquire metadata: {why}")),
        other => other,
    })?;
    let told_by = told_by(&client, &answer);
    if options.is_json {
        let mut out = Vec::new();
        print_json(&answer, &told_by, options, &mut out);
        console.bytes(&out);
    } else {
        print(&answer, &told_by, options, console);
    }
    Ok(())
}

/// The broker that answered: its number and its name. That is the one of those named at first that
/// the cluster knows, or its first.
fn told_by(client: &Client, answer: &MetadataResponse) -> (i32, String) {
    let name = |id: i32, host: &str, port: i32| (id, format!("{host}:{port}/{id}"));
    let named = &client.settings().bootstrap_servers;
    let mut brokers = answer.brokers.iter();
    let found =
        brokers.find(|it| named.iter().any(|name| *name == format!("{}:{}", it.host, it.port)));
    match found.or(answer.brokers.first()) {
        Some(broker) => name(broker.node_id, &broker.host, broker.port),
        None => (-1, named.first().map_or_else(String::new, |name| format!("{name}/bootstrap"))),
    }
}

fn print(
    answer: &MetadataResponse,
    told_by: &(i32, String),
    options: &Options,
    console: &mut Console,
) {
    let what = options.topic.as_deref().unwrap_or("all topics");
    console.line(format_args!("Metadata for {what} (from broker {}: {}):", told_by.0, told_by.1));
    console.line(format_args!(" {} brokers:", answer.brokers.len()));
    for broker in &answer.brokers {
        let controller = if broker.node_id == answer.controller_id { " (controller)" } else { "" };
        let (id, host, port) = (broker.node_id, &broker.host, broker.port);
        console.line(format_args!("  broker {id} at {host}:{port}{controller}"));
    }
    console.line(format_args!(" {} topics:", answer.topics.len()));
    for topic in &answer.topics {
        let name = topic.name.as_ref().map(|name| name.as_str()).unwrap_or_default();
        let error = match topic.error_code {
            0 => String::new(),
            // LEADER_NOT_AVAILABLE: soon over.
            5 => format!(" {} (try again)", of_code(5)),
            code => format!(" {}", of_code(code)),
        };
        console.line(format_args!(
            "  topic \"{name}\" with {} partitions:{error}",
            topic.partitions.len()
        ));
        for partition in &topic.partitions {
            let error = match partition.error_code {
                0 => String::new(),
                code => format!(", {}", of_code(code)),
            };
            console.line(format_args!(
                "    partition {}, leader {}, replicas: {}, isrs: {}{error}",
                partition.partition_index,
                partition.leader_id,
                joined(&partition.replica_nodes),
                joined(&partition.isr_nodes)
            ));
        }
    }
}

fn joined(ids: &[i32]) -> String {
    ids.iter().map(i32::to_string).collect::<Vec<_>>().join(",")
}

fn print_json(
    answer: &MetadataResponse,
    told_by: &(i32, String),
    options: &Options,
    out: &mut Vec<u8>,
) {
    let quoted = |text: &str| {
        let mut bytes = Vec::new();
        json::text(text.as_bytes(), &mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let list = |items: Vec<String>| format!("[{}]", items.join(","));
    let ids = |ids: &[i32]| list(ids.iter().map(|id| format!("{{\"id\":{id}}}")).collect());
    let error = |code: i16| match code {
        0 => String::new(),
        code => format!("\"error\":{},", quoted(&of_code(code))),
    };
    let brokers = answer.brokers.iter().map(|broker| {
        let name = quoted(&format!("{}:{}", broker.host, broker.port));
        format!("{{\"id\":{},\"name\":{name}}}", broker.node_id)
    });
    let topics = answer.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|it| {
            format!(
                "{{\"partition\":{},{}\"leader\":{},\"replicas\":{},\"isrs\":{}}}",
                it.partition_index,
                error(it.error_code),
                it.leader_id,
                ids(&it.replica_nodes),
                ids(&it.isr_nodes)
            )
        });
        let name = quoted(topic.name.as_ref().map(|name| name.as_str()).unwrap_or_default());
        format!(
            "{{\"topic\":{name},{}\"partitions\":{}}}",
            error(topic.error_code),
            list(partitions.collect())
        )
    });
    let text = format!(
        "{{\"originating_broker\":{{\"id\":{},\"name\":{}}},\"query\":{{\"topic\":{}}},\"controllerid\":{},\"brokers\":{},\"topics\":{}}}",
        told_by.0,
        quoted(&told_by.1),
        quoted(options.topic.as_deref().unwrap_or("*")),
        answer.controller_id,
        list(brokers.collect()),
        list(topics.collect())
    );
    out.extend_from_slice(text.as_bytes());
}
