//! UpdateFeatures (57), and the levels of a fresh cluster.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use ottla_model::ErrorCode;

use super::configs::elr_safety_records;
use super::{Decision, Fault, Settings};
use crate::image::{FeatureRange, Image};
use crate::metadata_version::{
    ELR_VERSION, KRAFT_VERSION, METADATA_VERSION, MetadataVersion, SUPPORTED_FEATURES,
    supported_feature, unmet_dependency,
};
use crate::record::Record;

/// How a level may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpgradeType {
    /// A number this program does not know.
    Unknown,
    /// Up only.
    Upgrade,
    /// Down, if nothing is lost.
    SafeDowngrade,
    /// Down, whatever is lost.
    UnsafeDowngrade,
}

impl UpgradeType {
    /// The type with this number.
    pub fn from_code(code: i8) -> Self {
        match code {
            1 => Self::Upgrade,
            2 => Self::SafeDowngrade,
            3 => Self::UnsafeDowngrade,
            _ => Self::Unknown,
        }
    }
}

/// A level that somebody wants for a feature.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureUpdate {
    /// The feature.
    pub name: String,
    /// The level; 0 turns it off.
    pub level: i16,
    /// How it may change.
    pub upgrade: UpgradeType,
}

/// The FeatureLevel records of a fresh cluster, `metadata.version` first.
pub fn bootstrap_records() -> Vec<Record> {
    bootstrap_records_of(|feature| supported_feature(feature).map_or(0, |it| it.default_level))
}

/// The same, with levels that somebody chose.
pub fn bootstrap_records_of(level_of: impl Fn(&str) -> i16) -> Vec<Record> {
    let kept_as_record = SUPPORTED_FEATURES.iter().filter(|feature| feature.name != KRAFT_VERSION);
    kept_as_record
        .map(|feature| (feature.name, level_of(feature.name)))
        .filter(|(_, level)| *level > 0)
        .map(|(name, level)| Record::FeatureLevel { name: name.into(), level })
        .collect()
}

/// Decides on new levels: all of them, or none. `kraft_version` is the quorum's.
///
/// # Errors
/// The first level that cannot be had.
pub fn update_features(
    image: &Image,
    settings: &Settings,
    kraft_version: i16,
    updates: &[FeatureUpdate],
    validate_only: bool,
) -> Result<Decision<()>, Fault> {
    let mut proposed: BTreeMap<&str, i16> =
        image.features.iter().map(|(name, level)| (&**name, *level)).collect();
    proposed.insert(METADATA_VERSION, image.metadata_version().level());
    proposed.extend(updates.iter().map(|update| (update.name.as_str(), update.level)));
    let mut records = Vec::new();
    for update in updates {
        update_one(image, settings, kraft_version, update, &proposed, &mut records)?;
    }
    let turns_elr_on = |update: &&FeatureUpdate| update.name == ELR_VERSION && update.level >= 1;
    if !image.is_elr_enabled() && updates.iter().any(|update| turns_elr_on(&update)) {
        elr_safety_records(image, settings, &mut records);
    }
    if validate_only {
        records.clear();
    }
    Ok(Decision { records, response: () })
}

fn update_one(
    image: &Image,
    settings: &Settings,
    kraft_version: i16,
    update: &FeatureUpdate,
    proposed: &BTreeMap<&str, i16>,
    records: &mut Vec<Record>,
) -> Result<(), Fault> {
    let FeatureUpdate { name, level, upgrade } = update;
    let invalid = |why: &str| {
        Err(Fault::new(
            ErrorCode::InvalidUpdateVersion,
            format!("Invalid update version {level} for feature {name}. {why}"),
        ))
    };
    if *upgrade == UpgradeType::Unknown {
        return invalid("The controller does not support the given upgrade type.");
    }
    let current = match name.as_str() {
        METADATA_VERSION => image.metadata_version().level(),
        KRAFT_VERSION => kraft_version,
        other => image.feature_level(other),
    };
    if *level < 0 {
        return invalid("A feature version cannot be less than 0.");
    }
    if let Some(why) = not_supported(image, settings, name, *level) {
        return invalid(&why);
    }
    if *level < current && *upgrade == UpgradeType::Upgrade {
        return invalid(
            "Can't downgrade the version of this feature without setting the upgrade type to \
             either safe or unsafe downgrade.",
        );
    }
    if *level > current && *upgrade != UpgradeType::Upgrade {
        return invalid("Can't downgrade to a newer version.");
    }
    match name.as_str() {
        METADATA_VERSION => records.push(metadata_version(image, *level, *upgrade)?),
        // The quorum's own level cannot go down, and the highest is where it starts.
        KRAFT_VERSION if *level < current => {
            return invalid("Can't downgrade the version of this feature.");
        }
        KRAFT_VERSION if *level > current => {
            return invalid("The quorum has static voters; its level cannot be raised.");
        }
        KRAFT_VERSION => records.push(Record::NoOp),
        other if supported_feature(other).is_none() => {
            return invalid(&format!("Feature {name} not found."));
        }
        _ => {
            let version = proposed.get(METADATA_VERSION).copied().unwrap_or_default();
            let version = MetadataVersion::from_level(version).unwrap_or(MetadataVersion::MIN);
            if let Some(why) = unmet_dependency(name, *level, version) {
                return invalid(&why);
            }
            records.push(Record::FeatureLevel { name: name.as_str().into(), level: *level });
        }
    }
    Ok(())
}

/// Why some node cannot work at `level`, if so.
fn not_supported(image: &Image, settings: &Settings, name: &str, level: i16) -> Option<String> {
    let local = supported_feature(name)
        .map(|feature| FeatureRange { min: feature.min_level, max: feature.max_level });
    let local_name = format!("Local controller {}", settings.node_id);
    lacks(&local_name, local, level).or_else(|| {
        let brokers = image.brokers.values().find_map(|broker| {
            lacks(&format!("Broker {}", broker.id), broker.features.get(name).copied(), level)
        });
        brokers.or_else(|| {
            image.controllers.values().filter(|node| node.id != settings.node_id).find_map(|node| {
                lacks(&format!("Controller {}", node.id), node.features.get(name).copied(), level)
            })
        })
    })
}

fn lacks(who: &str, range: Option<FeatureRange>, level: i16) -> Option<String> {
    match range {
        None if level == 0 => None,
        None => Some(format!("{who} does not support this feature.")),
        Some(range) if (range.min..=range.max).contains(&level) => None,
        Some(FeatureRange { min, max }) if min == max => {
            Some(format!("{who} only supports versions {min}"))
        }
        Some(FeatureRange { min, max }) => {
            Some(format!("{who} only supports versions {min}-{max}"))
        }
    }
}

fn metadata_version(image: &Image, level: i16, upgrade: UpgradeType) -> Result<Record, Fault> {
    let refuse = |text: String| Err(Fault::new(ErrorCode::InvalidUpdateVersion, text));
    let current = image.metadata_version();
    let Some(target) = MetadataVersion::from_level(level) else {
        return refuse(format!("Invalid metadata.version {level}. Unknown metadata.version."));
    };
    if target < current && current.records_changed_since(target) {
        let why = if upgrade == UpgradeType::UnsafeDowngrade {
            "Unsafe metadata downgrade is not supported in this version."
        } else {
            "Refusing to perform the requested downgrade because it might delete metadata \
             information."
        };
        return refuse(format!(
            "Unsupported metadata.version downgrade from {} to {}. {why}",
            current.level(),
            target.level()
        ));
    }
    Ok(Record::FeatureLevel { name: METADATA_VERSION.into(), level })
}
