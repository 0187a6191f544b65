//! Which topics a tool means: a list of names or a regular expression, as Kafka's `IncludeList`.

use regex::Regex;

/// Whether a topic is one of the coordinators'.
pub(super) fn is_internal(topic: &str) -> bool {
    matches!(topic, "__consumer_offsets" | "__transaction_state" | "__share_group_state")
}

/// A regular expression that must match the whole name.
#[derive(Debug)]
pub(super) struct TopicFilter(Regex);

impl TopicFilter {
    /// From what stands behind a flag: commas are alternatives, blanks and quotes around are nothing.
    ///
    /// # Errors
    /// What Kafka says of an expression that is none.
    pub(super) fn including(text: &str) -> Result<Self, String> {
        let text = text.trim().replace(',', "|").replace(' ', "");
        let text = text.trim_matches(['"', '\'']);
        let wrong = |_| format!("{text} is an invalid regex.");
        Regex::new(&format!("^(?:{text})$")).map(Self).map_err(wrong)
    }

    /// Whether it means this topic.
    pub(super) fn allows(&self, topic: &str) -> bool {
        self.0.is_match(topic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_names_is_an_expression() {
        let filter = TopicFilter::including(" 'a, b.*' ").unwrap();
        assert_eq!(
            ["a", "ab", "bc", "c"].map(|topic| filter.allows(topic)),
            [true, false, true, false]
        );
        let why = TopicFilter::including("a[").map(|_| ()).unwrap_err();
        assert_eq!(why, "a[ is an invalid regex.");
    }
}
