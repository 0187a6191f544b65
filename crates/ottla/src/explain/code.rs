//! What is known of an error code.

use ottla_client::{Error, Severity};
use ottla_model::ErrorCode;

use super::Facts;

/// The code with this number or name; names in any case, with `-` or `_`, with or without the
/// `Exception` of Java's class.
pub(super) fn find(what: &str) -> Option<ErrorCode> {
    if let Ok(number) = what.parse::<i16>() {
        return ErrorCode::from_code(number);
    }
    let wanted = plain(what);
    let same = |code: &&ErrorCode| {
        let name = plain(code.name());
        let bare = |name: &str| name.strip_suffix("exception").unwrap_or(name).to_owned();
        name == wanted || bare(&name) == bare(&wanted)
    };
    ErrorCode::ALL.iter().find(same).copied()
}

fn plain(name: &str) -> String {
    let name = name.rsplit('.').next().unwrap_or(name);
    name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_ascii_lowercase()
}

pub(super) fn facts(code: ErrorCode) -> Facts {
    let error = Error::broker(code);
    let again = match error.severity() {
        _ if code.is_none() => "there is nothing to retry",
        Severity::Retriable => "yes: clients do so by themselves until their time is up",
        Severity::Abortable => "after the transaction was aborted",
        Severity::Fatal => "no: something else has to change first",
    };
    let mut facts = vec![
        ("code", code.code().to_string()),
        ("meaning", code.sentence().to_owned()),
        ("retriable", again.to_owned()),
    ];
    if !code.is_none() {
        facts.push(("what to do", error.advice().to_owned()));
    }
    Facts { heading: code.name().to_owned(), facts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_by_number_name_and_class() {
        for (what, found) in [
            ("6", Some("NOT_LEADER_OR_FOLLOWER")),
            ("-1", Some("UNKNOWN_SERVER_ERROR")),
            ("not_leader_or_follower", Some("NOT_LEADER_OR_FOLLOWER")),
            ("NotLeaderOrFollowerException", Some("NOT_LEADER_OR_FOLLOWER")),
            (
                "org.apache.kafka.common.errors.InvalidTopicException",
                Some("INVALID_TOPIC_EXCEPTION"),
            ),
            ("InvalidTopic", Some("INVALID_TOPIC_EXCEPTION")),
            ("9999", None),
            ("retention.ms", None),
        ] {
            assert_eq!(find(what).map(ErrorCode::name), found, "{what}");
        }
    }

    #[test]
    fn every_code_is_explained() {
        for code in ErrorCode::ALL {
            assert!(facts(*code).facts.iter().all(|(_, text)| !text.is_empty()), "{}", code.name());
        }
    }
}
