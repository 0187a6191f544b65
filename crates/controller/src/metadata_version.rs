//! `metadata.version` and the other features: which levels there are, and what a level allows.

use alloc::string::String;
use core::fmt;

/// The finalized level of the feature `metadata.version`: it decides in which version a record is
/// written, so that every node of a cluster in upgrade can read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MetadataVersion(i16);

/// Name of the feature that [`MetadataVersion`] is the level of.
pub const METADATA_VERSION: &str = "metadata.version";
/// Name of the feature for dynamic voters; kept by the quorum, never a FeatureLevelRecord.
pub const KRAFT_VERSION: &str = "kraft.version";
/// Name of the feature for eligible leader replicas (KIP-966).
pub const ELR_VERSION: &str = "eligible.leader.replicas.version";

/// Releases by level, from level 7 on, with whether the level changed the records: then going back
/// below it could lose something.
const LEVELS: [(&str, bool); 28] = [
    ("3.3-IV3", true),
    ("3.4-IV0", true),
    ("3.5-IV0", false),
    ("3.5-IV1", false),
    ("3.5-IV2", true),
    ("3.6-IV0", false),
    ("3.6-IV1", true),
    ("3.6-IV2", true),
    ("3.7-IV0", true),
    ("3.7-IV1", false),
    ("3.7-IV2", true),
    ("3.7-IV3", false),
    ("3.7-IV4", false),
    ("3.8-IV0", false),
    ("3.9-IV0", false),
    ("4.0-IV0", false),
    ("4.0-IV1", true),
    ("4.0-IV2", false),
    ("4.0-IV3", false),
    ("4.1-IV0", false),
    ("4.1-IV1", false),
    ("4.2-IV0", false),
    ("4.2-IV1", false),
    ("4.3-IV0", true),
    ("4.4-IV0", false),
    ("4.4-IV1", true),
    ("4.4-IV2", true),
    ("4.5-IV0", false),
];

impl MetadataVersion {
    /// 3.3-IV3, the first level of KRaft in production.
    pub const MIN: Self = Self(7);
    /// 4.4-IV2, the newest level for production and the one of a fresh cluster.
    pub const LATEST: Self = Self(33);

    /// The level `level`, if this node can work at it.
    pub fn from_level(level: i16) -> Option<Self> {
        (Self::MIN.0..=Self::LATEST.0).contains(&level).then_some(Self(level))
    }

    /// The newest one of a release, `4.0` or `4.0.1`, or that of its own name, `4.0-IV1`.
    pub fn from_release(release: &str) -> Option<Self> {
        let mut numbers = release.splitn(3, '.');
        let short = [numbers.next()?, numbers.next()?].join(".");
        let belongs = |name: &str| {
            name == short || (!short.contains('-') && name.split('-').next() == Some(&*short))
        };
        let at = LEVELS.iter().rposition(|(name, _)| belongs(name))?;
        Self::from_level(Self::MIN.0 + i16::try_from(at).ok()?)
    }

    /// The name of every one that is known, in order; the last is not for production yet.
    pub fn names() -> impl Iterator<Item = &'static str> {
        LEVELS.iter().map(|(name, _)| *name)
    }

    /// The level at which a cluster that begins with this one runs a feature (Apache Kafka 4.4's
    /// `Feature.defaultLevel`); `None` if there is no such feature.
    pub fn default_level_of(self, feature: &str) -> Option<i16> {
        let begun: &[(i16, i16)] = match feature {
            METADATA_VERSION => return Some(self.0),
            KRAFT_VERSION => &[(21, 1)],
            ELR_VERSION => &[(26, 1)],
            "group.version" => &[(22, 1)],
            "share.version" => &[(28, 1), (31, 2)],
            "streams.version" => &[(29, 1)],
            "transaction.version" => &[(24, 2)],
            _ => return None,
        };
        let reached = begun.iter().filter(|(since, _)| *since <= self.0);
        Some(reached.map(|(_, level)| *level).next_back().unwrap_or(0))
    }

    /// The number that is stored and sent.
    pub fn level(self) -> i16 {
        self.0
    }

    /// The release that introduced it, as `4.4-IV2`.
    pub fn name(self) -> &'static str {
        LEVELS.get((self.0 - Self::MIN.0) as usize).map_or("unknown", |(name, _)| name)
    }

    /// Whether records written above `target` may be lost by going down to it.
    pub fn records_changed_since(self, target: Self) -> bool {
        (target.0 + 1..=self.0).any(|level| {
            LEVELS.get((level - Self::MIN.0) as usize).is_some_and(|(_, changed)| *changed)
        })
    }

    /// Version in which a RegisterBrokerRecord is written.
    pub fn register_broker_version(self) -> i16 {
        match self.0 {
            ..=7 => 1,
            8..=16 => 2,
            17..=29 => 3,
            _ => 4,
        }
    }

    /// Version in which PartitionRecord and PartitionChangeRecord are written.
    pub fn partition_version(self) -> i16 {
        match self.0 {
            ..=16 => 0,
            17..=22 => 1,
            _ => 2,
        }
    }

    /// Whether controllers register (3.7-IV0).
    pub fn has_controller_registration(self) -> bool {
        self.0 >= 15
    }

    /// Whether a controller's registration can be taken back (4.4-IV2).
    pub fn has_controller_unregistration(self) -> bool {
        self.0 >= 33
    }

    /// Whether changes can be framed as a transaction (3.6-IV1).
    pub fn has_transactions(self) -> bool {
        self.0 >= 13
    }

    /// Whether delegation tokens are stored (3.6-IV2).
    pub fn has_delegation_tokens(self) -> bool {
        self.0 >= 14
    }

    /// Whether SCRAM credentials are stored (3.5-IV2).
    pub fn has_scram(self) -> bool {
        self.0 >= 11
    }

    /// Whether replicas name their directories (3.7-IV2).
    pub fn has_directories(self) -> bool {
        self.0 >= 17
    }

    /// Whether partitions name eligible leader replicas (4.0-IV1).
    pub fn has_elr(self) -> bool {
        self.0 >= 23
    }

    /// Whether log directories can be cordoned (4.3-IV0).
    pub fn has_cordoned_directories(self) -> bool {
        self.0 >= 30
    }
}

