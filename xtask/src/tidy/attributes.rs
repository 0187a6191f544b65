//! Whoever silences a lint or skips a test says why, in the attribute.

use super::Finding;
use super::house::House;
use super::mask::{find_word, line_of, matching};

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in &house.sources {
        for opening in ["#[", "#!["] {
            for (start, _) in source.code.match_indices(opening) {
                let end = matching(&source.code, start + opening.len() - 1);
                let attribute = &source.code[start + opening.len()..end];
                if let Some(what) = without_reason(attribute) {
                    found.push(Finding::new(&source.path, line_of(&source.code, start), what));
                }
            }
        }
    }
    found
}

/// What an attribute lacks, if it is one that gives a reason.
fn without_reason(attribute: &str) -> Option<String> {
    let name = attribute.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    let has = |word: &str| {
        name == word || name == "cfg_attr" && find_word(attribute, word).next().is_some()
    };
    for lint in ["allow", "expect"] {
        if has(lint) && !attribute.contains("reason = \"") {
            return Some(format!(
                "`{lint}` without a reason: add `reason = \"…\"`, or mend what the lint says"
            ));
        }
    }
    (has("ignore") && !attribute.contains("ignore = \"")).then(|| {
        "`ignore` without a reason: write `#[ignore = \"…\"]`, or let the test run".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::super::expect;
    use super::check;

    #[test]
    fn reasons_are_given() {
        expect(
            check,
            &[(
                "a.rs",
                "#[allow(dead_code, reason = \"held\")]\n#[ignore = \"slow\"]\n#[cfg_attr(a, b)]\n#[derive(A)]",
            )],
            &[],
        );
        expect(
            check,
            &[(
                "a.rs",
                "#[allow(\n    dead_code,\n)]\n#[ignore]\n#![expect(x)]\n#[cfg_attr(a, allow(b))]\n",
            )],
            &[
                "a.rs:1: `allow` without a reason: add `reason = \"…\"`, or mend what the lint says",
                "a.rs:4: `ignore` without a reason: write `#[ignore = \"…\"]`, or let the test run",
                "a.rs:5: `expect` without a reason: add `reason = \"…\"`, or mend what the lint says",
                "a.rs:6: `allow` without a reason: add `reason = \"…\"`, or mend what the lint says",
            ],
        );
    }
}
