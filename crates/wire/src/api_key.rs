//! What is known of each API: versions, headers, listeners.

use crate::ApiKey;
use crate::generated::facts::APIS;
use core::fmt;
use core::ops::RangeInclusive;

/// What the notation says about an API as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiFacts {
    /// The API.
    pub key: ApiKey,
    /// Kafka's name for it.
    pub name: &'static str,
    /// Oldest version that can be read.
    pub version_min: i16,
    /// Newest version that can be read.
    pub version_max: i16,
    /// Oldest version that ApiVersions names. Produce names 0, which it cannot read, because
    /// librdkafka takes a higher one for "no compression codecs" (KAFKA-18659).
    pub advertised_min: i16,
    /// First version with compact types and tagged fields; `i16::MAX` when there is none.
    pub flexible_from: i16,
    /// Served on listeners of brokers.
    pub on_broker: bool,
    /// Served on listeners of controllers.
    pub on_controller: bool,
    /// The newest version is not final: offered only where unstable versions are enabled.
    pub latest_unstable: bool,
}

impl ApiKey {
    /// Every API, in the order of their keys.
    pub fn all() -> impl Iterator<Item = Self> {
        APIS.iter().map(|facts| facts.key)
    }

    /// The API of this number, if it is served: 4-7 no longer are.
    pub fn from_code(code: i16) -> Option<Self> {
        let found = APIS.binary_search_by_key(&code, |facts| facts.key.code()).ok()?;
        APIS.get(found).map(|facts| facts.key)
    }

    /// The number on the wire.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// Everything that is known of it.
    pub fn facts(self) -> &'static ApiFacts {
        let found = APIS.binary_search_by_key(&self, |facts| facts.key);
        // The table has a row for each variant: both are written from the same list.
        found.ok().and_then(|index| APIS.get(index)).unwrap_or(&APIS[0])
    }

    /// Kafka's name for it.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The versions that can be read and written.
    pub fn versions(self) -> RangeInclusive<i16> {
        let facts = self.facts();
        facts.version_min..=facts.version_max
    }

    /// The versions that ApiVersions names; the newest one only if it is final or `unstable`.
    pub fn advertised_versions(self, unstable: bool) -> RangeInclusive<i16> {
        let facts = self.facts();
        let newest = facts.version_max - i16::from(facts.latest_unstable && !unstable);
        facts.advertised_min..=newest
    }

    /// Whether the version has compact types and tagged fields.
    pub fn is_flexible(self, version: i16) -> bool {
        version >= self.facts().flexible_from
    }

    /// Version of the header before a request of this version.
    pub fn request_header_version(self, version: i16) -> i16 {
        if self.is_flexible(version) { 2 } else { 1 }
    }

    /// Version of the header before a response of this version. That of ApiVersions is always 0,
    /// since a client reads it before it knows what the broker speaks (KIP-511).
    pub fn response_header_version(self, version: i16) -> i16 {
        i16::from(self.is_flexible(version) && self != Self::ApiVersions)
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_api_is_found_by_its_number() {
        assert_eq!(ApiKey::all().count(), 91);
        for key in ApiKey::all() {
            assert_eq!(ApiKey::from_code(key.code()), Some(key));
            assert_eq!(key.facts().key, key);
        }
        for gone in [-1, 4, 5, 6, 7, 95, i16::MAX] {
            assert_eq!(ApiKey::from_code(gone), None, "{gone}");
        }
    }

    #[test]
    fn headers_follow_the_version() {
        assert_eq!(ApiKey::Fetch.request_header_version(11), 1);
        assert_eq!(ApiKey::Fetch.request_header_version(12), 2);
        assert_eq!(ApiKey::Fetch.response_header_version(12), 1);
        assert_eq!(ApiKey::ApiVersions.request_header_version(3), 2);
        assert_eq!(ApiKey::ApiVersions.response_header_version(3), 0);
        assert_eq!(ApiKey::SaslHandshake.request_header_version(1), 1);
    }

    #[test]
    fn produce_names_versions_that_it_does_not_read() {
        assert_eq!(ApiKey::Produce.versions(), 3..=13);
        assert_eq!(ApiKey::Produce.advertised_versions(false), 0..=13);
        assert_eq!(ApiKey::InitProducerId.advertised_versions(false), 0..=5);
        assert_eq!(ApiKey::InitProducerId.advertised_versions(true), 0..=6);
    }
}
