//! Releases and the levels of features they stand for: what `kafka-features.sh` and
//! `kafka-storage.sh` say about them without asking anybody.

use ottla_controller::metadata_version::{
    ELR_VERSION, KRAFT_VERSION, METADATA_VERSION, MetadataVersion, supported_feature,
    unmet_dependency,
};

use super::options::{Ending, Given};
use crate::console::Console;

/// Every feature, in the order in which the tools print them.
const PRINTED: [&str; 7] = [
    METADATA_VERSION,
    KRAFT_VERSION,
    "transaction.version",
    "group.version",
    ELR_VERSION,
    "share.version",
    "streams.version",
];

/// A feature and a level.
pub(super) type Level = (String, i16);

/// `version-mapping`: the features of a release.
///
/// # Errors
/// There is no such release.
pub(super) fn print_mapping(given: &Given, console: &mut Console) -> Result<(), Ending> {
    let latest = MetadataVersion::LATEST;
    let (version, told) = match given.one("release-version")? {
        Some(release) => (release_version(release)?, release),
        None => (latest, latest.name()),
    };
    console.line(format_args!("{METADATA_VERSION}={} ({told})", version.level()));
    for feature in PRINTED.iter().filter(|feature| **feature != METADATA_VERSION) {
        let level = version.default_level_of(feature).unwrap_or(0);
        console.line(format_args!("{feature}={level}"));
    }
    Ok(())
}

/// `feature-dependencies`: what levels of features need.
///
/// # Errors
/// There is no such feature, or no such level of it.
pub(super) fn print_dependencies(given: &Given, console: &mut Console) -> Result<(), Ending> {
    for text in given.all("feature") {
        let (name, level) = name_and_level(text)?;
        let known = supported_feature(&name);
        let known = known.ok_or_else(|| Ending::Thrown(format!("Unknown feature: {name}")))?;
        let missing = || Ending::Thrown(format!("No feature:{name} with feature level {level}"));
        let shown = if name == METADATA_VERSION {
            let version = MetadataVersion::from_level(level).ok_or_else(missing)?;
            format!("{name}={level} ({version})")
        } else if (known.min_level..=known.max_level).contains(&level) {
            format!("{name}={level}")
        } else {
            return Err(missing());
        };
        match needed(&name, level) {
            Some(version) => {
                console.line(format_args!("{shown} requires:"));
                let number = version.level();
                console.line(format_args!("    {METADATA_VERSION}={number} ({version})"));
            }
            None => console.line(format_args!("{shown} has no dependencies.")),
        }
    }
    Ok(())
}

/// The `metadata.version` that a level of a feature needs.
fn needed(name: &str, level: i16) -> Option<MetadataVersion> {
    let mut versions = MetadataVersion::names().filter_map(MetadataVersion::from_release);
    let lowest = MetadataVersion::MIN;
    unmet_dependency(name, level, lowest)?;
    versions.find(|version| unmet_dependency(name, level, *version).is_none())
}

/// The level of `metadata.version` of a release.
///
/// # Errors
/// There is none.
pub(super) fn release_version(release: &str) -> Result<MetadataVersion, Ending> {
    MetadataVersion::from_release(release).ok_or_else(|| {
        let known = MetadataVersion::names().collect::<Vec<_>>().join(", ");
        Ending::Thrown(format!(
            "Unknown {METADATA_VERSION} '{release}'. Supported {METADATA_VERSION} are: {known}"
        ))
    })
}

/// Every feature at its level in a release.
pub(super) fn levels_of(version: MetadataVersion) -> Vec<Level> {
    let level = |name: &&str| ((*name).to_owned(), version.default_level_of(name).unwrap_or(0));
    PRINTED.iter().map(level).collect()
}

/// `name=level`.
///
/// # Errors
/// It is not that.
pub(super) fn name_and_level(text: &str) -> Result<Level, Ending> {
    let wrong =
        |why: String| Ending::Thrown(format!("Can't parse feature=level string {text}: {why}"));
    let (name, level) =
        text.split_once('=').ok_or_else(|| wrong("equals sign not found.".to_owned()))?;
    let (name, level) = (name.trim(), level.trim());
    let number = level.parse();
    let number = number.map_err(|_| wrong(format!("unable to parse {level} as a short.")))?;
    Ok((name.to_owned(), number))
}

/// A level as the tools print it.
pub(super) fn shown(feature: &str, level: i16) -> String {
    if feature != METADATA_VERSION {
        return level.to_string();
    }
    match MetadataVersion::from_level(level) {
        Some(version) => version.to_string(),
        None => format!("UNKNOWN {level}"),
    }
}
