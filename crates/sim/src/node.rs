//! Settings of a real node in a simulated world.

use std::collections::BTreeMap;

use ottla_broker::settings::{ListenerSettings, NodeSettings};
use ottla_broker::topic_settings::FixedSettings;

/// A single node with Kafka's defaults, serving clients on every address at `port`, with its data
/// in `/data`. Topics are not created by themselves: scenarios say what they use.
pub fn settings(node_id: i32, port: u16) -> NodeSettings {
    let fixed = FixedSettings {
        node_id,
        texts: BTreeMap::new(),
        own_defaults: false,
        producer_id_expiration_ms: 86_400_000,
    };
    let listener = ListenerSettings {
        name: "PLAINTEXT".to_owned(),
        host: String::new(),
        port,
        advertised_host: None,
        advertised_port: None,
        security_protocol: 0,
    };
    NodeSettings {
        listeners: vec![listener],
        auto_create_topics: false,
        ..NodeSettings::new(fixed, vec!["/data".into()])
    }
}
