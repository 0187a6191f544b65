//! stub
use crate::storage::Storage;
use ottla_controller::Image;
use ottla_io::Io;
use ottla_model::ErrorCode;
use std::sync::Arc;
#[derive(Debug, Clone)]
pub struct MetadataSettings;
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub listener: String,
    pub host: String,
    pub port: u16,
}
#[derive(Debug, Clone)]
pub struct MetadataHandle(Arc<Image>);
impl MetadataHandle {
    pub async fn start(
        _io: &Io,
        _s: MetadataSettings,
        _st: &Arc<Storage>,
        _e: Vec<Endpoint>,
    ) -> Result<Self, String> {
        Ok(Self(Arc::default()))
    }
    pub fn image(&self) -> Arc<Image> {
        self.0.clone()
    }
    pub fn is_active(&self) -> bool {
        true
    }
    pub async fn allocate_producer_ids(&self) -> Result<std::ops::Range<i64>, ErrorCode> {
        Ok(0..1000)
    }
    pub async fn stop(&self) {}
}
pub mod changes {
    use ottla_base::Uuid;
    use ottla_controller::decide::{
        CreatePartitionsResponse, CreateTopicsResponse, Fault, MorePartitions, NewTopic,
    };
    impl super::MetadataHandle {
        pub async fn create_topics(
            &self,
            _t: Vec<NewTopic>,
            _v: bool,
        ) -> Result<CreateTopicsResponse, Fault> {
            Ok(vec![])
        }
        pub async fn delete_topics(
            &self,
            _t: Vec<Uuid>,
        ) -> Result<Vec<(Uuid, Result<(), Fault>)>, Fault> {
            Ok(vec![])
        }
        pub async fn create_partitions(
            &self,
            _t: Vec<MorePartitions>,
            _v: bool,
        ) -> Result<CreatePartitionsResponse, Fault> {
            Ok(vec![])
        }
    }
}
