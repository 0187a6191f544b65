//! The changes that more than one request leads to, or that need nothing but what the client sent.

use ottla_base::Uuid;
use ottla_controller::decide::{
    self, CreatePartitionsResponse, CreateTopicsResponse, Fault, MorePartitions, NewTopic,
};

use super::MetadataHandle;

impl MetadataHandle {
    /// Creates topics; answers for each.
    ///
    /// # Errors
    /// The request as a whole is refused, or it is not known what became of it.
    pub async fn create_topics(
        &self,
        topics: Vec<NewTopic>,
        validate_only: bool,
    ) -> Result<CreateTopicsResponse, Fault> {
        let created = self.try_change(move |context| {
            decide::create_topics(
                context.image,
                context.settings,
                context.config_rules,
                context.rng,
                &topics,
                validate_only,
            )
        });
        created.await.map_err(|error| error.fault())
    }

    /// Deletes the topics with these ids; answers for each.
    ///
    /// # Errors
    /// It is not known what became of the request.
    pub async fn delete_topics(
        &self,
        ids: Vec<Uuid>,
    ) -> Result<Vec<(Uuid, Result<(), Fault>)>, Fault> {
        let deleted = self.change(move |context| decide::delete_topics(context.image, &ids));
        deleted.await.map_err(|error| error.fault())
    }

    /// Gives topics more partitions; answers for each.
    ///
    /// # Errors
    /// The request as a whole is refused, or it is not known what became of it.
    pub async fn create_partitions(
        &self,
        topics: Vec<MorePartitions>,
        validate_only: bool,
    ) -> Result<CreatePartitionsResponse, Fault> {
        let created = self.try_change(move |context| {
            decide::create_partitions(context.image, context.rng, &topics, validate_only)
        });
        created.await.map_err(|error| error.fault())
    }
}
