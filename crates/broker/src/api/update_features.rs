//! UpdateFeatures (key 57), versions 0-2: levels of features, all of them or none.
//!
//! - v1: validate only, and kinds of upgrade; v2: no results for single features any more.

use std::sync::Arc;

use ottla_controller::decide::{Fault, FeatureUpdate, UpgradeType};
use ottla_model::ErrorCode;
use ottla_wire::messages::update_features::{
    FeatureUpdateKey, UpdatableFeatureResult, UpdateFeaturesRequest, UpdateFeaturesResponse,
};

use crate::request::Request;
use crate::node::Node;

/// First version that names the kind of upgrade.
const UPGRADE_TYPE_VERSION_MIN: i16 = 1;
/// Last version that answers for every feature.
const RESULTS_VERSION_MAX: i16 = 1;

/// Answers UpdateFeatures.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: UpdateFeaturesRequest,
) -> UpdateFeaturesResponse {
    let updates: Vec<_> =
        body.feature_updates.iter().map(|update| wanted(update, request.version)).collect();
    match node.metadata.update_features(updates, body.validate_only).await {
        Ok(()) => updated(&body, request.version),
        Err(fault) => refused(fault),
    }
}

fn wanted(update: &FeatureUpdateKey, version: i16) -> FeatureUpdate {
    let upgrade = match update.allow_downgrade {
        _ if version >= UPGRADE_TYPE_VERSION_MIN => UpgradeType::from_code(update.upgrade_type),
        true => UpgradeType::SafeDowngrade,
        false => UpgradeType::Upgrade,
    };
    FeatureUpdate { name: update.feature.to_string(), level: update.max_version_level, upgrade }
}

fn updated(body: &UpdateFeaturesRequest, version: i16) -> UpdateFeaturesResponse {
    let told = body.feature_updates.iter().filter(|_| version <= RESULTS_VERSION_MAX);
    let results = told.map(|update| UpdatableFeatureResult {
        feature: update.feature.clone(),
        error_code: ErrorCode::None.code(),
        error_message: Some(ErrorCode::None.sentence().into()),
    });
    UpdateFeaturesResponse {
        error_message: None,
        results: results.collect(),
        ..UpdateFeaturesResponse::default()
    }
}

fn refused(fault: Fault) -> UpdateFeaturesResponse {
    let why = fault.message.unwrap_or_else(|| fault.code.sentence().to_owned());
    let text = if fault.code == ErrorCode::InvalidUpdateVersion {
        format!(
            "The update failed for all features since the following feature had an error: {why}"
        )
    } else {
        why
    };
    UpdateFeaturesResponse {
        error_code: fault.code.code(),
        error_message: Some(text.into()),
        ..UpdateFeaturesResponse::default()
    }
}
