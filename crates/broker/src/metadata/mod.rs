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