impl fmt::Display for MetadataVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A feature this node can work with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SupportedFeature {
    /// Its name.
    pub name: &'static str,
    /// Lowest level; 0 means "off".
    pub min_level: i16,
    /// Highest level.
    pub max_level: i16,
    /// Level in a fresh cluster.
    pub default_level: i16,
}

/// Every feature of Apache Kafka 4.4 in production, with the range of levels and the default.
pub const SUPPORTED_FEATURES: [SupportedFeature; 7] = [
    feature(METADATA_VERSION, 7, 33, 33),
    feature(KRAFT_VERSION, 0, 1, 1),
    feature(ELR_VERSION, 0, 1, 1),
    feature("group.version", 0, 1, 1),
    feature("share.version", 0, 2, 2),
    feature("streams.version", 0, 1, 1),
    feature("transaction.version", 0, 2, 2),
];

const fn feature(name: &'static str, min: i16, max: i16, default: i16) -> SupportedFeature {
    SupportedFeature { name, min_level: min, max_level: max, default_level: default }
}

/// The feature called `name`, if this node knows it.
pub fn supported_feature(name: &str) -> Option<SupportedFeature> {
    SUPPORTED_FEATURES.into_iter().find(|feature| feature.name == name)
}

/// What a level of a feature needs of `metadata.version`, in the words of Apache Kafka 4.4; only
/// eligible leader replicas need anything.
pub fn unmet_dependency(name: &str, level: i16, version: MetadataVersion) -> Option<String> {
    let needed = MetadataVersion(23);
    (name == ELR_VERSION && level >= 1 && version < needed).then(|| {
        alloc::format!(
            "{name} could not be set to {level} because it depends on metadata.version={} ({needed})",
            needed.0
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_begins_with_the_features_of_its_day() {
        for feature in SUPPORTED_FEATURES {
            let level = MetadataVersion::LATEST.default_level_of(feature.name);
            assert_eq!(level, Some(feature.default_level), "{}", feature.name);
            let level = MetadataVersion::MIN.default_level_of(feature.name);
            assert_eq!(level, Some(feature.min_level), "{}", feature.name);
        }
        assert_eq!(MetadataVersion(30).default_level_of("share.version"), Some(1));
        assert_eq!(MetadataVersion(30).default_level_of("no.such"), None);
    }

    #[test]
    fn levels_have_the_names_of_their_releases() {
        assert_eq!(MetadataVersion::LATEST.name(), "4.4-IV2");
        assert_eq!(MetadataVersion::from_level(17).map(MetadataVersion::name), Some("3.7-IV2"));
        assert_eq!(MetadataVersion::from_level(25).map(MetadataVersion::name), Some("4.0-IV3"));
        assert_eq!(MetadataVersion::from_level(34), None);
        let level = |release| MetadataVersion::from_release(release).map(MetadataVersion::level);
        assert_eq!(level("4.0"), Some(25));
        assert_eq!(level("4.0.1"), Some(25));
        assert_eq!(level("4.0-IV1"), Some(23));
        assert_eq!(level("4.5"), None);
        assert_eq!(level("4"), None);
        assert_eq!(level("3.2"), None);
        assert_eq!(MetadataVersion::from_level(6), None);
    }

    #[test]
    fn going_back_over_a_level_with_new_records_is_lossy() {
        let at = |level| MetadataVersion::from_level(level).unwrap();
        assert!(!at(31).records_changed_since(at(30)));
        assert!(at(32).records_changed_since(at(31)));
        assert!(at(33).records_changed_since(at(27)));
        assert!(!at(29).records_changed_since(at(23)));
    }
}
