//! Settings of a real node in a simulated world.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ottla_broker::settings::{ListenerSettings, NodeSettings};
use ottla_broker::topic_settings::FixedSettings;

/// The name under which clients are told to find it.
const HOST: &str = "broker";

/// A single node with Kafka's defaults, serving clients on every address at `port`, with its data
/// in `/data`. Topics are not created by themselves: scenarios say what there is.
pub fn settings(node_id: i32, port: u16) -> NodeSettings {
    settings_with(node_id, port, &[])
}

/// The same, with these names and values in its settings file, as far as they hold for topics.
pub fn settings_with(node_id: i32, port: u16, texts: &[(&str, &str)]) -> NodeSettings {
    settings_in(node_id, port, texts, vec!["/data".into()])
}

/// The same, with its data in these directories.
pub fn settings_in(
    node_id: i32,
    port: u16,
    texts: &[(&str, &str)],
    log_dirs: Vec<PathBuf>,
) -> NodeSettings {
    let texts = texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let fixed = FixedSettings {
        node_id,
        texts: texts.collect::<BTreeMap<_, _>>(),
        own_defaults: false,
        producer_id_expiration_ms: 86_400_000,
    };
    let listener = ListenerSettings {
        name: "PLAINTEXT".to_owned(),
        host: String::new(),
        port,
        advertised_host: Some(HOST.to_owned()),
        advertised_port: None,
        security_protocol: 0,
    };
    NodeSettings {
        listeners: vec![listener],
        auto_create_topics: false,
        ..NodeSettings::new(fixed, log_dirs)
    }
}
