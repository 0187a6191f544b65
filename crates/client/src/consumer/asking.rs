//! What a consumer can be asked about topics: where partitions begin and end, and which there are.

use std::collections::BTreeMap;
use std::sync::Arc;

use ottla_membership::ResetTo;
use ottla_model::TopicPartition;

use super::ConsumerHandle;
use super::offsets::{self, OffsetAndTimestamp};
use crate::{Error, ErrorKind, Result, TopicInfo};

impl ConsumerHandle {
    /// The first record of each partition that is not older than this (milliseconds since 1970); `None`
    /// where there is none.
    ///
    /// # Errors
    /// Time is up, or a leader refuses.
    pub async fn offsets_for_times(
        &self,
        times: &BTreeMap<TopicPartition, i64>,
    ) -> Result<BTreeMap<TopicPartition, Option<OffsetAndTimestamp>>> {
        let client = &self.shared.client;
        let mut retry = client.retry(self.shared.settings.default_api_timeout);
        let mut asked = times.clone();
        let mut all = BTreeMap::new();
        while !asked.is_empty() {
            let limit = retry.left().min(client.settings().request_timeout);
            let found = offsets::list(client, &asked, self.shared.reads_committed(), limit).await;
            let mut trouble = None;
            for (partition, found) in found {
                match found {
                    Ok(found) => {
                        asked.remove(&partition);
                        all.insert(partition, found);
                    }
                    Err(error) if error.is_retriable() => trouble = Some(error),
                    Err(error) => return Err(error),
                }
            }
            if !asked.is_empty() {
                let missing = || Error::new(ErrorKind::Malformed, "an offset is not in the answer");
                retry.after(trouble.unwrap_or_else(missing)).await?;
            }
        }
        Ok(all)
    }

    /// Offsets of the oldest records.
    ///
    /// # Errors
    /// As [`ConsumerHandle::offsets_for_times`].
    pub async fn beginning_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, i64>> {
        self.ends(partitions, ResetTo::Earliest).await
    }

    /// Offsets behind the last records that may be read.
    ///
    /// # Errors
    /// As [`ConsumerHandle::offsets_for_times`].
    pub async fn end_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, i64>> {
        self.ends(partitions, ResetTo::Latest).await
    }

    /// A topic and its partitions.
    ///
    /// # Errors
    /// It is not there within `default.api.timeout.ms`.
    pub async fn partitions_for(&self, topic: &str) -> Result<Arc<TopicInfo>> {
        let limit = self.shared.settings.default_api_timeout;
        let found = self.shared.client.topics(&[topic], limit).await?;
        found.into_iter().next().ok_or_else(|| Error::new(ErrorKind::Malformed, "no topic is told"))
    }

    async fn ends(
        &self,
        partitions: &[TopicPartition],
        which: ResetTo,
    ) -> Result<BTreeMap<TopicPartition, i64>> {
        let times = partitions.iter().map(|it| (it.clone(), which.timestamp())).collect();
        let found = self.offsets_for_times(&times).await?;
        Ok(found.into_iter().map(|(it, found)| (it, found.map_or(0, |it| it.offset))).collect())
    }
}
