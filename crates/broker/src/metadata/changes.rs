//! The changes that more than one request leads to, or that need nothing but what the client sent.

use ottla_base::Uuid;
use ottla_controller::decide::{
    self, AlterConfigsResponse, ConfigChange, CreatePartitionsResponse, CreateTopicsResponse,
    ElectedPartition, ElectionType, Fault, FeatureUpdate, MorePartitions, NewTopic, WholeConfig,
};
use ottla_controller::image::ConfigResource;
use ottla_model::BrokerId;

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

    /// Changes single settings; answers for each resource, of which each comes once.
    ///
    /// # Errors
    /// It is not known what became of the request.
    pub async fn alter_configs(
        &self,
        resources: Vec<(ConfigResource, Vec<ConfigChange>)>,
        validate_only: bool,
    ) -> Result<AlterConfigsResponse, Fault> {
        let altered = self.change(move |context| {
            decide::alter_configs(context.image, context.config_rules, &resources, validate_only)
        });
        altered.await.map_err(|error| error.fault())
    }

    /// Replaces all settings of resources; answers for each, of which each comes once.
    ///
    /// # Errors
    /// It is not known what became of the request.
    pub async fn legacy_alter_configs(
        &self,
        resources: Vec<(ConfigResource, WholeConfig)>,
        validate_only: bool,
    ) -> Result<AlterConfigsResponse, Fault> {
        let altered = self.change(move |context| {
            let (image, rules) = (context.image, context.config_rules);
            decide::legacy_alter_configs(image, rules, &resources, validate_only)
        });
        altered.await.map_err(|error| error.fault())
    }

    /// Changes the levels of features: all of them, or none.
    ///
    /// # Errors
    /// The first level that cannot be had.
    pub async fn update_features(
        &self,
        updates: Vec<FeatureUpdate>,
        validate_only: bool,
    ) -> Result<(), Fault> {
        let updated = self.try_change(move |context| {
            let (image, settings) = (context.image, context.settings);
            let level = context.kraft_version;
            decide::update_features(image, settings, level, &updates, validate_only)
        });
        updated.await.map_err(|error| error.fault())
    }

    /// Elects leaders of these partitions, or of all that need one.
    ///
    /// # Errors
    /// It is not known what became of the request.
    pub async fn elect_leaders(
        &self,
        election: ElectionType,
        partitions: Option<Vec<(String, i32)>>,
    ) -> Result<Vec<ElectedPartition>, Fault> {
        let elected = self.change(move |context| {
            let asked = partitions.as_deref();
            decide::elect_leaders(context.image, context.settings, election, asked)
        });
        elected.await.map_err(|error| error.fault())
    }

    /// Forgets a broker that is gone for good.
    ///
    /// # Errors
    /// It is not registered.
    pub async fn unregister_broker(&self, id: BrokerId) -> Result<(), Fault> {
        let gone = self.try_change(move |context| {
            decide::unregister_broker(context.image, context.settings, id)
        });
        gone.await.map_err(|error| error.fault())
    }

    /// Forgets a controller that is gone for good.
    ///
    /// # Errors
    /// It is not registered, or is this one.
    pub async fn unregister_controller(&self, id: BrokerId) -> Result<(), Fault> {
        let gone = self.try_change(move |context| {
            decide::unregister_controller(context.image, context.settings, id)
        });
        gone.await.map_err(|error| error.fault())
    }
}
