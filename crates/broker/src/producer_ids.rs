//! Producer ids, handed out from blocks that the controller gives (KIP-730).

use ottla_model::{ErrorCode, ProducerId};
use tokio::sync::Mutex;

use crate::metadata::MetadataHandle;

/// The block being handed out.
#[derive(Debug, Default)]
pub(crate) struct ProducerIds {
    // An async lock: who finds the block used up fetches the next one while the others wait for it.
    block: Mutex<std::ops::Range<ProducerId>>,
}

impl ProducerIds {
    /// An id that no producer of this cluster has had.
    ///
    /// # Errors
    /// The controller gave no block.
    pub(crate) async fn next(&self, metadata: &MetadataHandle) -> Result<ProducerId, ErrorCode> {
        let mut block = self.block.lock().await;
        if let Some(id) = block.next() {
            return Ok(id);
        }
        *block = metadata.allocate_producer_ids().await?;
        block.next().ok_or(ErrorCode::UnknownServerError)
    }
}
