//! Settings of a real node in a simulated world.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ottla_broker::metadata::MetadataSettings;
use ottla_broker::settings::{ListenerSettings, NodeSettings};
use ottla_broker::storage::StorageSettings;
use ottla_broker::topic_settings::FixedSettings;
use ottla_controller::decide::{ConfigRules, Fault, Settled};
use ottla_controller::image::{ConfigResource, ResourceType};

/// A single node with Kafka's defaults, serving clients on every address at `port`, with its data
/// in `/data`.
pub fn settings(node_id: i32, port: u16) -> NodeSettings {
    let fixed = Arc::new(FixedSettings {
        node_id,
        texts: BTreeMap::new(),
        own_defaults: false,
        producer_id_expiration_ms: 86_400_000,
    });
    let listener = ListenerSettings {
        name: "PLAINTEXT".to_owned(),
        host: String::new(),
        port,
        advertised_host: None,
        advertised_port: None,
        security_protocol: 0,
    };
    NodeSettings {
        node_id,
        listeners: vec![listener],
        admin: None,
        sockets: ottla_io::SocketOptions::default(),
        request_bytes_max: 100 << 20,
        connection_idle_max: Duration::from_secs(600),
        connections_max: usize::MAX,
        connections_per_ip_max: usize::MAX,
        fetch_bytes_max: 55 << 20,
        fetch_sessions_max: 1000,
        auto_create_topics: false,
        delete_topics: true,
        describe_partitions_max: 2000,
        shutdown_grace: Duration::from_millis(500),
        storage: StorageSettings::new(node_id, vec!["/data".into()]),
        metadata: MetadataSettings::new(Arc::new(AnySetting), fixed),
    }
}

/// Takes every setting: scenarios know what they ask for.
struct AnySetting;

impl ConfigRules for AnySetting {
    fn check(&self, _: &ConfigResource, _: &Settled, _: &Settled) -> Result<(), Fault> {
        Ok(())
    }

    fn is_list(&self, _: ResourceType, _: &str) -> bool {
        false
    }

    fn list_default(&self, _: ResourceType, _: &str) -> Option<String> {
        None
    }
}
