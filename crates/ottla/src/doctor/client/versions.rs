//! Whether all brokers speak the same versions: those of an upgrade that has stopped half way do not.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use crate::doctor::finding::Finding;

/// The versions of each request that a broker speaks, by the request's key.
pub(super) type Spoken = BTreeMap<i16, RangeInclusive<i16>>;

/// Compares brokers.
pub(super) fn check(brokers: &BTreeMap<i32, Spoken>) -> Vec<Finding> {
    let kinds: BTreeSet<Vec<(i16, i16, i16)>> = brokers
        .values()
        .map(|spoken| {
            spoken.iter().map(|(key, range)| (*key, *range.start(), *range.end())).collect()
        })
        .collect();
    if kinds.len() < 2 {
        return Vec::new();
    }
    let ids: Vec<String> = brokers.keys().map(ToString::to_string).collect();
    let what = format!("brokers speak {} different sets of versions", kinds.len());
    let place = format!("brokers {}", ids.join(", "));
    let advice =
        "finish the upgrade: clients use what the broker they talk to has in common with them";
    vec![Finding::note("versions", what, place, advice)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_of_different_releases_are_told_of() {
        let (old, new) = (BTreeMap::from([(0, 0..=12)]), BTreeMap::from([(0, 0..=13)]));
        let same = BTreeMap::from([(1, new.clone()), (2, new.clone())]);
        assert_eq!(check(&same), []);
        let mixed = BTreeMap::from([(1, new), (2, old)]);
        let begins = "note versions: brokers speak 2 different sets of versions at brokers 1, 2: ";
        assert!(check(&mixed)[0].line().starts_with(begins));
    }
}
