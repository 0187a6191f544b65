//! ApiVersions (key 18), versions 0-5: which keys and versions this node serves.
//!
//! - An unknown version is answered in version 0 with UNSUPPORTED_VERSION and the key list, so that
//!   newer clients can step down. The response header is version 0 always.
//! - v3 brings the client's software name and version, which must look like names.
//! - v4 allows a feature's minimum to be 0.
//! - v5 (KIP-1242) names the cluster and node the client believes it talks to; if it is wrong, the
//!   answer is REBOOTSTRAP_REQUIRED.

use std::sync::Arc;

use ottla_controller::metadata_version::{KRAFT_VERSION, SUPPORTED_FEATURES};
use ottla_model::ErrorCode;
use ottla_wire::ApiKey;
use ottla_wire::messages::api_versions::{
    ApiVersion, ApiVersionsRequest, ApiVersionsResponse, FinalizedFeatureKey, SupportedFeatureKey,
};

use super::{Head, Outcome, SERVED};
use crate::request::Request;
use crate::node::Node;

/// Answers ApiVersions.
pub(crate) async fn serve(
    node: &Arc<Node>,
    request: &Request,
    body: ApiVersionsRequest,
) -> ApiVersionsResponse {
    if request.version >= 3
        && !(is_software_name(&body.client_software_name)
            && is_software_name(&body.client_software_version))
    {
        return refusal(ErrorCode::InvalidRequest);
    }
    // Named together or not at all.
    let is_half = body.cluster_id.is_some() != (body.node_id >= 0);
    if request.version >= 5 && is_half {
        return refusal(ErrorCode::InvalidRequest);
    }
    if request.version >= 5 && is_misrouted(node, &body) {
        return refusal(ErrorCode::RebootstrapRequired);
    }
    response(node, request.version)
}

/// The answer to a version of ApiVersions that does not exist here.
pub(crate) fn unsupported_version(request: &Request) -> Outcome {
    let response = ApiVersionsResponse {
        error_code: ErrorCode::UnsupportedVersion.code(),
        api_keys: vec![api_version(ApiKey::ApiVersions)],
        ..ApiVersionsResponse::default()
    };
    match Head::of(request).reply(Vec::new(), |encoder| response.encode(encoder, 0)) {
        Ok(reply) => Outcome::Reply(reply),
        Err(reason) => Outcome::Close(reason),
    }
}

fn refusal(error: ErrorCode) -> ApiVersionsResponse {
    ApiVersionsResponse { error_code: error.code(), ..ApiVersionsResponse::default() }
}

fn response(node: &Arc<Node>, version: i16) -> ApiVersionsResponse {
    let image = node.metadata.image();
    let mut supported_features = Vec::new();
    for feature in SUPPORTED_FEATURES {
        // Before v4 a client cannot read a minimum of 0 (KIP-584); such a feature is left out.
        if version >= 4 || feature.min_level > 0 {
            supported_features.push(SupportedFeatureKey {
                name: feature.name.into(),
                min_version: feature.min_level,
                max_version: feature.max_level,
            });
        }
    }
    let of_metadata = image.features.iter().map(|(name, level)| (&**name, *level));
    // The quorum's own level is not a record of the metadata, but of the log that holds it.
    let of_quorum = (KRAFT_VERSION, node.metadata.quorum().kraft_version);
    let finalized = of_metadata.chain([of_quorum]).filter(|(_, level)| *level > 0);
    ApiVersionsResponse {
        api_keys: SERVED.iter().map(|&key| api_version(key)).collect(),
        supported_features,
        finalized_features_epoch: image.offset - 1,
        finalized_features: finalized
            .map(|(name, level)| FinalizedFeatureKey {
                name: name.into(),
                max_version_level: level,
                min_version_level: level,
            })
            .collect(),
        ..ApiVersionsResponse::default()
    }
}

fn api_version(key: ApiKey) -> ApiVersion {
    let versions = key.advertised_versions(false);
    ApiVersion { api_key: key.code(), min_version: *versions.start(), max_version: *versions.end() }
}

fn is_misrouted(node: &Arc<Node>, body: &ApiVersionsRequest) -> bool {
    let wrong_cluster = body.cluster_id.as_ref().is_some_and(|id| **id != *node.cluster_id);
    let wrong_node = body.node_id >= 0 && body.node_id != node.settings.node_id;
    wrong_cluster || wrong_node
}

/// `[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?`
fn is_software_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::is_software_name;

    #[test]
    fn software_names_are_letters_digits_and_inner_punctuation() {
        for name in ["a", "librdkafka", "2.16.1", "apache-kafka-java", "x-.y"] {
            assert!(is_software_name(name), "{name}");
        }
        for name in ["", "-a", "a.", "a b", "a_b", "é"] {
            assert!(!is_software_name(name), "{name}");
        }
    }
}
