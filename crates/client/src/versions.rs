//! What a broker speaks, and which version of an API both sides speak best: pure.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use ottla_wire::ApiKey;
use ottla_wire::messages::api_versions::ApiVersionsResponse;

use crate::{Error, ErrorKind, Result};

/// What one broker said that it speaks, and which features its cluster has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeerVersions {
    ranges: BTreeMap<i16, (i16, i16)>,
    finalized: BTreeMap<String, i16>,
    supported: BTreeMap<String, (i16, i16)>,
    finalized_epoch: Option<i64>,
}

impl PeerVersions {
    /// From the answer to ApiVersions.
    pub(crate) fn of(answer: &ApiVersionsResponse) -> Self {
        let range = |key: &ottla_wire::messages::api_versions::ApiVersion| {
            (key.api_key, (key.min_version, key.max_version))
        };
        Self {
            ranges: answer.api_keys.iter().map(range).collect(),
            finalized: answer
                .finalized_features
                .iter()
                .map(|feature| (feature.name.to_string(), feature.max_version_level))
                .collect(),
            supported: answer
                .supported_features
                .iter()
                .map(|feature| {
                    (feature.name.to_string(), (feature.min_version, feature.max_version))
                })
                .collect(),
            finalized_epoch: (answer.finalized_features_epoch >= 0)
                .then_some(answer.finalized_features_epoch),
        }
    }

    /// The versions of an API that the broker speaks, if it has the API at all.
    pub fn range(&self, api: ApiKey) -> Option<RangeInclusive<i16>> {
        self.ranges.get(&api.code()).map(|&(low, high)| low..=high)
    }

    /// Every API that the broker named: number, lowest and highest version.
    pub fn ranges(&self) -> impl Iterator<Item = (i16, RangeInclusive<i16>)> {
        self.ranges.iter().map(|(&key, &(low, high))| (key, low..=high))
    }

    /// The level at which the cluster runs a feature; 0 if it does not (KIP-584).
    pub fn finalized_feature(&self, name: &str) -> i16 {
        self.finalized.get(name).copied().unwrap_or(0)
    }

    /// Every feature that the cluster runs, with its level.
    pub fn finalized_features(&self) -> &BTreeMap<String, i16> {
        &self.finalized
    }

    /// Every feature that the broker could run, with its lowest and highest level.
    pub fn supported_features(&self) -> &BTreeMap<String, (i16, i16)> {
        &self.supported
    }

    /// Offset of the metadata log up to which the features were read, if the broker knows.
    pub fn finalized_epoch(&self) -> Option<i64> {
        self.finalized_epoch
    }

    /// The highest version of `api` within `wanted` that both sides speak.
    ///
    /// # Errors
    /// There is none.
    pub fn choose(&self, api: ApiKey, wanted: &RangeInclusive<i16>) -> Result<i16> {
        let ours = ours(api);
        let (low, high) = (*ours.start().max(wanted.start()), *ours.end().min(wanted.end()));
        let Some(theirs) = self.range(api) else {
            let text = format!("the broker does not support {api}");
            return Err(Error::new(ErrorKind::Unsupported, text));
        };
        let best = high.min(*theirs.end());
        if best < low.max(*theirs.start()) {
            let text = format!(
                "the broker supports versions {}-{} of {api}, and {low}-{high} were needed",
                theirs.start(),
                theirs.end()
            );
            return Err(Error::new(ErrorKind::Unsupported, text));
        }
        Ok(best)
    }
}

/// The versions of an API that this library speaks: all that are final.
pub(crate) fn ours(api: ApiKey) -> RangeInclusive<i16> {
    *api.versions().start()..=*api.advertised_versions(false).end()
}

/// After a broker refused version `tried` of ApiVersions (KIP-511): the version to try next.
/// Brokers of 2.4 and later say which they have, those before say nothing.
pub(crate) fn next_api_versions_version(answer: &ApiVersionsResponse, tried: i16) -> i16 {
    let said = answer.api_keys.iter().find(|key| key.api_key == ApiKey::ApiVersions.code());
    let best = said.map_or(0, |key| key.max_version.min(*ours(ApiKey::ApiVersions).end()));
    if best < tried { best.max(0) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ottla_wire::messages::api_versions::ApiVersion;

    fn broker(ranges: &[(ApiKey, i16, i16)]) -> ApiVersionsResponse {
        let key = |&(api, min_version, max_version): &(ApiKey, i16, i16)| ApiVersion {
            api_key: api.code(),
            min_version,
            max_version,
        };
        ApiVersionsResponse { api_keys: ranges.iter().map(key).collect(), ..Default::default() }
    }

    #[track_caller]
    fn chosen(theirs: (i16, i16), wanted: RangeInclusive<i16>, expected: Option<i16>) {
        let versions = PeerVersions::of(&broker(&[(ApiKey::Fetch, theirs.0, theirs.1)]));
        assert_eq!(versions.choose(ApiKey::Fetch, &wanted).ok(), expected);
    }

    #[test]
    fn the_highest_version_that_both_speak_is_chosen() {
        chosen((0, 11), 0..=i16::MAX, Some(11));
        chosen((4, 17), 0..=i16::MAX, Some(17));
        chosen((4, 99), 0..=12, Some(12));
        chosen((4, 11), 13..=17, None);
        chosen((0, 3), 0..=i16::MAX, None);
        assert!(PeerVersions::default().choose(ApiKey::Fetch, &(0..=9)).is_err());
    }

    #[test]
    fn a_refused_version_of_api_versions_leads_to_one_that_is_there() {
        assert_eq!(next_api_versions_version(&broker(&[(ApiKey::ApiVersions, 0, 3)]), 4), 3);
        assert_eq!(next_api_versions_version(&broker(&[]), 4), 0);
        assert_eq!(next_api_versions_version(&broker(&[(ApiKey::ApiVersions, 0, 9)]), 4), 0);
    }
}
