//! A stand-in until the settings are read: fixed values for a single node. Replaced by the next merge.
use crate::cli;
use crate::logging::Format;
use ottla_broker::metadata::*;
use ottla_broker::settings::*;
use ottla_broker::storage::StorageSettings;
use ottla_broker::topic_settings::FixedSettings;
use ottla_controller::decide::*;
use ottla_controller::image::*;
use std::sync::Arc;
use std::time::Duration;
pub(crate) struct Loaded {
    pub node: NodeSettings,
    pub threads: usize,
    pub log_format: Format,
    pub notes: Vec<String>,
    pub warnings: Vec<String>,
}
struct R;
impl ConfigRules for R {
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
pub(crate) fn load(_a: &cli::Serve) -> Result<Loaded, Vec<String>> {
    let fixed = Arc::new(FixedSettings {
        node_id: 1,
        texts: Default::default(),
        own_defaults: true,
        producer_id_expiration_ms: 86_400_000,
    });
    let node = NodeSettings {
        node_id: 1,
        listeners: vec![ListenerSettings {
            name: "PLAINTEXT".into(),
            host: "127.0.0.1".into(),
            port: 9092,
            advertised_host: None,
            advertised_port: None,
            security_protocol: 0,
        }],
        admin: Some(AdminSettings { host: "127.0.0.1".into(), port: 9644, is_asked_for: false }),
        sockets: Default::default(),
        request_bytes_max: 100 << 20,
        connection_idle_max: Duration::from_secs(600),
        connections_max: usize::MAX,
        connections_per_ip_max: usize::MAX,
        fetch_bytes_max: 55 << 20,
        fetch_sessions_max: 1000,
        auto_create_topics: true,
        delete_topics: true,
        describe_partitions_max: 2000,
        shutdown_grace: Duration::from_millis(500),
        storage: StorageSettings::new(1, vec!["./ottla-data".into()]),
        metadata: MetadataSettings::new(Arc::new(R), fixed),
    };
    Ok(Loaded { node, threads: 0, log_format: Format::Human, notes: vec![], warnings: vec![] })
}
