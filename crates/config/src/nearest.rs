//! The name somebody probably meant.

use alloc::vec::Vec;

/// The one of `names` closest to `wanted`, unless all of them are far from it: more than a third
/// of its letters would have to change.
pub fn nearest_name<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = wanted.chars().count() / 3;
    names
        .into_iter()
        .map(|name| (distance(wanted, name), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

/// Letters to insert, remove, replace, or swap with their neighbour.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, from) in left.iter().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(i + 1);
        for (j, to) in right.iter().enumerate() {
            let mut best = row[j] + usize::from(from != to);
            best = best.min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && left[i - 1] == *to && right[j - 1] == *from {
                best = best.min(before[j - 1] + 1);
            }
            next.push(best);
        }
        before = core::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_setting() {
        let names = || crate::broker_settings().map(|setting| setting.name);
        for (wanted, found) in [
            ("log.dir", Some("log.dir")),
            ("log.drs", Some("log.dirs")),
            ("num.partition", Some("num.partitions")),
            ("advertized.listeners", Some("advertised.listeners")),
            ("log.retention.hour", Some("log.retention.hours")),
            ("auto.create.topic.enable", Some("auto.create.topics.enable")),
            ("something.else.entirely", None),
        ] {
            assert_eq!(nearest_name(wanted, names()), found, "{wanted}");
        }
    }

    #[test]
    fn swapped_letters_count_once() {
        assert_eq!(distance("lsiteners", "listeners"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
    }
}
